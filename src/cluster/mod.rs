//! The simulated world that hosts the servers: machines, network and clients under one clock.
//!
//! A run is a pure function of the configuration (size and seed) and the timed actions. [`Cluster::step`]
//! handles exactly one event, in the strict order of time and, at one time, of when it was scheduled;
//! the servers' own timers come after everything else at the same instant, in the order of their
//! names. Nothing here knows a real clock.
//!
//! What may be done to a cluster is in `actions`, its machines are in `machine`, `network.rs` is between them,
//! `clients` asks, and `facts` is what the cluster tells of itself. `event.rs` is the queue of what is to come.

mod actions;
mod clients;
mod event;
mod facts;
mod machine;
mod network;

use std::collections::{BTreeMap, BTreeSet};

pub use actions::action::{Action, ClockChange, Handling, Refused, Timing, Which};
pub use actions::chaos::{FaultKind, FaultMix, drift, later_fault};
pub use clients::client::{
    Answer, CallEvent, ClientAnswer, Consistency, Hop, Operation, Postponement, Reply, RequestId,
    RequestTrace,
};
pub use clients::workload::Workload;
pub use event::Upcoming;
pub use facts::blocked::{Awaited, Blocked, BlockedOn, Obstacle, ObstacleKind};
pub use facts::fact::{Fact, Fault, MailKind, Topic, What};
pub use facts::fields::{Field, Value as FieldValue, what};
pub use machine::clock::{Clock, Offset, Rate};
pub use machine::disk::{Disk, DiskState, Recovered};
pub use machine::server::{Server, Status};
pub use machine::wal::{Unreadable, decode as decode_write};
pub use network::{Body, Endpoint, Flight, Link, LinkChange, Loss, MessageId, Network};

use crate::raft::{
    Change, Config, Durable, Effects, Envelope, Index, Input, Message, Node, NodeId, Note,
    Settings, Term,
};
use crate::rng::Rng;
use crate::store::{ClientId, Seq, SessionId, Store};
use crate::time::{Duration, Time};
use actions::chaos::Chaos;
use clients::client::Clients;
use event::{Event, Queue};
use machine::server::Process;

/// The most servers of a cluster.
pub const MAX_NODES: usize = 51;

/// The visitor's own client.
pub const YOU: ClientId = ClientId::YOU;

/// What a cluster begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterConfig {
    /// How many servers, from n1 on; 1 to [`MAX_NODES`].
    pub nodes: u32,
    /// The seed of everything that happens by chance.
    pub seed: u64,
}

/// What an event touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// No server.
    Nobody,
    /// This server's state may have changed.
    Server(NodeId),
    /// The state of any server may have changed, and servers may have come or gone.
    Anybody,
}

/// When servers take snapshots of their own accord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// After so many applied entries; `None` for never.
    pub every: Option<u64>,
}

impl Default for Snapshots {
    fn default() -> Self {
        Self { every: Some(256) }
    }
}

impl Snapshots {
    /// How many entries before a snapshot stay in the log, for followers that are a little behind.
    fn keep(self) -> u64 {
        self.every.unwrap_or_default() / 4
    }
}

/// What a server did that its state does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// The server gave its vote; to itself when it asked others for theirs.
    Voted { by: NodeId, term: Term, candidate: NodeId },
    /// The server's state machine has come to an entry. `request` is the request in the entry, if there is
    /// one, and whether it was executed now; a duplicate is not.
    Applied { by: NodeId, index: Index, request: Option<(SessionId, Seq, bool)> },
    /// As the leader of the term it has taken a client's change on; or its write, without one.
    Accepted { by: NodeId, term: Term, id: RequestId, change: Option<Change> },
    /// As the leader of the term it has refused a client's write or change.
    Refused { by: NodeId, term: Term, id: RequestId },
}

/// A cluster and the world around it.
#[derive(Clone, Debug)]
pub struct Cluster {
    cluster_config: ClusterConfig,
    now: Time,
    events: u64,
    queue: Queue,
    /// What comes next, once it has been looked for and until something is done.
    next: Option<(Time, Event)>,
    servers: BTreeMap<NodeId, Server>,
    /// The last name that was given to a server. Names are never used again: what an earlier bearer
    /// promised may still be in the network.
    last_name: NodeId,
    network: Network,
    clients: Clients,
    workload: Option<Workload>,
    workload_rng: Rng,
    chaos: Chaos,
    settings: Settings,
    snapshots: Snapshots,
    /// How long a client session lasts that is not used.
    session_lasts: Duration,
    disk_rng: Rng,
    /// The sides of a split network.
    sides: Vec<Vec<NodeId>>,
    /// The last committed configuration that anybody applied, and where.
    committed_config: (Option<Index>, Config),
    /// Machines that are no longer members and still run, since nobody who knows it reaches them.
    retired: BTreeSet<NodeId>,
    facts: Vec<Fact>,
    finished: Vec<RequestTrace>,
    calls: Vec<CallEvent>,
    server_events: Vec<ServerEvent>,
    /// Kept between steps for its allocations.
    effects: Effects,
}

/// The streams of the run's randomness.
const NETWORK_STREAM: u64 = 1;
const WORKLOAD_STREAM: u64 = 2;
const DISK_STREAM: u64 = 4;
const SERVER_STREAMS: u64 = 16;

impl Cluster {
    /// A cluster in which nothing has happened yet; its servers run and know each other.
    pub fn new(cluster_config: ClusterConfig) -> Self {
        let size = cluster_config.nodes.clamp(1, u32::try_from(MAX_NODES).unwrap_or(u32::MAX));
        let cluster_config = ClusterConfig { nodes: size, ..cluster_config };
        let config = Config::new((1..=size).map(NodeId));
        let mut cluster = Self {
            cluster_config,
            now: Time::ZERO,
            events: 0,
            queue: Queue::default(),
            next: None,
            servers: BTreeMap::new(),
            last_name: NodeId(size),
            network: Network::new(Rng::new(cluster_config.seed, NETWORK_STREAM)),
            clients: Clients::default(),
            workload: None,
            workload_rng: Rng::new(cluster_config.seed, WORKLOAD_STREAM),
            chaos: Chaos::new(cluster_config.seed),
            settings: Settings::default(),
            snapshots: Snapshots::default(),
            session_lasts: Duration::from_secs(60),
            disk_rng: Rng::new(cluster_config.seed, DISK_STREAM),
            sides: Vec::new(),
            committed_config: (None, config.clone()),
            retired: BTreeSet::new(),
            facts: Vec::new(),
            finished: Vec::new(),
            calls: Vec::new(),
            server_events: Vec::new(),
            effects: Effects::default(),
        };
        for id in config.voters() {
            cluster.install(*id, config.clone());
            cluster.boot(*id);
        }
        cluster
    }

    /// Handles the next event, and tells what it touched. `None` where nothing will ever happen
    /// again unless somebody acts.
    pub fn step(&mut self) -> Option<Touched> {
        let (at, event) = self.next_event()?;
        self.next = None;
        self.now = at;
        self.events += 1;
        // The servers' own timers are not in the queue.
        if !matches!(event, Event::Timer(_)) {
            self.queue.pop();
        }
        let node = match event {
            Event::Timer(node) => self.tick(node),
            Event::Mail(slot, id) => {
                self.network.take(slot, id).and_then(|flight| self.deliver(flight))
            }
            Event::Fsync(node, _) => self.finish_fsync(node),
            Event::Inbox(node, _) => self.open_inbox(node),
            Event::ClientTimer(request, _) => {
                self.on_client_timer(request);
                None
            }
            Event::Turn(client, _) => {
                self.take_turn(client);
                None
            }
            Event::Chaos(_) => {
                self.let_chaos_act();
                return Some(Touched::Anybody);
            }
        };
        let is_down = |id| self.servers.get(&id).is_some_and(|server| server.process.is_none());
        Some(match node {
            None => Touched::Nobody,
            // A process that has ended holds no lease any more.
            Some(id) if is_down(id) => Touched::Anybody,
            Some(id) => Touched::Server(id),
        })
    }

    /// What the next event will be, and when. Whatever is done before may change it.
    pub fn upcoming(&mut self) -> Option<(Time, Upcoming<'_>)> {
        let (at, event) = self.next_event()?;
        let upcoming = match event {
            Event::Timer(node) => Upcoming::Timer(node),
            Event::Mail(slot, id) => Upcoming::Mail(self.network.flight(slot, id)?),
            Event::Fsync(node, _) => Upcoming::Fsync(node),
            Event::Inbox(node, _) => {
                let mail = self.servers.get(&node).and_then(Server::waiting_mail);
                Upcoming::Inbox { node, mail }
            }
            Event::ClientTimer(request, _) => Upcoming::ClientTimer(request),
            Event::Turn(client, _) => Upcoming::Turn(client),
            Event::Chaos(_) => Upcoming::Chaos,
        };
        Some((at, upcoming))
    }

    /// When the next event happens.
    pub fn next_time(&mut self) -> Option<Time> {
        self.next_event().map(|(at, _)| at)
    }

    /// Lets time pass up to `until`, with no event in between.
    pub fn rest_until(&mut self, until: Time) {
        assert!(
            self.next_time().is_none_or(|next| next >= until),
            "time must not pass over an event"
        );
        self.now = self.now.max(until);
    }

    fn next_event(&mut self) -> Option<(Time, Event)> {
        if self.next.is_none() {
            self.next = self.look_for_next();
        }
        self.next
    }

    fn look_for_next(&mut self) -> Option<(Time, Event)> {
        while let Some((at, event)) = self.queue.peek()
            && self.is_void(at, event)
        {
            self.queue.pop();
        }
        let queued = self.queue.peek();
        let timer = self.next_timer();
        match (queued, timer) {
            (Some(queued), Some(timer)) if timer.0 < queued.0 => Some(timer),
            (None, timer) => timer,
            (queued, _) => queued,
        }
    }

    fn next_timer(&self) -> Option<(Time, Event)> {
        let mut next: Option<(Time, NodeId)> = None;
        for (id, server) in &self.servers {
            let Some(process) = server.process.as_ref().filter(|_| !server.paused) else {
                continue;
            };
            let Some(deadline) = process.node.deadline() else {
                continue;
            };
            let deadline = server.clock.true_time(deadline).max(server.busy_until);
            if next.is_none_or(|(earliest, _)| deadline < earliest) {
                next = Some((deadline, *id));
            }
        }
        next.map(|(at, id)| (at.max(self.now), Event::Timer(id)))
    }

    /// Whether what was scheduled is no longer to happen.
    fn is_void(&self, at: Time, event: Event) -> bool {
        match event {
            Event::Timer(_) => false,
            Event::Mail(slot, id) => !self.network.is_due(at, slot, id),
            Event::Fsync(node, incarnation) => {
                self.servers.get(&node).is_none_or(|server| server.incarnation != incarnation)
            }
            Event::Inbox(node, incarnation) => self.servers.get(&node).is_none_or(|server| {
                server.incarnation != incarnation || server.paused || server.inbox.is_empty()
            }),
            Event::ClientTimer(request, timer) => {
                self.clients.pending.get(&request).is_none_or(|pending| pending.timer != timer)
            }
            Event::Turn(client, workload) => self.workload.is_none_or(|current| {
                client.0 > current.clients || workload != self.workload_generation()
            }),
            Event::Chaos(setting) => self.chaos.level.is_none() || setting != self.chaos.setting,
        }
    }

    /// One step of a server's consensus, and all that it asks for.
    fn step_node(&mut self, id: NodeId, input: Input) -> Option<NodeId> {
        self.step_node_and(id, input, |_, _| ()).map(|()| id)
    }

    /// The same, with a look at the step's effects before they are carried out.
    fn step_node_and<T>(
        &mut self,
        id: NodeId,
        input: Input,
        look: impl FnOnce(&mut Self, &mut Effects) -> T,
    ) -> Option<T> {
        let mut effects = std::mem::take(&mut self.effects);
        let server = self.servers.get_mut(&id)?;
        let steady = server.clock.steady(self.now);
        server.process.as_mut()?.node.step(steady, input, &mut effects);
        let is_blocked = server.may_be_blocked(self.now, self.settings.election_timeout_min);
        let seen = look(self, &mut effects);
        self.carry_out(id, &mut effects);
        effects.clear();
        self.effects = effects;
        if is_blocked {
            self.tell_blocked(id);
        }
        Some(seen)
    }

    fn tick(&mut self, id: NodeId) -> Option<NodeId> {
        let server = self.servers.get_mut(&id)?;
        server.busy_until = server.busy_until.max(self.now) + server.cpu;
        // A candidate whose timer runs out has asked in vain.
        let may_wait = server.node().is_some_and(Node::may_wait_for_others);
        let stepped = self.step_node(id, Input::Tick);
        if may_wait {
            self.tell_blocked(id);
        }
        stepped
    }

    fn carry_out(&mut self, id: NodeId, effects: &mut Effects) {
        let at = self.now;
        self.tell_notes(id, &mut effects.notes);
        if let Some(write) = effects.write.take()
            && let Some(server) = self.servers.get_mut(&id)
            && server.disk.submit(at, write)
        {
            let done = at + server.disk.answers_after();
            self.queue.push(done, Event::Fsync(id, server.incarnation));
        }
        for envelope in effects.messages.drain(..) {
            let to = Endpoint::Node(envelope.to);
            let Envelope { from: by, term, .. } = envelope;
            match envelope.message {
                Message::RequestVoteResponse { vote_granted: true } => {
                    self.server_events.push(ServerEvent::Voted {
                        by,
                        term,
                        candidate: envelope.to,
                    });
                }
                Message::RequestVote { .. } => {
                    self.server_events.push(ServerEvent::Voted { by, term, candidate: by });
                }
                _ => {}
            }
            self.send(Endpoint::Node(id), to, Body::Raft(envelope));
        }
        if let Some(data) = effects.restore.take() {
            self.restore_store(id, &data);
        }
        self.apply_committed(id);
        for answer in effects.reads.drain(..) {
            self.finish_read(id, answer);
        }
        self.send_askers_on(id);
    }

    /// A server that has lost entries refuses what comes after them again and again: that is told once.
    fn tell_notes(&mut self, id: NodeId, notes: &mut Vec<Note>) {
        let refuses = notes.iter().any(|note| matches!(note, Note::Conflicted { .. }));
        if refuses && self.has_told_lost(id) {
            notes.retain(|note| !matches!(note, Note::Conflicted { .. }));
        }
        let at = self.now;
        let tell = |note| Fact { at, what: What::Server(id, note) };
        self.facts.extend(notes.drain(..).map(tell));
        if refuses {
            self.tell_blocked(id);
        }
    }

    fn send(&mut self, from: Endpoint, to: Endpoint, body: Body) {
        let (first, second) = self.network.send(self.now, from, to, body);
        for departure in std::iter::once(first).chain(second) {
            self.schedule(departure);
        }
    }

    fn schedule(&mut self, departure: network::Departure) {
        self.queue.push(departure.at, Event::Mail(departure.slot, departure.id));
    }

    fn tell(&mut self, what: What) {
        self.facts.push(Fact { at: self.now, what });
    }

    /// Puts a machine into the world, switched off.
    fn install(&mut self, id: NodeId, initial: Config) {
        let server = Server {
            id,
            initial,
            disk: Disk::new(Disk::FSYNC),
            clock: Clock::default(),
            cpu: Duration::ZERO,
            busy_until: self.now,
            process: None,
            paused: false,
            inbox: std::collections::VecDeque::new(),
            known_committed: None,
            told_blocked: Vec::new(),
            incarnation: 0,
        };
        self.servers.insert(id, server);
    }

    /// Starts the process of a machine with what is on its disk.
    fn boot(&mut self, id: NodeId) -> Recovered {
        let (now, settings, seed) = (self.now, self.settings, self.cluster_config.seed);
        let Some(server) = self.servers.get_mut(&id) else {
            return Recovered::default();
        };
        server.incarnation += 1;
        server.paused = false;
        server.told_blocked.clear();
        server.busy_until = now;
        let recovered = server.disk.recover();
        let stream = SERVER_STREAMS + u64::from(id.0) + (u64::from(server.incarnation) << 32);
        let durable: Durable = server.disk.durable().clone();
        let rng = Rng::new(seed, stream);
        let snapshot = durable.snapshot.as_ref();
        let store = snapshot.map(|snapshot| Store::restore(snapshot.data.as_bytes()));
        assert!(!matches!(store, Some(Err(_))), "{id}: what is on disk was a store once");
        let store = store.and_then(Result::ok).unwrap_or_default();
        let steady = server.clock.steady(now);
        let node = Node::start(id, settings, server.initial.clone(), durable, rng, steady);
        let (proposals, changing, reads) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        server.process = Some(Process { node, store, proposals, changing, reads });
        recovered
    }
}

#[cfg(test)]
mod tests;
