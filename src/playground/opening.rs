//! Opening a run that was kept or shared: it is played, piece by piece, up to the instant at which it
//! was left. Until it is there, what is on the page stays as it is; a run that does not come there is
//! refused.

use super::archive::{Archive, Story};
use super::recording::Instant;
use super::tape::{Destination, Scene, Tape};
use super::travel::STEPS;
use super::{Branch, Playground, Problem};

/// A run that is being opened.
#[derive(Debug)]
pub(super) struct Opening {
    archive: Archive,
    /// The story that is to be shown, as far as it was played.
    tape: Tape,
    scene: Scene,
    /// The end of what is played first, and whether that is over.
    end: Instant,
    is_played: bool,
}

impl Opening {
    fn new(archive: Archive) -> Option<Self> {
        let story = archive.stories.get(archive.current)?;
        let (tape, scene) = Tape::of(story.recording.clone(), story.played);
        let end = story.shown.max(tape.end());
        Some(Self { archive, tape, scene, end, is_played: false })
    }

    /// How much of it has been played.
    pub(super) fn percent(&self) -> u64 {
        (self.scene.instant().events * 100 / self.end.events.max(1)).min(99)
    }

    fn story(&self) -> &Story {
        &self.archive.stories[self.archive.current]
    }

    /// Goes on; `Some` when it is there, or can't come there any more.
    fn go_on(&mut self) -> Option<Result<(), Problem>> {
        let to = if self.is_played { self.story().shown } else { self.end };
        if !self.tape.approach(&mut self.scene, Destination::Instant(to), STEPS) {
            return None;
        }
        if !self.is_played {
            if self.tape.acts_after(&self.scene) || self.scene.instant() != self.end {
                return Some(Err(Problem::Diverged));
            }
            self.is_played = true;
            self.scene = self.tape.set_out(Destination::Instant(self.story().shown), None);
            return None;
        }
        let Story { shown, digest, .. } = self.story();
        let is_same = digest.is_none_or(|digest| digest == self.scene.run.cluster().digest());
        let is_there = self.scene.instant() == *shown && is_same;
        Some(if is_there { Ok(()) } else { Err(Problem::Diverged) })
    }
}

impl Playground {
    pub(super) fn begin_opening(&mut self, archive: Archive) {
        self.trip = None;
        self.opening = Opening::new(archive).map(Box::new);
    }

    /// Plays the next piece of a run that is being opened, if there is one.
    pub(super) fn go_on_opening(&mut self) -> Result<(), Problem> {
        let Some(opening) = &mut self.opening else { return Ok(()) };
        self.revision += 1;
        let Some(result) = opening.go_on() else { return Ok(()) };
        let opening = self.opening.take();
        result?;
        if let Some(opening) = opening {
            self.take_over(*opening);
        }
        Ok(())
    }

    /// The run that was opened comes in place of the one that was shown.
    fn take_over(&mut self, opening: Opening) {
        let Opening { archive, tape, scene, .. } = opening;
        let Archive { stories, current, speed, playing } = archive;
        let mut played = Some(tape);
        let branch = |(place, story): (usize, Story)| {
            let Story { name, left, recording, played: kept_end, shown, .. } = story;
            let tape = played.take_if(|_| place == current);
            let tape = tape.unwrap_or_else(|| Tape::of(recording, kept_end).0);
            Branch { name, left, tape, at: shown }
        };
        self.branches = stories.into_iter().enumerate().map(branch).collect();
        (self.current, self.speed, self.playing) = (current, speed, playing);
        (self.comparison, self.awaited) = (None, None);
        self.runs += 1;
        self.show(scene);
    }

    /// The whole run, to be kept.
    pub fn archive(&self) -> Archive {
        let story = |(place, branch): (usize, &Branch)| {
            let is_current = place == self.current;
            Story {
                name: branch.name.clone(),
                left: branch.left,
                recording: branch.tape.recording.clone(),
                played: branch.tape.end(),
                shown: if is_current { self.instant() } else { branch.at },
                digest: is_current.then(|| self.digest()),
            }
        };
        Archive {
            stories: self.branches.iter().enumerate().map(story).collect(),
            current: self.current,
            speed: self.speed,
            playing: self.playing,
        }
    }
}
