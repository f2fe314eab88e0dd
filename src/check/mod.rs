//! Judges of a run: they observe it from outside and share no logic with the servers.
//!
//! [`Run`] is a cluster with its judges: after every event and every action they observe what it
//! touched, and the first violation of each property is kept.

mod catch_up;
mod changes;
mod clients;
mod invariants;
mod latest;
mod linearizability;
mod liveness;
mod property;
mod servers;
mod window;

pub use catch_up::CatchUp;
pub use changes::Changes;
pub use clients::Clients;
pub use invariants::{Invariants, Observation};
pub use linearizability::{Linearizability, Order, conflict};
pub use liveness::Liveness;
pub use property::{Evidence, Property, Violation};
pub use servers::Servers;

use crate::cluster::{
    Action, Answer, CallEvent, Cluster, ClusterConfig, Operation, Refused, RequestId, Server,
    ServerEvent, Status, Touched,
};
use crate::raft::{Index, Node, NodeId};
use crate::time::Time;

/// A cluster with its judges.
#[derive(Clone, Debug)]
pub struct Run {
    cluster: Cluster,
    invariants: Invariants,
    servers: Servers,
    clients: Clients,
    changes: Changes,
    linearizability: Linearizability,
    catch_up: CatchUp,
    liveness: Liveness,
    /// The index of the last configuration seen to be committed.
    committed_config: Option<Index>,
    /// The first violation of each property, the earliest first.
    violations: Vec<(Time, Violation)>,
}

impl Run {
    /// A new cluster.
    pub fn new(cluster_config: ClusterConfig) -> Self {
        let cluster = Cluster::new(cluster_config);
        Self {
            cluster,
            invariants: Invariants::default(),
            servers: Servers::default(),
            clients: Clients::default(),
            changes: Changes::default(),
            linearizability: Linearizability::default(),
            catch_up: CatchUp::default(),
            liveness: Liveness::default(),
            committed_config: None,
            violations: Vec::new(),
        }
    }

    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The state of the judge of the clients' history.
    pub fn linearizability(&self) -> &Linearizability {
        &self.linearizability
    }

    /// The cluster, to ask for its next event or to take its facts. Events and actions must go
    /// through [`Run::step`] and [`Run::apply`], so that they are judged.
    pub fn cluster_mut(&mut self) -> &mut Cluster {
        &mut self.cluster
    }

    /// Handles one event and judges it. Returns what it touched, or `None` if nothing will ever
    /// happen again.
    pub fn step(&mut self) -> Option<Touched> {
        self.cluster.forget_deeds();
        let touched = self.cluster.step()?;
        self.judge_server_events();
        match touched {
            Touched::Nobody => {}
            Touched::Server(node) => self.judge(node),
            Touched::Anybody => self.judge_all(),
        }
        self.judge_clients();
        if self.liveness.is_due(self.cluster.now()) {
            let found = self.liveness.check(&self.cluster);
            let other = self.catch_up.check(&self.cluster);
            self.keep(found);
            self.keep(other);
        }
        Some(touched)
    }

    /// Performs an action and judges it.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::apply`]: nothing has happened then.
    pub fn apply(&mut self, action: &Action) -> Result<Option<RequestId>, Refused> {
        self.cluster.forget_deeds();
        let result = self.cluster.apply(action);
        if matches!(action, Action::Mail { .. }) {
            self.changes.disturb();
        }
        self.judge_server_events();
        self.judge_all();
        self.judge_clients();
        result
    }

    /// Observes every server, and drops those that don't exist any more.
    fn judge_all(&mut self) {
        let cluster = &self.cluster;
        self.invariants.keep_only(|node| cluster.server(node).is_some());
        self.servers.keep_only(|node| {
            cluster.server(node).is_some_and(|server| server.status() != Status::Down)
        });
        for node in self.cluster.servers().map(Server::id).collect::<Vec<_>>() {
            self.judge(node);
        }
    }

    /// The first violation of each property and its time, the earliest first.
    pub fn violations(&self) -> &[(Time, Violation)] {
        &self.violations
    }

    /// The first violation and its time.
    pub fn violation(&self) -> Option<&(Time, Violation)> {
        self.violations.first()
    }

    /// The first violation of this property and its time.
    pub fn violation_of(&self, property: Property) -> Option<&(Time, Violation)> {
        self.violations.iter().find(|(_, violation)| violation.property == property)
    }

    /// Compares the whole log of every running server.
    pub fn audit(&mut self) {
        let running = self.cluster.servers().filter(|server| server.status() != Status::Down);
        for node in running.map(Server::id).collect::<Vec<_>>() {
            if let Some(server) = self.cluster.server(node)
                && let Some(observation) = observation(server, self.cluster.now())
            {
                let found = self.invariants.audit(&observation);
                self.keep(found);
            }
        }
    }

    fn judge(&mut self, node: NodeId) {
        let now = self.cluster.now();
        let server = self.cluster.server(node);
        if let Some(observation) = server.and_then(|server| observation(server, now)) {
            let goals = server.and_then(Server::node).map_or(&[][..], Node::goals);
            let found = self.invariants.observe(&observation);
            let other = self.servers.observe(now, &observation);
            let refused = self.changes.observe(&observation, goals);
            self.keep(found);
            self.keep(other);
            self.keep(refused);
        }
    }

    /// Judges what servers did that their state does not show: votes, applied entries, accepted and
    /// refused requests.
    fn judge_server_events(&mut self) {
        let mut found = Ok(());
        for server_event in self.cluster.server_events() {
            let judged = match server_event {
                ServerEvent::Voted { by, term, candidate } => {
                    self.servers.voted(*by, *term, *candidate)
                }
                ServerEvent::Applied { by, index, request } => {
                    self.clients.applied(*by, *index, *request)
                }
                ServerEvent::Accepted { by, term, id, change } => {
                    self.changes.accepted(*by, *term, *id, change.as_ref());
                    Ok(())
                }
                ServerEvent::Refused { by, term, id } => {
                    self.changes.refused(*by, *term, *id);
                    Ok(())
                }
            };
            found = found.and(judged);
        }
        self.keep(found);
        let (at, config) = self.cluster.committed_config();
        if at > self.committed_config {
            self.committed_config = at;
            self.servers.committed(config);
            let cluster = &self.cluster;
            self.invariants.keep_only(|node| cluster.server(node).is_some());
        }
        if !self.changes.is_idle() {
            self.changes.look(&self.cluster);
        }
    }

    fn judge_clients(&mut self) {
        let (mut found, mut orderly, mut changed) = (Ok(()), Ok(()), Ok(()));
        for event in self.cluster.calls() {
            let judged = match event {
                CallEvent::Began { id, operation, .. } => {
                    if let Operation::Change(change) = operation {
                        self.changes.began(*id, change, self.cluster.members());
                    }
                    self.linearizability.began(*id, operation);
                    Ok(())
                }
                CallEvent::Ended { id, answer, wrote } => {
                    changed = changed.and(self.changes.ended(*id, answer, &self.cluster));
                    if let (Some(wrote), Answer::Outcome(outcome)) = (wrote, answer)
                        && outcome.tells()
                    {
                        found = found.and(self.clients.answered(*id, *wrote));
                    }
                    self.linearizability.ended(*id, answer)
                }
            };
            if judged.is_err()
                && let CallEvent::Ended { id: request, .. } = *event
            {
                let evidence = Evidence::NoOrder { request };
                orderly = Err(Violation { property: Property::Linearizability, evidence });
            }
        }
        self.keep(found);
        self.keep(orderly);
        self.keep(changed);
    }

    fn keep(&mut self, found: Result<(), Violation>) {
        if let Err(violation) = found
            && self.violation_of(violation.property).is_none()
        {
            self.violations.push((self.cluster.now(), violation));
        }
    }
}

fn observation(server: &Server, now: Time) -> Option<Observation<'_>> {
    let node = server.node()?;
    let store = server.store()?;
    Some(Observation {
        node: server.id(),
        incarnation: server.incarnation(),
        is_leader: node.is_leader(),
        current_term: node.current_term(),
        config: node.config(),
        lease_end: server.lease_end(),
        transfer: node.transfer(),
        free_at: server.free_at(now),
        base: node.log().base(),
        compacted_on_disk: server.disk().durable().log.base().map(|base| base.index),
        log: node.log().entries(),
        commit_index: node.commit_index(),
        last_applied: node.last_applied(),
        store_digest: store.digest(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Consistency, Workload};
    use crate::raft::{Data, Payload};
    use crate::rng::Chance;
    use crate::time::Duration;

    /// A workload of one client that writes one key.
    fn a_writer() -> Action {
        let (writes, every) = (Chance::from_ppm(1_000_000).unwrap(), Duration::from_millis(50));
        let reads = Consistency::Linearizable;
        Action::Clients(Some(Workload { clients: 1, keys: 1, writes, every, reads }))
    }

    /// The judges were shown another first entry of the leader. Between events they compare only
    /// the end of a log.
    #[test]
    fn an_audit_finds_what_has_changed_in_the_middle_of_a_log() {
        let mut run = Run::new(ClusterConfig { nodes: 3, seed: 5 });
        let last_index = |run: &Run| {
            let leader = run.cluster.leader().and_then(|id| run.cluster.server(id));
            leader.and_then(Server::node).and_then(|node| node.log().last_index())
        };
        run.apply(&a_writer()).unwrap();
        while last_index(&run) < Index::new(3) {
            run.step().unwrap();
        }
        let leader = run.cluster.leader().and_then(|id| run.cluster.server(id)).unwrap();
        let (id, seen) = (leader.id(), observation(leader, Time::ZERO).unwrap());
        let mut log = seen.log.to_vec();
        log[0].payload = Payload::Command(Data::new(*b"another"));
        run.invariants = Invariants::default();
        assert_eq!(run.invariants.observe(&Observation { log: &log, ..seen }), Ok(()));
        run.judge(id);
        assert_eq!(run.violation(), None);
        run.audit();
        assert!(run.violation_of(Property::LeaderAppendOnly).is_some());
    }
}
