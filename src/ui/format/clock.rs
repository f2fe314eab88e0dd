//! Instants as they are written.

use crate::playground::{Duration, Time};

/// `2.784 s`, `1:02.784`, `1:00:02.784`.
pub fn clock_text(at: Time) -> String {
    let millis = at.as_millis();
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{rest:03} s"),
        (0, _) => format!("{minutes}:{:02}.{rest:03}", seconds % 60),
        _ => format!("{hours}:{:02}:{:02}.{rest:03}", minutes % 60, seconds % 60),
    }
}

/// `0 s`, `0.25 s`, `2.505 s`, `10 min`.
pub fn seconds(at: Time) -> String {
    let minute = Duration::from_secs(60);
    if at.since(Time::ZERO) >= minute * 10 && at.round_down(minute) == at {
        return format!("{} min", at.as_micros() / minute.as_micros());
    }
    let (whole, rest) = (at.as_micros() / 1_000_000, at.as_micros() % 1_000_000);
    let decimals = format!("{rest:06}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole} s"),
        decimals => format!("{whole}.{decimals} s"),
    }
}
