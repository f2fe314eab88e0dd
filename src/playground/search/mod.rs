//! "Find me a schedule": a worker's share of the seeds ([`shard`]), and who hands them out ([`coordinator`]).

pub mod coordinator;
pub mod shard;
