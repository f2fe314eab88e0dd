//! A machine's clock: it may run fast or slow, and its calendar may be wrong.
//!
//! Servers measure timeouts and leases with the steady clock, whose rate may differ from the true one;
//! they stamp requests with the calendar, which may be ahead or behind besides. All in integers.

use std::fmt;

use crate::time::{Duration, Time};

/// How fast a clock runs: so many millionths of the true rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(u32);

impl Rate {
    /// The true rate.
    pub const TRUE: Self = Self(1_000_000);

    /// So many millionths of the true rate; `None` for less than a tenth or more than ten times.
    pub const fn from_millionths(millionths: u32) -> Option<Self> {
        if millionths >= 100_000 && millionths <= 10_000_000 {
            Some(Self(millionths))
        } else {
            None
        }
    }

    /// In millionths of the true rate.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

/// As the script language writes it: `1.2`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{part:06}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// By how much a calendar is ahead, or behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    Ahead(Duration),
    Behind(Duration),
}

/// As the script language writes it: `2s` or `-2s`.
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ahead(by) => by.fmt(f),
            Self::Behind(by) => write!(f, "-{by}"),
        }
    }
}

/// A machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    rate: Rate,
    offset: Offset,
    /// What the steady clock showed at a true time, since when it has run at this rate.
    showed: Time,
    at: Time,
}

impl Default for Clock {
    fn default() -> Self {
        let offset = Offset::Ahead(Duration::ZERO);
        Self { rate: Rate::TRUE, offset, showed: Time::ZERO, at: Time::ZERO }
    }
}

impl Clock {
    /// How fast it runs.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// How wrong its calendar is.
    pub fn offset(&self) -> Offset {
        self.offset
    }

    /// What the steady clock shows at the true time `now`.
    pub fn steady(&self, now: Time) -> Time {
        if self.rate == Rate::TRUE && self.showed == self.at {
            return now;
        }
        self.showed + scale(now.since(self.at), self.rate.0.into(), 1_000_000)
    }

    /// What the calendar shows at the true time `now`.
    pub fn calendar(&self, now: Time) -> Time {
        match self.offset {
            Offset::Ahead(by) => self.steady(now) + by,
            Offset::Behind(by) => {
                Time::from_micros(self.steady(now).as_micros().saturating_sub(by.as_micros()))
            }
        }
    }

    /// The true time at which the steady clock shows `shown`, or has gone past it.
    pub fn true_time(&self, shown: Time) -> Time {
        if self.rate == Rate::TRUE && self.showed == self.at {
            return shown;
        }
        let ahead = shown.since(self.showed);
        let rate = u64::from(self.rate.0);
        let micros = (u128::from(ahead.as_micros()) * 1_000_000).div_ceil(rate.into());
        self.at + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// From `now` on it runs at another rate.
    pub(in crate::cluster) fn set_rate(&mut self, now: Time, rate: Rate) {
        (self.showed, self.at) = (self.steady(now), now);
        self.rate = rate;
    }

    /// Its calendar is off by so much from now on.
    pub(in crate::cluster) fn set_offset(&mut self, offset: Offset) {
        self.offset = offset;
    }
}

fn scale(span: Duration, times: u64, by: u64) -> Duration {
    let micros = u128::from(span.as_micros()) * u128::from(times) / u128::from(by);
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1_000)
    }

    #[test]
    fn a_clock_runs_at_its_rate_from_when_it_was_set() {
        let mut clock = Clock::default();
        clock.set_rate(at(100), Rate::from_millionths(1_500_000).unwrap());
        assert_eq!(clock.steady(at(300)), at(400));
        clock.set_rate(at(300), Rate::from_millionths(500_000).unwrap());
        assert_eq!(clock.steady(at(400)), at(450));
        assert_eq!(clock.true_time(at(450)), at(400));
        clock.set_offset(Offset::Behind(Duration::from_secs(9)));
        assert_eq!((clock.calendar(at(400)), clock.steady(at(400))), (Time::ZERO, at(450)));
    }

    #[test]
    fn a_timer_never_rings_before_its_time() {
        for millionths in [100_000, 333_333, 900_000, 1_000_001, 7_777_777] {
            let mut clock = Clock::default();
            clock.set_rate(at(1), Rate::from_millionths(millionths).unwrap());
            for shown in [1_000, 1_001, 54_321, 999_999_999] {
                let shown = Time::from_micros(shown);
                assert!(clock.steady(clock.true_time(shown)) >= shown, "{millionths} {shown}");
            }
        }
    }

    #[test]
    fn rates_are_written_as_they_are_read() {
        let written = |millionths| Rate::from_millionths(millionths).unwrap().to_string();
        assert_eq!((written(1_200_000).as_str(), written(1_000_000).as_str()), ("1.2", "1"));
        assert_eq!(written(900_001), "0.900001");
        assert_eq!((Rate::from_millionths(1), Rate::from_millionths(u32::MAX)), (None, None));
    }

    /// A clock that was set to a few rates, and the true time at which the last was.
    fn clocks() -> impl Strategy<Value = (Clock, Time)> {
        let setting = (0_u64..1 << 40, 100_000_u32..=10_000_000);
        prop::collection::vec(setting, 0..5).prop_map(|settings| {
            let (mut clock, mut now) = (Clock::default(), Time::ZERO);
            for (later, millionths) in settings {
                now += Duration::from_micros(later);
                let shown = clock.steady(now);
                clock.set_rate(now, Rate::from_millionths(millionths).unwrap());
                assert_eq!(clock.steady(now), shown, "no clock jumps");
            }
            (clock, now)
        })
    }

    proptest! {
        #[test]
        fn time_goes_on_at_the_clocks_rate((clock, set) in clocks(), spans in [0_u64..1 << 40, 0..1 << 40]) {
            let [one, other] = spans.map(|span| set + Duration::from_micros(span));
            prop_assert!(clock.steady(one.min(other)) <= clock.steady(one.max(other)));
            let shown = clock.steady(one).since(clock.steady(set)).as_micros();
            let exact = u128::from(spans[0]) * u128::from(clock.rate().millionths());
            prop_assert_eq!(u128::from(shown), exact / 1_000_000);
        }

        /// A timer is set to what the clock will show: it rings at the first true time that shows it.
        #[test]
        fn a_timer_rings_at_the_first_instant((clock, set) in clocks(), span in 0_u64..1 << 40) {
            let shown = clock.steady(set) + Duration::from_micros(span);
            let rings = clock.true_time(shown);
            prop_assert!(rings >= set && clock.steady(rings) >= shown);
            let before = Time::from_micros(rings.as_micros().saturating_sub(1));
            prop_assert!(before < set || rings == set || clock.steady(before) < shown);
            prop_assert!(clock.true_time(clock.steady(rings)) <= rings);
        }
    }
}
