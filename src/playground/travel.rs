//! Going through time: to any instant of what was played, back by an event, to another branch.

use super::link::Bookmark;
use super::recording::{Instant, Recording};
use super::tape::{Scene, Tape};
use super::view::BranchView;
use super::{Branch, Opening, Playground, Problem};
use crate::digest::Digest;
use crate::time::Time;

/// How many events one piece of opening a run handles.
const EVENTS_PER_OPENING: u32 = 4_000;

impl Playground {
    /// Shows another instant, or another story.
    pub(super) fn show(&mut self, scene: Scene) {
        // Whoever reads along takes what is told there for new.
        let next = self.numbers + self.scene.history.numbers().end;
        self.numbers = next - scene.history.numbers().start.min(next);
        self.scene = scene;
        self.jumps += 1;
        self.leftover = 0;
        self.console.forget_requests();
    }

    /// Goes to this time, or to the end of what was played if that comes first.
    pub(super) fn seek(&mut self, to: Time) {
        let scene = self.branches[self.current].tape.scene_at(to);
        self.show(scene);
    }

    /// Goes back by one event.
    pub(super) fn step_back(&mut self) {
        if let Some(events) = self.run().cluster().events().checked_sub(1) {
            let scene = self.branches[self.current].tape.scene_after_events(events);
            self.show(scene);
        }
    }

    /// Goes on otherwise from just before the last thing that was done.
    pub(super) fn undo(&mut self) -> Result<(), Problem> {
        let tape = &mut self.branches[self.current].tape;
        let scene = tape.scene_before_act(&self.scene).ok_or(Problem::NothingToUndo)?;
        let fork = tape.fork(&scene);
        self.begin_branch(fork, &scene);
        self.show(scene);
        Ok(())
    }

    /// From `scene` on the story goes on otherwise; the old one is kept.
    pub(super) fn begin_branch(&mut self, tape: Tape, scene: &Scene) {
        self.branches[self.current].at = self.scene.instant();
        let at = scene.instant();
        let left = Some((self.current, at.at.as_micros()));
        self.branches.push(Branch { left, tape, at });
        self.current = self.branches.len() - 1;
    }

    /// Whether the story goes on after the instant that is shown.
    pub fn is_past(&self) -> bool {
        self.tape().goes_on_after(&self.scene)
    }

    /// All that was done in this story, whether before this instant or after it.
    pub fn recording(&self) -> &Recording {
        &self.tape().recording
    }

    /// How far this story was played, in microseconds.
    pub fn end(&self) -> u64 {
        self.tape().end().at.as_micros()
    }

    /// The instant that is shown.
    pub fn instant(&self) -> Instant {
        self.scene.instant()
    }

    /// The digest of the cluster that is shown.
    pub fn digest(&self) -> Digest {
        self.run().cluster().digest()
    }

    /// What a link to this instant of this story holds.
    pub fn bookmark(&self) -> Bookmark {
        let (recording, shown) = (self.recording().clone(), self.instant());
        Bookmark { recording, shown, speed: self.speed }
    }

    pub(super) fn begin_opening(&mut self, bookmark: Bookmark) {
        let (tape, scene) = Tape::of(bookmark.recording.clone());
        self.opening = Some(Opening { tape, scene, bookmark });
    }

    /// Goes on towards the instant that a run was opened for.
    pub(super) fn go_on_opening(&mut self) -> Result<(), Problem> {
        let Some(Opening { tape, scene, bookmark }) = &mut self.opening else { return Ok(()) };
        let (shown, end) = (bookmark.shown, tape.end());
        let target = Instant { events: shown.events.max(end.events), at: shown.at.max(end.at) };
        for _ in 0..EVENTS_PER_OPENING {
            if scene.instant().events >= target.events && !tape.acts_after(scene) {
                return self.finish_opening();
            }
            if tape.go_on(scene, target.at).is_none() {
                return self.finish_opening();
            }
        }
        self.revision += 1;
        Ok(())
    }

    fn finish_opening(&mut self) -> Result<(), Problem> {
        let Some(Opening { mut tape, mut scene, bookmark }) = self.opening.take() else {
            return Ok(());
        };
        self.revision += 1;
        let Bookmark { recording, shown, speed } = bookmark;
        // All was done, and nothing was left out on the way.
        let is_there = tape.acts_done(&scene) == recording.actions.len();
        if is_there && shown.at > scene.instant().at {
            tape.rest(&mut scene, shown.at);
        }
        let mut there = tape.scene_after_events(shown.events);
        if !is_there || there.instant().events != shown.events || there.instant().at > shown.at {
            return Err(Problem::Diverged);
        }
        if there.instant().at < shown.at {
            tape.rest(&mut there, shown.at);
        }
        let at = there.instant();
        self.branches = vec![Branch { left: None, tape, at }];
        (self.current, self.speed, self.playing) = (0, speed, false);
        self.show(there);
        Ok(())
    }

    /// How much of a run that is being opened has been played, in percent.
    pub fn opened_percent(&self) -> Option<u64> {
        let Opening { tape, scene, bookmark } = self.opening.as_ref()?;
        let whole = bookmark.shown.events.max(tape.end().events).max(1);
        Some((scene.instant().events * 100 / whole).min(100))
    }

    pub(super) fn branch_views(&self) -> Vec<BranchView> {
        let view = |(place, branch): (usize, &Branch)| BranchView {
            name: name(place),
            left: branch.left,
            current: place == self.current,
            actions: branch.tape.recording.actions.len(),
        };
        self.branches.iter().enumerate().map(view).collect()
    }

    /// Goes over to another branch, to where that was left.
    pub(super) fn go_over_to(&mut self, number: usize) -> Result<(), Problem> {
        let Some(branch) = self.branches.get_mut(number) else { return Err(Problem::NoBranch) };
        let scene = branch.tape.scene_at(branch.at.at);
        self.branches[self.current].at = self.scene.instant();
        self.current = number;
        self.show(scene);
        Ok(())
    }
}

/// `A` for the first branch, `B` for the second, `AA` after `Z`.
fn name(place: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(place % 26).unwrap_or(0));
    match place / 26 {
        0 => letter.to_string(),
        before => name(before - 1) + &letter.to_string(),
    }
}

#[cfg(test)]
mod tests;
