//! Reading the language, with exact errors: the column and what was expected there.
//!
//! `winnow` cuts a line into words. The first names a row of the table in `grammar.rs`, whose function reads the
//! words that the command needs, one after the other. Those functions stand in the folder `parse`, by what they
//! are about.

pub(super) mod expectation;
pub(super) mod machines;
pub(super) mod members;
pub(super) mod network;
pub(super) mod requests;
pub(super) mod settings;
pub(super) mod values;
pub(super) mod words;

use std::fmt;

use winnow::ascii::space0;
use winnow::error::{ContextError, StrContext, StrContextValue};
use winnow::prelude::{ModalResult, Parser};
use winnow::stream::Stream;

use super::Command;
use super::grammar::GRAMMAR;
use crate::cluster::{Action, ClusterConfig, MAX_NODES};
use crate::time::Time;
use values::{duration, number};
use words::{In, at_end, bare, expected, optional, skip_space, take_rest, word};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1; 1 for a line that stands alone.
    pub line: usize,
    /// From 1, counted in characters.
    pub column: usize,
    /// What was expected there.
    pub expected: String,
    /// What stands there instead; empty at the end of the line.
    pub found: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, expected, found } = self;
        write!(f, "line {line}, column {column}: expected {expected}, ")?;
        if found.is_empty() { write!(f, "but the line ends") } else { write!(f, "found `{found}`") }
    }
}

impl std::error::Error for Mistake {}

/// Reads a line; `None` for one that says nothing.
///
/// # Errors
///
/// Names the column of the first word that does not belong there, and what was expected. The line counts as
/// line 1.
pub fn parse_line(line: &str) -> Result<Option<Command>, Mistake> {
    let parsed = (space0, content).map(|(_, content)| content).parse(line);
    parsed.map_err(|error| mistake(line, error.offset(), error.inner()))
}

/// Reads a script: its commands, each with the number of its line.
///
/// # Errors
///
/// The mistake of the first line that can't be read, with its number.
pub fn parse_script(text: &str) -> Result<Vec<(usize, Command)>, Mistake> {
    let mut commands = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let parsed = parse_line(line).map_err(|error| Mistake { line: number, ..error })?;
        commands.extend(parsed.map(|command| (number, command)));
    }
    Ok(commands)
}

fn mistake(line: &str, offset: usize, error: &ContextError) -> Mistake {
    let rest = &line[offset..];
    let expected = error.context().find_map(|context| match context {
        StrContext::Expected(StrContextValue::Description(what)) => Some(*what),
        _ => None,
    });
    let mut found: String = rest.split_whitespace().next().unwrap_or_default().into();
    if let Some((cut, _)) = found.char_indices().nth(40) {
        found.truncate(cut);
        found.push('…');
    }
    Mistake {
        line: 1,
        column: line[..offset].chars().count() + 1,
        expected: expected.unwrap_or("something else").to_string(),
        found,
    }
}

fn content(input: In<'_, '_>) -> ModalResult<Option<Command>> {
    if at_end(input) {
        take_rest(input);
        return Ok(None);
    }
    let command = command(input)?;
    space0.parse_next(input)?;
    if !at_end(input) {
        return Err(expected(input, "the end of the line"));
    }
    take_rest(input);
    Ok(Some(command))
}

const COMMANDS: &str = "a command (help lists them)";

fn command(input: In<'_, '_>) -> ModalResult<Command> {
    let start = input.checkpoint();
    let name = bare(input).unwrap_or_default();
    let Some(form) = GRAMMAR.iter().find(|form| form.name() == name) else {
        input.reset(&start);
        return Err(expected(input, COMMANDS));
    };
    (form.read)(input)
}

/// Something that has happened when its line is done.
fn act(action: Action) -> Command {
    Command::Act { action, background: false }
}

/// Something that takes time: a script waits for it unless the line ends in `&`.
fn in_background(input: In<'_, '_>, action: Action) -> Command {
    Command::Act { action, background: optional(input, "&") }
}

pub(super) fn cluster(input: In<'_, '_>) -> ModalResult<Command> {
    let nodes = word(input, "a size from 1 to 51", |text| {
        let size: u32 = text.parse().ok()?;
        (1..=u32::try_from(MAX_NODES).ok()?).contains(&size).then_some(size)
    })?;
    let mut seed = 1;
    if optional(input, "seed") {
        seed = number(input)?;
    }
    Ok(Command::Cluster(ClusterConfig { nodes, seed }))
}

pub(super) fn at(input: In<'_, '_>) -> ModalResult<Command> {
    let at = Time::ZERO + duration(input)?;
    skip_space(input);
    let counts = input.starts_with(|c: char| c.is_ascii_digit());
    let events = if counts { Some(number(input)?) } else { None };
    skip_space(input);
    let start = input.checkpoint();
    // An `at` in an `at` would be no action, however deep it goes: it is not even looked at.
    if !input.starts_with("at ")
        && let Command::Act { action, background: false } = command(input)?
    {
        return Ok(Command::At { at, events, action });
    }
    input.reset(&start);
    Err(expected(input, "a number of events, or something to do such as `kill n1`"))
}

#[cfg(test)]
mod tests;
