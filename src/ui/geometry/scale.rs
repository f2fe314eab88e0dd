//! Scales: round numbers, stops of a slider, decades of a chart.
//!
//! Whole numbers but for the place of a latency among the decades, which nothing hangs on but a line.

use crate::playground::{Duration, Time};
use crate::ui::format::durations::round_span;

/// How many units a chart is high; it is stretched to the room that there is.
pub const HEIGHT: u64 = 100;

/// A part of a chart: when it begins and ends, and how high it is there, if it is known.
pub type ChartStep = (Time, Time, Option<u64>);

/// The round number that all steps have room below, at least so much.
pub fn most(series: [&[ChartStep]; 2], least: u64) -> u64 {
    let greatest = series.iter().flat_map(|steps| steps.iter().filter_map(|(.., value)| *value));
    round_up(greatest.max().unwrap_or_default().max(least), 1)
}

/// The least round number that is not less than this one, nor than `unit`, a power of ten.
pub fn round_up(wanted: u64, mut unit: u64) -> u64 {
    const STEPS: [u64; 3] = [1, 2, 5];
    loop {
        if let Some(step) = STEPS.iter().find(|step| *step * unit >= wanted) {
            return step * unit;
        }
        unit = unit.saturating_mul(10);
    }
}

/// The stop next to a value.
pub fn nearest(stops: &[u64], value: u64) -> usize {
    let distances = stops.iter().map(|stop| stop.abs_diff(value));
    distances.enumerate().min_by_key(|(_, distance)| *distance).map_or(0, |(position, _)| position)
}

/// A scale on which each decade takes as much room as the next: a commit takes a thousand times longer
/// where its leader was cut off. Values are microseconds.
pub struct Decades {
    /// The exponents of the powers of ten at the bottom and at the top.
    from: u32,
    to: u32,
}

impl Decades {
    pub fn of(series: [&[ChartStep]; 2]) -> Self {
        let values =
            || series.iter().flat_map(|steps| steps.iter().filter_map(|(.., value)| *value));
        let from = values().min().and_then(u64::checked_ilog10).unwrap_or(3);
        let to = values().max().and_then(u64::checked_ilog10).unwrap_or(3);
        Self { from, to: to + 1 }
    }

    pub fn y(&self, value: u64) -> u64 {
        let part =
            ((value.max(1) as f64).log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        // Between 0 and the height.
        HEIGHT - (part.clamp(0.0, 1.0) * HEIGHT as f64).round() as u64
    }

    /// From the top to the bottom.
    pub fn ticks(&self) -> Vec<String> {
        let tick = |exponent| round_span(Duration::from_micros(10_u64.pow(exponent)));
        (self.from..=self.to).rev().map(tick).collect()
    }
}
