//! A replay of a branch from its beginning that records the causes of every event.
//!
//! A run is a function of its recording, so nothing of this has to be recorded while the branch is
//! played first; only a question pays for it. Only what can still matter is stored: for everything
//! that a server knows the event that established it, and for each message in flight its causes.
//! Other events are freed with the last reference to them.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::check::Run;
use crate::cluster::{
    Action, Answer, Body, CallEvent, Cluster, Endpoint, Flight, Handling, MessageId, Operation,
    RequestId, Server, ServerEvent, Status, Touched, Upcoming, What, Which,
};
use crate::playground::jobs::causality::broken::Broken;
use crate::playground::jobs::causality::happening::{Detail, Happening, Why};
use crate::playground::jobs::causality::messages::SentMessage;
use crate::playground::jobs::causality::notes::Notes;
use crate::raft::{Index, NodeId, Rule, Term};
use crate::recording::{Instant, Recording, RunPosition, Timed};
use crate::store::{Seq, SessionId};

/// The maximum number of indexes, terms and answered requests that are stored to explain broken
/// properties.
const REMEMBERED: usize = 512;

/// A branch while it is replayed.
#[derive(Clone, Debug)]
pub(crate) struct CausalReplay {
    pub(crate) run: Run,
    pub(crate) beginning: Why,
    done: usize,
    count: u64,
    pub(crate) servers: BTreeMap<NodeId, Notes>,
    pub(crate) sent_messages: BTreeMap<MessageId, SentMessage>,
    /// Rules that deviate from their defaults, and what switched them.
    pub(crate) rules: BTreeMap<Rule, Why>,
    /// What set the state of each disk, and the losses of writes that disks had reported as
    /// durable.
    pub(crate) disks: BTreeMap<NodeId, Why>,
    pub(crate) lies: Vec<Why>,
    /// Pending requests: the operation, when it was invoked, and its last sending.
    pub(crate) asked: BTreeMap<RequestId, (Operation, RunPosition, Option<Why>)>,
    pub(crate) past: Past,
    pub(crate) broken: Vec<Broken>,
}

/// A vote: in which term, for whom, and the event.
pub(crate) type Vote = (Term, NodeId, Why);

/// The past, as far as it is stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    /// The leaders of each term.
    pub(crate) leaders: BTreeMap<Term, Vec<(NodeId, Why)>>,
    /// Each server's votes.
    pub(crate) votes: BTreeMap<NodeId, VecDeque<Vote>>,
    /// The first commit of each index: the server, the event, and what had appended the entry.
    pub(crate) commits: BTreeMap<Index, (NodeId, Why, Option<Why>)>,
    /// The servers that applied each index, and the requests in it.
    pub(crate) applied: BTreeMap<Index, Vec<Applied>>,
    pub(crate) answered: VecDeque<Answered>,
    pub(crate) refused: VecDeque<Refused>,
}

/// The application of an entry by a state machine.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) by: NodeId,
    pub(crate) request: Option<(SessionId, Seq, bool)>,
    pub(crate) why: Why,
}

/// A request that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) id: RequestId,
    pub(crate) operation: Operation,
    pub(crate) answer: Answer,
    pub(crate) began: RunPosition,
    pub(crate) why: Why,
}

/// A request that a leader has refused.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) id: RequestId,
    pub(crate) by: NodeId,
    pub(crate) term: Term,
    pub(crate) operation: Operation,
    pub(crate) why: Why,
}

/// The trigger of an event.
#[derive(Debug)]
pub(crate) enum Trigger {
    Timer,
    /// A message arrives or is lost; `waits` if its receiver is busy or paused and queues it.
    Mail {
        id: MessageId,
        to: Endpoint,
        body: Body,
        waits: bool,
    },
    Fsync(NodeId),
    Inbox,
    Client,
    Chance,
    /// An action, and the message it is about, if any.
    Action {
        why: Why,
        message: Option<MessageId>,
    },
}

/// An event while its consequences are collected.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) trigger: Trigger,
    /// The causes of the message that has arrived.
    pub(crate) sent_message: Option<SentMessage>,
    /// The fsync of entries in this event.
    pub(crate) persisted: Option<Why>,
    /// The last fact of this event.
    pub(crate) last: Option<Why>,
    /// The number of its server events that were handled.
    server_events: usize,
    /// The executions of commands in this event.
    pub(crate) executed: Vec<Why>,
}

impl Event {
    fn new(trigger: Trigger, sent_message: Option<SentMessage>) -> Self {
        let executed = Vec::new();
        Self { trigger, sent_message, persisted: None, last: None, server_events: 0, executed }
    }

    /// The default causes of its consequences: the message, or the action.
    pub(crate) fn causes(&self) -> Vec<Why> {
        match (&self.trigger, &self.sent_message) {
            (Trigger::Action { why, .. }, _) => vec![Rc::clone(why)],
            (_, Some(sent_message)) => sent_message.main.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

impl CausalReplay {
    /// A replay at the beginning of a branch.
    pub(crate) fn new(recording: &Recording) -> Self {
        let run = Run::new(recording.cluster_config);
        let detail = Detail::Founded(recording.cluster_config.nodes);
        let (place, kind) = (RunPosition::default(), detail.kind(false, true));
        let beginning = Rc::new(Happening { number: 0, place, detail, kind, causes: Vec::new() });
        let ids: Vec<NodeId> = run.cluster().servers().map(Server::id).collect();
        let servers = ids.into_iter().map(|id| (id, Notes::new(&beginning))).collect();
        Self {
            run,
            beginning,
            done: 0,
            count: 0,
            servers,
            sent_messages: BTreeMap::new(),
            rules: BTreeMap::new(),
            disks: BTreeMap::new(),
            lies: Vec::new(),
            asked: BTreeMap::new(),
            past: Past::default(),
            broken: Vec::new(),
        }
    }

    /// The position of the replay.
    pub(crate) fn place(&self) -> RunPosition {
        let cluster = self.run.cluster();
        let instant = Instant { events: cluster.events(), at: cluster.now() };
        RunPosition { instant, done: self.done }
    }

    /// Plays towards a position of the branch, by at most `work`: each event, each action and each
    /// causal event recorded counts one. Returns whether it has arrived.
    pub(crate) fn approach(&mut self, recording: &Recording, to: RunPosition, work: u64) -> bool {
        let mut steps = 0;
        let told = self.count;
        while steps + (self.count - told) < work {
            if !self.go_on(recording, to) {
                return true;
            }
            steps += 1;
        }
        false
    }

    fn go_on(&mut self, recording: &Recording, to: RunPosition) -> bool {
        let events = self.run.cluster().events();
        let next = self.run.cluster_mut().next_time();
        // An action recorded for an instant that never occurs is never done.
        let is_next =
            |when: &Instant| when.events == events && next.is_none_or(|next| when.at <= next);
        match recording.actions.get(self.done) {
            Some(Timed { when, action }) if self.done < to.done && is_next(when) => {
                self.done += 1;
                self.run.cluster_mut().rest_until(when.at);
                self.act(action);
                true
            }
            _ if events < to.instant.events => self.step(),
            _ => false,
        }
    }

    fn act(&mut self, action: &Action) {
        let message = match action {
            Action::Mail { which, .. } => find(self.run.cluster(), *which),
            _ => None,
        };
        let sent = self.run.cluster().network().sent();
        // A recorded action was not refused then, so it is not refused now.
        let _request = self.run.apply(action);
        let why = self.tell(Detail::Did(action.clone()), Vec::new(), false);
        if let Action::Timeout(node) = action
            && let Some(notes) = self.servers.get_mut(node)
        {
            notes.pushed = Some(Rc::clone(&why));
        }
        let copies =
            matches!(action, Action::Mail { handling: Handling::Duplicate, .. }).then_some(message);
        let mut event = Event::new(Trigger::Action { why, message }, None);
        self.look(&mut event, Touched::Anybody, sent, copies.flatten());
    }

    /// Handles the next event. Returns `false` if nothing will ever happen again.
    fn step(&mut self) -> bool {
        let Some(trigger) = self.trigger() else { return false };
        let sent_message = match &trigger {
            Trigger::Mail { id, waits: false, .. } => self.sent_messages.remove(id),
            _ => None,
        };
        let sent = self.run.cluster().network().sent();
        let Some(touched) = self.run.step() else { return false };
        let mut event = Event::new(trigger, sent_message);
        self.look(&mut event, touched, sent, None);
        true
    }

    /// The trigger of the next event.
    fn trigger(&mut self) -> Option<Trigger> {
        let is_busy = |server: &Server| {
            server.status() == Status::Paused || server.cpu() > crate::time::Duration::ZERO
        };
        let busy: Vec<NodeId> =
            self.run.cluster().servers().filter(|server| is_busy(server)).map(Server::id).collect();
        let mail = |flight: &Flight, waits: bool| Trigger::Mail {
            id: flight.id,
            to: flight.to,
            body: flight.body.clone(),
            waits,
        };
        let (_, upcoming) = self.run.cluster_mut().upcoming()?;
        Some(match upcoming {
            Upcoming::Timer(_) => Trigger::Timer,
            Upcoming::Mail(flight) => {
                mail(flight, flight.to.node().is_some_and(|node| busy.contains(&node)))
            }
            Upcoming::Fsync(node) => Trigger::Fsync(node),
            Upcoming::Inbox { mail: Some(flight), .. } => mail(flight, false),
            Upcoming::Inbox { .. } => Trigger::Inbox,
            Upcoming::ClientTimer(_) | Upcoming::Turn(_) => Trigger::Client,
            Upcoming::Chaos => Trigger::Chance,
        })
    }

    /// Creates a causal event here and now.
    pub(crate) fn tell(&mut self, detail: Detail, causes: Vec<Why>, by_chance: bool) -> Why {
        self.count += 1;
        let kind = detail.kind(by_chance, causes.is_empty());
        Rc::new(Happening { number: self.count, place: self.place(), detail, kind, causes })
    }

    /// Collects the consequences of an event or an action.
    fn look(&mut self, event: &mut Event, touched: Touched, sent: u64, copied: Option<MessageId>) {
        self.look_at_calls_begun();
        self.look_at_disk(&event.trigger);
        self.note_acknowledgement(event);
        let facts: Vec<What> = self.run.cluster_mut().take_facts().map(|fact| fact.what).collect();
        for fact in facts {
            self.take_in(event, fact);
        }
        let touched: Vec<NodeId> = match touched {
            Touched::Nobody => Vec::new(),
            Touched::Server(node) => vec![node],
            Touched::Anybody => self.servers.keys().copied().collect(),
        };
        for node in touched {
            self.look_at_term(event, node);
        }
        self.look_at_server_events(event);
        self.look_at_messages(event, sent, copied);
        self.run.cluster_mut().take_finished();
        self.look_at_verdicts();
    }

    fn look_at_calls_begun(&mut self) {
        let place = self.place();
        for call in self.run.cluster().calls() {
            if let CallEvent::Began { id, operation, .. } = call {
                self.asked.insert(*id, (operation.clone(), place, None));
            }
        }
    }

    /// Adds an event if a server has adopted a term that it was told.
    fn look_at_term(&mut self, event: &Event, id: NodeId) {
        let Some(server) = self.run.cluster().server(id) else {
            self.servers.remove(&id);
            return;
        };
        let Some(notes) = self.servers.get_mut(&id) else { return };
        notes.prune(server);
        let Some(term) = server.node().map(crate::raft::Node::current_term) else { return };
        if notes.term.0 == term {
            return;
        }
        let from = match &event.trigger {
            Trigger::Mail { body: Body::Raft(envelope), .. } => Some(envelope.from),
            _ => None,
        };
        let causes = event.sent_message.as_ref().and_then(|sent_message| sent_message.term.clone());
        let detail = Detail::TookTerm { node: id, term, from: from.unwrap_or(id) };
        let why = self.tell(detail, causes.into_iter().collect(), false);
        if let Some(notes) = self.servers.get_mut(&id) {
            // A vote granted in this very event stays.
            notes.vote = notes.vote.take().filter(|(_, vote)| vote.place == why.place);
            notes.enters(term, &why);
        }
    }

    /// Adds the entries that were applied and the requests that were refused. Before a snapshot is
    /// recorded this is called too, since the snapshot contains what was executed before it.
    pub(crate) fn look_at_server_events(&mut self, event: &mut Event) {
        let server_events: Vec<ServerEvent> =
            self.run.cluster().server_events()[event.server_events..].to_vec();
        event.server_events += server_events.len();
        for server_event in server_events {
            match server_event {
                ServerEvent::Applied { by, index, request } => {
                    self.executed(event, by, index, request)
                }
                ServerEvent::Refused { by, term, id } => self.refused(event, by, term, id),
                ServerEvent::Accepted { .. } | ServerEvent::Voted { .. } => {}
            }
        }
    }

    fn refused(&mut self, event: &Event, by: NodeId, term: Term, id: RequestId) {
        let Some((operation, ..)) = self.asked.get(&id).cloned() else { return };
        let detail = Detail::Refuses { by, operation: operation.clone() };
        let why = self.tell(detail, event.causes(), false);
        self.past.refused(Refused { id, by, term, operation, why });
    }

    fn executed(
        &mut self,
        event: &mut Event,
        by: NodeId,
        index: Index,
        request: Option<(SessionId, Seq, bool)>,
    ) {
        let Some(notes) = self.servers.get(&by) else { return };
        let entry = notes.entries.get(&index);
        let command = entry.and_then(|entry| entry.command.clone());
        let brought = entry.map(|entry| Rc::clone(&entry.why));
        let causes = notes.commit_of(index).cloned().into_iter().chain(brought).collect();
        let detail = Detail::Executed { node: by, index, command: command.clone() };
        let why = self.tell(detail, causes, false);
        if let (Some(command), Some((_, _, true))) = (command, request)
            && let Some(notes) = self.servers.get_mut(&by)
        {
            notes.executed(&command, &why);
        }
        event.executed.push(Rc::clone(&why));
        let applied = Applied { by, request, why };
        self.past.applied.entry(index).or_default().push(applied);
        if self.past.applied.len() > REMEMBERED {
            self.past.applied.pop_first();
        }
    }
}

impl Past {
    /// Adds a leader.
    pub(crate) fn led(&mut self, term: Term, node: NodeId, why: &Why) {
        self.leaders.entry(term).or_default().push((node, Rc::clone(why)));
        if self.leaders.len() > REMEMBERED {
            self.leaders.pop_first();
        }
    }

    /// Adds a vote.
    pub(crate) fn voted(&mut self, node: NodeId, term: Term, candidate: NodeId, why: &Why) {
        let votes = self.votes.entry(node).or_default();
        votes.push_back((term, candidate, Rc::clone(why)));
        if votes.len() > REMEMBERED {
            votes.pop_front();
        }
    }

    /// A server's last vote in this term for another than this candidate.
    pub(crate) fn other_vote(&self, node: NodeId, term: Term, than: NodeId) -> Option<&Why> {
        let votes = self.votes.get(&node)?;
        let other = votes.iter().rfind(|(at, whom, _)| *at == term && *whom != than);
        other.map(|(_, _, why)| why)
    }

    /// Adds a server's commit of an index, unless an earlier one is known.
    pub(crate) fn committed(&mut self, index: Index, by: NodeId, why: &Why, entry: Option<Why>) {
        self.commits.entry(index).or_insert_with(|| (by, Rc::clone(why), entry));
        if self.commits.len() > REMEMBERED {
            self.commits.pop_first();
        }
    }

    /// Adds a refused request.
    pub(crate) fn refused(&mut self, refused: Refused) {
        self.refused.push_back(refused);
        if self.refused.len() > REMEMBERED {
            self.refused.pop_front();
        }
    }

    /// Adds a request that has ended.
    pub(crate) fn ended(&mut self, answered: Answered) {
        self.answered.push_back(answered);
        if self.answered.len() > REMEMBERED {
            self.answered.pop_front();
        }
    }
}

/// The message that an action is about.
fn find(cluster: &Cluster, which: Which) -> Option<MessageId> {
    match which {
        Which::Numbered(id) => Some(id),
        Which::Oldest { kind, from, to } => {
            let is_meant = |flight: &&Flight| {
                flight.body.raft_kind() == Some(kind)
                    && flight.from == Endpoint::Node(from)
                    && flight.to == Endpoint::Node(to)
            };
            cluster.network().flights().filter(is_meant).map(|flight| flight.id).min()
        }
    }
}
