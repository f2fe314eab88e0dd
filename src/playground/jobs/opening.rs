//! Opening a run that was kept or shared: it is played, piece by piece, up to the instant at which it
//! was left. Until it is there, what is on the page stays as it is; a run that does not come there is
//! refused.
//!
//! Where a version of Kvorum plays differently than the one that made the run (it mends a mistake of the
//! protocol, say), no run of then comes to its instant now. The refused run can be opened *by time*: what
//! was done in it is done again at the same times, whatever comes of it here.

use std::collections::VecDeque;

use crate::playground::formats::archive::{Archive, ArchivedBranch};
use crate::playground::history::branch::{BranchHistory, Destination};
use crate::playground::history::playback::Playback;
use crate::playground::history::run::{Branch, ShownRun};
use crate::playground::jobs::STEPS;
use crate::playground::view::RunId;
use crate::recording::{Instant, Recording, RunPosition, Timed};
use crate::time::Time;

/// The run does not come here to the instant at which it was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Diverged;

/// A run that is being opened.
#[derive(Debug)]
pub(crate) struct Opening {
    /// Which run it will be.
    id: RunId,
    pub(crate) archive: Archive,
    /// The story that is to be shown, as far as it was played.
    history: BranchHistory,
    pub(crate) playback: Playback,
    /// The end of what is played first, and whether that is over.
    end: Instant,
    is_played: bool,
    /// By time: what is still to be done.
    by_time: Option<VecDeque<Timed>>,
}

impl Opening {
    pub(crate) fn new(id: RunId, archive: Archive) -> Option<Self> {
        let story = archive.stories.get(archive.current)?;
        let (history, playback) = BranchHistory::of(story.recording.clone(), story.played);
        let end = story.shown.max(history.end());
        Some(Self { id, archive, history, playback, end, is_played: false, by_time: None })
    }

    /// Of a run that does not come here to its instant: its story alone, from the beginning.
    pub(crate) fn by_time(id: RunId, archive: Archive) -> Option<Self> {
        let Archive { mut stories, current, speed, .. } = archive;
        if current >= stories.len() {
            return None;
        }
        let ArchivedBranch { name, recording, played, shown, .. } = stories.swap_remove(current);
        let Recording { cluster_config, actions } = recording;
        let end = actions.last().map_or(shown, |last| last.when).max(shown).max(played);
        let (history, playback) = BranchHistory::new(cluster_config);
        let recording = history.recording.clone();
        let story =
            ArchivedBranch { name, left: None, recording, played, shown, done: None, digest: None };
        let archive = Archive { stories: vec![story], current: 0, speed, playing: false };
        let by_time = Some(actions.into());
        Some(Self { id, archive, history, playback, end, is_played: false, by_time })
    }

    /// Which run it will be.
    pub(crate) fn id(&self) -> RunId {
        self.id
    }

    /// How much of it has been played.
    pub(crate) fn percent(&self) -> u64 {
        let (done, all) = match self.by_time {
            None => (self.playback.instant().events, self.end.events),
            Some(_) => (self.playback.instant().at.as_micros(), self.end.at.as_micros()),
        };
        (done.saturating_mul(100) / all.max(1)).min(99)
    }

    /// Where it was left.
    fn shown(&self) -> Destination {
        let ArchivedBranch { shown, done, .. } = self.story();
        match done {
            Some(done) => Destination::RunPosition(RunPosition { instant: *shown, done: *done }),
            None => Destination::Instant(*shown),
        }
    }

    fn story(&self) -> &ArchivedBranch {
        &self.archive.stories[self.archive.current]
    }

    /// Goes on; `Some` when it is there, or can't come there any more.
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
        let ArchivedBranch { shown, done, digest, recording, .. } = self.story();
        // Not done yet can only be what came at that very instant.
        let next = done.map(|done| recording.actions.get(done).map(|next| next.when));
        if next.is_some_and(|next| next != Some(*shown)) {
            return Some(Err(Diverged));
        }
        let is_same = digest.is_none_or(|digest| digest == self.playback.run.cluster().digest());
        let is_there = self.playback.instant() == *shown && is_same;
        Some(if is_there { Ok(()) } else { Err(Diverged) })
    }

    /// Goes on by time; whether all of it is played.
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
            // What made sense in the run that was may be refused in the one that is.
            let _ = self.history.act(&mut self.playback, &next.action);
        }
        false
    }

    /// By time: the instant that was shown.
    pub(crate) fn shown_by_time(&self) -> Option<Time> {
        self.by_time.as_ref().map(|_| self.story().shown.at)
    }

    /// The run that was opened, once it is there.
    pub(crate) fn into_run(self) -> ShownRun {
        let Self { id, archive, history, playback, .. } = self;
        let Archive { stories, current, .. } = archive;
        let mut played = Some(history);
        let branch = |(place, story): (usize, ArchivedBranch)| {
            let ArchivedBranch { name, left, recording, played: kept_end, shown, .. } = story;
            let history = played.take_if(|_| place == current);
            let history = history.unwrap_or_else(|| BranchHistory::of(recording, kept_end).0);
            Branch { name, left, history, at: shown }
        };
        let branches = stories.into_iter().enumerate().map(branch).collect();
        ShownRun { id, playback, branches, current }
    }
}
