//! The log against the simplest model: a list of entries with their indexes.

use kvorum::raft::{Data, Entry, Index, Log, Payload, Position, Term, count};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, proptest};
use proptest::prop_oneof;

/// A change of a log. Places are counted from two before its first entry, so that they may also be
/// before or beyond the log.
#[derive(Clone, Debug)]
enum Change {
    /// Appends an entry whose term is higher by this much.
    Append(u64),
    TruncateFrom(u64),
    /// Compacts up to this place, with the term that it has here, or with a higher one.
    BeginAfter(u64, Option<u64>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        4 => prop_oneof![3 => Just(0), 1 => 1_u64..3].prop_map(Change::Append),
        1 => (0_u64..12).prop_map(Change::TruncateFrom),
        1 => (0_u64..12, prop::option::of(1_u64..3)).prop_map(|(at, term)| Change::BeginAfter(at, term)),
    ];
    prop::collection::vec(change, 0..40)
}

#[derive(Default)]
struct Plain {
    base: Option<Position>,
    kept: Vec<(Index, Entry)>,
}

impl Plain {
    fn base_index(&self) -> Option<Index> {
        self.base.map(|base| base.index)
    }

    fn last(&self) -> Option<Position> {
        let last =
            self.kept.last().map(|(index, entry)| Position { term: entry.term, index: *index });
        last.or(self.base)
    }

    fn get(&self, index: Index) -> Option<&Entry> {
        self.kept.iter().find(|(at, _)| *at == index).map(|(_, entry)| entry)
    }

    fn term_at(&self, index: Index) -> Option<Term> {
        let base = self.base.filter(|base| base.index == index);
        base.map(|base| base.term).or(self.get(index).map(|entry| entry.term))
    }

    fn place(&self, place: u64) -> Option<Index> {
        Index::new((count(self.base_index()) + place).saturating_sub(1))
    }

    fn last_index_of(&self, term: Term) -> Option<Index> {
        let kept = self.kept.iter().rev().find(|(_, entry)| entry.term == term);
        let base = self.base.filter(|base| base.term == term).map(|base| base.index);
        kept.map(|(index, _)| *index).or(base)
    }

    fn first_index_of_term_at(&self, index: Index) -> Index {
        let Some(term) = self.term_at(index) else { return index };
        let first = self.kept.iter().find(|(_, entry)| entry.term >= term);
        first.map_or(Index::after(self.last().map(|last| last.index)), |(index, _)| *index)
    }

    fn change(&mut self, log: &mut Log, change: &Change, number: usize) {
        let term = self.last().map_or(Term(1), |last| last.term);
        match change {
            Change::Append(later) => {
                let data = Data::new(number.to_le_bytes().to_vec());
                let entry = Entry { term: Term(term.0 + later), payload: Payload::Command(data) };
                let index = Index::after(self.last().map(|last| last.index));
                let position = Position { term: entry.term, index };
                self.kept.push((index, entry.clone()));
                assert_eq!(log.append(entry), position);
            }
            Change::TruncateFrom(place) => {
                let Some(index) = self.place(*place) else { return };
                self.kept.retain(|(at, _)| *at < index);
                log.truncate_from(index);
            }
            Change::BeginAfter(place, other) => {
                let Some(index) = self.place(*place) else { return };
                let own = self.term_at(index).filter(|_| other.is_none());
                let base =
                    Position { term: own.unwrap_or(Term(term.0 + other.unwrap_or(1))), index };
                log.begin_after(base);
                if Some(index) < self.base_index() {
                    return;
                }
                let fits = own.is_some();
                self.kept.retain(|(at, _)| fits && *at > index);
                self.base = Some(base);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_log_is_a_list_of_entries_with_their_indexes(changes in changes(), limit in 0_usize..6) {
        let (mut plain, mut log) = (Plain::default(), Log::default());
        for (number, change) in changes.iter().enumerate() {
            plain.change(&mut log, change, number);
            prop_assert_eq!((log.base(), log.last()), (plain.base, plain.last()));
            prop_assert_eq!(log.first_index(), Index::after(plain.base_index()));
            prop_assert_eq!((log.len(), log.is_empty()), (plain.kept.len(), plain.kept.is_empty()));
            prop_assert_eq!(log.last_index(), plain.last().map(|last| last.index));
        }
        let entries: Vec<&Entry> = plain.kept.iter().map(|(_, entry)| entry).collect();
        prop_assert_eq!(log.entries().iter().collect::<Vec<_>>(), entries);
        prop_assert_eq!(&Log::new(log.base(), log.entries().to_vec()), &log);
        for index in (1..=count(log.last_index()) + 2).filter_map(Index::new) {
            let term = plain.term_at(index);
            prop_assert_eq!(log.get(index), plain.get(index));
            prop_assert_eq!(log.term_at(index), term);
            let position = term.map(|term| Position { term, index });
            prop_assert_eq!(log.position(Some(index)), position);
            let is_compacted = Some(index) < plain.base_index();
            prop_assert_eq!(log.is_compacted(Some(index)), is_compacted);
            let rest = plain.kept.iter().filter(|(at, _)| *at >= index).map(|(_, entry)| entry);
            let kept = Some(index) > plain.base_index();
            let rest: Vec<&Entry> = rest.filter(|_| kept).take(limit).collect();
            prop_assert_eq!(log.from(index, limit).iter().collect::<Vec<_>>(), rest);
            prop_assert_eq!(log.first_index_of_term_at(index), plain.first_index_of_term_at(index));
            for term in (0..=plain.last().map_or(0, |last| last.term.0) + 1).map(Term) {
                let contains = is_compacted || plain.term_at(index) == Some(term);
                prop_assert_eq!(log.contains(Some(Position { term, index })), contains);
                prop_assert_eq!(log.last_index_of_term(term), plain.last_index_of(term));
            }
        }
        prop_assert_eq!((log.position(None), log.contains(None)), (None, true));
    }

    /// Section 5.4.1: the later term is newer; of equal terms the longer log.
    #[test]
    fn positions_stand_in_the_order_of_terms_and_then_indexes(
        one in any::<(u8, u8)>(),
        other in any::<(u8, u8)>(),
    ) {
        let position = |(term, index): (u8, u8)| {
            Index::new(index.into()).map(|index| Position { term: Term(term.into()), index })
        };
        let key = |(term, index): (u8, u8)| (index > 0).then_some((term, index));
        prop_assert_eq!(position(one).cmp(&position(other)), key(one).cmp(&key(other)));
    }
}
