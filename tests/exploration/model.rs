//! The model: its bounds, its states, and the properties of each state.
//!
//! A message that was sent stays in the network forever, and may arrive at any time and any number
//! of times: unbounded loss, duplication and reordering. A step without any effect leads to no new
//! state, so the state space stays finite.
//!
//! A step depends only on the server that takes it, so its result is computed once and cached. If
//! all servers are alike at the beginning, the first candidate may be assumed to be n1.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use kvorum::digest::Digest;
use kvorum::raft::{
    Change, Config, Durable, Envelope, Message as Rpc, Node, NodeId, Rule, Settings, count,
};
use kvorum::rng::Rng;
use stateright::{Model, Property};

use crate::server::{Happening, Message, NOW, Server, Step};

/// The bounds of the exploration.
pub(crate) struct Small {
    /// The rule that is switched away from its default.
    pub(crate) switched: Option<Rule>,
    /// The highest term for which a server starts an election.
    pub(crate) most_terms: u64,
    /// The log length from which on a leader accepts no more commands.
    pub(crate) longest_log: u64,
    /// The total number of expiries of election timers.
    pub(crate) timeouts: u32,
    pub(crate) proposals: u32,
    pub(crate) heartbeats: u32,
    pub(crate) crashes: u32,
    /// The membership changes that leaders are asked for, one after the other.
    pub(crate) changes: Vec<Change>,
    /// Whether a leader begins its term with a no-op, instead of a heartbeat.
    pub(crate) no_op: bool,
    /// The disks at the beginning.
    pub(crate) beginning: Vec<Durable>,
    /// Whether n1 was elected before, in the simplest order: every message arrived.
    pub(crate) elected: bool,
    /// The cached results of steps.
    pub(crate) steps: Mutex<Steps>,
}

/// The result of a step by the digests of a server and of what happens to it; `None` if that can't
/// happen.
type Steps = BTreeMap<(Digest, Digest), Option<Arc<Step>>>;

/// How much of the bounds is used up.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub(crate) struct Spent {
    timeouts: u32,
    proposals: u32,
    heartbeats: u32,
    crashes: u32,
    changes: usize,
}

#[derive(Clone)]
pub(crate) struct State {
    servers: Vec<Arc<Server>>,
    /// All messages that were ever sent, and a digest of them.
    network: Arc<BTreeMap<Digest, Arc<Envelope>>>,
    network_digest: u64,
    seen: Arc<BTreeSet<Fact>>,
    spent: Spent,
}

/// Something that was observed and stays true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Fact {
    /// The server was leader of the term.
    Led { term: u64, by: u32 },
    /// The server voted in this term.
    Voted { by: u32, term: u64, candidate: u32 },
    /// The log up to the index was considered committed, first in this term.
    Committed { index: u64, log: u64, term: u64 },
}

/// Something happens to the server at this place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Action {
    at: usize,
    what: Happening,
}

impl Small {
    /// Three servers, two terms, one proposal.
    pub(crate) fn new(switched: Option<Rule>) -> Self {
        Self {
            switched,
            most_terms: 2,
            longest_log: 1,
            timeouts: 2,
            proposals: 1,
            heartbeats: 0,
            crashes: 0,
            changes: Vec::new(),
            no_op: false,
            beginning: vec![Durable::default(); 3],
            elected: false,
            steps: Mutex::default(),
        }
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for rule in [Rule::PreVote, Rule::CheckQuorum, Rule::LeaderStickiness] {
            settings.rules.set(rule, false);
        }
        settings.rules.set(Rule::NoOp, self.no_op);
        if let Some(rule) = self.switched {
            settings.rules.set(rule, !rule.on_by_default());
        }
        settings.lapses.add_rules(settings.rules);
        settings
    }

    fn start(&self, id: NodeId, disk: &Durable) -> Node {
        let config = Config::new((1..=self.beginning.len() as u32).map(NodeId));
        Node::start(id, self.settings(), config, disk.clone(), Rng::new(1, id.0.into()), NOW)
    }

    /// Whether the servers are alike at the beginning, so that the first candidate may be assumed
    /// to be n1.
    fn are_alike(&self) -> bool {
        !self.elected
            && self.changes.is_empty()
            && self.beginning.windows(2).all(|two| two[0] == two[1])
    }

    fn step(&self, server: &Server, what: &Happening) -> Option<Arc<Step>> {
        let happening = match what {
            Happening::Receive(message) => message.digest,
            other => Digest::of(format!("{other:?}").as_bytes()),
        };
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let take = || {
            let restarted = || self.start(server.node.id(), &server.disk);
            server.after(what, restarted).map(Arc::new)
        };
        steps.entry((server.digest, happening)).or_insert_with(take).clone()
    }
}

impl Small {
    /// Elects n1, and delivers all messages.
    fn elect_first(&self, mut state: State) -> State {
        let mut next = self.next_state(&state, Action { at: 0, what: Happening::TimeOut });
        while let Some(then) = next {
            let mut actions = Vec::new();
            self.actions(&then, &mut actions);
            let plain =
                |action: &Action| matches!(action.what, Happening::Synced | Happening::Receive(_));
            let plain = actions.into_iter().filter(plain);
            next = plain.into_iter().find_map(|action| self.next_state(&then, action));
            state = then;
        }
        assert!(state.servers[0].node.is_leader(), "n1 was to be elected");
        State { spent: Spent::default(), ..state }
    }
}

impl Spent {
    fn spend(&mut self, what: &Happening) {
        match what {
            Happening::TimeOut => self.timeouts += 1,
            Happening::Propose => self.proposals += 1,
            Happening::Heartbeat => self.heartbeats += 1,
            Happening::Crash => self.crashes += 1,
            Happening::Change(_) => self.changes += 1,
            Happening::Receive(_) | Happening::Synced => {}
        }
    }
}

impl State {
    fn note(&mut self, fact: Fact) {
        if !self.seen.contains(&fact) {
            Arc::make_mut(&mut self.seen).insert(fact);
        }
    }

    /// Stores what is new.
    fn witness(&mut self, at: usize, sent: &[Message]) {
        for message in sent {
            let Envelope { from, to, term, message } = &*message.envelope;
            let candidate = match message {
                Rpc::RequestVote { .. } => from.0,
                Rpc::RequestVoteResponse { vote_granted: true } => to.0,
                _ => continue,
            };
            self.note(Fact::Voted { by: from.0, term: term.0, candidate });
        }
        let server = Arc::clone(&self.servers[at]);
        let term = server.node.current_term().0;
        if server.node.is_leader() {
            self.note(Fact::Led { term, by: server.node.id().0 });
        }
        let commit = count(server.node.commit_index()) as usize;
        for (index, (_, log)) in (1..).zip(&server.prefixes).take(commit) {
            let all = Fact::Committed { index, log: log.0, term: 0 }..=Fact::Committed {
                index,
                log: log.0,
                term: u64::MAX,
            };
            if self.seen.range(all).next().is_none() {
                self.note(Fact::Committed { index, log: log.0, term });
            }
        }
    }
}

impl Model for Small {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let servers = (1..).map(NodeId).zip(&self.beginning).map(|(id, disk)| {
            Arc::new(Server::new(self.start(id, disk), disk.clone(), VecDeque::new()))
        });
        let mut state = State {
            servers: servers.collect(),
            network: Arc::default(),
            network_digest: 0,
            seen: Arc::default(),
            spent: Spent::default(),
        };
        if self.elected {
            state = self.elect_first(state);
        }
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let spent = &state.spent;
        for (at, server) in state.servers.iter().enumerate() {
            let node = &server.node;
            let mut may = |what| actions.push(Action { at, what });
            let next = node.current_term().0 + 1;
            let begins = spent.timeouts > 0 || at == 0 || !self.are_alike();
            if spent.timeouts < self.timeouts && begins && next <= self.most_terms {
                may(Happening::TimeOut);
            }
            if server.awaits_disk() {
                may(Happening::Synced);
            }
            let room = (node.log().len() as u64) < self.longest_log;
            if node.is_leader() && spent.proposals < self.proposals && room {
                may(Happening::Propose);
            }
            if node.is_leader() && spent.heartbeats < self.heartbeats {
                may(Happening::Heartbeat);
            }
            if let Some(change) = self.changes.get(spent.changes).filter(|_| node.is_leader()) {
                may(Happening::Change(change.clone()));
            }
            if spent.crashes < self.crashes {
                may(Happening::Crash);
            }
        }
        for (&digest, envelope) in &*state.network {
            let message = Message { digest, envelope: Arc::clone(envelope) };
            let at = envelope.to.0 as usize - 1;
            actions.push(Action { at, what: Happening::Receive(message) });
        }
    }

    fn next_state(&self, last: &State, Action { at, what }: Action) -> Option<State> {
        let server = &last.servers[at];
        let step = self.step(server, &what)?;
        let is_new = |message: &Message| !last.network.contains_key(&message.digest);
        if step.server.digest == server.digest && !step.sent.iter().any(is_new) {
            return None;
        }
        let mut state = last.clone();
        state.spent.spend(&what);
        state.servers[at] = Arc::clone(&step.server);
        for message in step.sent.iter().filter(|message| is_new(message)) {
            state.network_digest ^= message.digest.0;
            let network = Arc::make_mut(&mut state.network);
            network.insert(message.digest, Arc::clone(&message.envelope));
        }
        state.witness(at, &step.sent);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("election-safety", |_, state: &State| {
                state.differ(|fact| match fact {
                    Fact::Led { term, .. } => Some((*term, 0)),
                    _ => None,
                })
            }),
            Property::always("one-vote", |_, state: &State| {
                state.differ(|fact| match fact {
                    Fact::Voted { by, term, .. } => Some((*term, *by)),
                    _ => None,
                })
            }),
            Property::always("leader-completeness", |_, state: &State| {
                state.leaders_are_complete()
            }),
            Property::always("state-machine-safety", |_, state: &State| {
                state.differ(|fact| match fact {
                    Fact::Committed { index, .. } => Some((*index, 0)),
                    _ => None,
                })
            }),
            Property::always("log-matching", |_, state: &State| state.logs_match()),
        ]
    }
}

/// The properties of the paper's Figure 3.
impl State {
    /// Whether some key has two different facts.
    fn differ(&self, key: impl Fn(&Fact) -> Option<(u64, u32)>) -> bool {
        let mut known = BTreeSet::new();
        self.seen.iter().filter_map(key).all(|key| known.insert(key))
    }

    /// A leader has everything that was committed in earlier terms.
    fn leaders_are_complete(&self) -> bool {
        let leaders = self.servers.iter().filter(|server| server.node.is_leader());
        leaders.into_iter().all(|leader| {
            self.seen.iter().all(|fact| match fact {
                Fact::Committed { index, log, term } if *term < leader.node.current_term().0 => {
                    let has = leader.prefixes.get(*index as usize - 1);
                    has.is_some_and(|(_, prefix)| prefix.0 == *log)
                }
                _ => true,
            })
        })
    }

    /// Two logs with an entry of the same term at an index are equal up to there.
    fn logs_match(&self) -> bool {
        let logs = || self.servers.iter().map(|server| &server.prefixes);
        logs().all(|one| {
            logs().all(|other| {
                one.iter().zip(other).all(|(one, other)| one.0 != other.0 || one.1 == other.1)
            })
        })
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for server in &self.servers {
            server.digest.0.hash(state);
        }
        self.network_digest.hash(state);
        self.seen.hash(state);
        self.spent.hash(state);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        let digests = |state: &Self| -> Vec<Digest> {
            state.servers.iter().map(|server| server.digest).collect()
        };
        digests(self) == digests(other)
            && self.network == other.network
            && self.seen == other.seen
            && self.spent == other.spent
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nodes = self.servers.iter().map(|server| &server.node);
        f.debug_list().entries(nodes).finish()
    }
}
