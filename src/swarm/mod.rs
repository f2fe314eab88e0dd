//! Random clusters under random faults: the search for a run that the judges reject.
//!
//! Everything about a run follows from its seed: the size, the workload, the network, which kinds of
//! faults there are and when they come. A run has only some of the kinds, since a fault can hide what
//! another would show (Groce et al., "Swarm Testing", 2012); in some runs the faults hunt whoever leads.
//! After the faults comes a quiet period in which nearly all is mended: then a leader must be found
//! within a bounded time, and all stores must agree.

mod replay;
mod scenario;
mod shrink;
mod simpler;

pub use replay::Replay;
pub use shrink::{Effort, Shrunk, Size, shrink};

use crate::check::{Property, Run, Violation};
use crate::cluster::{Action, Cluster, ClusterConfig, FaultKind, Server, Status};
use crate::digest::Digest;
use crate::raft::{Index, Node, NodeId, Rule};
use crate::recording::{Instant, Recording, Timed};
use crate::rng::Rng;
use crate::swarm::scenario::{Later, Scenario};
use crate::time::{Duration, Time};

/// The stream of a seed's randomness that belongs to the swarm; the cluster uses others.
const STREAM: u64 = 3;

/// The most servers that a cluster of the swarm begins with.
pub const MOST_NODES: u32 = 7;

/// How long faults come.
const TURBULENT: Duration = Duration::from_secs(8);

/// How long after the mending a server may still stop: for an fsync that failed before.
const LAST_STOPS: Duration = Duration::from_millis(500);

/// How long the mended cluster has to find a leader and to agree.
const QUIET: Duration = Duration::from_secs(10);

/// How long it is watched where nothing but its safety is in question: what the faults began may end.
const SETTLING: Duration = Duration::from_secs(2);

/// What is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The rules that are switched away from Raft.
    pub switched: Vec<Rule>,
    /// The property that is to break; `None` for any.
    pub wanted: Option<Property>,
    /// The most servers that a cluster begins with, 3 at least.
    pub most_nodes: u32,
    /// The kinds of faults that may come.
    pub faults: Vec<FaultKind>,
}

impl Default for Search {
    /// All rules on, any property, 3 to 7 servers, all faults.
    fn default() -> Self {
        let faults = FaultKind::ALL.to_vec();
        Self { switched: Vec::new(), wanted: None, most_nodes: MOST_NODES, faults }
    }
}

/// What a run of the swarm came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub seed: u64,
    pub events: u64,
    /// How much cluster time it took.
    pub lasted: Duration,
    /// The cluster's digest at its end.
    pub digest: Digest,
    /// What is wrong with it, if anything is.
    pub finding: Option<Finding>,
}

/// What is wrong with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A property broke.
    Broken(Time, Violation),
    /// Mended and left alone, it did not come to agree.
    Stuck,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(at, violation) => write!(f, "at {at}: {violation}"),
            Self::Stuck => write!(f, "mended and left alone for {QUIET}, the nodes do not agree"),
        }
    }
}

impl Search {
    /// A search for the property that is said to fall without this rule (with it, where it is no rule of
    /// Raft).
    pub fn for_rule(rule: Rule) -> Self {
        let wanted = Property::named(rule.about().falls);
        let faults = Self::usual_faults(&[rule]);
        Self { switched: vec![rule], wanted, faults, ..Self::default() }
    }

    /// The kinds of faults of a search that is not told which: all, but where rules are switched only the first
    /// ones, so that the seeds at which it is known to find something stay those.
    pub fn usual_faults(switched: &[Rule]) -> Vec<FaultKind> {
        if switched.is_empty() { FaultKind::ALL.to_vec() } else { FaultKind::first() }
    }

    /// Runs the cluster of a seed.
    pub fn run(&self, seed: u64) -> Report {
        self.record(seed).0
    }

    /// The same, and all that was done in it.
    pub fn record(&self, seed: u64) -> (Report, Recording) {
        let mut rng = Rng::new(seed, STREAM);
        let scenario = Scenario::new(self, &mut rng);
        let mut later = Later::new(self, seed);
        let mut world = World::new(ClusterConfig { nodes: scenario.nodes, seed });
        for rule in &self.switched {
            world.attempt(Action::Rule { rule: *rule, on: !rule.on_by_default() });
        }
        let finding = self
            .turbulence(&mut world, &scenario, &mut later, &mut rng)
            .or_else(|| self.quiet(&mut world, &scenario, &later, &mut rng))
            .or_else(|| {
                world.run.audit();
                self.found(&world.run)
            });
        let cluster = world.run.cluster();
        let lasted = cluster.now().since(Time::ZERO);
        let (events, digest) = (cluster.events(), cluster.digest());
        (Report { seed, events, lasted, digest, finding }, world.recording)
    }

    fn turbulence(
        &self,
        world: &mut World,
        scenario: &Scenario,
        later: &mut Later,
        rng: &mut Rng,
    ) -> Option<Finding> {
        for action in scenario.beginning(world.run.cluster(), rng) {
            world.attempt(action);
        }
        let end = world.run.cluster().now() + TURBULENT;
        while world.run.cluster().now() < end {
            let pace = if rng.range(0..=4) == 0 { Duration::from_secs(1) } else { scenario.pace };
            let pause = Duration::from_micros(rng.range(1_000..=pace.as_micros()));
            if let Some(found) = self.pass(&mut world.run, pause, scenario.mix.hunts) {
                return Some(found);
            }
            for action in scenario.mix.draw(world.run.cluster(), rng).into_iter().flatten() {
                world.attempt(action);
            }
            if let Some(action) = later.draw(world.run.cluster()) {
                world.attempt(action);
            }
        }
        None
    }

    /// Mends everything but what a cluster must bear for ever, and waits for all to agree.
    fn quiet(
        &self,
        world: &mut World,
        scenario: &Scenario,
        later: &Later,
        rng: &mut Rng,
    ) -> Option<Finding> {
        let deaf = scenario.mend(world, later, rng);
        // A server that was paused or busy while its disk failed hears of that only now, and stops.
        if let Some(found) = self.pass(&mut world.run, LAST_STOPS, false) {
            return Some(found);
        }
        world.restart_all();
        let is_about_progress = self.wanted.is_none_or(|wanted| wanted == Property::Liveness);
        let quiet = if is_about_progress { QUIET } else { SETTLING };
        let rest = Duration::from_micros(quiet.as_micros() - LAST_STOPS.as_micros());
        if let Some(found) = self.pass(&mut world.run, rest, false) {
            return Some(found);
        }
        if self.wanted.is_some() {
            return None;
        }
        // Who is far behind may need longer, as long as it comes nearer.
        while !agrees(world.run.cluster(), deaf) {
            let before = least_applied(world.run.cluster(), deaf);
            if let Some(found) = self.pass(&mut world.run, QUIET, false) {
                return Some(found);
            }
            if least_applied(world.run.cluster(), deaf) <= before {
                return Some(Finding::Stuck);
            }
        }
        None
    }

    /// Lets time pass; with `hunts` only until there is a new leader.
    fn pass(&self, run: &mut Run, span: Duration, hunts: bool) -> Option<Finding> {
        let until = run.cluster().now() + span;
        let before = run.cluster().leader();
        while run.cluster_mut().next_time().is_some_and(|next| next <= until) {
            run.step();
            run.cluster_mut().take_facts();
            run.cluster_mut().take_finished();
            if run.violation().is_some()
                && let Some(found) = self.found(run)
            {
                return Some(found);
            }
            if hunts && run.cluster().leader().is_some_and(|leader| Some(leader) != before) {
                return None;
            }
        }
        run.cluster_mut().rest_until(until);
        None
    }

    fn found(&self, run: &Run) -> Option<Finding> {
        let broken = match self.wanted {
            Some(property) => run.violation_of(property),
            None => run.violation(),
        };
        broken.map(|(at, violation)| Finding::Broken(*at, *violation))
    }
}

/// A run, and what was done in it.
struct World {
    run: Run,
    recording: Recording,
}

impl World {
    fn new(cluster_config: ClusterConfig) -> Self {
        Self {
            run: Run::new(cluster_config),
            recording: Recording { cluster_config, actions: Vec::new() },
        }
    }

    /// Actions that the cluster refuses are no mistake here: chance does not know what makes sense.
    fn attempt(&mut self, action: Action) {
        let cluster = self.run.cluster();
        let when = Instant { events: cluster.events(), at: cluster.now() };
        if self.run.apply(&action).is_ok() {
            self.recording.actions.push(Timed { when, action });
        }
    }

    /// Starts each server that is down.
    fn restart_all(&mut self) {
        let is_down = |server: &&Server| server.status() == Status::Down;
        let down: Vec<_> = self.run.cluster().servers().filter(is_down).map(Server::id).collect();
        down.into_iter().for_each(|node| self.attempt(Action::Restart(node)));
    }
}

/// Whether there is a leader and all voters have the same store.
fn agrees(cluster: &Cluster, deaf: Option<NodeId>) -> bool {
    let stores = voters(cluster, deaf).filter_map(Server::store).map(|store| store.digest());
    let stores: std::collections::BTreeSet<_> = stores.collect();
    cluster.leader().is_some() && stores.len() == 1
}

/// How far the voter has come that is behind all others.
fn least_applied(cluster: &Cluster, deaf: Option<NodeId>) -> Option<Index> {
    let nodes = voters(cluster, deaf).filter_map(Server::node);
    nodes.map(Node::last_applied).min().flatten()
}

/// The servers that are to agree.
fn voters(cluster: &Cluster, deaf: Option<NodeId>) -> impl Iterator<Item = &Server> {
    let members = cluster.members();
    cluster
        .servers()
        .filter(move |server| members.is_voter(server.id()) && Some(server.id()) != deaf)
}
