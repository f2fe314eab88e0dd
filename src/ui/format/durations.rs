//! How long something takes, as it is written.

/// `250 µs`, `6.2 ms`, `120 ms`, `3.0 s`.
pub fn span(micros: u64) -> String {
    match micros {
        0 => "0 ms".to_string(),
        1..1_000 => format!("{micros} µs"),
        1_000..100_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        100_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

/// `10–20 ms`, `2 ms`.
pub fn latency_words((least, most): (u64, u64)) -> String {
    let least = if least == most { String::new() } else { format!("{}–", millis(least)) };
    format!("{least}{} ms", millis(most))
}

/// `2`, `2.5`.
pub fn millis(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000, micros % 1_000 / 100);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest}") }
}

/// `10 µs`, `100 ms`, `1 s`: of a power of ten.
pub fn round_span(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", micros / 1_000_000),
    }
}
