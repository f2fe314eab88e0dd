//! Reading the language, with exact errors: the column and what was expected there.
//!
//! `winnow` cuts a line into words; each command then reads the words it needs, one after the other.
//! `parse/expectation.rs` reads what a script waits for and expects.

mod expectation;

use std::fmt;

use winnow::ascii::space0;
use winnow::error::{ContextError, StrContext, StrContextValue};
use winnow::prelude::{ModalResult, Parser};
use winnow::stream::Stream;

use super::Command;
use super::curl::Curl;
use super::grammar::REQUESTS;
use super::question::question;
use super::values::{
    chance, client, duration, key, node, number, offset, range, rate, read_chance, read_node, value,
};
use super::words::{In, at_end, bare, expected, keyword, optional, skip_space, take_rest, word};
use crate::cluster::{
    Action, ClockChange, ClusterConfig, Consistency, DiskState, Handling, LinkChange, MAX_NODES,
    MessageId, Operation, Timing, Which, Workload,
};
use crate::raft::{Change, MessageKind, NodeId, Rule};
use crate::store::{self, ClientId};
use crate::time::Time;
use expectation::{expect, wait};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1; 1 for a line that stands alone.
    pub line: usize,
    /// From 1, counted in characters.
    pub column: usize,
    /// What was expected there.
    pub expected: String,
    /// What stands there instead; empty at the end of the line.
    pub found: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, expected, found } = self;
        write!(f, "line {line}, column {column}: expected {expected}, ")?;
        if found.is_empty() { write!(f, "but the line ends") } else { write!(f, "found `{found}`") }
    }
}

impl std::error::Error for Mistake {}

/// Reads a line; `None` for one that says nothing.
pub fn parse_line(line: &str) -> Result<Option<Command>, Mistake> {
    let parsed = (space0, content).map(|(_, content)| content).parse(line);
    parsed.map_err(|error| mistake(line, error.offset(), error.inner()))
}

/// Reads a script: its commands, each with the number of its line.
pub fn parse_script(text: &str) -> Result<Vec<(usize, Command)>, Mistake> {
    let mut commands = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let parsed = parse_line(line).map_err(|error| Mistake { line: number, ..error })?;
        commands.extend(parsed.map(|command| (number, command)));
    }
    Ok(commands)
}

fn mistake(line: &str, offset: usize, error: &ContextError) -> Mistake {
    let rest = &line[offset..];
    let expected = error.context().find_map(|context| match context {
        StrContext::Expected(StrContextValue::Description(what)) => Some(*what),
        _ => None,
    });
    let mut found: String = rest.split_whitespace().next().unwrap_or_default().into();
    if let Some((cut, _)) = found.char_indices().nth(40) {
        found.truncate(cut);
        found.push('…');
    }
    Mistake {
        line: 1,
        column: line[..offset].chars().count() + 1,
        expected: expected.unwrap_or("something else").to_string(),
        found,
    }
}

fn content(input: In<'_, '_>) -> ModalResult<Option<Command>> {
    if at_end(input) {
        take_rest(input);
        return Ok(None);
    }
    let command = command(input)?;
    space0.parse_next(input)?;
    if !at_end(input) {
        return Err(expected(input, "the end of the line"));
    }
    take_rest(input);
    Ok(Some(command))
}

const COMMANDS: &str = "a command (help lists them)";

fn command(input: In<'_, '_>) -> ModalResult<Command> {
    let start = input.checkpoint();
    let name = bare(input).unwrap_or_default();
    let act = |action| Command::Act { action, background: false };
    Ok(match name {
        "cluster" => cluster(input)?,
        "set" | "get" | "delete" | "cas" => request(ClientId::YOU, name, input)?,
        "as" => named_request(input)?,
        "curl" => curl(input)?,
        "add" => in_background(input, |input| {
            let node = node(input)?;
            Ok(if optional(input, "learner") { Action::Learn(node) } else { Action::Add(node) })
        })?,
        "members" => in_background(input, |input| {
            let nodes = nodes(input)?;
            if !optional(input, "via") {
                return Ok(Action::Members(nodes));
            }
            let operation = Operation::Change(Change::Members(nodes));
            Ok(Action::Request { client: ClientId::YOU, operation, via: Some(node(input)?) })
        })?,
        "remove" => in_background(input, |input| {
            let node = node(input)?;
            if !optional(input, "via") {
                return Ok(Action::Remove(node));
            }
            let operation = Operation::Change(Change::Remove(node));
            let via = Some(self::node(input)?);
            Ok(Action::Request { client: ClientId::YOU, operation, via })
        })?,
        "demote" => in_background(input, |input| {
            let node = node(input)?;
            if !optional(input, "via") {
                return Ok(Action::Demote(node));
            }
            let operation = Operation::Change(Change::Demote(node));
            let via = Some(self::node(input)?);
            Ok(Action::Request { client: ClientId::YOU, operation, via })
        })?,
        "kill" => {
            let node = node(input)?;
            let torn = optional(input, "torn");
            act(if torn { Action::KillTorn(node) } else { Action::Kill(node) })
        }
        "wipe" => act(Action::Wipe(node(input)?)),
        "clock" => {
            let node = node(input)?;
            act(Action::Clock { node, change: clock_change(input)? })
        }
        "cpu" => act(Action::Cpu { node: node(input)?, takes: duration(input)? }),
        "transfer" => act(Action::Transfer(node(input)?)),
        "snapshot" => act(snapshot(input)?),
        "restart" => act(Action::Restart(node(input)?)),
        "pause" => act(Action::Pause(node(input)?)),
        "resume" => act(Action::Resume(node(input)?)),
        "partition" => act(partition(input)?),
        "heal" => act(Action::Heal),
        "cut" | "mend" => {
            let (from, to) = arrow(input)?;
            act(if name == "cut" { Action::Cut { from, to } } else { Action::Mend { from, to } })
        }
        "network" => act(Action::Network(link_change(input)?)),
        "link" => {
            let (from, to) = arrow(input)?;
            act(Action::Link { from, to, change: link_change(input)? })
        }
        "disk" => {
            let node = node(input)?;
            if optional(input, "fsync") {
                act(Action::Disk { node, fsync: duration(input)? })
            } else {
                let what = "`fsync` and a time such as 40ms, `full`, `failing`, `lies` or `ok`";
                let named =
                    |text: &str| DiskState::ALL.into_iter().find(|state| state.name() == text);
                act(Action::SetDisk { node, state: word(input, what, named)? })
            }
        }
        "timing" => act(Action::Timing(timing(input)?)),
        "rule" => {
            let rule = word(input, "a rule such as step-down", Rule::named)?;
            let on = word(input, "`on` or `off`", |text| match text {
                "on" => Some(true),
                "off" => Some(false),
                _ => None,
            })?;
            act(Action::Rule { rule, on })
        }
        "timeout" => act(Action::Timeout(node(input)?)),
        "drop" | "delay" | "duplicate" | "deliver" => {
            let which = which(input)?;
            let handling = match name {
                "drop" => Handling::Drop,
                "delay" => Handling::Delay(duration(input)?),
                "duplicate" => Handling::Duplicate,
                _ => Handling::Deliver,
            };
            act(Action::Mail { which, handling })
        }
        "chaos" if optional(input, "off") => act(Action::Chaos(None)),
        "chaos" => {
            let level = word(input, "a percentage from 0% to 100%, or `off`", read_chance)?;
            act(Action::Chaos(Some(level)))
        }
        "clients" => act(Action::Clients(workload(input)?)),
        "at" => at(input)?,
        "wait" => Command::Wait(wait(input)?),
        "expect" => Command::Expect(expect(input)?),
        "why" => Command::Why(question(input)?),
        "help" => Command::Help,
        _ => {
            input.reset(&start);
            return Err(expected(input, COMMANDS));
        }
    })
}

fn cluster(input: In<'_, '_>) -> ModalResult<Command> {
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

/// A request of a named client: of those that are about a key.
fn named_request(input: In<'_, '_>) -> ModalResult<Command> {
    let client = client(input)?;
    let verb = word(input, "`set`, `get`, `delete` or `cas`", |text| {
        REQUESTS.into_iter().find(|verb| *verb == text)
    })?;
    request(client, verb, input)
}

fn request(client: ClientId, name: &str, input: In<'_, '_>) -> ModalResult<Command> {
    let key = key(input)?;
    let mut via = None;
    let operation = match name {
        "set" => {
            let value = value(input)?;
            Operation::Write(store::Command::Set { key, value })
        }
        "delete" => Operation::Write(store::Command::Delete { key }),
        "cas" => {
            let (old, new) = (value(input)?, value(input)?);
            Operation::Write(store::Command::Cas { key, old, new })
        }
        _ => {
            if optional(input, "from") {
                via = Some(node(input)?);
            }
            let consistency = consistency(input);
            Operation::Read { key, consistency }
        }
    };
    if name != "get" && optional(input, "via") {
        via = Some(node(input)?);
    }
    in_background(input, |_| Ok(Action::Request { client, operation, via }))
}

/// How strong a read is, if it is said.
fn consistency(input: In<'_, '_>) -> Consistency {
    let named = Consistency::ALL.into_iter().find(|mode| optional(input, mode.name()));
    named.unwrap_or_default()
}

fn nodes(input: In<'_, '_>) -> ModalResult<Vec<NodeId>> {
    let mut nodes = vec![node(input)?];
    while !at_end(input) && !input.trim_start().starts_with(['&', 'v']) {
        nodes.push(node(input)?);
    }
    Ok(nodes)
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

fn snapshot(input: In<'_, '_>) -> ModalResult<Action> {
    let every = if optional(input, "off") {
        None
    } else if optional(input, "every") {
        Some(number(input)?)
    } else {
        return word(input, "a node, `every` or `off`", read_node).map(Action::Snapshot);
    };
    let mut chunk = None;
    if optional(input, "chunk") {
        chunk = Some(word(input, "a number of bytes", |text| text.parse().ok())?);
    }
    Ok(Action::Snapshots { every, chunk })
}

fn in_background(
    input: In<'_, '_>,
    action: impl FnOnce(In<'_, '_>) -> ModalResult<Action>,
) -> ModalResult<Command> {
    let action = action(input)?;
    Ok(Command::Act { action, background: optional(input, "&") })
}

fn curl(input: In<'_, '_>) -> ModalResult<Command> {
    let what = "a URL such as \"http://localhost:8080/get?key=color\"";
    Ok(Command::Curl(word(input, what, Curl::parse)?))
}

fn partition(input: In<'_, '_>) -> ModalResult<Action> {
    let mut groups = vec![vec![node(input)?]];
    while !at_end(input) {
        if optional(input, "|") {
            groups.push(vec![node(input)?]);
        } else {
            let next = word(input, "a node such as n1, or `|`", read_node)?;
            groups.last_mut().into_iter().for_each(|group| group.push(next));
        }
    }
    Ok(Action::Partition(groups))
}

fn arrow(input: In<'_, '_>) -> ModalResult<(NodeId, NodeId)> {
    let from = node(input)?;
    keyword(input, "->", "`->` and a node")?;
    Ok((from, node(input)?))
}

/// A message by its kind and its way, or by its number.
fn which(input: In<'_, '_>) -> ModalResult<Which> {
    enum Named {
        Kind(MessageKind),
        Number(u64),
    }
    let what = "a message such as RequestVote, AppendEntriesResponse or m17";
    let named = word(input, what, |text| {
        let kind = MessageKind::ALL.into_iter().find(|kind| kind.name() == text);
        let number = || text.strip_prefix('m')?.parse().ok();
        kind.map(Named::Kind).or_else(|| number().map(Named::Number))
    })?;
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

fn timing(input: In<'_, '_>) -> ModalResult<Timing> {
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
            return Ok(timing);
        }
    }
}

fn workload(input: In<'_, '_>) -> ModalResult<Option<Workload>> {
    if optional(input, "off") {
        return Ok(None);
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
        reads = word(input, "how reads are to be: linearizable, lease, leader or stale", |text| {
            Consistency::ALL.into_iter().find(|mode| mode.name() == text)
        })?;
    }
    Ok(Some(Workload { clients, keys, writes, every, reads }))
}

fn at(input: In<'_, '_>) -> ModalResult<Command> {
    let at = Time::ZERO + duration(input)?;
    skip_space(input);
    let counts = input.starts_with(|c: char| c.is_ascii_digit());
    let events = if counts { Some(number(input)?) } else { None };
    skip_space(input);
    let start = input.checkpoint();
    // An `at` in an `at` would be no action, however deep it goes: it is not even looked at.
    if !input.starts_with("at ")
        && let Command::Act { action, background: false } = command(input)?
    {
        return Ok(Command::At { at, events, action });
    }
    input.reset(&start);
    Err(expected(input, "a number of events, or something to do such as `kill n1`"))
}

#[cfg(test)]
mod tests;
