//! The scales of the charts: round numbers, decades, and how they are written.
//!
//! Whole numbers but for the place of a latency among the decades, which nothing hangs on but a line.

use super::timeline::round_up;

/// How many units a chart is high; it is stretched to the room that there is.
pub const HEIGHT: u64 = 100;

/// A part of a chart: when it begins and ends, and how high it is there, if it is known.
pub type Step = (u64, u64, Option<u64>);

/// The round number that all steps have room below, at least so much.
pub fn most(series: [&[Step]; 2], least: u64) -> u64 {
    let greatest = series.iter().flat_map(|steps| steps.iter().filter_map(|(.., value)| *value));
    round_up(greatest.max().unwrap_or_default().max(least), 1)
}

/// A scale on which each decade takes as much room as the next: a commit takes a thousand times longer
/// where its leader was cut off.
pub struct Decades {
    /// The exponents of the powers of ten at the bottom and at the top.
    from: u32,
    to: u32,
}

impl Decades {
    pub fn of(series: [&[Step]; 2]) -> Self {
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
        (self.from..=self.to).rev().map(|exponent| round_span(10_u64.pow(exponent))).collect()
    }
}

/// `10 µs`, `100 ms`, `1 s`: of a power of ten.
fn round_span(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", micros / 1_000_000),
    }
}

/// `0.03`, `12.5`, `120`: of thousandths.
pub fn decimal(thousandths: u64) -> String {
    let hundredths = (thousandths + 5) / 10;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    if whole >= 100 || rest == 0 {
        return whole.to_string();
    }
    let decimals = format!("{rest:02}");
    format!("{whole}.{}", decimals.trim_end_matches('0'))
}

/// A part as the styles take it.
pub fn percent(part: u64, of: u64) -> String {
    format!("{}.{}%", part * 100 / of, part * 1_000 / of % 10)
}
