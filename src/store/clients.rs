//! Exactly once: client sessions and duplicate suppression (thesis, section 6.3).
//!
//! A client that hears no answer sends its request again under the same number, maybe to another
//! server. Without this file the store would execute it twice. Sessions are part of the replicated
//! state, so every server suppresses the same duplicates. Deliberately lacks expiry: a session lives
//! as long as the store.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Command, Outcome};
use crate::digest::Digester;

/// A client of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClientId(pub u32);

/// The number of a request within its client's session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seq(pub u64);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// A command with what is needed to execute it once; this is what a log entry carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Whose session it belongs to.
    pub client: ClientId,
    /// Its number in that session. A retry has the same number.
    pub seq: Seq,
    /// The client knows the outcome of every request below this number, or no longer wants it: the
    /// store may forget them.
    pub known_below: Seq,
    /// Whether it is to be executed only once, however often it comes: always, but where somebody wants
    /// to see what happens otherwise. It stands in the log, so that all servers do the same.
    pub once: bool,
    /// What to do.
    pub command: Command,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sessions {
    sessions: BTreeMap<ClientId, Session>,
    digest: u64,
}

/// One client's session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Session {
    /// Requests below this number are forgotten, and never executed again.
    floor: Seq,
    outcomes: BTreeMap<Seq, Outcome>,
}

impl Sessions {
    /// What the request did when it was executed, if it was. Also forgets what its client no longer
    /// needs.
    pub(super) fn outcome(&mut self, request: &Request) -> Option<Outcome> {
        let session = self.sessions.entry(request.client).or_default();
        session.floor = session.floor.max(request.known_below);
        while let Some(entry) = session.outcomes.first_entry()
            && *entry.key() < session.floor
        {
            self.digest ^= session_digest(request.client, *entry.key());
            entry.remove();
        }
        if request.seq < session.floor {
            return Some(Outcome::Forgotten);
        }
        session.outcomes.get(&request.seq).cloned()
    }

    /// Remembers the outcome of an executed request.
    pub(super) fn record(&mut self, request: &Request, outcome: Outcome) {
        let session = self.sessions.entry(request.client).or_default();
        let before = session.outcomes.insert(request.seq, outcome);
        assert!(
            before.is_none() || !request.once,
            "{} was executed twice for {}",
            request.command,
            request.client
        );
        if before.is_none() {
            self.digest ^= session_digest(request.client, request.seq);
        }
    }

    /// One number for which requests are remembered.
    pub(super) fn digest(&self) -> u64 {
        self.digest
    }
}

fn session_digest(client: ClientId, seq: Seq) -> u64 {
    Digester::new(2).number(client.0.into()).number(seq.0).finish().0
}
