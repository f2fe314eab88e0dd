//! The words of a line: with or without quotes, taken one after the other.

use std::borrow::Cow;

use winnow::ascii::hex_digit1;
use winnow::combinator::{alt, delimited, preceded, repeat};
use winnow::error::{AddContext, ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::{ModalResult, Parser};
use winnow::stream::Stream;
use winnow::token::{any, none_of, take_while};

/// What is left of a line.
pub(in crate::script) type In<'a, 'i> = &'a mut &'i str;

pub(in crate::script) fn at_end(input: &str) -> bool {
    let rest = input.trim_start();
    rest.is_empty() || rest.starts_with('#')
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

pub(in crate::script) fn skip_space(input: In<'_, '_>) {
    *input = input.trim_start();
}

/// A word without quotes.
pub(in crate::script) fn bare<'i>(input: In<'_, 'i>) -> ModalResult<&'i str> {
    take_while(1.., |c: char| !c.is_whitespace()).parse_next(input)
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
