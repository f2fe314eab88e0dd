//! A story played again from its beginning, while for every event it is noted what made it happen.
//!
//! A run is a function of its recording, so that nothing of this has to be noted while it is played first:
//! who asks pays for it. What is kept is only what still matters: for each thing that a server knows
//! the happening that made it so, for each message on its way what its sender said it for. Whatever
//! nobody can ask for any more goes by itself with the last that points at it.

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

/// How many indexes, terms and answered requests are remembered, to hold what breaks a property against.
const REMEMBERED: usize = 512;

/// A story as it is played again.
#[derive(Clone, Debug)]
pub(crate) struct CausalReplay {
    pub(crate) run: Run,
    pub(crate) founded: Why,
    done: usize,
    count: u64,
    pub(crate) servers: BTreeMap<NodeId, Notes>,
    pub(crate) sent_messages: BTreeMap<MessageId, SentMessage>,
    /// Rules that are not as Raft has them.
    pub(crate) rules: BTreeMap<Rule, Why>,
    /// How each disk came to be as it is, and what was lost that disks had reported as done.
    pub(crate) disks: BTreeMap<NodeId, Why>,
    pub(crate) lies: Vec<Why>,
    /// Requests that have no answer yet: what is asked, since when, and how they were sent last.
    pub(crate) asked: BTreeMap<RequestId, (Operation, RunPosition, Option<Why>)>,
    pub(crate) past: Past,
    pub(crate) broken: Vec<Broken>,
}

/// What was once so, as far as it is remembered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    /// Who led a term.
    pub(crate) leaders: BTreeMap<Term, Vec<(NodeId, Why)>>,
    /// Each server's votes.
    pub(crate) votes: BTreeMap<NodeId, VecDeque<(Term, NodeId, Why)>>,
    /// Which commit came first to an index, whose it was, and what brought the entry there.
    pub(crate) commits: BTreeMap<Index, (NodeId, Why, Option<Why>)>,
    /// Who came to an index with its state machine, and with which request.
    pub(crate) applied: BTreeMap<Index, Vec<Applied>>,
    pub(crate) answered: VecDeque<Answered>,
    pub(crate) refused: VecDeque<Refused>,
}

/// A state machine has come to an entry.
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

/// A leader has refused a request.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) id: RequestId,
    pub(crate) by: NodeId,
    pub(crate) term: Term,
    pub(crate) operation: Operation,
    pub(crate) why: Why,
}

/// What makes an event happen.
#[derive(Debug)]
pub(crate) enum Trigger {
    Timer,
    /// A message comes to its end; at a process that is busy or paused it waits there.
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
    /// Somebody has done something, to this message if it was one.
    Action {
        why: Why,
        message: Option<MessageId>,
    },
}

/// An event while it is looked at.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) trigger: Trigger,
    /// What the message that has arrived was sent for.
    pub(crate) sent_message: Option<SentMessage>,
    /// Entries have come to disk with it.
    pub(crate) persisted: Option<Why>,
    /// What was told last in it.
    pub(crate) last: Option<Why>,
    /// How many of its deeds were looked at.
    server_events: usize,
    /// What was executed in it.
    pub(crate) executed: Vec<Why>,
}

impl Event {
    fn new(trigger: Trigger, sent_message: Option<SentMessage>) -> Self {
        let executed = Vec::new();
        Self { trigger, sent_message, persisted: None, last: None, server_events: 0, executed }
    }

    /// What it comes of, for what has no better reason: the message, or what somebody did.
    pub(crate) fn causes(&self) -> Vec<Why> {
        match (&self.trigger, &self.sent_message) {
            (Trigger::Action { why, .. }, _) => vec![Rc::clone(why)],
            (_, Some(sent_message)) => sent_message.main.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

impl CausalReplay {
    /// The beginning of a story.
    pub(crate) fn new(recording: &Recording) -> Self {
        let run = Run::new(recording.cluster_config);
        let detail = Detail::Founded(recording.cluster_config.nodes);
        let (place, kind) = (RunPosition::default(), detail.kind(false, true));
        let founded = Rc::new(Happening { number: 0, place, detail, kind, causes: Vec::new() });
        let ids: Vec<NodeId> = run.cluster().servers().map(Server::id).collect();
        let servers = ids.into_iter().map(|id| (id, Notes::new(&founded))).collect();
        Self {
            run,
            founded,
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

    /// How far it has been played.
    pub(crate) fn place(&self) -> RunPosition {
        let cluster = self.run.cluster();
        let instant = Instant { events: cluster.events(), at: cluster.now() };
        RunPosition { instant, done: self.done }
    }

    /// Plays on towards a place of its story, at most for so much work; whether it is there. An event or something
    /// done is one piece of work, and so is each thing that is told of it.
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
        // What is recorded for an instant that never was is never done.
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
        // What was recorded was not refused then, so it is not now.
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

    /// The next event; `false` where nothing will ever happen again.
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

    /// What the next event will be.
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

    /// Something happens here and now.
    pub(crate) fn tell(&mut self, detail: Detail, causes: Vec<Why>, by_chance: bool) -> Why {
        self.count += 1;
        let kind = detail.kind(by_chance, causes.is_empty());
        Rc::new(Happening { number: self.count, place: self.place(), detail, kind, causes })
    }

    /// Takes in what an event or an action has come to.
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
        self.look_at_deeds(event);
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

    /// A server may have gone over to a term that it was told of.
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
            // A vote that was given in this very event stays.
            notes.vote = notes.vote.take().filter(|(_, vote)| vote.place == why.place);
            notes.term = (term, why);
        }
    }

    /// State machines have come to entries. A snapshot that is told of has what was executed before it.
    pub(crate) fn look_at_deeds(&mut self, event: &mut Event) {
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
    /// A server leads a term.
    pub(crate) fn led(&mut self, term: Term, node: NodeId, why: &Why) {
        self.leaders.entry(term).or_default().push((node, Rc::clone(why)));
        if self.leaders.len() > REMEMBERED {
            self.leaders.pop_first();
        }
    }

    /// A server has voted.
    pub(crate) fn voted(&mut self, node: NodeId, term: Term, candidate: NodeId, why: &Why) {
        let votes = self.votes.entry(node).or_default();
        votes.push_back((term, candidate, Rc::clone(why)));
        if votes.len() > REMEMBERED {
            votes.pop_front();
        }
    }

    /// A server's commit index has come to an index.
    pub(crate) fn committed(&mut self, index: Index, by: NodeId, why: &Why, entry: Option<Why>) {
        self.commits.entry(index).or_insert_with(|| (by, Rc::clone(why), entry));
        if self.commits.len() > REMEMBERED {
            self.commits.pop_first();
        }
    }

    /// A leader has refused a request.
    pub(crate) fn refused(&mut self, refused: Refused) {
        self.refused.push_back(refused);
        if self.refused.len() > REMEMBERED {
            self.refused.pop_front();
        }
    }

    /// A request has ended.
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
