//! Following a script line by line, as demonstrations do: an action is done or a condition awaited,
//! time passes, and playback pauses at the very event that fulfils it. So a script that is followed
//! at any speed plays exactly as it does without a page.
//!
//! Also returning to a position of a script, to repeat what was done there.

use super::history::branch::Destination;
use super::jobs::awaiting::{Awaited, What};
use super::jobs::seek::Arrival;
use super::view::Spot;
use super::{Playground, Problem};
use crate::cluster::{Action, RequestTrace};
use crate::script::Wait;
use crate::time::Time;

impl Playground {
    /// Performs an action; if it is a request, lets time pass until it has ended.
    ///
    /// # Errors
    /// Why it can't be performed.
    pub(super) fn ask(&mut self, action: &Action) -> Result<(), Problem> {
        let request = self.act(action)?;
        self.shown.awaited = None;
        if let Some(id) = request {
            self.begin_waiting(What::Answer(id));
        }
        Ok(())
    }

    /// Lets time pass until a condition is met. A span of time is not awaited: the user decides how
    /// long to wait.
    pub(super) fn wait_for(&mut self, wait: Wait) {
        self.shown.awaited = None;
        if !matches!(wait, Wait::For(_)) {
            self.begin_waiting(What::Wait(wait));
            self.look_for_awaited(&[]);
        }
    }

    fn begin_waiting(&mut self, what: What) {
        self.shown.awaited = Some(Awaited { what, since: self.run().cluster().now() });
        self.playing = true;
    }

    /// Pauses if the awaited condition is met; called after every event, with the requests that it
    /// ended.
    pub(super) fn look_for_awaited(&mut self, finished: &[RequestTrace]) {
        let Some(awaited) = &self.shown.awaited else { return };
        let last = self.console.last_answer();
        if awaited.has_come(&mut self.shown.run.playback.run, finished, last) {
            (self.shown.awaited, self.playing) = (None, false);
        }
    }

    /// When the present wait began.
    pub fn waits_since(&self) -> Option<Time> {
        self.shown.awaited.as_ref().map(|awaited| awaited.since)
    }

    /// What is still awaited, in words.
    pub fn what_is_missing(&mut self) -> Option<String> {
        let last = self.console.last_answer();
        self.shown.awaited.as_ref()?.what_is_missing(&mut self.shown.run.playback.run, last)
    }

    /// The position that is shown, to return to.
    pub fn spot(&self) -> Spot {
        self.shown.run.spot()
    }

    /// Returns to a position, and pauses there.
    ///
    /// # Errors
    /// [`Problem::NoBranch`] if the position is not of this run.
    pub(super) fn return_to(&mut self, spot: Spot) -> Result<(), Problem> {
        if spot.run != self.shown.run.id || spot.branch >= self.shown.run.branches.len() {
            return Err(Problem::NoBranch);
        }
        (self.shown.awaited, self.playing) = (None, false);
        self.set_out(spot.branch, Destination::RunPosition(spot.place), Arrival::Show)
    }
}
