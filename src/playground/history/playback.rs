//! Everything that belongs to an instant of a run, and how an action or the next event is carried
//! out there.

use std::collections::VecDeque;

use crate::check::Run;
use crate::cluster::{Action, ClusterConfig, Handling, Refused, RequestId, RequestTrace};
use crate::playground::history::event_index::EventIndex;
use crate::playground::history::event_log::EventLog;
use crate::playground::history::message_trace::{MessageTraces, Touch};
use crate::playground::history::operation_history::OperationHistory;
use crate::recording::{Instant, RunPosition};

/// The number of requests made by hand that are shown.
pub(crate) const MAX_REQUEST_TRACES: usize = 5;

/// Work is counted in events. An action counts as one event, plus one for this many servers and one
/// for this many inspected messages in flight.
const WORK_OF_SERVERS: u64 = 8;
const WORK_OF_FLIGHTS: u64 = 16;

/// Whether an action may drop messages in flight.
fn takes_away(action: &Action) -> bool {
    matches!(action, Action::Mail { handling: Handling::Drop, .. })
}

/// Everything that belongs to an instant.
#[derive(Clone, Debug)]
pub(crate) struct Playback {
    pub(crate) run: Run,
    pub(crate) event_log: EventLog,
    pub(crate) message_traces: MessageTraces,
    pub(crate) operation_history: OperationHistory,
    /// The latest ended requests made by hand, the newest first.
    pub(crate) ended: VecDeque<RequestTrace>,
    /// The number of the branch's actions that were done.
    pub(crate) done: usize,
    /// The work to get here, in events; see [`WORK_OF_SERVERS`] and [`WORK_OF_FLIGHTS`].
    pub(crate) work: u64,
}

impl Playback {
    pub(crate) fn new(cluster_config: ClusterConfig) -> Self {
        let run = Run::new(cluster_config);
        let (event_log, ended) = (EventLog::default(), VecDeque::new());
        let (message_traces, operation_history) =
            (MessageTraces::new(run.cluster()), OperationHistory::default());
        Self { run, event_log, message_traces, operation_history, ended, done: 0, work: 0 }
    }

    /// Whether everything remembered of the recent past happened after an earlier playback.
    pub(crate) fn has_left_behind(&self, earlier: &Self) -> bool {
        self.event_log.has_left_behind(&earlier.event_log)
            && self.message_traces.has_left_behind(&earlier.message_traces)
    }

    /// The work to get here, in events.
    pub(crate) fn work(&self) -> u64 {
        self.work
    }

    pub(crate) fn instant(&self) -> Instant {
        Instant { events: self.run.cluster().events(), at: self.run.cluster().now() }
    }

    /// The instant, and the number of the branch's actions that were done by then.
    pub(crate) fn place(&self) -> RunPosition {
        RunPosition { instant: self.instant(), done: self.done }
    }

    /// Performs an action.
    ///
    /// # Errors
    /// Why the cluster refuses the action; then nothing has changed in it.
    pub(crate) fn act(&mut self, action: &Action) -> Result<Option<RequestId>, Refused> {
        let cluster = self.run.cluster();
        let in_flight =
            if takes_away(action) { MessageTraces::flights(cluster) } else { Vec::new() };
        self.work += 1
            + cluster.servers().len() as u64 / WORK_OF_SERVERS
            + in_flight.len() as u64 / WORK_OF_FLIGHTS;
        let request = self.run.apply(action)?;
        self.message_traces.acted(self.run.cluster(), in_flight);
        self.operation_history.happened(&self.run);
        Ok(request)
    }

    /// Handles the next event, which touches `touch`.
    pub(crate) fn step(&mut self, mut touch: Touch) {
        touch.look_closer(self.run.cluster());
        self.work += 1;
        self.run.step();
        self.message_traces.happened(self.run.cluster(), touch);
        self.operation_history.happened(&self.run);
    }

    /// Collects what has happened since the last call. Returns the ended requests that were made by
    /// hand.
    pub(crate) fn take_notes(
        &mut self,
        mut event_index: Option<&mut EventIndex>,
    ) -> Vec<RequestTrace> {
        let place = self.place();
        for fact in self.run.cluster_mut().take_facts() {
            if let Some(event_index) = &mut event_index {
                event_index.note(place, &fact);
            }
            self.event_log.note(fact);
        }
        // An action can break a property too, such as the restart of a server.
        let broken = self.run.violations().get(self.event_log.broken()..).unwrap_or_default();
        if let Some(event_index) = event_index.filter(|_| !broken.is_empty()) {
            event_index.violated(place);
        }
        for (at, violation) in broken {
            self.event_log.violated(*at, violation);
        }
        let finished = self.run.cluster_mut().take_finished();
        let own: Vec<RequestTrace> =
            finished.filter(|request_trace| request_trace.client.is_by_hand()).collect();
        for request_trace in &own {
            self.ended.push_front(request_trace.clone());
        }
        self.ended.truncate(MAX_REQUEST_TRACES);
        own
    }
}
