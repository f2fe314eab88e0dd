//! One server's consensus: Raft, as in "In Search of an Understandable Consensus Algorithm"
//! (extended version; "the paper") and Diego Ongaro's dissertation ("the thesis").
//!
//! A [`Node`] does no I/O and knows no store. It is told what happens ([`Input`]) and at what time by
//! its own clock, and says what is to be done ([`Effects`]). Where the paper's Figure 2 stands here:
//!
//! | Figure 2 | here |
//! |---|---|
//! | State: `current_term`, `voted_for`, `log`, `commit_index`, `last_applied` | `node.rs` |
//! | State: `next_index`, `match_index` | `leader.rs`, in the leader's variant of [`Role`] |
//! | RequestVote RPC; Rules for Servers: Candidates | `election.rs` |
//! | AppendEntries RPC; Rules for Servers: Leaders | `replication.rs` |
//! | Rules for Servers: All Servers | `node.rs` |
//! | section 6, membership changes (and thesis 4: learners, one voter at a time) | `membership.rs`, `config.rs` |
//! | section 7, snapshots; Figure 13, InstallSnapshot RPC | `compaction.rs` |
//! | section 8, reads (ReadIndex and leases, thesis 6.4) | `reads.rs` |
//! | thesis 3.10, leadership transfer | `transfer.rs` |
//! | majorities, joint ones too | `quorum.rs` |
//! | rules as switches | `rules.rs` |
//! | what is asserted, and the rules that it rests on | `invariants.rs` |
//! | durability: what waits for the disk | `disk_promises.rs` |
//!
//! Each claim of the paper and the thesis has a test in `tests/raft_paper`.

mod compaction;
mod config;
mod disk_promises;
mod effects;
mod election;
mod invariants;
mod leader;
mod log;
mod membership;
mod message;
mod node;
mod quorum;
mod reads;
mod replication;
mod rules;
mod transfer;

pub use config::Config;
pub use disk_promises::{Ticket, Write};
pub use effects::{Effects, GivenUp, Note, ReadAnswer, ReadId, Refusal, RefusedVote, StepDown};
pub use invariants::Lapses;
pub use leader::{Leader, Progress, ProgressState};
pub use log::Log;
pub use membership::{Accepted, Change};
pub use message::{
    Appended, Data, Entry, Envelope, Index, Message, MessageKind, NodeId, Payload, Position,
    Snapshot, SnapshotInfo, Term, count,
};
pub use node::{Durable, Input, Node, Role, Settings};
pub use quorum::majority;
pub use reads::{Certainty, ReadMode};
pub use rules::{About, Rule, Rules};
pub use transfer::{Transfer, TransferEnd};
