//! Exactly once: client sessions and duplicate suppression (thesis, section 6.3).
//!
//! A client that hears no answer sends its request again under the same number, maybe to another
//! server. Without this file the store would execute it twice. Sessions are part of the replicated
//! state, so every server suppresses the same duplicates, and snapshots hold them.
//!
//! A session that is not used for long expires, at the same request on every server: the leader stamps
//! requests with its clock, and the store's time is the latest stamp it has seen. A request of a session
//! that the store does not know is the first of a new session, or it comes from one that has expired
//! and might have been executed before; it is the latter if the session was opened before everything
//! that the store still remembers. Then it is refused and never executed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Command, Outcome};
use crate::digest::Digester;

/// A client of the store: the visitor, one of a background workload, or one with a name. Each kind has a range of
/// its own, so that no two clients ever share a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClientId(pub u32);

impl ClientId {
    /// The visitor's own client.
    pub const YOU: Self = Self(0);
    /// The highest number of a named client: `c100`.
    pub const MOST_NAMED: u32 = 100;
    /// The last client that a background workload may have.
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

    /// Whether somebody asks through it line by line: it is the visitor's, or has a name.
    pub fn is_by_hand(self) -> bool {
        self == Self::YOU || self.name().is_some()
    }
}

/// The number of a request within its client's session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// A session: whose it is, and when it was opened, in microseconds by the client's clock.
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

/// A command with what is needed to execute it once; this is what a log entry carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The session it belongs to.
    pub session: SessionId,
    /// Its number in that session, from 1 on. A retry has the same number.
    pub seq: Seq,
    /// The client knows the outcome of every request below this number, or no longer wants it: the
    /// store may forget them.
    pub known_below: Seq,
    /// What the leader adds that puts it into its log.
    pub stamp: Stamp,
    /// What to do.
    pub command: Command,
}

/// What all servers have to do alike with a request, so it stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When, in microseconds by the leader's clock.
    pub at: u64,
    /// How long a session lasts that is not used, in microseconds.
    pub session_lasts: u64,
    /// Whether it is to be executed only once, however often it comes: always, but where somebody wants
    /// to see what happens otherwise.
    pub once: bool,
}

impl Default for Stamp {
    fn default() -> Self {
        Self { at: 0, session_lasts: u64::MAX, once: true }
    }
}

impl Request {
    /// The bytes of a log entry for this request.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// The request in a log entry's bytes; `None` where they are not one.
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
    /// Everything that was opened up to here and is not known has expired. `None`: nothing has yet.
    expired_up_to: Option<u64>,
    digest: u64,
}

/// One client's session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    /// By the store's clock, and not before the session was opened.
    last_used: u64,
    /// Requests below this number are forgotten, and never executed again.
    floor: Seq,
    outcomes: BTreeMap<Seq, Outcome>,
}

impl Sessions {
    /// What the request did when it was executed, if it was, or why it can't be. Also moves the clock
    /// on, and forgets what nobody needs any more.
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

    /// Ends the sessions that were not used for so long.
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

    /// Remembers the outcome of an executed request.
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

    /// How many sessions there are.
    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// One number for which requests are remembered.
    pub(super) fn digest(&self) -> u64 {
        self.digest
    }
}

fn outcome_digest(client: ClientId, opened: u64, seq: Seq) -> u64 {
    Digester::new(2).number(client.0.into()).number(opened).number(seq.0).finish().0
}
