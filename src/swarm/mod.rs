//! Swarm testing: random clusters under random faults, to find a run that the judges reject.
//!
//! Everything about a run follows from its seed: the size, the workload, the network, the kinds of
//! faults and their times. A run has only some of the kinds, since one fault can hide what another
//! would show (Groce et al., "Swarm Testing", 2012). In some runs every new leader is attacked.
//! After the faults follows a quiet period in which nearly everything is repaired: then a leader
//! must be elected within a bounded time, and all stores must agree.

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

/// The random stream of the swarm; the cluster uses others of the same seed.
const STREAM: u64 = 3;

/// The maximum number of servers at the beginning.
pub const MOST_NODES: u32 = 7;

/// The duration of the faults.
const TURBULENT: Duration = Duration::from_secs(8);

/// After the repair a server may still stop for this long, because of an earlier failed fsync.
const LAST_STOPS: Duration = Duration::from_millis(500);

/// How long the repaired cluster has to elect a leader and to agree.
const QUIET: Duration = Duration::from_secs(10);

/// The shorter quiet period of a search that is not about liveness: consequences of the faults may
/// end.
const SETTLING: Duration = Duration::from_secs(2);

/// The parameters of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The rules that are switched away from their defaults.
    pub switched: Vec<Rule>,
    /// The property that is searched for; `None` for any.
    pub wanted: Option<Property>,
    /// The maximum number of servers at the beginning, at least 3.
    pub most_nodes: u32,
    /// The kinds of faults that may be injected.
    pub faults: Vec<FaultKind>,
}

impl Default for Search {
    /// All rules on, any property, 3 to 7 servers, all faults.
    fn default() -> Self {
        let faults = FaultKind::ALL.to_vec();
        Self { switched: Vec::new(), wanted: None, most_nodes: MOST_NODES, faults }
    }
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub seed: u64,
    pub events: u64,
    /// The duration in cluster time.
    pub lasted: Duration,
    /// The cluster's digest at the end.
    pub digest: Digest,
    /// What is wrong with the run, if anything.
    pub finding: Option<Finding>,
}

/// What is wrong with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A property broke.
    Broken(Time, Violation),
    /// After the repair the servers did not agree in time.
    Stuck,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(at, violation) => write!(f, "at {at}: {violation}"),
            Self::Stuck => write!(f, "repaired and left alone for {QUIET}, the nodes do not agree"),
        }
    }
}

impl Search {
    /// A search for the property that can break without this rule (with it, if it is not a rule of
    /// Raft).
    pub fn for_rule(rule: Rule) -> Self {
        let wanted = Property::named(rule.about().falls);
        let faults = Self::usual_faults(&[rule]);
        Self { switched: vec![rule], wanted, faults, ..Self::default() }
    }

    /// The default kinds of faults: all, but with switched rules only the original ones, so that
    /// seeds known to find something remain valid.
    pub fn usual_faults(switched: &[Rule]) -> Vec<FaultKind> {
        if switched.is_empty() { FaultKind::ALL.to_vec() } else { FaultKind::first() }
    }

    /// Runs the cluster of a seed.
    pub fn run(&self, seed: u64) -> Report {
        self.record(seed).0
    }

    /// Runs the cluster of a seed, and returns its actions too.
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

    /// Repairs everything except a fault that a cluster must tolerate forever, and waits until all
    /// servers agree.
    fn quiet(
        &self,
        world: &mut World,
        scenario: &Scenario,
        later: &Later,
        rng: &mut Rng,
    ) -> Option<Finding> {
        let deaf = scenario.repair(world, later, rng);
        // A server that was paused or busy while its disk failed learns of that only now, and
        // stops.
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
        // A server that is far behind may need longer, as long as it makes progress.
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

/// A run and its actions.
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

    /// Performs an action if the cluster accepts it: random actions may make no sense.
    fn attempt(&mut self, action: Action) {
        let cluster = self.run.cluster();
        let when = Instant { events: cluster.events(), at: cluster.now() };
        if self.run.apply(&action).is_ok() {
            self.recording.actions.push(Timed { when, action });
        }
    }

    /// Restarts each server that is down.
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

/// The lowest index that a voter has applied up to.
fn least_applied(cluster: &Cluster, deaf: Option<NodeId>) -> Option<Index> {
    let nodes = voters(cluster, deaf).filter_map(Server::node);
    nodes.map(Node::last_applied).min().flatten()
}

/// The servers that have to agree.
fn voters(cluster: &Cluster, deaf: Option<NodeId>) -> impl Iterator<Item = &Server> {
    let members = cluster.members();
    cluster
        .servers()
        .filter(move |server| members.is_voter(server.id()) && Some(server.id()) != deaf)
}
