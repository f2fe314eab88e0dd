//! A server's disk: what a write asks for is durable only after the fsync.
//!
//! One fsync runs at a time; writes that come meanwhile wait and go together with the next one. A
//! crash loses all that is not durable. Deliberately lacks torn and damaged writes.

use std::collections::VecDeque;

use crate::raft::{Durable, Ticket, Write};
use crate::time::Duration;

/// One disk.
#[derive(Clone, Debug)]
pub struct Disk {
    fsync: Duration,
    durable: Durable,
    syncing: Vec<Write>,
    waiting: VecDeque<Write>,
}

impl Disk {
    pub(super) fn new(fsync: Duration) -> Self {
        let (durable, syncing, waiting) = (Durable::default(), Vec::new(), VecDeque::new());
        Self { fsync, durable, syncing, waiting }
    }

    /// How long an fsync takes.
    pub fn fsync(&self) -> Duration {
        self.fsync
    }

    pub(super) fn set_fsync(&mut self, fsync: Duration) {
        self.fsync = fsync;
    }

    /// What would survive a crash now.
    pub fn durable(&self) -> &Durable {
        &self.durable
    }

    /// Takes a write; `true` if an fsync begins with it, which ends after [`Disk::fsync`].
    pub(super) fn submit(&mut self, write: Write) -> bool {
        self.waiting.push_back(write);
        self.begin()
    }

    /// The running fsync ends: its writes are durable. Returns the last of them, and whether the
    /// next fsync begins.
    pub(super) fn complete(&mut self) -> (Option<Ticket>, bool) {
        let mut last = None;
        for write in self.syncing.drain(..) {
            last = Some(write.ticket);
            self.durable.current_term = write.current_term;
            self.durable.voted_for = write.voted_for;
            let keep = usize::try_from(write.first.get() - 1).unwrap_or(usize::MAX);
            assert!(keep <= self.durable.log.len(), "a write must not leave a gap in the log");
            self.durable.log.truncate(keep);
            self.durable.log.extend(write.entries);
        }
        (last, self.begin())
    }

    /// The machine stops: what was not durable is gone.
    pub(super) fn crash(&mut self) {
        self.syncing.clear();
        self.waiting.clear();
    }

    fn begin(&mut self) -> bool {
        if !self.syncing.is_empty() || self.waiting.is_empty() {
            return false;
        }
        self.syncing.extend(self.waiting.drain(..));
        true
    }
}
