//! Cluster time: the only clock below the page.
//!
//! Times are integers of microseconds, so that a run is the same natively and in WebAssembly. The
//! machine's clock can't be read here: `now` is always passed in. Real time has a type of its own,
//! so that the two never mix.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

use serde::{Deserialize, Serialize};

/// A span of real time, as the page measures it.
pub use std::time::Duration as RealTime;

/// An instant: microseconds of cluster time since the cluster began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time(u64);

/// A span of cluster time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Duration(u64);

impl Time {
    /// The beginning of every cluster.
    pub const ZERO: Self = Self(0);

    /// The greatest instant.
    pub const END: Self = Self(u64::MAX);

    /// The instant `micros` microseconds after the beginning.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the beginning.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the beginning.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// The last whole multiple of `step` since the beginning that is not after it.
    pub const fn round_down(self, step: Duration) -> Self {
        match self.0.checked_rem(step.0) {
            Some(rest) => Self(self.0 - rest),
            None => self,
        }
    }

    /// The time since `earlier`; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    pub const ZERO: Self = Self(0);

    /// A span of `micros` microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// A span of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// A span of `secs` seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// The span in microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The span in whole milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, rhs: Duration) -> Time {
        Time(self.0.saturating_add(rhs.0))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

/// Never before the beginning.
impl Sub<Duration> for Time {
    type Output = Time;
    fn sub(self, rhs: Duration) -> Time {
        Time(self.0.saturating_sub(rhs.0))
    }
}

impl Add for Duration {
    type Output = Duration;
    fn add(self, rhs: Duration) -> Duration {
        Duration(self.0.saturating_add(rhs.0))
    }
}

impl Sub for Duration {
    type Output = Duration;
    fn sub(self, rhs: Duration) -> Duration {
        Duration(self.0.saturating_sub(rhs.0))
    }
}

impl Mul<u64> for Duration {
    type Output = Duration;
    fn mul(self, rhs: u64) -> Duration {
        Duration(self.0.saturating_mul(rhs))
    }
}

impl Div<u64> for Duration {
    type Output = Duration;
    fn div(self, rhs: u64) -> Duration {
        Duration(self.0 / rhs)
    }
}

/// Seconds with three decimals: `2.784s`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.as_millis();
        write!(f, "{}.{:03}s", millis / 1_000, millis % 1_000)
    }
}

/// As the script language writes it, in the largest unit that is exact: `2s`, `15ms`, `250us`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "0ms"),
            micros if micros.is_multiple_of(1_000_000) => write!(f, "{}s", micros / 1_000_000),
            micros if micros.is_multiple_of(1_000) => write!(f, "{}ms", micros / 1_000),
            micros => write!(f, "{micros}us"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_in_the_largest_exact_unit() {
        let print = |micros| Duration::from_micros(micros).to_string();
        assert_eq!(print(0), "0ms");
        assert_eq!(print(2_000_000), "2s");
        assert_eq!(print(1_500_000), "1500ms");
        assert_eq!(print(250), "250us");
    }

    #[test]
    fn time_never_wraps() {
        let end = Time::from_micros(u64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Time::ZERO.since(end), Duration::ZERO);
        assert_eq!(Time::from_micros(5) - Duration::from_secs(1), Time::ZERO);
        assert_eq!(end - Duration::ZERO, end);
    }

    #[test]
    fn an_instant_is_rounded_down_to_a_multiple_of_a_step() {
        let step = Duration::from_micros(100);
        let round = |micros| Time::from_micros(micros).round_down(step).as_micros();
        assert_eq!([round(0), round(99), round(100), round(299)], [0, 0, 100, 200]);
        assert_eq!(Time::from_micros(7).round_down(Duration::ZERO), Time::from_micros(7));
    }

    #[test]
    fn milliseconds_are_whole_and_rounded_down() {
        assert_eq!(Time::from_micros(1_999).as_millis(), 1);
        assert_eq!(Duration::from_micros(999).as_millis(), 0);
        assert_eq!(Duration::from_millis(7).as_millis(), 7);
    }

    /// Stored and shared runs keep their bytes.
    #[test]
    fn times_are_written_as_their_microseconds() {
        let micros: Vec<u64> = vec![0, 1, 127, 128, 1_234_567, u64::MAX];
        for micros in micros {
            let bytes = postcard::to_allocvec(&micros).unwrap();
            assert_eq!(postcard::to_allocvec(&Time::from_micros(micros)).unwrap(), bytes);
            assert_eq!(postcard::to_allocvec(&Duration::from_micros(micros)).unwrap(), bytes);
        }
    }
}
