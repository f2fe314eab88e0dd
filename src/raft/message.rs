//! What servers say to each other: the RPCs of the paper's Figure 2, and the identifiers in them.
//!
//! Requests and responses are separate one-way messages, since the network may lose either. The
//! sender, the receiver and the sender's term stand in the envelope.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use super::config::Config;
use crate::digest::{Digest, Digester};

/// A server of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A term: the logical clock of Raft (paper, section 5.1). Every server begins in term 0, in which
/// there is never a leader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term(pub u64);

/// The place of an entry in the log; the first is 1. "No entry" is `Option::None`, never 0, which
/// makes an `Option<Index>` as small as an `Index`: every message carries some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index(NonZeroU64);

/// Which entry: its term and its index. The order of positions is the paper's "at least as
/// up-to-date" (section 5.4.1): the later term wins, then the longer log; no entry is less than any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub term: Term,
    pub index: Index,
}

impl Term {
    /// The term after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Index {
    /// The index of the first entry.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The index with this number; `None` for 0.
    pub const fn new(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number, 1 or more.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The index after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The index before this one, if there is one.
    pub const fn previous(self) -> Option<Self> {
        Self::new(self.0.get() - 1)
    }

    /// The index after `last`, which may be none: where the next entry of a log goes.
    pub fn after(last: Option<Self>) -> Self {
        last.map_or(Self::FIRST, Self::next)
    }
}

/// The number of an index that may be missing, 0 for none: for counting, never for storing.
pub fn count(index: Option<Index>) -> u64 {
    index.map_or(0, Index::get)
}

/// The bytes of a command. Consensus never looks inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data(Arc<[u8]>);

impl Data {
    /// Wraps encoded bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What an entry of the log carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Nothing: a leader opens its term with it (paper, section 8).
    Noop,
    /// A command for the state machine.
    Command(Data),
    /// A configuration, in force from the moment it is in the log (paper, section 6).
    Config(Config),
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The term of the leader that made it.
    pub term: Term,
    /// What it carries.
    pub payload: Payload,
}

impl Entry {
    /// Adds the entry to a digest.
    pub fn digest_into(&self, digester: &mut Digester) {
        digester.number(self.term.0);
        match &self.payload {
            Payload::Noop => digester.number(0),
            Payload::Command(data) => digester.number(1).bytes(data.as_bytes()),
            Payload::Config(config) => {
                config.digest_into(digester);
                digester
            }
        };
    }
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub from: NodeId,
    pub to: NodeId,
    /// The sender's `current_term`.
    pub term: Term,
    pub message: Message,
}

/// The messages of the paper's Figure 2, and those of the thesis that go with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Asks whether the receiver would vote for the sender in the next term (thesis, section 9.6).
    PreVote { last: Option<Position> },
    /// Answers it, and promises nothing.
    PreVoteResponse { vote_granted: bool },
    /// Asks for a vote; `last` is the candidate's last entry.
    RequestVote {
        last: Option<Position>,
        /// The leader itself has asked the candidate to stand, so that nobody needs to protect it
        /// (thesis, sections 3.10 and 4.2.3).
        transfer: bool,
    },
    /// Answers it.
    RequestVoteResponse { vote_granted: bool },
    /// Brings entries, or none as a heartbeat.
    AppendEntries {
        /// The entry before `entries`: `prev_log_index` and `prev_log_term`.
        prev: Option<Position>,
        entries: Vec<Entry>,
        leader_commit: Option<Index>,
        /// Which of the leader's rounds it belongs to: the answer repeats it, so that the leader
        /// knows which reads it confirms (thesis, section 6.4).
        round: u64,
    },
    /// Answers it.
    AppendEntriesResponse { result: Appended, round: u64 },
    /// Brings a part of a snapshot to a follower that lacks what the leader's log no longer has
    /// (paper, section 7, Figure 13).
    InstallSnapshot {
        /// What the snapshot stands for, and what its bytes must come to.
        about: SnapshotInfo,
        /// Where in the snapshot's bytes this part belongs.
        offset: u64,
        part: Data,
        /// It is the last part.
        done: bool,
        round: u64,
    },
    /// Answers it: so many bytes of the snapshot up to `last` are there; `installed` when all are, on
    /// disk.
    InstallSnapshotResponse { last: Position, received: u64, installed: bool, round: u64 },
    /// Asks the receiver to stand for election at once (thesis, section 3.10).
    TimeoutNow,
}

/// A snapshot without its bytes: the paper's `lastIncludedIndex` and `lastIncludedTerm`, the latest
/// configuration up to there, and a checksum of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    pub last: Position,
    pub config: Config,
    pub checksum: Digest,
}

/// The state machine as of an entry: what replaces the log up to there (paper, section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub about: SnapshotInfo,
    /// The state machine's bytes. Consensus never looks inside.
    pub data: Data,
}

impl Snapshot {
    /// A snapshot of these bytes.
    pub fn new(last: Position, config: Config, data: Data) -> Self {
        let checksum = Digest::of(data.as_bytes());
        Self { about: SnapshotInfo { last, config, checksum }, data }
    }

    /// Whether the bytes are those that the snapshot was made of.
    pub fn is_whole(&self) -> bool {
        Digest::of(self.data.as_bytes()) == self.about.checksum
    }
}

/// What became of an AppendEntries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The log agrees with the leader's up to here, and this much is on disk.
    Matched { match_index: Option<Index> },
    /// The consistency check failed (paper, section 5.3).
    Conflict {
        /// The index of the `prev` that was not found.
        rejected: Index,
        /// The term of the entry that stands there instead; none where the log is too short.
        conflict_term: Option<Term>,
        /// The first index of that term; where the log is too short, the index after its last.
        first: Index,
    },
    /// The sender was of an earlier term than the receiver (Figure 2: "reply false if term < currentTerm"). The
    /// answer's own term makes it step down; where it leads that one too, nothing follows from it.
    Outdated,
}

/// The kind of a message: what it is called, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    PreVote,
    PreVoteResponse,
    RequestVote,
    RequestVoteResponse,
    AppendEntries,
    AppendEntriesResponse,
    InstallSnapshot,
    InstallSnapshotResponse,
    TimeoutNow,
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::PreVote,
        Self::PreVoteResponse,
        Self::RequestVote,
        Self::RequestVoteResponse,
        Self::AppendEntries,
        Self::AppendEntriesResponse,
        Self::InstallSnapshot,
        Self::InstallSnapshotResponse,
        Self::TimeoutNow,
    ];

    /// The name in the paper, as the script language writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreVote => "PreVote",
            Self::PreVoteResponse => "PreVoteResponse",
            Self::RequestVote => "RequestVote",
            Self::RequestVoteResponse => "RequestVoteResponse",
            Self::AppendEntries => "AppendEntries",
            Self::AppendEntriesResponse => "AppendEntriesResponse",
            Self::InstallSnapshot => "InstallSnapshot",
            Self::InstallSnapshotResponse => "InstallSnapshotResponse",
            Self::TimeoutNow => "TimeoutNow",
        }
    }
}

impl Message {
    /// What kind of message it is.
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::PreVote { .. } => MessageKind::PreVote,
            Self::PreVoteResponse { .. } => MessageKind::PreVoteResponse,
            Self::RequestVote { .. } => MessageKind::RequestVote,
            Self::RequestVoteResponse { .. } => MessageKind::RequestVoteResponse,
            Self::AppendEntries { .. } => MessageKind::AppendEntries,
            Self::AppendEntriesResponse { .. } => MessageKind::AppendEntriesResponse,
            Self::InstallSnapshot { .. } => MessageKind::InstallSnapshot,
            Self::InstallSnapshotResponse { .. } => MessageKind::InstallSnapshotResponse,
            Self::TimeoutNow => MessageKind::TimeoutNow,
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// As the narration says it: `term 2, index 6`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "term {}, index {}", self.term, self.index)
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
