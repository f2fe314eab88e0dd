//! Reading a repetition: the one place where `;` parts commands.

use winnow::prelude::ModalResult;
use winnow::stream::Stream;

use super::super::{Command, Repeat};
use super::command;
use super::words::{In, comes, expected, skip_space, word};

/// The most commands that a line can stand for.
const MOST: usize = 1_000;

/// What is no part of a repetition: another one, what begins a run or belongs to a recording, and what only tells.
const OUTSIDE: [&str; 5] = ["repeat", "cluster", "at", "why", "help"];

pub(in crate::script) fn repeat(input: In<'_, '_>) -> ModalResult<Command> {
    skip_space(input);
    let start = input.checkpoint();
    let times = word(input, "a number of times from 1 to 1000", |text| {
        text.parse().ok().filter(|times| (1..=MOST).contains(times))
    })?;
    skip_space(input);
    if !input.starts_with('{') {
        return Err(expected(input, "`{` and a command"));
    }
    input.input = &input.input[1..];
    input.state.in_braces = true;
    let commands = commands(input)?;
    input.state.in_braces = false;
    if times * commands.len() > MOST {
        input.reset(&start);
        return Err(expected(input, "fewer times, with no more than 1000 commands in all"));
    }
    Ok(Command::Repeat(Repeat { times, commands }))
}

/// The commands up to the brace, which is taken too.
fn commands(input: In<'_, '_>) -> ModalResult<Vec<Command>> {
    let mut commands = Vec::new();
    loop {
        skip_space(input);
        if comes(input, &OUTSIDE) {
            return Err(expected(input, "something to do, to wait for or to expect"));
        }
        commands.push(command(input)?);
        skip_space(input);
        if input.starts_with('}') {
            input.input = &input.input[1..];
            return Ok(commands);
        }
        if !input.starts_with(';') {
            return Err(expected(input, "`;` and another command, or `}`"));
        }
        input.input = &input.input[1..];
    }
}
