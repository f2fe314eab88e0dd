//! Judges of a run: they see it from the outside and share no logic with the servers.
//!
//! [`Run`] is a cluster with its judges: every event and every action is followed by a look at what it
//! touched, and the first broken property is kept.

mod invariants;
mod linearizability;

pub use invariants::{Evidence, Invariants, Observation, Property, Violation};
pub use linearizability::Linearizability;

use crate::cluster::{
    Action, CallEvent, Cluster, Founding, Refused, RequestId, Server, Status, Stepped,
};
use crate::raft::NodeId;
use crate::time::Time;

/// A cluster that is watched.
#[derive(Clone, Debug)]
pub struct Run {
    cluster: Cluster,
    invariants: Invariants,
    linearizability: Linearizability,
    /// The first violation of each property, the earliest first.
    violations: Vec<(Time, Violation)>,
}

impl Run {
    /// A cluster in which nothing has happened yet.
    pub fn new(founding: Founding) -> Self {
        let cluster = Cluster::new(founding);
        Self {
            cluster,
            invariants: Invariants::default(),
            linearizability: Linearizability::default(),
            violations: Vec::new(),
        }
    }

    /// The cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The cluster, to ask it what is next or to take what it has to tell. Events and actions go
    /// through [`Run::step`] and [`Run::apply`], so that they are judged.
    pub fn cluster_mut(&mut self) -> &mut Cluster {
        &mut self.cluster
    }

    /// Handles one event and judges it.
    pub fn step(&mut self) -> Option<Stepped> {
        let stepped = self.cluster.step()?;
        if let Some(node) = stepped.node {
            self.judge(node);
        }
        self.judge_clients();
        Some(stepped)
    }

    /// Does something to the cluster.
    pub fn apply(&mut self, action: &Action) -> Result<Option<RequestId>, Refused> {
        let result = self.cluster.apply(action);
        self.judge_clients();
        result
    }

    /// The first broken property and when it broke.
    pub fn violation(&self) -> Option<&(Time, Violation)> {
        self.violations.first()
    }

    /// When and how this property broke first, if it did.
    pub fn violation_of(&self, property: Property) -> Option<&(Time, Violation)> {
        self.violations.iter().find(|(_, violation)| violation.property == property)
    }

    /// Looks at every running server anew, at the whole of its log.
    pub fn audit(&mut self) {
        let running = self.cluster.servers().filter(|server| server.status() != Status::Down);
        for node in running.map(Server::id).collect::<Vec<_>>() {
            if let Some(server) = self.cluster.server(node)
                && let Some(observation) = observation(server)
            {
                let found = self.invariants.audit(&observation);
                self.keep(found);
            }
        }
    }

    fn judge(&mut self, node: NodeId) {
        if let Some(observation) = self.cluster.server(node).and_then(observation) {
            let found = self.invariants.observe(&observation);
            self.keep(found);
        }
    }

    fn judge_clients(&mut self) {
        let mut found = Ok(());
        for event in self.cluster.take_calls() {
            let judged = match &event {
                CallEvent::Began(id, operation) => {
                    self.linearizability.began(*id, operation);
                    Ok(())
                }
                CallEvent::Ended(id, answer) => self.linearizability.ended(*id, answer),
            };
            if judged.is_err()
                && let CallEvent::Ended(request, _) = event
            {
                let evidence = Evidence::NoOrder { request };
                found = Err(Violation { property: Property::Linearizability, evidence });
            }
        }
        self.keep(found);
    }

    fn keep(&mut self, found: Result<(), Violation>) {
        if let Err(violation) = found
            && self.violation_of(violation.property).is_none()
        {
            self.violations.push((self.cluster.now(), violation));
        }
    }
}

fn observation(server: &Server) -> Option<Observation<'_>> {
    let node = server.node()?;
    let store = server.store()?;
    Some(Observation {
        node: server.id(),
        incarnation: server.incarnation(),
        is_leader: node.is_leader(),
        current_term: node.current_term(),
        log: node.log().entries(),
        commit_index: node.commit_index(),
        last_applied: node.last_applied(),
        store_digest: store.digest(),
    })
}
