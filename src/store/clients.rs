//! Exactly once: client sessions and duplicate suppression (thesis, section 6.3).
//!
//! A client that receives no answer sends its request again with the same number, maybe to another
//! server. Without sessions the store would execute it twice. Sessions are part of the replicated
//! state, so every server suppresses the same duplicates, and snapshots contain them.
//!
//! A session that is unused for long expires at the same request on every server: the leader stamps
//! requests with its clock, and the store's time is the latest stamp it has seen. A request of an
//! unknown session either begins a new session or belongs to an expired one and may have been
//! executed before. It counts as expired if its session was opened no later than the latest time at
//! which expiry was due (the store's time minus the lifetime of a session). Then it is refused and
//! never executed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Command, Outcome};
use crate::digest::Digester;

/// A client of the store: the user's, one of a background workload, or a named one. Each kind has
/// its own range of ids, so no two clients share a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClientId(pub u32);

impl ClientId {
    /// The user's own client.
    pub const YOU: Self = Self(0);
    /// The greatest number of a named client: `c100`.
    pub const MOST_NAMED: u32 = 100;
    /// The greatest id of a client of a background workload.
    pub const LAST_OF_WORKLOADS: u32 = 9_999;

    /// The client with the name `c` and this number, from 1 to [`ClientId::MOST_NAMED`].
    pub fn named(number: u32) -> Option<Self> {
        let is_name = (1..=Self::MOST_NAMED).contains(&number);
        is_name.then_some(Self(Self::LAST_OF_WORKLOADS + number))
    }

    /// The number in its name, if it has one.
    pub fn name(self) -> Option<u32> {
        self.0.checked_sub(Self::LAST_OF_WORKLOADS).filter(|number| *number > 0)
    }

    /// Whether a user makes its requests one by one: it is the user's own client or a named one.
    pub fn is_by_hand(self) -> bool {
        self == Self::YOU || self.name().is_some()
    }
}

/// The number of a request within its client's session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// A session: its client, and when it was opened, in microseconds by the client's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionId {
    pub client: ClientId,
    pub opened: u64,
}

/// `you`, `c3` for a named client, `w3` for one of a workload.
impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            _ if *self == Self::YOU => write!(f, "you"),
            Some(number) => write!(f, "c{number}"),
            None => write!(f, "w{}", self.0),
        }
    }
}

/// A command with everything needed to execute it once. This is the content of a log entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The session it belongs to.
    pub session: SessionId,
    /// Its number in that session, from 1. A retry has the same number.
    pub seq: Seq,
    /// The client no longer needs the outcomes of requests below this number; the store may forget
    /// them.
    pub known_below: Seq,
    /// What the leader adds when it appends the request to its log.
    pub stamp: Stamp,
    /// What to do.
    pub command: Command,
}

/// What all servers must treat in the same way, and is therefore part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The time of the request, in microseconds by the leader's clock.
    pub at: u64,
    /// How long an unused session lasts, in microseconds.
    pub session_lasts: u64,
    /// Whether the request is executed only once, however often it arrives. It is `false` only when
    /// the rule of duplicate suppression is off.
    pub once: bool,
}

impl Default for Stamp {
    fn default() -> Self {
        Self { at: 0, session_lasts: u64::MAX, once: true }
    }
}

impl Request {
    /// Encodes the request as the content of a log entry.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Decodes the content of a log entry; `None` if it is not a request.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// The sessions of all clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sessions {
    sessions: BTreeMap<SessionId, Session>,
    /// The latest stamp, in microseconds.
    clock: u64,
    /// Unknown sessions opened up to here have expired. `None` if none has expired yet.
    expired_up_to: Option<u64>,
    digest: u64,
}

/// One client's session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    /// By the store's clock, and not before the session was opened.
    last_used: u64,
    /// Requests below this number were forgotten, and are never executed again.
    floor: Seq,
    outcomes: BTreeMap<Seq, Outcome>,
}

impl Sessions {
    /// The outcome of the request if it was executed before, or why it can't be executed. Also
    /// advances the clock, and drops outcomes and sessions that are not needed any more.
    pub(super) fn outcome(&mut self, request: &Request) -> Option<Outcome> {
        let SessionId { client, opened } = request.session;
        self.clock = self.clock.max(request.stamp.at);
        self.expire(request.stamp.session_lasts);
        if Some(opened) <= self.expired_up_to && !self.sessions.contains_key(&request.session) {
            return Some(Outcome::Expired(self.clock));
        }
        let session = self.sessions.entry(request.session).or_default();
        session.last_used = self.clock.max(opened);
        session.floor = session.floor.max(request.known_below);
        while let Some(entry) = session.outcomes.first_entry()
            && *entry.key() < session.floor
        {
            self.digest ^= outcome_digest(client, opened, *entry.key());
            entry.remove();
        }
        if request.seq < session.floor {
            return Some(Outcome::Forgotten);
        }
        session.outcomes.get(&request.seq).cloned()
    }

    /// Ends the sessions that were unused for `lasts` microseconds.
    fn expire(&mut self, lasts: u64) {
        let Some(horizon) = self.clock.checked_sub(lasts).filter(|at| *at > 0) else { return };
        if Some(horizon) <= self.expired_up_to {
            return;
        }
        self.expired_up_to = Some(horizon);
        let digest = &mut self.digest;
        self.sessions.retain(|id, session| {
            let lives = session.last_used > horizon;
            if !lives {
                for seq in session.outcomes.keys() {
                    *digest ^= outcome_digest(id.client, id.opened, *seq);
                }
            }
            lives
        });
    }

    /// Stores the outcome of an executed request.
    pub(super) fn record(&mut self, request: &Request, outcome: Outcome) {
        let SessionId { client, opened } = request.session;
        let session = self.sessions.entry(request.session).or_default();
        let before = session.outcomes.insert(request.seq, outcome);
        assert!(
            before.is_none() || !request.stamp.once,
            "{} was executed twice for {client}",
            request.command,
        );
        if before.is_none() {
            self.digest ^= outcome_digest(client, opened, request.seq);
        }
    }

    /// The number of sessions.
    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// The exclusive or of the digests of all stored requests' ids.
    pub(super) fn digest(&self) -> u64 {
        self.digest
    }
}

fn outcome_digest(client: ClientId, opened: u64, seq: Seq) -> u64 {
    Digester::new(2).number(client.0.into()).number(opened).number(seq.0).finish().0
}
