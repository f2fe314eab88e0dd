//! Opening a stored or shared run: it is played, in pieces, up to the instant at which it was left.
//! Until then the page keeps showing the current run; a run that does not reach its instant is
//! refused.
//!
//! A version of Kvorum that behaves differently than the one that made the run (after a fix of the
//! protocol, say) can't reproduce its instants. The refused run can then be opened *by time*: its
//! actions are repeated at the same times, whatever the result.

use std::collections::VecDeque;

use crate::playground::formats::archive::{Archive, ArchivedBranch};
use crate::playground::history::branch::{BranchHistory, Destination};
use crate::playground::history::playback::Playback;
use crate::playground::history::run::{Branch, ShownRun};
use crate::playground::jobs::STEPS;
use crate::playground::view::RunId;
use crate::recording::{Instant, Recording, RunPosition, Timed};
use crate::time::Time;

/// The run does not reach the instant at which it was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Diverged;

/// A run that is being opened.
#[derive(Debug)]
pub(crate) struct Opening {
    /// The id that the run will have.
    id: RunId,
    pub(crate) archive: Archive,
    /// The branch that will be shown, as far as it was played.
    history: BranchHistory,
    pub(crate) playback: Playback,
    /// The end of the branch, up to which it is played first, and whether that is done.
    end: Instant,
    is_played: bool,
    /// When opening by time: the remaining actions.
    by_time: Option<VecDeque<Timed>>,
}

impl Opening {
    pub(crate) fn new(id: RunId, archive: Archive) -> Option<Self> {
        let branch = archive.branches.get(archive.current)?;
        let (history, playback) = BranchHistory::of(branch.recording.clone(), branch.played);
        let end = branch.shown.max(history.end());
        Some(Self { id, archive, history, playback, end, is_played: false, by_time: None })
    }

    /// Opens by time a run that does not reach its instant: only the branch that was shown, from
    /// the beginning.
    pub(crate) fn by_time(id: RunId, archive: Archive) -> Option<Self> {
        let Archive { mut branches, current, speed, .. } = archive;
        if current >= branches.len() {
            return None;
        }
        let ArchivedBranch { name, recording, played, shown, .. } = branches.swap_remove(current);
        let Recording { cluster_config, actions } = recording;
        let end = actions.last().map_or(shown, |last| last.when).max(shown).max(played);
        let (history, playback) = BranchHistory::new(cluster_config);
        let recording = history.recording.clone();
        let branch =
            ArchivedBranch { name, left: None, recording, played, shown, done: None, digest: None };
        let archive = Archive { branches: vec![branch], current: 0, speed, playing: false };
        let by_time = Some(actions.into());
        Some(Self { id, archive, history, playback, end, is_played: false, by_time })
    }

    /// The id that the run will have.
    pub(crate) fn id(&self) -> RunId {
        self.id
    }

    /// The progress, in percent.
    pub(crate) fn percent(&self) -> u64 {
        let (done, all) = match self.by_time {
            None => (self.playback.instant().events, self.end.events),
            Some(_) => (self.playback.instant().at.as_micros(), self.end.at.as_micros()),
        };
        (done.saturating_mul(100) / all.max(1)).min(99)
    }

    /// Where the run was left.
    fn shown(&self) -> Destination {
        let ArchivedBranch { shown, done, .. } = self.branch();
        match done {
            Some(done) => Destination::RunPosition(RunPosition { instant: *shown, done: *done }),
            None => Destination::Instant(*shown),
        }
    }

    fn branch(&self) -> &ArchivedBranch {
        &self.archive.branches[self.archive.current]
    }

    /// Plays the next piece. Returns `Some` once the run has reached its instant or can't any more.
    pub(crate) fn go_on(&mut self) -> Option<Result<(), Diverged>> {
        if self.by_time.is_some() {
            return self.go_on_by_time().then_some(Ok(()));
        }
        let to = if self.is_played { self.shown() } else { Destination::Instant(self.end) };
        if !self.history.approach(&mut self.playback, to, STEPS) {
            return None;
        }
        if !self.is_played {
            if self.history.acts_after(&self.playback) || self.playback.instant() != self.end {
                return Some(Err(Diverged));
            }
            self.is_played = true;
            self.playback = self.history.set_out(self.shown(), None);
            return None;
        }
        let ArchivedBranch { shown, done, digest, recording, .. } = self.branch();
        // Only actions of that very instant can be still to be done.
        let next = done.map(|done| recording.actions.get(done).map(|next| next.when));
        if next.is_some_and(|next| next != Some(*shown)) {
            return Some(Err(Diverged));
        }
        let is_same = digest.is_none_or(|digest| digest == self.playback.run.cluster().digest());
        let is_there = self.playback.instant() == *shown && is_same;
        Some(if is_there { Ok(()) } else { Err(Diverged) })
    }

    /// Plays the next piece by time. Returns whether everything is played.
    fn go_on_by_time(&mut self) -> bool {
        let Some(left) = &mut self.by_time else { return true };
        let most = self.playback.work() + u64::from(STEPS);
        while self.playback.work() < most {
            let until = left.front().map_or(self.end.at, |next| next.when.at);
            if self.history.go_on(&mut self.playback, until).is_some() {
                continue;
            }
            self.history.rest(&mut self.playback, until);
            let Some(next) = left.pop_front() else { return true };
            // An action of the original run may be refused in this one.
            let _ = self.history.act(&mut self.playback, &next.action);
        }
        false
    }

    /// When opening by time: the instant that was shown.
    pub(crate) fn shown_by_time(&self) -> Option<Time> {
        self.by_time.as_ref().map(|_| self.branch().shown.at)
    }

    /// The run, once it was opened.
    pub(crate) fn into_run(self) -> ShownRun {
        let Self { id, archive, history, playback, .. } = self;
        let Archive { branches, current, .. } = archive;
        let mut played = Some(history);
        let branch = |(place, branch): (usize, ArchivedBranch)| {
            let ArchivedBranch { name, left, recording, played: kept_end, shown, .. } = branch;
            let history = played.take_if(|_| place == current);
            let history = history.unwrap_or_else(|| BranchHistory::of(recording, kept_end).0);
            Branch { name, left, history, at: shown }
        };
        let branches = branches.into_iter().enumerate().map(branch).collect();
        ShownRun { id, playback, branches, current }
    }
}
