//! Catch-up: a server that runs and is connected to its leader catches up with it, or makes
//! progress towards that.
//!
//! Raft promises this for a follower whose messages arrive: the leader retries forever (paper,
//! section 5.3), and sends a snapshot when its log no longer has what the follower needs (section
//! 7). As for liveness, the judge checks periodically whether conditions are good enough for a
//! leader and a follower. If they have been for long without interruption, there must have been
//! progress in that time. A leader that searches for where the logs agree, or sends chunks of a
//! snapshot, makes progress when it gets further than ever before; starting over does not count.

use std::collections::BTreeMap;

use super::liveness::is_well;
use super::property::{Evidence, Property, Violation};
use crate::cluster::Cluster;
use crate::raft::{Index, Node, NodeId, Progress, Role, Term};
use crate::time::{Duration, Time};

/// How long a follower may make no progress under good conditions.
const PATIENCE: Duration = Duration::from_secs(8);

/// The greatest latency of a good link: sixteen round trips fit into the patience.
const SLOWEST: Duration = Duration::from_millis(250);

/// The servers that are behind.
#[derive(Clone, Debug, Default)]
pub struct CatchUp {
    behind: BTreeMap<NodeId, Behind>,
}

/// A server that is behind, although connected to its leader.
#[derive(Clone, Copy, Debug)]
struct Behind {
    pair: Pair,
    furthest: Reached,
    /// When it last made progress.
    since: Time,
}

/// A leader and a follower. Their progress starts over when the term changes or one of them
/// restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    leader: NodeId,
    term: Term,
    lives: (u32, u32),
}

/// The progress of a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    /// The last entry known to match.
    match_index: Option<Index>,
    /// From here backwards the leader searches for where the logs agree.
    next_index: Index,
    /// The bytes of a snapshot that were received.
    received: u64,
}

impl Reached {
    fn of(progress: &Progress, follower: &Node) -> Self {
        let received = follower.incoming_snapshot().map_or(0, |(_, bytes)| bytes);
        let Progress { match_index, next_index, .. } = *progress;
        Self { match_index, next_index, received }
    }

    /// Merges the furthest progress. Returns whether there was any.
    fn improve(&mut self, now: Self) -> bool {
        if now.match_index > self.match_index {
            *self = now;
            return true;
        }
        let is_further = now.next_index < self.next_index || now.received > self.received;
        self.next_index = self.next_index.min(now.next_index);
        self.received = self.received.max(now.received);
        is_further
    }
}

impl CatchUp {
    /// Checks the cluster.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::CatchUp`] where a follower is behind a leader that it is connected to, and has come
    /// no nearer to its log for too long.
    pub fn check(&mut self, cluster: &Cluster) -> Result<(), Violation> {
        let now = cluster.now();
        let leader = cluster.leader().and_then(|id| cluster.server(id));
        let Some((server, node)) = leader.and_then(|server| Some((server, server.node()?))) else {
            self.behind.clear();
            return Ok(());
        };
        let Role::Leader(state) = node.role() else { return Ok(()) };
        self.behind.retain(|follower, _| state.followers().contains_key(follower));
        let mut found = Ok(());
        for (id, progress) in state.followers() {
            let follower = cluster.server(*id).filter(|follower| {
                progress.match_index < node.log().last_index()
                    && [*follower, server].into_iter().all(|one| is_well(cluster, one))
                    && is_connected(cluster, server.id(), *id)
            });
            let Some((follower, state)) = follower.and_then(|it| Some((it, it.node()?))) else {
                self.behind.remove(id);
                continue;
            };
            let lives = (server.incarnation(), follower.incarnation());
            let pair = Pair { leader: server.id(), term: node.current_term(), lives };
            let reached = Reached::of(progress, state);
            let new = Behind { pair, furthest: reached, since: now };
            let known = self.behind.entry(*id).or_insert(new);
            if known.pair != pair {
                *known = new;
            } else if known.furthest.improve(reached) {
                known.since = now;
            } else if now.since(known.since) > PATIENCE {
                let evidence =
                    Evidence::LeftBehind { node: *id, leader: pair.leader, since: known.since };
                found = Err(Violation { property: Property::CatchUp, evidence });
            }
        }
        found
    }
}

/// Whether messages between the two arrive, in both directions.
fn is_connected(cluster: &Cluster, one: NodeId, other: NodeId) -> bool {
    let network = cluster.network();
    let arrives = |from, to| {
        let link = network.link(from, to);
        link.latency_max <= SLOWEST && link.loss.as_ppm() <= 20_000 && !network.is_cut(from, to)
    };
    arrives(one, other) && arrives(other, one)
}

#[cfg(test)]
mod tests {
    use super::super::Run;
    use super::*;
    use crate::cluster::{
        Action, ClusterConfig, Consistency, Endpoint, Handling, LinkChange, MailKind, MessageId,
        Which, Workload,
    };
    use crate::raft::MessageKind;
    use crate::rng::Chance;

    fn index(number: u64) -> Index {
        Index::new(number).unwrap()
    }

    /// Whether each of these steps is progress.
    fn is_progress(history: &[(u64, u64, u64)]) -> bool {
        let reached = |(matches, next, received): (u64, u64, u64)| Reached {
            match_index: Index::new(matches),
            next_index: index(next),
            received,
        };
        let mut furthest = reached(history[0]);
        history[1..].iter().all(|now| furthest.improve(reached(*now)))
    }

    #[test]
    fn starting_over_is_no_progress() {
        assert!(is_progress(&[(0, 9, 0), (0, 8, 0), (0, 3, 0), (2, 3, 0), (7, 8, 0)]));
        assert!(!is_progress(&[(0, 9, 0), (0, 8, 0), (0, 9, 0)]), "it searches back and forth");
        assert!(!is_progress(&[(5, 6, 0), (5, 6, 0)]));
        assert!(is_progress(&[(0, 9, 0), (0, 9, 64), (0, 9, 128), (200, 201, 0)]));
        assert!(!is_progress(&[(0, 9, 0), (0, 9, 64), (0, 9, 0)]), "another snapshot begins");
        let anew = [(0, 9, 0), (0, 9, 64), (0, 9, 128), (3, 4, 0), (3, 4, 64)];
        assert!(is_progress(&anew), "the next one, for one that is nearer");
        assert!(!is_progress(&[(0, 9, 64), (0, 9, 0)]) && !is_progress(&[(0, 9, 64), (0, 9, 64)]));
    }

    /// Whether the judge rejects a run in which n3 is left behind: it runs, is connected, and its
    /// leader sends to it, but each of its answers is dropped by an action.
    fn left_behind(loses: bool, between: &[Action]) -> bool {
        let mut run = Run::new(ClusterConfig { nodes: 3, seed: 118 });
        let mut catch_up = CatchUp::default();
        let mut rejected = false;
        let (writes, every) = (Chance::from_ppm(1_000_000).unwrap(), Duration::from_millis(100));
        let reads = Consistency::Linearizable;
        run.apply(&Action::Timeout(NodeId(1))).unwrap();
        let clients = Workload { clients: 1, keys: 1, writes, every, reads };
        run.apply(&Action::Clients(Some(clients))).unwrap();
        for action in between {
            run.apply(action).unwrap();
        }
        let mut next = Time::ZERO;
        while run.cluster().now() < Time::ZERO + Duration::from_secs(12) {
            run.step();
            let answers = run.cluster().network().flights().filter(|flight| {
                flight.from == Endpoint::Node(NodeId(3))
                    && flight.body.kind() == MailKind::Raft(MessageKind::AppendEntriesResponse)
            });
            let answers: Vec<MessageId> = answers.map(|flight| flight.id).collect();
            for id in answers.into_iter().filter(|_| loses) {
                let (which, handling) = (Which::Numbered(id), Handling::Drop);
                run.apply(&Action::Mail { which, handling }).unwrap();
            }
            if run.cluster().now() >= next {
                next = run.cluster().now() + Duration::from_millis(200);
                rejected |= catch_up.check(run.cluster()).is_err();
            }
        }
        rejected
    }

    #[test]
    fn a_connected_server_without_progress_is_rejected() {
        assert!(left_behind(true, &[]));
        assert!(!left_behind(false, &[]));
    }

    #[test]
    fn an_unreachable_server_may_be_behind() {
        let (n1, n3) = (NodeId(1), NodeId(3));
        let slow = LinkChange {
            latency: Some((Duration::from_millis(1), Duration::from_millis(251))),
            ..LinkChange::default()
        };
        let lossy = LinkChange { loss: Chance::from_ppm(20_001), ..LinkChange::default() };
        let unkind = [
            Action::Cut { from: n1, to: n3 },
            Action::Cut { from: n3, to: n1 },
            Action::Pause(n3),
            Action::Kill(n3),
            Action::Link { from: n1, to: n3, change: slow },
            Action::Link { from: n3, to: n1, change: lossy },
            Action::Disk { node: n3, fsync: Duration::from_millis(40) },
            Action::Cpu { node: n1, takes: Duration::from_millis(1) },
        ];
        for action in unkind {
            assert!(!left_behind(true, std::slice::from_ref(&action)), "{action}");
        }
    }
}
