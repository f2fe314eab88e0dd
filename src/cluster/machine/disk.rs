//! A server's disk: what a write asks for is durable only after the fsync.
//!
//! One fsync runs at a time; writes that come meanwhile wait and go together with the next one. A
//! crash loses all that is not durable. It may also leave the first part of what the running fsync was
//! writing: when the server starts again, whole records at the end count, and the torn one after them
//! is found by its checksum and cut off (`wal.rs`).
//!
//! A disk can be full or failing. It refuses writes then, and the server stops (`Fault::Stopped`). A disk can
//! also lie: it reports writes as durable that a crash will lose. Raft promises nothing on such a disk.

use std::collections::VecDeque;
use std::fmt;

use super::wal;
use crate::raft::{Durable, Ticket, Write};
use crate::rng::Rng;
use crate::time::{Duration, Time};

/// One disk.
#[derive(Clone, Debug)]
pub struct Disk {
    fsync: Duration,
    durable: Durable,
    state: DiskState,
    /// Writes that were reported as durable and are not, the oldest first: an honest fsync makes up for it.
    claimed: VecDeque<Write>,
    /// How many such writes crashes have lost so far.
    lost: u64,
    syncing: Vec<Write>,
    /// When the running fsync began.
    began: Time,
    waiting: VecDeque<Write>,
    /// What a crash has left after the last durable write.
    tail: Vec<u8>,
}

/// How a disk treats writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskState {
    /// An fsync makes them durable.
    #[default]
    Good,
    /// There is no room for any more: they are refused.
    Full,
    /// An fsync ends in an error.
    Failing,
    /// It reports them as durable when they are not.
    Lying,
}

impl DiskState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Good, Self::Full, Self::Failing, Self::Lying];

    /// The word in the script language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Full => "full",
            Self::Failing => "failing",
            Self::Lying => "lies",
        }
    }

    /// Whether a server can go on with it.
    pub const fn takes_writes(self) -> bool {
        matches!(self, Self::Good | Self::Lying)
    }
}

impl fmt::Display for DiskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What came of an fsync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cluster) enum Synced {
    /// The writes up to this one are reported as durable, if there were any; and whether the next fsync begins.
    Done { last: Option<Ticket>, next: bool },
    /// The disk was full, or failed: nothing of it is durable.
    Refused,
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

    /// The most writes that a lying disk holds back. Its own memory has an end, and older writes reach the
    /// disk.
    pub const CLAIMS: usize = 1_000;

    pub(in crate::cluster) fn new(fsync: Duration) -> Self {
        Self {
            fsync,
            durable: Durable::default(),
            syncing: Vec::new(),
            began: Time::ZERO,
            state: DiskState::default(),
            claimed: VecDeque::new(),
            lost: 0,
            waiting: VecDeque::new(),
            tail: Vec::new(),
        }
    }

    /// How long an fsync takes.
    pub fn fsync(&self) -> Duration {
        self.fsync
    }

    /// How it treats writes.
    pub fn state(&self) -> DiskState {
        self.state
    }

    pub(in crate::cluster) fn set_state(&mut self, state: DiskState) {
        self.state = state;
    }

    /// How many writes that it had reported as durable were lost so far.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    pub(in crate::cluster) fn set_fsync(&mut self, fsync: Duration) {
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

    /// How long it takes until it is known what comes of an fsync that begins now: a full disk says so at once.
    pub(in crate::cluster) fn answers_after(&self) -> Duration {
        if self.state == DiskState::Full { Duration::ZERO } else { self.fsync }
    }

    /// Whether an fsync is running that takes at least this long.
    pub fn hangs(&self, now: Time, limit: Duration) -> bool {
        !self.syncing.is_empty() && self.fsync.max(now.since(self.began)) >= limit
    }

    /// Takes a write; `true` if an fsync begins with it, which ends after [`Disk::answers_after`].
    pub(in crate::cluster) fn submit(&mut self, now: Time, write: Write) -> bool {
        self.waiting.push_back(write);
        self.begin(now)
    }

    /// The running fsync ends: its writes are durable, or so the disk says.
    pub(in crate::cluster) fn complete(&mut self, now: Time) -> Synced {
        if !self.state.takes_writes() {
            return Synced::Refused;
        }
        let last = self.syncing.last().map(|write| write.ticket);
        self.claimed.extend(self.syncing.drain(..));
        let kept = if self.state == DiskState::Good { 0 } else { Self::CLAIMS };
        let written = self.claimed.len().saturating_sub(kept);
        for write in self.claimed.drain(..written) {
            self.durable.keep(write);
        }
        Synced::Done { last, next: self.begin(now) }
    }

    /// The machine stops: what was not durable is gone. With `torn`, a part of what was being written
    /// stays, as long as chance wants. Returns how many writes are lost that were reported as durable.
    pub(in crate::cluster) fn crash(&mut self, torn: Option<&mut Rng>) -> usize {
        if let Some(rng) = torn {
            let written = self.claimed.iter().chain(&self.syncing);
            let bytes: Vec<u8> = written.flat_map(wal::encode).collect();
            let kept = usize::try_from(rng.range(0..=bytes.len() as u64)).unwrap_or(0);
            self.tail = bytes[..kept].to_vec();
        }
        let lost = self.claimed.len().saturating_sub(whole_records(&self.tail));
        self.lost += lost as u64;
        self.claimed.clear();
        self.syncing.clear();
        self.waiting.clear();
        lost
    }

    /// The machine starts: what a crash has left is read, and cut off where it is torn.
    pub(in crate::cluster) fn recover(&mut self) -> Recovered {
        let tail = std::mem::take(&mut self.tail);
        let mut rest = tail.as_slice();
        let mut whole = 0;
        while let Ok((write, after)) = wal::decode(rest) {
            self.durable.keep(write);
            (rest, whole) = (after, whole + 1);
        }
        Recovered { whole, torn_bytes: rest.len() }
    }

    /// Empties the disk.
    pub(in crate::cluster) fn wipe(&mut self) {
        *self = Self { lost: self.lost, ..Self::new(self.fsync) };
    }

    fn begin(&mut self, now: Time) -> bool {
        if !self.syncing.is_empty() || self.waiting.is_empty() {
            return false;
        }
        self.began = now;
        self.syncing.extend(self.waiting.drain(..));
        true
    }
}

/// How many writes can be read again at the beginning of what a crash has left.
fn whole_records(tail: &[u8]) -> usize {
    let (mut rest, mut whole) = (tail, 0);
    while let Ok((_, after)) = wal::decode(rest) {
        (rest, whole) = (after, whole + 1);
    }
    whole
}
