//! How clients and servers talk: requests, redirects, answers, and what a client does when none comes.

use super::super::event::Event;
use super::super::facts::fact::What;
use super::super::machine::server::{Asker, PendingRead, Process, Proposal, Sought};
use super::super::network::{Body, Endpoint};
use super::super::{Cluster, ServerEvent};
use super::client::{
    ATTEMPT_TIMEOUT, Answer, BACKOFF, Call, CallEvent, ClientAnswer, ClientRequest, Consistency,
    Hop, Operation, PATIENCE, Pending, Postponement, Reply, RequestId, RequestTrace,
};
use crate::raft::{
    Accepted, Change, Config, Data, Index, Input, NodeId, Note, Position, ReadAnswer, ReadId,
    ReadMode, Refusal, Rule, Term,
};
use crate::store::{ClientId, Request, Stamp};

/// The servers' side.
impl Cluster {
    /// A server gets a request.
    pub(in crate::cluster) fn serve(
        &mut self,
        by: NodeId,
        request: ClientRequest,
    ) -> Option<NodeId> {
        let ClientRequest { id, client, attempt, call } = request;
        let asker = Asker { client, id, attempt };
        self.note(id, Hop::Received { by });
        match call {
            Call::Write(write) => {
                let stamp = Stamp {
                    at: self.servers.get(&by)?.clock.calendar(self.now).as_micros(),
                    session_lasts: self.session_lasts.as_micros(),
                    once: self.settings.rules.on(Rule::DuplicateSuppression),
                };
                let data = Data::new(Request { stamp, ..write }.encode());
                self.serve_write(by, asker, data)
            }
            // A machine that was switched off meanwhile can't be taken in.
            Call::Change(change)
                if !change.wanted().iter().all(|node| self.servers.contains_key(node)) =>
            {
                self.reply(by, asker, Reply::Busy);
                Some(by)
            }
            Call::Change(change) => self.serve_change(by, asker, change),
            Call::Read { key, consistency: Consistency::Stale } => {
                let value = self.process_mut(by)?.store.get(&key).cloned();
                self.reply(by, asker, Reply::Done(Answer::Value(value)));
                Some(by)
            }
            Call::Read { key, consistency } => {
                let mode = match consistency {
                    Consistency::Lease => ReadMode::Lease,
                    Consistency::Leader => ReadMode::Leader,
                    Consistency::Linearizable | Consistency::Stale => ReadMode::ReadIndex,
                };
                let (now, server) = (self.now, self.servers.get_mut(&by)?);
                let leased = mode == ReadMode::Lease && server.lease_end() > Some(now);
                let process = server.process.as_mut()?;
                process.reads.insert(id, PendingRead { sought: Sought::Value(key), asker });
                let asks = process.node.settings().rules.on(Rule::ReadConfirmation);
                if process.node.is_leader() && asks && !leased && mode != ReadMode::Leader {
                    self.note(id, Hop::Confirming { by });
                }
                self.step_node(by, Input::Read(ReadId(id.0), mode))
            }
        }
    }

    fn serve_write(&mut self, by: NodeId, asker: Asker, data: Data) -> Option<NodeId> {
        let result = self.step_node_and(by, Input::Propose(data), |cluster, effects| {
            let result = effects.proposed.take();
            if let Some(Ok(position)) = result {
                cluster.await_entry(by, position, asker, None);
            }
            result.and_then(Result::err)
        })?;
        self.decide(by, asker, None, result);
        Some(by)
    }

    fn serve_change(&mut self, by: NodeId, asker: Asker, change: Change) -> Option<NodeId> {
        let asked = Some(change.clone());
        let (result, ended) =
            self.step_node_and(by, Input::Change(change.clone()), |cluster, effects| {
                let ended = cluster.take_ended(by, &effects.notes);
                let result = effects.change.take();
                match result {
                    Some(Ok(Accepted::Proposed(position))) => {
                        cluster.await_entry(by, position, asker, Some(change));
                    }
                    Some(Ok(Accepted::CatchingUp(learner))) => {
                        cluster.note(asker.id, Hop::AwaitsLearner { by, learner });
                        if let Some(process) = cluster.process_mut(by) {
                            let term = process.node.current_term();
                            process.changing.push(Proposal { term, asker, change: Some(change) });
                        }
                    }
                    Some(Err(_)) | None => {}
                }
                (result.and_then(Result::err), ended)
            })?;
        self.decide(by, asker, asked, result);
        for (asker, later) in ended {
            self.reply(by, asker, Reply::Done(Answer::Ended { by: later }));
        }
        Some(by)
    }

    /// The clients that waited for a change that has ended, each with the later change that ended it. They
    /// wait no longer.
    fn take_ended(&mut self, at: NodeId, notes: &[Note]) -> Vec<(Asker, Change)> {
        let Some(process) = self.process_mut(at) else { return Vec::new() };
        let mut told = Vec::new();
        for note in notes {
            let Note::ChangeEnded { ended, by } = note else { continue };
            let is_ended = |waiting: &mut Proposal| waiting.change.as_ref() == Some(ended);
            let proposed = process.proposals.extract_if(.., |_, waiting| is_ended(waiting));
            let waiting = proposed.map(|(_, waiting)| waiting);
            let waiting = waiting.chain(process.changing.extract_if(.., is_ended));
            told.extend(waiting.map(|waiting| (waiting.asker, by.clone())));
        }
        told
    }

    /// The client that has asked waits for the entry at that position.
    fn await_entry(
        &mut self,
        by: NodeId,
        position: Position,
        asker: Asker,
        change: Option<Change>,
    ) {
        let Some(process) = self.process_mut(by) else { return };
        let Position { term, index } = position;
        process.proposals.insert(index, Proposal { term, asker, change });
        self.note(asker.id, Hop::Appended { by, position });
    }

    /// A write or a change was accepted, or refused for the reason given.
    fn decide(
        &mut self,
        by: NodeId,
        asker: Asker,
        change: Option<Change>,
        refusal: Option<Refusal>,
    ) {
        let (term, id) =
            (self.process_mut(by).map(|process| process.node.current_term()), asker.id);
        self.server_events.extend(match (term, &refusal) {
            (None, _) | (_, Some(Refusal::NotLeader { .. })) => None,
            (Some(term), None) => Some(ServerEvent::Accepted { by, term, id, change }),
            (Some(term), Some(_)) => Some(ServerEvent::Refused { by, term, id }),
        });
        let reply = match refusal {
            None => return,
            Some(Refusal::NotLeader { leader }) => Reply::Redirect(leader),
            Some(Refusal::Transferring { to }) => {
                self.note(id, Hop::Postponed { by, why: Postponement::HandsOver(to) });
                Reply::Busy
            }
            Some(Refusal::ChangeInProgress) => {
                let why = self.process_mut(by).map(|process| process.change_waits_for());
                why.into_iter().for_each(|why| self.note(id, Hop::Postponed { by, why }));
                Reply::Busy
            }
            Some(refusal @ (Refusal::LastServer | Refusal::NotVoter(_))) => {
                Reply::Done(Answer::Refused(refusal))
            }
            Some(Refusal::NoChange) => return self.confirm_no_change(by, asker),
        };
        self.reply(by, asker, reply);
    }

    /// The configuration is as wanted by what this leader knows. One that was deposed and has not heard of
    /// it would say so too: the answer waits, as a read does, until it is sure that it still leads (thesis,
    /// section 6.4).
    fn confirm_no_change(&mut self, by: NodeId, asker: Asker) {
        let Some(process) = self.process_mut(by) else { return };
        let sought = Sought::NoChange;
        process.reads.insert(asker.id, PendingRead { sought, asker });
        self.note(asker.id, Hop::Confirming { by });
        self.step_node(by, Input::Read(ReadId(asker.id.0), ReadMode::ReadIndex));
    }

    /// The entry at `index` is applied. The client that waits for it gets an answer, if it is still the entry
    /// that was proposed there.
    pub(in crate::cluster) fn finish_proposal(
        &mut self,
        by: NodeId,
        index: Index,
        term: Term,
        answer: Option<Answer>,
    ) {
        let Some(process) = self.process_mut(by) else {
            return;
        };
        let Some(proposal) = process.proposals.remove(&index) else {
            return;
        };
        let leader = process.node.leader();
        match answer {
            Some(answer) if proposal.term == term => {
                let position = Position { term, index };
                self.note(proposal.asker.id, Hop::Committed { by, position });
                self.reply(by, proposal.asker, Reply::Done(answer));
            }
            _ => self.reply(by, proposal.asker, Reply::Redirect(leader)),
        }
    }

    /// A configuration is applied. The client that has asked for it gets an answer, or waits on where the
    /// configuration is only a step on the way.
    pub(in crate::cluster) fn finish_change(
        &mut self,
        by: NodeId,
        index: Index,
        term: Term,
        config: &Config,
    ) {
        let Some(process) = self.process_mut(by) else { return };
        let is_done = |change: Option<&Change>| change.is_none_or(|change| change.is_done(config));
        let proposal = process.proposals.get(&index);
        if proposal.is_some_and(|own| own.term == term && !is_done(own.change.as_ref())) {
            process.changing.extend(process.proposals.remove(&index));
            return;
        }
        let (done, waiting) = std::mem::take(&mut process.changing)
            .into_iter()
            .partition(|waiting: &Proposal| is_done(waiting.change.as_ref()));
        process.changing = waiting;
        self.finish_proposal(by, index, term, Some(Answer::Changed));
        for Proposal { asker, .. } in done {
            let position = Position { term, index };
            self.note(asker.id, Hop::Committed { by, position });
            self.reply(by, asker, Reply::Done(Answer::Changed));
        }
    }

    /// A read is decided.
    pub(in crate::cluster) fn finish_read(&mut self, by: NodeId, answer: ReadAnswer) {
        let (ReadAnswer::Ready { id, .. } | ReadAnswer::NotLeader { id, .. }) = answer;
        let Some(process) = self.process_mut(by) else {
            return;
        };
        let Some(PendingRead { sought, asker }) = process.reads.remove(&RequestId(id.0)) else {
            return;
        };
        let reply = match answer {
            ReadAnswer::Ready { read_index, .. } => {
                assert!(
                    process.node.last_applied() >= read_index,
                    "{by} must have applied what it reads"
                );
                Reply::Done(match sought {
                    Sought::Value(key) => Answer::Value(process.store.get(&key).cloned()),
                    Sought::NoChange => Answer::Changed,
                })
            }
            ReadAnswer::NotLeader { leader, .. } => Reply::Redirect(leader),
        };
        self.reply(by, asker, reply);
    }

    /// A server that leads no longer sends those who wait for it on: their requests may still be
    /// executed, and asking again under the same number is safe.
    pub(in crate::cluster) fn send_askers_on(&mut self, by: NodeId) {
        let Some(process) = self.process_mut(by) else {
            return;
        };
        let waits = !process.proposals.is_empty() || !process.changing.is_empty();
        if process.node.is_leader() || !waits {
            return;
        }
        let leader = process.node.leader();
        let waiting = std::mem::take(&mut process.proposals).into_values();
        for proposal in waiting.chain(std::mem::take(&mut process.changing)) {
            self.reply(by, proposal.asker, Reply::Redirect(leader));
        }
    }

    fn reply(&mut self, by: NodeId, asker: Asker, reply: Reply) {
        let hop = match &reply {
            Reply::Done(_) => Some(Hop::Answered { by }),
            Reply::Redirect(leader) => Some(Hop::Redirected { by, leader: *leader }),
            Reply::Busy => None,
        };
        if let Some(hop) = hop {
            self.note(asker.id, hop);
        }
        let body = Body::Answer(asker.answer(reply));
        self.send(Endpoint::Node(by), Endpoint::Client(asker.client), body);
    }

    fn process_mut(&mut self, id: NodeId) -> Option<&mut Process> {
        self.servers.get_mut(&id)?.process.as_mut()
    }
}

/// The clients' side.
impl Cluster {
    /// A client begins a request.
    pub(in crate::cluster) fn begin_request(
        &mut self,
        client: ClientId,
        operation: Operation,
        via: Option<NodeId>,
    ) -> RequestId {
        let terms = (self.now, self.session_lasts);
        let (id, call) = self.clients.new_call(client, &operation, terms);
        self.clients.named.extend(client.name().map(|_| client));
        let target = via
            .or(self.clients.believed_leader.get(&client).copied())
            .filter(|id| self.servers.contains_key(id));
        let target = target.or_else(|| self.servers.keys().next().copied());
        self.calls.push(CallEvent::Began { id, client, operation: operation.clone() });
        let request_trace = RequestTrace { id, client, operation, hops: Vec::new(), answer: None };
        let pending = Pending {
            request_trace,
            call,
            pinned: via.is_some(),
            target: target.unwrap_or(NodeId(1)),
            attempt: 0,
            timer: 0,
            pausing: false,
            give_up_at: self.now + PATIENCE,
        };
        self.clients.pending.insert(id, pending);
        self.attempt(id);
        id
    }

    /// Sends a request, for the first time or again.
    fn attempt(&mut self, id: RequestId) {
        let Some(pending) = self.clients.pending.get_mut(&id) else {
            return;
        };
        pending.attempt += 1;
        pending.timer += 1;
        pending.pausing = false;
        let timer = pending.timer;
        let (client, attempt, target) =
            (pending.request_trace.client, pending.attempt, pending.target);
        let call = pending.call.clone();
        let deadline = (self.now + ATTEMPT_TIMEOUT).min(pending.give_up_at);
        self.queue.push(deadline, Event::ClientTimer(id, timer));
        self.note(id, Hop::Sent { to: target, attempt });
        let body = Body::Request(ClientRequest { id, client, attempt, call });
        self.send(Endpoint::Client(client), Endpoint::Node(target), body);
    }

    /// An answer reaches a client.
    pub(in crate::cluster) fn on_answer(&mut self, answer: ClientAnswer) {
        let ClientAnswer { id, attempt, reply } = answer;
        let Some(pending) = self.clients.pending.get_mut(&id) else {
            return;
        };
        match reply {
            Reply::Done(answer) => {
                let stale =
                    matches!(pending.call, Call::Read { consistency: Consistency::Stale, .. });
                if !stale && attempt == pending.attempt {
                    let client = pending.request_trace.client;
                    self.clients.believed_leader.insert(client, pending.target);
                }
                self.finish_request(id, answer);
            }
            // An answer to an attempt that was given up says nothing about the current one.
            Reply::Redirect(_) | Reply::Busy if attempt != pending.attempt || pending.pausing => {}
            Reply::Redirect(Some(leader)) if leader != pending.target => {
                pending.target = leader;
                self.clients.believed_leader.insert(pending.request_trace.client, leader);
                self.attempt(id);
            }
            Reply::Redirect(_) => self.ask_again_later(id, true),
            Reply::Busy => self.ask_again_later(id, false),
        }
    }

    /// Waits a little and asks again, maybe another server.
    fn ask_again_later(&mut self, id: RequestId, elsewhere: bool) {
        if elsewhere {
            self.turn_to_next(id);
        }
        let Some(pending) = self.clients.pending.get_mut(&id) else {
            return;
        };
        pending.timer += 1;
        let pause = BACKOFF * (1 << (pending.attempt - 1).min(3));
        let at = (self.now + pause).min(pending.give_up_at);
        self.queue.push(at, Event::ClientTimer(id, pending.timer));
        pending.pausing = true;
    }

    /// No answer came in time, or the pause is over.
    pub(in crate::cluster) fn on_client_timer(&mut self, id: RequestId) {
        let now = self.now;
        let Some(pending) = self.clients.pending.get(&id) else {
            return;
        };
        if now >= pending.give_up_at {
            let answer = pending.request_trace.operation.without_answer();
            self.note(id, Hop::GaveUp);
            self.finish_request(id, answer);
            return;
        }
        if !pending.pausing {
            let (client, attempt) = (pending.request_trace.client, pending.attempt);
            self.note(id, Hop::TimedOut { attempt });
            self.clients.believed_leader.remove(&client);
            self.turn_to_next(id);
        }
        self.attempt(id);
    }

    /// The next server in the order of names, unless the request stays with the one it was given to.
    fn turn_to_next(&mut self, id: RequestId) {
        let Some(pending) = self.clients.pending.get_mut(&id) else {
            return;
        };
        if pending.pinned {
            return;
        }
        let after = (std::ops::Bound::Excluded(pending.target), std::ops::Bound::Unbounded);
        let next = self.servers.range(after).next().or_else(|| self.servers.iter().next());
        pending.target = next.map_or(pending.target, |(id, _)| *id);
    }

    fn finish_request(&mut self, id: RequestId, answer: Answer) {
        let Some((request_trace, wrote)) = self.clients.finish(self.now, id, answer.clone()) else {
            return;
        };
        self.calls.push(CallEvent::Ended { id, answer: answer.clone(), wrote });
        let (client, operation) = (request_trace.client, request_trace.operation.clone());
        if let (Operation::Change(Change::Remove(node)), Answer::Changed) = (&operation, &answer) {
            self.retire(*node);
        }
        self.tell(What::Answered { id, client, operation, answer });
        self.finished.push(request_trace);
    }

    /// Notes where a request is, and tells it where somebody asked by hand.
    fn note(&mut self, id: RequestId, hop: Hop) {
        let Some(pending) = self.clients.pending.get(&id) else {
            return;
        };
        let client = pending.request_trace.client;
        // A client that is told to come again later hears the same each time.
        let is_known = matches!(hop, Hop::Postponed { .. } | Hop::AwaitsLearner { .. })
            && pending.request_trace.hops.iter().any(|(_, known)| *known == hop);
        if !client.is_by_hand() || is_known {
            return;
        }
        let operation = pending.request_trace.operation.clone();
        self.clients.note(id, self.now, hop);
        self.tell(What::Request { id, client, operation, hop });
    }

    /// A client of the workload takes its turn.
    pub(in crate::cluster) fn take_turn(&mut self, client: ClientId) {
        let Some(workload) = self.workload else {
            return;
        };
        self.queue.push(self.now + workload.every, Event::Turn(client, self.queue.workloads));
        if self.clients.is_busy(client) {
            return;
        }
        if let Ok(operation) = workload.operation(&mut self.workload_rng, self.events) {
            self.begin_request(client, operation, None);
        }
    }

    pub(in crate::cluster) fn workload_generation(&self) -> u64 {
        self.queue.workloads
    }
}
