//! Whether what a script waits for has come, and what it is called. The runner asks after every event, and
//! so does a playground that follows a script.

use std::fmt;

use super::Wait;
use crate::check::Run;
use crate::cluster::{Answer, Cluster};
use crate::raft::Node;

impl Wait {
    /// Looks at a run; `answer` is that of the last request. A span of time never comes: it passes.
    pub fn has_come(&self, run: &mut Run, answer: Option<&Answer>) -> bool {
        match self {
            Self::Until(expect) => expect.check(run, answer).is_ok(),
            _ => self.is_there(run.cluster()),
        }
    }

    fn is_there(&self, cluster: &Cluster) -> bool {
        let members = cluster.members();
        let nodes = || cluster.running_nodes().filter(|node| members.contains(node.id()));
        match self {
            Self::For(_) | Self::Until(_) => false,
            Self::Leader => cluster.leader().is_some(),
            Self::Idle => cluster.request_traces().next().is_none(),
            Self::Commit { index, on_all: false } => {
                nodes().any(|node| node.commit_index() >= Some(*index))
            }
            Self::Commit { index, on_all: true } => {
                nodes().all(|node| node.commit_index() >= Some(*index))
            }
            Self::Agree => {
                let state = |node: &Node| (node.last_applied(), node.log().last());
                let mut states = nodes().map(state);
                let first = states.next();
                first.is_some_and(|(applied, last)| applied == last.map(|last| last.index))
                    && states.all(|state| Some(state) == first)
            }
        }
    }
}

/// What it waits for: `a leader`, `the commit of entry 3 on all`.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(span) => write!(f, "{span}"),
            Self::Leader => write!(f, "a leader"),
            Self::Idle => write!(f, "all answers"),
            Self::Agree => write!(f, "all stores to agree"),
            Self::Commit { index, on_all: false } => write!(f, "the commit of entry {index}"),
            Self::Commit { index, on_all: true } => {
                write!(f, "the commit of entry {index} on all")
            }
            Self::Until(_) => write!(f, "what was expected"),
        }
    }
}
