//! What may be done to a cluster from outside: `action.rs` lists it, `perform.rs` does it, and `chaos.rs` draws faults
//! by chance.

pub(super) mod action;
pub(super) mod chaos;
pub(super) mod perform;
