//! Randomness: the only source of it below the page.
//!
//! A thin wrapper of `rand_pcg`'s Pcg32, a small generator that gives the same numbers natively and
//! in WebAssembly. It draws integers only: no float takes part in a decision. The crate is pinned
//! exactly, since another version could change every recorded run.

use std::ops::RangeInclusive;

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng as _;

/// A seeded generator. Generators with the same seed and stream always give the same numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(Pcg32);

/// A probability in parts per million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(u32);

impl Chance {
    pub const NEVER: Self = Self(0);
    const WHOLE: u32 = 1_000_000;

    /// `parts` in a million; `None` above a million.
    pub const fn from_ppm(parts: u32) -> Option<Self> {
        if parts <= Self::WHOLE { Some(Self(parts)) } else { None }
    }

    /// The probability in parts per million.
    pub const fn as_ppm(self) -> u32 {
        self.0
    }
}

/// As the script language writes it: `10%`, `2.5%`.
impl std::fmt::Display for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            write!(f, "{whole}%")
        } else {
            let decimals = format!("{rest:04}");
            write!(f, "{whole}.{}%", decimals.trim_end_matches('0'))
        }
    }
}

impl Rng {
    /// A generator for `seed`; streams of one seed are independent of each other.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg32::new(seed, stream))
    }

    /// A uniformly distributed integer in `range`, with a bias of at most 2^-32 of the range's
    /// width.
    ///
    /// # Panics
    /// If the range is empty.
    pub fn range(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = (*range.start(), *range.end());
        assert!(low <= high, "a range to draw from must not be empty");
        let width = u128::from(high - low) + 1;
        let drawn = (u128::from(self.0.next_u64()) * width) >> 64;
        low + u64::try_from(drawn).unwrap_or(u64::MAX)
    }

    /// A uniformly chosen item; `None` of an empty slice, which draws nothing.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let last = (items.len() as u64).checked_sub(1)?;
        usize::try_from(self.range(0..=last)).ok().and_then(|at| items.get(at))
    }

    /// Whether an event of probability `chance` happens this time. Draws nothing for `NEVER`, so
    /// that a network without loss costs nothing.
    pub fn happens(&mut self, chance: Chance) -> bool {
        chance != Chance::NEVER && self.range(0..=u64::from(Chance::WHOLE) - 1) < chance.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        let mut rng = Rng::new(42, 1);
        let drawn: Vec<u64> = (0..6).map(|_| rng.range(0..=999)).collect();
        assert_eq!(drawn, [896, 952, 417, 451, 256, 355]);
    }

    #[test]
    fn a_range_is_covered_to_both_ends() {
        let mut rng = Rng::new(7, 0);
        let drawn: std::collections::BTreeSet<u64> = (0..200).map(|_| rng.range(3..=6)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }

    #[test]
    fn chances_print_as_they_are_written() {
        let print = |ppm| Chance::from_ppm(ppm).map(|chance| chance.to_string());
        assert_eq!(print(100_000).as_deref(), Some("10%"));
        assert_eq!(print(25_000).as_deref(), Some("2.5%"));
        assert_eq!(print(1), Some("0.0001%".to_string()));
        assert_eq!(print(1_000_001), None);
    }
}
