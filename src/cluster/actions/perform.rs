//! Performs actions, or says why an action is refused. A refused action changes nothing.

use super::super::clients::client::{Operation, RequestId};
use super::super::clients::workload::Workload;
use super::super::event::Event;
use super::super::facts::fact::{Fault, What};
use super::super::machine::disk::DiskState;
use super::super::machine::server::Status;
use super::super::network::{Endpoint, LinkChange};
use super::super::{Cluster, MAX_NODES, YOU};
use super::action::{Action, ClockChange, Handling, Refused, Timing, Which};
use crate::raft::{Change, Config, Input, NodeId, Rule, Settings, count};
use crate::store::ClientId;
use crate::time::{Duration, Time};

/// The shortest interval of timers and clients. With shorter ones nothing can be seen, and everything stalls.
const SHORTEST: Duration = Duration::from_millis(1);

/// The highest number that a node may have in its name.
const HIGHEST_NAME: NodeId = NodeId(9_999);

impl Cluster {
    /// Performs the action now. Requests and changes of the membership return the number of the request that
    /// travels. Everything else has happened when this returns.
    ///
    /// # Errors
    ///
    /// Says why the action can't be done now: a server, link, message or leader that it needs is not there,
    /// it would change nothing, or a number is out of its range. Nothing has happened then.
    pub fn apply(&mut self, action: &Action) -> Result<Option<RequestId>, Refused> {
        self.next = None;
        match action {
            Action::Add(node) => return self.add(Change::Add(*node)).map(Some),
            Action::Learn(node) => return self.add(Change::Learn(*node)).map(Some),
            Action::Members(nodes) => return self.go_over_to(nodes).map(Some),
            Action::Remove(node) => return self.remove(*node).map(Some),
            Action::Demote(node) => return self.demote(*node).map(Some),
            Action::Request { client, operation, via } => {
                return self.request(*client, operation.clone(), *via).map(Some);
            }
            Action::Kill(node) => self.kill(*node, false)?,
            Action::KillTorn(node) => self.kill(*node, true)?,
            Action::Wipe(node) => self.wipe(*node)?,
            Action::Restart(node) => self.restart(*node)?,
            Action::Pause(node) => self.pause(*node)?,
            Action::Resume(node) => self.resume(*node)?,
            Action::Partition(groups) => self.partition(groups)?,
            Action::Heal => {
                self.sides.clear();
                self.network.heal();
                self.tell(What::Fault(Fault::Healed));
                self.switch_off_retired();
            }
            Action::Cut { from, to } => {
                self.check_link(*from, *to)?;
                self.network.cut(*from, *to);
                self.tell(What::Fault(Fault::Cut(*from, *to)));
            }
            Action::Mend { from, to } => {
                self.check_link(*from, *to)?;
                self.network.mend(*from, *to);
                self.tell(What::Fault(Fault::Mended(*from, *to)));
                self.switch_off_retired();
            }
            Action::Network(change) => self.network.change_all(check_change(*change)?),
            Action::Link { from, to, change } => {
                self.check_link(*from, *to)?;
                self.network.change_link(*from, *to, check_change(*change)?);
            }
            Action::Disk { node, fsync } => {
                let server = self.servers.get_mut(node).ok_or(Refused::Unknown(*node))?;
                server.disk.set_fsync(*fsync);
            }
            Action::SetDisk { node, state } => self.set_disk(*node, *state)?,
            Action::Clock { node, change } => self.set_clock(*node, *change)?,
            Action::Cpu { node, takes } => {
                self.servers.get_mut(node).ok_or(Refused::Unknown(*node))?.cpu = *takes;
            }
            Action::Transfer(node) => self.transfer(*node)?,
            Action::Snapshot(node) => self.snapshot(*node)?,
            Action::Snapshots { every, chunk } => self.set_snapshots(*every, *chunk)?,
            Action::Timing(timing) => self.set_timing(*timing)?,
            Action::Rule { rule, on } => self.switch_rule(*rule, *on),
            Action::Timeout(node) => self.expire_timer(*node)?,
            Action::Mail { which, handling } => self.handle_mail(*which, *handling)?,
            Action::Clients(workload) => self.set_workload(*workload)?,
            Action::Chaos(level) => self.set_chaos(*level),
        }
        Ok(None)
    }

    /// Whether all of this can be done now, one after the other. That is tried on a copy.
    ///
    /// # Errors
    ///
    /// Why the first that can't be done is refused.
    pub fn check_all(&self, actions: &[Action]) -> Result<(), Refused> {
        let mut copy = self.clone();
        actions.iter().try_for_each(|action| copy.apply(action).map(drop))
    }

    fn known(&self, node: NodeId) -> Result<Status, Refused> {
        self.servers.get(&node).map(super::super::Server::status).ok_or(Refused::Unknown(node))
    }

    fn check_link(&self, from: NodeId, to: NodeId) -> Result<(), Refused> {
        self.known(from)?;
        self.known(to)?;
        if from == to { Err(Refused::SameNode(from)) } else { Ok(()) }
    }

    fn add(&mut self, change: Change) -> Result<RequestId, Refused> {
        for node in change.wanted() {
            // A learner is there already and can become a voter.
            let learns = self.committed_config.1.is_learner(*node);
            if !(learns && matches!(change, Change::Add(_))) {
                self.start_blank(*node)?;
            }
        }
        Ok(self.begin_request(YOU, Operation::Change(change), None))
    }

    fn go_over_to(&mut self, nodes: &[NodeId]) -> Result<RequestId, Refused> {
        let mut new: Vec<NodeId> =
            nodes.iter().copied().filter(|node| !self.servers.contains_key(node)).collect();
        new.sort_unstable();
        new.dedup();
        self.check_new(&new)?;
        for node in new {
            self.start_blank(node)?;
        }
        let change = Change::Members(Config::new(nodes.iter().copied()).voters().to_vec());
        Ok(self.begin_request(YOU, Operation::Change(change), None))
    }

    /// Whether machines with these names can be put into the world.
    fn check_new(&self, nodes: &[NodeId]) -> Result<(), Refused> {
        for node in nodes {
            if self.servers.contains_key(node) {
                return Err(Refused::Exists(*node));
            }
            if *node > HIGHEST_NAME {
                return Err(Refused::HighName(*node));
            }
            if *node <= self.last_name {
                return Err(Refused::UsedName(*node));
            }
        }
        if self.servers.len() + nodes.len() > MAX_NODES { Err(Refused::Full) } else { Ok(()) }
    }

    /// Puts a machine with an empty disk into the world and starts it.
    fn start_blank(&mut self, node: NodeId) -> Result<(), Refused> {
        self.check_new(&[node])?;
        self.last_name = node;
        self.install(node, Config::default());
        self.boot(node);
        self.tell(What::Started(node));
        // In a split network it stands on the last side.
        if let Some((own, others)) = self.sides.split_last_mut() {
            for other in others.iter().flatten() {
                self.network.cut(*other, node);
                self.network.cut(node, *other);
            }
            own.push(node);
        }
        Ok(())
    }

    fn remove(&mut self, node: NodeId) -> Result<RequestId, Refused> {
        self.known(node)?;
        if self.servers.len() == 1 {
            return Err(Refused::Last(node));
        }
        Ok(self.begin_request(YOU, Operation::Change(Change::Remove(node)), None))
    }

    fn demote(&mut self, node: NodeId) -> Result<RequestId, Refused> {
        self.known(node)?;
        Ok(self.begin_request(YOU, Operation::Change(Change::Demote(node)), None))
    }

    /// Takes a machine out of the world for good.
    pub(in crate::cluster) fn switch_off(&mut self, node: NodeId) {
        if self.servers.remove(&node).is_some() {
            self.tell(What::SwitchedOff(node));
        }
    }

    fn request(
        &mut self,
        client: ClientId,
        operation: Operation,
        via: Option<NodeId>,
    ) -> Result<RequestId, Refused> {
        if !client.is_by_hand() {
            return Err(Refused::NoName(client));
        }
        if let Some(node) = via {
            self.known(node)?;
        }
        Ok(self.begin_request(client, operation, via))
    }

    fn kill(&mut self, node: NodeId, torn: bool) -> Result<(), Refused> {
        if self.known(node)? == Status::Down {
            return Err(Refused::Down(node));
        }
        self.tell(What::Fault(Fault::Killed { node, torn }));
        self.end_process(node, torn);
        Ok(())
    }

    pub(in crate::cluster) fn end_process(&mut self, node: NodeId, torn: bool) {
        let Some(server) = self.servers.get_mut(&node) else { return };
        let committed = server.known_committed();
        server.process = None;
        server.paused = false;
        server.inbox.clear();
        let lost = server.disk.crash(Some(&mut self.disk_rng).filter(|_| torn));
        server.known_committed = committed.min(server.disk.durable().log.last_index());
        // Void what was scheduled for this life.
        server.incarnation += 1;
        if lost > 0 {
            self.tell(What::Fault(Fault::Lied { node, lost }));
        }
    }

    /// From the moment at which a disk begins to lie Raft's invariants may not be counted on.
    fn set_disk(&mut self, node: NodeId, state: DiskState) -> Result<(), Refused> {
        let server = self.servers.get_mut(&node).ok_or(Refused::Unknown(node))?;
        server.disk.set_state(state);
        if state == DiskState::Lying {
            let mut settings = self.settings;
            settings.lapses.add_lost_disk();
            self.change_settings(settings);
        }
        self.tell(What::Fault(Fault::DiskSet(node, state)));
        Ok(())
    }

    /// Empties a disk. Raft counts on disks that keep what they were given, so from now on its invariants
    /// may not be counted on. The server comes back blank, and may be told anew who belongs to the cluster.
    fn wipe(&mut self, node: NodeId) -> Result<(), Refused> {
        self.known(node)?;
        self.end_process(node, false);
        if let Some(server) = self.servers.get_mut(&node) {
            server.disk.wipe();
            server.known_committed = None;
            server.initial = Config::default();
        }
        let mut settings = self.settings;
        settings.lapses.add_lost_disk();
        self.change_settings(settings);
        self.tell(What::Fault(Fault::Wiped(node)));
        Ok(())
    }

    fn set_clock(&mut self, node: NodeId, change: ClockChange) -> Result<(), Refused> {
        let now = self.now;
        let server = self.servers.get_mut(&node).ok_or(Refused::Unknown(node))?;
        if let Some(rate) = change.rate {
            server.clock.set_rate(now, rate);
        }
        if let Some(offset) = change.offset {
            server.clock.set_offset(offset);
        }
        self.tell(What::Fault(Fault::ClockSet(node, change)));
        Ok(())
    }

    fn transfer(&mut self, to: NodeId) -> Result<(), Refused> {
        self.known(to)?;
        let leader = self.leader().ok_or(Refused::NoLeader)?;
        let result =
            self.step_node_and(leader, Input::Transfer(to), |_, effects| effects.transfer.take());
        result.flatten().unwrap_or(Ok(())).map_err(Refused::Refused)
    }

    fn snapshot(&mut self, node: NodeId) -> Result<(), Refused> {
        if self.known(node)? == Status::Down {
            return Err(Refused::Down(node));
        }
        let applied = self.servers.get(&node).and_then(super::super::Server::node);
        if applied.is_none_or(|node| node.applied_since_snapshot() == 0) {
            return Err(Refused::NothingNew(node));
        }
        self.take_snapshot(node, 0);
        Ok(())
    }

    fn set_snapshots(&mut self, every: Option<u64>, chunk: Option<u32>) -> Result<(), Refused> {
        if every == Some(0) || chunk == Some(0) {
            return Err(Refused::BadTiming);
        }
        self.snapshots.every = every;
        if let Some(chunk) = chunk {
            let snapshot_chunk = usize::try_from(chunk).unwrap_or(usize::MAX);
            self.change_settings(Settings { snapshot_chunk, ..self.settings });
        }
        Ok(())
    }

    fn restart(&mut self, node: NodeId) -> Result<(), Refused> {
        if self.known(node)? != Status::Down {
            return Err(Refused::Running(node));
        }
        let recovered = self.boot(node);
        let log = self.servers.get(&node).map(|server| &server.disk.durable().log);
        let entries = log.map_or(0, |log| count(log.last_index()));
        let snapshot = log.map_or(0, |log| count(log.base().map(|base| base.index)));
        self.tell(What::Fault(Fault::Restarted { node, entries, snapshot, recovered }));
        Ok(())
    }

    fn pause(&mut self, node: NodeId) -> Result<(), Refused> {
        match self.known(node)? {
            Status::Down => return Err(Refused::Down(node)),
            Status::Paused => return Err(Refused::Paused(node)),
            Status::Running => {}
        }
        if let Some(server) = self.servers.get_mut(&node) {
            server.paused = true;
        }
        self.tell(What::Fault(Fault::Paused(node)));
        Ok(())
    }

    fn resume(&mut self, node: NodeId) -> Result<(), Refused> {
        match self.known(node)? {
            Status::Down => return Err(Refused::Down(node)),
            Status::Running => return Err(Refused::Running(node)),
            Status::Paused => {}
        }
        if let Some(server) = self.servers.get_mut(&node) {
            server.paused = false;
            server.busy_until = server.busy_until.max(self.now);
            for _ in 0..server.inbox.len() {
                server.busy_until += server.cpu;
                self.queue.push(server.busy_until, Event::Inbox(node, server.incarnation));
            }
        }
        self.tell(What::Fault(Fault::Resumed(node)));
        Ok(())
    }

    fn partition(&mut self, groups: &[Vec<NodeId>]) -> Result<(), Refused> {
        let mut side_of = std::collections::BTreeMap::new();
        for (side, group) in groups.iter().enumerate() {
            for node in group {
                self.known(*node)?;
                if side_of.insert(*node, side).is_some() {
                    return Err(Refused::TwoGroups(*node));
                }
            }
        }
        let rest: Vec<NodeId> =
            self.servers.keys().copied().filter(|id| !side_of.contains_key(id)).collect();
        for node in &rest {
            side_of.insert(*node, groups.len());
        }
        let mut sides: Vec<Vec<NodeId>> = groups.to_vec();
        sides.push(rest);
        sides.retain(|side| !side.is_empty());
        if sides.len() < 2 {
            return Err(Refused::OneGroup);
        }
        self.network.heal();
        for (from, from_side) in &side_of {
            for (to, _) in side_of.iter().filter(|(_, to_side)| *to_side != from_side) {
                self.network.cut(*from, *to);
            }
        }
        self.sides.clone_from(&sides);
        self.tell(What::Fault(Fault::Partitioned(sides)));
        Ok(())
    }

    fn set_timing(&mut self, timing: Timing) -> Result<(), Refused> {
        let mut settings = self.settings;
        if let Some((min, max)) = timing.election {
            (settings.election_timeout_min, settings.election_timeout_max) = (min, max);
        }
        settings.heartbeat_interval = timing.heartbeat.unwrap_or(settings.heartbeat_interval);
        if let Some(batch) = timing.batch {
            settings.max_batch = usize::try_from(batch).unwrap_or(usize::MAX);
        }
        settings.clock_drift_percent = timing.drift.unwrap_or(settings.clock_drift_percent);
        let session_lasts = timing.session.unwrap_or(self.session_lasts);
        let spans = [settings.election_timeout_min, settings.heartbeat_interval, session_lasts];
        if spans.iter().any(|span| *span < SHORTEST)
            || settings.election_timeout_max < settings.election_timeout_min
            || settings.max_batch == 0
            || settings.clock_drift_percent > 99
        {
            return Err(Refused::BadTiming);
        }
        self.session_lasts = session_lasts;
        self.change_settings(settings);
        Ok(())
    }

    fn switch_rule(&mut self, rule: Rule, on: bool) {
        let mut settings = self.settings;
        settings.rules.set(rule, on);
        settings.lapses.add_rules(settings.rules);
        self.change_settings(settings);
        self.tell(What::Switched(rule, on));
    }

    fn change_settings(&mut self, settings: Settings) {
        self.settings = settings;
        for server in self.servers.values_mut() {
            if let Some(process) = &mut server.process {
                process.node.set_settings(settings);
            }
        }
    }

    fn handle_mail(&mut self, which: Which, handling: Handling) -> Result<(), Refused> {
        let slot = self.network.find(which).ok_or(Refused::NoMessage(which))?;
        let departure = match handling {
            Handling::Drop => {
                let dropped = self.network.drop_by_hand(slot);
                self.tell_lost(&dropped);
                return Ok(());
            }
            Handling::Delay(by) => self.network.delay(slot, by),
            Handling::Duplicate => self.network.copy(self.now, slot),
            Handling::Deliver => self.network.hurry(self.now, slot),
        };
        if let Some(flight) = self.network.flight(departure.slot, departure.id) {
            let (kind, from, to) = (flight.body.kind(), flight.from, flight.to);
            self.tell(What::Handled { kind, from, to, handling });
        }
        self.schedule(departure);
        Ok(())
    }

    fn expire_timer(&mut self, node: NodeId) -> Result<(), Refused> {
        let now: Time = self.now;
        let status = self.known(node)?;
        let server = self.servers.get_mut(&node);
        let steady = server.as_ref().map_or(now, |server| server.clock.steady(now));
        let process = server.and_then(|server| server.process.as_mut());
        let expired = process.is_some_and(|process| {
            status == Status::Running && process.node.expire_election_timer(steady)
        });
        if expired { Ok(()) } else { Err(Refused::NoTimer(node)) }
    }

    fn set_workload(&mut self, workload: Option<Workload>) -> Result<(), Refused> {
        if let Some(Workload { clients, keys, every, .. }) = workload {
            if clients == 0 || keys == 0 || every < SHORTEST {
                return Err(Refused::EmptyWorkload);
            }
            if clients > Workload::MAX_CLIENTS || keys > Workload::MAX_KEYS {
                return Err(Refused::LargeWorkload);
            }
        }
        self.workload = workload;
        self.queue.workloads += 1;
        let Some(Workload { clients, every, .. }) = workload else {
            return Ok(());
        };
        for client in 1..=clients {
            // Spread over the first interval, so that they do not march in step.
            let share = every * u64::from(client) / u64::from(clients);
            let turn = Event::Turn(ClientId(client), self.queue.workloads);
            self.queue.push(self.now + share, turn);
        }
        Ok(())
    }
}

fn check_change(change: LinkChange) -> Result<LinkChange, Refused> {
    match change.latency {
        Some((min, max)) if max < min => Err(Refused::BadTiming),
        _ => Ok(change),
    }
}

impl Endpoint {
    /// The server, if it is one.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Self::Node(node) => Some(node),
            Self::Client(_) => None,
        }
    }
}
