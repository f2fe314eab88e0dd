//! Reading what is done to the network: its sides, its links, and messages in flight.

use winnow::prelude::ModalResult;

use super::super::Command;
use super::values::{chance, duration, node, node_or, range};
use super::words::{In, at_end, expected, keyword, one_of, optional, skip_space, word};
use super::{act, act_all};
use crate::cluster::{Action, Handling, LinkChange, MessageId, Which};
use crate::raft::{MessageKind, NodeId};

pub(in crate::script) fn partition(input: In<'_, '_>) -> ModalResult<Command> {
    let mut groups = vec![vec![node(input)?]];
    while !at_end(input) {
        if optional(input, "|") {
            groups.push(vec![node(input)?]);
        } else {
            let next = node_or(input, "a node such as n1, or `|`")?;
            groups.last_mut().into_iter().for_each(|group| group.push(next));
        }
    }
    Ok(act(Action::Partition(groups)))
}

pub(in crate::script) fn cut(input: In<'_, '_>) -> ModalResult<Command> {
    let ways = ways(input)?.into_iter();
    Ok(act_all(ways.map(|(from, to)| Action::Cut { from, to }).collect()))
}

pub(in crate::script) fn mend(input: In<'_, '_>) -> ModalResult<Command> {
    let ways = ways(input)?.into_iter();
    Ok(act_all(ways.map(|(from, to)| Action::Mend { from, to }).collect()))
}

pub(in crate::script) fn network(input: In<'_, '_>) -> ModalResult<Command> {
    link_change(input).map(Action::Network).map(act)
}

pub(in crate::script) fn link(input: In<'_, '_>) -> ModalResult<Command> {
    let ways = ways(input)?;
    let change = link_change(input)?;
    Ok(act_all(ways.into_iter().map(|(from, to)| Action::Link { from, to, change }).collect()))
}

pub(in crate::script) fn delay(input: In<'_, '_>) -> ModalResult<Command> {
    let which = which(input)?;
    Ok(act(Action::Mail { which, handling: Handling::Delay(duration(input)?) }))
}

/// What is done to a message, where that says no more than its name.
pub(in crate::script) fn mail(handling: Handling, input: In<'_, '_>) -> ModalResult<Command> {
    Ok(act(Action::Mail { which: which(input)?, handling }))
}

fn arrow(input: In<'_, '_>) -> ModalResult<(NodeId, NodeId)> {
    let from = node(input)?;
    keyword(input, "->", "`->` and a node")?;
    Ok((from, node(input)?))
}

/// One way of a link, or both.
fn ways(input: In<'_, '_>) -> ModalResult<Vec<(NodeId, NodeId)>> {
    let one = node(input)?;
    if optional(input, "<->") {
        let other = node(input)?;
        return Ok(vec![(one, other), (other, one)]);
    }
    keyword(input, "->", "`->` or `<->`, and a node")?;
    Ok(vec![(one, node(input)?)])
}

/// A message by its kind and its way, or by its number.
fn which(input: In<'_, '_>) -> ModalResult<Which> {
    enum Named {
        Kind(MessageKind),
        Number(u64),
    }
    let what = "a message such as RequestVote, AppendEntriesResponse or m17";
    let kinds = MessageKind::ALL.into_iter().map(|kind| (kind.name(), kind));
    let named = word(input, what, |text| {
        let kind = kinds.clone().find(|(name, _)| *name == text).map(|(_, kind)| kind);
        let number = || text.strip_prefix('m')?.parse().ok();
        kind.map(Named::Kind).or_else(|| number().map(Named::Number))
    });
    let named = named.map_err(|error| one_of(input, error, kinds.clone().map(|(name, _)| name)))?;
    match named {
        Named::Number(number) => Ok(Which::Numbered(MessageId(number))),
        Named::Kind(kind) => {
            let (from, to) = arrow(input)?;
            Ok(Which::Oldest { kind, from, to })
        }
    }
}

fn link_change(input: In<'_, '_>) -> ModalResult<LinkChange> {
    let mut change = LinkChange::default();
    loop {
        if change.latency.is_none() && optional(input, "latency") {
            change.latency = Some(range(input)?);
        } else if change.loss.is_none() && optional(input, "loss") {
            change.loss = Some(chance(input)?);
        } else if change.duplicate.is_none() && optional(input, "duplicate") {
            change.duplicate = Some(chance(input)?);
        } else if change == LinkChange::default() || !at_end(input) {
            skip_space(input);
            return Err(expected(input, "`latency`, `loss` or `duplicate`"));
        } else {
            return Ok(change);
        }
    }
}
