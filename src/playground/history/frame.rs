//! All that belongs to an instant of a run, and how something is done there or the next event happens.

use std::collections::VecDeque;

use crate::check::Run;
use crate::cluster::{Action, Founding, Handling, Journey, Refused, RequestId};
use crate::playground::history::event_index::Track;
use crate::playground::history::event_log::History;
use crate::playground::history::message_trace::{Touch, Weave};
use crate::playground::history::operation_history::Ledger;
use crate::recording::{Instant, Place};

/// How many of the visitor's requests are shown.
pub(crate) const JOURNEYS: usize = 5;

/// Work is counted in events. What somebody does is as much as one, and as much more as so many servers or
/// messages in flight are looked at for it.
const WORK_OF_SERVERS: u64 = 8;
const WORK_OF_FLIGHTS: u64 = 16;

/// Whether messages in flight may be gone once that is done.
fn takes_away(action: &Action) -> bool {
    matches!(action, Action::Mail { handling: Handling::Drop, .. })
}

/// All that belongs to an instant.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) run: Run,
    pub(crate) history: History,
    pub(crate) weave: Weave,
    pub(crate) ledger: Ledger,
    /// The visitor's latest requests that have ended, the newest first.
    pub(crate) ended: VecDeque<Journey>,
    /// How many of the tape's actions were done.
    pub(crate) done: usize,
    /// How much work it was to come here, as [`WORK_OF_SERVERS`] and [`WORK_OF_FLIGHTS`] count it.
    pub(crate) work: u64,
}

impl Scene {
    pub(crate) fn new(founding: Founding) -> Self {
        let run = Run::new(founding);
        let (history, ended) = (History::default(), VecDeque::new());
        let (weave, ledger) = (Weave::new(run.cluster()), Ledger::default());
        Self { run, history, weave, ledger, ended, done: 0, work: 0 }
    }

    /// Whether all that it remembers of the recent past has happened since an earlier scene.
    pub(crate) fn has_left_behind(&self, earlier: &Self) -> bool {
        self.history.has_left_behind(&earlier.history) && self.weave.has_left_behind(&earlier.weave)
    }

    /// How much work it was to come here, in events.
    pub(crate) fn work(&self) -> u64 {
        self.work
    }

    /// Where this scene belongs.
    pub(crate) fn instant(&self) -> Instant {
        Instant { events: self.run.cluster().events(), at: self.run.cluster().now() }
    }

    /// The same, and how many of the tape's actions were done by then.
    pub(crate) fn place(&self) -> Place {
        Place { instant: self.instant(), done: self.done }
    }

    /// Does something.
    pub(crate) fn act(&mut self, action: &Action) -> Result<Option<RequestId>, Refused> {
        let cluster = self.run.cluster();
        let in_flight = if takes_away(action) { Weave::flights(cluster) } else { Vec::new() };
        self.work += 1
            + cluster.servers().len() as u64 / WORK_OF_SERVERS
            + in_flight.len() as u64 / WORK_OF_FLIGHTS;
        let request = self.run.apply(action)?;
        self.weave.acted(self.run.cluster(), in_flight);
        self.ledger.happened(&self.run);
        Ok(request)
    }

    /// Lets the next event happen, which touches so much.
    pub(crate) fn step(&mut self, mut touch: Touch) {
        touch.look_closer(self.run.cluster());
        self.work += 1;
        self.run.step();
        self.weave.happened(self.run.cluster(), touch);
        self.ledger.happened(&self.run);
    }

    /// Writes down what has happened. Returns the requests that were asked by hand and have ended.
    pub(crate) fn take_notes(&mut self, mut track: Option<&mut Track>) -> Vec<Journey> {
        let place = self.place();
        for fact in self.run.cluster_mut().take_facts() {
            if let Some(track) = &mut track {
                track.note(place, &fact);
            }
            self.history.note(fact);
        }
        // Also what somebody does can break a property, as the restart of a server.
        let broken = self.run.violations().get(self.history.broken()..).unwrap_or_default();
        if let Some(track) = track.filter(|_| !broken.is_empty()) {
            track.violated(place);
        }
        for (at, violation) in broken {
            self.history.violated(*at, violation);
        }
        let finished = self.run.cluster_mut().take_finished();
        let own: Vec<Journey> = finished.filter(|journey| journey.client.is_by_hand()).collect();
        for journey in &own {
            self.ended.push_front(journey.clone());
        }
        self.ended.truncate(JOURNEYS);
        own
    }
}
