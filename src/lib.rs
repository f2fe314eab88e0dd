//! Kvorum: a distributed key-value store that people can see and break.
//!
//! A whole Raft cluster, its network, its disks and its clients run in one thread under one simulated
//! clock: inside a browser page as WebAssembly, or natively for tests, searches and replays.
//!
//! Bottom layer first; a module imports only from those above it in this list, and nothing below `ui`
//! knows a browser, a real clock, real randomness, a hash-ordered map or a float in a decision.
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`rng`], [`digest`] | the only clock, the only chance, one number for a piece of state |
//! | [`store`] | the replicated key-value state machine |
//! | [`raft`] | one server's consensus: no I/O, no clock, no store |
//! | [`cluster`] | the simulated world that hosts the servers |
//! | [`check`] | judges a run from the outside |
//! | [`script`] | one small language for console, scripts, tests and recordings |
//! | [`recording`] | what a run began with and what was done to it: all that is needed to have it again |
//! | [`swarm`] | random clusters under random faults, to find what the judges reject; and to make it small |
//! | [`playground`] | what a person does with a cluster |
//! | [`course`] | demonstrations, the famous run of each rule and the tour, as data |
//! | [`ui`] | the page; but for its texts and its geometry in WebAssembly only |
//!
//! To read it: `raft/mod.rs` maps the paper's Figure 2 to the code; then `cluster/mod.rs`, whose
//! `step` is the heart of the simulation; then `playground/mod.rs`.

pub mod check;
pub mod cluster;
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
