//! What a page shows of a cluster, as plain data in the words of the page.
//!
//! A [`View`] changes with events, [`Motion`] with every frame. Neither holds anything of the
//! cluster itself, so a page can compare two of them and draw only what differs.
//!
//! Motion, branches with their timeline, and verdicts with their reasons have files of their own.

mod branch;
mod landmark;
mod motion;
mod speed;
mod spot;
mod verdict;

use std::fmt;

use crate::cluster::what;
pub use crate::cluster::{Awaited, Blocked, BlockedOn, DiskState, Status, Topic};
use crate::raft::Payload;
use crate::time::{Duration, Time};
pub use branch::{
    BranchView, ComparisonView, JobProgress, MarkKind, MarkView, NodeDifference, Parting,
    PartingStep, PinView, ScriptProgress, TermView, Timeline,
};
pub use landmark::Landmark;
pub(crate) use motion::term_of;
pub use motion::{MessageDetail, MessageEnd, MessageView, Motion, Shape};
pub use speed::Speed;
pub use spot::{RunId, Spot};
pub use verdict::{
    CauseKind, CauseView, Contradiction, ContraryFact, Explanation, TurningPoint, Verdict,
};

/// A server's name as a number: 3 for `n3`.
pub type NodeNumber = u32;

/// Everything that a page shows, except what moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub clock: ClockView,
    pub summary: Summary,
    /// In the order of their names.
    pub nodes: Vec<NodeView>,
    /// Links that are cut, as (from, to).
    pub cuts: Vec<(NodeNumber, NodeNumber)>,
    /// Links whose settings differ from the network's, one per direction.
    pub links: Vec<LinkView>,
    /// The sides of a partition: groups of servers that can reach each other. Empty without a
    /// partition.
    pub sides: Vec<Vec<NodeNumber>>,
    /// `None` while no server runs.
    pub committed: Option<Committed>,
    /// The latest requests made by hand, the newest first.
    pub request_traces: Vec<RequestTraceView>,
    pub network: NetworkView,
    /// All branches, in the order of creation.
    pub branches: Vec<BranchView>,
    pub comparison: Option<ComparisonView>,
    /// The progress of the running job.
    pub progress: Option<JobProgress>,
    /// The script that is run in the console.
    pub script: Option<ScriptProgress>,
}

/// A link in one direction whose settings differ from the network's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkView {
    pub from: NodeNumber,
    pub to: NodeNumber,
    /// The least and the longest.
    pub latency: (Duration, Duration),
    /// Parts per million.
    pub loss: u32,
    pub duplicate: u32,
}

/// The clock of the cluster and of the playback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockView {
    pub now: Time,
    pub playing: bool,
    pub speed: crate::playground::view::Speed,
    /// Events handled so far.
    pub events: u64,
    /// How far this branch was played.
    pub end: Time,
    /// Whether the branch goes on after `now`.
    pub past: bool,
}

/// Whether a run deviates from Raft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Modified {
    #[default]
    No,
    /// The rules that are off and the disks that lie now: `step-down off, disk of n2 lies`.
    Rules(String),
    /// Nothing deviates now, but earlier in the run rules were off, or a disk was wiped or lied.
    Before,
}

impl fmt::Display for Modified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "",
            Self::Rules(rules) => rules,
            Self::Before => "rules were switched, or a disk was wiped or lied in this run",
        })
    }
}

/// The summary line at the top of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub leader: Option<NodeNumber>,
    /// Other leaders of the same term; there are some only where a rule is broken.
    pub rivals: Vec<NodeNumber>,
    /// The highest term of a running server.
    pub term: u64,
    /// How many servers make a majority, of how many members.
    pub quorum: usize,
    pub members: usize,
    /// Members that run.
    pub running: usize,
    pub modified: Modified,
    /// `None` while all properties hold.
    pub violation: Option<Broken>,
}

/// The broken properties, for the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `election-safety`, `2 properties`.
    pub what: String,
    /// What broke last, and how.
    pub sentence: String,
}

/// The role of a server, as the page names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleView {
    Follower,
    /// Asks in a pre-vote whether it could win an election, without starting a new term.
    PreCandidate,
    Candidate,
    Leader,
    /// Believes that it is the leader, but another server leads a later term.
    OldLeader,
    /// Receives the log and has no vote.
    Learner,
    /// Runs, but is not a member of the configuration that it knows.
    Joining,
}

/// `Leader`, `Old leader`, as a card shows it.
impl fmt::Display for RoleView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Leader => "Leader",
            Self::OldLeader => "Old leader",
            Self::PreCandidate => "Asking",
            Self::Candidate => "Candidate",
            Self::Follower => "Follower",
            Self::Learner => "Learner",
            Self::Joining => "Joining",
        })
    }
}

/// The card of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    pub id: NodeNumber,
    pub status: Status,
    /// `None` while the server is down: the disk stores no role.
    pub role: Option<RoleView>,
    /// Whether it has no vote in the cluster's configuration, also while it is down.
    pub is_learner: bool,
    pub term: u64,
    pub voted_for: Option<NodeNumber>,
    /// For a candidate: the votes it has and the votes it needs.
    pub votes: Option<(usize, usize)>,
    /// Whether the current term and vote are on disk.
    pub settled: bool,
    /// The leader that this server knows of.
    pub leader: Option<NodeNumber>,
    /// The last entries of its log, oldest first; `log_len` counts all.
    pub log: Vec<EntryView>,
    pub log_len: u64,
    pub commit_index: u64,
    pub last_applied: u64,
    /// The last entry in its latest snapshot, 0 for none; the log may keep some of what is in it.
    pub snapshot: u64,
    /// The snapshot that is being received: the index of its last entry, and the bytes received so
    /// far.
    pub incoming: Option<(u64, u64)>,
    /// The configuration in force on this server, as a sentence names it.
    pub config: String,
    /// For a leader: its progress for each other member.
    pub followers: Vec<FollowerView>,
    /// For a leader: when its lease ends, in true time.
    pub lease_end: Option<Time>,
    /// For a leader: the server it transfers leadership to.
    pub transfer: Option<NodeNumber>,
    /// The number of client sessions in its store.
    pub sessions: usize,
    /// The error of its clock in words; empty for an exact clock.
    pub clock: String,
    /// The rate of its clock, in millionths of the true rate.
    pub clock_rate: u32,
    /// The processing time of each input.
    pub cpu: Duration,
    /// The digest of its store, four hexadecimal digits; `None` while it is down.
    pub digest: Option<String>,
    /// The first entries of its store, in the order of keys; `store_len` counts all.
    pub store: Vec<(String, String)>,
    pub store_len: usize,
    /// The number of messages that wait while it is paused.
    pub waiting: usize,
    /// The latency of an fsync.
    pub fsync: Duration,
    /// The state of its disk.
    pub disk: DiskState,
    /// What it can't go on without.
    pub blocked: Option<Blocked>,
}

/// A leader's progress for another member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerView {
    pub id: NodeNumber,
    /// The index of the last entry it is known to have, 0 for none.
    pub match_index: u64,
    /// The index of the next entry to send.
    pub next_index: u64,
    /// How the leader replicates to it.
    pub pace: ProgressStateView,
}

/// How a leader replicates to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressStateView {
    /// The leader searches for the index up to which the logs agree.
    Probing,
    /// The leader sends entries without waiting for responses.
    Streaming,
    /// The leader sends a snapshot, of which `bytes` have arrived.
    Snapshot { bytes: u64 },
}

/// How safe an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Only in this server's memory.
    InMemory,
    /// On this server's disk.
    OnDisk,
    /// This server knows it to be committed, or knew it before it went down.
    Committed,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    pub index: u64,
    pub term: u64,
    pub safety: Safety,
    pub what: EntryText,
}

/// The content of an entry: `set color blue`, `empty`, `members n1 n2 n3`. It is formatted only
/// when it is displayed, since most entries of a log never are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryText(pub(crate) Payload);

impl fmt::Display for EntryText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cut(what(&self.0)))
    }
}

/// What is committed, as the running server that has executed most of it knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The running servers that have executed less of it.
    pub lagging: Vec<NodeNumber>,
    /// The running servers that have executed as much, but hold something else; there are some only where a
    /// rule is broken.
    pub differing: Vec<NodeNumber>,
    /// The first entries in the order of keys; `len` counts all.
    pub entries: Vec<(String, String)>,
    pub len: usize,
}

/// The path of a request through the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestTraceView {
    pub id: u64,
    /// The client that sent it.
    pub client: MessageEnd,
    /// `set color blue`.
    pub operation: String,
    /// From its beginning to its end, or to now.
    pub took: Duration,
    /// How it ended; `None` while it is pending.
    pub answer: Option<AnswerView>,
    /// The hops it has passed, and those it will pass if nothing fails.
    pub hops: Vec<HopView>,
}

impl RequestTraceView {
    /// The script line that makes the same request: `as c2 set color blue`, without `via`.
    pub fn line(&self) -> String {
        match self.client {
            MessageEnd::You => self.operation.clone(),
            client => format!("as {client} {}", self.operation),
        }
    }
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerView {
    pub kind: AnswerKind,
    pub text: String,
}

/// The kind of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// The operation was done.
    Success,
    /// There is no such key, or compare and set found another value.
    Negative,
    /// No answer arrived in time.
    Unknown,
}

/// A hop of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HopView {
    /// `you`, `n5`, `leader n2`, `2 of 3`, `answer`.
    pub label: String,
    /// What happened there, as a sentence for a tooltip.
    pub title: String,
    /// The time since the request began; `None` while the hop is still ahead.
    pub at: Option<Duration>,
    /// Whether it failed there, as by a timeout.
    pub failed: bool,
}

/// The settings of the network, the timers and the workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkView {
    /// The least and the longest.
    pub latency: (Duration, Duration),
    /// Parts per million.
    pub loss: u32,
    pub duplicate: u32,
    /// The least and the longest.
    pub election_timeout: (Duration, Duration),
    pub heartbeat: Duration,
    /// The number of clients of the background workload, 0 while it is off.
    pub workload_clients: u32,
    /// The number of named clients that have made requests.
    pub named_clients: usize,
    /// The intensity of random faults, in parts per million, 0 for none.
    pub chaos: u32,
}

impl NetworkView {
    /// Whether there are clients other than the user.
    pub fn has_other_clients(&self) -> bool {
        self.workload_clients > 0 || self.named_clients > 0
    }
}

/// A line of the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Consecutive.
    pub id: u64,
    pub at: Time,
    pub text: String,
    pub topic: Topic,
    /// Whether a summary may leave it out.
    pub detail: bool,
    /// Whether it must not be missed: a new leader, or a broken property.
    pub headline: bool,
}

/// What is said of what the user has just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Grows with each remark.
    pub number: u64,
    /// One sentence or a few.
    pub text: String,
    /// The branch that keeps what was taken back, or what came after.
    pub kept_in: Option<usize>,
}

/// A line of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    pub id: u64,
    pub kind: ConsoleKind,
    pub text: String,
}

/// The kind of a console line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleKind {
    Input,
    Output,
    Error,
}

/// The longest text of an entry, in characters.
pub(crate) const LONG: usize = 80;

/// Cuts a text to [`LONG`] characters.
pub(crate) fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONG) {
        text.truncate(at);
        text.push('…');
    }
    text
}
