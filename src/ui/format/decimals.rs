//! Fractions of whole numbers as they are written.

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
