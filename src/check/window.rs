//! A table by place whose beginning can be dropped.

use std::collections::VecDeque;

/// A table from some place on; it grows as needed.
#[derive(Clone, Debug)]
pub(super) struct Window<T> {
    first: usize,
    items: VecDeque<T>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self { first: 0, items: VecDeque::new() }
    }
}

impl<T: Default> Window<T> {
    /// The item at this place; `None` beyond the end and where it was dropped.
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.items.get(place.checked_sub(self.first)?)
    }

    /// The item at this place, created if needed; `None` where it was dropped.
    pub(super) fn slot(&mut self, place: usize) -> Option<&mut T> {
        let at = place.checked_sub(self.first)?;
        while self.items.len() <= at {
            self.items.push_back(T::default());
        }
        self.items.get_mut(at)
    }

    /// The last place for which `wanted` holds.
    pub(super) fn last_where(&self, wanted: impl Fn(&T) -> bool) -> Option<usize> {
        self.items.iter().rposition(wanted).map(|at| self.first + at)
    }

    /// Drops everything before this place.
    pub(super) fn forget_before(&mut self, place: usize) {
        while self.first < place && self.items.pop_front().is_some() {
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_items_stay_dropped_and_the_rest_keeps_its_place() {
        let mut window = Window::default();
        *window.slot(4).unwrap() = Some('e');
        *window.slot(2).unwrap() = Some('c');
        window.forget_before(3);
        assert!(window.get(2).is_none() && window.slot(2).is_none());
        assert_eq!(window.get(3), Some(&None), "place 3 itself is kept");
        assert_eq!((window.get(4), window.get(5)), (Some(&Some('e')), None));
        assert_eq!(window.last_where(Option::is_some), Some(4));
        window.forget_before(99);
        *window.slot(5).unwrap() = Some('f');
        assert_eq!(window.get(5), Some(&Some('f')));
    }
}
