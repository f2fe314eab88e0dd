//! Instants as they are written.

/// `2.784 s`, `1:02.784`, `1:00:02.784`.
pub fn clock_text(millis: u64) -> String {
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{rest:03} s"),
        (0, _) => format!("{minutes}:{:02}.{rest:03}", seconds % 60),
        _ => format!("{hours}:{:02}:{:02}.{rest:03}", minutes % 60, seconds % 60),
    }
}

/// `0 s`, `0.25 s`, `2.505 s`, `10 min`.
pub fn seconds(micros: u64) -> String {
    if micros >= 600_000_000 && micros.is_multiple_of(60_000_000) {
        return format!("{} min", micros / 60_000_000);
    }
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    let decimals = format!("{rest:06}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole} s"),
        decimals => format!("{whole}.{decimals} s"),
    }
}

/// `2.784s`.
pub fn time(micros: u64) -> String {
    let millis = micros / 1_000;
    format!("{}.{:03}s", millis / 1_000, millis % 1_000)
}
