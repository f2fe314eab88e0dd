//! Simpler forms of actions, for shrinking.

use crate::cluster::{Action, LinkChange, Operation, Timing, Workload};
use crate::raft::{Change, NodeId};
use crate::rng::Chance;
use crate::time::Duration;

/// Simpler forms of an action, the simplest first.
pub(super) fn simpler(action: &Action) -> Vec<Action> {
    match action {
        Action::Network(change) => links(*change).into_iter().map(Action::Network).collect(),
        Action::Link { from, to, change } => {
            let link = |change| Action::Link { from: *from, to: *to, change };
            links(*change).into_iter().map(link).collect()
        }
        Action::Timing(timing) => timings(*timing).into_iter().map(Action::Timing).collect(),
        Action::Clients(Some(workload)) => {
            workloads(*workload).into_iter().map(|it| Action::Clients(Some(it))).collect()
        }
        Action::Snapshots { every, chunk: Some(_) } => {
            vec![Action::Snapshots { every: *every, chunk: None }]
        }
        Action::KillTorn(node) => vec![Action::Kill(*node)],
        Action::Partition(groups) => {
            let named = groups.iter().flatten().copied();
            named.filter_map(|node| fewer(groups, node)).map(Action::Partition).collect()
        }
        Action::Members(nodes) => {
            let without = |left: &NodeId| -> Vec<NodeId> {
                nodes.iter().copied().filter(|node| node != left).collect()
            };
            let fewer = nodes.iter().map(without);
            fewer.filter(|nodes| !nodes.is_empty()).map(Action::Members).collect()
        }
        Action::Disk { node, fsync } => rounder(*fsync, 10_000)
            .map(|fsync| Action::Disk { node: *node, fsync })
            .into_iter()
            .collect(),
        Action::Cpu { node, takes } => rounder(*takes, 1_000)
            .map(|takes| Action::Cpu { node: *node, takes })
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// The same action in a cluster without the server `gone`, where later servers are renumbered;
/// `None` if it is about that server.
pub(super) fn without(action: &Action, gone: NodeId) -> Option<Action> {
    let name = |node: &NodeId| match node.0.cmp(&gone.0) {
        std::cmp::Ordering::Less => Some(*node),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(NodeId(node.0 - 1)),
    };
    let names = |nodes: &[NodeId]| nodes.iter().filter_map(name).collect::<Vec<_>>();
    Some(match action {
        Action::Add(node) => Action::Add(name(node)?),
        Action::Learn(node) => Action::Learn(name(node)?),
        Action::Members(nodes) => Action::Members(names(nodes)),
        Action::Remove(node) => Action::Remove(name(node)?),
        Action::Demote(node) => Action::Demote(name(node)?),
        Action::Kill(node) => Action::Kill(name(node)?),
        Action::KillTorn(node) => Action::KillTorn(name(node)?),
        Action::Wipe(node) => Action::Wipe(name(node)?),
        Action::Restart(node) => Action::Restart(name(node)?),
        Action::Pause(node) => Action::Pause(name(node)?),
        Action::Resume(node) => Action::Resume(name(node)?),
        Action::Partition(groups) => {
            let groups = groups.iter().map(|group| names(group));
            Action::Partition(groups.filter(|group| !group.is_empty()).collect())
        }
        Action::Cut { from, to } => Action::Cut { from: name(from)?, to: name(to)? },
        Action::Mend { from, to } => Action::Mend { from: name(from)?, to: name(to)? },
        Action::Link { from, to, change } => {
            Action::Link { from: name(from)?, to: name(to)?, change: *change }
        }
        Action::Disk { node, fsync } => Action::Disk { node: name(node)?, fsync: *fsync },
        Action::SetDisk { node, state } => Action::SetDisk { node: name(node)?, state: *state },
        Action::Clock { node, change } => Action::Clock { node: name(node)?, change: *change },
        Action::Cpu { node, takes } => Action::Cpu { node: name(node)?, takes: *takes },
        Action::Transfer(node) => Action::Transfer(name(node)?),
        Action::Snapshot(node) => Action::Snapshot(name(node)?),
        Action::Timeout(node) => Action::Timeout(name(node)?),
        Action::Request { client, operation, via } => Action::Request {
            client: *client,
            operation: match operation {
                Operation::Change(Change::Remove(node)) => {
                    Operation::Change(Change::Remove(name(node)?))
                }
                Operation::Change(Change::Demote(node)) => {
                    Operation::Change(Change::Demote(name(node)?))
                }
                other => other.clone(),
            },
            via: via.as_ref().and_then(name),
        },
        // A smaller cluster sends other messages.
        Action::Mail { .. } => return None,
        Action::Heal
        | Action::Network(_)
        | Action::Snapshots { .. }
        | Action::Timing(_)
        | Action::Rule { .. }
        | Action::Clients(_)
        | Action::Chaos(_) => action.clone(),
    })
}

fn links(change: LinkChange) -> Vec<LinkChange> {
    let mut simpler = Vec::new();
    if change.loss.is_some() {
        simpler.push(LinkChange { loss: None, ..change });
    }
    if change.duplicate.is_some() {
        simpler.push(LinkChange { duplicate: None, ..change });
    }
    if let Some((least, most)) = change.latency {
        simpler.push(LinkChange { latency: None, ..change });
        for latency in [most, least].into_iter().filter(|_| least != most) {
            simpler.push(LinkChange { latency: Some((latency, latency)), ..change });
        }
        for unit in [10_000, 1_000] {
            let round = |span| rounder(span, unit).unwrap_or(span);
            let latency = (round(least), round(most).max(Duration::from_micros(unit)));
            simpler.push(LinkChange { latency: Some(latency), ..change });
        }
    }
    simpler
}

fn timings(timing: Timing) -> Vec<Timing> {
    vec![
        Timing { election: None, ..timing },
        Timing { heartbeat: None, ..timing },
        Timing { batch: None, ..timing },
        Timing { session: None, ..timing },
        Timing { drift: None, ..timing },
        Timing {
            heartbeat: timing.heartbeat.map(|beat| rounder(beat, 10_000).unwrap_or(beat)),
            ..timing
        },
    ]
}

fn workloads(workload: Workload) -> Vec<Workload> {
    let millis = Duration::from_millis;
    let all = Chance::from_ppm(1_000_000).unwrap_or(workload.writes);
    let slower = [millis(200), millis(100), millis(50), millis(20), millis(10)];
    let slower = slower.into_iter().filter(|every| *every > workload.every);
    let fewer = (1..workload.clients.min(4)).map(|clients| Workload { clients, ..workload });
    let mut simpler: Vec<Workload> = fewer.collect();
    simpler.push(Workload { keys: 1, ..workload });
    simpler.push(Workload { writes: all, ..workload });
    simpler.extend(slower.map(|every| Workload { every, ..workload }));
    let every = rounder(workload.every, 1_000).unwrap_or(workload.every);
    simpler.push(Workload { every, ..workload });
    simpler
}

/// A span rounded down to multiples of `unit` microseconds; `None` if that is nothing or no change.
fn rounder(span: Duration, unit: u64) -> Option<Duration> {
    let rest = span.as_micros() % unit;
    let round = span.as_micros() - rest;
    (rest > 0 && round > 0).then(|| Duration::from_micros(round))
}

/// The groups without this server; `None` if none is left.
fn fewer(groups: &[Vec<NodeId>], left: NodeId) -> Option<Vec<Vec<NodeId>>> {
    let without = |group: &Vec<NodeId>| -> Vec<NodeId> {
        group.iter().copied().filter(|node| *node != left).collect()
    };
    let groups: Vec<Vec<NodeId>> =
        groups.iter().map(without).filter(|group| !group.is_empty()).collect();
    (!groups.is_empty()).then_some(groups)
}
