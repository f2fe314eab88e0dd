//! What somebody may ask the reason of, as the console and the page's buttons do.

use std::fmt;

use winnow::prelude::ModalResult;
use winnow::stream::Stream;

use super::parse::values::{index, key, node};
use super::parse::words::{In, bare, expected, skip_space};

/// What somebody asks the reason of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// That a server is in its term.
    Term(u32),
    /// That it has voted so.
    Vote(u32),
    /// That it leads, follows, stands, or is down.
    Role(u32),
    /// That its commit index is so.
    Commit(u32),
    /// That this entry is in its log.
    Entry(u32, u64),
    /// That its store has this for a key.
    Key(u32, String),
    /// That this property is broken.
    Broken(&'static str),
}

/// `the term of n2`.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(node) => write!(f, "the term of n{node}"),
            Self::Vote(node) => write!(f, "the vote of n{node}"),
            Self::Role(node) => write!(f, "the role of n{node}"),
            Self::Commit(node) => write!(f, "the commit index of n{node}"),
            Self::Entry(node, index) => write!(f, "entry {index} of n{node}"),
            Self::Key(node, key) => write!(f, "key {key} on n{node}"),
            Self::Broken(property) => write!(f, "{property} is broken"),
        }
    }
}

/// Reads what stands after `why`.
pub(super) fn question(input: In<'_, '_>) -> ModalResult<Question> {
    let id = node(input)?.0;
    skip_space(input);
    let start = input.checkpoint();
    Ok(match bare(input).unwrap_or_default() {
        "term" => Question::Term(id),
        "vote" => Question::Vote(id),
        "role" => Question::Role(id),
        "commit" => Question::Commit(id),
        "entry" => Question::Entry(id, index(input)?.get()),
        "key" => Question::Key(id, key(input)?.to_string()),
        _ => {
            input.reset(&start);
            return Err(expected(input, "one of term, vote, role, commit, entry, key"));
        }
    })
}
