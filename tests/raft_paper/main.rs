//! Claims of the paper (extended version) and of the thesis, one small test each. A test feeds one
//! server exact inputs. Whole clusters are tested by the scripts and the swarm.
//!
//! | paper | thesis | what | where |
//! |---|---|---|---|
//! | 5.1, 5.2, 5.4.1, 5.6 | 3.3, 3.4, 3.6.1, 3.9 | terms, elections, timers | `elections.rs` |
//! | 6 (end) | 4.2.3, 9.6 | disruptive servers, pre-vote | `pre_vote.rs` |
//! | 5.3, 5.4.2, 5.5 | 3.5, 3.6.2, 3.7, 10.2.2 | replication, commitment, RPCs that come twice | `replication.rs` |
//! | 5 (Figure 2) | 3.8, 10.2.1 | what is on disk, restarts | `disk.rs` |
//! | 7 (Figure 13) | 5 | snapshots | `snapshots.rs` |
//! | 6 | 4.1, 4.2, 4.3 | membership | `membership.rs` |
//! | | 3.10 | leadership transfer | `transfer.rs` |
//! | 8 | 6.4 | reads, leases | `reads.rs` |
//! | 8 | 6.2, 6.3 | how clients find the leader, exactly once | `clients.rs` |
//!
//! Claims about whole runs are tested elsewhere: Figure 3's five properties by the judges in
//! `src/check`, which `tests/swarm.rs` uses, and by `tests/exploration`; Figures 7, 8 and 10, split
//! votes, lost answers and clock drift by scripts in `tests/scripts`; expiry of sessions (thesis
//! 6.3) in `src/store/tests.rs`; majorities (thesis 4.1) in `src/raft/quorum.rs`.
#![cfg(not(target_arch = "wasm32"))]

mod clients;
mod disk;
mod elections;
mod membership;
mod pre_vote;
mod reads;
mod replication;
mod server;
mod snapshots;
mod transfer;
