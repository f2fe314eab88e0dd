//! Every schedule of a small cluster, one after the other: the real `raft::Node` under the model checker
//! `stateright`.
//!
//! Messages may be delivered in any order, or never, which is loss; some may be delivered twice. An election
//! timer may run out, a disk may finish its write, a client may propose something, and one server may
//! crash and start again with what its disk has, all at any moment.
//!
//! Time is abstracted away: the rules that go by it (pre-vote, check-quorum, leader stickiness) serve
//! liveness and leases and are off here, so that every order of events is possible. What bounds the space
//! stands in [`Small`]. It deliberately lacks snapshots, reads and changes of the membership, and rules whose
//! counterexample lies beyond what a minute can look at (log-on-disk, consistency-check): the swarm has them.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use kvorum::raft::{
    Config, Data, Durable, Effects, Entry, Envelope, Index, Input, Log, Message, Node, NodeId,
    Payload, Role, Rule, Settings, Term, Write,
};
use kvorum::rng::Rng;
use kvorum::time::Time;
use stateright::{Checker, Model, Property};

/// What bounds the exploration.
#[derive(Clone)]
struct Small {
    off: Option<Rule>,
    /// No server stands for a higher term.
    most_terms: u64,
    /// No leader takes a command when its log has so many entries.
    longest_log: u64,
    /// How often an election timer may run out, in all.
    timeouts: u32,
    proposals: u32,
    crashes: u32,
    /// How many messages may be delivered a second time.
    duplicates: u32,
    /// What the servers have on their disks at the beginning: the terms of their logs and their own.
    beginning: Vec<(u64, Vec<u64>)>,
}

impl Small {
    fn new(off: Option<Rule>) -> Self {
        let beginning = vec![(0, Vec::new()); 3];
        Self {
            off,
            most_terms: 2,
            longest_log: 1,
            timeouts: 2,
            proposals: 1,
            crashes: 0,
            duplicates: 0,
            beginning,
        }
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings { modified: true, ..Settings::default() };
        let untimed = [Rule::PreVote, Rule::CheckQuorum, Rule::LeaderStickiness, Rule::NoOp];
        for rule in untimed.into_iter().chain(self.off) {
            settings.rules.set(rule, false);
        }
        settings
    }

    fn start(&self, id: NodeId, disk: &Durable) -> Node {
        let config = Config::new((1..=self.beginning.len() as u32).map(NodeId));
        Node::start(id, self.settings(), config, disk.clone(), Rng::new(1, id.0.into()), NOW)
    }
}

/// It is always the same time.
const NOW: Time = Time::from_micros(1_000_000);

/// A server: its process, its disk, and the writes on their way there.
#[derive(Clone)]
struct Server {
    node: Node,
    disk: Durable,
    writes: Vec<Write>,
}

#[derive(Clone)]
struct State {
    servers: Vec<Server>,
    /// Sent once and for all.
    network: BTreeMap<String, Envelope>,
    /// Everybody who ever led, by term.
    leaders: BTreeMap<u64, BTreeSet<u32>>,
    /// What was ever counted as committed: index, the entry, and the term in which that was first so.
    committed: BTreeSet<(u64, String, u64)>,
    /// Votes that were given away: who, in which term, for whom.
    votes: BTreeSet<(u32, u64, u32)>,
    /// Leaders that lack what was committed in an earlier term.
    incomplete: bool,
    timeouts: u32,
    proposals: u32,
    crashes: u32,
    duplicates: u32,
}

/// What is alike in two states that have the same future.
impl State {
    fn essence(&self) -> String {
        let server = |server: &Server| {
            let node = &server.node;
            let role = match node.role() {
                Role::Follower { .. } => "f".to_string(),
                Role::Candidate(candidate) => format!("{candidate:?}"),
                Role::Leader(leader) => {
                    let far = |(id, progress): (&NodeId, &kvorum::raft::Progress)| {
                        (id.0, progress.next_index, progress.match_index, progress.pace())
                    };
                    format!("l{:?}", leader.followers().iter().map(far).collect::<Vec<_>>())
                }
            };
            let (term, vote) = (node.current_term(), node.voted_for());
            let (commit, durable) = (node.commit_index(), node.durable_index());
            format!(
                "{role} {term} {vote:?} {:?} {commit:?} {durable:?} {:?} {:?}",
                node.log().entries(),
                server.disk,
                server.writes
            )
        };
        let servers: Vec<String> = self.servers.iter().map(server).collect();
        let network: Vec<&String> = self.network.keys().collect();
        let limits = (self.timeouts, self.proposals, self.crashes, self.duplicates);
        format!(
            "{servers:?} {network:?} {:?} {:?} {:?} {limits:?} {}",
            self.leaders, self.committed, self.votes, self.incomplete
        )
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.essence() == other.essence()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.essence())
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    TimeOut(usize),
    Deliver(String),
    DeliverAndKeep(String),
    Synced(usize),
    Propose(usize),
    /// The process ends and starts again.
    Crash(usize),
}

impl State {
    /// One step of a server, and what comes of it.
    fn step(&mut self, at: usize, input: Input) {
        let mut effects = Effects::default();
        self.servers[at].node.step(NOW, input, &mut effects);
        self.servers[at].writes.extend(effects.write);
        for envelope in effects.messages {
            let (by, term) = (envelope.from.0, envelope.term.0);
            match envelope.message {
                Message::RequestVote { .. } => drop(self.votes.insert((by, term, by))),
                Message::RequestVoteResponse { vote_granted: true } => {
                    self.votes.insert((by, term, envelope.to.0));
                }
                _ => {}
            }
            self.network.insert(format!("{envelope:?}"), envelope);
        }
        self.witness(at);
    }

    /// Writes down who leads and what is committed.
    fn witness(&mut self, at: usize) {
        let node = &self.servers[at].node;
        let term = node.current_term().0;
        let entry = |index: u64| {
            let entry = node.log().get(Index::new(index)?)?;
            Some(format!("{entry:?}"))
        };
        let commit = node.commit_index().map_or(0, Index::get);
        for index in 1..=commit {
            let Some(entry) = entry(index) else { continue };
            let known = self.committed.iter().any(|(at, what, _)| *at == index && *what == entry);
            if !known {
                self.committed.insert((index, entry, term));
            }
        }
        if node.is_leader() && self.leaders.entry(term).or_default().insert(node.id().0) {
            let lacks = |(index, what, then): &(u64, String, u64)| {
                *then < term && entry(*index).as_ref() != Some(what)
            };
            self.incomplete |= self.committed.iter().any(lacks);
        }
    }
}

impl Model for Small {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let servers = (1..).map(NodeId).zip(&self.beginning).map(|(id, (term, log))| {
            let entry = |term: &u64| Entry { term: Term(*term), payload: command(*term) };
            let disk = Durable {
                current_term: Term(*term),
                log: Log::new(None, log.iter().map(entry).collect()),
                ..Durable::default()
            };
            Server { node: self.start(id, &disk), disk, writes: Vec::new() }
        });
        vec![State {
            servers: servers.collect(),
            network: BTreeMap::new(),
            leaders: BTreeMap::new(),
            committed: BTreeSet::new(),
            votes: BTreeSet::new(),
            incomplete: false,
            timeouts: 0,
            proposals: 0,
            crashes: 0,
            duplicates: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (at, server) in state.servers.iter().enumerate() {
            let node = &server.node;
            let next = node.current_term().0 + 1;
            if state.timeouts < self.timeouts && !node.is_leader() && next <= self.most_terms {
                actions.push(Action::TimeOut(at));
            }
            if !server.writes.is_empty() {
                actions.push(Action::Synced(at));
            }
            let room = node.log().len() as u64 <= self.longest_log.saturating_sub(1);
            if node.is_leader() && state.proposals < self.proposals && room {
                actions.push(Action::Propose(at));
            }
            if state.crashes < self.crashes {
                actions.push(Action::Crash(at));
            }
        }
        actions.extend(state.network.keys().cloned().map(Action::Deliver));
        if state.duplicates < self.duplicates {
            actions.extend(state.network.keys().cloned().map(Action::DeliverAndKeep));
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::TimeOut(at) => {
                state.timeouts += 1;
                if !state.servers[at].node.expire_election_timer(NOW) {
                    return None;
                }
                state.step(at, Input::Tick);
            }
            Action::Deliver(key) => {
                let envelope = state.network.remove(&key)?;
                let at = envelope.to.0 as usize - 1;
                state.step(at, Input::Receive(envelope));
            }
            Action::DeliverAndKeep(key) => {
                state.duplicates += 1;
                let envelope = state.network.get(&key)?.clone();
                let at = envelope.to.0 as usize - 1;
                state.step(at, Input::Receive(envelope));
            }
            Action::Synced(at) => {
                let write = state.servers[at].writes.remove(0);
                let ticket = write.ticket;
                state.servers[at].disk.keep(write);
                state.step(at, Input::Durable(ticket));
            }
            Action::Propose(at) => {
                state.proposals += 1;
                let term = state.servers[at].node.current_term().0;
                let Payload::Command(data) = command(term) else { return None };
                state.step(at, Input::Propose(data));
            }
            Action::Crash(at) => {
                state.crashes += 1;
                let server = &mut state.servers[at];
                server.writes.clear();
                let id = server.node.id();
                server.node = self.start(id, &server.disk);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("election-safety", |_, state: &State| {
                state.leaders.values().all(|leaders| leaders.len() == 1)
            }),
            Property::always("one-vote", |_, state: &State| {
                let mut seen = BTreeSet::new();
                state.votes.iter().all(|(by, term, _)| seen.insert((by, term)))
            }),
            Property::always("leader-completeness", |_, state: &State| !state.incomplete),
            Property::always("state-machine-safety", |_, state: &State| {
                let mut seen = BTreeSet::new();
                state.committed.iter().all(|(index, ..)| seen.insert(index))
            }),
            Property::always("log-matching", |_, state: &State| logs_match(state)),
        ]
    }
}

fn command(term: u64) -> Payload {
    Payload::Command(Data::new(term.to_le_bytes().to_vec()))
}

/// Where two logs have an entry of the same term at an index, they are equal up to there.
fn logs_match(state: &State) -> bool {
    let logs: Vec<&[Entry]> =
        state.servers.iter().map(|server| server.node.log().entries()).collect();
    logs.iter().all(|one| {
        logs.iter().all(|other| {
            let common = one.iter().zip(*other).rposition(|(a, b)| a.term == b.term);
            common.is_none_or(|last| one[..=last] == other[..=last])
        })
    })
}

/// Explores everything. The names of the properties that fell, and how many states there are.
fn explore(small: Small) -> (Vec<&'static str>, usize) {
    let checker = small.checker().spawn_bfs().join();
    let fell = checker.discoveries();
    for (name, path) in &fell {
        println!("{name} falls after {:?}", path.clone().into_actions());
    }
    (fell.into_keys().collect(), checker.unique_state_count())
}

/// Whether the property falls without the rule, looking at so many states at most, the nearest first.
fn falls(property: &'static str, small: Small) -> bool {
    const MOST_STATES: usize = 1_500_000;
    let wanted = stateright::HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = small.checker().finish_when(wanted).target_state_count(MOST_STATES);
    let checker = checker.spawn_bfs().join();
    let found = checker.discovery(property);
    if let Some(path) = &found {
        println!("{property} falls after {:?}", path.clone().into_actions());
    }
    found.is_some()
}

#[test]
fn every_order_of_two_elections_has_one_leader_a_term() {
    let (fell, states) = explore(Small { proposals: 0, ..Small::new(None) });
    assert_eq!(fell, [""; 0]);
    assert!(states > 100_000, "{states} states");
}

#[test]
fn every_order_of_a_proposal_and_a_crash_loses_nothing() {
    let bounds = Small { timeouts: 1, crashes: 1, most_terms: 1, ..Small::new(None) };
    let (fell, states) = explore(bounds);
    assert_eq!(fell, [""; 0]);
    assert!(states > 10_000, "{states} states");
}

#[test]
fn without_majorities_two_lead_a_term() {
    let bounds = |off| Small { proposals: 0, ..Small::new(off) };
    assert!(falls("election-safety", bounds(Some(Rule::MajorityQuorum))));
}

#[test]
fn without_growing_terms_a_server_votes_twice() {
    let bounds = Small { proposals: 0, ..Small::new(Some(Rule::TermGrows)) };
    assert!(falls("one-vote", Small { beginning: vec![(1, Vec::new()); 3], ..bounds }));
}

#[test]
fn without_votes_on_disk_a_crash_lets_a_server_vote_twice() {
    let bounds = Small { proposals: 0, crashes: 1, ..Small::new(Some(Rule::VoteOnDisk)) };
    assert!(falls("one-vote", Small { most_terms: 1, ..bounds }));
}

#[test]
fn without_the_election_restriction_a_leader_lacks_what_is_committed() {
    let bounds = Small::new(Some(Rule::ElectionRestriction));
    assert!(falls("leader-completeness", bounds));
}

/// The paper's Figure 8, from (b) on: n1 has an entry of term 1 that n2 has too, n3 one of term 2.
#[test]
fn without_the_current_term_rule_figure_8_happens() {
    let beginning = vec![(2, vec![1]), (2, Vec::new()), (2, vec![2])];
    let off = Some(Rule::CurrentTermCommit);
    let bounds = Small { most_terms: 4, proposals: 0, beginning, ..Small::new(off) };
    assert!(falls("leader-completeness", bounds));
}
