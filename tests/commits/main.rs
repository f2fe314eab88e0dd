//! Throughput of a cluster in memory, in committed proposals per second: our `raft::Node` and the
//! crate `raft` (TiKV's raft-rs) at its best settings, in one process, under the same conditions.
//! `cargo xtask bench` runs it in release mode and reads the JSON line it prints; it is not a test.
//!
//! The conditions. A command is a key and a value of 16 bytes each. The driver keeps 64 commands in
//! flight: it proposes the next when the leader has applied one. Servers take turns: in a turn a
//! server handles all messages since its last turn, stores, sends, and applies what is committed.
//! Messages arrive in order and none is lost. Everything runs in one thread, and no clock runs, so
//! there are no heartbeats. The network, the driver and the state machine are the same code for
//! both; `ours.rs` and `raft_crate.rs` only host a server.
//!
//! All proposals of a turn are handed over at once. An argument limits their number; 1 measures
//! hosts that propose one by one.
//!
//! Disks, threads and serialization are left out: they would cost both the same.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "it measures real time, and decides nothing by it")]

mod ours;
mod raft_crate;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

/// Proposals in flight.
const IN_FLIGHT: u64 = 64;

/// Proposals that a cluster commits before it is replaced by a new one: a log that only grows would
/// measure memory allocation.
const PROPOSALS: u32 = 5_000;

/// Clusters per measurement.
const CLUSTERS: u32 = 40;

/// Measurements of each implementation, alternating, so that other load on the machine affects
/// both.
const ROUNDS: usize = 7;

/// The number of different keys: few, so that the state machines cost little.
const KEYS: u64 = 64;

/// A key and a value.
type Command = [u8; 32];

/// Messages to send, with their receivers.
type Outbox<M> = Vec<(u64, M)>;

/// A server of either implementation, with its storage and its state machine. Ids start at 1.
trait Server {
    type Message;

    /// Server `id` of a cluster of `size`, with empty storage.
    fn start(id: u64, size: u64) -> Self;

    /// Starts an election.
    fn campaign(&mut self, outbox: &mut Outbox<Self::Message>);

    /// Takes proposals, as the leader.
    fn propose(&mut self, commands: &[Command], outbox: &mut Outbox<Self::Message>);

    /// Handles a message.
    fn receive(&mut self, message: Self::Message, outbox: &mut Outbox<Self::Message>);

    /// Ends a turn: stores what has to be stored, and applies what is committed.
    fn finish_turn(&mut self, outbox: &mut Outbox<Self::Message>);

    /// Whether it is leader and has committed the first entry of its term.
    fn is_ready(&self) -> bool;

    fn machine(&self) -> &Machine;
}

/// The state machine.
#[derive(Default, PartialEq, Eq)]
struct Machine {
    values: BTreeMap<[u8; 16], [u8; 16]>,
    applied: u64,
}

impl Machine {
    /// Applies the bytes of an entry.
    fn apply(&mut self, command: &[u8]) {
        let (key, value) = command.split_at(16);
        let (key, value) = (key.try_into(), value.try_into());
        self.values.insert(key.expect("16 bytes of key"), value.expect("16 bytes of value"));
        self.applied += 1;
    }
}

/// The command with this number.
fn command(number: u64) -> Command {
    let mut command = [0; 32];
    command[..8].copy_from_slice(&(number % KEYS).to_be_bytes());
    command[16..24].copy_from_slice(&number.to_be_bytes());
    command
}

/// A cluster and the network between its servers. The first server is the leader.
struct Cluster<S: Server> {
    servers: Vec<S>,
    inboxes: Vec<Vec<S::Message>>,
    outbox: Outbox<S::Message>,
    proposed: u64,
    commands: Vec<Command>,
    /// The maximum number of commands handed to the leader at once.
    batch: usize,
}

impl<S: Server> Cluster<S> {
    /// A cluster of `size` whose leader is ready.
    fn new(size: u64, batch: usize) -> Self {
        let mut cluster = Self {
            servers: (1..=size).map(|id| S::start(id, size)).collect(),
            inboxes: (1..=size).map(|_| Vec::new()).collect(),
            outbox: Vec::new(),
            proposed: 0,
            commands: Vec::new(),
            batch,
        };
        cluster.servers[0].campaign(&mut cluster.outbox);
        for _ in 0..10 {
            cluster.round_of_turns();
        }
        assert!(cluster.servers[0].is_ready(), "the first server leads");
        cluster
    }

    /// Runs until the leader has committed and applied this many proposals.
    fn commit(&mut self, proposals: u64) {
        while self.servers[0].machine().applied < proposals {
            self.propose(proposals);
            self.round_of_turns();
        }
    }

    /// Proposes as many commands as may be in flight, up to number `last`.
    fn propose(&mut self, last: u64) {
        let end = last.min(self.servers[0].machine().applied + IN_FLIGHT);
        self.commands.clear();
        self.commands.extend((self.proposed..end).map(command));
        self.proposed = end;
        for batch in self.commands.chunks(self.batch) {
            self.servers[0].propose(batch, &mut self.outbox);
        }
        self.servers[0].finish_turn(&mut self.outbox);
        self.deliver();
    }

    /// Every server takes a turn, the leader last.
    fn round_of_turns(&mut self) {
        self.deliver();
        for at in (0..self.servers.len()).rev() {
            let server = &mut self.servers[at];
            let mut inbox = std::mem::take(&mut self.inboxes[at]);
            for message in inbox.drain(..) {
                server.receive(message, &mut self.outbox);
            }
            server.finish_turn(&mut self.outbox);
            self.inboxes[at] = inbox;
            self.deliver();
        }
    }

    fn deliver(&mut self) {
        for (to, message) in self.outbox.drain(..) {
            let at = usize::try_from(to - 1).expect("few servers");
            self.inboxes[at].push(message);
        }
    }

    /// Checks that the work was done: every server has applied everything, with the same result.
    fn check(&mut self, proposals: u64) {
        // Followers learn the last commit with the next entry.
        self.commit(proposals + 1);
        for _ in 0..2 {
            self.round_of_turns();
        }
        let machine = self.servers[0].machine();
        assert_eq!(machine.applied, proposals + 1);
        for server in &self.servers[1..] {
            assert!(server.machine().applied >= proposals, "everything is applied everywhere");
            assert_eq!(server.machine().values.len(), machine.values.len());
        }
    }
}

/// One measurement of one implementation, in proposals committed per second.
fn measure<S: Server>(size: u64, batch: usize) -> f64 {
    let mut busy = Duration::ZERO;
    for _ in 0..CLUSTERS {
        let mut cluster = Cluster::<S>::new(size, batch);
        let started = Instant::now();
        cluster.commit(PROPOSALS.into());
        busy += started.elapsed();
        cluster.check(PROPOSALS.into());
    }
    f64::from(PROPOSALS * CLUSTERS) / busy.as_secs_f64()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn main() {
    let batch = std::env::args().nth(1).and_then(|number| number.parse().ok());
    let batch = batch.unwrap_or(usize::MAX).max(1);
    let mut report = Map::new();
    for size in [3, 5] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                ours.push(measure::<ours::Server>(size, batch));
                theirs.push(measure::<raft_crate::Server>(size, batch));
            } else {
                theirs.push(measure::<raft_crate::Server>(size, batch));
                ours.push(measure::<ours::Server>(size, batch));
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let mut tell = |name: &str, number: f64| {
            report.insert(format!("{name}_{size}"), Value::from(number));
        };
        tell("commits_ratio_raft_crate", (ours / theirs * 1_000.0).round() / 1_000.0);
        tell("commits_per_second", ours.round());
        tell("commits_per_second_raft_crate", theirs.round());
    }
    println!("{}", Value::Object(report));
}
