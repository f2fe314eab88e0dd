//! What a page shows of a cluster: plain data in the words of the page.
//!
//! A [`View`] is what changes with events; [`Motion`] is what changes with every frame. Neither holds
//! anything of the cluster itself, so a page can compare two of them and draw only what differs.
//!
//! What moves, branches and their timeline, and verdicts with their reasons have files of their own.

mod branch;
mod landmark;
mod motion;
mod speed;
mod spot;
mod verdict;

use std::fmt;

use crate::cluster::what;
pub use crate::cluster::{DiskState, Status, Topic};
use crate::raft::Payload;
use crate::time::Time;
pub use branch::{
    BranchView, ComparisonView, JobProgress, MarkKind, MarkView, NodeDifference, Parting,
    PartingStep, PinView, TermView, Timeline,
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

/// All that a page shows, but for what moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub clock: ClockView,
    pub summary: Summary,
    /// In the order of their names.
    pub nodes: Vec<NodeView>,
    /// Cut ways between servers, one way each.
    pub cuts: Vec<(NodeNumber, NodeNumber)>,
    /// Ways between servers that are not as the network's others, one way each.
    pub links: Vec<LinkView>,
    /// The sides of a partition: groups of servers that can reach each other, where there are several.
    pub sides: Vec<Vec<NodeNumber>>,
    pub agreed: Agreed,
    /// The latest requests that were asked by hand, the newest first.
    pub request_traces: Vec<RequestTraceView>,
    pub network: NetworkView,
    /// All stories that were begun, in that order.
    pub branches: Vec<BranchView>,
    pub comparison: Option<ComparisonView>,
    /// How much of what takes a while is done, in percent.
    pub progress: Option<JobProgress>,
}

/// A way from one server to another that is not as the network's others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkView {
    pub from: NodeNumber,
    pub to: NodeNumber,
    /// Microseconds.
    pub latency: (u64, u64),
    /// Parts per million.
    pub loss: u32,
    pub duplicate: u32,
}

/// The clock of the cluster and of the playback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockView {
    /// Cluster time in microseconds.
    pub now: u64,
    pub playing: bool,
    pub speed: crate::playground::view::Speed,
    /// Events handled so far.
    pub events: u64,
    /// How far this story was played, in microseconds.
    pub end: u64,
    /// Whether this is the past: the story goes on after it.
    pub past: bool,
}

/// Whether a run is Raft as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Modified {
    #[default]
    No,
    /// These rules are switched away from it, and these disks lie: `step-down off, disk of n2 lies`.
    Rules(String),
    /// All is as it should be, but rules were switched before, or a disk was wiped or lied.
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

/// The line at the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub leader: Option<NodeNumber>,
    /// Others that lead the same term, where a rule is broken.
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

/// That a property is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `election-safety`, `2 properties`.
    pub what: String,
    /// What broke last, and by what.
    pub sentence: String,
}

/// What a server is, as a page names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleView {
    Follower,
    /// Asks whether it could win an election (pre-vote), and has begun no new term.
    PreCandidate,
    Candidate,
    Leader,
    /// Believes that it leads, but another leads a later term.
    OldLeader,
    /// Gets the log and has no vote.
    Learner,
    /// Runs, but is no member of the configuration that it knows.
    Joining,
}

/// `Leader`, `Old leader`, as a card says it.
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

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    pub id: NodeNumber,
    pub status: Status,
    /// Its role; what is on its disk has none, so `None` while it is down.
    pub role: Option<RoleView>,
    /// Whether it has no vote in the cluster's configuration, also while it is down.
    pub is_learner: bool,
    pub term: u64,
    pub voted_for: Option<NodeNumber>,
    /// The votes a candidate has, of those it needs.
    pub votes: Option<(usize, usize)>,
    /// Whether term and vote are on disk.
    pub settled: bool,
    /// The leader it believes in.
    pub leader: Option<NodeNumber>,
    /// The last entries of its log, oldest first; `log_len` counts all.
    pub log: Vec<EntryView>,
    pub log_len: u64,
    pub commit_index: u64,
    pub last_applied: u64,
    /// The last entry in its latest snapshot, 0 for none; the log may keep some of what is in it.
    pub snapshot: u64,
    /// What it has received of a snapshot: its last entry, and so many bytes.
    pub incoming: Option<(u64, u64)>,
    /// The configuration in force here, as a sentence would name it.
    pub config: String,
    /// For a leader: what it knows of each other member.
    pub followers: Vec<FollowerView>,
    /// For a leader: until when its lease lasts, in microseconds of true time.
    pub lease_end: Option<u64>,
    /// For a leader: to whom it hands over.
    pub transfer: Option<NodeNumber>,
    /// How many client sessions its store remembers.
    pub sessions: usize,
    /// How its clock is wrong: empty for a true one.
    pub clock: String,
    /// How fast its clock runs, in millionths of the true rate.
    pub clock_rate: u32,
    /// How long its processor takes for whatever comes in, in microseconds.
    pub cpu: u64,
    /// The store's digest, four hexadecimal digits; `None` while it is down.
    pub digest: Option<String>,
    /// The store's first entries in the order of keys; `store_len` counts all.
    pub store: Vec<(String, String)>,
    pub store_len: usize,
    /// Messages that wait while it is paused.
    pub waiting: usize,
    /// How long its disk takes for an fsync, in microseconds.
    pub fsync: u64,
    /// How its disk treats writes.
    pub disk: DiskState,
}

/// What a leader knows of another member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerView {
    pub id: NodeNumber,
    /// The last entry it has, 0 for none.
    pub match_index: u64,
    /// The next to be sent.
    pub next_index: u64,
    /// How the leader sends to it.
    pub pace: ProgressStateView,
}

/// How a leader sends to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressStateView {
    /// It looks for the place where the logs agree.
    Probing,
    /// It sends on without waiting for answers.
    Streaming,
    /// It sends a snapshot, of which so many bytes have arrived.
    Snapshot { bytes: u64 },
}

/// How safe an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Only in this server's memory.
    InMemory,
    /// On this server's disk.
    OnDisk,
    /// This server knows it to be committed.
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

/// What an entry does: `set color blue`, `empty`, `members n1 n2 n3`. It is put into words when somebody reads
/// them: a log has many entries, and most are never asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryText(pub(crate) Payload);

impl fmt::Display for EntryText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cut(what(&self.0)))
    }
}

/// What most running servers have in their stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// So many running servers have exactly this ...
    pub count: usize,
    /// ... of so many.
    pub of: usize,
    /// The first entries in the order of keys; `len` counts all.
    pub entries: Vec<(String, String)>,
    pub len: usize,
}

/// The way of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestTraceView {
    pub id: u64,
    /// Whose it is.
    pub client: MessageEnd,
    /// `set color blue`.
    pub operation: String,
    /// Microseconds of cluster time from its beginning to its end, or to now.
    pub took: u64,
    /// How it ended; `None` while it is on its way.
    pub answer: Option<AnswerView>,
    /// The hops it has passed and those it will pass if all goes well.
    pub hops: Vec<HopView>,
}

impl RequestTraceView {
    /// The line that asks for it, without a given server: `as c2 set color blue`.
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

/// What kind of end that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// It was done.
    Success,
    /// There is no such key, or compare and set found another value.
    Negative,
    /// Nobody answered.
    Unknown,
}

/// A hop of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HopView {
    /// `you`, `n5`, `leader n2`, `2 of 3`, `answer`.
    pub label: String,
    /// What happened there, in a sentence for a tooltip.
    pub title: String,
    /// When, in microseconds since the request began; `None` while it is still ahead.
    pub at: Option<u64>,
    /// Something went wrong there: a timeout.
    pub failed: bool,
}

/// The settings of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkView {
    /// Microseconds.
    pub latency: (u64, u64),
    /// Parts per million.
    pub loss: u32,
    pub duplicate: u32,
    /// Microseconds.
    pub election_timeout: (u64, u64),
    pub heartbeat: u64,
    /// Clients of the background workload, 0 while it is off.
    pub workload_clients: u32,
    /// Clients with names that have asked for something.
    pub named_clients: usize,
    /// How often faults come at random, in parts per million, 0 for never.
    pub chaos: u32,
}

impl NetworkView {
    /// Whether anybody asks but the visitor.
    pub fn has_other_clients(&self) -> bool {
        self.workload_clients > 0 || self.named_clients > 0
    }
}

/// A line of the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Grows by one from each to the next.
    pub id: u64,
    /// Cluster time in microseconds.
    pub at: u64,
    pub text: String,
    pub topic: Topic,
    /// A summary may leave it out.
    pub detail: bool,
}

/// A line of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    pub id: u64,
    pub kind: ConsoleKind,
    pub text: String,
}

/// Who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleKind {
    Input,
    Output,
    Error,
}

/// The longest text of an entry, in characters.
pub(crate) const LONG: usize = 80;

/// Not longer than is read at a glance.
pub(crate) fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONG) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// Microseconds of cluster time, for plain data.
pub(crate) fn micros(at: Time) -> u64 {
    at.as_micros()
}
