//! Which run, and which place in it.

use std::fmt;

use crate::recording::RunPosition;

/// Which of a playground's runs one is. No two have the same, also where one was never opened to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(u64);

impl RunId {
    /// That of the run that is created next.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the stories to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The run that has it; in another it says nothing.
    pub(crate) run: RunId,
    pub(crate) branch: usize,
    pub(crate) place: RunPosition,
}
