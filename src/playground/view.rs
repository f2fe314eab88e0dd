//! What a page shows of a cluster: plain data in the words of the page.
//!
//! A [`View`] is what changes with events; [`Motion`] is what changes with every frame. Neither holds
//! anything of the cluster itself, so a page can compare two of them and draw only what differs.

use std::collections::VecDeque;
use std::fmt;

pub use crate::cluster::{Status, Topic};

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
    /// The visitor's latest requests, the newest first.
    pub journeys: Vec<JourneyView>,
    pub network: NetworkView,
    /// All stories that were begun, in that order.
    pub branches: Vec<BranchView>,
    pub comparison: Option<ComparisonView>,
    /// How much of what takes a while is done, in percent.
    pub progress: Option<Progress>,
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

/// Something that takes a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another instant is being played up to.
    Travelling(u64),
    /// A run is being opened.
    Opening(u64),
}

/// A story that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchView {
    /// `A`, `B`, ... `Z`, `AA`.
    pub name: String,
    /// The place of the branch that it left, and when, in microseconds.
    pub left: Option<(usize, u64)>,
    /// Whether it is the one that is shown.
    pub current: bool,
    /// How many things were done in it.
    pub actions: usize,
    /// How far it was played, in microseconds.
    pub end: u64,
}

/// The story that is shown beside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonView {
    /// The place of the other one.
    pub with: usize,
    /// Which instant of the other one this is, in microseconds: the one that is shown, or its end.
    pub at: u64,
    /// Where the two part; `None` while that is looked for.
    pub parting: Option<Parting>,
    /// The nodes that differ; `None` while the other story is played up to there.
    pub nodes: Option<Vec<NodeDifference>>,
}

/// Where two stories part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// As far as both were played they are the same.
    Nowhere,
    /// The first step that differs, in each; `None` where a story was not played any further.
    At { ours: Option<PartingStep>, theirs: Option<PartingStep> },
}

/// A step of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartingStep {
    /// Microseconds of cluster time.
    pub at: u64,
    /// After so many events.
    pub events: u64,
    /// What happened; `None` if there is nothing to tell of it.
    pub text: Option<String>,
}

/// How a node differs from that of the same name in another story or at another instant, or from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeDifference {
    pub id: NodeNumber,
    /// What differs, how it is in the one and how in the other.
    pub rows: Vec<(&'static str, String, String)>,
}

/// An instant that others are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinView {
    /// To go there again.
    pub spot: super::Spot,
    /// Microseconds of cluster time.
    pub at: u64,
    /// The name of its story.
    pub story: String,
    /// Whether it is the one that is shown.
    pub is_shown: bool,
}

/// The clock of the cluster and of the playback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockView {
    /// Cluster time in microseconds.
    pub now: u64,
    pub playing: bool,
    pub speed: super::Speed,
    /// Events handled so far.
    pub events: u64,
    /// How far this story was played, in microseconds.
    pub end: u64,
    /// Whether this is the past: the story goes on after it.
    pub past: bool,
}

/// The line at the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub leader: Option<NodeNumber>,
    /// The highest term of a running server.
    pub term: u64,
    /// How many servers make a majority, of how many members.
    pub quorum: usize,
    pub members: usize,
    /// Members that run.
    pub running: usize,
    /// What is not as Raft wants it, or once was not: empty for a run of Raft as it is.
    pub modified: String,
    /// `None` while all properties hold; else the sentence that says what broke.
    pub violation: Option<String>,
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
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    pub id: NodeNumber,
    pub status: Status,
    /// Its role; what is on its disk has none, so `None` while it is down.
    pub role: Option<RoleView>,
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
    pub pace: PaceView,
}

/// How a leader sends to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaceView {
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
    /// What it does: `set color blue`, `empty`, `members n1 n2 n3`.
    pub what: String,
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
pub struct JourneyView {
    pub id: u64,
    /// `set color blue`.
    pub operation: String,
    /// Microseconds of cluster time from its beginning to its end, or to now.
    pub took: u64,
    /// How it ended; `None` while it is on its way.
    pub answer: Option<AnswerView>,
    /// The stations it has passed and those it will pass if all goes well.
    pub stations: Vec<StationView>,
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

/// A station of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationView {
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
    /// How often faults come at random, in parts per million, 0 for never.
    pub chaos: u32,
}

/// The history of a story as a strip: from its beginning to its end, in the order of time. No part of a
/// [`View`], since an hour has many thousand marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Each term that had a leader or a candidate, from when it began.
    pub terms: VecDeque<TermView>,
    /// What stands above and below the strip.
    pub marks: VecDeque<MarkView>,
}

/// A term on the timeline; it lasts until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermView {
    pub term: u64,
    pub from: u64,
}

/// A mark on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkView {
    pub at: u64,
    pub kind: MarkKind,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    Elected,
    Commit,
    Fault,
    Repair,
    Violation,
    /// The visitor was answered.
    Answer,
}

/// What the judges say of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `election-safety`.
    pub property: &'static str,
    /// When it broke, in microseconds, and the sentence that says how; `None` while it holds.
    pub broken: Option<(u64, String)>,
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

/// What moves: everything in it changes from frame to frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Motion {
    pub messages: Vec<MessageView>,
    /// Each running server with an election timer: how much of it is left, 1 to 0.
    pub timers: Vec<(NodeNumber, f32)>,
}

/// One end of a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Node(NodeNumber),
    /// The visitor.
    You,
    /// A client of the background workload.
    Client(u32),
}

/// `n2`, `you`, `client 3`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => write!(f, "n{node}"),
            Self::You => write!(f, "you"),
            Self::Client(client) => write!(f, "client {client}"),
        }
    }
}

/// What a message is, as it is drawn: each has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// An AppendEntries without entries.
    Heartbeat,
    /// An AppendEntries with entries; the label names them.
    Append,
    /// A log was found to agree.
    AppendOk,
    /// The consistency check failed.
    AppendRefused,
    /// A part of a snapshot; the label names its last entry.
    Snapshot,
    /// The leader asks the receiver to stand for election at once.
    Handover,
    VoteRequest,
    VoteGranted,
    VoteRefused,
    Request,
    Answer,
    Redirect,
}

/// A message in flight.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageView {
    pub id: u64,
    pub shape: Shape,
    pub from: Place,
    pub to: Place,
    /// How much of its way is behind it, 0 to 1.
    pub progress: f32,
    /// It will not arrive: it vanishes half way.
    pub lost: bool,
    /// The sender's term; 0 for clients' messages.
    pub term: u64,
    /// `8` or `5-8` for entries, else empty.
    pub label: String,
}

/// A message in flight, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDetail {
    pub id: u64,
    /// The paper's word for it: `AppendEntries`; a client's is a `request` or an `answer`.
    pub kind: &'static str,
    pub from: Place,
    pub to: Place,
    /// Microseconds of cluster time.
    pub sent_at: u64,
    pub arrives_at: u64,
    /// Why it will vanish half way, if it will.
    pub lost: Option<String>,
    pub fields: Vec<(&'static str, String)>,
}
