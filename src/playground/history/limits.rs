//! Room for what a person does: whatever is made here can be kept and shared, and opens again. So before a
//! limit of [`LIMITS`](crate::recording::LIMITS) the playground says so, and pauses or refuses.

use std::fmt;

use crate::recording::LIMITS;
use crate::time::Time;

/// How long the text of a story is without what was done in it, in bytes, at most: its name, its instants, and
/// what stands once in a run.
pub(crate) const HEAD_BYTES: usize = 1_000;

/// What a run has no more room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A story lasts no longer.
    Time,
    /// No more happens in a story.
    Events,
    /// No more is done in a story.
    Actions,
    /// A run has no more stories.
    Stories,
    /// The text of a story is no longer.
    StoryBytes,
    /// That of a run is no longer.
    Bytes,
}

/// A sentence, and how to go on.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = LIMITS.time.since(Time::ZERO).as_micros() / 3_600_000_000;
        match self {
            Self::Time => write!(f, "this story has lasted {hours} hours of cluster time")?,
            Self::Events => write!(f, "{} events have happened in this story", LIMITS.events)?,
            Self::Actions => write!(f, "{} things were done in this story", LIMITS.actions)?,
            Self::Stories => write!(f, "this run has {} stories", LIMITS.stories)?,
            Self::StoryBytes => {
                write!(f, "all that was done in this story fills {} bytes", LIMITS.story_bytes)?;
            }
            Self::Bytes => write!(f, "all that was done in this run fills {} bytes", LIMITS.bytes)?,
        }
        write!(f, ", and no more can be kept or shared: begin a new cluster to go on")
    }
}

#[cfg(test)]
mod tests;
