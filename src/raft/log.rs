//! The log of one server and its invariants.
//!
//! Indexes are dense; terms never decrease along the log as long as all rules are in force (the node
//! asserts it). A log that was compacted begins after its *base*: what stood up to there is in a
//! snapshot (paper, section 7), and was committed. The log knows nothing of disks or of what is
//! committed.

use super::message::{Entry, Index, Position, Term, count};

/// A server's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The entry before the first one that is kept.
    base: Option<Position>,
    entries: Vec<Entry>,
}

impl Log {
    /// A log that begins after `base` with these entries, as a disk gives it back.
    pub fn new(base: Option<Position>, entries: Vec<Entry>) -> Self {
        Self { base, entries }
    }

    /// The entry before the first one that is kept; `None` where nothing was compacted.
    pub fn base(&self) -> Option<Position> {
        self.base
    }

    /// The entries that are kept, the first at [`Log::first_index`].
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The index of the first entry that is kept, or would be.
    pub fn first_index(&self) -> Index {
        Index::after(self.base_index())
    }

    fn base_index(&self) -> Option<Index> {
        self.base.map(|base| base.index)
    }

    /// The place of an index among the entries; `None` for one that was compacted.
    fn slot(&self, index: Index) -> Option<usize> {
        let place = index.get().checked_sub(count(self.base_index()) + 1)?;
        usize::try_from(place).ok()
    }

    /// The entry at `index`, if it is there and kept.
    pub fn get(&self, index: Index) -> Option<&Entry> {
        self.entries.get(self.slot(index)?)
    }

    /// The entries from `index` on, at most `limit` of them. None where they were compacted.
    pub fn from(&self, index: Index, limit: usize) -> &[Entry] {
        let rest = self.slot(index).and_then(|slot| self.entries.get(slot..)).unwrap_or_default();
        &rest[..rest.len().min(limit)]
    }

    /// The index of the last entry, compacted or not.
    pub fn last_index(&self) -> Option<Index> {
        Index::new(count(self.base_index()) + self.entries.len() as u64)
    }

    /// The last entry's position.
    pub fn last(&self) -> Option<Position> {
        self.position(self.last_index())
    }

    /// The term of the entry at `index`, if it is kept or the last that was compacted.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        match self.base {
            Some(base) if base.index == index => Some(base.term),
            _ => self.get(index).map(|entry| entry.term),
        }
    }

    /// The position of the entry at `index`, where [`Log::term_at`] knows it.
    pub fn position(&self, index: Option<Index>) -> Option<Position> {
        index.and_then(|index| Some(Position { term: self.term_at(index)?, index }))
    }

    /// Whether the log has forgotten what stood at `index` and before it.
    pub fn is_compacted(&self, index: Option<Index>) -> bool {
        index < self.base_index()
    }

    /// The consistency check (paper, section 5.3): whether the log has the entry at `prev`. Every
    /// log has the nothing before its first entry, and what was compacted is committed and so agrees
    /// with every leader's log.
    pub fn contains(&self, prev: Option<Position>) -> bool {
        prev.is_none_or(|prev| {
            self.is_compacted(Some(prev.index)) || self.term_at(prev.index) == Some(prev.term)
        })
    }

    /// The first index that is kept of the term that the entry at `index` has.
    pub fn first_index_of_term_at(&self, index: Index) -> Index {
        let Some(term) = self.term_at(index) else {
            return index;
        };
        let earlier = self.entries.partition_point(|entry| entry.term < term) as u64;
        Index::after(Index::new(count(self.base_index()) + earlier))
    }

    /// The last index whose entry has `term`, if any has.
    pub fn last_index_of_term(&self, term: Term) -> Option<Index> {
        let not_later = self.entries.partition_point(|entry| entry.term <= term) as u64;
        let index = Index::new(count(self.base_index()) + not_later)?;
        (self.term_at(index) == Some(term)).then_some(index)
    }

    /// Adds an entry at the end and tells where it went.
    pub fn append(&mut self, entry: Entry) -> Position {
        let term = entry.term;
        let index = Index::after(self.last_index());
        self.entries.push(entry);
        Position { term, index }
    }

    /// Deletes the entry at `index` and all that follow it.
    pub fn truncate_from(&mut self, index: Index) {
        self.entries.truncate(self.slot(index).unwrap_or(0));
    }

    /// Forgets the entries up to `base`, which a snapshot has. Where the log has another entry there,
    /// or none, all of it goes.
    pub fn begin_after(&mut self, base: Position) {
        if self.is_compacted(Some(base.index)) {
            return;
        }
        if self.term_at(base.index) == Some(base.term) {
            let gone = base.index.get() - count(self.base_index());
            self.entries.drain(..usize::try_from(gone).unwrap_or(usize::MAX));
        } else {
            self.entries.clear();
        }
        self.base = Some(base);
    }

    /// How many entries are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none are.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Payload;
    use super::*;

    fn log(terms: &[u64]) -> Log {
        Log::new(None, terms.iter().map(|term| entry(*term)).collect())
    }

    fn entry(term: u64) -> Entry {
        Entry { term: Term(term), payload: Payload::Noop }
    }

    fn index(number: u64) -> Index {
        Index::new(number).unwrap()
    }

    #[test]
    fn an_empty_log_has_no_positions_and_contains_the_beginning() {
        let log = log(&[]);
        assert_eq!((log.last_index(), log.last()), (None, None));
        assert!(log.contains(None));
        assert!(!log.contains(Some(Position { term: Term(0), index: index(1) })));
        assert_eq!(log.last_index_of_term(Term(1)), None);
    }

    #[test]
    fn terms_are_found_at_both_ends() {
        let log = log(&[1, 1, 3, 3, 3, 6]);
        assert_eq!(log.first_index_of_term_at(index(5)), index(3));
        assert_eq!(log.first_index_of_term_at(index(1)), index(1));
        assert_eq!(log.first_index_of_term_at(index(9)), index(9));
        assert_eq!(log.last_index_of_term(Term(3)), Some(index(5)));
        assert_eq!(log.last_index_of_term(Term(6)), Some(index(6)));
        assert_eq!(log.last_index_of_term(Term(2)), None);
        assert_eq!(log.last_index_of_term(Term(9)), None);
    }

    #[test]
    fn truncating_and_appending_keep_indexes_dense() {
        let mut log = log(&[1, 2, 2]);
        log.truncate_from(index(2));
        assert_eq!(log.append(entry(4)), Position { term: Term(4), index: index(2) });
        assert_eq!(log.last(), Some(Position { term: Term(4), index: index(2) }));
        assert_eq!(log.from(index(2), 9).len(), 1);
        assert_eq!(log.from(index(3), 9).len(), 0);
        assert_eq!(log.from(index(1), 1).len(), 1);
    }

    #[test]
    fn up_to_date_is_later_term_then_longer_log() {
        let at = |term, number| Some(Position { term: Term(term), index: index(number) });
        assert!(at(3, 1) > at(2, 9));
        assert!(at(2, 9) > at(2, 8));
        assert!(at(1, 1) > None);
    }

    #[test]
    fn a_compacted_log_keeps_its_indexes() {
        let mut log = log(&[1, 1, 2, 3, 3]);
        let at = |term, number| Position { term: Term(term), index: index(number) };
        log.begin_after(at(2, 3));
        assert_eq!((log.first_index(), log.last_index(), log.len()), (index(4), Some(index(5)), 2));
        assert_eq!((log.term_at(index(2)), log.term_at(index(3))), (None, Some(Term(2))));
        assert!(log.contains(Some(at(2, 3))) && log.contains(Some(at(9, 1))), "compacted");
        assert!(!log.contains(Some(at(9, 3))) && !log.contains(Some(at(9, 5))));
        assert_eq!((log.from(index(2), 9).len(), log.from(index(4), 9).len()), (0, 2));
        assert_eq!(log.last_index_of_term(Term(3)), Some(index(5)));
        assert_eq!(log.last_index_of_term(Term(2)), Some(index(3)));
        assert_eq!(log.last_index_of_term(Term(1)), None);
        log.begin_after(at(1, 2));
        assert_eq!(log.base(), Some(at(2, 3)), "it never goes back");
        log.truncate_from(index(4));
        assert_eq!((log.last(), log.append(entry(4))), (Some(at(2, 3)), at(4, 4)));
        log.begin_after(at(7, 4));
        assert_eq!((log.last(), log.len()), (Some(at(7, 4)), 0), "another entry: all goes");
    }
}
