//! The five properties of the paper's Figure 3, checked after every event. Other properties have
//! their own judges in the files beside.
//!
//! Every log is mirrored as a chain of digests, so that two logs are equal up to an index if and
//! only if their chains are equal there. Observing a server is cheap when its log has not changed:
//! then only the length and the last entry are compared. [`Invariants::audit`] compares everything.
//!
//! Entries that all servers have compacted on disk are forgotten here too.

use std::collections::BTreeMap;

use super::property::{Evidence, Property, Violation};
use super::window::Window;
use crate::digest::{Digest, Digester};
use crate::raft::{Config, Entry, Index, NodeId, Payload, Position, Term, Transfer, count};
use crate::time::Time;

/// The state of a server as judges see it.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    pub node: NodeId,
    /// The number of its starts; memory does not survive a restart.
    pub incarnation: u32,
    pub is_leader: bool,
    pub current_term: Term,
    /// The configuration in force on this server.
    pub config: &'a Config,
    /// When its lease ends, in true time.
    pub lease_end: Option<Time>,
    /// Its leadership transfer, if it is a leader with one in progress.
    pub transfer: Option<Transfer>,
    /// The time of its own clock, if it is free to act at once.
    pub free_at: Option<Time>,
    /// The last entry that its log has compacted.
    pub base: Option<Position>,
    pub compacted_on_disk: Option<Index>,
    /// The entries that its log still has.
    pub log: &'a [Entry],
    pub commit_index: Option<Index>,
    pub last_applied: Option<Index>,
    pub store_digest: Digest,
}

#[cfg(test)]
impl<'a> Observation<'a> {
    /// A follower with an empty log and store, for histories in tests.
    pub(super) fn blank(node: NodeId, current_term: Term, config: &'a Config) -> Self {
        Self {
            node,
            incarnation: 1,
            is_leader: false,
            current_term,
            config,
            lease_end: None,
            transfer: None,
            free_at: None,
            base: None,
            compacted_on_disk: None,
            log: &[],
            commit_index: None,
            last_applied: None,
            store_digest: Digest(0),
        }
    }
}

/// What was observed so far.
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    mirrors: BTreeMap<NodeId, Mirror>,
    leaders: BTreeMap<Term, NodeId>,
    entries: Entries,
    committed: Window<Option<Committed>>,
    /// By index, the store's digest after applying it.
    stores: Window<Option<Digest>>,
}

/// By index and term, the chain up to there.
#[derive(Clone, Debug, Default)]
struct Entries {
    /// The entry of the term that was seen first.
    first: Window<Option<(Term, Digest)>>,
    /// The entries of other terms, if any.
    others: BTreeMap<(usize, Term), Digest>,
}

impl Entries {
    fn get(&self, at: usize, term: Term) -> Option<Digest> {
        match *self.first.get(at)? {
            Some((first, chain)) if first == term => Some(chain),
            _ => self.others.get(&(at, term)).copied(),
        }
    }

    /// Stores the chain if none is stored yet. Returns the stored one, or `None` if the index was
    /// forgotten.
    fn get_or_insert(&mut self, at: usize, term: Term, chain: Digest) -> Option<Digest> {
        let (first, known) = *self.first.slot(at)?.get_or_insert((term, chain));
        let known =
            if first == term { known } else { *self.others.entry((at, term)).or_insert(chain) };
        Some(known)
    }

    fn forget_before(&mut self, at: usize) {
        self.first.forget_before(at);
        self.others.retain(|(place, _), _| *place >= at);
    }
}

#[derive(Clone, Copy, Debug)]
struct Committed {
    chain: Digest,
    /// The term of the server that first knew of the commit: at least the term in which it was
    /// committed.
    term: Term,
}

/// A server as it was last observed.
#[derive(Clone, Debug, Default)]
struct Mirror {
    incarnation: u32,
    led: Option<Term>,
    /// The number of entries that its log has compacted, and the chain up to there.
    base: usize,
    base_chain: Digest,
    chain: Vec<(Term, Digest)>,
    compacted_on_disk: usize,
    commit_index: Option<Index>,
    last_applied: Option<Index>,
}

impl Mirror {
    /// The chain up to this place; `None` if its log does not reach it or has compacted it.
    fn at(&self, place: usize) -> Option<Digest> {
        match (place + 1).checked_sub(self.base)? {
            0 => Some(self.base_chain),
            kept => self.chain.get(kept - 1).map(|(_, chain)| *chain),
        }
    }
}

impl Invariants {
    /// Observes a server after an event.
    ///
    /// # Errors
    ///
    /// Breaks the property of Figure 3 that the server contradicts, by its log, as a leader, by what it
    /// counts as committed or by what it has applied.
    pub fn observe(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let mirror = self.mirrors.entry(seen.node).or_default();
        if mirror.incarnation != seen.incarnation {
            mirror.incarnation = seen.incarnation;
            (mirror.commit_index, mirror.last_applied, mirror.led) = (None, None, None);
        }
        let base = seen.base.map_or(0, |base| place(Some(base.index)));
        if mirror.base != base {
            self.rebase(seen, base)?;
        }
        let Some(mirror) = self.mirrors.get(&seen.node) else { return Ok(()) };
        let same = mirror.chain.len() == seen.log.len()
            && seen.log.last().is_none_or(|last| {
                let before = mirror.chain.len().checked_sub(2);
                let before = before.map_or(mirror.base_chain, |at| mirror.chain[at].1);
                mirror.chain.last() == Some(&(last.term, extend(before, last)))
            });
        if !same {
            let common = common_prefix(mirror.base_chain, &mirror.chain, seen.log);
            self.compare_log(seen, common)?;
        }
        self.check_leader(seen)?;
        self.check_commit(seen, usize::MAX)?;
        self.check_applied(seen)
    }

    /// Compares the whole log of a server, not only its end.
    ///
    /// # Errors
    ///
    /// Those of [`Invariants::observe`], for any entry of the log.
    pub fn audit(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let mirror = self.mirrors.entry(seen.node).or_default();
        let mut common = 0;
        let mut chain = mirror.base_chain;
        let is_moved = mirror.base != seen.base.map_or(0, |base| place(Some(base.index)));
        if is_moved || mirror.incarnation != seen.incarnation {
            return self.observe(seen);
        }
        for (entry, mirrored) in seen.log.iter().zip(&mirror.chain) {
            chain = extend(chain, entry);
            if *mirrored != (entry.term, chain) {
                break;
            }
            common += 1;
        }
        if common < seen.log.len().max(mirror.chain.len()) {
            self.compare_log(seen, common)?;
        }
        self.observe(seen)
    }

    /// Handles a new beginning of the log: it was compacted, a snapshot was installed, or the
    /// server was restarted from a disk that was behind.
    fn rebase(&mut self, seen: &Observation<'_>, base: usize) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else { return Ok(()) };
        let gone = base.checked_sub(mirror.base).filter(|gone| *gone <= mirror.chain.len());
        let held = gone.and_then(|gone| mirror.chain.get(gone.checked_sub(1)?));
        let held = held.filter(|(term, _)| Some(*term) == seen.base.map(|base| base.term));
        let mut found = Ok(());
        if let (Some((_, chain)), Some(gone)) = (held.copied(), gone) {
            // What it commits and compacts in one step.
            self.check_commit(seen, base)?;
            let Some(mirror) = self.mirrors.get_mut(&seen.node) else { return Ok(()) };
            mirror.chain.drain(..gone);
            mirror.base_chain = chain;
        } else {
            mirror.chain.clear();
            mirror.base_chain = ROOT;
            if let Some(Position { term, index }) = seen.base {
                mirror.base_chain = self.entries.get(base - 1, term).unwrap_or(ROOT);
                let committed = self.committed.get(base - 1).copied().flatten();
                if committed.is_none_or(|committed| committed.chain != mirror.base_chain) {
                    // The snapshot contains what was never committed.
                    let evidence = Evidence::Different { node: seen.node, index };
                    found = Err(Violation { property: Property::StateMachineSafety, evidence });
                }
            }
        }
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else { return found };
        mirror.base = base;
        mirror.compacted_on_disk = place(seen.compacted_on_disk);
        self.forget_what_all_have_compacted();
        found
    }

    /// Drops servers that don't exist any more.
    pub fn keep_only(&mut self, exists: impl Fn(NodeId) -> bool) {
        self.mirrors.retain(|node, _| exists(*node));
    }

    fn forget_what_all_have_compacted(&mut self) {
        let least = self.mirrors.values().map(|mirror| mirror.compacted_on_disk.min(mirror.base));
        if let Some(last) = least.min().and_then(|least| least.checked_sub(1)) {
            self.entries.forget_before(last);
            self.committed.forget_before(last);
            self.stores.forget_before(last);
        }
    }

    /// Compares and stores the log after its first `common` entries, which are known to be
    /// unchanged.
    fn compare_log(&mut self, seen: &Observation<'_>, common: usize) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        let shortened = mirror.chain.len() > common;
        mirror.chain.truncate(common);
        let mut chain = mirror.chain.last().map_or(mirror.base_chain, |(_, chain)| *chain);
        let mut mismatch = None;
        let base = mirror.base;
        for (at, entry) in seen.log.iter().enumerate().skip(common) {
            chain = extend(chain, entry);
            mirror.chain.push((entry.term, chain));
            let at = base + at;
            let known = self.entries.get_or_insert(at, entry.term, chain);
            if known.is_some_and(|known| known != chain) {
                mismatch = mismatch.or(Some((index_at(at), entry.term)));
            }
        }
        if shortened && seen.is_leader && mirror.led == Some(seen.current_term) {
            let (leader, term, index) = (seen.node, seen.current_term, index_at(base + common));
            let evidence = Evidence::Overwritten { leader, term, index };
            return Err(Violation { property: Property::LeaderAppendOnly, evidence });
        }
        match mismatch {
            Some((index, term)) => Err(Violation {
                property: Property::LogMatching,
                evidence: Evidence::Mismatch { node: seen.node, index, term },
            }),
            None => Ok(()),
        }
    }

    fn check_leader(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        let term = seen.current_term;
        if !seen.is_leader {
            mirror.led = None;
            return Ok(());
        }
        if mirror.led == Some(term) {
            return Ok(());
        }
        mirror.led = Some(term);
        let first = *self.leaders.entry(term).or_insert(seen.node);
        if first != seen.node {
            let evidence = Evidence::TwoLeaders { term, first, second: seen.node };
            return Err(Violation { property: Property::ElectionSafety, evidence });
        }
        let owed = self.committed.last_where(|known| known.is_some_and(|known| known.term < term));
        self.check_completeness(seen.node, term, owed)
    }

    /// Checks that the leader of `term` has everything committed up to the place `owed`.
    fn check_completeness(
        &self,
        leader: NodeId,
        term: Term,
        owed: Option<usize>,
    ) -> Result<(), Violation> {
        let (Some(owed), Some(mirror)) = (owed, self.mirrors.get(&leader)) else {
            return Ok(());
        };
        // What it has compacted was compared before that.
        let has = |at: usize| {
            at + 1 < mirror.base
                || self.committed.get(at).is_none_or(|known| {
                    known.is_none_or(|known| mirror.at(at) == Some(known.chain))
                })
        };
        if has(owed) {
            return Ok(());
        }
        let missing = (mirror.base..=owed).find(|at| !has(*at)).unwrap_or(owed);
        let evidence = Evidence::Missing { leader, term, index: index_at(missing) };
        Err(Violation { property: Property::LeaderCompleteness, evidence })
    }

    /// Checks what the server newly considers committed, up to the place `most`.
    fn check_commit(&mut self, seen: &Observation<'_>, most: usize) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        if seen.commit_index == mirror.commit_index {
            return Ok(());
        }
        let (from, to) = (place(mirror.commit_index), place(seen.commit_index).min(most));
        mirror.commit_index = seen.commit_index.min(Index::new(to as u64));
        let unsafe_commit =
            |evidence| Violation { property: Property::StateMachineSafety, evidence };
        let mut new = false;
        for at in from.max(mirror.base.saturating_sub(1))..to {
            let index = index_at(at);
            let Some(chain) = mirror.at(at) else {
                return Err(unsafe_commit(Evidence::Beyond { node: seen.node, index }));
            };
            let Some(slot) = self.committed.slot(at) else { continue };
            match slot {
                Some(known) if known.chain != chain => {
                    return Err(unsafe_commit(Evidence::Different { node: seen.node, index }));
                }
                Some(_) => {}
                None => {
                    *slot = Some(Committed { chain, term: seen.current_term });
                    new = true;
                }
            }
        }
        if !new {
            return Ok(());
        }
        // There may already be a leader of a higher term.
        for (node, mirror) in &self.mirrors {
            if let Some(term) = mirror.led.filter(|term| *term > seen.current_term) {
                self.check_completeness(*node, term, to.checked_sub(1))?;
            }
        }
        Ok(())
    }

    fn check_applied(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        if seen.last_applied == mirror.last_applied {
            return Ok(());
        }
        mirror.last_applied = seen.last_applied;
        let Some(index) = seen.last_applied else {
            return Ok(());
        };
        let property = Property::StateMachineSafety;
        if seen.last_applied > seen.commit_index {
            let evidence = Evidence::Beyond { node: seen.node, index };
            return Err(Violation { property, evidence });
        }
        let Some(slot) = self.stores.slot(place(seen.last_applied) - 1) else {
            return Ok(());
        };
        if *slot.get_or_insert(seen.store_digest) != seen.store_digest {
            let evidence = Evidence::Diverged { node: seen.node, index };
            return Err(Violation { property, evidence });
        }
        Ok(())
    }
}

const ROOT: Digest = Digest(0);

/// The chain `chain` extended by `entry`.
fn extend(chain: Digest, entry: &Entry) -> Digest {
    let head = entry.term.0.to_le_bytes();
    match &entry.payload {
        Payload::Noop => chain.then(&head).then(&[0]),
        Payload::Command(data) => chain.then(&head).then(data.as_bytes()),
        Payload::Config(config) => {
            let mut digester = Digester::new(chain.then(&head).0);
            config.digest_into(&mut digester);
            digester.finish()
        }
    }
}

/// The number of leading entries that the log shares with the chain. It is searched for from the
/// end: any change shows in the chain at all later entries.
fn common_prefix(base: Digest, chain: &[(Term, Digest)], log: &[Entry]) -> usize {
    let mut common = chain.len().min(log.len());
    while common > 0 {
        let before = if common > 1 { chain[common - 2].1 } else { base };
        let entry = &log[common - 1];
        if chain[common - 1] == (entry.term, extend(before, entry)) {
            break;
        }
        common -= 1;
    }
    common
}

pub(super) fn index_at(place: usize) -> Index {
    Index::after(Index::new(place as u64))
}

/// The number of entries up to the index.
fn place(index: Option<Index>) -> usize {
    usize::try_from(count(index)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
