//! Differences between the states of servers: of one at two instants or on two branches, or of two
//! at one instant.
//!
//! A difference is a list of rows in words, with only what differs. Logs are compared entry by
//! entry and stores key by key, at any length, but a row shows only the first few. To compare with
//! another instant, the user pins that instant first: its cluster is stored, so that no replay is
//! needed.

use std::collections::BTreeSet;

use crate::cluster::{Cluster, Server, what};
use crate::playground::projection::cluster::nodes;
use crate::playground::view::Spot;
use crate::playground::view::cut;
use crate::playground::view::{NodeDifference, NodeNumber, NodeView};
use crate::raft::{Index, Log, NodeId, count};
use crate::store::{Key, Store};

/// The maximum number of log entries or keys in one row.
const MOST: usize = 4;

/// The name of what differs, and its two values.
type Row = (&'static str, String, String);

/// A pinned instant that others are compared with.
#[derive(Debug)]
pub(crate) struct Pin {
    pub(crate) spot: Spot,
    pub(crate) cluster: Cluster,
}

/// What a server is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// Itself, at the pinned instant.
    Pin,
    /// Another server, at the instant that is shown.
    Node(NodeNumber),
}

/// The differences between the servers of the same name in two clusters.
pub(crate) fn of_clusters(one: &Cluster, other: &Cluster) -> Vec<NodeDifference> {
    let (ones, others) = (nodes(one), nodes(other));
    let ids: BTreeSet<NodeNumber> = ones.iter().chain(&others).map(|node| node.id).collect();
    let difference = |id| {
        let rows = rows(State::of(one, &ones, id), State::of(other, &others, id));
        (!rows.is_empty()).then_some(NodeDifference { id, rows })
    };
    ids.into_iter().filter_map(difference).collect()
}

/// The differences of each server from this one.
pub(crate) fn of_nodes(cluster: &Cluster, with: NodeNumber) -> Vec<NodeDifference> {
    let nodes = nodes(cluster);
    let difference = |node: &NodeView| {
        let rows = rows(State::of(cluster, &nodes, with), State::of(cluster, &nodes, node.id));
        (!rows.is_empty()).then_some(NodeDifference { id: node.id, rows })
    };
    nodes.iter().filter_map(difference).collect()
}

/// The state of a server that is compared.
#[derive(Clone, Copy)]
struct State<'a> {
    view: &'a NodeView,
    server: &'a Server,
}

impl<'a> State<'a> {
    fn of(cluster: &'a Cluster, nodes: &'a [NodeView], id: NodeNumber) -> Option<Self> {
        let view = nodes.iter().find(|node| node.id == id)?;
        Some(Self { view, server: cluster.server(NodeId(id))? })
    }

    /// The log in memory, or that on disk if the server is down.
    fn log(self) -> &'a Log {
        self.server.node().map_or(&self.server.disk().durable().log, |node| node.log())
    }

    fn store(self) -> Option<&'a Store> {
        self.server.store()
    }

    /// The rows of a single word or number.
    fn words(self) -> [(&'static str, String); 8] {
        let Self { view, .. } = self;
        [
            ("state", view.status.to_string()),
            ("role", view.role.map_or("none".to_string(), |role| role.to_string())),
            ("term", view.term.to_string()),
            ("vote", name(view.voted_for)),
            ("leader", name(view.leader)),
            ("configuration", if view.config.is_empty() { "none" } else { &view.config }.into()),
            ("commit index", view.commit_index.to_string()),
            ("applied", view.last_applied.to_string()),
        ]
    }

    fn disk(self) -> String {
        let durable = self.server.disk().durable();
        let vote = name(durable.voted_for.map(|id| id.0));
        let last = count(durable.log.last_index());
        let mut words = format!("term {}, vote {vote}, log to {last}", durable.current_term);
        if let Some(snapshot) = &durable.snapshot {
            words += &format!(", snapshot to {}", snapshot.about.last.index);
        }
        words
    }
}

fn name(id: Option<NodeNumber>) -> String {
    id.map_or("nobody".to_string(), |id| format!("n{id}"))
}

fn rows(one: Option<State>, other: Option<State>) -> Vec<Row> {
    let (one, other) = match (one, other) {
        (None, None) => return Vec::new(),
        (Some(one), Some(other)) => (one, other),
        (one, other) => {
            let words = |state: Option<State>| {
                state.map_or("not there".to_string(), |state| state.view.status.to_string())
            };
            return vec![("state", words(one), words(other))];
        }
    };
    let words = one.words().into_iter().zip(other.words());
    let mut rows: Vec<Row> = words.map(|((what, one), (_, other))| (what, one, other)).collect();
    // The log's row goes before the rows that depend on it.
    let before = rows.len() - 2;
    rows.splice(before..before, log_row(one.log(), other.log()));
    rows.extend(store_row(one.store(), other.store()));
    let digest = |state: State| state.view.digest.clone().unwrap_or("none".to_string());
    rows.push(("digest", digest(one), digest(other)));
    rows.push(("disk", one.disk(), other.disk()));
    rows.retain(|(_, one, other)| one != other);
    rows
}

/// The logs from the first index at which they differ. Entries that one log has only in its
/// snapshot are not compared.
fn log_row(one: &Log, other: &Log) -> Option<Row> {
    let first = one.first_index().get().max(other.first_index().get());
    let last = count(one.last_index()).max(count(other.last_index()));
    let is_same = |index: Index| one.get(index) == other.get(index);
    let differs = (first..=last).find(|index| !Index::new(*index).is_some_and(is_same))?;
    Some(("log", entries(one, differs), entries(other, differs)))
}

/// `5 of term 2: set color blue` and so on, one per line.
fn entries(log: &Log, from: u64) -> String {
    let last = count(log.last_index());
    if last < from {
        return if last == 0 { "empty".to_string() } else { format!("ends at {last}") };
    }
    let entry = |index| {
        let entry = log.get(Index::new(index)?)?;
        let what = cut(what(&entry.payload));
        Some(format!("{index} of term {}: {what}", entry.term))
    };
    list((from..=last).filter_map(entry).take(MOST), last + 1 - from)
}

/// The keys whose values differ.
fn store_row(one: Option<&Store>, other: Option<&Store>) -> Option<Row> {
    let stores = [one, other].into_iter().flatten();
    let keys: BTreeSet<&Key> =
        stores.flat_map(|store| store.entries().map(|(key, _)| key)).collect();
    let is_same = |key: &&Key| {
        let [one, other] = [one, other].map(|store| store.and_then(|store| store.get(key)));
        one == other
    };
    let keys: Vec<&Key> = keys.into_iter().filter(|key| !is_same(key)).collect();
    let words = |store: Option<&Store>| match store {
        None => "not in memory".to_string(),
        Some(store) if store.entries().len() == 0 => "empty".to_string(),
        Some(store) => {
            let pair = |key: &&Key| match store.get(key) {
                Some(value) => cut(format!("{key} = {}", value.as_str())),
                None => cut(format!("without {key}")),
            };
            list(keys.iter().map(pair).take(MOST), keys.len() as u64)
        }
    };
    (!keys.is_empty()).then(|| ("store", words(one), words(other)))
}

/// The first lines of a list of `count`, and how many more there are.
fn list(first: impl Iterator<Item = String>, count: u64) -> String {
    let first: Vec<String> = first.collect();
    match count - first.len() as u64 {
        0 => first.join("\n"),
        more => format!("{}\nand {more} more", first.join("\n")),
    }
}

#[cfg(test)]
mod tests;
