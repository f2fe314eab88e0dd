//! Kvorum.
pub mod check;
pub mod cluster;
pub mod digest;
pub mod raft;
pub mod rng;
pub mod script;
pub mod store;
pub mod time;
