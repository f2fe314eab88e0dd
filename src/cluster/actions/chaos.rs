//! Faults at random, drawn one after the other. The page's dial lets them come while a person plays, and the
//! swarm while it searches.
//!
//! Deliberately lacks wiped disks: Raft promises nothing where a server forgets what it was told to keep.

use super::super::{
    Action, ClockChange, Cluster, Consistency, DiskState, Event, Operation, Rate, Server, Status,
    YOU,
};
use crate::raft::{Change, NodeId};
use crate::rng::{Chance, Rng};
use crate::store::{ClientId, Command, Key, Value};
use crate::time::Duration;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Kill,
    Tear,
    Pause,
    Timeout,
    Partition,
    Cut,
    Fsync,
    Cpu,
    Clock,
    Membership,
    Transfer,
    Snapshot,
    Leader,
    Disk,
    Ask,
    Demote,
}

impl FaultKind {
    /// All kinds.
    pub const ALL: [Self; 16] = [
        Self::Kill,
        Self::Tear,
        Self::Pause,
        Self::Timeout,
        Self::Partition,
        Self::Cut,
        Self::Fsync,
        Self::Cpu,
        Self::Clock,
        Self::Membership,
        Self::Transfer,
        Self::Snapshot,
        Self::Leader,
        Self::Disk,
        Self::Ask,
        Self::Demote,
    ];

    /// Kinds that were added since runs of the swarm are recorded. They are drawn from a stream of their own, so
    /// that a run without them goes as it always went.
    pub const LATER: [Self; 3] = [Self::Disk, Self::Ask, Self::Demote];

    /// Whether this kind is one of those.
    pub fn is_later(self) -> bool {
        Self::LATER.contains(&self)
    }

    /// The kinds that runs of the swarm were first recorded with.
    pub fn first() -> Vec<Self> {
        Self::ALL.into_iter().filter(|kind| !kind.is_later()).collect()
    }

    /// Its name for those who choose.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Tear => "tear",
            Self::Pause => "pause",
            Self::Timeout => "timeout",
            Self::Partition => "partition",
            Self::Cut => "cut",
            Self::Fsync => "fsync",
            Self::Cpu => "cpu",
            Self::Clock => "clock",
            Self::Membership => "membership",
            Self::Transfer => "transfer",
            Self::Snapshot => "snapshot",
            Self::Leader => "leader",
            Self::Disk => "disk",
            Self::Ask => "ask",
            Self::Demote => "demote",
        }
    }

    /// What it does, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Kill => "a node is killed, its disk stays",
            Self::Tear => "a node is killed and its last write torn",
            Self::Pause => "a process stands still for a while",
            Self::Timeout => "an election timer runs out early",
            Self::Partition => "some nodes are parted from the others",
            Self::Cut => "a link is cut one way",
            Self::Fsync => "a disk becomes slow",
            Self::Cpu => "a processor becomes slow",
            Self::Clock => "clocks run fast or slow, as much as leases bear",
            Self::Membership => "nodes come and go",
            Self::Transfer => "leadership is handed over",
            Self::Snapshot => "a node takes a snapshot",
            Self::Leader => "the faults go for whoever leads",
            Self::Disk => "a disk is full or fails, and its node stops",
            Self::Ask => "named clients ask, also nodes that do not lead",
            Self::Demote => "voters become learners, and voters again",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Which faults there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultMix {
    pub kinds: Vec<FaultKind>,
    /// The faults go for the leader, in quick succession.
    pub hunts: bool,
}

impl FaultMix {
    /// A random fault, or the end of one; several actions make up some.
    pub fn draw(&self, cluster: &Cluster, rng: &mut Rng) -> Option<Vec<Action>> {
        let servers: Vec<&Server> = cluster.servers().collect();
        let server = *rng.pick(&servers)?;
        let node = server.id();
        match server.status() {
            Status::Down if rng.range(0..=2) > 0 => return Some(vec![Action::Restart(node)]),
            Status::Paused if rng.range(0..=1) > 0 => return Some(vec![Action::Resume(node)]),
            _ => {}
        }
        if rng.range(0..=4) == 0 {
            let other = rng.pick(&servers)?.id();
            let mend = Action::Mend { from: node, to: other };
            return Some(vec![if rng.range(0..=2) == 0 { mend } else { Action::Heal }]);
        }
        if self.hunts && rng.range(0..=1) == 0 {
            return self.hunt(cluster, &servers, rng);
        }
        Some(vec![match rng.pick(&self.kinds)? {
            FaultKind::Kill => Action::Kill(node),
            FaultKind::Tear => Action::KillTorn(node),
            FaultKind::Pause => Action::Pause(node),
            FaultKind::Timeout => Action::Timeout(node),
            FaultKind::Partition => Action::Partition(vec![some_of(&servers, rng)]),
            FaultKind::Cut => Action::Cut { from: node, to: rng.pick(&servers)?.id() },
            FaultKind::Fsync => {
                Action::Disk { node, fsync: Duration::from_micros(rng.range(0..=60_000)) }
            }
            FaultKind::Cpu => {
                Action::Cpu { node, takes: Duration::from_micros(rng.range(0..=3_000)) }
            }
            FaultKind::Clock => Action::Clock { node, change: drift(rng) },
            FaultKind::Membership => membership(cluster, &servers, rng)?,
            FaultKind::Transfer => Action::Transfer(node),
            FaultKind::Snapshot => Action::Snapshot(node),
            FaultKind::Leader => return self.hunt(cluster, &servers, rng),
            FaultKind::Disk => disk(server, rng),
            FaultKind::Ask => ask(node, cluster, rng)?,
            FaultKind::Demote => demote(cluster, rng)?,
        }])
    }

    /// A fault for whoever leads: it is killed, or cut off with one other at most, in some runs with a
    /// change of the membership that nobody else will hear of.
    fn hunt(&self, cluster: &Cluster, servers: &[&Server], rng: &mut Rng) -> Option<Vec<Action>> {
        let leader = cluster.leader()?;
        let other = rng.pick(servers)?.id();
        let alone = Action::Partition(vec![vec![leader]]);
        let with_other = Action::Partition(vec![if other == leader {
            vec![leader]
        } else {
            vec![leader, other]
        }]);
        let mut actions = vec![match rng.range(0..=3) {
            0 => return Some(vec![Action::Kill(leader)]),
            1 => return Some(vec![Action::Pause(leader)]),
            2 => alone,
            _ => with_other,
        }];
        if self.kinds.contains(&FaultKind::Membership) && cluster.members().voters().len() > 3 {
            let leaves = rng.pick(servers)?.id();
            let operation = Operation::Change(Change::Remove(leaves));
            actions.push(Action::Request { client: YOU, operation, via: Some(leader) });
        }
        Some(actions)
    }
}

/// A server is added or removed, or several at once.
fn membership(cluster: &Cluster, servers: &[&Server], rng: &mut Rng) -> Option<Action> {
    let node = rng.pick(servers)?.id();
    let voters = cluster.members().voters();
    Some(match rng.range(0..=5) {
        0..=1 if servers.len() < 9 => Action::Add(cluster.next_node_id()),
        2 if servers.len() < 9 => Action::Learn(cluster.next_node_id()),
        3 => Action::Add(*rng.pick(cluster.members().learners())?),
        4 if voters.len() > 3 => Action::Remove(node),
        _ => {
            let mut next: Vec<NodeId> =
                voters.iter().copied().filter(|_| rng.range(0..=2) > 0).collect();
            let fresh = cluster.next_node_id();
            let more = rng.range(0..=2).min(8_u64.saturating_sub(servers.len() as u64));
            next.extend((0..more).filter_map(|at| Some(NodeId(fresh.0 + u32::try_from(at).ok()?))));
            Action::Members(if next.len() < 2 { voters.to_vec() } else { next })
        }
    })
}

/// A fault of a kind that was added later. `None` for the other kinds, and where there is nothing to draw.
pub fn later_fault(kind: FaultKind, cluster: &Cluster, rng: &mut Rng) -> Option<Action> {
    let servers: Vec<&Server> = cluster.servers().collect();
    let server = *rng.pick(&servers)?;
    match kind {
        FaultKind::Disk => Some(disk(server, rng)),
        FaultKind::Ask => ask(server.id(), cluster, rng),
        FaultKind::Demote => demote(cluster, rng),
        _ => None,
    }
}

/// A voter loses its vote, or a learner gets one.
fn demote(cluster: &Cluster, rng: &mut Rng) -> Option<Action> {
    let (voters, learners) = (cluster.members().voters(), cluster.members().learners());
    if voters.len() > 2 && rng.range(0..=1) == 0 {
        return rng.pick(voters).map(|node| Action::Demote(*node));
    }
    rng.pick(learners).map(|node| Action::Add(*node))
}

/// A disk that takes no writes, or one that takes them again. Deliberately none that lies: Raft promises nothing
/// on such a disk.
fn disk(server: &Server, rng: &mut Rng) -> Action {
    let state = match (server.disk().state().takes_writes(), rng.range(0..=1)) {
        (false, _) => DiskState::Good,
        (true, 0) => DiskState::Full,
        (true, _) => DiskState::Failing,
    };
    Action::SetDisk { node: server.id(), state }
}

/// A named client writes, reads or deletes one of the keys that a workload has, through a given server or not.
fn ask(node: NodeId, cluster: &Cluster, rng: &mut Rng) -> Option<Action> {
    let name = u32::try_from(rng.range(1..=3)).ok()?;
    let key = Key::new(format!("k{}", rng.range(1..=4))).ok()?;
    // What is written is unique, as a workload's values are.
    let value = Value::new(format!("{name}.{}", cluster.events())).ok()?;
    let operation = match rng.range(0..=5) {
        0 => Operation::Read { key, consistency: Consistency::Linearizable },
        1 => Operation::Read { key, consistency: Consistency::Stale },
        2 => Operation::Write(Command::Delete { key }),
        3 => {
            let leader = cluster.leader().and_then(|id| cluster.server(id)?.store());
            let old = leader.and_then(|store| store.get(&key)).cloned()?;
            Operation::Write(Command::Cas { key, old, new: value })
        }
        _ => Operation::Write(Command::Set { key, value }),
    };
    let via = (rng.range(0..=2) == 0).then_some(node);
    Some(Action::Request { client: ClientId::named(name)?, operation, via })
}

/// A rate as far from the true one as leases bear, at most.
pub fn drift(rng: &mut Rng) -> ClockChange {
    let rates = [900_000, 900_000, 1_000_000, 1_100_000, 1_100_000];
    ClockChange { rate: rng.pick(&rates).copied().and_then(Rate::from_millionths), offset: None }
}

fn some_of(servers: &[&Server], rng: &mut Rng) -> Vec<NodeId> {
    let ids = servers.iter().map(|server| server.id());
    ids.filter(|_| rng.range(0..=1) == 0).collect()
}

/// The stream of the run's randomness that the dial draws from.
pub(in crate::cluster) const STREAM: u64 = 5;

/// The longest pause between two faults of the dial, which it comes near to at its lower end.
const LONGEST: Duration = Duration::from_secs(4);

/// The pause at its upper end.
const SHORTEST: Duration = Duration::from_millis(100);

/// Faults that come while one plays.
#[derive(Clone, Debug)]
pub(in crate::cluster) struct Chaos {
    /// How many: none without it.
    pub(in crate::cluster) level: Option<Chance>,
    /// Counts the settings of the dial, so that what an earlier one scheduled is void.
    pub(in crate::cluster) setting: u64,
    mix: FaultMix,
    rng: Rng,
}

impl Chaos {
    pub(in crate::cluster) fn new(seed: u64) -> Self {
        use FaultKind::{Clock, Cpu, Cut, Fsync, Kill, Leader, Partition, Pause, Tear, Timeout};
        let kinds = vec![Kill, Tear, Pause, Timeout, Partition, Cut, Fsync, Cpu, Clock, Leader];
        let mix = FaultMix { kinds, hunts: false };
        Self { level: None, setting: 0, mix, rng: Rng::new(seed, STREAM) }
    }

    /// How long until the next fault.
    fn pause(&mut self, level: Chance) -> Duration {
        let calm = u64::from(1_000_000 - level.as_ppm());
        let mean = SHORTEST.as_micros() + LONGEST.as_micros() / 1_000_000 * calm;
        Duration::from_micros(self.rng.range(mean / 2..=mean * 3 / 2))
    }
}

impl Cluster {
    /// How often faults come at random, if they do.
    pub fn chaos(&self) -> Option<Chance> {
        self.chaos.level
    }

    /// Sets the dial.
    pub(in crate::cluster) fn set_chaos(&mut self, level: Option<Chance>) {
        self.chaos.level = level.filter(|level| *level != Chance::NEVER);
        self.chaos.setting += 1;
        self.schedule_chaos();
    }

    fn schedule_chaos(&mut self) {
        if let Some(level) = self.chaos.level {
            let at = self.now + self.chaos.pause(level);
            self.queue.push(at, Event::Chaos(self.chaos.setting));
        }
    }

    /// The next fault, or the end of one.
    pub(in crate::cluster) fn let_chaos_act(&mut self) {
        let mut rng = self.chaos.rng.clone();
        let drawn = self.chaos.mix.draw(self, &mut rng);
        self.chaos.rng = rng;
        for action in drawn.into_iter().flatten() {
            // A fault drawn by chance may make no sense. The cluster refuses it then, and nothing changes.
            let _ = self.apply(&action);
        }
        self.schedule_chaos();
    }
}
