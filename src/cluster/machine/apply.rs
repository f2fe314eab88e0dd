//! The state machines: applying what is committed, snapshots of it, and what a committed configuration
//! means for the machines.

use super::super::clients::client::Answer;
use super::super::{Cluster, ServerEvent};
use super::server::Server;
use crate::raft::{Config, Data, Index, Input, Node, NodeId, Payload, Rule};
use crate::store::{Request, Store};

impl Cluster {
    /// A server goes on from a snapshot: whoever waited for what it stands for is sent on.
    pub(in crate::cluster) fn restore_store(&mut self, id: NodeId, data: &Data) {
        let Some(process) = self.servers.get_mut(&id).and_then(|server| server.process.as_mut())
        else {
            return;
        };
        let restored = Store::restore(data.as_bytes());
        assert!(restored.is_ok(), "{id}: a snapshot whose checksum fits must be one of a store");
        process.store = restored.unwrap_or_default();
    }

    /// Takes a snapshot of a server's state machine, and lets its log forget what that stands for.
    pub(in crate::cluster) fn take_snapshot(&mut self, id: NodeId, keep: u64) {
        let with_sessions = self.settings.rules.on(Rule::SessionsInSnapshots);
        let process = self.servers.get(&id).and_then(|server| server.process.as_ref());
        if let Some(process) = process {
            let data = Data::new(process.store.snapshot(with_sessions));
            self.step_node(id, Input::Snapshot { data, keep });
        }
    }

    /// Brings a server's state machine up to its commit index.
    pub(in crate::cluster) fn apply_committed(&mut self, id: NodeId) {
        self.apply_all(id);
        let Some(every) = self.snapshots.every else { return };
        let node = self.servers.get(&id).and_then(Server::node);
        if node.is_some_and(|node| node.applied_since_snapshot() >= every) {
            self.take_snapshot(id, self.snapshots.keep());
        }
    }

    pub(in crate::cluster) fn apply_all(&mut self, id: NodeId) {
        loop {
            let Some(process) =
                self.servers.get_mut(&id).and_then(|server| server.process.as_mut())
            else {
                return;
            };
            let Some((index, entry)) = process.node.apply_next() else {
                return;
            };
            let term = entry.term;
            let mut executed = None;
            match &entry.payload {
                Payload::Noop => self.finish_proposal(id, index, term, None),
                Payload::Command(data) => {
                    let request = Request::decode(data.as_bytes());
                    assert!(request.is_some(), "entry {index} of {id} must be a request");
                    let outcome = request.map(|request| {
                        let (outcome, now) = process.store.apply(&request);
                        executed = Some((request.session, request.seq, now));
                        outcome
                    });
                    self.finish_proposal(id, index, term, outcome.map(Answer::Outcome));
                }
                Payload::Config(config) => {
                    let config = config.clone();
                    self.finish_change(id, index, term, &config);
                    self.on_committed_config(index, config);
                }
            }
            self.server_events.push(ServerEvent::Applied { by: id, index, request: executed });
        }
    }

    /// A configuration is committed: machines that are no longer members are to be switched off.
    pub(in crate::cluster) fn on_committed_config(&mut self, index: Index, config: Config) {
        if Some(index) <= self.committed_config.0 {
            self.switch_off_retired();
            return;
        }
        let before = std::mem::replace(&mut self.committed_config, (Some(index), config));
        let config = &self.committed_config.1;
        self.retired.extend(before.1.members().filter(|gone| !config.contains(*gone)));
        // Who was taken back before anybody had told it is a member like all others.
        self.retired.retain(|gone| !config.contains(*gone));
        self.switch_off_retired();
    }

    /// Whether the cluster has agreed to go on without this machine, which may not know it yet and run on.
    pub fn is_removed(&self, node: NodeId) -> bool {
        self.retired.contains(&node)
            || (node <= self.last_name && !self.servers.contains_key(&node))
    }

    /// A client was told that this machine is no member, and of one that never was any the configurations
    /// don't tell. It may have become a member while the answer travelled.
    pub(in crate::cluster) fn retire(&mut self, node: NodeId) {
        if !self.committed_config.1.contains(node) {
            self.retired.insert(node);
        }
        self.switch_off_retired();
    }

    /// Switches off the machines that are no longer members, as far as a running server that knows it
    /// reaches them: nobody else could tell them. One that has just come knows of no members at all; and whom
    /// the leader counts on is about to come back.
    pub(in crate::cluster) fn switch_off_retired(&mut self) {
        let leader = self.leader().and_then(|leader| self.servers.get(&leader));
        let reached = |gone: &NodeId| {
            let comes_back = leader.is_some_and(|leader| leader.counts_on(*gone));
            !comes_back
                && self.servers.values().any(|server| {
                    let config = server.node().map(Node::config);
                    let knows = config.is_some_and(|config| {
                        config.members().next().is_some() && !config.contains(*gone)
                    });
                    server.id != *gone
                        && !server.paused
                        && knows
                        && !self.network.is_cut(server.id, *gone)
                })
        };
        let reached: Vec<NodeId> = self.retired.iter().copied().filter(reached).collect();
        for gone in reached {
            self.retired.remove(&gone);
            self.switch_off(gone);
        }
    }
}
