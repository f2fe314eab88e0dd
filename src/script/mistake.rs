//! What is wrong with a line, and what was probably meant: the nearest word that could have stood there.

use std::fmt;

use winnow::error::{ContextError, StrContext, StrContextValue};

use super::parse::reads;

/// The longest word and the longest line that are repeated in a mistake, in characters.
const LONGEST_WORD: usize = 40;
const LONGEST_LINE: usize = 200;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1; 1 for a line that stands alone.
    pub line: usize,
    /// From 1, counted in characters.
    pub column: usize,
    /// What was expected there.
    pub expected: String,
    /// What stands there instead; empty at the end of the line.
    pub found: String,
    /// What was probably meant: the line with another word in this place, or that word.
    pub meant: Option<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, expected, found, meant } = self;
        write!(f, "line {line}, column {column}: expected {expected}, ")?;
        if found.is_empty() {
            write!(f, "but the line ends")?;
        } else {
            write!(f, "found `{found}`")?;
        }
        meant.iter().try_for_each(|meant| write!(f, "; did you mean `{meant}`?"))
    }
}

impl std::error::Error for Mistake {}

impl Mistake {
    /// The mistake at this byte of a line.
    pub(super) fn at(line: &str, offset: usize, error: &ContextError) -> Self {
        let rest = line[offset..].trim_start();
        let found = rest.split_whitespace().next().unwrap_or_default();
        let mut words = Vec::new();
        let mut expected = None;
        for context in error.context() {
            match context {
                StrContext::Expected(StrContextValue::Description(what)) => {
                    expected.get_or_insert(*what);
                }
                StrContext::Expected(StrContextValue::StringLiteral(word)) => words.push(*word),
                _ => {}
            }
        }
        let expected = expected.unwrap_or("something else");
        words.extend(words_in(expected));
        Self {
            line: 1,
            column: line[..offset].chars().count() + 1,
            expected: expected.to_string(),
            found: shortened(found),
            meant: meant(line, line.len() - rest.len(), found, &words),
        }
    }
}

/// The words of the language that a description names: those in backquotes.
fn words_in(description: &'static str) -> impl Iterator<Item = &'static str> {
    let quoted = description.split('`').skip(1).step_by(2);
    quoted.filter(|word| !word.contains(char::is_whitespace))
}

/// What was probably meant by a line that can't be read, where it says `found` at byte `at`. A whole line is one
/// that can be read.
fn meant(line: &str, at: usize, found: &str, words: &[&'static str]) -> Option<String> {
    if line.chars().count() > LONGEST_LINE {
        return None;
    }
    let near = nearest(found, words);
    let with = |word: &str| {
        let rest = &line[at + found.len()..];
        format!("{}{word}{rest}", &line[..at]).trim().to_string()
    };
    let is_number = !found.is_empty() && found.bytes().all(|byte| byte.is_ascii_digit());
    let mut lines = Vec::new();
    lines.extend(near.map(with));
    lines.push(with(&found.to_lowercase()));
    lines.extend(is_number.then(|| with(&format!("n{found}"))));
    // In quotes every letter and every space counts.
    if !line.contains('"') {
        let plain = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(plain(line.replacen('=', " ", 1)));
        lines.push(plain(line.to_lowercase()));
    }
    lines.into_iter().find(|line| reads(line)).or(near.map(str::to_string))
}

/// The word that is written nearly like `found`, if one is: a third of its letters may be wrong, missing, too many
/// or in another order, and one of a short word.
fn nearest(found: &str, words: &[&'static str]) -> Option<&'static str> {
    let small = found.to_lowercase();
    let far = |word: &str| strsim::osa_distance(&small, &word.to_lowercase());
    let is_near = |word: &&str| match word.len() {
        // It can't stand there a second time.
        _ if *word == found => false,
        0..=2 => far(word) == 0,
        length => far(word) <= (length / 3).max(1),
    };
    words.iter().copied().filter(is_near).min_by_key(|word| far(word))
}

fn shortened(word: &str) -> String {
    match word.char_indices().nth(LONGEST_WORD) {
        Some((cut, _)) => format!("{}…", &word[..cut]),
        None => word.to_string(),
    }
}
