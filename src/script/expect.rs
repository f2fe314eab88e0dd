//! Whether things are as a script expects them.

use std::collections::BTreeMap;
use std::fmt;

use super::{Bound, Expect, ExpectedAnswer, Scope, Standing};
use crate::check::{Property, Run};
use crate::cluster::{Answer, Cluster, Server, Status};
use crate::raft::{Config, Index, Node, NodeId, Role, Term, count};
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
                Some(leader) => Err(Unmet(format!("{leader} leads, not {node}"))),
                None => Err(Unmet("nobody leads".to_string())),
            },
            Self::NotLeader(node) => match cluster.leader() {
                Some(leader) if leader == *node => Err(Unmet(format!("{leader} leads"))),
                Some(_) | None => Ok(()),
            },
            Self::NoLeader => match cluster.leader() {
                Some(leader) => Err(Unmet(format!("{leader} leads"))),
                None => Ok(()),
            },
            Self::Standing { node, standing } => check_standing(cluster, *node, *standing),
            Self::Term { term, on } => check_term(cluster, *term, *on),
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
            Self::Commit { index, bound, on } => check_commit(cluster, *index, *bound, *on),
            Self::Log { terms, on } => each(cluster, Scope::Node(*on), |server| {
                let entries = server.node().map(|node| node.log().entries()).unwrap_or_default();
                let held: Vec<u64> = entries.iter().map(|entry| entry.term.0).collect();
                let wanted: Vec<u64> = terms.iter().map(|term| term.0).collect();
                same(&format!("the terms of {on}'s log"), join(&wanted), join(&held))
            }),
            Self::Members { voters, on } => {
                each_config(cluster, *on, |config, of| check_members(config, &of, voters))
            }
            Self::Learners { learners, on } => each_config(cluster, *on, |config, of| {
                same(&format!("the learners{of}"), join(learners), join(config.learners()))
            }),
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
            Self::Agree(nodes) => check_agreement(cluster, nodes),
            // `check` looks at the verdicts and the answer.
            Self::Holds | Self::Linearizable | Self::Violates(_) | Self::Answer(_) => Ok(()),
        }
    }
}

/// A term: of every server in the scope or, without one, the highest of all that run.
fn check_term(cluster: &Cluster, term: Term, on: Option<Scope>) -> Result<(), Unmet> {
    let Some(on) = on else {
        let highest = cluster.running_nodes().map(Node::current_term).max().unwrap_or_default();
        return same("the highest term", term.0, highest.0);
    };
    each(cluster, on, |server| {
        let held = server.node().map(Node::current_term).unwrap_or_default();
        same(&format!("the term of {}", server.id()), term.0, held.0)
    })
}

fn check_commit(cluster: &Cluster, index: Index, bound: Bound, on: Scope) -> Result<(), Unmet> {
    let commit_index = |server: &Server| count(server.node().and_then(Node::commit_index));
    each(cluster, on, |server| match bound {
        Bound::Exactly => {
            let what = format!("the commit index of {}", server.id());
            same(&what, index.get(), commit_index(server))
        }
        Bound::AtLeast => {
            each_lag(std::iter::once((server.id(), commit_index(server))), index.get())
        }
    })
}

/// Whether all are as far as `goal`; who lags is named, and how far it is.
pub(super) fn each_lag(
    reached: impl Iterator<Item = (NodeId, u64)>,
    goal: u64,
) -> Result<(), Unmet> {
    let late = reached.filter(|(_, index)| *index < goal);
    let late: Vec<String> =
        late.map(|(node, index)| format!("{node} lags: {index} of {goal}")).collect();
    if late.is_empty() { Ok(()) } else { Err(Unmet(late.join(", "))) }
}

fn check_standing(cluster: &Cluster, node: NodeId, wanted: Standing) -> Result<(), Unmet> {
    let server = cluster.server(node);
    let status = server.map(Server::status);
    let role = server.and_then(Server::node).map(Node::role);
    let is_so = match wanted {
        Standing::Leads => matches!(role, Some(Role::Leader(_))),
        Standing::Follows => matches!(role, Some(Role::Follower { .. })),
        Standing::Candidate => {
            matches!(role, Some(Role::Candidate(candidate)) if !candidate.is_pre_vote())
        }
        Standing::Down => status == Some(Status::Down),
        Standing::Paused => status == Some(Status::Paused),
        Standing::Removed => cluster.is_removed(node),
    };
    if is_so {
        return Ok(());
    }
    let role = match role {
        Some(Role::Leader(_)) => "leads",
        Some(Role::Follower { .. }) => "follows",
        Some(Role::Candidate(candidate)) if candidate.is_pre_vote() => "asks for pre-votes",
        Some(Role::Candidate(_)) => "is a candidate",
        None if cluster.is_removed(node) => "was removed",
        None if status.is_some() => "is down",
        None => return Err(Unmet(format!("there is no node {node}"))),
    };
    let paused = if status == Some(Status::Paused) { " and is paused" } else { "" };
    Err(Unmet(format!("{node} {role}{paused}")))
}

/// The configuration that was last agreed on, or that of every server in the scope, and whose it is: ` of n1`.
fn each_config(
    cluster: &Cluster,
    on: Option<Scope>,
    check: impl Fn(&Config, String) -> Result<(), Unmet>,
) -> Result<(), Unmet> {
    let Some(on) = on else {
        return check(cluster.members(), String::new());
    };
    each(cluster, on, |server| match server.node() {
        Some(node) => check(node.config(), format!(" of {}", server.id())),
        None => Ok(()),
    })
}

fn check_members(config: &Config, of: &str, members: &[NodeId]) -> Result<(), Unmet> {
    let held = if config.is_joint() {
        format!("{} on the way from {}", join(config.voters()), join(config.outgoing()))
    } else {
        join(config.voters())
    };
    same(&format!("the members{of}"), join(members), held)
}

/// Whether these servers have the same in their stores or, without any, all that run.
fn check_agreement(cluster: &Cluster, nodes: &[NodeId]) -> Result<(), Unmet> {
    for node in nodes {
        running_server(cluster, *node)?;
    }
    let mut groups: BTreeMap<_, Vec<NodeId>> = BTreeMap::new();
    let asked = |server: &&Server| nodes.is_empty() || nodes.contains(&server.id());
    for server in cluster.servers().filter(asked) {
        if let Some(store) = server.store() {
            groups.entry(store.digest()).or_default().push(server.id());
        }
    }
    if groups.len() <= 1 {
        return Ok(());
    }
    let mut groups: Vec<String> = groups.values().map(|nodes| join(nodes)).collect();
    groups.sort_unstable();
    Err(Unmet(format!("there are {} different stores: {}", groups.len(), groups.join(" | "))))
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
