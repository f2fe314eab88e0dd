//! How long something takes, as it is written.

use crate::playground::Duration;

/// `250 µs`, `6.2 ms`, `120 ms`, `3.0 s`.
pub fn span(span: Duration) -> String {
    match span.as_micros() {
        0 => "0 ms".to_string(),
        micros @ 1..1_000 => format!("{micros} µs"),
        micros @ 1_000..100_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        micros @ 100_000..1_000_000 => format!("{} ms", micros / 1_000),
        micros => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

/// `10–20 ms`, `2 ms`.
pub fn latency_words((least, most): (Duration, Duration)) -> String {
    match least == most {
        true => millis(most),
        false => format!("{}–{}", number_of_millis(least), millis(most)),
    }
}

/// `2 ms`, `2.5 ms`.
pub fn millis(span: Duration) -> String {
    format!("{} ms", number_of_millis(span))
}

/// `2`, `2.5`.
fn number_of_millis(span: Duration) -> String {
    let (whole, rest) = (span.as_millis(), span.as_micros() % 1_000 / 100);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest}") }
}

/// `10 µs`, `100 ms`, `1 s`: of a power of ten.
pub fn round_span(span: Duration) -> String {
    match span.as_micros() {
        micros @ 0..1_000 => format!("{micros} µs"),
        micros @ 1_000..1_000_000 => format!("{} ms", micros / 1_000),
        micros => format!("{} s", micros / 1_000_000),
    }
}
