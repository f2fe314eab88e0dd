//! The machines: `server.rs` is one with its process, `clock.rs`, `disk.rs` and `wal.rs` are its parts,
//! `delivery.rs` brings what comes in to the process, and `apply.rs` brings its state machine on.

pub(super) mod apply;
pub(super) mod clock;
pub(super) mod delivery;
pub(super) mod disk;
pub(super) mod server;
pub(super) mod wal;
