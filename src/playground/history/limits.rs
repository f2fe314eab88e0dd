//! Limits on what can be done in a run. Everything within them can be saved and shared, and opens
//! again. At a limit of [`LIMITS`](crate::recording::LIMITS) the playground pauses or refuses, and
//! says so.

use std::fmt;

use crate::recording::LIMITS;
use crate::time::Time;

/// An upper bound of the length of a branch's text without its actions, in bytes: its name, its
/// instants, and what is written once per run.
pub(crate) const HEAD_BYTES: usize = 1_000;

/// A limit that a run has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The length of a branch in cluster time.
    Time,
    /// The number of events of a branch.
    Events,
    /// The number of actions of a branch.
    Actions,
    /// The number of branches of a run.
    Branches,
    /// The length of the text of a branch.
    BranchBytes,
    /// The length of the text of a run.
    Bytes,
}

/// A sentence that also says how to continue.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = LIMITS.time.since(Time::ZERO).as_micros() / 3_600_000_000;
        match self {
            Self::Time => write!(f, "this branch has lasted {hours} hours of cluster time")?,
            Self::Events => write!(f, "{} events have happened in this branch", LIMITS.events)?,
            Self::Actions => write!(f, "{} things were done in this branch", LIMITS.actions)?,
            Self::Branches => write!(f, "this run has {} branches", LIMITS.branches)?,
            Self::BranchBytes => {
                write!(f, "all that was done in this branch fills {} bytes", LIMITS.branch_bytes)?;
            }
            Self::Bytes => write!(f, "all that was done in this run fills {} bytes", LIMITS.bytes)?,
        }
        write!(f, ", and no more can be kept or shared: begin a new cluster to go on")
    }
}

#[cfg(test)]
mod tests;
