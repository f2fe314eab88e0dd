//! The words of a line: with or without quotes, taken one after the other.

use std::borrow::Cow;

use winnow::ascii::hex_digit1;
use winnow::combinator::{alt, delimited, preceded, repeat};
use winnow::error::{AddContext, ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::{ModalResult, Parser};
use winnow::stream::{Stateful, Stream};
use winnow::token::{any, none_of, take_while};

use super::super::names::{Names, Nobody};

/// What is left of a line, and how it is read.
pub(in crate::script) type Words<'i> = Stateful<&'i str, Reading>;

/// The words that a parser takes from.
pub(in crate::script) type In<'a, 'i> = &'a mut Words<'i>;

/// How a line is read.
#[derive(Clone, Debug, Default)]
pub(in crate::script) struct Reading {
    /// What `leader` and `all` stand for.
    pub(in crate::script) names: Names,
    /// Whether one of them was read whose servers are not known yet.
    pub(in crate::script) stands_in: bool,
    /// The name that stands for nobody.
    pub(in crate::script) nobody: Option<Nobody>,
    /// Whether the words are inside of braces, where `;` and `}` end a command.
    pub(in crate::script) in_braces: bool,
}

pub(in crate::script) fn at_end(input: &Words<'_>) -> bool {
    let rest = input.trim_start();
    rest.is_empty()
        || rest.starts_with('#')
        || rest.starts_with(|c| ends_command(input.state.in_braces, c))
}

/// Whether a character ends a command, as it does inside of braces.
fn ends_command(in_braces: bool, character: char) -> bool {
    in_braces && matches!(character, ';' | '}')
}

pub(in crate::script) fn take_rest(input: In<'_, '_>) {
    input.finish();
}

/// The next word, read by `read`; where it is missing or cannot be read, the error stands at its
/// beginning.
pub(in crate::script) fn word<T>(
    input: In<'_, '_>,
    what: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> ModalResult<T> {
    skip_space(input);
    let start = input.checkpoint();
    let text = if at_end(input) { None } else { token(input).ok() };
    if let Some(value) = text.and_then(|text| read(&text)) {
        return Ok(value);
    }
    input.reset(&start);
    Err(expected(input, what))
}

/// The word with one of these names, or an error that says `what` was expected.
pub(in crate::script) fn name<T>(
    input: In<'_, '_>,
    what: &'static str,
    names: impl Iterator<Item = (&'static str, T)> + Clone,
) -> ModalResult<T> {
    let named = |text: &str| names.clone().find(|(name, _)| *name == text).map(|(_, value)| value);
    word(input, what, named).map_err(|error| one_of(input, error, names.map(|(name, _)| name)))
}

/// The same error, which names the words that could have stood there.
pub(in crate::script) fn one_of(
    input: In<'_, '_>,
    error: ErrMode<ContextError>,
    words: impl Iterator<Item = &'static str>,
) -> ErrMode<ContextError> {
    let start = input.checkpoint();
    words.fold(error, |error, word| {
        let context = StrContext::Expected(StrContextValue::StringLiteral(word));
        error.add_context(input, &start, context)
    })
}

/// The word `wanted`, or an error that says `what` was expected.
pub(in crate::script) fn keyword(
    input: In<'_, '_>,
    wanted: &str,
    what: &'static str,
) -> ModalResult<()> {
    word(input, what, |text| (text == wanted).then_some(()))
}

/// Takes the word `wanted` if it comes next.
pub(in crate::script) fn optional(input: In<'_, '_>, wanted: &str) -> bool {
    let start = input.checkpoint();
    skip_space(input);
    if bare(input).is_ok_and(|text| text == wanted) {
        return true;
    }
    input.reset(&start);
    false
}

/// Whether one of these words comes next.
pub(in crate::script) fn comes(input: In<'_, '_>, words: &[&str]) -> bool {
    let start = input.checkpoint();
    let comes = words.iter().any(|word| optional(input, word));
    input.reset(&start);
    comes
}

pub(in crate::script) fn skip_space(input: In<'_, '_>) {
    input.input = input.input.trim_start();
}

/// A word without quotes.
pub(in crate::script) fn bare<'i>(input: In<'_, 'i>) -> ModalResult<&'i str> {
    let in_braces = input.state.in_braces;
    let is_part = |c: char| !c.is_whitespace() && !ends_command(in_braces, c);
    take_while(1.., is_part).parse_next(input)
}

/// A word, with or without quotes. One that begins with a quote must end with one.
fn token<'i>(input: In<'_, 'i>) -> ModalResult<Cow<'i, str>> {
    if input.starts_with('"') {
        return quoted.map(Cow::Owned).parse_next(input);
    }
    bare.map(Cow::Borrowed).parse_next(input)
}

fn quoted(input: In<'_, '_>) -> ModalResult<String> {
    let character = alt((preceded('\\', escape), none_of(['"', '\\'])));
    let text = repeat(0.., character).fold(String::new, |mut text, character| {
        text.push(character);
        text
    });
    delimited('"', text, '"').parse_next(input)
}

fn escape(input: In<'_, '_>) -> ModalResult<char> {
    let unicode = preceded('u', delimited('{', hex_digit1, '}'))
        .verify_map(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
    let simple = any.verify_map(|character| match character {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        '0' => Some('\0'),
        '"' | '\\' | '\'' => Some(character),
        _ => None,
    });
    alt((unicode, simple)).parse_next(input)
}

pub(in crate::script) fn expected(input: In<'_, '_>, what: &'static str) -> ErrMode<ContextError> {
    let start = input.checkpoint();
    let context = StrContext::Expected(StrContextValue::Description(what));
    ErrMode::Cut(ContextError::new().add_context(input, &start, context))
}
