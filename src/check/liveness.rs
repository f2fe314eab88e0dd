//! Bounded time to a leader, and to the next commit, once a majority is connected.
//!
//! Raft promises no more than that: it is live as long as messages arrive faster than election timers
//! run out (paper, section 5.6). So the judge looks, now and then, whether the world is kind enough, and
//! if it has been for a while without a break, whether there was progress in that time.

use super::property::{Evidence, Property, Violation};
use crate::cluster::{Cluster, Server, Status};
use crate::raft::{Index, NodeId};
use crate::time::{Duration, Time};

/// How often the judge looks.
const GLANCE: Duration = Duration::from_millis(200);

/// How long a kind world may be without progress: more than twenty times the longest default election
/// timeout.
const PATIENCE: Duration = Duration::from_secs(8);

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub struct Liveness {
    next_glance: Time,
    /// Since when the world is kind and nothing has progressed.
    waiting_since: Option<Time>,
    /// The last commit that anybody knew of.
    commit_index: Option<Index>,
}

impl Liveness {
    /// Whether it is time to look again.
    pub fn is_due(&self, now: Time) -> bool {
        now >= self.next_glance
    }

    /// Looks at the cluster.
    pub fn glance(&mut self, cluster: &Cluster) -> Result<(), Violation> {
        let now = cluster.now();
        self.next_glance = now + GLANCE;
        let commit_index = cluster.running_nodes().map(crate::raft::Node::commit_index).max();
        let commit_index = commit_index.flatten();
        let progress = std::mem::replace(&mut self.commit_index, commit_index) != commit_index;
        if progress || is_done(cluster) || !is_kind(cluster) {
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

/// Whether enough members run, well enough connected, with disks, processors and clocks that are fast
/// enough: then there must be progress.
fn is_kind(cluster: &Cluster) -> bool {
    let config = cluster.members();
    let soon = cluster.settings().election_timeout_min / 4;
    let well: Vec<NodeId> = cluster
        .servers()
        .filter(|server| {
            server.status() == Status::Running
                && server.disk().fsync() <= soon
                && server.cpu() * 100 <= soon
                && (900_000..=1_100_000).contains(&server.clock().rate().millionths())
        })
        .map(Server::id)
        .collect();
    let network = cluster.network();
    let open = |from: NodeId, to: NodeId| {
        let link = network.link(from, to);
        let fast = link.latency_max <= soon && link.loss.as_ppm() <= 20_000;
        from == to || fast && !network.is_cut(from, to)
    };
    // A server that reaches all of these, and they each other: the largest such set around any one.
    let majority_around = |center: &NodeId| {
        let near: Vec<NodeId> =
            well.iter().copied().filter(|id| open(*center, *id) && open(*id, *center)).collect();
        let all_meet = near.iter().all(|a| near.iter().all(|b| open(*a, *b)));
        let enough = |half: &[NodeId]| {
            let there = half.iter().filter(|id| near.contains(id)).count();
            there > half.len() / 2
        };
        all_meet && config.halves().all(enough)
    };
    well.iter().any(majority_around)
}

#[cfg(test)]
mod tests {
    use super::super::Run;
    use super::*;
    use crate::cluster::Founding;
    use crate::script::{Command, parse_line};

    fn stalls(lines: &[&str]) -> bool {
        stalls_with(3, lines)
    }

    /// Whether twelve seconds after these lines nothing has progressed in a kind world.
    fn stalls_with(nodes: u32, lines: &[&str]) -> bool {
        let mut run = Run::new(Founding { nodes, seed: 5 });
        // Somebody asks all the time: where nothing at all happens, nobody looks.
        for line in ["clients 1 keys 1 writes 0% every 200ms"].iter().chain(lines) {
            let Ok(Some(Command::Act { action, .. })) = parse_line(line) else { panic!("{line}") };
            run.apply(&action).unwrap();
        }
        let until = Time::ZERO + Duration::from_secs(12);
        while run.cluster_mut().next_time().is_some_and(|next| next <= until) {
            run.step();
        }
        run.violation_of(Property::Liveness).is_some()
    }

    /// Nobody but n1 may lead, and n1 is down.
    const NOBODY_LEADS: [&str; 2] = ["rule first-node-leads on", "kill n1"];

    #[test]
    fn a_connected_majority_without_a_leader_is_rejected() {
        assert!(stalls(&NOBODY_LEADS));
        assert!(!stalls(&[]), "there is a leader that has committed all");
        assert!(!stalls(&["kill n1"]), "the others elect one");
        assert!(!stalls(&["clients 2 keys 1 writes 50% every 50ms"]), "there is progress");
    }

    #[test]
    fn an_unkind_world_owes_no_progress() {
        let with = |line| stalls(&[NOBODY_LEADS[0], NOBODY_LEADS[1], line]);
        assert!(!with("kill n2"), "no majority runs");
        assert!(!with("pause n2"));
        assert!(!with("cut n2 -> n3"), "one way is not enough");
        assert!(!with("network loss 5%"));
        assert!(!with("link n3 -> n2 latency 1ms..40ms"));
        assert!(!with("disk n2 fsync 40ms"));
        assert!(!with("cpu n2 1ms"));
        assert!(!with("clock n3 rate 1.2"));
        assert!(with("cut n2 -> n1"), "who is down does not matter");
        assert!(with("network latency 1ms..37ms loss 2%"), "just kind enough");
    }

    #[test]
    fn three_of_five_that_meet_owe_progress_and_two_do_not() {
        let with = |lines: &[&str]| stalls_with(5, &[&NOBODY_LEADS[..], lines].concat());
        assert!(with(&["cut n2 -> n5", "cut n3 -> n5", "cut n4 -> n5"]), "n5 can be done without");
        assert!(!with(&["kill n4", "kill n5"]));
    }

    #[test]
    fn the_judge_looks_now_and_then() {
        let cluster = Cluster::new(Founding { nodes: 3, seed: 5 });
        let mut liveness = Liveness::default();
        assert!(liveness.is_due(cluster.now()));
        assert_eq!(liveness.glance(&cluster), Ok(()));
        assert!(!liveness.is_due(cluster.now()));
        assert!(liveness.is_due(cluster.now() + GLANCE));
    }
}
