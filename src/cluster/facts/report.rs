//! What a cluster reports of itself, to judges, pages and scripts.

use super::super::clients::client::{CallEvent, RequestTrace};
use super::super::clients::workload::Workload;
use super::super::machine::server::{Process, Server, Status};
use super::super::network::{Flight, Network};
use super::super::{Cluster, ClusterConfig, ServerEvent, Snapshots};
use super::fact::Fact;
use crate::digest::{Digest, Digester};
use crate::raft::{Config, Index, Node, NodeId, Role, Settings, count};
use crate::store::ClientId;
use crate::time::{Duration, Time};

/// What a cluster reports of itself.
impl Cluster {
    /// What it began with.
    pub fn cluster_config(&self) -> ClusterConfig {
        self.cluster_config
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How many events were handled.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// All machines, in the order of their names.
    pub fn servers(&self) -> impl ExactSizeIterator<Item = &Server> {
        self.servers.values()
    }

    /// One machine.
    pub fn server(&self, id: NodeId) -> Option<&Server> {
        self.servers.get(&id)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The timing and limits of the servers.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a rule was ever switched away from Raft in this run.
    pub fn is_modified(&self) -> bool {
        !self.settings.lapses.is_empty()
    }

    /// The background workload.
    pub fn workload(&self) -> Option<&Workload> {
        self.workload.as_ref()
    }

    /// The running leader of the highest term, if there is one.
    pub fn leader(&self) -> Option<NodeId> {
        let leaders = self.running_nodes().filter(|node| node.is_leader());
        leaders.max_by_key(|node| node.current_term()).map(Node::id)
    }

    /// The consensus state of all servers that run; a paused one does not.
    pub fn running_nodes(&self) -> impl Iterator<Item = &Node> {
        let running = |server: &&Server| server.status() == Status::Running;
        self.servers.values().filter(running).filter_map(Server::node)
    }

    /// The members that the cluster last agreed on, as far as anybody knows.
    pub fn members(&self) -> &Config {
        &self.committed_config.1
    }

    /// The name for the next new server.
    pub fn next_node_id(&self) -> NodeId {
        NodeId(self.last_name.0.saturating_add(1))
    }

    /// The named clients that have asked for something.
    pub fn named_clients(&self) -> impl ExactSizeIterator<Item = ClientId> {
        self.clients.named.iter().copied()
    }

    /// Requests that have no answer yet.
    pub fn request_traces(&self) -> impl Iterator<Item = &RequestTrace> {
        self.clients.pending.values().map(|pending| &pending.request_trace)
    }

    /// Takes what happened since it was last taken.
    pub fn take_facts(&mut self) -> std::vec::Drain<'_, Fact> {
        self.facts.drain(..)
    }

    /// What servers did since it was last forgotten.
    pub fn server_events(&self) -> &[ServerEvent] {
        &self.server_events
    }

    /// What clients began and ended since it was last forgotten, in that order.
    pub fn calls(&self) -> &[CallEvent] {
        &self.calls
    }

    /// Forgets what servers did, and what clients began and ended.
    pub fn forget_deeds(&mut self) {
        self.server_events.clear();
        self.calls.clear();
    }

    /// The configuration that was last committed, as far as anybody knows, and where it stands.
    pub fn committed_config(&self) -> (Option<Index>, &Config) {
        (self.committed_config.0, &self.committed_config.1)
    }

    /// When servers take snapshots.
    pub fn snapshots(&self) -> Snapshots {
        self.snapshots
    }

    /// How long a client session lasts that is not used.
    pub fn session_lasts(&self) -> Duration {
        self.session_lasts
    }

    /// Takes the requests that ended since they were last taken.
    pub fn take_finished(&mut self) -> std::vec::Drain<'_, RequestTrace> {
        self.finished.drain(..)
    }

    /// One number for what the servers are and what is on its way: equal runs have equal digests after
    /// every event. What has had no effect yet (a rule just switched, a link just cut) is not in it.
    pub fn digest(&self) -> Digest {
        let mut digester = Digester::new(self.cluster_config.seed);
        digester.number(self.now.as_micros()).number(self.events);
        for (id, server) in &self.servers {
            digester.number(id.0.into()).number(server.incarnation.into());
            digester.number(server.paused.into()).number(server.inbox.len() as u64);
            let on_disk = &server.disk.durable().log;
            digester.number(count(on_disk.last_index())).number(server.disk.unread_bytes() as u64);
            digester.number(server.clock.steady(self.now).as_micros());
            digester.number(server.busy_until.as_micros());
            let Some(process) = &server.process else {
                continue;
            };
            digest_process(process, &mut digester);
        }
        let mut flights: Vec<&Flight> = self.network.flights().collect();
        flights.sort_unstable_by_key(|flight| flight.id);
        for flight in flights {
            digester.number(flight.id.0).number(flight.arrives_at.as_micros());
        }
        let mut network_rng = self.network.rng().clone();
        digester.number(network_rng.range(0..=u64::MAX));
        digester.number(self.clients.pending.len() as u64);
        digester.finish()
    }
}

fn digest_process(process: &Process, digester: &mut Digester) {
    let node = &process.node;
    let role = match node.role() {
        Role::Follower { .. } => 0,
        Role::Candidate(_) => 1,
        Role::Leader(_) => 2,
    };
    digester.number(role).number(node.current_term().0);
    digester.optional(node.voted_for().map(|id| id.0.into()));
    digester.number(count(node.commit_index())).number(count(node.durable_index()));
    digester.number(node.deadline().map_or(0, Time::as_micros));
    digester.number(count(node.log().base().map(|base| base.index)));
    for entry in node.log().entries() {
        entry.digest_into(digester);
    }
    digester.number(process.store.digest().0);
}
