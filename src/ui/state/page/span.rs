//! What of the history the timeline shows.

use crate::playground::{Duration, Time};
use crate::ui::geometry::scale::round_up;

/// What of the history the strip shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Time,
    pub width: Duration,
}

/// The least time that is shown unless one zooms in, so that the beginning of a branch is not enlarged.
const NARROWEST: Duration = Duration::from_secs(1);

/// The least that the strip is zoomed in to.
const LEAST_WIDTH: Duration = Duration::from_millis(20);

impl Span {
    /// All of a branch that goes to `end`, or as much as `width` says with `now` in it. It stands still
    /// until now is near its edge.
    pub fn new(now: Time, end: Time, width: Option<Duration>) -> Self {
        let whole = extent(end.max(now).since(Time::ZERO)).max(NARROWEST);
        let Some(width) = width.filter(|width| *width < whole) else {
            return Self { from: Time::ZERO, width: whole };
        };
        Self { from: (now - width / 4).round_down(width / 2), width }
    }

    /// Its end.
    pub fn to(self) -> Time {
        self.from + self.width
    }

    /// Whether a branch that goes to `end` is not all shown.
    pub fn hides_some(self, end: Time) -> bool {
        self.from > Time::ZERO || self.to() < end.max(Time::ZERO + NARROWEST)
    }

    /// The next round width, more or less; `None` for all there is.
    pub fn zoomed(self, closer: bool, end: Time) -> Option<Duration> {
        if closer {
            return Some(round_below(self.width).max(LEAST_WIDTH));
        }
        Some(extent(self.width)).filter(|width| *width < extent(end.since(Time::ZERO)))
    }
}

/// The greatest round width below this one.
fn round_below(width: Duration) -> Duration {
    let least = Duration::from_micros(1);
    let mut unit = least;
    while unit * 10 < width {
        unit = unit * 10;
    }
    [5, 2, 1].into_iter().map(|step| unit * step).find(|round| *round < width).unwrap_or(least)
}

/// How much time the strip has room for: the next round number.
fn extent(span: Duration) -> Duration {
    Duration::from_micros(round_up((span + span / 12).as_micros(), 10_000))
}
