//! "Find me a schedule": a worker's share of the seeds ([`shard`]), and the distribution of shares
//! ([`coordinator`]).

pub mod coordinator;
pub mod shard;
