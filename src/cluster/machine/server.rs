//! A machine of the cluster: a disk, and on it a process that runs a [`Node`] and a [`Store`].

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use super::super::clients::client::{ClientAnswer, Postponement, RequestId};
use super::super::facts::blocked::BlockedOn;
use super::super::network::Flight;
use super::clock::Clock;
use super::disk::Disk;
use crate::raft::{Change, Config, Index, Node, NodeId, Term, Ticket};
use crate::store::{ClientId, Key, Store};
use crate::time::{Duration, Time};

/// A machine.
#[derive(Clone, Debug)]
pub struct Server {
    pub(in crate::cluster) id: NodeId,
    /// The configuration that it was founded with; empty for one that was added later.
    pub(in crate::cluster) initial: Config,
    pub(in crate::cluster) disk: Disk,
    pub(in crate::cluster) clock: Clock,
    /// How long its processor takes for whatever comes in.
    pub(in crate::cluster) cpu: Duration,
    /// When the processor is done with all that has come in.
    pub(in crate::cluster) busy_until: Time,
    pub(in crate::cluster) process: Option<Process>,
    pub(in crate::cluster) paused: bool,
    /// What waits until a paused or slow process turns to it.
    pub(in crate::cluster) inbox: VecDeque<Waiting>,
    /// The last entry that the last process knew to be committed, as far as its disk has it. Raft does not need
    /// it: what is shown of a machine that is down does.
    pub(in crate::cluster) known_committed: Option<Index>,
    /// What was told that it is blocked on, since it last was not.
    pub(in crate::cluster) told_blocked: Vec<BlockedOn>,
    /// Counts the starts, so that nothing from before a crash reaches the process after it.
    pub(in crate::cluster) incarnation: u32,
}

/// What a process will find when it turns to it.
#[derive(Clone, Debug)]
pub(in crate::cluster) enum Waiting {
    Mail(Flight),
    Durable(Ticket),
    /// A write was refused.
    Refused,
}

/// A running process: what a crash destroys.
#[derive(Clone, Debug)]
pub(in crate::cluster) struct Process {
    pub(in crate::cluster) node: Node,
    pub(in crate::cluster) store: Store,
    /// Clients that wait for the entry at this index.
    pub(in crate::cluster) proposals: BTreeMap<Index, Proposal>,
    /// Clients that wait for a change of which the first step is done.
    pub(in crate::cluster) changing: Vec<Proposal>,
    /// Clients that wait until this server is sure that it still leads.
    pub(in crate::cluster) reads: BTreeMap<RequestId, PendingRead>,
}

impl Process {
    /// Why its leader can't take a change of the members on yet.
    pub(in crate::cluster) fn change_waits_for(&self) -> Postponement {
        match self.node.pending_config() {
            Some(index) => Postponement::ChangePending(index),
            None if !self.node.has_committed_own_term() => Postponement::NewTerm,
            None => self
                .node
                .awaits_to_catch_up()
                .map_or(Postponement::UnderWay, Postponement::CatchesUp),
        }
    }
}

#[derive(Clone, Debug)]
pub(in crate::cluster) struct Proposal {
    pub(in crate::cluster) term: Term,
    pub(in crate::cluster) asker: Asker,
    /// The change that it is a step of, if it is one.
    pub(in crate::cluster) change: Option<Change>,
}

#[derive(Clone, Debug)]
pub(in crate::cluster) struct PendingRead {
    pub(in crate::cluster) sought: Sought,
    pub(in crate::cluster) asker: Asker,
}

/// What is answered once it is sure that the server leads.
#[derive(Clone, Debug)]
pub(in crate::cluster) enum Sought {
    /// What stands under the key.
    Value(Key),
    /// That the configuration is as wanted already.
    NoChange,
}

/// Whom to answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::cluster) struct Asker {
    pub(in crate::cluster) client: ClientId,
    pub(in crate::cluster) id: RequestId,
    pub(in crate::cluster) attempt: u32,
}

impl Asker {
    pub(in crate::cluster) fn answer(
        self,
        reply: super::super::clients::client::Reply,
    ) -> ClientAnswer {
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
    pub(in crate::cluster) fn counts_on(&self, member: NodeId) -> bool {
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

    /// The last entry that it knows to be committed; of a machine that is down, the last that it knew.
    pub fn known_committed(&self) -> Option<Index> {
        self.node().map_or(self.known_committed, Node::commit_index)
    }

    /// Whether it has to be looked at what it is blocked on: its disk hangs, or it was blocked before.
    pub(in crate::cluster) fn may_be_blocked(&self, now: Time, limit: Duration) -> bool {
        !self.told_blocked.is_empty() || self.disk.hangs(now, limit)
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

    /// The number of the machine's current life. Every start and every crash begins a new one.
    pub fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// The message that the process turns to next, if a message has waited longest.
    pub(in crate::cluster) fn waiting_mail(&self) -> Option<&Flight> {
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
