//! What a page sees of a playground: plain data, as of the instant that is shown.

use super::history::charts::Charts;
use super::history::message_trace::Spacetime;
use super::history::operation_history::{Operations, Version};
use super::projection::difference::{Pin, of_clusters, of_nodes};
use super::projection::rules::{self, RuleView};
use super::projection::{With, cluster, inspection, motion};
use super::view::{
    ClockView, ConsoleLine, MessageDetail, Motion, NodeDifference, NodeNumber, PinView, Sentence,
    Speed, Timeline, Verdict, View,
};
use super::{Playground, Problem};
use crate::cluster::{Action, ClusterConfig};
use crate::raft::NodeId;

impl Playground {
    /// The default title of a run.
    pub fn title(&self) -> String {
        let ClusterConfig { nodes, seed } = self.recording().cluster_config;
        format!("{nodes} {}, seed {seed}", if nodes == 1 { "node" } else { "nodes" })
    }

    /// Everything that a page shows, except what moves.
    pub fn view(&self) -> View {
        let cluster = self.run().cluster();
        let run = &self.shown.run;
        View {
            branches: self.branch_views(),
            comparison: self.shown.comparison.as_ref().map(|comparison| comparison.view(run)),
            progress: self.progress(),
            script: self.script_progress(),
            clock: ClockView {
                now: self.now(),
                playing: self.playing,
                speed: self.speed,
                events: cluster.events(),
                end: self.end(),
                past: self.is_past(),
            },
            ..cluster::of_playback(&run.playback)
        }
    }

    /// The timeline of this branch.
    pub fn timeline(&self) -> &Timeline {
        self.history().event_index.timeline()
    }

    /// The judges' verdicts at this instant.
    pub fn verdicts(&self) -> Vec<Verdict> {
        cluster::verdicts(self.run())
    }

    /// What moves, at this instant.
    pub fn motion(&self) -> Motion {
        motion::motion(self.run().cluster(), self.passing())
    }

    /// The speed at which time passes, or `None` while paused.
    pub(super) fn passing(&self) -> Option<Speed> {
        self.playing.then_some(self.speed_now())
    }

    /// The recent past as a space-time diagram, at this instant.
    pub fn spacetime(&self) -> Spacetime {
        self.shown.run.playback.message_traces.spacetime(self.run().cluster())
    }

    /// The clients' operations of the recent past, at this instant, with a linearization.
    pub fn operations(&self) -> Operations {
        self.shown.run.playback.operation_history.operations(self.run().cluster().now())
    }

    /// Changes whenever [`Playground::operations`] does, apart from the time.
    pub fn operations_version(&self) -> Version {
        (self.shown.run.playback.operation_history.count(), self.jumps, self.shown.run.id)
    }

    /// The sentences of the event log from number `from` on, as far as they are kept. Numbers only
    /// grow, even when another instant is shown.
    pub fn sentences(&self, from: u64) -> impl DoubleEndedIterator<Item = Sentence> {
        let history = &self.shown.run.playback.event_log;
        let numbers = history.numbers();
        let first = from.saturating_sub(self.numbers).clamp(numbers.start, numbers.end);
        (first..numbers.end).filter_map(|number| history.sentence(number, self.numbers))
    }

    /// The lines of the console from number `from` on, as far as they are kept.
    pub fn console(&self, from: u64) -> impl DoubleEndedIterator<Item = &ConsoleLine> {
        self.console.lines(from)
    }

    /// The name for the next new server.
    pub fn next_node(&self) -> NodeId {
        self.run().cluster().next_node_id()
    }

    /// What is wrong with a console line or a script, if it can't be read.
    pub fn mistake_in(&self, text: &str) -> Option<Problem> {
        crate::script::parse_script(text).err().map(Problem::Mistake)
    }

    /// The words that can complete a console line.
    pub fn completions(&self, line: &str) -> Vec<String> {
        let cluster = self.run().cluster();
        let nodes: Vec<String> = cluster.servers().map(|server| server.id().to_string()).collect();
        let stores = cluster.servers().filter_map(crate::cluster::Server::store);
        let mut keys: Vec<String> =
            stores.flat_map(|store| store.entries().map(|(key, _)| key.to_string())).collect();
        keys.sort_unstable();
        keys.dedup();
        crate::script::complete(line, &nodes, &keys)
    }

    /// Pins the instant that is shown.
    pub(super) fn set_pin(&mut self) {
        let cluster = self.run().cluster().clone();
        self.shown.pin = Some(Box::new(Pin { spot: self.spot(), cluster }));
    }

    /// The pinned instant.
    pub fn pin(&self) -> Option<PinView> {
        let pin = self.shown.pin.as_ref()?;
        let branch = self.shown.run.branches.get(pin.spot.branch)?.name.clone();
        let is_shown = pin.spot == self.spot();
        Some(PinView { spot: pin.spot, at: pin.cluster.now(), branch, is_shown })
    }

    /// The differences of one server, or of each if `node` is `None`: the first value is the
    /// other's, the second the present one. Servers without differences are left out.
    pub fn differences(&self, node: Option<NodeNumber>, with: With) -> Vec<NodeDifference> {
        let cluster = self.run().cluster();
        let is_meant = |difference: &NodeDifference| node.is_none_or(|id| difference.id == id);
        let mut differences = match with {
            With::Pin => match &self.shown.pin {
                Some(pin) => of_clusters(&pin.cluster, cluster),
                None => Vec::new(),
            },
            With::Node(other) => of_nodes(cluster, other),
        };
        differences.retain(is_meant);
        differences
    }

    /// Charts of this branch.
    pub fn charts(&self) -> Charts {
        self.history().event_index.charts(self.end())
    }

    /// The details of a message in flight; `None` once it has arrived or is lost.
    pub fn message(&self, id: u64) -> Option<MessageDetail> {
        inspection::message(self.run().cluster(), id)
    }

    /// The oldest messages in flight, at most `most` and the oldest first, and the number of all.
    pub fn messages(&self, most: usize) -> (Vec<MessageDetail>, usize) {
        inspection::messages(self.run().cluster(), most)
    }

    /// The actions that repair everything broken or slow in the environment.
    pub fn repairs(&self) -> Vec<Action> {
        inspection::repairs(self.run().cluster()).collect()
    }

    /// Whether anything in the environment is broken or slow.
    pub fn is_broken(&self) -> bool {
        inspection::repairs(self.run().cluster()).next().is_some()
    }

    /// All rules, with their state at this instant.
    pub fn rules(&self) -> Vec<RuleView> {
        rules::rules(self.run().cluster())
    }
}
