//! The scenario of a run: its size, network, clients and faults, and the repair.

use super::{Search, World};
use crate::cluster::{
    Action, Cluster, Consistency, DiskState, FaultKind, FaultMix, LinkChange, Server, Status,
    Timing, Workload, drift, later_fault,
};
use crate::raft::NodeId;
use crate::rng::{Chance, Rng};
use crate::time::Duration;

/// The scenario of a run.
pub(super) struct Scenario {
    pub(super) nodes: u32,
    pub(super) mix: FaultMix,
    /// The longest pause between two faults.
    pub(super) pace: Duration,
    /// If set, each message takes exactly this long.
    steady: Option<Duration>,
}

/// The random stream for kinds of faults that were added later.
const LATER_STREAM: u64 = 6;

/// Faults of the kinds that were added later, drawn beside the others.
pub(super) struct Later {
    kinds: Vec<FaultKind>,
    rng: Rng,
}

impl Later {
    /// Draws the kinds; most runs have none.
    pub(super) fn new(search: &Search, seed: u64) -> Self {
        let mut rng = Rng::new(seed, LATER_STREAM);
        let mut kinds: Vec<FaultKind> =
            FaultKind::LATER.into_iter().filter(|_| rng.range(0..=3) == 0).collect();
        kinds.retain(|kind| search.faults.contains(kind));
        Self { kinds, rng }
    }

    /// Whether these faults change the members.
    pub(super) fn changes_members(&self) -> bool {
        self.kinds.contains(&FaultKind::Demote)
    }

    /// Draws a fault at some of the calls.
    pub(super) fn draw(&mut self, cluster: &Cluster) -> Option<Action> {
        let kind = *self.rng.pick(&self.kinds)?;
        (self.rng.range(0..=2) == 0).then(|| later_fault(kind, cluster, &mut self.rng))?
    }
}

impl Scenario {
    /// Draws a scenario. Kinds that the search excludes are drawn too and then dropped, so that the
    /// others are the same as in any search.
    pub(super) fn new(search: &Search, rng: &mut Rng) -> Self {
        let first = FaultKind::ALL.into_iter().filter(|kind| !kind.is_later());
        let mut kinds: Vec<FaultKind> = first.filter(|_| rng.range(0..=1) == 0).collect();
        kinds.retain(|kind| search.faults.contains(kind));
        let hunts = rng.range(0..=2) == 0 && search.faults.contains(&FaultKind::Leader);
        let nodes = u32::try_from(rng.range(1..=7)).unwrap_or(5).max(3);
        // In a cluster of even size two majorities may share only one server.
        let even = hunts && kinds.contains(&FaultKind::Membership) && rng.range(0..=1) == 0;
        let nodes = if even { 4 } else { nodes }.min(search.most_nodes.max(3));
        let pace = Duration::from_millis(if hunts { 120 } else { 50 << rng.range(0..=3) });
        let steady = Duration::from_millis(rng.range(1..=15));
        let mix = FaultMix { kinds, hunts };
        Self { nodes, mix, pace, steady: (rng.range(0..=5) == 0).then_some(steady) }
    }

    /// The actions at the beginning: network, timing, snapshots, clients, clocks.
    pub(super) fn beginning(&self, cluster: &Cluster, rng: &mut Rng) -> Vec<Action> {
        // In a fast network servers act closer to each other in time.
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

    /// Repairs everything. In some runs a single server stays deaf: it sends, but receives nothing.
    pub(super) fn repair(&self, world: &mut World, later: &Later, rng: &mut Rng) -> Option<NodeId> {
        let millis = Duration::from_millis;
        let latency = self.steady.map_or((millis(1), millis(5)), |steady| (steady, steady));
        let never = Some(Chance::NEVER);
        let mut actions = vec![
            Action::Heal,
            Action::Clients(None),
            Action::Network(LinkChange { latency: Some(latency), loss: never, duplicate: never }),
        ];
        let servers: Vec<&Server> = world.run.cluster().servers().collect();
        for server in &servers {
            let node = server.id();
            actions.push(Action::Disk { node, fsync: millis(1) });
            if !server.disk().state().takes_writes() {
                actions.push(Action::SetDisk { node, state: DiskState::Good });
            }
            actions.push(Action::Cpu { node, takes: Duration::ZERO });
            actions.extend(match server.status() {
                Status::Down => Some(Action::Restart(node)),
                Status::Paused => Some(Action::Resume(node)),
                Status::Running => None,
            });
        }
        let deaf = rng.pick(&servers).map(|server| server.id());
        let settled = !self.mix.kinds.contains(&FaultKind::Membership) && !later.changes_members();
        let deaf = deaf.filter(|deaf| {
            rng.range(0..=2) == 0 && settled && can_do_without(world.run.cluster(), *deaf)
        });
        for other in servers.iter().map(|server| server.id()) {
            actions.extend(deaf.map(|deaf| Action::Cut { from: other, to: deaf }));
        }
        for action in actions {
            world.attempt(action);
        }
        deaf
    }
}

/// Whether the others form a majority of every configuration that is in force on any server.
fn can_do_without(cluster: &Cluster, node: NodeId) -> bool {
    let configs = cluster.servers().filter_map(Server::node).map(|node| node.config());
    configs.flat_map(|config| config.halves()).all(|half| {
        let others = half.iter().filter(|id| **id != node).count();
        others > half.len() / 2 || half.is_empty()
    })
}
