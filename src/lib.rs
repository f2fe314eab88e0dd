//! Kvorum: a distributed key-value store that people can see and break.
//!
//! A whole Raft cluster, its network, its disks and its clients run in one thread under one
//! simulated clock: inside a browser page as WebAssembly, or natively for tests, searches and
//! replays.
//!
//! Modules are listed bottom layer first; each imports only from those above it. Nothing below `ui`
//! knows a browser, a real clock, real randomness, a hash-ordered map or a float in a decision.
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`rng`], [`digest`], [`counts`] | the only clock, the only randomness, one number for a
//! piece of state, numbers with their nouns |
//! | [`store`] | the replicated key-value state machine |
//! | [`raft`] | one server's consensus: no I/O, no clock, no store |
//! | [`cluster`] | the simulated environment of the servers: network, disks, clocks, clients |
//! | [`check`] | judges of a run, from outside |
//! | [`script`] | one small language for console, scripts, tests and recordings |
//! | [`recording`] | the configuration and the timed actions of a run, from which it can be
//! reproduced |
//! | [`swarm`] | random clusters under random faults, to find runs that the judges reject, and to
//! shrink them |
//! | [`playground`] | everything a user can do with a cluster |
//! | [`course`] | demonstrations, the famous run of each rule and the tour, as data |
//! | [`ui`] | the page; except for its texts and its geometry in WebAssembly only |
//!
//! To read it: `raft/mod.rs` maps the paper's Figure 2 to the code; then `cluster/mod.rs`, whose
//! `step` is the heart of the simulation; then `playground/mod.rs`.

pub mod check;
pub mod cluster;
pub mod counts;
pub mod course;
pub mod digest;
pub mod playground;
pub mod raft;
pub mod recording;
pub mod rng;
pub mod script;
pub mod store;
pub mod swarm;
pub mod time;
pub mod ui;
