//! The notes on a server: for everything that it knows, the event that established it.
//!
//! The state on its disk has separate notes, since only that survives a crash.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cluster::Server;
use crate::playground::jobs::causality::happening::Why;
use crate::raft::{Entry, Index, NodeId, Payload, Term};
use crate::store::{Command, Key, Request, Value};

/// A log entry.
#[derive(Clone, Debug)]
pub(crate) struct EntryNote {
    pub(crate) term: Term,
    /// What appended it to this log.
    pub(crate) why: Why,
    /// What it does to a key, if anything.
    pub(crate) command: Option<Rc<Command>>,
}

/// A key of a store, present or deleted.
#[derive(Clone, Debug)]
pub(crate) struct KeyNote {
    pub(crate) why: Why,
    pub(crate) command: Rc<Command>,
}

impl KeyNote {
    /// The value that the key has; `None` if it was deleted.
    fn value(&self) -> Option<&Value> {
        match &*self.command {
            Command::Set { value, .. } | Command::Cas { new: value, .. } => Some(value),
            Command::Delete { .. } => None,
        }
    }
}

/// The keys of a store, each with what established its value.
pub(crate) type Keys = BTreeMap<Key, KeyNote>;

/// The notes on a disk.
#[derive(Clone, Debug)]
pub(crate) struct DiskNotes {
    pub(crate) term: (Term, Why),
    pub(crate) vote: Option<(NodeId, Why)>,
    entries: BTreeMap<Index, EntryNote>,
}

/// The notes on a server.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    pub(crate) term: (Term, Why),
    /// The term that it was in before, in its present life.
    pub(crate) left_term: Option<(Term, Why)>,
    /// What began its present life: what had ended the one before, and the start.
    pub(crate) began: Vec<Why>,
    /// Its vote in that term.
    pub(crate) vote: Option<(NodeId, Why)>,
    pub(crate) role: Why,
    /// Whether `role` is that of a leader.
    pub(crate) leads: bool,
    /// The votes or pre-votes that it has counted.
    pub(crate) grants: Vec<Why>,
    /// For a leader: the acknowledgements of each follower for entries that were not committed yet.
    pub(crate) acks: BTreeMap<NodeId, Vec<(Index, Why)>>,
    /// Its own fsyncs of entries that were not committed yet.
    pub(crate) synced: Vec<(Index, Why)>,
    pub(crate) entries: BTreeMap<Index, EntryNote>,
    /// The last truncation of its log.
    pub(crate) truncated: Option<Why>,
    /// By the commit index that each established.
    pub(crate) commits: BTreeMap<Index, Why>,
    pub(crate) keys: Rc<Keys>,
    /// Its latest snapshot, and the keys in it.
    pub(crate) snapshot: Option<(Why, Rc<Keys>)>,
    /// Its last sending of a snapshot, and its last request that another server start an election.
    pub(crate) sends_snapshot: Option<Why>,
    pub(crate) asked_to_stand: Option<Why>,
    /// For a leader: its transfer of leadership with the target, and the end of its last membership
    /// change.
    pub(crate) transfer: Option<(NodeId, Why)>,
    pub(crate) change_ended: Option<Why>,
    /// The last fsync of its term or vote.
    pub(crate) kept: Option<Why>,
    /// The action that let its election timer expire.
    pub(crate) pushed: Option<Why>,
    /// Why it is down or paused.
    pub(crate) stopped: Option<Why>,
    pub(crate) disk: DiskNotes,
    /// The first index whose entries have changed since the last look at its disk.
    dirty_from: Option<Index>,
}

impl Notes {
    /// The notes on a new server.
    pub(crate) fn new(why: &Why) -> Self {
        let term = (Term::default(), Rc::clone(why));
        Self {
            term: term.clone(),
            left_term: None,
            began: vec![Rc::clone(why)],
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

    /// What brought the commit index to at least `index`.
    pub(crate) fn commit_of(&self, index: Index) -> Option<&Why> {
        self.commits.range(index..).next().map(|(_, why)| why)
    }

    /// What appended this entry to its log.
    pub(crate) fn entry(&self, index: Index) -> Option<&Why> {
        self.entries.get(&index).map(|entry| &entry.why)
    }

    /// Adds an entry.
    pub(crate) fn add(&mut self, index: Index, entry: EntryNote) {
        self.entries.insert(index, entry);
        self.changed_from(index);
    }

    /// Removes the entries from `first` on.
    pub(crate) fn truncate(&mut self, first: Index) {
        self.entries.split_off(&first);
        self.changed_from(first);
    }

    fn changed_from(&mut self, index: Index) {
        self.dirty_from = Some(self.dirty_from.map_or(index, |from| from.min(index)));
    }

    /// Registers that it goes over to another term.
    pub(crate) fn enters(&mut self, term: Term, why: &Why) {
        let left = std::mem::replace(&mut self.term, (term, Rc::clone(why)));
        self.left_term = Some(left);
    }

    /// Registers that it became leader, candidate or follower.
    pub(crate) fn takes_role(&mut self, why: &Why, leads: bool) {
        (self.role, self.leads) = (Rc::clone(why), leads);
        self.grants.clear();
        self.acks.clear();
        (self.transfer, self.change_ended) = (None, None);
        if leads {
            self.asked_to_stand = None;
        }
    }

    /// Updates the notes on its disk after an fsync. Returns whether the fsync made a term or a
    /// vote durable.
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

    /// Registers that its state machine has executed a command.
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

    /// Registers that it restarts, caused by `why`, with the state on its disk.
    pub(crate) fn boot(&mut self, server: &Server, why: &Why) {
        let durable = server.disk().durable();
        let term = durable.current_term;
        let mut fresh = Self::new(why);
        fresh.began = self.stopped.take().into_iter().chain([Rc::clone(why)]).collect();
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

    /// Drops the notes on entries that the server has compacted, and on superseded commits of
    /// those.
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

    /// Drops acknowledgements and fsyncs up to `last`, which are not needed any more.
    pub(crate) fn committed(&mut self, last: Index) {
        let is_open = |known: &(Index, Why)| known.0 > last;
        self.acks.values_mut().for_each(|acks| acks.retain(is_open));
        self.synced.retain(is_open);
    }

    /// What made `what` durable, if that is known, or else `what` itself.
    pub(crate) fn kept_since<'a>(&'a self, what: &'a Why) -> &'a Why {
        self.kept.as_ref().filter(|kept| kept.number > what.number).unwrap_or(what)
    }
}

/// The command of an entry, if it has one.
pub(crate) fn command_of(entry: &Entry) -> Option<Rc<Command>> {
    match &entry.payload {
        Payload::Command(data) => {
            Request::decode(data.as_bytes()).map(|request| Rc::new(request.command))
        }
        Payload::Noop | Payload::Config(_) => None,
    }
}

/// The first item that covers an index.
pub(crate) fn first_covering(known: &[(Index, Why)], index: Index) -> Option<&Why> {
    known.iter().find(|(last, _)| *last >= index).map(|(_, why)| why)
}
