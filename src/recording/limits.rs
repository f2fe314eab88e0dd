//! The limits of a run, in one table for making a run as well as for opening one. So every run that
//! can be made can be saved and shared, and opens again.

use crate::time::{Duration, Time};

/// The limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The length of a branch in cluster time.
    pub time: Time,
    /// The number of events of a branch.
    pub events: u64,
    /// The number of actions of a branch.
    pub actions: usize,
    /// The number of branches of a run.
    pub branches: usize,
    /// The length of the text of a run, in bytes.
    pub bytes: usize,
    /// The length of the text of a branch and of an unpacked link, in bytes.
    pub branch_bytes: usize,
    /// The length of a link, in characters.
    pub link: usize,
    /// The length of the name of a branch, in characters.
    pub name: usize,
}

/// The limits of every run.
pub const LIMITS: Limits = Limits {
    time: Time::from_micros(Duration::from_secs(86_400).as_micros()),
    events: 50_000_000,
    actions: 20_000,
    branches: 200,
    bytes: 64_000_000,
    branch_bytes: 4_000_000,
    link: 1_000_000,
    name: 40,
};
