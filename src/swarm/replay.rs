//! Plays a run by the times of its actions, with any number of events between them: what the same
//! actions do under another rule, size or seed.

use crate::check::Run;
use crate::cluster::{Action, ClusterConfig};
use crate::recording::{Instant, Timed};
use crate::time::Time;

/// A run that is being played.
#[derive(Debug)]
pub struct Replay {
    run: Run,
    actions: Vec<Timed>,
}

impl Replay {
    /// A new cluster.
    pub fn new(cluster_config: ClusterConfig) -> Self {
        Self { run: Run::new(cluster_config), actions: Vec::new() }
    }

    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The present instant.
    pub fn instant(&self) -> Instant {
        Instant { events: self.run.cluster().events(), at: self.run.cluster().now() }
    }

    /// Handles all events up to a time, as long as `goes_on` holds. Returns whether it still does.
    pub fn pass(&mut self, until: Time, goes_on: impl Fn(&Run) -> bool) -> bool {
        while goes_on(&self.run) {
            if self.run.cluster_mut().next_time().is_none_or(|next| next > until) {
                return true;
            }
            self.run.step();
            self.run.cluster_mut().take_facts();
            self.run.cluster_mut().take_finished();
        }
        false
    }

    /// Performs an action at this time, up to which all events were handled. A refused action is
    /// skipped.
    pub fn act(&mut self, at: Time, action: &Action) {
        self.run.cluster_mut().rest_until(at);
        let when = self.instant();
        if self.run.apply(action).is_ok() {
            self.actions.push(Timed { when, action: action.clone() });
        }
    }

    /// The actions that were performed.
    pub fn into_actions(self) -> Vec<Timed> {
        self.actions
    }
}
