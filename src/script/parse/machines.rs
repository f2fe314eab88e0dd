//! Reading what is done to a single machine: its process, disk, clock and processor.

use winnow::prelude::ModalResult;

use super::super::Command;
use super::super::names::all;
use super::members::nodes;
use super::values::{duration, node, offset, rate};
use super::words::{In, at_end, expected, name, optional, skip_space};
use super::{act, act_all};
use crate::cluster::{Action, ClockChange, DiskState, Status};
use crate::raft::NodeId;

/// An action that is said with a node alone.
pub(in crate::script) fn on_node(
    action: fn(NodeId) -> Action,
    input: In<'_, '_>,
) -> ModalResult<Command> {
    node(input).map(action).map(act)
}

/// An action that is said with one node or several, or with `all` to which it can be done. The command's name is
/// for the sentence that there is none.
pub(in crate::script) fn on_nodes(
    (command, action): (&'static str, fn(NodeId) -> Action),
    can_be_done: fn(Status) -> bool,
    input: In<'_, '_>,
) -> ModalResult<Command> {
    let nodes = several((command, "a node such as n1"), can_be_done, input)?;
    Ok(act_all(nodes.into_iter().map(action).collect()))
}

pub(in crate::script) fn kill(input: In<'_, '_>) -> ModalResult<Command> {
    let next = "a node such as n1, or `torn`";
    let nodes = several(("kill", next), |status| status != Status::Down, input)?;
    let action = if optional(input, "torn") { Action::KillTorn } else { Action::Kill };
    Ok(act_all(nodes.into_iter().map(action).collect()))
}

/// The nodes that a command is about; `next` is expected where another one could stand.
fn several(
    (command, next): (&'static str, &'static str),
    can_be_done: fn(Status) -> bool,
    input: In<'_, '_>,
) -> ModalResult<Vec<NodeId>> {
    let first = "a node such as n1, or `all`";
    all(input, command, can_be_done).unwrap_or_else(|| nodes(input, first, next))
}

pub(in crate::script) fn disk(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    if optional(input, "fsync") {
        return Ok(act(Action::Disk { node, fsync: duration(input)? }));
    }
    let what = "`fsync` and a time such as 40ms, `full`, `failing`, `lies` or `ok`";
    let states = DiskState::ALL.into_iter().map(|state| (state.name(), state));
    Ok(act(Action::SetDisk { node, state: name(input, what, states)? }))
}

pub(in crate::script) fn clock(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    Ok(act(Action::Clock { node, change: clock_change(input)? }))
}

pub(in crate::script) fn cpu(input: In<'_, '_>) -> ModalResult<Command> {
    Ok(act(Action::Cpu { node: node(input)?, takes: duration(input)? }))
}

fn clock_change(input: In<'_, '_>) -> ModalResult<ClockChange> {
    let mut change = ClockChange::default();
    loop {
        if change.rate.is_none() && optional(input, "rate") {
            change.rate = Some(rate(input)?);
        } else if change.offset.is_none() && optional(input, "offset") {
            change.offset = Some(offset(input)?);
        } else if change == ClockChange::default() || !at_end(input) {
            skip_space(input);
            return Err(expected(input, "`rate` or `offset`"));
        } else {
            return Ok(change);
        }
    }
}
