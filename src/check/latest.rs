//! A table of which only the highest keys are remembered.

use std::collections::VecDeque;

/// At most `MOST` values by their keys, in order: who looks back from time to time copies it, and new keys
/// come mostly at the end, so it lies in one piece.
#[derive(Clone, Debug)]
pub(super) struct Latest<K, V, const MOST: usize> {
    items: VecDeque<(K, V)>,
}

impl<K, V, const MOST: usize> Default for Latest<K, V, MOST> {
    fn default() -> Self {
        Self { items: VecDeque::new() }
    }
}

impl<K: Copy + Ord, V: Copy, const MOST: usize> Latest<K, V, MOST> {
    /// What is remembered for this key.
    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.items[at].1)
    }

    /// Remembers a value for a key that has none. Returns what it has now.
    pub(super) fn get_or_insert(&mut self, key: K, value: V) -> V {
        match self.find(key) {
            Ok(at) => self.items[at].1,
            Err(at) => {
                self.insert_at(at, key, value);
                value
            }
        }
    }

    /// Remembers this value for a key, whatever it had.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.find(key) {
            Ok(at) => self.items[at].1 = value,
            Err(at) => self.insert_at(at, key, value),
        }
    }

    /// Where the key is, or belongs.
    fn find(&self, key: K) -> Result<usize, usize> {
        match self.items.back() {
            Some((last, _)) if *last >= key => self.items.binary_search_by_key(&key, |item| item.0),
            _ => Err(self.items.len()),
        }
    }

    fn insert_at(&mut self, at: usize, key: K, value: V) {
        self.items.insert(at, (key, value));
        if self.items.len() > MOST {
            self.items.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_keys_are_forgotten_first_whenever_they_came() {
        let mut latest = Latest::<u8, char, 3>::default();
        for (key, value) in [(5, 'e'), (3, 'c'), (4, 'd'), (3, 'x')] {
            latest.insert(key, value);
        }
        assert_eq!(latest.items, [(3, 'x'), (4, 'd'), (5, 'e')]);
        assert_eq!((latest.get_or_insert(4, 'y'), latest.get(4)), ('d', Some(&'d')));
        assert_eq!((latest.get_or_insert(6, 'f'), latest.get(6)), ('f', Some(&'f')));
        assert_eq!((latest.get(3), latest.get(7)), (None, None));
        latest.insert(1, 'a');
        assert_eq!((latest.get(1), latest.get(4)), (None, Some(&'d')), "it is the lowest itself");
    }
}
