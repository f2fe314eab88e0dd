//! What a script waits for, whether it has come, and what it is called. The runner asks after every event, and
//! so does a playground that follows a script.

use std::fmt;

use super::Expect;
use super::expect::{Unmet, each_lag};
use crate::check::Run;
use crate::cluster::{Answer, Cluster};
use crate::raft::{Index, Node, count};
use crate::time::Duration;

/// What a script waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For so long.
    For(Duration),
    /// Until something has come, for [`Wait::LIMIT`] of cluster time unless it says `for at most`.
    Until { condition: Condition, at_most: Option<Duration> },
}

impl Wait {
    /// How long a script waits for something before it fails, in cluster time.
    pub const LIMIT: Duration = Duration::from_secs(60);

    /// Until something has come.
    pub fn until(condition: Condition) -> Self {
        Self::Until { condition, at_most: None }
    }
}

/// Something that a script waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A running server leads.
    Leader,
    /// Every request has its answer.
    Idle,
    /// An entry is committed: somebody knows it, or all running members do.
    Commit { index: Index, on_all: bool },
    /// All running members have applied the same and their stores agree.
    Agree,
    /// Things are so.
    Met(Expect),
}

impl Condition {
    /// Looks at a run; `answer` is that of the last request.
    pub fn has_come(&self, run: &mut Run, answer: Option<&Answer>) -> bool {
        self.check(run, answer).is_ok()
    }

    /// The same.
    ///
    /// # Errors
    ///
    /// Says what is instead.
    pub fn check(&self, run: &mut Run, answer: Option<&Answer>) -> Result<(), Unmet> {
        let cluster = run.cluster();
        match self {
            Self::Met(expect) => expect.check(run, answer),
            Self::Leader if cluster.leader().is_some() => Ok(()),
            Self::Leader => Err(Unmet("nobody leads".to_string())),
            Self::Idle => match cluster.request_traces().count() {
                0 => Ok(()),
                1 => Err(Unmet("a request has no answer yet".to_string())),
                many => Err(Unmet(format!("{many} requests have no answer yet"))),
            },
            Self::Commit { index, on_all } => check_commit(cluster, *index, *on_all),
            Self::Agree => check_agreement(cluster),
        }
    }
}

/// The members that run.
fn nodes(cluster: &Cluster) -> impl Iterator<Item = &Node> {
    let members = cluster.members();
    cluster.running_nodes().filter(|node| members.contains(node.id()))
}

fn check_commit(cluster: &Cluster, index: Index, on_all: bool) -> Result<(), Unmet> {
    let knows = |node: &Node| node.commit_index() >= Some(index);
    let has_come = if on_all { nodes(cluster).all(knows) } else { nodes(cluster).any(knows) };
    if has_come {
        return Ok(());
    }
    if nodes(cluster).next().is_none() {
        return Err(Unmet("no member runs".to_string()));
    }
    each_lag(nodes(cluster).map(|node| (node.id(), count(node.commit_index()))), index.get())
}

/// Whether all have applied all of the same log.
fn check_agreement(cluster: &Cluster) -> Result<(), Unmet> {
    let state = |node: &Node| (node.last_applied(), node.log().last());
    let mut states = nodes(cluster).map(state);
    let Some(first) = states.next() else {
        return Err(Unmet("no member runs".to_string()));
    };
    if first.0 == first.1.map(|last| last.index) && states.all(|state| state == first) {
        return Ok(());
    }
    let longest = nodes(cluster).map(|node| count(node.log().last_index())).max();
    each_lag(
        nodes(cluster).map(|node| (node.id(), count(node.last_applied()))),
        longest.unwrap_or_default(),
    )?;
    Err(Unmet("the logs differ".to_string()))
}

/// What it waits for: `a leader`, `the commit of entry 3 on all`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leader => write!(f, "a leader"),
            Self::Idle => write!(f, "all answers"),
            Self::Agree => write!(f, "all stores to agree"),
            Self::Commit { index, on_all: false } => write!(f, "the commit of entry {index}"),
            Self::Commit { index, on_all: true } => {
                write!(f, "the commit of entry {index} on all")
            }
            Self::Met(_) => write!(f, "what was expected"),
        }
    }
}

/// A wait that ended without its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InVain {
    pub limit: Duration,
    /// What was waited for, in words.
    pub what: String,
    /// What is instead.
    pub instead: Option<Unmet>,
}

impl fmt::Display for InVain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, what, instead } = self;
        write!(f, "waited {limit} of cluster time for {what}, which did not come")?;
        instead.iter().try_for_each(|instead| write!(f, ": {instead}"))
    }
}
