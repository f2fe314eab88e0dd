//! One server's consensus: Raft, as in "In Search of an Understandable Consensus Algorithm"
//! (extended version; "the paper") and Diego Ongaro's dissertation ("the thesis").
//!
//! A [`Node`] does no I/O and knows no store. It is told what happens ([`Input`]) and at what time by
//! its own clock, and says what is to be done ([`Effects`]). Where the paper's Figure 2 stands here:
//!
//! | Figure 2 | here |
//! |---|---|
//! | State: `current_term`, `voted_for`, `log`, `commit_index`, `last_applied` | `node.rs` |
//! | State: `next_index`, `match_index` | `leader.rs`, in the leader's variant of [`Role`] |
//! | RequestVote RPC; Rules for Servers: Candidates | `election.rs` |
//! | AppendEntries RPC; Rules for Servers: Leaders | `replication.rs` |
//! | Rules for Servers: All Servers | `node.rs` |
//! | section 6, membership changes (and thesis 4: learners, one voter at a time) | `membership.rs`, `config.rs` |
//! | section 7, snapshots; Figure 13, InstallSnapshot RPC | `compaction.rs` |
//! | section 8, reads (ReadIndex and leases, thesis 6.4) | `reads.rs` |
//! | thesis 3.10, leadership transfer | `transfer.rs` |
//! | majorities, joint ones too | `quorum.rs` |
//! | rules as switches | `rules.rs` |
//! | what is asserted, and the rules that it rests on | `invariants.rs` |
//! | durability: what waits for the disk | `disk_promises.rs` |
//!
//! Each claim of the paper and the thesis has a test in `tests/raft_paper`; `tests/raft_scripts` shows the
//! protocol at work, message by message.
//!
//! # What a node asks of its host
//!
//! The host owns the clock, the disk, the network and the state machine. It calls [`Node::step`] with whatever
//! happens, and carries the [`Effects`] out before the next step of the same node:
//!
//! 1. [`Effects::write`] goes to the disk. The host does not wait for the disk. Writes become durable in the order of
//!    their tickets, each of them whole or not at all. When one is durable the host says so by [`Input::Durable`].
//! 2. [`Effects::messages`] are sent. No message there waits for anything: what promises something that is not on
//!    disk (a vote, appended entries, an installed snapshot) the node holds back until the ticket comes back.
//!    The network may lose messages, reorder them and bring them twice.
//! 3. [`Effects::restore`] takes the place of the state machine's contents.
//! 4. [`Node::apply_next`] is called until there is nothing more, and each entry is given to the state machine.
//! 5. [`Effects::reads`] are answered: one that is ready as soon as the state machine has come to its index.
//! 6. `proposed`, `change` and `transfer` say what became of an input of that kind. A proposal that is taken is
//!    not yet committed: the client is answered when its entry is applied at the index that was told, in the term that
//!    was told. [`Accepted::CatchingUp`] is no refusal: the change waits for a server that learns. Where
//!    [`Change::Add`] is answered with [`Accepted::Proposed`], and the server was unknown, the entry is the one by
//!    which it becomes a learner; the one that gives it a vote follows of its own accord.
//!
//! 1 to 3 may come in any order among themselves, and so may 5 and 6; 4 comes after 3.
//!
//! [`Node::deadline`] is asked after every step. When it has come by the node's clock the host steps with
//! [`Input::Tick`]. A timer that the host lets run out by [`Node::expire_election_timer`] needs that tick, too:
//! nothing happens before.
//!
//! A process that starts again calls [`Node::start`] with what its disk has. It builds the state machine from the
//! snapshot there, and the node gives it the entries after that once it knows them to be committed.
//!
//! ```
//! use std::collections::{BTreeMap, VecDeque};
//!
//! use kvorum::raft::{
//!     Accepted, Change, Config, Data, Durable, Effects, Envelope, Input, Node, NodeId, Payload,
//!     ReadAnswer, ReadId, ReadMode, Settings, Write,
//! };
//! use kvorum::rng::Rng;
//! use kvorum::time::Time;
//!
//! struct Machine {
//!     node: Node,
//!     disk: Durable,
//!     /// What the disk was given and is not done with.
//!     writes: VecDeque<Write>,
//!     /// The state machine: all commands, one after the other.
//!     applied: Vec<u8>,
//! }
//!
//! #[derive(Default)]
//! struct Host {
//!     machines: BTreeMap<NodeId, Machine>,
//!     network: VecDeque<Envelope>,
//!     answered: Vec<ReadId>,
//!     now: Time,
//! }
//!
//! impl Host {
//!     fn start(&mut self, id: NodeId, initial: Config) {
//!         let (disk, rng) = (Durable::default(), Rng::new(1, id.0.into()));
//!         let node = Node::start(id, Settings::default(), initial, disk.clone(), rng, self.now);
//!         let (writes, applied) = (VecDeque::new(), Vec::new());
//!         self.machines.insert(id, Machine { node, disk, writes, applied });
//!     }
//!
//!     /// One step of a node, and all that it asks for.
//!     fn step(&mut self, id: NodeId, input: Input) -> Effects {
//!         let mut effects = Effects::default();
//!         // The network loses what is sent to a machine that is not there.
//!         let Some(machine) = self.machines.get_mut(&id) else { return effects };
//!         machine.node.step(self.now, input, &mut effects);
//!         machine.writes.extend(effects.write.take());
//!         self.network.extend(effects.messages.drain(..));
//!         if let Some(data) = effects.restore.take() {
//!             machine.applied = data.as_bytes().to_vec();
//!         }
//!         while let Some((_, entry)) = machine.node.apply_next() {
//!             if let Payload::Command(data) = &entry.payload {
//!                 machine.applied.extend(data.as_bytes());
//!             }
//!         }
//!         for read in effects.reads.drain(..) {
//!             if let ReadAnswer::Ready { id, read_index } = read {
//!                 assert!(machine.node.last_applied() >= read_index);
//!                 self.answered.push(id);
//!             }
//!         }
//!         effects
//!     }
//!
//!     /// The disk finishes a write: only then the node is told.
//!     fn finish_write(&mut self, id: NodeId) -> bool {
//!         let Some(machine) = self.machines.get_mut(&id) else { return false };
//!         let Some(write) = machine.writes.pop_front() else { return false };
//!         let ticket = write.ticket;
//!         machine.disk.keep(write);
//!         self.step(id, Input::Durable(ticket));
//!         true
//!     }
//!
//!     /// Goes on until nothing is on its way.
//!     fn run(&mut self) {
//!         loop {
//!             let ids: Vec<NodeId> = self.machines.keys().copied().collect();
//!             if let Some(envelope) = self.network.pop_front() {
//!                 self.step(envelope.to, Input::Receive(envelope));
//!             } else if !ids.into_iter().any(|id| self.finish_write(id)) {
//!                 return;
//!             }
//!         }
//!     }
//! }
//!
//! let [n1, n2, n3, n4, n5] = [1, 2, 3, 4, 5].map(NodeId);
//! let mut host = Host::default();
//! for id in [n1, n2, n3] {
//!     host.start(id, Config::new([n1, n2, n3]));
//! }
//!
//! // An expired timer does nothing by itself: the node needs the tick.
//! let now = host.now;
//! assert!(host.machines.get_mut(&n1).unwrap().node.expire_election_timer(now));
//! host.run();
//! assert!(!host.machines[&n1].node.is_leader());
//! host.step(n1, Input::Tick);
//! host.run();
//! assert!(host.machines[&n1].node.is_leader());
//!
//! // A follower that appends an entry promises to keep it: its answer waits for its disk.
//! let taken = host.step(n1, Input::Propose(Data::new(*b"a"))).proposed;
//! assert!(taken.is_some_and(|proposed| proposed.is_ok()));
//! while let Some(envelope) = host.network.pop_front() {
//!     host.step(envelope.to, Input::Receive(envelope));
//! }
//! assert_eq!(host.machines[&n2].node.held_back().count(), 1);
//! assert_eq!(host.machines[&n1].applied, b"");
//! host.run();
//! assert_eq!(host.machines[&n1].applied, b"a");
//!
//! // A read is answered when the node is sure that it leads.
//! host.step(n1, Input::Read(ReadId(7), ReadMode::ReadIndex));
//! assert_eq!(host.answered, []);
//! host.run();
//! assert_eq!(host.answered, [ReadId(7)]);
//!
//! // A new server: the change is answered with the entry that makes it a learner. The vote follows.
//! host.start(n4, Config::default());
//! let change = host.step(n1, Input::Change(Change::Add(n4))).change;
//! assert!(matches!(change, Some(Ok(Accepted::Proposed(_)))));
//! assert!(host.machines[&n1].node.config().is_learner(n4));
//! host.run();
//! assert!(host.machines[&n1].node.config().is_voter(n4));
//!
//! // A learner that is not there yet: its vote waits, and that is no refusal.
//! host.step(n1, Input::Change(Change::Learn(n5)));
//! host.run();
//! let change = host.step(n1, Input::Change(Change::Add(n5))).change;
//! assert_eq!(change, Some(Ok(Accepted::CatchingUp(n5))));
//! host.start(n5, Config::default());
//! host.now = host.machines[&n1].node.deadline().unwrap();
//! host.step(n1, Input::Tick);
//! host.run();
//! assert!(host.machines[&n1].node.config().is_voter(n5));
//! ```

mod compaction;
mod config;
mod disk_promises;
mod effects;
mod election;
mod invariants;
mod leader;
mod log;
mod membership;
mod message;
mod node;
mod quorum;
mod reads;
mod replication;
mod rules;
mod transfer;

pub use config::Config;
pub use disk_promises::{Ticket, Write};
pub use effects::{Effects, GivenUp, Note, ReadAnswer, ReadId, Refusal, RefusedVote, StepDown};
pub use invariants::Lapses;
pub use leader::{Leader, Progress, ProgressState};
pub use log::Log;
pub use membership::{Accepted, Change};
pub use message::{
    Appended, Data, Entry, Envelope, Index, Message, MessageKind, NodeId, Payload, Position,
    Snapshot, SnapshotInfo, Term, count,
};
pub use node::{Durable, Input, Node, Role, Settings};
pub use quorum::{Agreement, Half, majority};
pub use reads::{Certainty, ReadMode};
pub use rules::{About, Rule, Rules};
pub use transfer::{Transfer, TransferEnd};
