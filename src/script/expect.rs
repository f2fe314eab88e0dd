//! Whether things are as a script expects them.

use std::collections::BTreeSet;
use std::fmt;

use super::{Expect, ExpectedAnswer, Scope};
use crate::check::{Property, Run};
use crate::cluster::{Answer, Cluster, Server, Status};
use crate::raft::{Node, NodeId, count};
use crate::store::Outcome;

/// An expectation that is not met: how things are instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet(pub String);

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Expect {
    /// Looks at a run; `answer` is that of the last request.
    ///
    /// # Errors
    ///
    /// Says how things are where they are not as expected.
    pub fn check(&self, run: &mut Run, answer: Option<&Answer>) -> Result<(), Unmet> {
        match self {
            Self::Holds | Self::Linearizable | Self::Violates(_) => {
                run.audit();
                self.check_verdict(run)
            }
            Self::Answer(expected) => check_answer(expected, answer),
            _ => self.check_cluster(run.cluster()),
        }
    }

    fn check_verdict(&self, run: &Run) -> Result<(), Unmet> {
        let broken = match self {
            Self::Violates(property) if run.violation_of(*property).is_some() => return Ok(()),
            Self::Linearizable => run.violation_of(Property::Linearizability),
            _ => run.violation(),
        };
        match (self, broken) {
            (Self::Violates(_), None) => Err(Unmet("all properties hold".to_string())),
            (_, None) => Ok(()),
            (_, Some((at, violation))) => Err(Unmet(format!("at {at} it broke {violation}"))),
        }
    }

    fn check_cluster(&self, cluster: &Cluster) -> Result<(), Unmet> {
        match self {
            Self::Leader(node) => match cluster.leader() {
                Some(leader) if leader == *node => Ok(()),
                Some(leader) => Err(Unmet(format!("{leader} leads"))),
                None => Err(Unmet("nobody leads".to_string())),
            },
            Self::NoLeader => match cluster.leader() {
                Some(leader) => Err(Unmet(format!("{leader} leads"))),
                None => Ok(()),
            },
            Self::Term(term) => {
                let highest =
                    cluster.running_nodes().map(Node::current_term).max().unwrap_or_default();
                same("the highest term", term.0, highest.0)
            }
            Self::Vote { candidate, on } => each(cluster, *on, |server| {
                let vote = server.node().and_then(Node::voted_for);
                let held = vote.map_or("nobody".to_string(), |vote| vote.to_string());
                same(&format!("the vote of {}", server.id()), candidate.to_string(), held)
            }),
            Self::Value { key, value, on } => each(cluster, *on, |server| {
                let held = server.store().and_then(|store| store.get(key));
                let name = |value: Option<&crate::store::Value>| {
                    value.map_or("nothing".to_string(), |value| format!("`{value}`"))
                };
                same(&format!("{key} on {}", server.id()), name(value.as_ref()), name(held))
            }),
            Self::Commit { index, on } => each(cluster, *on, |server| {
                let commit_index = server.node().and_then(Node::commit_index);
                same(
                    &format!("the commit index of {}", server.id()),
                    index.get(),
                    count(commit_index),
                )
            }),
            Self::Log { terms, on } => each(cluster, Scope::Node(*on), |server| {
                let entries = server.node().map(|node| node.log().entries()).unwrap_or_default();
                let held: Vec<u64> = entries.iter().map(|entry| entry.term.0).collect();
                let wanted: Vec<u64> = terms.iter().map(|term| term.0).collect();
                same(&format!("the terms of {on}'s log"), join(&wanted), join(&held))
            }),
            Self::Members(members) => check_members(cluster, members),
            Self::Learners(learners) => {
                same("the learners", join(learners), join(cluster.members().learners()))
            }
            Self::Lease { on, held } => each(cluster, Scope::Node(*on), |server| {
                let holds = server.lease_end() > Some(cluster.now());
                let words = |holds| if holds { "a lease" } else { "no lease" };
                same(&format!("{on} holds"), words(*held), words(holds))
            }),
            Self::Snapshot { index, on } => each(cluster, *on, |server| {
                let snapshot = server.node().and_then(Node::snapshot);
                let last = snapshot.map(|snapshot| snapshot.about.last.index);
                let what = format!("the last entry in the snapshot of {}", server.id());
                same(&what, index.get(), count(last))
            }),
            Self::Agree => check_agreement(cluster),
            // `check` looks at the verdicts and the answer.
            Self::Holds | Self::Linearizable | Self::Violates(_) | Self::Answer(_) => Ok(()),
        }
    }
}

fn check_members(cluster: &Cluster, members: &[NodeId]) -> Result<(), Unmet> {
    let config = cluster.members();
    let held = if config.is_joint() {
        format!("{} on the way from {}", join(config.voters()), join(config.outgoing()))
    } else {
        join(config.voters())
    };
    same("the members", join(members), held)
}

/// Whether the stores of all running servers are the same.
fn check_agreement(cluster: &Cluster) -> Result<(), Unmet> {
    let digests: BTreeSet<_> =
        cluster.servers().filter_map(Server::store).map(|store| store.digest()).collect();
    if digests.len() <= 1 {
        return Ok(());
    }
    Err(Unmet(format!("there are {} different stores", digests.len())))
}

fn each(
    cluster: &Cluster,
    scope: Scope,
    check: impl Fn(&Server) -> Result<(), Unmet>,
) -> Result<(), Unmet> {
    match scope {
        Scope::All => cluster
            .servers()
            .filter(|server| server.status() == Status::Running)
            .try_for_each(check),
        Scope::Node(node) => running_server(cluster, node).and_then(check),
    }
}

fn running_server(cluster: &Cluster, node: NodeId) -> Result<&Server, Unmet> {
    match cluster.server(node) {
        None => Err(Unmet(format!("there is no node {node}"))),
        Some(server) if server.status() == Status::Down => Err(Unmet(format!("{node} is down"))),
        Some(server) => Ok(server),
    }
}

fn same<T: PartialEq + fmt::Display>(what: &str, wanted: T, held: T) -> Result<(), Unmet> {
    if wanted == held { Ok(()) } else { Err(Unmet(format!("{what}: {held}, not {wanted}"))) }
}

fn join<T: fmt::Display>(items: &[T]) -> String {
    if items.is_empty() {
        return "none".to_string();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn check_answer(expected: &ExpectedAnswer, answer: Option<&Answer>) -> Result<(), Unmet> {
    let Some(answer) = answer else {
        return Err(Unmet("nothing was asked and answered yet".to_string()));
    };
    let met = match expected {
        ExpectedAnswer::Ok => {
            matches!(answer, Answer::Outcome(Outcome::Written | Outcome::Deleted) | Answer::Changed)
        }
        ExpectedAnswer::NotFound => {
            matches!(answer, Answer::Value(None) | Answer::Outcome(Outcome::NotFound))
        }
        ExpectedAnswer::Mismatch => matches!(answer, Answer::Outcome(Outcome::Mismatch(_))),
        ExpectedAnswer::None => !answer.has_come(),
        ExpectedAnswer::Value(value) => {
            matches!(answer, Answer::Value(Some(held)) if held == value)
        }
    };
    if met { Ok(()) } else { Err(Unmet(format!("the answer was: {answer}"))) }
}
