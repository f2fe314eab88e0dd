//! Reading the language, with exact errors: the column and what was expected there.
//!
//! `winnow` cuts a line into words. The first names a row of the table in `grammar.rs`, whose function reads the
//! words that the command needs, one after the other. Those functions stand in the folder `parse`, by what they
//! are about.

pub(super) mod expectation;
pub(super) mod machines;
pub(super) mod members;
pub(super) mod network;
pub(super) mod repeat;
pub(super) mod requests;
pub(super) mod settings;
pub(super) mod values;
pub(super) mod words;

use winnow::prelude::{ModalResult, Parser};
use winnow::stream::Stream;

use super::Command;
use super::grammar::GRAMMAR;
use super::mistake::Mistake;
use super::names::{Names, Unresolved};
use crate::cluster::{Action, ClusterConfig, MAX_NODES};
use crate::time::Time;
use values::{duration, number};
use words::{
    In, Reading, Words, at_end, bare, expected, one_of, optional, skip_space, take_rest, word,
};

/// Reads a line; `None` for one that says nothing.
///
/// # Errors
///
/// Names the column of the first word that does not belong there, and what was expected. The line counts as
/// line 1.
pub fn parse_line(line: &str) -> Result<Option<Command>, Mistake> {
    let parsed = content.parse(words_of(line));
    parsed.map_err(|error| Mistake::at(line, error.offset(), error.inner()))
}

/// Whether a line says something that can be read.
pub(super) fn reads(line: &str) -> bool {
    content.parse(words_of(line)).is_ok_and(|command| command.is_some())
}

fn words_of(line: &str) -> Words<'_> {
    Words { input: line, state: Reading::default() }
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

fn content(input: In<'_, '_>) -> ModalResult<Option<Command>> {
    if at_end(input) {
        take_rest(input);
        return Ok(None);
    }
    let command = command(input)?;
    skip_space(input);
    if !at_end(input) {
        return Err(expected(input, "the end of the line"));
    }
    take_rest(input);
    Ok(Some(command))
}

/// The words of a command, up to the end of the line or, in braces, of the command.
pub(super) fn command(input: In<'_, '_>) -> ModalResult<Command> {
    skip_space(input);
    let (start, text) = (input.checkpoint(), input.input);
    let name = bare(input).unwrap_or_default();
    let Some(form) = GRAMMAR.iter().find(|form| form.name() == name) else {
        input.reset(&start);
        let error = expected(input, "a command (help lists them)");
        return Err(one_of(input, error, GRAMMAR.iter().map(|form| form.name())));
    };
    let command = (form.read)(input)?;
    let taken = &text[..text.len() - input.input.len()];
    let stands_in = std::mem::take(&mut input.state.stands_in);
    Ok(if stands_in { Command::Unresolved(Unresolved::new(taken)) } else { command })
}

/// Something that has happened when its line is done.
fn act(action: Action) -> Command {
    Command::Act { action, background: false }
}

/// The same with several things, which are done as one.
fn act_all(mut actions: Vec<Action>) -> Command {
    match actions.len() {
        1 => act(actions.swap_remove(0)),
        _ => Command::Together(actions),
    }
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
    // What stands in a recording is done as it is written, whoever leads by then.
    let names = std::mem::replace(&mut input.state.names, Names::Refused);
    // An `at` in an `at` would be no action, however deep it goes: it is not even looked at.
    if !input.starts_with("at ")
        && let Command::Act { action, background: false } = command(input)?
    {
        input.state.names = names;
        return Ok(Command::At { at, events, action });
    }
    input.reset(&start);
    Err(expected(input, "a number of events, or something to do such as `kill n1`"))
}

#[cfg(test)]
mod tests;
