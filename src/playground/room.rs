//! Room for what a person does: whatever is made here can be kept and shared, and opens again. So before a
//! limit of [`LIMITS`](crate::recording::LIMITS) the playground says so, and pauses or refuses.

use std::fmt;

use super::archive::HEAD_BYTES;
use super::{Playground, Problem};
use crate::cluster::Action;
use crate::recording::{LIMITS, Timed};
use crate::time::Time;

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

impl Playground {
    /// Whether something more can be done at the instant that is shown; in the past another story begins with
    /// it.
    pub(super) fn look_for_room(&self, action: &Action) -> Result<(), Problem> {
        let (tape, scene) = (self.tape(), &self.shown.scene);
        let forks = tape.goes_on_after(scene);
        if forks {
            self.look_for_a_story(scene.place().done)?;
        }
        if scene.place().done >= tape.limits.actions {
            return Err(Problem::Full(Limit::Actions));
        }
        let timed = Timed { when: scene.instant(), action: action.clone() };
        let done = if forks { tape.bytes_until(scene.place().done) } else { tape.bytes() };
        if HEAD_BYTES + done + timed.bytes() > tape.limits.story_bytes {
            return Err(Problem::Full(Limit::StoryBytes));
        }
        let fork = if forks { HEAD_BYTES + done } else { 0 };
        self.look_for_bytes(fork + timed.bytes())
    }

    /// Whether another story can begin after so many of this one's actions.
    pub(super) fn look_for_a_story(&self, done: usize) -> Result<(), Problem> {
        if self.shown.branches.len() >= self.tape().limits.stories {
            return Err(Problem::Full(Limit::Stories));
        }
        self.look_for_bytes(HEAD_BYTES + self.tape().bytes_until(done))
    }

    fn look_for_bytes(&self, more: usize) -> Result<(), Problem> {
        let stories = self.shown.branches.iter();
        let bytes: usize = stories.map(|branch| HEAD_BYTES + branch.tape.bytes()).sum();
        if bytes + more > self.tape().limits.bytes {
            return Err(Problem::Full(Limit::Bytes));
        }
        Ok(())
    }

    /// Whether time can pass after the instant that is shown.
    pub(super) fn look_for_time(&self) -> Result<(), Problem> {
        match self.tape().stands_at(&self.shown.scene) {
            Some(limit) => Err(Problem::Full(limit)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
