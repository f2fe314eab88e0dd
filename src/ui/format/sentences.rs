//! Sentences: a problem as one, what stands out in one, and what is found in one.

use std::ops::Range;

/// A problem as a sentence: with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    // A node's name stays as it is.
    let is_name = first == 'n' && text[1..].starts_with(|next: char| next.is_ascii_digit());
    let first = if is_name { first.to_string() } else { first.to_uppercase().to_string() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// A sentence in pieces: names of nodes and code stand out.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Plain(&'a str),
    Node(&'a str),
    Code(&'a str),
}

/// Cuts a sentence into pieces.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            pieces.push(Piece::Code(part));
        } else {
            name_nodes(part, &mut pieces);
        }
    }
    pieces
}

fn name_nodes<'a>(text: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let mut plain = 0;
    let mut word_starts = true;
    for (at, letter) in text.char_indices() {
        if letter == 'n' && word_starts {
            let digits = text[at + 1..].chars().take_while(char::is_ascii_digit).count();
            let end = at + 1 + digits;
            let ends_there = !text[end..].starts_with(char::is_alphanumeric);
            if digits > 0 && ends_there {
                pieces.push(Piece::Plain(&text[plain..at]));
                pieces.push(Piece::Node(&text[at..end]));
                plain = end;
            }
        }
        word_starts = !letter.is_alphanumeric();
    }
    pieces.push(Piece::Plain(&text[plain..]));
}

/// Where a text has the words that are sought, which are in small letters.
pub fn found(text: &str, sought: &str) -> Vec<Range<usize>> {
    // Only the case of ASCII letters is ignored: so all places stay what they are.
    let text = text.to_ascii_lowercase();
    text.match_indices(sought).map(|(at, part)| at..at + part.len()).collect()
}
