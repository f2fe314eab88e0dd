//! What moves: messages in flight and timers; and the details of a message.

use std::fmt;

use super::NodeNumber;
use crate::cluster::{Body, Endpoint, YOU};
use crate::raft::{Appended, Message};
use crate::store::ClientId;
use crate::time::Time;

/// Everything that changes from frame to frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Motion {
    pub messages: Vec<MessageView>,
    /// For each running server with an election timer: the fraction of it that is left, 1 to 0.
    pub timers: Vec<(NodeNumber, f32)>,
}

/// A sender or a receiver of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageEnd {
    Node(NodeNumber),
    /// The user.
    You,
    /// A named client, by its number.
    Named(u32),
    /// A client of the background workload.
    Client(u32),
}

/// `n2`, `you`, `c3`, `w3`, as in scripts.
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

/// The kind of a message as it is drawn; each has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// An AppendEntries without entries.
    Heartbeat,
    /// An AppendEntries with entries; the label names their indexes.
    Append,
    /// The follower's log matches.
    AppendOk,
    /// The consistency check failed.
    AppendRefused,
    /// A chunk of a snapshot; the label names the snapshot's last index.
    Snapshot,
    /// TimeoutNow: the leader asks the receiver to start an election at once.
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
    /// The fraction of its path that is behind it, 0 to 1.
    pub progress: f32,
    /// Whether it will be lost halfway.
    pub lost: bool,
    /// The sender's term; 0 for clients' messages.
    pub term: u64,
    /// `8` or `5-8` for entries, else empty.
    pub label: String,
}

/// The details of a message in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDetail {
    pub id: u64,
    /// The paper's name: `AppendEntries`; a client's message is a `request` or an `answer`.
    pub kind: &'static str,
    pub from: MessageEnd,
    pub to: MessageEnd,
    pub sent_at: Time,
    pub arrives_at: Time,
    /// Why it will be lost, if it will.
    pub lost: Option<String>,
    pub fields: Vec<(&'static str, String)>,
}

impl Shape {
    /// The shape of a message.
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
