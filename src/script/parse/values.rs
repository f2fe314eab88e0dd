//! Reading single values: nodes, numbers, times, chances, and what stands for them.

use winnow::prelude::ModalResult;

use super::super::names::leader;
use super::words::{In, word};
use crate::cluster::{Offset, Rate};
use crate::raft::{Index, NodeId, Term};
use crate::rng::Chance;
use crate::store::{ClientId, Key, Value};
use crate::time::Duration;

pub(in crate::script) fn node(input: In<'_, '_>) -> ModalResult<NodeId> {
    node_or(input, "a node such as n1")
}

/// A node, where something else could stand too: all of which is `what`.
pub(in crate::script) fn node_or(input: In<'_, '_>, what: &'static str) -> ModalResult<NodeId> {
    leader(input).unwrap_or_else(|| word(input, what, read_node))
}

pub(in crate::script) fn read_node(text: &str) -> Option<NodeId> {
    let digits = text.strip_prefix('n').filter(|digits| !digits.starts_with(['0', '+']))?;
    digits.parse().ok().map(NodeId)
}

pub(in crate::script) fn client(input: In<'_, '_>) -> ModalResult<ClientId> {
    word(input, "a client from c1 to c100", |text| {
        let digits = text.strip_prefix('c').filter(|digits| !digits.starts_with(['0', '+']))?;
        ClientId::named(digits.parse().ok()?)
    })
}

pub(in crate::script) fn number(input: In<'_, '_>) -> ModalResult<u64> {
    word(input, "a whole number", |text| text.parse().ok())
}

pub(in crate::script) fn index(input: In<'_, '_>) -> ModalResult<Index> {
    word(input, "an index, 1 or more", |text| text.parse().ok().and_then(Index::new))
}

pub(in crate::script) fn term(input: In<'_, '_>) -> ModalResult<Term> {
    word(input, "a term", read_term)
}

pub(in crate::script) fn read_term(text: &str) -> Option<Term> {
    text.parse().ok().map(Term)
}

pub(in crate::script) fn key(input: In<'_, '_>) -> ModalResult<Key> {
    word(input, "a key of 1 to 256 bytes", |text| Key::new(text).ok())
}

pub(in crate::script) fn value(input: In<'_, '_>) -> ModalResult<Value> {
    word(input, "a value of at most 65536 bytes", |text| Value::new(text).ok())
}

pub(in crate::script) fn duration(input: In<'_, '_>) -> ModalResult<Duration> {
    word(input, "a time such as 40ms", read_duration)
}

pub(in crate::script) fn range(input: In<'_, '_>) -> ModalResult<(Duration, Duration)> {
    word(input, "a time or a range of times such as 5ms..15ms", |text| {
        let (min, max) = text.split_once("..").unwrap_or((text, text));
        let (min, max) = (read_duration(min)?, read_duration(max)?);
        (min <= max).then_some((min, max))
    })
}

pub(in crate::script) fn chance(input: In<'_, '_>) -> ModalResult<Chance> {
    word(input, "a percentage from 0% to 100%", read_chance)
}

pub(in crate::script) fn read_chance(text: &str) -> Option<Chance> {
    let ppm = read_decimal(text.strip_suffix('%')?, 10_000)?;
    Chance::from_ppm(u32::try_from(ppm).ok()?)
}

/// A time with its unit, in whole microseconds, up to a day.
pub(in crate::script) fn read_duration(text: &str) -> Option<Duration> {
    let units = [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000)];
    let (number, unit) =
        units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
    let micros = read_decimal(number, unit)?;
    (micros <= 86_400_000_000).then_some(Duration::from_micros(micros))
}

/// A decimal number times `unit`, if that is whole.
fn read_decimal(text: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let parts = fraction.parse::<u64>().ok()?.checked_mul(unit)?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    parts.is_multiple_of(scale).then(|| whole.checked_add(parts / scale))?
}

/// A clock's rate: a decimal number from 0.1 to 10.
pub(in crate::script) fn rate(input: In<'_, '_>) -> ModalResult<Rate> {
    word(input, "a rate from 0.1 to 10", |text| {
        Rate::from_millionths(u32::try_from(read_decimal(text, 1_000_000)?).ok()?)
    })
}

/// How wrong a calendar is: a time, or a time after a minus.
pub(in crate::script) fn offset(input: In<'_, '_>) -> ModalResult<Offset> {
    word(input, "a time such as 2s or -2s", |text| match text.strip_prefix('-') {
        Some(behind) => read_duration(behind).map(Offset::Behind),
        None => read_duration(text).map(Offset::Ahead),
    })
}
