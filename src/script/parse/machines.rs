//! Reading what is done to a single machine: its process, disk, clock and processor.

use winnow::prelude::ModalResult;

use super::super::Command;
use super::act;
use super::values::{duration, node, offset, rate};
use super::words::{In, at_end, expected, optional, skip_space, word};
use crate::cluster::{Action, ClockChange, DiskState};
use crate::raft::NodeId;

/// An action that is said with a node alone.
pub(in crate::script) fn on_node(
    action: fn(NodeId) -> Action,
    input: In<'_, '_>,
) -> ModalResult<Command> {
    node(input).map(action).map(act)
}

pub(in crate::script) fn kill(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    let torn = optional(input, "torn");
    Ok(act(if torn { Action::KillTorn(node) } else { Action::Kill(node) }))
}

pub(in crate::script) fn disk(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    if optional(input, "fsync") {
        return Ok(act(Action::Disk { node, fsync: duration(input)? }));
    }
    let what = "`fsync` and a time such as 40ms, `full`, `failing`, `lies` or `ok`";
    let named = |text: &str| DiskState::ALL.into_iter().find(|state| state.name() == text);
    Ok(act(Action::SetDisk { node, state: word(input, what, named)? }))
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
