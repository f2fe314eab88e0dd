//! Liveness: a bounded time to a leader, and to the next commit, once a majority is connected.
//!
//! Raft promises no more than that: it is live as long as messages arrive faster than election
//! timers expire (paper, section 5.6). So the judge checks periodically whether conditions are good
//! enough. If they have been for a while without interruption, there must have been progress in
//! that time.

use super::property::{Evidence, Property, Violation};
use crate::cluster::{Cluster, Server, Status};
use crate::raft::{Index, Node, NodeId};
use crate::time::{Duration, Time};

/// The interval between two checks.
const INTERVAL: Duration = Duration::from_millis(200);

/// How long there may be no progress under good conditions: more than twenty times the longest
/// default election timeout.
const PATIENCE: Duration = Duration::from_secs(8);

/// What was observed so far.
#[derive(Clone, Debug, Default)]
pub struct Liveness {
    next_check: Time,
    /// Since when conditions are good and nothing has progressed.
    waiting_since: Option<Time>,
    /// The highest commit index of a running server.
    commit_index: Option<Index>,
}

impl Liveness {
    /// Whether the next check is due.
    pub fn is_due(&self, now: Time) -> bool {
        now >= self.next_check
    }

    /// Checks the cluster.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::Liveness`] where a majority has been connected for long, and nobody leads or
    /// nothing is committed.
    pub fn check(&mut self, cluster: &Cluster) -> Result<(), Violation> {
        let now = cluster.now();
        self.next_check = now + INTERVAL;
        let commit_index = cluster.running_nodes().map(Node::commit_index).max();
        let commit_index = commit_index.flatten();
        let progress = std::mem::replace(&mut self.commit_index, commit_index) != commit_index;
        if progress || is_done(cluster) || !has_good_conditions(cluster) {
            self.waiting_since = None;
            return Ok(());
        }
        let since = *self.waiting_since.get_or_insert(now);
        if now.since(since) <= PATIENCE {
            return Ok(());
        }
        Err(Violation { property: Property::Liveness, evidence: Evidence::Stalled { since } })
    }
}

/// Whether there is a leader that has committed all of its log.
fn is_done(cluster: &Cluster) -> bool {
    let leader = cluster.leader().and_then(|id| cluster.server(id)).and_then(Server::node);
    leader.is_some_and(|node| node.commit_index() == node.log().last_index())
}

/// Whether enough members run and are connected well enough, with disks, processors and clocks that
/// are fast enough; then there must be progress. Enough is a majority of the last committed
/// configuration, and of each configuration in the log of one of them, since a configuration counts
/// from the moment it is appended (section 6).
fn has_good_conditions(cluster: &Cluster) -> bool {
    let config = cluster.members();
    let soon = cluster.settings().election_timeout_min / 4;
    let well: Vec<NodeId> =
        cluster.servers().filter(|server| is_well(cluster, server)).map(Server::id).collect();
    let network = cluster.network();
    let open = |from: NodeId, to: NodeId| {
        let link = network.link(from, to);
        let fast = link.latency_max <= soon && link.loss.as_ppm() <= 20_000;
        from == to || fast && !network.is_cut(from, to)
    };
    // Whether the servers connected to this one are connected to each other and form a majority.
    let majority_around = |center: &NodeId| {
        let near: Vec<NodeId> =
            well.iter().copied().filter(|id| open(*center, *id) && open(*id, *center)).collect();
        let all_meet = near.iter().all(|a| near.iter().all(|b| open(*a, *b)));
        let enough = |half: &[NodeId]| {
            let there = half.iter().filter(|id| near.contains(id)).count();
            there > half.len() / 2
        };
        let own = near.iter().filter_map(|id| cluster.server(*id)?.node()).map(Node::config);
        all_meet && own.chain([config]).all(|config| config.halves().all(enough))
    };
    well.iter().any(majority_around)
}

/// Whether a server runs, with a disk, a processor and a clock that are fast enough.
pub(super) fn is_well(cluster: &Cluster, server: &Server) -> bool {
    let soon = cluster.settings().election_timeout_min / 4;
    server.status() == Status::Running
        && server.disk().fsync() <= soon
        && server.disk().state().takes_writes()
        && server.cpu() * 100 <= soon
        && (900_000..=1_100_000).contains(&server.clock().rate().millionths())
}

#[cfg(test)]
mod tests {
    use super::super::Run;
    use super::*;
    use crate::cluster::{
        Action, ClockChange, ClusterConfig, Consistency, DiskState, LinkChange, Rate, Workload,
    };
    use crate::raft::Rule;
    use crate::rng::Chance;

    const N1: NodeId = NodeId(1);
    const N2: NodeId = NodeId(2);
    const N3: NodeId = NodeId(3);
    const N4: NodeId = NodeId(4);
    const N5: NodeId = NodeId(5);

    fn percent(percent: u32) -> Chance {
        Chance::from_ppm(percent * 10_000).unwrap()
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn clients(clients: u32, writes: u32, every: u64) -> Action {
        let (writes, every) = (percent(writes), millis(every));
        let reads = Consistency::Linearizable;
        Action::Clients(Some(Workload { clients, keys: 1, writes, every, reads }))
    }

    fn cut(from: NodeId, to: NodeId) -> Action {
        Action::Cut { from, to }
    }

    fn stalls(actions: &[Action]) -> bool {
        stalls_with(3, actions)
    }

    /// Whether twelve seconds after these actions the judge has found a violation.
    fn stalls_with(nodes: u32, actions: &[Action]) -> bool {
        let mut run = Run::new(ClusterConfig { nodes, seed: 5 });
        // A client keeps asking: without events there are no checks.
        run.apply(&clients(1, 0, 200)).unwrap();
        for action in actions {
            run.apply(action).unwrap();
        }
        let until = Time::ZERO + Duration::from_secs(12);
        while run.cluster_mut().next_time().is_some_and(|next| next <= until) {
            run.step();
        }
        run.violation_of(Property::Liveness).is_some()
    }

    /// Only n1 may lead, and n1 is down.
    const NO_LEADER: [Action; 2] =
        [Action::Rule { rule: Rule::FirstNodeLeads, on: true }, Action::Kill(N1)];

    #[test]
    fn a_connected_majority_without_a_leader_is_rejected() {
        assert!(stalls(&NO_LEADER));
        assert!(!stalls(&[]), "there is a leader that has committed all");
        assert!(!stalls(&[Action::Kill(N1)]), "the others elect one");
        assert!(!stalls(&[clients(2, 50, 50)]), "there is progress");
    }

    #[test]
    fn under_bad_conditions_no_progress_is_required() {
        let with = |action| stalls(&[&NO_LEADER[..], &[action]].concat());
        let latency = |longest| Some((millis(1), millis(longest)));
        let lossy =
            |percents| LinkChange { loss: Some(percent(percents)), ..LinkChange::default() };
        let slow = LinkChange { latency: latency(40), ..LinkChange::default() };
        let fast = ClockChange { rate: Rate::from_millionths(1_200_000), ..ClockChange::default() };
        assert!(!with(Action::Kill(N2)), "no majority runs");
        assert!(!with(Action::Pause(N2)));
        assert!(!with(cut(N2, N3)), "one way is not enough");
        assert!(!with(Action::Network(lossy(5))));
        assert!(!with(Action::Link { from: N3, to: N2, change: slow }));
        assert!(!with(Action::Disk { node: N2, fsync: millis(40) }));
        assert!(!with(Action::SetDisk { node: N2, state: DiskState::Full }), "it will stop");
        assert!(!with(Action::SetDisk { node: N2, state: DiskState::Failing }));
        assert!(with(Action::SetDisk { node: N2, state: DiskState::Good }));
        assert!(!with(Action::Cpu { node: N2, takes: millis(1) }));
        assert!(!with(Action::Clock { node: N3, change: fast }));
        assert!(with(cut(N2, N1)), "a server that is down does not matter");
        let just = LinkChange { latency: latency(37), ..lossy(2) };
        assert!(with(Action::Network(just)), "just good enough");
    }

    #[test]
    fn three_of_five_connected_servers_must_progress_and_two_need_not() {
        let with = |actions: &[Action]| stalls_with(5, &[&NO_LEADER[..], actions].concat());
        assert!(with(&[cut(N2, N5), cut(N3, N5), cut(N4, N5)]), "n5 is not needed");
        assert!(!with(&[Action::Kill(N4), Action::Kill(N5)]));
    }

    #[test]
    fn the_judge_checks_periodically() {
        let cluster = Cluster::new(ClusterConfig { nodes: 3, seed: 5 });
        let mut liveness = Liveness::default();
        assert!(liveness.is_due(cluster.now()));
        assert_eq!(liveness.check(&cluster), Ok(()));
        assert!(!liveness.is_due(cluster.now()));
        assert!(liveness.is_due(cluster.now() + INTERVAL));
    }
}
