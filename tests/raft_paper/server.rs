//! A server under test: it gets exact inputs at exact times of its own clock.
//!
//! There is no network: a test makes the messages of the others. The disk finishes a write when the
//! test says so, and a crash loses unfinished writes.

use kvorum::raft::{
    Appended, Config, Data, Durable, Effects, Entry, Envelope, Index, Input, Log, Message,
    MessageKind, Node, NodeId, Payload, Position, Role, Rule, Settings, Term, Write, majority,
};
use kvorum::rng::Rng;
use kvorum::time::Time;

/// A time more than a second after the start, so that no earlier leader is protected any more.
pub(crate) fn at(millis: u64) -> Time {
    Time::from_micros(1_000_000 + millis * 1_000)
}

pub(crate) fn index(number: u64) -> Index {
    Index::new(number).expect("an index is 1 or more")
}

pub(crate) fn position(term: u64, number: u64) -> Position {
    Position { term: Term(term), index: index(number) }
}

/// Entries of these terms.
pub(crate) fn entries(terms: &[u64]) -> Vec<Entry> {
    terms.iter().map(|term| Entry { term: Term(*term), payload: Payload::Noop }).collect()
}

/// The configuration of the servers 1 to `size`.
pub(crate) fn config(size: u32) -> Config {
    Config::new((1..=size).map(NodeId))
}

/// A server of the cluster 1 to `size`.
pub(crate) struct Server {
    pub(crate) node: Node,
    now: Time,
    size: u32,
    writes: Vec<Write>,
    disk: Durable,
}

impl Server {
    /// Starts with this term and a log of these terms on its disk.
    pub(crate) fn new(id: u32, size: u32, term: u64, log: &[u64]) -> Self {
        let log = Log::new(None, entries(log));
        Self::with(id, size, Durable { current_term: Term(term), log, ..Durable::default() })
    }

    /// Starts with this disk.
    pub(crate) fn with(id: u32, size: u32, disk: Durable) -> Self {
        let node = start(id, size, &disk, Time::ZERO);
        Self { node, now: at(1), size, writes: Vec::new(), disk }
    }

    /// The leader of term 2: its no-op, entry 1, is committed and applied, and all others have
    /// acknowledged it.
    pub(crate) fn leader(size: u32) -> Self {
        let mut server = Self::new(1, size, 1, &[]);
        server.elect();
        server.sync();
        for voter in 2..=size {
            server.matched(voter, 1);
        }
        assert_eq!(server.node.commit_index(), Some(index(1)));
        assert_eq!(server.apply(), [1]);
        server
    }

    /// Switches a rule off.
    pub(crate) fn without(&mut self, rule: Rule) -> &mut Self {
        let mut settings = *self.node.settings();
        settings.rules.set(rule, false);
        settings.lapses.add_rules(settings.rules);
        self.node.set_settings(settings);
        self
    }

    /// Sets the time to `millis` milliseconds after the first second.
    pub(crate) fn at(&mut self, millis: u64) -> &mut Self {
        self.now = at(millis);
        self
    }

    /// Sets the time to `millis` milliseconds after the first start.
    pub(crate) fn since_start(&mut self, millis: u64) -> &mut Self {
        self.now = Time::from_micros(millis * 1_000);
        self
    }

    pub(crate) fn step(&mut self, input: Input) -> Effects {
        let mut effects = Effects::default();
        self.node.step(self.now, input, &mut effects);
        self.writes.extend(effects.write.clone());
        effects
    }

    pub(crate) fn receive(&mut self, from: u32, term: u64, message: Message) -> Effects {
        let to = self.node.id();
        let envelope = Envelope { from: NodeId(from), to, term: Term(term), message };
        self.step(Input::Receive(envelope))
    }

    /// Receives an AppendEntries with entries of these terms, none of which is known to be
    /// committed.
    pub(crate) fn append(
        &mut self,
        from: u32,
        term: u64,
        prev: impl Into<Option<Position>>,
        terms: &[u64],
    ) -> Effects {
        let (prev, entries, leader_commit) = (prev.into(), entries(terms), None);
        self.receive(from, term, Message::AppendEntries { prev, entries, leader_commit, round: 1 })
    }

    /// Receives a follower's acknowledgement up to this index.
    pub(crate) fn matched(&mut self, from: u32, number: u64) -> Effects {
        self.answered(from, number, 0)
    }

    /// Receives a follower's acknowledgement in response to this round.
    pub(crate) fn answered(&mut self, from: u32, number: u64, round: u64) -> Effects {
        let result = Appended::Matched { match_index: Index::new(number) };
        self.receive(from, self.term(), Message::AppendEntriesResponse { result, round })
    }

    pub(crate) fn propose(&mut self) -> Effects {
        self.step(Input::Propose(Data::new(*b"x")))
    }

    /// The disk finishes all writes.
    pub(crate) fn sync(&mut self) -> Effects {
        let ticket = self.writes.last().expect("something is to be written").ticket;
        for write in self.writes.drain(..) {
            self.disk.keep(write);
        }
        self.step(Input::Durable(ticket))
    }

    /// The process ends, and restarts from its disk.
    pub(crate) fn crash(&mut self) {
        self.writes.clear();
        self.node = start(self.node.id().0, self.size, &self.disk, self.now);
    }

    /// Its election timer expires.
    pub(crate) fn time_out(&mut self) -> Effects {
        assert!(self.node.expire_election_timer(self.now), "it has a timer");
        self.step(Input::Tick)
    }

    /// Lets the timer expire, and just as many of the others vote for it as it needs.
    pub(crate) fn elect(&mut self) -> Effects {
        self.stand();
        let mut last = Effects::default();
        for voter in self.supporters() {
            let vote = Message::RequestVoteResponse { vote_granted: true };
            last = self.receive(voter, self.term(), vote);
        }
        assert!(self.node.is_leader());
        last
    }

    /// Lets the timer expire; its own vote is on disk, and the others are asked for theirs.
    pub(crate) fn stand(&mut self) -> Effects {
        self.time_out();
        for voter in self.supporters() {
            let term = self.term();
            self.receive(voter, term, Message::PreVoteResponse { vote_granted: true });
        }
        assert!(matches!(self.node.role(), Role::Candidate(_)));
        self.sync()
    }

    /// As many of the others as form a majority with it.
    fn supporters(&self) -> Vec<u32> {
        let voters = self.node.config().voters();
        let others = voters.iter().filter(|id| **id != self.node.id()).map(|id| id.0);
        others.take(majority(voters) - 1).collect()
    }

    /// Applies what is committed. Returns the indexes.
    pub(crate) fn apply(&mut self) -> Vec<u64> {
        std::iter::from_fn(|| self.node.apply_next().map(|(index, _)| index.get())).collect()
    }

    pub(crate) fn term(&self) -> u64 {
        self.node.current_term().0
    }

    /// The terms of its log's entries.
    pub(crate) fn log_terms(&self) -> Vec<u64> {
        self.node.log().entries().iter().map(|entry| entry.term.0).collect()
    }
}

fn start(id: u32, size: u32, disk: &Durable, now: Time) -> Node {
    let rng = Rng::new(7, id.into());
    Node::start(NodeId(id), Settings::default(), config(size), disk.clone(), rng, now)
}

/// The receiver and the kind of each message.
pub(crate) fn kinds(effects: &Effects) -> Vec<(u32, MessageKind)> {
    effects.messages.iter().map(|envelope| (envelope.to.0, envelope.message.kind())).collect()
}

pub(crate) fn sent_to(effects: &Effects, to: u32) -> Vec<&Message> {
    effects.messages.iter().filter(|sent| sent.to == NodeId(to)).map(|sent| &sent.message).collect()
}

/// The vote that is sent, if any.
pub(crate) fn granted(effects: &Effects) -> Option<bool> {
    effects.messages.iter().find_map(|envelope| match envelope.message {
        Message::RequestVoteResponse { vote_granted } => Some(vote_granted),
        _ => None,
    })
}

/// The response to an AppendEntries, if one is sent.
pub(crate) fn result(effects: &Effects) -> Option<Appended> {
    effects.messages.iter().find_map(|envelope| match envelope.message {
        Message::AppendEntriesResponse { result, .. } => Some(result),
        _ => None,
    })
}

/// A request for a vote.
pub(crate) fn ask(last: impl Into<Option<Position>>) -> Message {
    Message::RequestVote { last: last.into(), transfer: false }
}

/// An AppendEntries without entries.
pub(crate) fn heartbeat(prev: impl Into<Option<Position>>, commit: Option<u64>) -> Message {
    let leader_commit = commit.map(index);
    Message::AppendEntries { prev: prev.into(), entries: Vec::new(), leader_commit, round: 1 }
}
