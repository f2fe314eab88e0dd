//! Following a script line by line, as demonstrations do: something is done or waited for, time passes, and
//! at the very event with which it has come it stands still. So a script that is followed at any speed
//! goes exactly as it goes without a page.
//!
//! And coming back to a place of a script, to do again what was done there.

use super::shown::RunId;
use super::tape::Destination;
use super::travel::Arrival;
use super::{Playground, Problem};
use crate::cluster::{Action, Journey, RequestId};
use crate::recording::Place;
use crate::script::Wait;
use crate::time::Time;

/// Something that is waited for, and since when.
#[derive(Debug)]
pub(super) struct Awaited {
    what: What,
    since: Time,
}

#[derive(Debug)]
enum What {
    Answer(RequestId),
    Wait(Wait),
}

/// A place in the stories to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The run that has it; in another it says nothing.
    pub(super) run: RunId,
    pub(super) branch: usize,
    pub(super) place: Place,
}

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
    pub(super) fn look_for_awaited(&mut self, finished: &[Journey]) {
        let has_come = match &self.shown.awaited {
            None => return,
            Some(Awaited { what: What::Answer(id), .. }) => {
                finished.iter().any(|journey| journey.id == *id)
            }
            Some(Awaited { what: What::Wait(wait), .. }) => {
                wait.has_come(&mut self.shown.scene.run, self.console.last_answer())
            }
        };
        if has_come {
            (self.shown.awaited, self.playing) = (None, false);
        }
    }

    /// Since when something is waited for, in microseconds of cluster time.
    pub fn waits_since(&self) -> Option<u64> {
        self.shown.awaited.as_ref().map(|awaited| awaited.since.as_micros())
    }

    /// What is waited for and is not there, in words.
    pub fn what_is_missing(&mut self) -> Option<String> {
        Some(match &self.shown.awaited.as_ref()?.what {
            What::Answer(_) => "an answer".to_string(),
            What::Wait(Wait::Until(expect)) => {
                let unmet = expect.check(&mut self.shown.scene.run, self.console.last_answer());
                unmet.err()?.to_string()
            }
            What::Wait(wait) => wait.to_string(),
        })
    }

    /// The place that is shown, to come back to.
    pub fn spot(&self) -> Spot {
        Spot { run: self.shown.id, branch: self.shown.current, place: self.shown.scene.place() }
    }

    /// Comes back to a place, and stands still there.
    pub(super) fn return_to(&mut self, spot: Spot) -> Result<(), Problem> {
        if spot.run != self.shown.id || spot.branch >= self.shown.branches.len() {
            return Err(Problem::NoBranch);
        }
        (self.shown.awaited, self.playing) = (None, false);
        self.set_out(spot.branch, Destination::Place(spot.place), Arrival::Show)
    }
}
