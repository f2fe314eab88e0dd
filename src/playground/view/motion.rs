//! What moves: messages on their way, and timers; and a message, opened.

use std::fmt;

use super::NodeNumber;
use crate::cluster::{Body, Endpoint, YOU};
use crate::raft::{Appended, Message};
use crate::store::ClientId;

/// What moves: everything in it changes from frame to frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Motion {
    pub messages: Vec<MessageView>,
    /// Each running server with an election timer: how much of it is left, 1 to 0.
    pub timers: Vec<(NodeNumber, f32)>,
}

/// One end of a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageEnd {
    Node(NodeNumber),
    /// The visitor.
    You,
    /// A client with a name, by its number.
    Named(u32),
    /// A client of the background workload.
    Client(u32),
}

/// `n2`, `you`, `c3`, `w3`: as the core names them.
impl fmt::Display for MessageEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => write!(f, "n{node}"),
            Self::You => write!(f, "you"),
            Self::Named(number) => write!(f, "c{number}"),
            Self::Client(client) => write!(f, "w{client}"),
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
    pub from: MessageEnd,
    pub to: MessageEnd,
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
    pub from: MessageEnd,
    pub to: MessageEnd,
    /// Microseconds of cluster time.
    pub sent_at: u64,
    pub arrives_at: u64,
    /// Why it will vanish half way, if it will.
    pub lost: Option<String>,
    pub fields: Vec<(&'static str, String)>,
}

impl Shape {
    /// How a message is drawn.
    pub(crate) fn of(body: &Body) -> Self {
        match body {
            Body::Request(_) => Self::Request,
            Body::Answer(answer) if answer.is_redirect() => Self::Redirect,
            Body::Answer(_) => Self::Answer,
            Body::Raft(envelope) => match &envelope.message {
                Message::PreVote { .. } | Message::RequestVote { .. } => Self::VoteRequest,
                Message::PreVoteResponse { vote_granted }
                | Message::RequestVoteResponse { vote_granted } => {
                    if *vote_granted {
                        Self::VoteGranted
                    } else {
                        Self::VoteRefused
                    }
                }
                Message::AppendEntries { entries, .. } if entries.is_empty() => Self::Heartbeat,
                Message::AppendEntries { .. } => Self::Append,
                Message::AppendEntriesResponse { result: Appended::Matched { .. }, .. }
                | Message::InstallSnapshotResponse { .. } => Self::AppendOk,
                Message::InstallSnapshot { .. } => Self::Snapshot,
                Message::TimeoutNow => Self::Handover,
                Message::AppendEntriesResponse {
                    result: Appended::Conflict { .. } | Appended::Outdated,
                    ..
                } => Self::AppendRefused,
            },
        }
    }
}

/// The sender's term; 0 for clients' messages.
pub(crate) fn term_of(body: &Body) -> u64 {
    match body {
        Body::Raft(envelope) => envelope.term.0,
        Body::Request(_) | Body::Answer(_) => 0,
    }
}

impl From<Endpoint> for MessageEnd {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::Node(id) => Self::Node(id.0),
            Endpoint::Client(client) => client.into(),
        }
    }
}

impl From<ClientId> for MessageEnd {
    fn from(client: ClientId) -> Self {
        match client.name() {
            _ if client == YOU => Self::You,
            Some(number) => Self::Named(number),
            None => Self::Client(client.0),
        }
    }
}
