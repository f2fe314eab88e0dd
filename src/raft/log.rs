//! The log of one server and its invariants.
//!
//! Indexes are dense and start at 1; terms never decrease along the log as long as all rules are in
//! force (the node asserts it). The log knows nothing of disks or of what is committed. Deliberately lacks compaction: it holds every entry since the
//! beginning.

use super::message::{Entry, Index, Position, Term, count};

/// A server's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    entries: Vec<Entry>,
}

impl Log {
    /// A log with these entries, as a disk gives it back.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// All entries, the first at index 1.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at `index`, if the log reaches that far.
    pub fn get(&self, index: Index) -> Option<&Entry> {
        self.entries.get(slot(index))
    }

    /// The entries from `index` on, at most `limit` of them.
    pub fn from(&self, index: Index, limit: usize) -> &[Entry] {
        let rest = self.entries.get(slot(index)..).unwrap_or_default();
        &rest[..rest.len().min(limit)]
    }

    /// The index of the last entry.
    pub fn last_index(&self) -> Option<Index> {
        Index::new(self.entries.len() as u64)
    }

    /// The last entry's position.
    pub fn last(&self) -> Option<Position> {
        self.position(self.last_index())
    }

    /// The term of the entry at `index`, if there is one.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        self.get(index).map(|entry| entry.term)
    }

    /// The position of the entry at `index`, if there is one.
    pub fn position(&self, index: Option<Index>) -> Option<Position> {
        index.and_then(|index| Some(Position { term: self.term_at(index)?, index }))
    }

    /// The consistency check (paper, section 5.3): whether the log has the entry at `prev`. Every
    /// log has the nothing before its first entry.
    pub fn contains(&self, prev: Option<Position>) -> bool {
        prev.is_none_or(|prev| self.term_at(prev.index) == Some(prev.term))
    }

    /// The first index of the term that the entry at `index` has.
    pub fn first_index_of_term_at(&self, index: Index) -> Index {
        let Some(term) = self.term_at(index) else {
            return index;
        };
        let earlier = self.entries.partition_point(|entry| entry.term < term);
        Index::after(Index::new(earlier as u64))
    }

    /// The last index whose entry has `term`, if any has.
    pub fn last_index_of_term(&self, term: Term) -> Option<Index> {
        let index = Index::new(self.entries.partition_point(|entry| entry.term <= term) as u64)?;
        (self.term_at(index) == Some(term)).then_some(index)
    }

    /// Adds an entry at the end and tells where it went.
    pub fn append(&mut self, entry: Entry) -> Position {
        let term = entry.term;
        self.entries.push(entry);
        Position { term, index: Index::after(Index::new(self.entries.len() as u64 - 1)) }
    }

    /// Deletes the entry at `index` and all that follow it.
    pub fn truncate_from(&mut self, index: Index) {
        self.entries.truncate(slot(index));
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn slot(index: Index) -> usize {
    usize::try_from(count(index.previous())).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::message::Payload;
    use super::*;

    fn log(terms: &[u64]) -> Log {
        Log::new(terms.iter().map(|term| entry(*term)).collect())
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
}
