//! The clients. They are part of the world, and send over the same network as the servers.
//!
//! A client sends a request to the server that it believes leads, follows redirects, and tries again
//! when no answer comes, always under the same number of its session, so that nothing is written twice
//! (thesis, section 6.3). A request that was sent through a given server stays with it until that
//! names another. After a while the client gives up, and does not know what became of the request.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::raft::{Change, Index, NodeId, Position, Refusal};
use crate::store::{ClientId, Command, Key, Outcome, Request, Seq, SessionId, Stamp, Value, Word};
use crate::time::{Duration, Time};

/// How strong a read is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// Sees every write that was answered before it began (ReadIndex; thesis, section 6.4).
    #[default]
    Linearizable,
    /// The same, but the leader counts on its lease and asks nobody (thesis, section 6.4.1): true as
    /// long as no clock drifts more than is assumed.
    Lease,
    /// Sees what a server has applied that believes that it leads.
    Leader,
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

impl Operation {
    /// How a request for it ends to which no answer has come in time.
    pub(in crate::cluster) const fn without_answer(&self) -> Answer {
        match self {
            Self::Write(_) | Self::Change(_) => Answer::Unknown,
            Self::Read { .. } => Answer::Unread,
        }
    }

    /// The key that it is about, if it is about one.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Write(command) => Some(command.key()),
            Self::Read { key, .. } => Some(key),
            Self::Change(_) => None,
        }
    }

    /// The key in whose one order of operations it has a place: of a write, or of a read that is to see every
    /// write that was answered before.
    pub fn ordered_key(&self) -> Option<&Key> {
        let is_weak = matches!(self, Self::Read { consistency, .. } if !consistency.is_strong());
        self.key().filter(|_| !is_weak)
    }
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
    /// The change of the configuration was accepted, and a later one that wants the contrary has ended it.
    Ended { by: Change },
    /// It was refused for good.
    Refused(Refusal),
    /// No answer to a write or a change came in time: it may have been executed, or not.
    Unknown,
    /// No answer to a read came in time.
    Unread,
}

impl Answer {
    /// Whether anything was answered at all.
    pub const fn has_come(&self) -> bool {
        !matches!(self, Self::Unknown | Self::Unread)
    }
}

/// The two ends of an operation, as its client sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEvent {
    Began {
        id: RequestId,
        client: ClientId,
        operation: Operation,
    },
    /// With the write's place in its session, if it was one.
    Ended {
        id: RequestId,
        answer: Answer,
        wrote: Option<(SessionId, Seq)>,
    },
}

/// A hop on the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
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
    /// The leader can't take it on yet.
    Postponed {
        by: NodeId,
        why: Postponement,
    },
    /// The leader goes on with the change when this server has caught up with its log.
    AwaitsLearner {
        by: NodeId,
        learner: NodeId,
    },
    TimedOut {
        attempt: u32,
    },
    GaveUp,
}

/// Why a leader can't take a request on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Postponement {
    /// It hands over to this server (thesis, section 3.10).
    HandsOver(NodeId),
    /// An earlier change of the members is not committed: this entry (thesis, section 4.1).
    ChangePending(Index),
    /// It has committed no entry of its own term (the correction of 2015 to thesis, section 4.1).
    NewTerm,
    /// The same change is under way, and waits for this server's log (thesis, section 4.2.1).
    CatchesUp(NodeId),
    /// The same change is under way.
    UnderWay,
}

/// A request from its beginning to its end, or as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestTrace {
    pub id: RequestId,
    pub client: ClientId,
    pub operation: Operation,
    pub hops: Vec<(Time, Hop)>,
    /// How it ended, and when.
    pub answer: Option<(Time, Answer)>,
}

/// As the script language writes it, without `via` and `from`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(command) => command.fmt(f),
            Self::Read { key, .. } => write!(f, "get {}", Word(key.as_str())),
            Self::Change(change) => change.fmt(f),
        }
    }
}

impl Consistency {
    /// All of them, the strongest first.
    pub const ALL: [Self; 4] = [Self::Linearizable, Self::Lease, Self::Leader, Self::Stale];

    /// The name in the script language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linearizable => "linearizable",
            Self::Lease => "lease",
            Self::Leader => "leader",
            Self::Stale => "stale",
        }
    }

    /// Whether it promises that no answered write is missed.
    pub const fn is_strong(self) -> bool {
        matches!(self, Self::Linearizable | Self::Lease)
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
            Self::Outcome(Outcome::Expired(_)) => {
                write!(f, "the session has expired: it may have happened or not")
            }
            Self::Value(Some(value)) => value.fmt(f),
            Self::Changed => write!(f, "done"),
            Self::Ended { by } => write!(f, "ended: `{by}` was asked for later"),
            Self::Refused(Refusal::LastServer) => {
                write!(f, "the last member with a vote can't be removed, nor lose its vote")
            }
            Self::Refused(Refusal::NotVoter(node)) => write!(f, "{node} has no vote"),
            Self::Refused(_) => write!(f, "refused"),
            Self::Unknown => write!(f, "no answer: it may have happened or not"),
            Self::Unread => write!(f, "no answer"),
        }
    }
}

/// How patient clients are.
pub(in crate::cluster) const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(500);
pub(in crate::cluster) const PATIENCE: Duration = Duration::from_secs(3);
/// The first pause before a client asks again; each is twice as long as the last, up to eight times.
pub(in crate::cluster) const BACKOFF: Duration = Duration::from_millis(50);

/// A request that has no answer yet.
#[derive(Clone, Debug)]
pub(in crate::cluster) struct Pending {
    pub(in crate::cluster) request_trace: RequestTrace,
    pub(in crate::cluster) call: Call,
    /// It stays with the server it was given to.
    pub(in crate::cluster) pinned: bool,
    pub(in crate::cluster) target: NodeId,
    pub(in crate::cluster) attempt: u32,
    /// Counts the timers that were set, for the end of an attempt or of a pause: only the last one
    /// counts.
    pub(in crate::cluster) timer: u32,
    /// Between two attempts; otherwise an attempt is under way.
    pub(in crate::cluster) pausing: bool,
    pub(in crate::cluster) give_up_at: Time,
}

/// All clients and their requests.
#[derive(Clone, Debug, Default)]
pub(in crate::cluster) struct Clients {
    /// Those with names that have asked for something.
    pub(in crate::cluster) named: BTreeSet<ClientId>,
    pub(in crate::cluster) pending: BTreeMap<RequestId, Pending>,
    sessions: BTreeMap<ClientId, Session>,
    next_request: u64,
    /// The server that each client believes to be the leader.
    pub(in crate::cluster) believed_leader: BTreeMap<ClientId, NodeId>,
}

/// A client's own side of its session.
#[derive(Clone, Debug, Default)]
struct Session {
    opened: Time,
    last_used: Time,
    last: Seq,
    unanswered: BTreeSet<Seq>,
}

impl Session {
    /// When the client's next session can be opened: no two of them have the same name.
    fn next_opening(&self) -> Time {
        self.opened + Duration::from_micros(1)
    }
}

impl Clients {
    /// Makes the call for a new request: a write gets the next number of its session.
    pub(in crate::cluster) fn new_call(
        &mut self,
        client: ClientId,
        operation: &Operation,
        (now, session_lasts): (Time, Duration),
    ) -> (RequestId, Call) {
        self.next_request += 1;
        let call = match operation {
            Operation::Write(command) => {
                let fresh = Session { opened: now, ..Session::default() };
                let session = self.sessions.entry(client).or_insert_with(|| fresh.clone());
                let idle = now.since(session.last_used) * 2 > session_lasts;
                if idle && session.unanswered.is_empty() && session.last > Seq(0) {
                    // A new session is safer than one that may have expired.
                    *session = Session { opened: now.max(session.next_opening()), ..fresh };
                }
                session.last_used = now;
                session.last = Seq(session.last.0 + 1);
                session.unanswered.insert(session.last);
                Call::Write(Request {
                    session: SessionId { client, opened: session.opened.as_micros() },
                    seq: session.last,
                    known_below: session.unanswered.first().copied().unwrap_or(session.last),
                    stamp: Stamp::default(),
                    command: command.clone(),
                })
            }
            Operation::Read { key, consistency } => {
                Call::Read { key: key.clone(), consistency: *consistency }
            }
            Operation::Change(change) => Call::Change(change.clone()),
        };
        (RequestId(self.next_request), call)
    }

    /// Ends a request.
    pub(in crate::cluster) fn finish(
        &mut self,
        now: Time,
        id: RequestId,
        answer: Answer,
    ) -> Option<(RequestTrace, Option<(SessionId, Seq)>)> {
        let Pending { mut request_trace, call, .. } = self.pending.remove(&id)?;
        let wrote = match &call {
            Call::Write(request) => Some((request.session, request.seq)),
            Call::Read { .. } | Call::Change(_) => None,
        };
        if let Call::Write(request) = call
            && let Some(session) = self.sessions.get_mut(&request.session.client)
            && session.opened.as_micros() == request.session.opened
        {
            session.unanswered.remove(&request.seq);
            if let Answer::Outcome(Outcome::Expired(clock)) = answer {
                // The store's time, where the client's own clock is behind.
                let opened = now.max(Time::from_micros(clock)).max(session.next_opening());
                *session = Session { opened, last_used: now, ..Session::default() };
            }
        }
        request_trace.answer = Some((now, answer));
        Some((request_trace, wrote))
    }

    /// Whether the client waits for an answer.
    pub(in crate::cluster) fn is_busy(&self, client: ClientId) -> bool {
        self.pending.values().any(|pending| pending.request_trace.client == client)
    }

    /// Notes where a request is.
    pub(in crate::cluster) fn note(&mut self, id: RequestId, at: Time, hop: Hop) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.request_trace.hops.push((at, hop));
        }
    }
}
