//! The identity of a run, and a position in it.

use std::fmt;

use crate::recording::RunPosition;

/// The id of a run of a playground. Ids are never reused, not even that of a run that failed to
/// open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(u64);

impl RunId {
    /// The id of the run that is created next.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A position in a run to return to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The run that it belongs to; in another run it has no meaning.
    pub(crate) run: RunId,
    pub(crate) branch: usize,
    pub(crate) place: RunPosition,
}
