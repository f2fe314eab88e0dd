//! A table that keeps only the highest keys.

use std::collections::VecDeque;

/// At most `MOST` values in the order of their keys. Keyframes clone it, and new keys mostly come
/// at the end, so it is one contiguous buffer.
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
    /// The value stored for this key.
    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.items[at].1)
    }

    /// Stores a value for a key that has none. Returns the value that the key has now.
    pub(super) fn get_or_insert(&mut self, key: K, value: V) -> V {
        match self.find(key) {
            Ok(at) => self.items[at].1,
            Err(at) => {
                self.insert_at(at, key, value);
                value
            }
        }
    }

    /// Stores a value for a key, replacing any other.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.find(key) {
            Ok(at) => self.items[at].1 = value,
            Err(at) => self.insert_at(at, key, value),
        }
    }

    /// The place of the key, or `Err` with the place where it belongs.
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
    fn the_lowest_keys_are_dropped_first_in_any_order_of_insertion() {
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
