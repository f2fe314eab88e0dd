//! Turns the cluster's facts into causal events.

use std::rc::Rc;

use crate::cluster::{Body, Endpoint, Hop, Server, What};
use crate::playground::jobs::causality::happening::{Detail, Why};
use crate::playground::jobs::causality::messages::SentMessage;
use crate::playground::jobs::causality::notes::{EntryNote, Notes, command_of, first_covering};
use crate::playground::jobs::causality::replay::{Answered, CausalReplay, Event, Trigger};
use crate::raft::{
    Appended, Envelope, Index, Message, Node, NodeId, Note, Position, Rule, StepDown, count,
};

impl CausalReplay {
    /// Adds a fact of this event.
    pub(crate) fn take_in(&mut self, event: &mut Event, fact: What) {
        let why = match fact {
            What::Server(node, note) => self.take_note_in(event, node, note),
            What::Fault(fault) => self.take_fault_in(event, fault),
            What::Switched(rule, on) => {
                let why = self.tell_of(event, What::Switched(rule, on), Vec::new());
                if on == rule.on_by_default() {
                    self.rules.remove(&rule);
                } else {
                    self.rules.insert(rule, Rc::clone(&why));
                }
                why
            }
            What::Started(node) => {
                let why = self.tell_of(event, What::Started(node), event.causes());
                self.servers.insert(node, Notes::new(&why));
                why
            }
            What::Handled { .. } => {
                let Trigger::Action { message: Some(id), .. } = event.trigger else { return };
                let before =
                    self.sent_messages.get(&id).and_then(|sent_message| sent_message.main.clone());
                let why = self.tell_of(event, fact, before.into_iter().collect());
                if let Some(sent_message) = self.sent_messages.get_mut(&id) {
                    sent_message.main = Some(Rc::clone(&why));
                }
                why
            }
            What::Answered { id, .. } => {
                let asked = self.asked.remove(&id);
                let sent = asked.as_ref().and_then(|(_, _, sent)| sent.clone());
                let answered =
                    event.sent_message.as_ref().and_then(|sent_message| sent_message.main.clone());
                let causes = answered.or(sent).into_iter().collect();
                let What::Answered { operation, answer, .. } = &fact else { return };
                let (operation, answer) = (operation.clone(), answer.clone());
                let why = self.tell_of(event, fact, causes);
                let began = asked.map_or(why.place, |(_, began, _)| began);
                self.past.ended(Answered { id, operation, answer, began, why: Rc::clone(&why) });
                why
            }
            What::SwitchedOff(_) => self.tell_of(event, fact, event.causes()),
            What::Lost { .. } | What::Request { .. } | What::Blocked(_) => return,
        };
        event.last = Some(why);
    }

    pub(super) fn tell_of(&mut self, event: &Event, what: What, causes: Vec<Why>) -> Why {
        self.tell(Detail::Told(what), causes, matches!(event.trigger, Trigger::Chance))
    }

    /// Adds an event if this message tells a leader the progress of a follower; before its
    /// consequences.
    pub(crate) fn note_acknowledgement(&mut self, event: &Event) {
        let (
            Trigger::Mail {
                to: Endpoint::Node(by), body: Body::Raft(envelope), waits: false, ..
            },
            Some(sent_message),
        ) = (&event.trigger, &event.sent_message)
        else {
            return;
        };
        let by = *by;
        let Envelope { from, term, ref message, .. } = *envelope;
        let Some(notes) = self.servers.get(&by) else { return };
        let granted = matches!(message, Message::PreVoteResponse { vote_granted: true });
        if granted
            && notes.role.asks_for_pre_votes()
            && let Some(main) = sent_message.main.clone()
        {
            if let Some(notes) = self.servers.get_mut(&by) {
                notes.grants.push(main);
            }
            return;
        }
        let last = match message {
            Message::AppendEntriesResponse {
                result: Appended::Matched { match_index }, ..
            } => *match_index,
            Message::InstallSnapshotResponse { last, installed: true, .. } => Some(last.index),
            _ => None,
        };
        let Some(last) = last.filter(|_| notes.leads && notes.term.0 == term) else { return };
        let known = notes.acks.get(&from).and_then(|acks| acks.last());
        if known.is_some_and(|(known, _)| *known >= last) {
            return;
        }
        let causes = sent_message.main.iter().cloned().collect();
        let why = self.tell(Detail::Acknowledged { by, from, last }, causes, false);
        if let Some(notes) = self.servers.get_mut(&by) {
            notes.acks.entry(from).or_default().push((last, why));
        }
    }

    /// Adds the note of a server.
    fn take_note_in(&mut self, event: &mut Event, id: NodeId, note: Note) -> Why {
        match note {
            Note::AskedForPreVotes { .. }
            | Note::StoodForElection { .. }
            | Note::Voted { .. }
            | Note::CountedVote { .. }
            | Note::BecameLeader { .. }
            | Note::SteppedDown { .. } => self.take_election_in(event, id, note),
            Note::Proposed { position, .. } | Note::ProposedConfig { position, .. } => {
                self.take_proposal_in(event, id, note, position.index)
            }
            Note::Appended { first, last, .. } => {
                self.take_entries_in(event, id, note, (first, last))
            }
            Note::Truncated { first, .. } => {
                let why = self.tell_note(event, id, note, event.causes());
                if let Some(notes) = self.servers.get_mut(&id) {
                    notes.truncate(first);
                    notes.truncated = Some(Rc::clone(&why));
                }
                why
            }
            Note::Committed { .. } | Note::LearnedCommit { .. } => {
                self.take_commit_in(event, id, note)
            }
            Note::Persisted { last } => self.take_durable_in(event, id, note, last),
            Note::TookSnapshot { .. }
            | Note::SendsSnapshot { .. }
            | Note::InstalledSnapshot { .. } => self.take_snapshot_in(event, id, note),
            Note::AskedToStand { .. } | Note::TransferBegan { .. } | Note::TransferEnded { .. } => {
                self.take_transfer_in(event, id, note)
            }
            Note::ChangeEnded { .. } => {
                let why = self.tell_note(event, id, note, event.causes());
                if let Some(notes) = self.servers.get_mut(&id) {
                    notes.change_ended = Some(Rc::clone(&why));
                }
                why
            }
            Note::ConfirmedRead { .. }
            | Note::GaveUpSnapshot { .. }
            | Note::IgnoredAnswer { .. }
            | Note::AnsweredPreVote { .. }
            | Note::RefusedVote { .. }
            | Note::RefusedSnapshot { .. }
            | Note::Conflicted { .. }
            | Note::SteppedBack { .. } => self.tell_note(event, id, note, event.causes()),
        }
    }

    fn take_durable_in(
        &mut self,
        event: &mut Event,
        id: NodeId,
        note: Note,
        last: Option<Index>,
    ) -> Why {
        let notes = self.servers.get(&id);
        let entry = last.and_then(|last| notes.and_then(|notes| notes.entry(last)));
        let causes = entry.cloned().into_iter().collect();
        let why = self.tell_note(event, id, note, causes);
        if let (Some(notes), Some(last)) = (self.servers.get_mut(&id), last) {
            notes.synced.push((last, Rc::clone(&why)));
        }
        event.persisted = Some(Rc::clone(&why));
        why
    }

    fn take_transfer_in(&mut self, event: &Event, id: NodeId, note: Note) -> Why {
        match note {
            Note::AskedToStand { .. } => {
                let began = self.servers.get(&id).and_then(|notes| notes.asked_to_stand.clone());
                let causes = began.into_iter().chain(event.causes()).collect();
                let why = self.tell_note(event, id, note, causes);
                self.set_asked(id, &why)
            }
            Note::TransferBegan { to } => {
                let why = self.tell_note(event, id, note, event.causes());
                if let Some(notes) = self.servers.get_mut(&id)
                    && notes.transfer.as_ref().is_none_or(|(known, _)| *known != to)
                {
                    notes.transfer = Some((to, Rc::clone(&why)));
                }
                self.set_asked(id, &why)
            }
            _ => {
                if let Some(notes) = self.servers.get_mut(&id) {
                    notes.transfer = None;
                }
                self.tell_note(event, id, note, event.causes())
            }
        }
    }

    fn set_asked(&mut self, id: NodeId, why: &Why) -> Why {
        if let Some(notes) = self.servers.get_mut(&id) {
            notes.asked_to_stand = Some(Rc::clone(why));
        }
        Rc::clone(why)
    }

    fn tell_note(&mut self, event: &Event, id: NodeId, note: Note, causes: Vec<Why>) -> Why {
        self.tell_of(event, What::Server(id, note), causes)
    }

    fn take_election_in(&mut self, event: &Event, id: NodeId, note: Note) -> Why {
        let forgot = self.forgotten_vote(id, &note);
        let Some(notes) = self.servers.get_mut(&id) else {
            return self.tell_note(event, id, note, Vec::new());
        };
        // The timer may have expired by itself or by an action.
        let now = self.run.cluster().now();
        let pushed = notes.pushed.take().filter(|why| why.place.instant.at == now);
        let sent_message = event.sent_message.as_ref();
        let mut causes: Vec<Why> = match &note {
            Note::StoodForElection { waited: None, transfer: false, .. } => {
                std::iter::once(Rc::clone(&notes.role)).chain(notes.grants.drain(..)).collect()
            }
            Note::AskedForPreVotes { .. } | Note::StoodForElection { transfer: false, .. } => {
                pushed.into_iter().collect()
            }
            Note::Voted { newer, .. } => {
                let rule = self.rules.get(&Rule::ElectionRestriction).filter(|_| newer.is_some());
                event.causes().into_iter().chain(rule.cloned()).collect()
            }
            Note::CountedVote { from, .. } if *from == id => {
                vec![Rc::clone(notes.kept_since(&notes.role))]
            }
            Note::BecameLeader { .. } if notes.grants.is_empty() => vec![Rc::clone(&notes.role)],
            Note::BecameLeader { .. } => notes.grants.clone(),
            Note::SteppedDown { why: StepDown::HigherTerm { .. }, .. } => sent_message
                .and_then(|sent_message| sent_message.term.clone())
                .into_iter()
                .collect(),
            Note::SteppedDown { why: StepDown::LeaderExists(_), .. } => sent_message
                .and_then(|sent_message| sent_message.leads.clone())
                .into_iter()
                .collect(),
            _ => event.causes(),
        };
        causes.extend(forgot);
        let why = self.tell_note(event, id, note.clone(), causes);
        let current = self.run.cluster().server(id).and_then(Server::node).map(Node::current_term);
        let Some(notes) = self.servers.get_mut(&id) else { return why };
        match note {
            Note::StoodForElection { term, .. } => {
                notes.takes_role(&why, false);
                if notes.term.0 != term {
                    notes.enters(term, &why);
                }
                notes.vote = Some((id, Rc::clone(&why)));
                self.past.voted(id, term, id, &why);
            }
            Note::AskedForPreVotes { .. } => notes.takes_role(&why, false),
            Note::Voted { candidate, term, .. } => {
                notes.vote = Some((candidate, Rc::clone(&why)));
                self.past.voted(id, term, candidate, &why);
            }
            Note::CountedVote { .. } => notes.grants.push(Rc::clone(&why)),
            Note::BecameLeader { term, .. } => {
                notes.takes_role(&why, true);
                self.past.led(term, id, &why);
            }
            Note::SteppedDown { .. } => {
                notes.takes_role(&why, false);
                if let Some(term) = current.filter(|term| *term != notes.term.0) {
                    notes.enters(term, &why);
                    notes.vote = None;
                }
            }
            _ => {}
        }
        why
    }

    /// What let a server vote for another in a term in which it had voted: the earlier vote, what has begun its
    /// present life, where it has forgotten it, and the rules that should have kept it.
    fn forgotten_vote(&self, id: NodeId, note: &Note) -> Vec<Why> {
        let (term, candidate) = match note {
            Note::Voted { candidate, term, .. } => (*term, *candidate),
            Note::StoodForElection { term, .. } => (*term, id),
            _ => return Vec::new(),
        };
        let Some(earlier) = self.past.other_vote(id, term, candidate) else { return Vec::new() };
        let began = self.servers.get(&id).map(|notes| notes.began.as_slice()).unwrap_or_default();
        let began = began.iter().filter(|why| why.number > earlier.number);
        let rules = [Rule::VoteOnDisk, Rule::TermGrows].into_iter();
        let rules = rules.filter_map(|rule| self.rules.get(&rule));
        [earlier].into_iter().chain(began).chain(rules).cloned().collect()
    }

    /// A leader appends an entry to its log: for a client, or at the start of its term.
    fn take_proposal_in(&mut self, event: &Event, id: NodeId, note: Note, index: Index) -> Why {
        let noop = matches!(note, Note::Proposed { noop: true, .. });
        let leads = self.servers.get(&id).map(|notes| Rc::clone(&notes.role));
        let causes = if noop { leads.into_iter().collect() } else { event.causes() };
        let why = self.tell_note(event, id, note, causes);
        let entry = self
            .run
            .cluster()
            .server(id)
            .and_then(Server::node)
            .and_then(|node| node.log().get(index));
        if let (Some(entry), Some(notes)) = (entry, self.servers.get_mut(&id)) {
            let (term, command) = (entry.term, command_of(entry));
            notes.add(index, EntryNote { term, why: Rc::clone(&why), command });
        }
        why
    }

    /// A follower appends entries of its leader: each is caused by the leader's own entry and by
    /// its sending.
    fn take_entries_in(
        &mut self,
        event: &Event,
        id: NodeId,
        note: Note,
        (first, last): (Index, Index),
    ) -> Why {
        let mut latest = None;
        let Some(sent_message) = &event.sent_message else {
            return self.tell_note(event, id, note, Vec::new());
        };
        // Without the consistency check they may have been appended at other indexes than they were
        // sent for: the last one sent is the last one appended.
        let sent = sent_message.entries.iter().rev();
        let indexes = (first.get()..=last.get()).rev().filter_map(Index::new);
        let mut places: Vec<(Index, &EntryNote)> = indexes.zip(sent).collect();
        places.reverse();
        for (index, entry) in places {
            let send = sent_message.main.iter().filter(|why| why.number > entry.why.number);
            let causes = send.cloned().chain(std::iter::once(Rc::clone(&entry.why))).collect();
            let why = self.tell_note(event, id, note.clone(), causes);
            let entry = EntryNote { why: Rc::clone(&why), ..entry.clone() };
            if let Some(notes) = self.servers.get_mut(&id) {
                notes.add(index, entry);
            }
            latest = Some(why);
        }
        latest.unwrap_or_else(|| self.tell_note(event, id, note, Vec::new()))
    }

    /// A leader has counted copies, or a follower was told its commit index.
    fn take_commit_in(&mut self, event: &Event, id: NodeId, note: Note) -> Why {
        let (last, causes) = match (&note, self.servers.get(&id)) {
            (Note::Committed { last, own_term, on_disk, .. }, Some(notes)) => {
                let entry = notes.entry(*last);
                let own = first_covering(&notes.synced, *last).or(entry);
                let acks = notes.acks.values().filter_map(|acks| first_covering(acks, *last));
                let counted = self.rules.get(&Rule::CurrentTermCommit).filter(|_| !own_term);
                let promised = self.rules.get(&Rule::LogOnDisk).filter(|_| !on_disk);
                let all = own.into_iter().chain(acks).chain(counted).chain(promised);
                (*last, all.cloned().collect())
            }
            (Note::LearnedCommit { last }, Some(_)) => {
                let sent_message = event.sent_message.as_ref();
                let told = sent_message.and_then(|sent_message| sent_message.commit.clone());
                (*last, told.into_iter().collect())
            }
            _ => return self.tell_note(event, id, note, event.causes()),
        };
        let why = self.tell_note(event, id, note, causes);
        self.commit(id, last, &why);
        why
    }

    fn commit(&mut self, id: NodeId, last: Index, why: &Why) {
        let Some(notes) = self.servers.get_mut(&id) else { return };
        let before = notes.commits.keys().next_back().copied();
        for index in (count(before) + 1..=last.get()).filter_map(Index::new) {
            self.past.committed(index, id, why, notes.entry(index).cloned());
        }
        notes.commits.insert(last, Rc::clone(why));
        notes.committed(last);
    }

    fn take_snapshot_in(&mut self, event: &mut Event, id: NodeId, note: Note) -> Why {
        if matches!(note, Note::TookSnapshot { .. }) {
            self.look_at_server_events(event);
        }
        let Some(notes) = self.servers.get(&id) else {
            return self.tell_note(event, id, note, Vec::new());
        };
        match &note {
            Note::InstalledSnapshot { last, .. } => {
                let last = *last;
                let sent_message = event.sent_message.clone();
                let why = self.tell_note(event, id, note, event.causes());
                self.install(id, last, sent_message, &why);
                why
            }
            Note::SendsSnapshot { .. } => {
                let causes = notes.snapshot.iter().map(|(why, _)| Rc::clone(why)).collect();
                let why = self.tell_note(event, id, note, causes);
                if let Some(notes) = self.servers.get_mut(&id) {
                    notes.sends_snapshot = Some(Rc::clone(&why));
                }
                why
            }
            Note::TookSnapshot { last, .. } => {
                let done = notes.commit_of(last.index).cloned();
                let causes = event.causes().into_iter().chain(done).collect();
                let why = self.tell_note(event, id, note, causes);
                if let Some(notes) = self.servers.get_mut(&id) {
                    notes.snapshot = Some((Rc::clone(&why), Rc::clone(&notes.keys)));
                }
                why
            }
            _ => self.tell_note(event, id, note, Vec::new()),
        }
    }

    /// A server installs its leader's snapshot: each key is caused by its last write at the leader
    /// and by the snapshot.
    fn install(
        &mut self,
        id: NodeId,
        last: Position,
        sent_message: Option<SentMessage>,
        why: &Why,
    ) {
        let keys = sent_message.and_then(|sent_message| sent_message.keys).unwrap_or_default();
        let mut taken = (*keys).clone();
        for note in taken.values_mut() {
            let causes = vec![Rc::clone(&note.why), Rc::clone(why)];
            let detail = Detail::Told(match &why.detail {
                Detail::Told(what) => what.clone(),
                _ => return,
            });
            note.why = self.tell(detail, causes, false);
        }
        self.commit(id, last.index, why);
        if let Some(notes) = self.servers.get_mut(&id) {
            notes.keys = Rc::new(taken);
            notes.snapshot = Some((Rc::clone(why), Rc::clone(&notes.keys)));
        }
    }

    /// Adds the sending of a request by a client, for the first time or again.
    pub(crate) fn request_sent(
        &mut self,
        (id, client, attempt): (crate::cluster::RequestId, crate::store::ClientId, u32),
        to: NodeId,
    ) -> Option<Why> {
        let (operation, _, before) = self.asked.get(&id)?.clone();
        let hop = Hop::Sent { to, attempt };
        let what = What::Request { id, client, operation, hop };
        let why = self.tell(Detail::Told(what), before.into_iter().collect(), false);
        if let Some((_, _, sent)) = self.asked.get_mut(&id) {
            *sent = Some(Rc::clone(&why));
        }
        Some(why)
    }
}
