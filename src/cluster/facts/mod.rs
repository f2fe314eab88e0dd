//! What a cluster tells of itself: `fact.rs` lists what can happen, `sentences.rs` writes what servers decide,
//! `blocked.rs` says what a server can't go on without, `report.rs` is how a cluster is looked at, and `fields.rs` opens messages.

pub(super) mod blocked;
pub(super) mod fact;
pub(super) mod fields;
pub(super) mod report;
pub(super) mod sentences;
