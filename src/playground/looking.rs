//! What a page sees of a playground: plain data, as of the instant that is shown.

use super::Playground;
use super::history::charts::Charts;
use super::history::message_trace::Spacetime;
use super::history::operation_history::{Operations, Version};
use super::projection::difference::{Pin, of_clusters, of_nodes};
use super::projection::rules::{self, RuleView};
use super::projection::{With, cluster, inspection, motion};
use super::view::{
    ClockView, ConsoleLine, MessageDetail, Motion, NodeDifference, NodeNumber, PinView, Sentence,
    Speed, Timeline, Verdict, View, micros,
};
use crate::cluster::{Action, ClusterConfig};
use crate::raft::NodeId;

impl Playground {
    /// What a run is called as long as nobody has named it.
    pub fn title(&self) -> String {
        let ClusterConfig { nodes, seed } = self.recording().cluster_config;
        format!("{nodes} {}, seed {seed}", if nodes == 1 { "node" } else { "nodes" })
    }

    /// All that a page shows, but for what moves.
    pub fn view(&self) -> View {
        let cluster = self.run().cluster();
        let run = &self.shown.run;
        View {
            branches: self.branch_views(),
            comparison: self.shown.comparison.as_ref().map(|comparison| comparison.view(run)),
            progress: self.progress(),
            clock: ClockView {
                now: self.now(),
                playing: self.playing,
                speed: self.speed,
                events: cluster.events(),
                end: self.end(),
                past: self.is_past(),
            },
            ..cluster::of_scene(&run.playback)
        }
    }

    /// What stands on the timeline of this story.
    pub fn timeline(&self) -> &Timeline {
        self.history().event_index.timeline()
    }

    /// What the judges say at this instant.
    pub fn verdicts(&self) -> Vec<Verdict> {
        cluster::verdicts(self.run())
    }

    /// What moves, at this instant.
    pub fn motion(&self) -> Motion {
        motion::motion(self.run().cluster(), self.passing())
    }

    /// How fast time passes, if it does.
    pub(super) fn passing(&self) -> Option<Speed> {
        self.playing.then_some(self.speed)
    }

    /// The recent past as a space-time diagram, at this instant.
    pub fn spacetime(&self) -> Spacetime {
        self.shown.run.playback.message_traces.spacetime(self.run().cluster())
    }

    /// The clients' operations of the recent past, at this instant, and an order that they could have had.
    pub fn operations(&self) -> Operations {
        self.shown.run.playback.operation_history.operations(self.run().cluster().now())
    }

    /// Of [`Playground::operations`].
    pub fn operations_version(&self) -> Version {
        (self.shown.run.playback.operation_history.count(), self.jumps, self.shown.run.id)
    }

    /// The sentences from number `from` on, as far as they are kept. The numbers only grow, even where
    /// another instant is shown.
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

    /// The words that could stand at the end of a console line.
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

    /// Others are to be compared with the instant that is shown.
    pub(super) fn set_pin(&mut self) {
        let cluster = self.run().cluster().clone();
        self.shown.pin = Some(Box::new(Pin { spot: self.spot(), cluster }));
    }

    /// The instant that others are compared with.
    pub fn pin(&self) -> Option<PinView> {
        let pin = self.shown.pin.as_ref()?;
        let story = self.shown.run.branches.get(pin.spot.branch)?.name.clone();
        let is_shown = pin.spot == self.spot();
        Some(PinView { spot: pin.spot, at: micros(pin.cluster.now()), story, is_shown })
    }

    /// How this server differs, or each: first as it is in the other, then as it is here and now. A server
    /// that is the same is left out.
    pub fn differences(&self, who: Option<NodeNumber>, with: With) -> Vec<NodeDifference> {
        let cluster = self.run().cluster();
        let is_meant = |difference: &NodeDifference| who.is_none_or(|who| difference.id == who);
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

    /// What happened in this branch, as charts.
    pub fn charts(&self) -> Charts {
        self.history().event_index.charts(self.end())
    }

    /// A message in flight, opened; `None` once it is gone.
    pub fn message(&self, id: u64) -> Option<MessageDetail> {
        inspection::message(self.run().cluster(), id)
    }

    /// The oldest messages in flight, at most so many, the oldest first; and how many there are.
    pub fn messages(&self, most: usize) -> (Vec<MessageDetail>, usize) {
        inspection::messages(self.run().cluster(), most)
    }

    /// What brings everything in the world that is broken or slow back to order.
    pub fn repairs(&self) -> Vec<Action> {
        inspection::repairs(self.run().cluster()).collect()
    }

    /// Whether anything in the world is broken or slow.
    pub fn is_broken(&self) -> bool {
        inspection::repairs(self.run().cluster()).next().is_some()
    }

    /// All rules, as they are at this instant.
    pub fn rules(&self) -> Vec<RuleView> {
        rules::rules(self.run().cluster())
    }
}
