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
use crate::script::{Command, Condition, Wait};
use crate::time::{Duration, Time};

/// How long is waited, in cluster time, before it is said that the awaited may never come, unless the wait has a
/// limit of its own.
const PATIENCE: Duration = Duration::from_secs(5);

impl Playground {
    /// Does a command of a script. If it is a request or a wait, lets time pass until its end. What
    /// is expected is waited for, since the user may have changed something and can still make it
    /// true.
    ///
    /// # Errors
    /// Why it can't be done.
    pub(super) fn follow(&mut self, command: Command) -> Result<(), Problem> {
        match command {
            Command::Act { action, background: true } => self.act(&action).map(drop),
            Command::Act { action, background: false } => self.ask(&action),
            Command::Together(actions) => self.act_all(&actions),
            Command::Wait(Wait::Until { condition, at_most }) => {
                self.wait_for(condition, at_most);
                Ok(())
            }
            Command::Expect(expect) => {
                self.wait_for(Condition::Met(expect), None);
                Ok(())
            }
            Command::Unresolved(unresolved) => {
                let command = unresolved.resolve(self.run().cluster()).map_err(Problem::Nobody)?;
                self.follow(command)
            }
            Command::Why(question) => {
                self.ask_why(question, false);
                Ok(())
            }
            // No step of a lesson has one of these.
            Command::Wait(Wait::For(_))
            | Command::Repeat(_)
            | Command::Cluster(_)
            | Command::At { .. }
            | Command::Curl(_)
            | Command::Help => Ok(()),
        }
    }

    fn ask(&mut self, action: &Action) -> Result<(), Problem> {
        let request = self.act(action)?;
        self.shown.awaited = None;
        if let Some(id) = request {
            self.begin_waiting(What::Answer(id), None);
        }
        Ok(())
    }

    fn wait_for(&mut self, condition: Condition, at_most: Option<Duration>) {
        self.begin_waiting(What::Met(condition), at_most);
        self.look_for_awaited(&[]);
    }

    fn begin_waiting(&mut self, what: What, at_most: Option<Duration>) {
        let since = self.run().cluster().now();
        self.shown.awaited = Some(Awaited { what, since, at_most });
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

    /// Whether the present wait has lasted so long that the awaited may never come.
    pub fn waits_too_long(&self) -> bool {
        let now = self.run().cluster().now();
        let is_late = |awaited: &Awaited| now > awaited.since + awaited.at_most.unwrap_or(PATIENCE);
        self.shown.awaited.as_ref().is_some_and(is_late)
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
