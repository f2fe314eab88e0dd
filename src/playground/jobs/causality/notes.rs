//! What made a server what it is: for each thing that it knows, the event that made it so.
//!
//! What is on its disk is noted apart, since a crash leaves only that.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cluster::Server;
use crate::playground::jobs::causality::happening::Why;
use crate::raft::{Entry, Index, NodeId, Payload, Term};
use crate::store::{Command, Key, Request, Value};

/// An entry of a log.
#[derive(Clone, Debug)]
pub(crate) struct EntryNote {
    pub(crate) term: Term,
    /// What brought it into this log.
    pub(crate) why: Why,
    /// What it does to a key, if it does.
    pub(crate) command: Option<Rc<Command>>,
}

/// A key in a store, there or deleted.
#[derive(Clone, Debug)]
pub(crate) struct KeyNote {
    pub(crate) why: Why,
    pub(crate) command: Rc<Command>,
}

impl KeyNote {
    /// The value that the key has by this.
    fn value(&self) -> Option<&Value> {
        match &*self.command {
            Command::Set { value, .. } | Command::Cas { new: value, .. } => Some(value),
            Command::Delete { .. } => None,
        }
    }
}

/// The keys of a store, with what made each so.
pub(crate) type Keys = BTreeMap<Key, KeyNote>;

/// What a disk holds.
#[derive(Clone, Debug)]
pub(crate) struct DiskNotes {
    pub(crate) term: (Term, Why),
    pub(crate) vote: Option<(NodeId, Why)>,
    entries: BTreeMap<Index, EntryNote>,
}

/// What is noted of a server.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    pub(crate) term: (Term, Why),
    /// Its vote in that term.
    pub(crate) vote: Option<(NodeId, Why)>,
    pub(crate) role: Why,
    /// Whether it leads by that.
    pub(crate) leads: bool,
    /// The votes that it has counted, or the answers to its question who would vote for it.
    pub(crate) grants: Vec<Why>,
    /// As a leader: what each follower has acknowledged, as far as it was not committed then.
    pub(crate) acks: BTreeMap<NodeId, Vec<(Index, Why)>>,
    /// The ends of its own writes, as far as what they brought to disk was not committed then.
    pub(crate) synced: Vec<(Index, Why)>,
    pub(crate) entries: BTreeMap<Index, EntryNote>,
    /// What deleted entries last.
    pub(crate) truncated: Option<Why>,
    /// By the commit index that each brought.
    pub(crate) commits: BTreeMap<Index, Why>,
    pub(crate) keys: Rc<Keys>,
    /// Its latest snapshot, and the keys in it.
    pub(crate) snapshot: Option<(Why, Rc<Keys>)>,
    /// That it sends a snapshot, or has asked another to stand.
    pub(crate) sends_snapshot: Option<Why>,
    pub(crate) asked_to_stand: Option<Why>,
    /// As a leader: to whom it hands over, and that it began to; and that it ended a change of the members.
    pub(crate) transfer: Option<(NodeId, Why)>,
    pub(crate) change_ended: Option<Why>,
    /// That its term or its vote came to disk last.
    pub(crate) kept: Option<Why>,
    /// What let its election timer run out.
    pub(crate) pushed: Option<Why>,
    /// Why it is down or paused.
    pub(crate) stopped: Option<Why>,
    pub(crate) disk: DiskNotes,
    /// Entries from here on were changed since its disk was looked at.
    dirty_from: Option<Index>,
}

impl Notes {
    /// Of a server that is new.
    pub(crate) fn new(why: &Why) -> Self {
        let term = (Term::default(), Rc::clone(why));
        Self {
            term: term.clone(),
            vote: None,
            role: Rc::clone(why),
            leads: false,
            grants: Vec::new(),
            acks: BTreeMap::new(),
            synced: Vec::new(),
            entries: BTreeMap::new(),
            truncated: None,
            commits: BTreeMap::new(),
            keys: Rc::default(),
            snapshot: None,
            sends_snapshot: None,
            asked_to_stand: None,
            transfer: None,
            change_ended: None,
            kept: None,
            pushed: None,
            stopped: None,
            disk: DiskNotes { term, vote: None, entries: BTreeMap::new() },
            dirty_from: None,
        }
    }

    /// What brought the commit index at least so far.
    pub(crate) fn commit_of(&self, index: Index) -> Option<&Why> {
        self.commits.range(index..).next().map(|(_, why)| why)
    }

    /// What brought this entry into its log.
    pub(crate) fn entry(&self, index: Index) -> Option<&Why> {
        self.entries.get(&index).map(|entry| &entry.why)
    }

    /// An entry was added.
    pub(crate) fn add(&mut self, index: Index, entry: EntryNote) {
        self.entries.insert(index, entry);
        self.changed_from(index);
    }

    /// Entries were deleted from here on.
    pub(crate) fn truncate(&mut self, first: Index) {
        self.entries.split_off(&first);
        self.changed_from(first);
    }

    fn changed_from(&mut self, index: Index) {
        self.dirty_from = Some(self.dirty_from.map_or(index, |from| from.min(index)));
    }

    /// It leads from now on, or stands.
    pub(crate) fn takes_role(&mut self, why: &Why, leads: bool) {
        (self.role, self.leads) = (Rc::clone(why), leads);
        self.grants.clear();
        self.acks.clear();
        (self.transfer, self.change_ended) = (None, None);
        if leads {
            self.asked_to_stand = None;
        }
    }

    /// An fsync is over: whether that brought a term or a vote to disk.
    pub(crate) fn look_at_disk(&mut self, server: &Server) -> bool {
        let durable = server.disk().durable();
        if let Some(from) = self.dirty_from.take() {
            self.disk.entries.split_off(&from);
            let last = durable.log.last_index();
            for (index, note) in self.entries.range(from..) {
                if durable.log.term_at(*index) == Some(note.term) {
                    self.disk.entries.insert(*index, note.clone());
                }
            }
            if last < self.entries.keys().next_back().copied() {
                self.dirty_from = Some(Index::after(last).max(from));
            }
        }
        let term_is_new = durable.current_term != self.disk.term.0;
        if durable.current_term == self.term.0 {
            self.disk.term = self.term.clone();
        }
        let vote_before = self.disk.vote.take().map(|(vote, _)| vote);
        self.disk.vote = self.vote.clone().filter(|(vote, _)| Some(*vote) == durable.voted_for);
        term_is_new || durable.voted_for.is_some() && durable.voted_for != vote_before
    }

    /// Its state machine has executed a command.
    pub(crate) fn executed(&mut self, command: &Rc<Command>, why: &Why) {
        let key = command.key();
        let is_done = match &**command {
            Command::Set { .. } | Command::Delete { .. } => true,
            Command::Cas { old, .. } => self.keys.get(key).and_then(KeyNote::value) == Some(old),
        };
        if is_done {
            let note = KeyNote { why: Rc::clone(why), command: Rc::clone(command) };
            Rc::make_mut(&mut self.keys).insert(key.clone(), note);
        }
    }

    /// It starts again, by this, with what is on its disk.
    pub(crate) fn boot(&mut self, server: &Server, why: &Why) {
        let durable = server.disk().durable();
        let term = durable.current_term;
        let mut fresh = Self::new(why);
        fresh.term = [&self.disk.term, &self.term]
            .into_iter()
            .find(|known| known.0 == term)
            .cloned()
            .unwrap_or((term, Rc::clone(why)));
        let known = [self.disk.vote.clone(), self.vote.clone()];
        let vote = |node| known.into_iter().flatten().find(|(vote, _)| *vote == node);
        fresh.vote =
            durable.voted_for.map(|node| vote(node).unwrap_or_else(|| (node, Rc::clone(why))));
        for (place, entry) in durable.log.entries().iter().enumerate() {
            let Some(index) = Index::new(durable.log.first_index().get() + place as u64) else {
                continue;
            };
            let fits = |note: &&EntryNote| note.term == entry.term;
            let known = self.disk.entries.get(&index).filter(fits);
            let known = known.or_else(|| self.entries.get(&index).filter(fits)).cloned();
            let note = known.unwrap_or_else(|| EntryNote {
                term: entry.term,
                why: Rc::clone(why),
                command: command_of(entry),
            });
            fresh.entries.insert(index, note);
        }
        fresh.disk = DiskNotes {
            term: fresh.term.clone(),
            vote: fresh.vote.clone(),
            entries: fresh.entries.clone(),
        };
        if let Some(snapshot) = &durable.snapshot {
            fresh.commits.insert(snapshot.about.last.index, Rc::clone(why));
            fresh.keys =
                self.snapshot.as_ref().map(|(_, keys)| Rc::clone(keys)).unwrap_or_default();
            fresh.snapshot = self.snapshot.clone();
        }
        *self = fresh;
    }

    /// Forgets what the server has compacted, and what is committed anyway.
    pub(crate) fn prune(&mut self, server: &Server) {
        let Some(node) = server.node() else { return };
        let first = node.log().first_index();
        if self.entries.keys().next().is_some_and(|known| *known < first) {
            self.entries = self.entries.split_off(&first);
        }
        if self.disk.entries.keys().next().is_some_and(|known| *known < first) {
            self.disk.entries = self.disk.entries.split_off(&first);
        }
        while let Some(oldest) = self.commits.first_entry()
            && *oldest.key() < first
            && Some(*oldest.key()) < node.commit_index()
        {
            oldest.remove();
        }
    }

    /// What was acknowledged or brought to disk up to here is of no more use.
    pub(crate) fn committed(&mut self, last: Index) {
        let is_open = |known: &(Index, Why)| known.0 > last;
        self.acks.values_mut().for_each(|acks| acks.retain(is_open));
        self.synced.retain(is_open);
    }
}

/// What an entry does to a key.
pub(crate) fn command_of(entry: &Entry) -> Option<Rc<Command>> {
    match &entry.payload {
        Payload::Command(data) => {
            Request::decode(data.as_bytes()).map(|request| Rc::new(request.command))
        }
        Payload::Noop | Payload::Config(_) => None,
    }
}

/// What came first of what covers an entry.
pub(crate) fn first_covering(known: &[(Index, Why)], index: Index) -> Option<&Why> {
    known.iter().find(|(last, _)| *last >= index).map(|(_, why)| why)
}
