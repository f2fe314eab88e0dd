//! A server's disk: what a write asks for is durable only after the fsync.
//!
//! One fsync runs at a time; writes that come meanwhile wait and go together with the next one. A
//! crash loses all that is not durable. It may also leave the first part of what the running fsync was
//! writing: when the server starts again, whole records at the end count, and the torn one after them
//! is found by its checksum and cut off (`wal.rs`).

use std::collections::VecDeque;

use super::wal;
use crate::raft::{Durable, Ticket, Write};
use crate::rng::Rng;
use crate::time::Duration;

/// One disk.
#[derive(Clone, Debug)]
pub struct Disk {
    fsync: Duration,
    durable: Durable,
    syncing: Vec<Write>,
    waiting: VecDeque<Write>,
    /// What a crash has left after the last durable write.
    tail: Vec<u8>,
}

/// What a server finds behind the last durable write when it starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// So many writes are whole, although nobody was told that they are durable.
    pub whole: usize,
    /// So many bytes belong to a write that is torn; they are cut off.
    pub torn_bytes: usize,
}

impl Disk {
    /// How long an fsync of a good disk takes.
    pub const FSYNC: Duration = Duration::from_millis(2);

    pub(super) fn new(fsync: Duration) -> Self {
        Self {
            fsync,
            durable: Durable::default(),
            syncing: Vec::new(),
            waiting: VecDeque::new(),
            tail: Vec::new(),
        }
    }

    /// How long an fsync takes.
    pub fn fsync(&self) -> Duration {
        self.fsync
    }

    pub(super) fn set_fsync(&mut self, fsync: Duration) {
        self.fsync = fsync;
    }

    /// What would survive a crash now for sure.
    pub fn durable(&self) -> &Durable {
        &self.durable
    }

    /// How many bytes a crash has left behind the last durable write.
    pub fn unread_bytes(&self) -> usize {
        self.tail.len()
    }

    /// Takes a write; `true` if an fsync begins with it, which ends after [`Disk::fsync`].
    pub(super) fn submit(&mut self, write: Write) -> bool {
        self.waiting.push_back(write);
        self.begin()
    }

    /// The running fsync ends: its writes are durable. Returns the last of them, and whether the
    /// next fsync begins.
    pub(super) fn complete(&mut self) -> (Option<Ticket>, bool) {
        let last = self.syncing.last().map(|write| write.ticket);
        for write in self.syncing.drain(..) {
            self.durable.keep(write);
        }
        (last, self.begin())
    }

    /// The machine stops: what was not durable is gone. With `torn`, a part of what was being written
    /// stays, as long as chance wants.
    pub(super) fn crash(&mut self, torn: Option<&mut Rng>) {
        if let Some(rng) = torn {
            let bytes: Vec<u8> = self.syncing.iter().flat_map(wal::encode).collect();
            let kept = usize::try_from(rng.range(0..=bytes.len() as u64)).unwrap_or(0);
            self.tail = bytes[..kept].to_vec();
        }
        self.syncing.clear();
        self.waiting.clear();
    }

    /// The machine starts: what a crash has left is read, and cut off where it is torn.
    pub(super) fn recover(&mut self) -> Recovered {
        let tail = std::mem::take(&mut self.tail);
        let mut rest = tail.as_slice();
        let mut whole = 0;
        while let Ok((write, after)) = wal::decode(rest) {
            self.durable.keep(write);
            (rest, whole) = (after, whole + 1);
        }
        Recovered { whole, torn_bytes: rest.len() }
    }

    /// All that was on it is gone.
    pub(super) fn wipe(&mut self) {
        *self = Self::new(self.fsync);
    }

    fn begin(&mut self) -> bool {
        if !self.syncing.is_empty() || self.waiting.is_empty() {
            return false;
        }
        self.syncing.extend(self.waiting.drain(..));
        true
    }
}
