//! Seeking: to an instant of a branch, or to where another branch begins.
//!
//! A seek is played in pieces, so that the page stays responsive. Until it is done, the page keeps
//! showing the current instant.

use crate::playground::history::branch::Destination;
use crate::playground::history::playback::Playback;
use crate::playground::history::run::ShownRun;
use crate::playground::jobs::STEPS;
use crate::playground::view::Landmark;

/// A seek in progress.
#[derive(Debug)]
pub(crate) struct Seek {
    /// The playback so far.
    playback: Playback,
    /// The number of events at which it began.
    began: u64,
    branch: usize,
    to: Destination,
    then: Arrival,
}

/// What to do on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    Show,
    /// Begin another branch there.
    Fork,
}

/// The result of a seek.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) playback: Playback,
    pub(crate) branch: usize,
    pub(crate) then: Arrival,
    /// The landmark that was searched for and not found.
    pub(crate) missing: Option<Landmark>,
}

impl Seek {
    /// Starts a seek to a destination on a branch.
    pub(crate) fn new(run: &ShownRun, branch: usize, to: Destination, then: Arrival) -> Self {
        let here = (branch == run.current).then_some(&run.playback);
        let playback = run.branches[branch].history.set_out(to, here);
        let began = playback.instant().events;
        Self { playback, began, branch, to, then }
    }

    /// Plays the next piece.
    ///
    /// # Errors
    /// The seek itself, if it has not arrived yet.
    pub(crate) fn go_on(mut self: Box<Self>, run: &mut ShownRun) -> Result<Arrived, Box<Self>> {
        let history = &mut run.branches[self.branch].history;
        if !history.approach(&mut self.playback, self.to, STEPS) {
            return Err(self);
        }
        let Self { playback, branch, to, then, .. } = *self;
        let missing = history.is_missing(to);
        Ok(Arrived { playback, branch, then, missing })
    }

    /// The progress, in percent.
    pub(crate) fn percent(&self, run: &ShownRun) -> u64 {
        let Self { playback, began, branch, to, .. } = self;
        let history = &run.branches[*branch].history;
        let target = history.kept_after(*to).unwrap_or(history.end()).events.max(began + 1);
        let gone = (playback.instant().events - began) * 100 / (target - began);
        gone.min(99)
    }
}
