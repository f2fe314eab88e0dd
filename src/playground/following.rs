//! Following a script line by line, as demonstrations do: something is done or waited for, time passes, and
//! at the very event with which it has come it stands still. So a script that is followed at any speed
//! goes exactly as it goes without a page.
//!
//! And coming back to a place of a script, to do again what was done there.

use super::history::branch::Destination;
use super::jobs::awaiting::{Awaited, What};
use super::jobs::seek::Arrival;
use super::view::Spot;
use super::{Playground, Problem};
use crate::cluster::{Action, RequestTrace};
use crate::script::Wait;

impl Playground {
    /// Does something; where it is a request, time passes until that has ended.
    pub(super) fn ask(&mut self, action: &Action) -> Result<(), Problem> {
        let request = self.act(action)?;
        self.shown.awaited = None;
        if let Some(id) = request {
            self.begin_waiting(What::Answer(id));
        }
        Ok(())
    }

    /// Lets time pass until that has come. How long a span of time is, is for the visitor to say: it is
    /// not waited for.
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

    /// Stands still if what is waited for has come; looks after every event. These requests have ended
    /// with it.
    pub(super) fn look_for_awaited(&mut self, finished: &[RequestTrace]) {
        let Some(awaited) = &self.shown.awaited else { return };
        let last = self.console.last_answer();
        if awaited.has_come(&mut self.shown.run.playback.run, finished, last) {
            (self.shown.awaited, self.playing) = (None, false);
        }
    }

    /// Since when something is waited for, in microseconds of cluster time.
    pub fn waits_since(&self) -> Option<u64> {
        self.shown.awaited.as_ref().map(|awaited| awaited.since.as_micros())
    }

    /// What is waited for and is not there, in words.
    pub fn what_is_missing(&mut self) -> Option<String> {
        let last = self.console.last_answer();
        self.shown.awaited.as_ref()?.what_is_missing(&mut self.shown.run.playback.run, last)
    }

    /// The place that is shown, to come back to.
    pub fn spot(&self) -> Spot {
        self.shown.run.spot()
    }

    /// Comes back to a place, and stands still there.
    pub(super) fn return_to(&mut self, spot: Spot) -> Result<(), Problem> {
        if spot.run != self.shown.run.id || spot.branch >= self.shown.run.branches.len() {
            return Err(Problem::NoBranch);
        }
        (self.shown.awaited, self.playing) = (None, false);
        self.set_out(spot.branch, Destination::RunPosition(spot.place), Arrival::Show)
    }
}
