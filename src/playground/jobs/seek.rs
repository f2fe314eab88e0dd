//! Going through time: to an instant of a branch, or to where another branch begins.
//!
//! A way is gone in pieces, so that the page never stands still. Until it is gone all stays as it is.

use crate::playground::history::branch::Destination;
use crate::playground::history::playback::Playback;
use crate::playground::history::run::ShownRun;
use crate::playground::jobs::STEPS;
use crate::playground::view::Landmark;

/// A way that is being gone.
#[derive(Debug)]
pub(crate) struct Seek {
    /// How far it has been gone.
    playback: Playback,
    /// After how many events it began.
    began: u64,
    branch: usize,
    to: Destination,
    then: Arrival,
}

/// What is done at the end of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    Show,
    /// Another branch begins there.
    Fork,
}

/// The end of a way.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) playback: Playback,
    pub(crate) branch: usize,
    pub(crate) then: Arrival,
    /// What was looked for on the way and did not come.
    pub(crate) missing: Option<Landmark>,
}

impl Seek {
    /// Sets out to a destination on a branch.
    pub(crate) fn new(run: &ShownRun, branch: usize, to: Destination, then: Arrival) -> Self {
        let here = (branch == run.current).then_some(&run.playback);
        let playback = run.branches[branch].history.set_out(to, here);
        let began = playback.instant().events;
        Self { playback, began, branch, to, then }
    }

    /// Goes the next piece of the way: to its end, or not yet.
    pub(crate) fn go_on(mut self: Box<Self>, run: &mut ShownRun) -> Result<Arrived, Box<Self>> {
        let history = &mut run.branches[self.branch].history;
        if !history.approach(&mut self.playback, self.to, STEPS) {
            return Err(self);
        }
        let Self { playback, branch, to, then, .. } = *self;
        let missing = history.is_missing(to);
        Ok(Arrived { playback, branch, then, missing })
    }

    /// How much of it is gone, in percent.
    pub(crate) fn percent(&self, run: &ShownRun) -> u64 {
        let Self { playback, began, branch, to, .. } = self;
        let history = &run.branches[*branch].history;
        let target = history.kept_after(*to).unwrap_or(history.end()).events.max(began + 1);
        let gone = (playback.instant().events - began) * 100 / (target - began);
        gone.min(99)
    }
}
