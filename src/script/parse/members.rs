//! Reading the commands that change who belongs to the cluster.

use winnow::prelude::ModalResult;

use super::super::Command;
use super::in_background;
use super::values::{node, node_or};
use super::words::{In, at_end, comes, optional};
use crate::cluster::{Action, Operation};
use crate::raft::{Change, NodeId};
use crate::store::ClientId;

pub(in crate::script) fn add(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    let learner = optional(input, "learner");
    let action = if learner { Action::Learn(node) } else { Action::Add(node) };
    Ok(in_background(input, action))
}

pub(in crate::script) fn members(input: In<'_, '_>) -> ModalResult<Command> {
    let nodes = nodes(input, "a node such as n1", "a node such as n1, or `via` and a node")?;
    change(input, Action::Members(nodes.clone()), Change::Members(nodes))
}

pub(in crate::script) fn remove(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    change(input, Action::Remove(node), Change::Remove(node))
}

pub(in crate::script) fn demote(input: In<'_, '_>) -> ModalResult<Command> {
    let node = node(input)?;
    change(input, Action::Demote(node), Change::Demote(node))
}

/// A change of the membership: an action of its own, or the visitor's request to the server that is named.
fn change(input: In<'_, '_>, action: Action, change: Change) -> ModalResult<Command> {
    if !optional(input, "via") {
        return Ok(in_background(input, action));
    }
    let via = Some(node(input)?);
    let operation = Operation::Change(change);
    Ok(in_background(input, Action::Request { client: ClientId::YOU, operation, via }))
}

/// The words that end a list of nodes, beside the end of the command.
const AFTER_NODES: [&str; 5] = ["&", "via", "on", "for", "torn"];

/// One node or several: what is expected in the place of the first, and of each that may follow.
pub(super) fn nodes(
    input: In<'_, '_>,
    first: &'static str,
    next: &'static str,
) -> ModalResult<Vec<NodeId>> {
    let mut nodes = vec![node_or(input, first)?];
    while !at_end(input) && !comes(input, &AFTER_NODES) {
        nodes.push(node_or(input, next)?);
    }
    Ok(nodes)
}
