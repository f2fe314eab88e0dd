//! Kinds of events that the user can jump to on the timeline.

use std::fmt;

use super::MarkKind;

/// A kind of event that the user can jump to on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landmark {
    /// A leader was elected.
    Election,
    /// A leader saw an entry to be committed.
    Commit,
    /// A fault was injected, or ended.
    Fault,
    /// A property broke.
    Violation,
    /// A request of the user was answered.
    Answer,
}

impl Landmark {
    pub const ALL: [Self; 5] =
        [Self::Election, Self::Commit, Self::Fault, Self::Violation, Self::Answer];
}

/// `election`, `answer to you`.
impl fmt::Display for Landmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Election => "election",
            Self::Commit => "commit",
            Self::Fault => "fault",
            Self::Violation => "violation",
            Self::Answer => "answer to you",
        })
    }
}

impl Landmark {
    /// Whether marks of this kind belong to it.
    pub(crate) fn includes(self, kind: MarkKind) -> bool {
        match self {
            Self::Election => kind == MarkKind::Elected,
            Self::Commit => kind == MarkKind::Commit,
            Self::Fault => matches!(kind, MarkKind::Fault | MarkKind::Repair),
            Self::Violation => kind == MarkKind::Violation,
            Self::Answer => kind == MarkKind::Answer,
        }
    }
}
