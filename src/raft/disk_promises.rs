//! Durability: no message that promises something leaves before the disk has what it promises.
//!
//! Figure 2: "Updated on stable storage before responding to RPCs". A step changes the state in
//! memory at once and asks for one [`Write`]; granted votes, appended entries and the request for
//! votes (it implies the candidate's own) are held back until the ticket of the last write asked for
//! comes back. Refusals promise nothing and leave at once.

use std::collections::VecDeque;

use super::effects::{Effects, Note};
use super::message::{Entry, Envelope, Index, NodeId, Position, Snapshot, Term};
use super::node::{Durable, Node};
use super::rules::Rule;

/// The number of a write. The disk finishes them in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A change to what is on disk, to be made as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    pub ticket: Ticket,
    pub current_term: Term,
    pub voted_for: Option<NodeId>,
    /// A new snapshot, in the place of the last.
    pub snapshot: Option<Snapshot>,
    /// The log on disk begins after this entry ...
    pub base: Option<Position>,
    /// ... is cut off before this index ...
    pub first: Index,
    /// ... and continued with these.
    pub entries: Vec<Entry>,
}

impl Durable {
    /// Makes a write part of what is on disk.
    pub fn keep(&mut self, write: Write) {
        self.current_term = write.current_term;
        self.voted_for = write.voted_for;
        if write.snapshot.is_some() {
            self.snapshot = write.snapshot;
        }
        self.log.truncate_from(write.first);
        if let Some(base) = write.base {
            self.log.begin_after(base);
        }
        let end = self.log.last_index();
        assert!(
            write.entries.is_empty() || end == write.first.previous(),
            "a write must not leave a gap in the log"
        );
        for entry in write.entries {
            self.log.append(entry);
        }
    }
}

/// What a node has asked of its disk and what waits for it.
#[derive(Clone, Debug, Default)]
pub(super) struct DiskPromises {
    issued: Ticket,
    /// Writes on their way, with the last index that is on disk once they are done.
    in_flight: VecDeque<(Ticket, Option<Index>)>,
    /// The last index on disk, as far as it is still in the log.
    durable: Option<Index>,
    /// What this step changed.
    term_or_vote_changed: bool,
    log_changed_from: Option<Index>,
    snapshot_changed: bool,
    /// What this step promises.
    promised: Vec<Envelope>,
    /// Messages that wait for a write.
    held: VecDeque<(Ticket, Envelope)>,
}

impl DiskPromises {
    /// For a node whose log on disk ends at `durable`.
    pub(super) fn new(durable: Option<Index>) -> Self {
        Self { durable, ..Self::default() }
    }

    /// `current_term` or `voted_for` changed. Promises made in an earlier term are void: nobody
    /// would take them any more.
    pub(super) fn hard_state_changed(&mut self) {
        self.term_or_vote_changed = true;
    }

    /// Forgets the promises of earlier terms, since the receivers would ignore them.
    pub(super) fn forget_promises(&mut self) {
        self.promised.clear();
        self.held.clear();
    }

    /// The log changed from `index` on.
    pub(super) fn log_changed(&mut self, index: Index) {
        let from = self.log_changed_from.map_or(index, |from| from.min(index));
        self.log_changed_from = Some(from);
        let kept = from.previous();
        self.durable = self.durable.min(kept);
        // They grow along the queue, and mostly nothing was cut off.
        for (_, last) in self.in_flight.iter_mut().rev().take_while(|(_, last)| *last > kept) {
            *last = kept;
        }
    }

    /// There is a new snapshot.
    pub(super) fn snapshot_changed(&mut self) {
        self.snapshot_changed = true;
    }

    /// Sends `envelope` once all that was changed so far is on disk.
    pub(super) fn promise(&mut self, envelope: Envelope) {
        self.promised.push(envelope);
    }
}

impl Node {
    /// The last index of the log that is on this server's disk.
    pub fn durable_index(&self) -> Option<Index> {
        self.disk.durable
    }

    /// Whether something of this server is in memory only.
    pub fn awaits_disk(&self) -> bool {
        !self.disk.in_flight.is_empty()
    }

    /// The messages that this server holds back, since they promise something that is not on disk: each with
    /// the last write that it waits for.
    pub fn held_back(&self) -> impl Iterator<Item = &(Ticket, Envelope)> {
        self.disk.held.iter()
    }

    /// The last part of every step: asks for the write that makes the step durable, and sends the messages
    /// that wait for no write.
    pub(super) fn settle(&mut self, effects: &mut Effects) {
        let voted_for = self.voted_for.filter(|_| self.obeys(Rule::VoteOnDisk));
        let disk = &mut self.disk;
        if disk.term_or_vote_changed || disk.log_changed_from.is_some() || disk.snapshot_changed {
            let end = Index::after(self.log.last_index());
            // Where rules are off, a compacted entry may change. The base of the log stands in its place.
            let first = disk.log_changed_from.unwrap_or(end).max(self.log.first_index());
            disk.issued = Ticket(disk.issued.0 + 1);
            disk.in_flight.push_back((disk.issued, self.log.last_index()));
            disk.term_or_vote_changed = false;
            disk.log_changed_from = None;
            let snapshot = self.snapshot.as_ref().filter(|_| disk.snapshot_changed).cloned();
            disk.snapshot_changed = false;
            effects.write = Some(Write {
                ticket: disk.issued,
                current_term: self.current_term,
                voted_for,
                snapshot,
                base: self.log.base(),
                first,
                entries: self.log.from(first, usize::MAX).to_vec(),
            });
        }
        if disk.in_flight.is_empty() {
            effects.messages.append(&mut disk.promised);
        } else {
            disk.held.extend(disk.promised.drain(..).map(|envelope| (disk.issued, envelope)));
        }
    }

    /// The disk is done with all writes up to `ticket`.
    pub(super) fn on_durable(&mut self, ticket: Ticket, effects: &mut Effects) {
        let disk = &mut self.disk;
        let before = disk.durable;
        while let Some((done, last)) = disk.in_flight.front().copied()
            && done <= ticket
        {
            disk.in_flight.pop_front();
            disk.durable = last;
        }
        if disk.durable != before {
            effects.notes.push(Note::Persisted { last: disk.durable });
        }
        while let Some((waits_for, _)) = disk.held.front()
            && *waits_for <= ticket
        {
            effects.messages.extend(disk.held.pop_front().map(|(_, envelope)| envelope));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::super::log::Log;
    use super::super::message::{Message, Payload};
    use super::super::node::{Input, Settings};
    use super::*;
    use crate::rng::Rng;
    use crate::time::Time;

    /// Without the rules a leader may have another entry where this server's snapshot ends.
    #[test]
    fn the_disk_has_what_the_log_has_whatever_is_broken() {
        let position = |number| Index::new(number).map(|index| Position { term: Term(2), index });
        let log = Log::new(position(5), Vec::new());
        let mut disk = Durable { current_term: Term(2), log, ..Durable::default() };
        let mut settings = Settings::default();
        settings.rules.set(Rule::MajorityQuorum, false);
        settings.lapses.add_rules(settings.rules);
        let (id, config) = (NodeId(1), Config::new([1, 2, 3].map(NodeId)));
        let mut node = Node::start(id, settings, config, disk.clone(), Rng::new(7, 1), Time::ZERO);
        for prev in [4, 5] {
            let entries = vec![Entry { term: Term(3), payload: Payload::Noop }];
            let prev = position(prev);
            let message = Message::AppendEntries { prev, entries, leader_commit: None, round: 1 };
            let envelope = Envelope { from: NodeId(2), to: id, term: Term(3), message };
            let mut effects = Effects::default();
            node.step(Time::ZERO, Input::Receive(envelope), &mut effects);
            effects.write.into_iter().for_each(|write| disk.keep(write));
            assert_eq!(&disk.log, node.log());
        }
    }
}
