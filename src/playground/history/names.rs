//! Default names of branches.

use crate::recording::LIMITS;

/// `A` for the first branch, `B` for the second, `AA` after `Z`.
pub(crate) fn letters(place: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(place % 26).unwrap_or(0));
    match place / 26 {
        0 => letter.to_string(),
        before => letters(before - 1) + &letter.to_string(),
    }
}

/// Normalizes a name: one line of limited length; `None` if it is empty.
pub(crate) fn tidy_name(name: &str) -> Option<String> {
    let words = name.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name: String = words.join(" ").chars().take(LIMITS.name).collect();
    (!name.is_empty()).then(|| name.trim_end().to_string())
}
