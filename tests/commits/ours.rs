//! Our implementation: hosts one `raft::Node` with its disk, as `src/cluster` does, without the
//! simulation.

use kvorum::raft::{
    Config, Data, Durable, Effects, Entry, Envelope, Input, Node, NodeId, Payload, Settings, Ticket,
};
use kvorum::rng::Rng;
use kvorum::time::Time;

use super::{Command, Machine, Outbox};

/// A server.
pub(super) struct Server {
    node: Node,
    effects: Effects,
    disk: Vec<Entry>,
    /// The last write of this turn.
    written: Option<Ticket>,
    machine: Machine,
}

impl Server {
    fn step(&mut self, input: Input, outbox: &mut Outbox<Envelope>) {
        let effects = &mut self.effects;
        self.node.step(Time::ZERO, input, effects);
        for envelope in effects.messages.drain(..) {
            outbox.push((envelope.to.0.into(), envelope));
        }
        if let Some(write) = effects.write.take() {
            let keep = usize::try_from(write.first.get() - 1).expect("a short log");
            self.disk.truncate(keep);
            self.disk.extend(write.entries);
            self.written = Some(write.ticket);
        }
        effects.clear();
    }
}

impl super::Server for Server {
    type Message = Envelope;

    fn start(id: u64, size: u64) -> Self {
        let name = |id: u64| NodeId(u32::try_from(id).expect("few servers"));
        let founders = Config::new((1..=size).map(name));
        let (settings, disk) = (Settings::default(), Durable::default());
        let node = Node::start(name(id), settings, founders, disk, Rng::new(1, id), Time::ZERO);
        Self {
            node,
            effects: Effects::default(),
            disk: Vec::new(),
            written: None,
            machine: Machine::default(),
        }
    }

    fn campaign(&mut self, outbox: &mut Outbox<Envelope>) {
        assert!(self.node.expire_election_timer(Time::ZERO), "a member may stand for election");
        self.step(Input::Tick, outbox);
    }

    fn propose(&mut self, commands: &[Command], outbox: &mut Outbox<Envelope>) {
        let batch = commands.iter().map(|command| Data::new(*command)).collect();
        self.step(Input::ProposeAll(batch), outbox);
    }

    fn receive(&mut self, message: Envelope, outbox: &mut Outbox<Envelope>) {
        self.step(Input::Receive(message), outbox);
    }

    fn finish_turn(&mut self, outbox: &mut Outbox<Envelope>) {
        while let Some(ticket) = self.written.take() {
            self.step(Input::Durable(ticket), outbox);
        }
        while let Some((_, entry)) = self.node.apply_next() {
            if let Payload::Command(data) = &entry.payload {
                self.machine.apply(data.as_bytes());
            }
        }
    }

    fn is_ready(&self) -> bool {
        let opened = self.node.log().position(self.node.commit_index());
        self.node.is_leader() && opened.is_some_and(|last| last.term == self.node.current_term())
    }

    fn machine(&self) -> &Machine {
        &self.machine
    }
}
