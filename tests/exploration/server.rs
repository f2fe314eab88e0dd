//! A server of the model: its process, its disk and the writes in progress, and the result of
//! everything that can happen to it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kvorum::digest::Digest;
use kvorum::raft::{
    Change, Data, Durable, Effects, Entry, Envelope, Input, Node, Payload, Term, Ticket, Write,
};
use kvorum::time::Time;

/// Time does not pass.
pub(crate) const NOW: Time = Time::from_micros(1_000_000);

/// Immutable: a step makes a new one.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) node: Node,
    pub(crate) disk: Durable,
    writes: VecDeque<Write>,
    /// A digest of everything that its future depends on.
    pub(crate) digest: Digest,
    /// For each entry of its log the term, and a digest of the log up to there.
    pub(crate) prefixes: Vec<(Term, Digest)>,
}

/// What can happen to a server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happening {
    /// Its election timer expires.
    TimeOut,
    /// A message arrives, for the first time or again.
    Receive(Message),
    /// The disk finishes a write.
    Synced,
    /// A client proposes a command.
    Propose,
    /// A heartbeat is due.
    Heartbeat,
    /// A client asks for a membership change.
    Change(Change),
    /// The process ends and restarts from the disk.
    Crash,
}

/// A message with its digest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) digest: Digest,
    pub(crate) envelope: Arc<Envelope>,
}

/// The result of something that happens to a server.
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

    /// The result, or `None` if it can't happen. A crashed process restarts as `restarted`.
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

/// What is equal in two servers with the same future. It does not contain the numbers of writes,
/// nor how many times the same message waits for the disk.
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

/// A client's command in this term.
pub(crate) fn command(term: Term) -> Data {
    Data::new(term.0.to_le_bytes().to_vec())
}

/// An entry of this term, as a client's command makes it.
pub(crate) fn entry(term: u64) -> Entry {
    Entry { term: Term(term), payload: Payload::Command(command(Term(term))) }
}
