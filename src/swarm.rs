//! Random clusters under random faults: the search for a run that the judges reject.
//!
//! Everything about a run follows from its seed: the size, the workload, the network, which kinds of
//! faults there are and when they come. A run has only some of the kinds, since a fault can hide what
//! another would show (Groce et al., "Swarm Testing", 2012); in some runs the faults hunt whoever leads.
//! After the faults comes a quiet period in which nearly all is mended: then a leader must be found
//! within a bounded time, and all stores must agree.

use crate::check::{Property, Run, Violation};
use crate::cluster::{
    Action, Cluster, Consistency, FaultKind, FaultMix, Founding, LinkChange, Server, Status,
    Timing, Workload, drift,
};
use crate::digest::Digest;
use crate::raft::{NodeId, Rule};
use crate::rng::{Chance, Rng};
use crate::time::{Duration, Time};

/// The stream of a seed's randomness that belongs to the swarm; the cluster uses others.
const STREAM: u64 = 3;

/// How long faults come.
const TURBULENT: Duration = Duration::from_secs(8);

/// How long the mended cluster has to find a leader and to agree.
const QUIET: Duration = Duration::from_secs(10);

/// What is searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The rules that are switched away from Raft.
    pub switched: Vec<Rule>,
    /// The property that is to break; `None` for any.
    pub wanted: Option<Property>,
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
        Self { switched: vec![rule], wanted: Property::named(rule.about().falls) }
    }

    /// Runs the cluster of a seed.
    pub fn run(&self, seed: u64) -> Report {
        self.run_out(seed).0
    }

    /// The same, and the run as it ended.
    pub fn run_out(&self, seed: u64) -> (Report, Run) {
        let mut rng = Rng::new(seed, STREAM);
        let weather = Weather::new(&mut rng);
        let mut run = Run::new(Founding { nodes: weather.nodes, seed });
        for rule in &self.switched {
            try_action(&mut run, &Action::Rule { rule: *rule, on: !rule.on_by_default() });
        }
        let finding = self
            .turbulence(&mut run, &weather, &mut rng)
            .or_else(|| self.quiet(&mut run, &weather, &mut rng))
            .or_else(|| {
                run.audit();
                self.found(&run)
            });
        let cluster = run.cluster();
        let lasted = cluster.now().since(Time::ZERO);
        let (events, digest) = (cluster.events(), cluster.digest());
        (Report { seed, events, lasted, digest, finding }, run)
    }

    fn turbulence(&self, run: &mut Run, weather: &Weather, rng: &mut Rng) -> Option<Finding> {
        for action in weather.beginning(run.cluster(), rng) {
            try_action(run, &action);
        }
        let end = run.cluster().now() + TURBULENT;
        while run.cluster().now() < end {
            let pace = if rng.range(0..=4) == 0 { Duration::from_secs(1) } else { weather.pace };
            let pause = Duration::from_micros(rng.range(1_000..=pace.as_micros()));
            if let Some(found) = self.pass(run, pause, weather.mix.hunts) {
                return Some(found);
            }
            for action in weather.mix.draw(run.cluster(), rng).into_iter().flatten() {
                try_action(run, &action);
            }
        }
        None
    }

    /// Mends everything but what a cluster must bear for ever, and waits for all to agree.
    fn quiet(&self, run: &mut Run, weather: &Weather, rng: &mut Rng) -> Option<Finding> {
        let deaf = weather.mend(run, rng);
        if let Some(found) = self.pass(run, QUIET, false) {
            return Some(found);
        }
        let stuck = self.wanted.is_none() && !agrees(run.cluster(), deaf);
        stuck.then_some(Finding::Stuck)
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

/// What a run is like.
struct Weather {
    nodes: u32,
    mix: FaultMix,
    /// The longest pause between two faults.
    pace: Duration,
    /// Messages take exactly this long, each.
    steady: Option<Duration>,
}

impl Weather {
    fn new(rng: &mut Rng) -> Self {
        let kinds: Vec<FaultKind> =
            FaultKind::ALL.into_iter().filter(|_| rng.range(0..=1) == 0).collect();
        let hunts = rng.range(0..=2) == 0;
        let nodes = u32::try_from(rng.range(1..=7)).unwrap_or(5).max(3);
        // Of an even number, two majorities need to share only one server.
        let even = hunts && kinds.contains(&FaultKind::Membership) && rng.range(0..=1) == 0;
        let nodes = if even { 4 } else { nodes };
        let pace = Duration::from_millis(if hunts { 120 } else { 50 << rng.range(0..=3) });
        let steady = Duration::from_millis(rng.range(1..=15));
        let mix = FaultMix { kinds, hunts };
        Self { nodes, mix, pace, steady: (rng.range(0..=5) == 0).then_some(steady) }
    }

    /// The network, the timing, the clients.
    fn beginning(&self, cluster: &Cluster, rng: &mut Rng) -> Vec<Action> {
        // In a fast network the moments at which servers act come close to each other.
        let slowest = if rng.range(0..=2) == 0 { 400 } else { 40_000 };
        let latency_min = Duration::from_micros(rng.range(100..=slowest / 4));
        let latency_max = latency_min + Duration::from_micros(rng.range(0..=slowest));
        let percent = |most: u64, rng: &mut Rng| {
            let ppm = rng.range(0..=2) * rng.range(0..=most * 5_000);
            u32::try_from(ppm).ok().and_then(Chance::from_ppm)
        };
        let change = LinkChange {
            latency: Some(
                self.steady.map_or((latency_min, latency_max), |steady| (steady, steady)),
            ),
            loss: percent(20, rng),
            duplicate: percent(10, rng),
        };
        let batch = if rng.range(0..=2) == 0 { 1 } else { rng.range(1..=3) * rng.range(1..=20) };
        let every = [None, Some(3), Some(10), Some(50)];
        let longest = rng.pick(&[180, 300, 400]).copied().unwrap_or(400);
        let mut actions = vec![
            Action::Network(change),
            Action::Timing(Timing {
                election: Some((Duration::from_millis(150), Duration::from_millis(longest))),
                heartbeat: Some(Duration::from_millis(rng.range(20..=60))),
                batch: u32::try_from(batch).ok(),
                session: (rng.range(0..=3) == 0).then(|| Duration::from_millis(800)),
                drift: None,
            }),
            Action::Snapshots {
                every: rng.pick(&every).copied().flatten(),
                chunk: u32::try_from(8 << rng.range(0..=6)).ok(),
            },
            Action::Clients(Some(self.workload(rng))),
        ];
        if self.mix.kinds.contains(&FaultKind::Clock) {
            let servers = cluster.servers().map(Server::id);
            actions.extend(servers.map(|node| Action::Clock { node, change: drift(rng) }));
        }
        actions
    }

    fn workload(&self, rng: &mut Rng) -> Workload {
        let small = |number: u64| u32::try_from(number).unwrap_or(1);
        let every = if rng.range(0..=1) == 0 { 10_000..=200_000 } else { 2_000..=40_000 };
        let reads = [Consistency::Lease, Consistency::Linearizable];
        Workload {
            clients: small(rng.range(1..=8)),
            keys: small(rng.range(1..=4)),
            writes: Chance::from_ppm(600_000).unwrap_or_default(),
            every: Duration::from_micros(rng.range(every)),
            reads: rng.pick(&reads).copied().unwrap_or_default(),
        }
    }

    /// Mends everything. In some runs a single server stays deaf: it sends and hears nothing.
    fn mend(&self, run: &mut Run, rng: &mut Rng) -> Option<NodeId> {
        let millis = Duration::from_millis;
        let latency = self.steady.map_or((millis(1), millis(5)), |steady| (steady, steady));
        let never = Some(Chance::NEVER);
        let mut actions = vec![
            Action::Heal,
            Action::Clients(None),
            Action::Network(LinkChange { latency: Some(latency), loss: never, duplicate: never }),
        ];
        let servers: Vec<&Server> = run.cluster().servers().collect();
        for server in &servers {
            let node = server.id();
            actions.push(Action::Disk { node, fsync: millis(1) });
            actions.push(Action::Cpu { node, takes: Duration::ZERO });
            actions.extend(match server.status() {
                Status::Down => Some(Action::Restart(node)),
                Status::Paused => Some(Action::Resume(node)),
                Status::Running => None,
            });
        }
        let deaf = rng.pick(&servers).map(|server| server.id());
        let settled = !self.mix.kinds.contains(&FaultKind::Membership);
        let deaf = deaf.filter(|deaf| {
            rng.range(0..=2) == 0 && settled && can_do_without(run.cluster(), *deaf)
        });
        for other in servers.iter().map(|server| server.id()) {
            actions.extend(deaf.map(|deaf| Action::Cut { from: other, to: deaf }));
        }
        for action in actions {
            try_action(run, &action);
        }
        deaf
    }
}

/// Whether the others make a majority of every configuration that is in force anywhere.
fn can_do_without(cluster: &Cluster, node: NodeId) -> bool {
    let configs = cluster.servers().filter_map(Server::node).map(|node| node.config());
    configs.flat_map(|config| config.halves()).all(|half| {
        let others = half.iter().filter(|id| **id != node).count();
        others > half.len() / 2 || half.is_empty()
    })
}

/// Whether there is a leader and all voters have the same store.
fn agrees(cluster: &Cluster, deaf: Option<NodeId>) -> bool {
    let members = cluster.members();
    let stores = cluster
        .servers()
        .filter(|server| members.is_voter(server.id()) && Some(server.id()) != deaf)
        .filter_map(Server::store)
        .map(|store| store.digest());
    let stores: std::collections::BTreeSet<_> = stores.collect();
    cluster.leader().is_some() && stores.len() == 1
}

/// Actions that the cluster refuses are no mistake here: chance does not know what makes sense.
fn try_action(run: &mut Run, action: &Action) {
    let _refused = run.apply(action).is_err();
}
