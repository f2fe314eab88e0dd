//! Navigation: to any instant that was played, to the next or previous landmark, to another branch.
//!
//! The first piece of a seek is done at once, which is enough for most; the others while real time
//! advances ([`Seek`]).

use super::formats::Bookmark;
use super::history::branch::{BranchHistory, Destination};
use super::history::names::tidy_name;
use super::history::playback::Playback;
use super::history::run::Branch;
use super::jobs::Job;
use super::jobs::seek::{Arrival, Arrived, Seek};
use super::view::{BranchView, Landmark};
use super::{Playground, Problem};
use crate::cluster::Action;
use crate::digest::Digest;
use crate::recording::{Instant, Recording};
use crate::time::{Duration, Time};

/// The maximum number of pieces of a seek that are done at once when an action follows: as many as
/// the first keyframes are apart.
const SHORT_WAY: u32 = 4;

/// How far beyond the end of what was played a landmark is searched for.
const LOOK_AHEAD: Duration = Duration::from_secs(60);

impl Playground {
    /// Shows another instant, or another branch, of the run.
    pub(super) fn show(&mut self, playback: Playback) {
        self.leave_for(&playback);
        self.shown.run.playback = playback;
    }

    /// Prepares to show another instant: its sentences get new numbers.
    pub(super) fn leave_for(&mut self, playback: &Playback) {
        let next = self.numbers + self.shown.run.playback.event_log.numbers().end;
        self.numbers = next - playback.event_log.numbers().start.min(next);
        self.jumps += 1;
        self.leftover = 0;
        self.console.forget_requests();
        self.stop_script();
    }

    /// Goes to this time, or to the end of what was played if that comes first.
    ///
    /// # Errors
    /// Those of [`Self::arrive`].
    pub(super) fn seek(&mut self, to: Time) -> Result<(), Problem> {
        self.set_out(self.shown.run.current, Destination::Time(to), Arrival::Show)
    }

    /// Goes back by one event.
    ///
    /// # Errors
    /// Those of [`Self::arrive`].
    pub(super) fn step_back(&mut self) -> Result<(), Problem> {
        match self.run().cluster().events().checked_sub(1) {
            Some(events) => {
                self.set_out(self.shown.run.current, Destination::Events(events), Arrival::Show)
            }
            None => Ok(()),
        }
    }

    /// Goes to the first such landmark after this instant. If none was played yet, time passes
    /// until one comes.
    ///
    /// # Errors
    /// [`Problem::NotKept`] if marks after this instant were dropped, and those of
    /// [`Self::arrive`].
    pub(super) fn next_landmark(&mut self, landmark: Landmark) -> Result<(), Problem> {
        let (here, event_index) = (self.shown.run.playback.instant(), &self.history().event_index);
        if event_index.has_forgotten(here) {
            return Err(Problem::NotKept(landmark));
        }
        let to = match event_index.next(|kind| landmark.includes(kind), here) {
            Some(instant) => Destination::Instant(instant),
            None => {
                let after = here.max(event_index.last().unwrap_or_default());
                let until = self.history().end().at.max(here.at) + LOOK_AHEAD;
                Destination::Landmark { landmark, after, until }
            }
        };
        self.set_out(self.shown.run.current, to, Arrival::Show)
    }

    /// Goes to the last such landmark before this instant.
    ///
    /// # Errors
    /// [`Problem::NotKept`] or [`Problem::NoneBefore`], and those of [`Self::arrive`].
    pub(super) fn previous_landmark(&mut self, landmark: Landmark) -> Result<(), Problem> {
        let event_index = &self.history().event_index;
        let to =
            event_index.previous(|kind| landmark.includes(kind), self.shown.run.playback.instant());
        let none = || match event_index.has_forgotten_any() {
            true => Problem::NotKept(landmark),
            false => Problem::NoneBefore(landmark),
        };
        let to = to.ok_or_else(none)?;
        self.set_out(self.shown.run.current, Destination::Instant(to), Arrival::Show)
    }

    /// Performs several actions as one: all of them or, if one is refused, none.
    ///
    /// # Errors
    /// The refusal of the first that can't be performed, or a limit.
    pub(super) fn act_all(&mut self, actions: &[Action]) -> Result<(), Problem> {
        self.run().cluster().check_all(actions).map_err(Problem::Refused)?;
        self.shown.run.check_room(actions)?;
        self.act_together(actions)
    }

    /// Performs several actions as one. Those that are refused are skipped.
    ///
    /// # Errors
    /// The last problem, if none of them can be performed.
    pub(super) fn act_together(&mut self, actions: &[Action]) -> Result<(), Problem> {
        let (mut refused, mut is_begun) = (Ok(()), false);
        for action in actions {
            match self.act(action) {
                Ok(_) if is_begun => {
                    let (history, playback) = self.shown.run.parts();
                    history.join_last(playback)
                }
                Ok(_) => is_begun = true,
                Err(problem) => refused = Err(problem),
            }
        }
        if is_begun { Ok(()) } else { refused }
    }

    /// Starts a new branch just before the last action.
    ///
    /// # Errors
    /// [`Problem::NothingToUndo`], or a limit.
    pub(super) fn undo(&mut self) -> Result<(), Problem> {
        let act =
            self.history().last_act(&self.shown.run.playback).ok_or(Problem::NothingToUndo)?;
        self.shown.run.check_room_for_branch(act)?;
        let to = Destination::Act(act);
        self.set_out(self.shown.run.current, to, Arrival::Fork)
    }

    /// Begins a branch at this instant.
    ///
    /// # Errors
    /// [`Problem::Full`] if there can be no more branches.
    pub(super) fn fork(&mut self) -> Result<(), Problem> {
        if self.is_past() {
            let playback = self.shown.run.playback.clone();
            self.shown.run.check_room_for_branch(playback.place().done)?;
            let fork = self.history().fork(&playback);
            self.begin_branch(fork, &playback);
        }
        Ok(())
    }

    /// Switches to another branch, at the instant where that was left.
    ///
    /// # Errors
    /// [`Problem::NoBranch`], and those of [`Self::arrive`].
    pub(super) fn go_over_to(&mut self, number: usize) -> Result<(), Problem> {
        let branch = self.shown.run.branches.get(number).ok_or(Problem::NoBranch)?;
        self.set_out(number, Destination::Instant(branch.at), Arrival::Show)
    }

    pub(super) fn set_out(
        &mut self,
        branch: usize,
        to: Destination,
        then: Arrival,
    ) -> Result<(), Problem> {
        let seek = Box::new(Seek::new(&self.shown.run, branch, to, then));
        self.end_job();
        self.go_on_seeking(seek)
    }

    /// Plays the next piece of a seek.
    ///
    /// # Errors
    /// Those of [`Self::arrive`].
    pub(super) fn go_on_seeking(&mut self, seek: Box<Seek>) -> Result<(), Problem> {
        self.revision += 1;
        match seek.go_on(&mut self.shown.run) {
            Ok(arrived) => self.arrive(arrived),
            Err(seek) => {
                self.job = Some(Job::Seeking(seek));
                Ok(())
            }
        }
    }

    /// Shows the destination of a seek, or begins a branch there.
    ///
    /// # Errors
    /// [`Problem::NoneAfter`] if a landmark was searched for and not found, or the limit that was
    /// reached on the way.
    fn arrive(&mut self, arrived: Arrived) -> Result<(), Problem> {
        let Arrived { playback, branch, then, missing } = arrived;
        match then {
            Arrival::Show if branch == self.shown.run.current => {}
            Arrival::Show => {
                self.shown.run.leave_branch(self.jumps);
                self.shown.run.current = branch;
                self.shown.fold_branches();
            }
            Arrival::Fork => {
                let fork = self.shown.run.branches[branch].history.fork(&playback);
                self.say_undone(fork.recording.actions.len(), branch);
                self.begin_branch(fork, &playback);
            }
        }
        self.show(playback);
        match missing {
            Some(landmark) => {
                self.shown.run.check_time()?;
                Err(Problem::NoneAfter(landmark))
            }
            None => Ok(()),
        }
    }

    /// Finishes a seek if it is short, since the page must stay responsive.
    ///
    /// # Errors
    /// [`Problem::Travelling`] if it is too long.
    pub(super) fn finish_seeking(&mut self) -> Result<(), Problem> {
        for _ in 0..SHORT_WAY {
            match self.job.take() {
                // A missing landmark does not matter to the action that follows.
                Some(Job::Seeking(seek)) => drop(self.go_on_seeking(seek)),
                other => {
                    self.job = other;
                    return Ok(());
                }
            }
        }
        if self.job.is_some() { Err(Problem::Travelling) } else { Ok(()) }
    }

    /// Adds a branch that forks at `playback` and makes it the current one.
    pub(super) fn begin_branch(&mut self, history: BranchHistory, playback: &Playback) {
        self.shown.run.begin_branch(history, playback, self.jumps);
        self.shown.fold_branches();
    }

    /// The branch that is shown, by its place in the list.
    pub fn branch(&self) -> usize {
        self.shown.run.current
    }

    /// Whether the branch goes on after the instant that is shown.
    pub fn is_past(&self) -> bool {
        self.history().goes_on_after(&self.shown.run.playback)
    }

    /// All actions of this branch, before and after this instant.
    pub fn recording(&self) -> &Recording {
        &self.history().recording
    }

    /// When the last action before the instant that is shown was done, if one was.
    pub fn last_action_at(&self) -> Option<Time> {
        let done = self.shown.run.playback.place().done;
        let last = self.recording().actions.get(done.checked_sub(1)?)?;
        Some(last.when.at)
    }

    /// How far this branch was played.
    pub fn end(&self) -> Time {
        self.history().end().at
    }

    /// The instant that is shown.
    pub fn instant(&self) -> Instant {
        self.shown.run.playback.instant()
    }

    /// The digest of the cluster that is shown.
    pub fn digest(&self) -> Digest {
        self.run().cluster().digest()
    }

    /// Renames a branch.
    ///
    /// # Errors
    /// [`Problem::NoName`] or [`Problem::NoBranch`].
    pub(super) fn rename(&mut self, number: usize, name: &str) -> Result<(), Problem> {
        let name = tidy_name(name).ok_or(Problem::NoName)?;
        self.shown.run.branches.get_mut(number).ok_or(Problem::NoBranch)?.name = name;
        Ok(())
    }

    /// The content of a link to this instant of this branch.
    pub fn bookmark(&self) -> Bookmark {
        let (recording, shown) = (self.recording().clone(), self.instant());
        let done = self.history().done_of_the_instant(&self.shown.run.playback);
        Bookmark { recording, shown, done, digest: Some(self.digest()), speed: self.speed }
    }

    pub(super) fn branch_views(&self) -> Vec<BranchView> {
        let view = |(place, branch): (usize, &Branch)| BranchView {
            name: branch.name.clone(),
            left: branch.left,
            current: place == self.shown.run.current,
            actions: branch.history.recording.actions.len(),
        };
        self.shown.run.branches.iter().enumerate().map(view).collect()
    }

    /// How far each branch was played.
    pub fn ends(&self) -> Vec<Time> {
        self.shown.run.branches.iter().map(|branch| branch.history.end().at).collect()
    }
}

#[cfg(test)]
mod tests;
