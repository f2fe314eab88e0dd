//! A machine of the cluster: a disk, and on it a process that runs a [`Node`] and a [`Store`].

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use super::client::{ClientAnswer, RequestId};
use super::clock::Clock;
use super::disk::Disk;
use super::network::Flight;
use crate::raft::{Change, Config, Index, Node, NodeId, Term, Ticket};
use crate::store::{ClientId, Key, Store};
use crate::time::{Duration, Time};

/// A machine.
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) id: NodeId,
    /// The configuration that it was founded with; empty for one that was added later.
    pub(super) initial: Config,
    pub(super) disk: Disk,
    pub(super) clock: Clock,
    /// How long its processor takes for whatever comes in.
    pub(super) cpu: Duration,
    /// When the processor is done with all that has come in.
    pub(super) busy_until: Time,
    pub(super) process: Option<Process>,
    pub(super) paused: bool,
    /// What waits for a paused process, or a slow one.
    pub(super) inbox: VecDeque<Waiting>,
    /// Counts the starts, so that nothing from before a crash reaches the process after it.
    pub(super) incarnation: u32,
}

/// What a process will find when it turns to it.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    Mail(Flight),
    Durable(Ticket),
    /// A write was refused.
    Refused,
}

/// A running process: what a crash destroys.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) node: Node,
    pub(super) store: Store,
    /// Clients that wait for the entry at this index.
    pub(super) proposals: BTreeMap<Index, Proposal>,
    /// Clients that wait for a change of which the first step is done.
    pub(super) changing: Vec<Proposal>,
    /// Clients that wait until it is sure that this server still leads.
    pub(super) reads: BTreeMap<RequestId, PendingRead>,
}

#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub(super) term: Term,
    pub(super) asker: Asker,
    /// The change that it is a step of, if it is one.
    pub(super) change: Option<Change>,
}

#[derive(Clone, Debug)]
pub(super) struct PendingRead {
    pub(super) sought: Sought,
    pub(super) asker: Asker,
}

/// What is answered once it is sure that the server leads.
#[derive(Clone, Debug)]
pub(super) enum Sought {
    /// What stands under the key.
    Value(Key),
    /// That the configuration is as wanted already.
    NoChange,
}

/// Whom to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub(super) client: ClientId,
    pub(super) id: RequestId,
    pub(super) attempt: u32,
}

impl Asker {
    pub(super) fn answer(self, reply: super::client::Reply) -> ClientAnswer {
        ClientAnswer { id: self.id, attempt: self.attempt, reply }
    }
}

/// Whether a machine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Running,
    Paused,
    Down,
}

/// `running`, `paused`, `down`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Down => "down",
        })
    }
}

impl Server {
    /// Its name.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Whether it works.
    pub fn status(&self) -> Status {
        match (&self.process, self.paused) {
            (None, _) => Status::Down,
            (Some(_), true) => Status::Paused,
            (Some(_), false) => Status::Running,
        }
    }

    /// Its consensus state; `None` while it is down.
    pub fn node(&self) -> Option<&Node> {
        self.process.as_ref().map(|process| &process.node)
    }

    /// Whether this server's configuration has that member; of one that is down nothing can be known.
    pub(super) fn counts_on(&self, member: NodeId) -> bool {
        self.node().is_some_and(|node| node.config().contains(member))
    }

    /// Its state machine; `None` while it is down.
    pub fn store(&self) -> Option<&Store> {
        self.process.as_ref().map(|process| &process.store)
    }

    /// Its disk.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How long its processor takes for whatever comes in.
    pub fn cpu(&self) -> Duration {
        self.cpu
    }

    /// When its election timer was set and when it runs out, in true time; `None` where it has none.
    pub fn election_timer(&self) -> Option<(Time, Time)> {
        let (set_at, deadline) = self.node()?.election_timer()?;
        Some((self.clock.true_time(set_at), self.clock.true_time(deadline)))
    }

    /// Until when it holds a lease, in true time; `None` where it holds none.
    pub fn lease_end(&self) -> Option<Time> {
        self.node()?.lease_end().map(|end| self.clock.true_time(end))
    }

    /// Its own clock's time, if it is free to act at once: it runs and its processor has nothing to do.
    pub fn free_at(&self, now: Time) -> Option<Time> {
        let free = self.status() == Status::Running && self.busy_until <= now;
        free.then(|| self.clock.steady(now))
    }

    /// Which of its lives this is: every start and every crash begins a new one.
    pub fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// The message that it turns to next, if that is what waits longest.
    pub(super) fn waiting_mail(&self) -> Option<&Flight> {
        match self.inbox.front()? {
            Waiting::Mail(flight) => Some(flight),
            Waiting::Durable(_) | Waiting::Refused => None,
        }
    }

    /// How many messages wait while it is paused.
    pub fn waiting(&self) -> usize {
        self.inbox.len()
    }
}
