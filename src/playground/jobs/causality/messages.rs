//! The causes of messages in flight, so that their effects can be traced back to their senders.

use std::rc::Rc;

use crate::cluster::{Body, ClientAnswer, Endpoint, Flight, MessageId, Operation, Reply};
use crate::playground::jobs::causality::happening::{Detail, Why};
use crate::playground::jobs::causality::notes::{EntryNote, Keys, Notes};
use crate::playground::jobs::causality::replay::{CausalReplay, Event, Trigger};
use crate::raft::{Appended, Entry, Envelope, Index, Message, NodeId, Position};

/// The causes of a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct SentMessage {
    /// What made its sender send it.
    pub(crate) main: Option<Why>,
    /// What brought the sender into its term, and what made it leader, if it is one.
    pub(crate) term: Option<Why>,
    pub(crate) leads: Option<Why>,
    /// The sender's entries that the message carries.
    pub(crate) entries: Vec<EntryNote>,
    /// What made the sender's commit index what the message says.
    pub(crate) commit: Option<Why>,
    /// The keys in the snapshot that the message carries.
    pub(crate) keys: Option<Rc<Keys>>,
}

impl CausalReplay {
    /// Collects the causes of the messages sent in this event, whose ids are greater than `sent`;
    /// `copied` is the message that an action duplicated.
    pub(crate) fn look_at_messages(&mut self, event: &Event, sent: u64, copied: Option<MessageId>) {
        let network = self.run.cluster().network();
        if network.sent() == sent {
            return;
        }
        let is_new = |flight: &&Flight| flight.id.0 > sent;
        let mut fresh: Vec<Flight> = network.flights().filter(is_new).cloned().collect();
        fresh.sort_unstable_by_key(|flight| flight.id);
        for Flight { id, to, body, .. } in fresh {
            let sent_message = match copied.and_then(|copied| self.sent_messages.get(&copied)) {
                Some(original) => original.clone(),
                None => self.sent_message(event, to, body),
            };
            self.sent_messages.insert(id, sent_message);
        }
    }

    /// The causes of a message that was just sent.
    fn sent_message(&mut self, event: &Event, to: Endpoint, body: Body) -> SentMessage {
        match body {
            Body::Raft(envelope) => self.server_message(event, envelope),
            Body::Request(request) => {
                let what = (request.id, request.client, request.attempt);
                let main = to.node().and_then(|to| self.request_sent(what, to));
                SentMessage { main, ..SentMessage::default() }
            }
            Body::Answer(answer) => {
                let main = self.answer_sent(event, answer);
                SentMessage { main, ..SentMessage::default() }
            }
        }
    }

    fn server_message(&mut self, event: &Event, envelope: Envelope) -> SentMessage {
        let Envelope { from, to, message, .. } = envelope;
        let Some(notes) = self.servers.get(&from) else { return SentMessage::default() };
        let mut sent_message = SentMessage {
            term: Some(Rc::clone(&notes.term.1)),
            leads: notes.leads.then(|| Rc::clone(&notes.role)),
            ..SentMessage::default()
        };
        sent_message.main = match message {
            Message::PreVote { .. } => Some(Rc::clone(&notes.role)),
            Message::RequestVote { .. } => Some(Rc::clone(notes.kept_since(&notes.role))),
            Message::RequestVoteResponse { vote_granted: true } => {
                notes.vote.as_ref().map(|(_, why)| Rc::clone(notes.kept_since(why)))
            }
            Message::AppendEntries { prev, entries, leader_commit, .. } => {
                sent_message.commit =
                    leader_commit.and_then(|index| notes.commit_of(index).cloned());
                sent_message.entries = entry_notes(notes, prev, &entries);
                let main = Some(Rc::clone(&notes.role));
                if entries.is_empty() { main } else { self.sending(from, to, prev, &sent_message) }
            }
            Message::AppendEntriesResponse {
                result: Appended::Matched { match_index: Some(last) },
                ..
            } => {
                let entry = notes.entry(last).or_else(|| notes.commit_of(last));
                let synced = event.persisted.clone().or_else(|| notes.synced_of(last, entry));
                synced.or_else(|| entry.cloned())
            }
            Message::InstallSnapshot { .. } => {
                sent_message.keys = notes.snapshot.as_ref().map(|(_, keys)| Rc::clone(keys));
                notes.sends_snapshot.clone()
            }
            Message::InstallSnapshotResponse { last, .. } => notes.commit_of(last.index).cloned(),
            Message::TimeoutNow => notes.asked_to_stand.clone(),
            Message::AppendEntriesResponse { .. }
            | Message::PreVoteResponse { .. }
            | Message::RequestVoteResponse { .. } => event.last.clone(),
        };
        sent_message
    }

    /// Entries are sent to a follower. If the leader did not append them in this very event, an
    /// event of its own is added, caused by its leadership.
    fn sending(
        &mut self,
        by: NodeId,
        to: NodeId,
        prev: Option<Position>,
        sent_message: &SentMessage,
    ) -> Option<Why> {
        let first = Index::after(prev.map(|prev| prev.index));
        let last = Index::new(first.get() + (sent_message.entries.len() as u64).saturating_sub(1))?;
        let place = self.place();
        if sent_message.entries.last().is_some_and(|entry| entry.why.place == place) {
            return None;
        }
        let causes = sent_message.leads.iter().cloned().collect();
        Some(self.tell(Detail::Sent { by, to, first, last }, causes, false))
    }

    fn answer_sent(&mut self, event: &Event, answer: ClientAnswer) -> Option<Why> {
        let ClientAnswer { id, reply, .. } = answer;
        let Reply::Done(answer) = reply else { return event.causes().into_iter().next() };
        let (operation, ..) = self.asked.get(&id)?.clone();
        let by = match (&event.trigger, &event.last) {
            (Trigger::Mail { to: Endpoint::Node(by), .. }, _) | (Trigger::Fsync(by), _) => *by,
            (_, last) => last.as_ref().and_then(|why| why.detail.node())?,
        };
        let notes = self.servers.get(&by)?;
        let mut causes: Vec<Why> = match &operation {
            Operation::Write(command) => {
                event.executed.iter().filter(|why| why.executes(command)).cloned().collect()
            }
            Operation::Read { key, .. } => {
                let key = notes.keys.get(key).map(|note| Rc::clone(&note.why));
                let asked = self.asked.get(&id).and_then(|(_, _, sent)| sent.clone());
                asked.into_iter().chain(key).chain(event.last.clone()).collect()
            }
            Operation::Change(_) => event.last.iter().cloned().collect(),
        };
        causes.dedup_by_key(|why| why.number);
        answer
            .has_come()
            .then(|| self.tell(Detail::Answers { by, operation, answer }, causes, false))
    }
}

impl Notes {
    /// What made an entry durable, if it is still known and came after the entry.
    fn synced_of(&self, last: Index, entry: Option<&Why>) -> Option<Why> {
        let synced = crate::playground::jobs::causality::notes::first_covering(&self.synced, last)?;
        entry.is_none_or(|entry| synced.number > entry.number).then(|| Rc::clone(synced))
    }
}

/// The notes of a message's entries; empty if they are not all known.
fn entry_notes(notes: &Notes, prev: Option<Position>, entries: &[Entry]) -> Vec<EntryNote> {
    let first = Index::after(prev.map(|prev| prev.index)).get();
    let note = |(place, entry): (usize, &Entry)| {
        let known = notes.entries.get(&Index::new(first + place as u64)?)?;
        (known.term == entry.term).then(|| known.clone())
    };
    entries.iter().enumerate().map(note).collect::<Option<_>>().unwrap_or_default()
}
