//! The laboratory of rules, and the search for a run that breaks without them.

pub mod laboratory;
pub mod worker;
pub mod worker_pool;
