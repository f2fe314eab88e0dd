//! What of the history the timeline shows.

use crate::ui::geometry::scale::round_up;

/// What of the history the strip shows, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub width: u64,
}

/// The least time that is shown unless one zooms in, so that the beginning of a branch is not enlarged.
const NARROWEST: u64 = 1_000_000;

/// The least that the strip is zoomed in to.
const LEAST_WIDTH: u64 = 20_000;

impl Span {
    /// All of a branch that goes to `end`, or as much as `width` says with `now` in it. It stands still
    /// until now is near its edge.
    pub fn new(now: u64, end: u64, width: Option<u64>) -> Self {
        let whole = extent(end.max(now)).max(NARROWEST);
        let Some(width) = width.filter(|width| *width < whole) else {
            return Self { from: 0, width: whole };
        };
        let step = (width / 2).max(1);
        Self { from: now.saturating_sub(width / 4) / step * step, width }
    }

    /// Its end.
    pub fn to(self) -> u64 {
        self.from + self.width
    }

    /// Whether a branch that goes to `end` is not all shown.
    pub fn hides_some(self, end: u64) -> bool {
        self.from > 0 || self.to() < end.max(NARROWEST)
    }

    /// The next round width, more or less; `None` for all there is.
    pub fn zoomed(self, closer: bool, end: u64) -> Option<u64> {
        if closer {
            return Some(round_below(self.width).max(LEAST_WIDTH));
        }
        Some(extent(self.width)).filter(|width| *width < extent(end))
    }
}

/// The greatest round number below this one.
fn round_below(width: u64) -> u64 {
    let mut unit = 1;
    while unit * 10 < width {
        unit *= 10;
    }
    [5, 2, 1].into_iter().map(|step| step * unit).find(|round| *round < width).unwrap_or(1)
}

/// How much time the strip has room for: the next round number.
fn extent(now: u64) -> u64 {
    round_up(now + now / 12, 10_000)
}
