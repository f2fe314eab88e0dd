//! One server of the model: its process, its disk and what is on the way there, and what becomes of
//! it when something happens to it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kvorum::digest::Digest;
use kvorum::raft::{
    Change, Data, Durable, Effects, Entry, Envelope, Input, Node, Payload, Term, Ticket, Write,
};
use kvorum::time::Time;

/// It is always the same time.
pub(crate) const NOW: Time = Time::from_micros(1_000_000);

/// Never changed, only replaced: a step makes a new one.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) node: Node,
    pub(crate) disk: Durable,
    writes: VecDeque<Write>,
    /// One number for all that its future depends on.
    pub(crate) digest: Digest,
    /// For every entry of its log the term, and one number for the log up to there.
    pub(crate) prefixes: Vec<(Term, Digest)>,
}

/// What can happen to a server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happening {
    /// Its election timer runs out.
    TimeOut,
    /// A message arrives, for the first time or again.
    Receive(Message),
    /// The disk finishes a write.
    Synced,
    /// A client asks it for something.
    Propose,
    /// It is time for a heartbeat.
    Heartbeat,
    /// Somebody asks it for a change of the membership.
    Change(Change),
    /// The process ends and starts again with what is on the disk.
    Crash,
}

/// A message, with one number for all of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) digest: Digest,
    pub(crate) envelope: Arc<Envelope>,
}

/// What comes of it when something happens to a server.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) server: Arc<Server>,
    pub(crate) sent: Vec<Message>,
}

impl Server {
    pub(crate) fn new(node: Node, disk: Durable, writes: VecDeque<Write>) -> Self {
        let mut so_far = Digest::default();
        let extend = |entry: &Entry| {
            so_far = so_far.then(format!("{entry:?}").as_bytes());
            (entry.term, so_far)
        };
        let prefixes = node.log().entries().iter().map(extend).collect();
        let digest = Digest::of(essence(&node, &disk, &writes).as_bytes());
        Self { node, disk, writes, digest, prefixes }
    }

    pub(crate) fn awaits_disk(&self) -> bool {
        !self.writes.is_empty()
    }

    /// What comes of it, if it can happen. A crashed process starts as `restarted`.
    pub(crate) fn after(&self, what: &Happening, restarted: impl FnOnce() -> Node) -> Option<Step> {
        let (mut node, mut disk) = (self.node.clone(), self.disk.clone());
        let mut writes = self.writes.clone();
        let mut now = NOW;
        let input = match what {
            Happening::TimeOut => node.expire_election_timer(NOW).then_some(Input::Tick)?,
            Happening::Receive(message) => Input::Receive(Envelope::clone(&message.envelope)),
            Happening::Synced => {
                let write = writes.pop_front()?;
                let ticket = write.ticket;
                disk.keep(write);
                Input::Durable(ticket)
            }
            Happening::Propose => Input::Propose(command(node.current_term())),
            Happening::Heartbeat => {
                now = node.deadline()?;
                Input::Tick
            }
            Happening::Change(change) => Input::Change(change.clone()),
            Happening::Crash => {
                let server = Arc::new(Self::new(restarted(), disk, VecDeque::new()));
                return Some(Step { server, sent: Vec::new() });
            }
        };
        let mut effects = Effects::default();
        node.step(now, input, &mut effects);
        writes.extend(effects.write);
        let sent = effects.messages.into_iter().map(Message::from).collect();
        Some(Step { server: Arc::new(Self::new(node, disk, writes)), sent })
    }
}

impl From<Envelope> for Message {
    fn from(envelope: Envelope) -> Self {
        let digest = Digest::of(format!("{envelope:?}").as_bytes());
        Self { digest, envelope: Arc::new(envelope) }
    }
}

/// What is alike in two servers that have the same future. The numbers of the writes are not part of it,
/// nor how often the same promise waits.
fn essence(node: &Node, disk: &Durable, writes: &VecDeque<Write>) -> String {
    let waiting = |write: &Write| {
        let held = node.held_back().filter(|(ticket, _)| *ticket == write.ticket);
        let held: BTreeSet<String> = held.map(|(_, envelope)| format!("{envelope:?}")).collect();
        (Write { ticket: Ticket::default(), ..write.clone() }, held)
    };
    let waiting: Vec<_> = writes.iter().map(waiting).collect();
    let state = (node.id(), node.role(), node.current_term(), node.voted_for(), node.log());
    let known = (node.commit_index(), node.durable_index());
    format!("{:?}", (state, known, disk, waiting))
}

/// What a client asks for in this term.
pub(crate) fn command(term: Term) -> Data {
    Data::new(term.0.to_le_bytes().to_vec())
}

/// An entry of this term, as a client's request makes it.
pub(crate) fn entry(term: u64) -> Entry {
    Entry { term: Term(term), payload: Payload::Command(command(Term(term))) }
}
