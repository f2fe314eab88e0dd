//! Random clusters under random faults: the search for a run that the judges reject.
//!
//! Everything about a run follows from its seed: the size, the workload, the network, which faults come
//! when. After the faults comes a quiet period in which all is mended: then a leader must be found
//! within a bounded time, and all stores must agree.

use crate::check::{Run, Violation};
use crate::cluster::{Action, Cluster, Founding, LinkChange, Server, Status, Timing, Workload};
use crate::raft::{NodeId, Rule};
use crate::rng::{Chance, Rng};
use crate::time::{Duration, Time};

/// The stream of a seed's randomness that belongs to the swarm; the cluster uses others.
const STREAM: u64 = 3;

/// How long faults come.
const TURBULENT: Duration = Duration::from_secs(8);

/// How long the mended cluster has to find a leader and to agree.
const QUIET: Duration = Duration::from_secs(10);

/// What a run of the swarm came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub seed: u64,
    pub events: u64,
    /// How much cluster time it took.
    pub lasted: Duration,
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

/// Runs the cluster of a seed, with all rules in force but those in `off`.
pub fn run(seed: u64, off: &[Rule]) -> Report {
    let mut rng = Rng::new(seed, STREAM);
    let nodes = u32::try_from(rng.range(1..=7)).unwrap_or(5).max(3);
    let mut run = Run::new(Founding { nodes, seed });
    for rule in off {
        try_action(&mut run, &Action::Rule { rule: *rule, on: !rule.on_by_default() });
    }
    let finding = turbulence(&mut run, &mut rng).or_else(|| quiet(&mut run)).or_else(|| {
        run.audit();
        broken(&run)
    });
    let cluster = run.cluster();
    Report { seed, events: cluster.events(), lasted: cluster.now().since(Time::ZERO), finding }
}

fn turbulence(run: &mut Run, rng: &mut Rng) -> Option<Finding> {
    for action in climate(rng) {
        try_action(run, &action);
    }
    let end = run.cluster().now() + TURBULENT;
    while run.cluster().now() < end {
        let pause = Duration::from_micros(rng.range(1_000..=400_000));
        if let Some(found) = pass(run, pause) {
            return Some(found);
        }
        if let Some(action) = fault(run.cluster(), rng) {
            try_action(run, &action);
        }
    }
    None
}

/// The weather of a run: its network, its timing, its clients.
fn climate(rng: &mut Rng) -> Vec<Action> {
    let latency_min = Duration::from_micros(rng.range(100..=10_000));
    let latency_max = latency_min + Duration::from_micros(rng.range(0..=40_000));
    let percent = |most: u64, rng: &mut Rng| {
        let ppm = rng.range(0..=2) * rng.range(0..=most * 5_000);
        u32::try_from(ppm).ok().and_then(Chance::from_ppm)
    };
    let change = LinkChange {
        latency: Some((latency_min, latency_max)),
        loss: percent(20, rng),
        duplicate: percent(10, rng),
    };
    let clients = u32::try_from(rng.range(1..=8)).unwrap_or(1);
    let keys = u32::try_from(rng.range(1..=5)).unwrap_or(1);
    let every = Duration::from_micros(rng.range(2_000..=80_000));
    let writes = Chance::from_ppm(600_000).unwrap_or_default();
    vec![
        Action::Network(change),
        Action::Timing(Timing {
            election: Some((Duration::from_millis(150), Duration::from_millis(400))),
            heartbeat: Some(Duration::from_millis(rng.range(20..=60))),
            batch: u32::try_from(rng.range(1..=3) * rng.range(1..=20)).ok(),
        }),
        Action::Clients(Some(Workload { clients, keys, writes, every })),
    ]
}

/// A random fault, or the end of one.
fn fault(cluster: &Cluster, rng: &mut Rng) -> Option<Action> {
    let servers: Vec<&Server> = cluster.servers().collect();
    let pick = |rng: &mut Rng| {
        let at = rng.range(0..=servers.len() as u64 - 1);
        usize::try_from(at).ok().and_then(|at| servers.get(at)).copied()
    };
    let server = pick(rng)?;
    let node = server.id();
    Some(match (rng.range(0..=15), server.status()) {
        (0..=3, Status::Down) => Action::Restart(node),
        (0..=3, Status::Paused) => Action::Resume(node),
        (0..=1, Status::Running) => Action::Kill(node),
        (2, Status::Running) => Action::Pause(node),
        (3, Status::Running) => Action::Timeout(node),
        (4, _) => Action::Partition(vec![some_of(&servers, rng)]),
        (5..=6, _) => Action::Heal,
        (7, _) => Action::Cut { from: node, to: pick(rng)?.id() },
        (8, _) => Action::Mend { from: node, to: pick(rng)?.id() },
        (9, _) => Action::Disk { node, fsync: Duration::from_micros(rng.range(0..=60_000)) },
        (10, _) if servers.len() < 9 => Action::Add(cluster.next_node_id()),
        (11, _) if servers.len() > 3 => Action::Remove(node),
        (12, _) => Action::Kill(cluster.leader()?),
        (13, _) => Action::Partition(vec![vec![cluster.leader()?]]),
        _ => return None,
    })
}

fn some_of(servers: &[&Server], rng: &mut Rng) -> Vec<NodeId> {
    let ids = servers.iter().map(|server| server.id());
    ids.filter(|_| rng.range(0..=1) == 0).collect()
}

/// Mends everything, and waits for all to agree.
fn quiet(run: &mut Run) -> Option<Finding> {
    let mut mend = vec![
        Action::Heal,
        Action::Clients(None),
        Action::Network(LinkChange {
            latency: Some((Duration::from_millis(1), Duration::from_millis(5))),
            loss: Some(Chance::NEVER),
            duplicate: Some(Chance::NEVER),
        }),
    ];
    for server in run.cluster().servers() {
        let node = server.id();
        mend.push(Action::Disk { node, fsync: Duration::from_millis(1) });
        mend.extend(match server.status() {
            Status::Down => Some(Action::Restart(node)),
            Status::Paused => Some(Action::Resume(node)),
            Status::Running => None,
        });
    }
    for action in mend {
        try_action(run, &action);
    }
    if let Some(found) = pass(run, QUIET) {
        return Some(found);
    }
    (!agrees(run.cluster())).then_some(Finding::Stuck)
}

/// Whether there is a leader and all members have the same store.
fn agrees(cluster: &Cluster) -> bool {
    let members = cluster.members();
    let stores = cluster
        .servers()
        .filter(|server| members.contains(server.id()))
        .filter_map(Server::store)
        .map(|store| store.digest());
    let stores: std::collections::BTreeSet<_> = stores.collect();
    cluster.leader().is_some() && stores.len() == 1
}

/// Actions that the cluster refuses are no mistake here: chance does not know what makes sense.
fn try_action(run: &mut Run, action: &Action) {
    let _refused = run.apply(action).is_err();
}

fn pass(run: &mut Run, span: Duration) -> Option<Finding> {
    let until = run.cluster().now() + span;
    while run.cluster_mut().next_time().is_some_and(|next| next <= until) {
        run.step();
        run.cluster_mut().take_facts();
        run.cluster_mut().take_finished();
        if run.violation().is_some() {
            return broken(run);
        }
    }
    run.cluster_mut().rest_until(until);
    None
}

fn broken(run: &Run) -> Option<Finding> {
    run.violation().map(|(at, violation)| Finding::Broken(*at, *violation))
}
