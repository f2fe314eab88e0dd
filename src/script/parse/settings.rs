//! Reading how servers behave from now on, and what happens of its own accord: snapshots, timing, rules, the
//! background workload, faults at random.

use winnow::prelude::ModalResult;

use super::super::Command;
use super::act;
use super::values::{chance, duration, node_or, number, range, read_chance};
use super::words::{In, at_end, expected, keyword, name, optional, skip_space, word};
use crate::cluster::{Action, Consistency, Timing, Workload};
use crate::raft::Rule;

pub(in crate::script) fn snapshot(input: In<'_, '_>) -> ModalResult<Command> {
    let every = if optional(input, "off") {
        None
    } else if optional(input, "every") {
        Some(number(input)?)
    } else {
        return node_or(input, "a node, `every` or `off`").map(Action::Snapshot).map(act);
    };
    let mut chunk = None;
    if optional(input, "chunk") {
        chunk = Some(word(input, "a number of bytes", |text| text.parse().ok())?);
    }
    Ok(act(Action::Snapshots { every, chunk }))
}

pub(in crate::script) fn rule(input: In<'_, '_>) -> ModalResult<Command> {
    let rules = Rule::TABLE.iter().map(|about| (about.name, about.rule));
    let rule = name(input, "a rule such as step-down", rules)?;
    let on = name(input, "`on` or `off`", [("on", true), ("off", false)].into_iter())?;
    Ok(act(Action::Rule { rule, on }))
}

pub(in crate::script) fn chaos(input: In<'_, '_>) -> ModalResult<Command> {
    if optional(input, "off") {
        return Ok(act(Action::Chaos(None)));
    }
    let level = word(input, "a percentage from 0% to 100%, or `off`", read_chance)?;
    Ok(act(Action::Chaos(Some(level))))
}

pub(in crate::script) fn timing(input: In<'_, '_>) -> ModalResult<Command> {
    let mut timing = Timing::default();
    loop {
        if timing.election.is_none() && optional(input, "election") {
            timing.election = Some(range(input)?);
        } else if timing.heartbeat.is_none() && optional(input, "heartbeat") {
            timing.heartbeat = Some(duration(input)?);
        } else if timing.batch.is_none() && optional(input, "batch") {
            timing.batch = Some(word(input, "a number of entries", |text| text.parse().ok())?);
        } else if timing.session.is_none() && optional(input, "session") {
            timing.session = Some(duration(input)?);
        } else if timing.drift.is_none() && optional(input, "drift") {
            timing.drift = Some(word(input, "a percentage such as 10%", |text| {
                text.strip_suffix('%')?.parse().ok()
            })?);
        } else if timing == Timing::default() || !at_end(input) {
            skip_space(input);
            return Err(expected(input, "`election`, `heartbeat`, `batch`, `session` or `drift`"));
        } else {
            return Ok(act(Action::Timing(timing)));
        }
    }
}

pub(in crate::script) fn clients(input: In<'_, '_>) -> ModalResult<Command> {
    if optional(input, "off") {
        return Ok(act(Action::Clients(None)));
    }
    let clients = word(input, "a number of clients, or `off`", |text| text.parse().ok())?;
    keyword(input, "keys", "`keys` and a number")?;
    let keys = word(input, "a number of keys", |text| text.parse().ok())?;
    keyword(input, "writes", "`writes` and a percentage")?;
    let writes = chance(input)?;
    keyword(input, "every", "`every` and a time")?;
    let every = duration(input)?;
    let mut reads = Consistency::default();
    if optional(input, "reads") {
        let modes = Consistency::ALL.into_iter().map(|mode| (mode.name(), mode));
        reads = name(input, "how reads are to be: linearizable, lease, leader or stale", modes)?;
    }
    let workload = Workload { clients, keys, writes, every, reads };
    Ok(act(Action::Clients(Some(workload))))
}
