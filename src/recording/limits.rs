//! How much one run may be: one table, which holds for making a run as well as for opening one. So whatever
//! somebody makes can be kept and shared, and opens again.

use crate::time::{Duration, Time};

/// The most of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a story lasts, in cluster time.
    pub time: Time,
    /// How many events happen in a story.
    pub events: u64,
    /// How many things are done in a story.
    pub actions: usize,
    /// How many stories a run has.
    pub branches: usize,
    /// How long the text of a run is, in bytes.
    pub bytes: usize,
    /// How long that of a story is, and what a link is unpacked to, in bytes.
    pub branch_bytes: usize,
    /// How long a link is, in characters.
    pub link: usize,
    /// How long the name of a story is, in characters.
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
