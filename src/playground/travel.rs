//! Going through time: to any instant of what was played, to what happened next or before, to another
//! story.
//!
//! A way is gone in pieces, so that the page never stands still: the first at once, which is enough for
//! most ways, the others while real time advances. Until it is gone all stays as it is.

use super::archive::tidy_name;
use super::history::Track;
use super::job::Job;
use super::link::Bookmark;
use super::shown::{Branch, Shown};
use super::tape::{Destination, Scene, Tape};
use super::view::{BranchView, MarkKind};
use super::{Landmark, Playground, Problem};
use crate::cluster::Action;
use crate::digest::Digest;
use crate::recording::{Instant, Recording};
use crate::time::{Duration, Time};

/// How much work one piece of a way is, in events.
pub(super) const STEPS: u32 = 4_000;

/// How many pieces of a way are gone at once where something is to be done at its end: as far as the first
/// scenes that are kept lie apart.
const SHORT_WAY: u32 = 4;

/// How far beyond the end of what was played something is looked for.
const LOOK_AHEAD: Duration = Duration::from_secs(60);

/// How many stories are kept with all that was seen in them: those that were shown last. Each takes a megabyte or more
/// when it is long.
const WHOLE: usize = 8;

/// A way that is being gone.
#[derive(Debug)]
pub(super) struct Trip {
    /// How far it has been gone.
    scene: Scene,
    /// After how many events it began.
    began: u64,
    branch: usize,
    to: Destination,
    then: Arrival,
}

/// What is done at the end of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Show,
    /// Another story begins there.
    Fork,
}

impl Playground {
    /// Shows another instant, or another story, of the run.
    pub(super) fn show(&mut self, scene: Scene) {
        self.leave_for(&scene);
        self.shown.scene = scene;
    }

    /// Another instant is to be shown: whoever reads along takes what is told there for new.
    pub(super) fn leave_for(&mut self, scene: &Scene) {
        let next = self.numbers + self.shown.scene.history.numbers().end;
        self.numbers = next - scene.history.numbers().start.min(next);
        self.jumps += 1;
        self.leftover = 0;
        self.console.forget_requests();
    }

    /// Goes to this time, or to the end of what was played if that comes first.
    pub(super) fn seek(&mut self, to: Time) -> Result<(), Problem> {
        self.set_out(self.shown.current, Destination::Time(to), Arrival::Show)
    }

    /// Goes back by one event.
    pub(super) fn step_back(&mut self) -> Result<(), Problem> {
        match self.run().cluster().events().checked_sub(1) {
            Some(events) => {
                self.set_out(self.shown.current, Destination::Events(events), Arrival::Show)
            }
            None => Ok(()),
        }
    }

    /// Goes to the first such thing after this instant. Where none was played yet, time passes until it
    /// comes.
    pub(super) fn next_landmark(&mut self, landmark: Landmark) -> Result<(), Problem> {
        let (here, track) = (self.shown.scene.instant(), &self.tape().track);
        if track.has_forgotten(here) {
            return Err(Problem::NotKept(landmark));
        }
        let to = match track.next(|kind| landmark.includes(kind), here) {
            Some(instant) => Destination::Instant(instant),
            None => {
                let after = here.max(track.last().unwrap_or_default());
                let until = self.tape().end().at.max(here.at) + LOOK_AHEAD;
                Destination::Landmark { landmark, after, until }
            }
        };
        self.set_out(self.shown.current, to, Arrival::Show)
    }

    /// Goes to the last such thing before this instant.
    pub(super) fn previous_landmark(&mut self, landmark: Landmark) -> Result<(), Problem> {
        let track = &self.tape().track;
        let to = track.previous(|kind| landmark.includes(kind), self.shown.scene.instant());
        let none = || match track.has_forgotten_any() {
            true => Problem::NotKept(landmark),
            false => Problem::NoneBefore(landmark),
        };
        let to = to.ok_or_else(none)?;
        self.set_out(self.shown.current, Destination::Instant(to), Arrival::Show)
    }

    /// Does several things as one. It is refused only where none of them can be done.
    pub(super) fn act_together(&mut self, actions: &[Action]) -> Result<(), Problem> {
        let (mut refused, mut is_begun) = (Ok(()), false);
        for action in actions {
            match self.act(action) {
                Ok(_) if is_begun => {
                    self.shown.branches[self.shown.current].tape.join_last(&self.shown.scene)
                }
                Ok(_) => is_begun = true,
                Err(problem) => refused = Err(problem),
            }
        }
        if is_begun { Ok(()) } else { refused }
    }

    /// Goes on otherwise from just before the last thing that was done.
    pub(super) fn undo(&mut self) -> Result<(), Problem> {
        let act = self.tape().last_act(&self.shown.scene).ok_or(Problem::NothingToUndo)?;
        self.look_for_a_story(act)?;
        let to = Destination::Act(act);
        self.set_out(self.shown.current, to, Arrival::Fork)
    }

    /// Goes over to another branch, to where that was left.
    pub(super) fn go_over_to(&mut self, number: usize) -> Result<(), Problem> {
        let branch = self.shown.branches.get(number).ok_or(Problem::NoBranch)?;
        self.set_out(number, Destination::Instant(branch.at), Arrival::Show)
    }

    pub(super) fn set_out(
        &mut self,
        branch: usize,
        to: Destination,
        then: Arrival,
    ) -> Result<(), Problem> {
        let here = (branch == self.shown.current).then_some(&self.shown.scene);
        let scene = self.shown.branches[branch].tape.set_out(to, here);
        let began = scene.instant().events;
        let trip = Box::new(Trip { scene, began, branch, to, then });
        self.end_job();
        self.go_on_travelling(trip)
    }

    /// Goes the next piece of a way.
    pub(super) fn go_on_travelling(&mut self, mut trip: Box<Trip>) -> Result<(), Problem> {
        self.revision += 1;
        let tape = &mut self.shown.branches[trip.branch].tape;
        if !tape.approach(&mut trip.scene, trip.to, STEPS) {
            self.job = Some(Job::Travelling(trip));
            return Ok(());
        }
        let Trip { scene, branch, to, then, .. } = *trip;
        let is_missing = tape.is_missing(to);
        match then {
            Arrival::Show if branch == self.shown.current => {}
            Arrival::Show => {
                self.leave_story();
                self.shown.current = branch;
                self.fold_stories();
            }
            Arrival::Fork => {
                let fork = tape.fork(&scene);
                self.begin_branch(fork, &scene);
            }
        }
        self.show(scene);
        match is_missing {
            Some(landmark) => {
                self.look_for_time()?;
                Err(Problem::NoneAfter(landmark))
            }
            None => Ok(()),
        }
    }

    /// Goes the rest of the way if that is short: the page must not stand still for it.
    pub(super) fn finish_travelling(&mut self) -> Result<(), Problem> {
        for _ in 0..SHORT_WAY {
            let Some(Job::Travelling(trip)) = self.job.take_if(|job| job.is_travelling()) else {
                return Ok(());
            };
            // What was looked for and did not come is no matter to what is done now.
            let _ = self.go_on_travelling(trip);
        }
        if self.job.is_some() { Err(Problem::Travelling) } else { Ok(()) }
    }

    /// From `scene` on the story goes on otherwise; the old one is kept.
    pub(super) fn begin_branch(&mut self, tape: Tape, scene: &Scene) {
        self.leave_story();
        let at = scene.instant();
        let left = Some((self.shown.current, at.at.as_micros()));
        let name = letters(self.shown.branches.len());
        self.shown.branches.push(Branch { name, left, tape, at });
        self.shown.current = self.shown.branches.len() - 1;
        self.fold_stories();
    }

    /// Another story is shown next.
    fn leave_story(&mut self) {
        let story = &mut self.shown.branches[self.shown.current];
        (story.at, story.tape.seen) = (self.shown.scene.instant(), self.jumps);
    }

    /// Of the stories that nobody has looked at for long only what was done in them is kept.
    fn fold_stories(&mut self) {
        let Shown { branches, current, comparison, .. } = &mut self.shown;
        let is_used = |place: usize| {
            place == *current
                || comparison.as_ref().is_some_and(|comparison| comparison.is_of(place))
        };
        let stories = branches.iter().enumerate().filter(|(_, branch)| !branch.tape.is_folded());
        let mut whole: Vec<_> = stories.map(|(place, branch)| (branch.tape.seen, place)).collect();
        whole.sort_unstable();
        let over = whole.len().saturating_sub(WHOLE);
        let unused = whole.into_iter().filter(|(_, place)| !is_used(*place));
        unused.take(over).for_each(|(_, place)| branches[place].tape.fold());
    }

    /// Whether the story goes on after the instant that is shown.
    pub fn is_past(&self) -> bool {
        self.tape().goes_on_after(&self.shown.scene)
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
        self.shown.scene.instant()
    }

    /// The digest of the cluster that is shown.
    pub fn digest(&self) -> Digest {
        self.run().cluster().digest()
    }

    /// How much of a way is gone, in percent.
    pub(super) fn percent_gone(&self, trip: &Trip) -> u64 {
        let Trip { scene, began, branch, to, .. } = trip;
        let tape = &self.shown.branches[*branch].tape;
        let target = tape.kept_after(*to).unwrap_or(tape.end()).events.max(began + 1);
        let gone = (scene.instant().events - began) * 100 / (target - began);
        gone.min(99)
    }

    /// Gives another name to a branch.
    pub(super) fn rename(&mut self, number: usize, name: &str) -> Result<(), Problem> {
        let name = tidy_name(name).ok_or(Problem::NoName)?;
        self.shown.branches.get_mut(number).ok_or(Problem::NoBranch)?.name = name;
        Ok(())
    }

    /// What a link to this instant of this story holds.
    pub fn bookmark(&self) -> Bookmark {
        let (recording, shown) = (self.recording().clone(), self.instant());
        let done = self.tape().done_of_the_instant(&self.shown.scene);
        Bookmark { recording, shown, done, digest: Some(self.digest()), speed: self.speed }
    }

    pub(super) fn branch_views(&self) -> Vec<BranchView> {
        let view = |(place, branch): (usize, &Branch)| BranchView {
            name: branch.name.clone(),
            left: branch.left,
            current: place == self.shown.current,
            actions: branch.tape.recording.actions.len(),
        };
        self.shown.branches.iter().enumerate().map(view).collect()
    }

    /// How far each story was played, in microseconds.
    pub fn ends(&self) -> Vec<u64> {
        self.shown.branches.iter().map(|branch| branch.tape.end().at.as_micros()).collect()
    }
}

impl Landmark {
    /// Whether such a mark is meant.
    fn includes(self, kind: MarkKind) -> bool {
        match self {
            Self::Election => kind == MarkKind::Elected,
            Self::Commit => kind == MarkKind::Commit,
            Self::Fault => matches!(kind, MarkKind::Fault | MarkKind::Repair),
            Self::Violation => kind == MarkKind::Violation,
            Self::Answer => kind == MarkKind::Answer,
        }
    }

    /// Whether the track has one after an instant.
    pub(super) fn came(self, track: &Track, after: Instant) -> bool {
        track.next(|kind| self.includes(kind), after).is_some()
    }
}

/// `A` for the first branch, `B` for the second, `AA` after `Z`.
pub(super) fn letters(place: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(place % 26).unwrap_or(0));
    match place / 26 {
        0 => letter.to_string(),
        before => letters(before - 1) + &letter.to_string(),
    }
}

#[cfg(test)]
mod tests;
