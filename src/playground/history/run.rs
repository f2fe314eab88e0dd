//! The branches of a run, and the instant of one of them that is shown.

use crate::cluster::{Action, ClusterConfig};
use crate::playground::history::branch::BranchHistory;
use crate::playground::history::limits::{HEAD_BYTES, Limit};
use crate::playground::history::names::letters;
use crate::playground::history::playback::Playback;
use crate::playground::view::{RunId, Spot};
use crate::recording::{Instant, Timed};
use crate::time::Time;

/// The maximum number of branches that are kept with their keyframes and marks: those shown last. A
/// long branch takes a megabyte or more.
pub(crate) const WHOLE: usize = 8;

/// A run: all its branches, and the playback of the one that is shown.
#[derive(Debug)]
pub(crate) struct ShownRun {
    pub(crate) id: RunId,
    /// The instant that is shown.
    pub(crate) playback: Playback,
    /// All branches; one of them is played.
    pub(crate) branches: Vec<Branch>,
    pub(crate) current: usize,
}

/// A branch: how it began and how it went on.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// The branch that it was forked from, and when.
    pub(crate) left: Option<(usize, Time)>,
    pub(crate) history: BranchHistory,
    /// The instant that was shown when it was left for another branch.
    pub(crate) at: Instant,
}

impl ShownRun {
    /// A new cluster at its beginning.
    pub(crate) fn of_new_cluster(id: RunId, cluster_config: ClusterConfig) -> Self {
        let (history, playback) = BranchHistory::new(cluster_config);
        let (name, at) = (letters(0), playback.instant());
        Self { id, playback, branches: vec![Branch { name, left: None, history, at }], current: 0 }
    }

    /// The branch that is shown.
    pub(crate) fn history(&self) -> &BranchHistory {
        &self.branches[self.current].history
    }

    /// The branch that is shown and its playback, to go on.
    pub(crate) fn parts(&mut self) -> (&mut BranchHistory, &mut Playback) {
        (&mut self.branches[self.current].history, &mut self.playback)
    }

    /// The position that is shown, to return to.
    pub(crate) fn spot(&self) -> Spot {
        Spot { run: self.id, branch: self.current, place: self.playback.place() }
    }

    /// Adds the branch `history`, which forks at `playback`, and makes it the current one. `seen`
    /// is the playground's jump counter.
    pub(crate) fn begin_branch(&mut self, history: BranchHistory, playback: &Playback, seen: u64) {
        self.leave_branch(seen);
        let at = playback.instant();
        let left = Some((self.current, at.at));
        let name = letters(self.branches.len());
        self.branches.push(Branch { name, left, history, at });
        self.current = self.branches.len() - 1;
    }

    /// Prepares to show another branch.
    pub(crate) fn leave_branch(&mut self, seen: u64) {
        let branch = &mut self.branches[self.current];
        (branch.at, branch.history.seen) = (self.playback.instant(), seen);
    }

    /// Folds the branches that were not shown for longest, except those in use.
    pub(crate) fn fold_branches(&mut self, is_used: impl Fn(usize) -> bool) {
        let branches = self.branches.iter().enumerate();
        let whole = branches.filter(|(_, branch)| !branch.history.is_folded());
        let mut whole: Vec<_> = whole.map(|(place, branch)| (branch.history.seen, place)).collect();
        whole.sort_unstable();
        let over = whole.len().saturating_sub(WHOLE);
        let is_used = |place: usize| place == self.current || is_used(place);
        let unused = whole.into_iter().filter(|(_, place)| !is_used(*place));
        let unused: Vec<usize> = unused.take(over).map(|(_, place)| place).collect();
        unused.into_iter().for_each(|place| self.branches[place].history.fold());
    }

    /// Checks whether other actions fit at the instant that is shown; in the past they begin a
    /// branch.
    ///
    /// # Errors
    /// The limit that they would exceed.
    pub(crate) fn check_room(&self, actions: &[Action]) -> Result<(), Limit> {
        let (history, playback) = (self.history(), &self.playback);
        let forks = history.goes_on_after(playback);
        if forks {
            self.check_room_for_branch(playback.place().done)?;
        }
        if playback.place().done + actions.len() > history.limits.actions {
            return Err(Limit::Actions);
        }
        let timed = |action: &Action| Timed { when: playback.instant(), action: action.clone() };
        let bytes: usize = actions.iter().map(|action| timed(action).bytes()).sum();
        let done = if forks { history.bytes_until(playback.place().done) } else { history.bytes() };
        if HEAD_BYTES + done + bytes > history.limits.branch_bytes {
            return Err(Limit::BranchBytes);
        }
        let fork = if forks { HEAD_BYTES + done } else { 0 };
        self.check_bytes(fork + bytes)
    }

    /// Checks whether a branch can fork after the first `done` actions of the current one.
    ///
    /// # Errors
    /// The limit that it would exceed.
    pub(crate) fn check_room_for_branch(&self, done: usize) -> Result<(), Limit> {
        if self.branches.len() >= self.history().limits.branches {
            return Err(Limit::Branches);
        }
        self.check_bytes(HEAD_BYTES + self.history().bytes_until(done))
    }

    fn check_bytes(&self, more: usize) -> Result<(), Limit> {
        let branches = self.branches.iter();
        let bytes: usize = branches.map(|branch| HEAD_BYTES + branch.history.bytes()).sum();
        if bytes + more > self.history().limits.bytes {
            return Err(Limit::Bytes);
        }
        Ok(())
    }

    /// Checks whether time can pass after the instant that is shown.
    ///
    /// # Errors
    /// The limit that the branch has reached.
    pub(crate) fn check_time(&self) -> Result<(), Limit> {
        match self.history().stands_at(&self.playback) {
            Some(limit) => Err(limit),
            None => Ok(()),
        }
    }
}
