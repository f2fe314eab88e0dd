//! The clients: part of the world, they send over the same network as the servers.
//!
//! A client sends a request to the server that it believes leads, follows redirects, and tries again
//! when no answer comes, always under the same number of its session, so that nothing is written twice
//! (thesis, section 6.3). A request that was sent through a given server stays with it until that
//! names another. After a while the client gives up, and does not know what became of the request.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::raft::{Change, NodeId, Position, Refusal};
use crate::store::{ClientId, Command, Key, Outcome, Request, Seq, Value, Word};
use crate::time::{Duration, Time};

/// How strong a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Sees every write that was answered before it began (ReadIndex; thesis, section 6.4).
    Linearizable,
    /// Sees what the asked server has applied so far, however old.
    Stale,
}

/// What a client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Write(Command),
    Read { key: Key, consistency: Consistency },
    Change(Change),
}

/// The number of a request, over all clients of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// A request on its way to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRequest {
    pub id: RequestId,
    pub client: ClientId,
    /// 1 for the first attempt.
    pub attempt: u32,
    pub call: Call,
}

/// What a server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Write(Request),
    Read { key: Key, consistency: Consistency },
    Change(Change),
}

/// An answer on its way to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAnswer {
    pub id: RequestId,
    pub attempt: u32,
    pub reply: Reply,
}

impl ClientAnswer {
    /// Whether it sends the client elsewhere, or asks it to come again.
    pub fn is_redirect(&self) -> bool {
        !matches!(self.reply, Reply::Done(_))
    }
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The end of the request.
    Done(Answer),
    /// Ask the leader, if the server knows it.
    Redirect(Option<NodeId>),
    /// Ask again later.
    Busy,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The write was executed.
    Outcome(Outcome),
    /// What was read; `None` where there is no such key.
    Value(Option<Value>),
    /// The configuration is as wanted.
    Changed,
    /// It was refused for good.
    Refused(Refusal),
    /// No answer came in time: it may have been executed, or not.
    Unknown,
}

/// The two ends of an operation, as its client sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEvent {
    Began(RequestId, Operation),
    Ended(RequestId, Answer),
}

/// A station on the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    Sent {
        to: NodeId,
        attempt: u32,
    },
    Received {
        by: NodeId,
    },
    Redirected {
        by: NodeId,
        leader: Option<NodeId>,
    },
    Appended {
        by: NodeId,
        position: Position,
    },
    /// The leader asks a majority whether it still leads.
    Confirming {
        by: NodeId,
    },
    Committed {
        by: NodeId,
        position: Position,
    },
    Answered {
        by: NodeId,
    },
    TimedOut {
        attempt: u32,
    },
    GaveUp,
}

/// A request from its beginning to its end, or as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    pub id: RequestId,
    pub client: ClientId,
    pub operation: Operation,
    pub stations: Vec<(Time, Station)>,
    /// How it ended, and when.
    pub answer: Option<(Time, Answer)>,
}

/// As the script language writes it, without `via` and `from`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(command) => command.fmt(f),
            Self::Read { key, .. } => write!(f, "get {}", Word(key.as_str())),
            Self::Change(Change::Add(node)) => write!(f, "add {node}"),
            Self::Change(Change::Remove(node)) => write!(f, "remove {node}"),
        }
    }
}

/// In one short sentence without a full stop.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome(Outcome::Written) => write!(f, "success"),
            Self::Outcome(Outcome::Deleted) => write!(f, "deleted"),
            Self::Outcome(Outcome::NotFound) | Self::Value(None) => write!(f, "Key not found"),
            Self::Outcome(Outcome::Mismatch(Some(value))) => {
                write!(f, "not changed: the value is {value}")
            }
            Self::Outcome(Outcome::Mismatch(None)) => write!(f, "not changed: Key not found"),
            Self::Outcome(Outcome::Forgotten) => write!(f, "executed before, result forgotten"),
            Self::Value(Some(value)) => value.fmt(f),
            Self::Changed => write!(f, "done"),
            Self::Refused(Refusal::LastServer) => write!(f, "the last member can't be removed"),
            Self::Refused(_) => write!(f, "refused"),
            Self::Unknown => write!(f, "no answer: it may have happened or not"),
        }
    }
}

/// How patient clients are.
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(500);
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
pub(super) const BACKOFF: Duration = Duration::from_millis(50);

/// A request that has no answer yet.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) journey: Journey,
    pub(super) call: Call,
    /// It stays with the server it was given to.
    pub(super) pinned: bool,
    pub(super) target: NodeId,
    pub(super) attempt: u32,
    /// Counts the timers that were set, for the end of an attempt or of a pause: only the last one
    /// counts.
    pub(super) timer: u32,
    /// Between two attempts; otherwise an attempt is under way.
    pub(super) pausing: bool,
    pub(super) give_up_at: Time,
}

/// All clients and their requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients {
    pub(super) pending: BTreeMap<RequestId, Pending>,
    sessions: BTreeMap<ClientId, Session>,
    next_request: u64,
    /// Whom clients believe to lead.
    pub(super) believed_leader: Option<NodeId>,
}

/// A client's own side of its session.
#[derive(Clone, Debug, Default)]
struct Session {
    last: Seq,
    unanswered: BTreeSet<Seq>,
}

impl Clients {
    /// Makes the call for a new request: a write gets the next number of its session.
    pub(super) fn new_call(
        &mut self,
        client: ClientId,
        operation: &Operation,
    ) -> (RequestId, Call) {
        self.next_request += 1;
        let call = match operation {
            Operation::Write(command) => {
                let session = self.sessions.entry(client).or_default();
                session.last = Seq(session.last.0 + 1);
                session.unanswered.insert(session.last);
                let known_below = session.unanswered.first().copied().unwrap_or(session.last);
                let command = command.clone();
                let (seq, once) = (session.last, true);
                Call::Write(Request { client, seq, known_below, once, command })
            }
            Operation::Read { key, consistency } => {
                Call::Read { key: key.clone(), consistency: *consistency }
            }
            Operation::Change(change) => Call::Change(*change),
        };
        (RequestId(self.next_request), call)
    }

    /// Ends a request.
    pub(super) fn finish(&mut self, now: Time, id: RequestId, answer: Answer) -> Option<Journey> {
        let Pending { mut journey, call, .. } = self.pending.remove(&id)?;
        if let Call::Write(request) = call
            && let Some(session) = self.sessions.get_mut(&request.client)
        {
            session.unanswered.remove(&request.seq);
        }
        journey.answer = Some((now, answer));
        Some(journey)
    }

    /// Whether the client waits for an answer.
    pub(super) fn is_busy(&self, client: ClientId) -> bool {
        self.pending.values().any(|pending| pending.journey.client == client)
    }

    /// Notes where a request is.
    pub(super) fn note(&mut self, id: RequestId, at: Time, station: Station) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.journey.stations.push((at, station));
        }
    }
}
