//! Log replication (paper, section 5.3) and the commit rule (section 5.4.2).
//!
//! Each follower is in one of two states. While the leader does not know where the logs agree it
//! *probes*: one AppendEntries at a time. Once it knows, it *pipelines*: it sends on without waiting
//! for answers, up to a bound. A lost message shows as a failed consistency check, which leads back to
//! probing.

use super::effects::{Effects, GivenUp, Note, Refusal, StepDown};
use super::invariants::Invariant;
use super::leader::ProgressState;
use super::message::{
    Appended, Data, Entry, Index, Message, NodeId, Payload, Position, Term, count,
};
use super::node::{Node, Role};
use super::quorum::{is_majority, reached_by_majority};
use super::rules::Rule;
use super::transfer::Transfer;
use crate::time::{Duration, Time};

/// The fields of an AppendEntries.
pub(super) struct Append {
    pub(super) prev: Option<Position>,
    pub(super) entries: Vec<Entry>,
    pub(super) leader_commit: Option<Index>,
    pub(super) round: u64,
}

/// The leader's part.
impl Node {
    /// Adds an entry to the log and sends it on. The leader's own write goes on meanwhile (thesis,
    /// section 10.2.1).
    pub(super) fn propose(
        &mut self,
        now: Time,
        payload: Payload,
        effects: &mut Effects,
    ) -> Result<Position, Refusal> {
        self.check_open()?;
        let position = self.append_own(now, payload, effects);
        self.send_to_all(effects);
        Ok(position)
    }

    /// The same for several commands at once. Returns the position of the last one, and `None` if there are
    /// no commands.
    pub(super) fn propose_all(
        &mut self,
        now: Time,
        batch: Vec<Data>,
        effects: &mut Effects,
    ) -> Option<Result<Position, Refusal>> {
        if let Err(refusal) = self.check_open() {
            return Some(Err(refusal));
        }
        let messages = batch.len().div_ceil(self.settings.max_batch.max(1));
        let mut last = None;
        for data in batch {
            last = Some(Ok(self.append_own(now, Payload::Command(data), effects)));
        }
        for _ in 0..messages {
            self.send_to_all(effects);
        }
        last
    }

    /// Whether this server takes commands: it leads, and does not hand over.
    pub(super) fn check_open(&self) -> Result<(), Refusal> {
        match (self.is_leader(), self.transfer()) {
            (false, _) => Err(self.not_leader()),
            (true, Some(Transfer { to, .. })) => Err(Refusal::Transferring { to }),
            (true, None) => Ok(()),
        }
    }

    /// As the leader adds an entry to its log.
    fn append_own(&mut self, now: Time, payload: Payload, effects: &mut Effects) -> Position {
        let noop = payload == Payload::Noop;
        let config = match &payload {
            Payload::Config(config) => Some(config.clone()),
            Payload::Noop | Payload::Command(_) => None,
        };
        let position = self.log.append(Entry { term: self.current_term, payload });
        self.disk.log_changed(position.index);
        if let Some(config) = config {
            if let Role::Leader(leader) = &mut self.role {
                // A new server has nothing: the leader learns by probing where to begin.
                leader.follow(now, self.id, &config, position.index);
            }
            self.adopt_config(position.index, config);
        } else {
            effects.notes.push(Note::Proposed { position, noop });
        }
        position
    }

    /// Sends a heartbeat to all: what they lack, or nothing.
    pub(super) fn heartbeat(&mut self, now: Time, effects: &mut Effects) {
        let patience = self.settings.election_timeout_max;
        if self.obeys(Rule::CheckQuorum) && !self.hears_quorum(now, patience) {
            self.become_follower(None, StepDown::NoQuorum, effects);
            self.reset_election_timer(now);
            return;
        }
        let interval = self.settings.heartbeat_interval;
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        leader.heartbeat_due = now + interval;
        leader.begin_round(now);
        let followers: Vec<NodeId> = leader.followers.keys().copied().collect();
        for follower in followers {
            self.send_append(follower, true, effects);
        }
    }

    /// Whether the leader has heard from a majority within this span.
    pub(super) fn hears_quorum(&self, now: Time, patience: Duration) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        is_majority(self.config(), self.settings.rules, |voter| {
            match leader.followers.get(&voter) {
                Some(progress) => progress.is_heard(now, patience),
                None => voter == self.id,
            }
        })
    }

    fn send_to_all(&mut self, effects: &mut Effects) {
        let Role::Leader(leader) = &self.role else {
            return;
        };
        let followers: Vec<NodeId> = leader.followers.keys().copied().collect();
        for follower in followers {
            self.send_append(follower, false, effects);
        }
    }

    /// Sends what `to` lacks. With nothing to send, or nothing allowed, sends only if `even_empty`.
    pub(super) fn send_append(&mut self, to: NodeId, even_empty: bool, effects: &mut Effects) {
        let settings = self.settings;
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        let round = leader.round;
        let Some(progress) = leader.followers.get_mut(&to) else {
            return;
        };
        let next_index = progress.next_index;
        let is_gone = self.log.is_compacted(next_index.previous()) && self.snapshot.is_some();
        if is_gone || matches!(progress.state, ProgressState::Snapshot { .. }) {
            self.send_snapshot(to, even_empty, effects);
            return;
        }
        let limit = match progress.state {
            ProgressState::Probe { waiting: true } | ProgressState::Snapshot { .. } => 0,
            ProgressState::Probe { waiting: false } => settings.max_batch,
            ProgressState::Pipeline => {
                let in_flight = next_index.get() - 1 - count(progress.match_index);
                let room = settings.max_in_flight.saturating_sub(in_flight);
                settings.max_batch.min(usize::try_from(room).unwrap_or(usize::MAX))
            }
        };
        let entries = self.log.from(next_index, limit).to_vec();
        if entries.is_empty() && !even_empty {
            return;
        }
        match &mut progress.state {
            ProgressState::Probe { waiting } => *waiting = true,
            ProgressState::Snapshot { .. } => {}
            ProgressState::Pipeline => {
                for _ in &entries {
                    progress.next_index = progress.next_index.next();
                }
            }
        }
        let prev = self.log.position(next_index.previous());
        let leader_commit = self.commit_index;
        let append = Message::AppendEntries { prev, entries, leader_commit, round };
        effects.messages.push(self.envelope(to, append));
    }

    /// A follower has answered.
    pub(super) fn on_append_response(
        &mut self,
        now: Time,
        from: NodeId,
        result: Appended,
        round: u64,
        effects: &mut Effects,
    ) {
        // What was sent in an earlier term proves nothing in this one: rounds are counted anew in each.
        if result == Appended::Outdated {
            return;
        }
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        if round > leader.round {
            effects.notes.push(Note::IgnoredAnswer { from, round, begun: leader.round });
            return;
        }
        leader.heard(now, from, round);
        let Some(progress) = leader.followers.get_mut(&from) else {
            return;
        };
        match result {
            Appended::Matched { match_index } => {
                let sending = progress.sending();
                let grew = progress.matched(match_index, self.commit_index);
                if let Some(last) = sending.filter(|_| progress.sending().is_none()) {
                    let (follower, why) = (from, GivenUp::Overtaken);
                    effects.notes.push(Note::GaveUpSnapshot { follower, last, why });
                }
                if grew {
                    self.advance_commit_index(now, effects);
                    self.go_on_with_transfer(effects);
                    self.pursue_goals(now, effects);
                }
                self.send_append(from, false, effects);
            }
            Appended::Conflict { rejected, conflict_term, first } => {
                self.step_back(from, rejected, conflict_term, first, effects);
            }
            Appended::Outdated => {}
        }
        self.confirm_reads(now, effects);
    }

    /// Section 5.3: after a failed consistency check the leader goes back, by a whole conflicting
    /// term at a time.
    fn step_back(
        &mut self,
        from: NodeId,
        rejected: Index,
        conflict_term: Option<Term>,
        first: Index,
        effects: &mut Effects,
    ) {
        let may_forget = !self.obeys(Rule::LogOnDisk);
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        let Some(progress) = leader.followers.get_mut(&from) else {
            return;
        };
        if may_forget && Some(rejected) <= progress.match_index {
            // The follower did not keep what it acknowledged.
            progress.match_index = rejected.previous();
            progress.next_index = rejected.next();
            progress.state = ProgressState::Probe { waiting: true };
        }
        // An answer to something older than what the leader knows by now.
        let stale = match progress.state {
            ProgressState::Probe { .. } => Some(rejected) != progress.next_index.previous(),
            ProgressState::Pipeline => Some(rejected) <= progress.match_index,
            ProgressState::Snapshot { .. } => true,
        };
        if stale {
            return;
        }
        let hint = conflict_term
            .and_then(|term| self.log.last_index_of_term(term))
            .map_or(first, |last| last.next().min(rejected));
        let next_index = hint.min(rejected).max(Index::after(progress.match_index));
        if next_index == progress.next_index {
            // Nothing was learned: the next heartbeat tries again.
            progress.state = ProgressState::Probe { waiting: true };
            return;
        }
        progress.next_index = next_index;
        progress.state = ProgressState::Probe { waiting: false };
        effects.notes.push(Note::SteppedBack { follower: from, next_index });
        self.send_append(from, true, effects);
    }

    /// Something of this server's own is on disk: its own vote, or its own copy of entries.
    pub(super) fn after_own_write(&mut self, now: Time, effects: &mut Effects) {
        self.count_own_vote(now, effects);
        self.advance_commit_index(now, effects);
    }

    /// Figure 2, leaders: an entry is committed once a majority has it on disk, if it is of the
    /// leader's own term; those before it are with it (section 5.4.2, Figure 8).
    pub(super) fn advance_commit_index(&mut self, now: Time, effects: &mut Effects) {
        let Role::Leader(leader) = &self.role else {
            return;
        };
        let has = |id| match leader.followers.get(&id) {
            Some(progress) => progress.match_index,
            None if id == self.id && !self.obeys(Rule::LogOnDisk) => self.log.last_index(),
            None if id == self.id => self.durable_index(),
            None => None,
        };
        let Some(reached) = reached_by_majority(self.config(), self.settings.rules, has) else {
            return;
        };
        let own_term = self.log.term_at(reached) == Some(self.current_term);
        let counts = own_term || !self.obeys(Rule::CurrentTermCommit);
        if Some(reached) <= self.commit_index || !counts {
            return;
        }
        let copies = self.agreement_of(|voter| has(voter) >= Some(reached));
        let on_disk = self.obeys(Rule::LogOnDisk);
        effects.notes.push(Note::Committed { last: reached, copies, own_term, on_disk });
        self.commit_index = Some(reached);
        self.after_commit(now, effects);
        self.confirm_reads(now, effects);
    }
}

/// The follower's part.
impl Node {
    /// Figure 2, AppendEntries RPC: the receiver's part.
    pub(super) fn on_append_entries(
        &mut self,
        now: Time,
        from: NodeId,
        term: Term,
        append: Append,
        effects: &mut Effects,
    ) {
        let Append { prev, entries, leader_commit, round } = append;
        if term < self.current_term {
            self.answer_old_leader(from, round, effects);
            return;
        }
        self.recognise_leader(now, from, effects);
        if let Some(prev) = prev.filter(|prev| !self.log.contains(Some(*prev)))
            && self.obeys(Rule::ConsistencyCheck)
        {
            let found = self.log.term_at(prev.index);
            effects.notes.push(Note::Conflicted { leader: from, prev, found });
            let result = self.conflict(prev);
            let response = Message::AppendEntriesResponse { result, round };
            effects.messages.push(self.envelope(from, response));
            return;
        }
        let match_index = self.append_missing(from, prev, entries, effects);
        // Figure 2: min(leaderCommit, index of last new entry).
        let commit_index = leader_commit.min(match_index);
        if commit_index > self.commit_index {
            self.commit_index = commit_index;
            effects.notes.extend(commit_index.map(|last| Note::LearnedCommit { last }));
            self.after_commit(now, effects);
        }
        let result = Appended::Matched { match_index };
        let response = self.envelope(from, Message::AppendEntriesResponse { result, round });
        if self.obeys(Rule::LogOnDisk) {
            self.disk.promise(response);
        } else {
            effects.messages.push(response);
        }
    }

    /// An old leader steps down when it gets an answer of the newer term.
    pub(super) fn answer_old_leader(&self, from: NodeId, round: u64, effects: &mut Effects) {
        let response = Message::AppendEntriesResponse { result: Appended::Outdated, round };
        effects.messages.push(self.envelope(from, response));
    }

    fn conflict(&self, prev: Position) -> Appended {
        let conflict_term = self.log.term_at(prev.index);
        let first = match conflict_term {
            Some(_) => self.log.first_index_of_term_at(prev.index),
            None => Index::after(self.log.last_index()),
        };
        Appended::Conflict { rejected: prev.index, conflict_term, first }
    }

    /// Deletes what conflicts and appends what is missing, and nothing else: an AppendEntries that
    /// was long in the network must not shorten the log. Returns the last index that agrees with the
    /// leader's log.
    fn append_missing(
        &mut self,
        from: NodeId,
        prev: Option<Position>,
        entries: Vec<Entry>,
        effects: &mut Effects,
    ) -> Option<Index> {
        let mut last_new = prev.map(|prev| prev.index);
        let mut first_appended = None;
        for entry in entries {
            let index = Index::after(last_new);
            last_new = Some(index);
            if self.log.is_compacted(Some(index)) {
                continue;
            }
            match self.log.term_at(index) {
                Some(term) if term == entry.term => continue,
                Some(_) => self.truncate_from(index, effects),
                None => {}
            }
            let config = match &entry.payload {
                Payload::Config(config) => Some(config.clone()),
                Payload::Noop | Payload::Command(_) => None,
            };
            assert!(
                !self.counts_on(Invariant::SortedTerms)
                    || self.log.last().is_none_or(|last| last.term <= entry.term),
                "{}: terms never decrease along a log",
                self.id
            );
            // The index at which the entry stands: with the consistency check off there may be a gap before
            // it.
            let at = self.log.append(entry).index;
            first_appended = first_appended.or(Some(at));
            if let Some(config) = config {
                self.adopt_config(at, config);
            }
        }
        if let (Some(first), Some(last)) = (first_appended, self.log.last_index()) {
            self.disk.log_changed(first);
            effects.notes.push(Note::Appended { from, first, last });
        }
        last_new.min(self.log.last_index())
    }

    fn truncate_from(&mut self, index: Index, effects: &mut Effects) {
        assert!(
            Some(index) > self.commit_index || !self.counts_on(Invariant::CommittedStays),
            "{}: entry {index} is committed and must not be deleted",
            self.id
        );
        if let Some(last) = self.log.last_index() {
            effects.notes.push(Note::Truncated { first: index, last });
        }
        self.log.truncate_from(index);
        self.disk.log_changed(index);
        self.forget_configs_from(index);
    }
}
