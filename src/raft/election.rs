//! Leader election (paper, section 5.2, with the restriction of section 5.4.1).

use std::collections::BTreeSet;

use super::effects::{Effects, Note, RefusedVote, StepDown};
use super::invariants::Invariant;
use super::leader::Leader;
use super::message::{Index, Message, NodeId, Payload, Position, Term};
use super::node::{Node, Role};
use super::quorum::Agreement;
use super::rules::Rule;
use crate::time::Time;

/// What a candidate knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Whether it only asks if it could win (thesis, section 9.6).
    pre_vote: bool,
    /// Whether the leader has asked it to stand (thesis, section 3.10).
    transfer: bool,
    votes: BTreeSet<NodeId>,
}

impl Candidate {
    /// Whether it only asks if it could win, and has not begun a new term.
    pub fn is_pre_vote(&self) -> bool {
        self.pre_vote
    }
}

/// What a server is asked for, by others or by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// To take a higher term over.
    HigherTerm,
    /// To say whether it would vote in the next term.
    PreVote,
    /// For its vote in the term that it is in.
    Vote,
}

impl Node {
    /// Whether this server may become a candidate: voters may. A learner, or one that was never told
    /// who belongs to the cluster, may not.
    pub(super) fn may_stand(&self) -> bool {
        if self.obeys(Rule::FirstNodeLeads) {
            return self.config().voters().first() == Some(&self.id);
        }
        self.counts_as_voter()
    }

    /// Why this server stays with the leader that it has, or may have: it has heard from a leader within the
    /// shortest election timeout (thesis, section 4.2.3). Leases count on it (section 6.4.1).
    pub(super) fn reason_to_stay(&self, now: Time, asked: Asked) -> Option<RefusedVote> {
        let in_force = self.obeys(Rule::LeaderStickiness);
        let heard_lately = now < self.sticky_until;
        let (stays, why) = match (asked, self.leader()) {
            // The leader of the term that the server was in before may hold a lease.
            (Asked::Vote, _) => (in_force && heard_lately, RefusedVote::HeardLately),
            (Asked::PreVote, Some(leader)) => {
                // PreVote demands this by itself: a server that hears a leader needs no election (section
                // 9.6).
                (heard_lately || leader == self.id, RefusedVote::HasLeader(leader))
            }
            (Asked::HigherTerm, Some(leader)) if leader == self.id => {
                let patience = self.settings.election_timeout_min;
                (in_force && self.hears_quorum(now, patience), RefusedVote::HasLeader(leader))
            }
            (Asked::HigherTerm, Some(leader)) => {
                (in_force && heard_lately, RefusedVote::HasLeader(leader))
            }
            (_, None) => (in_force && heard_lately, RefusedVote::JustStarted),
        };
        stays.then_some(why)
    }

    /// The election timer ran out: asks whether it could win, or stands at once where the rules say so.
    pub(super) fn on_election_timeout(&mut self, now: Time, effects: &mut Effects) {
        if !self.obeys(Rule::PreVote) || self.obeys(Rule::FirstNodeLeads) {
            self.stand_for_election(now, false, effects);
            return;
        }
        let waited = now.since(self.election.set_at);
        let term = self.current_term.next();
        effects.notes.push(Note::AskedForPreVotes { term, waited });
        self.role = Role::Candidate(Candidate { pre_vote: true, ..Candidate::default() });
        self.reset_election_timer(now);
        let last = self.log.last();
        for voter in self.other_voters() {
            effects.messages.push(self.envelope(voter, Message::PreVote { last }));
        }
        let grants = self.reason_to_stay(now, Asked::PreVote).is_none();
        self.on_pre_vote_response(now, self.id, grants, effects);
    }

    /// Answers whether this server would vote for the candidate in the next term. The answer changes nothing,
    /// and the election timer runs on.
    pub(super) fn on_pre_vote(
        &mut self,
        now: Time,
        candidate: NodeId,
        term: Term,
        last: Option<Position>,
        effects: &mut Effects,
    ) {
        let old_term = RefusedVote::OldTerm { current_term: self.current_term };
        let refused = (term < self.current_term)
            .then_some(old_term)
            .or_else(|| self.reason_to_stay(now, Asked::PreVote))
            .or_else(|| self.newer_log(last));
        effects.notes.push(Note::AnsweredPreVote { candidate, term: term.next(), refused });
        let response = Message::PreVoteResponse { vote_granted: refused.is_none() };
        effects.messages.push(self.envelope(candidate, response));
    }

    /// A server would vote for this one. With a majority of such answers this server stands for election.
    pub(super) fn on_pre_vote_response(
        &mut self,
        now: Time,
        from: NodeId,
        vote_granted: bool,
        effects: &mut Effects,
    ) {
        let Role::Candidate(candidate) = &mut self.role else { return };
        if !candidate.pre_vote || !vote_granted {
            return;
        }
        candidate.votes.insert(from);
        if self.votes().is_some_and(Agreement::decides) {
            self.stand_for_election(now, false, effects);
        }
    }

    fn other_voters(&self) -> Vec<NodeId> {
        self.config().all_voters().filter(|voter| *voter != self.id).collect()
    }

    /// Figure 2, candidates: a new term, a vote for itself, a new timeout, and a request for votes,
    /// which leaves when term and vote are on disk.
    /// With `transfer` the leader has asked for it.
    pub(super) fn stand_for_election(&mut self, now: Time, transfer: bool, effects: &mut Effects) {
        let waited = now.since(self.election.set_at);
        if self.obeys(Rule::TermGrows) || self.current_term == Term::default() {
            self.enter_term(self.current_term.next());
        }
        self.disk.hard_state_changed();
        self.voted_for = Some(self.id);
        self.role = Role::Candidate(Candidate { transfer, ..Candidate::default() });
        self.reset_election_timer(now);
        let asked = self.obeys(Rule::PreVote) && !self.obeys(Rule::FirstNodeLeads) || transfer;
        let waited = (!asked).then_some(waited);
        effects.notes.push(Note::StoodForElection { term: self.current_term, waited, transfer });
        if self.obeys(Rule::FirstNodeLeads) {
            self.become_leader(now, effects);
            return;
        }
        let last = self.log.last();
        for voter in self.other_voters() {
            self.disk.promise(self.envelope(voter, Message::RequestVote { last, transfer }));
        }
    }

    /// Figure 2, RequestVote RPC: the receiver's part.
    pub(super) fn on_request_vote(
        &mut self,
        now: Time,
        candidate: NodeId,
        term: Term,
        (last, transfer): (Option<Position>, bool),
        effects: &mut Effects,
    ) {
        // A candidate that has this vote already need not wait, nor one that the leader has asked to stand.
        let waits = !transfer && self.voted_for != Some(candidate);
        let refused = self
            .reason_to_refuse(candidate, term, last)
            .or_else(|| self.reason_to_stay(now, Asked::Vote).filter(|_| waits));
        if let Some(why) = refused {
            effects.notes.push(Note::RefusedVote { candidate, term, why });
            let response = Message::RequestVoteResponse { vote_granted: false };
            effects.messages.push(self.envelope(candidate, response));
            return;
        }
        if self.voted_for.is_none() {
            self.voted_for = Some(candidate);
            self.disk.hard_state_changed();
        }
        self.reset_election_timer(now);
        let newer = self.log.last().filter(|own| last < Some(*own));
        effects.notes.push(Note::Voted { candidate, term, last, newer });
        let response = Message::RequestVoteResponse { vote_granted: true };
        let response = self.envelope(candidate, response);
        if self.obeys(Rule::VoteOnDisk) {
            self.disk.promise(response);
        } else {
            effects.messages.push(response);
        }
    }

    fn reason_to_refuse(
        &self,
        candidate: NodeId,
        term: Term,
        last: Option<Position>,
    ) -> Option<RefusedVote> {
        if term < self.current_term {
            return Some(RefusedVote::OldTerm { current_term: self.current_term });
        }
        if let Some(other) = self.voted_for.filter(|voted_for| *voted_for != candidate) {
            return Some(RefusedVote::VotedFor(other));
        }
        self.newer_log(last)
    }

    /// Section 5.4.1: the order of positions is "at least as up-to-date".
    fn newer_log(&self, last: Option<Position>) -> Option<RefusedVote> {
        match self.log.last() {
            Some(own) if last < Some(own) && self.obeys(Rule::ElectionRestriction) => {
                Some(RefusedVote::LogIsNewer { own, candidates: last })
            }
            _ => None,
        }
    }

    /// A vote of the current term came in, its own included.
    pub(super) fn on_vote(
        &mut self,
        now: Time,
        from: NodeId,
        vote_granted: bool,
        effects: &mut Effects,
    ) {
        let Role::Candidate(candidate) = &mut self.role else { return };
        if candidate.pre_vote || !vote_granted || !candidate.votes.insert(from) {
            return;
        }
        let Some(votes) = self.votes() else { return };
        effects.notes.push(Note::CountedVote { from, votes });
        if votes.decides() {
            self.become_leader(now, effects);
        }
    }

    /// How many votes a candidate has, and how many it needs; in a joint configuration those of the half that
    /// lacks most.
    pub fn tally(&self) -> Option<(usize, usize)> {
        let half = self.votes()?.half_that_lacks_most();
        Some((half.agree, half.needed))
    }

    /// The votes that a candidate has. Only votes of voters count. The candidate's own vote does not count if it
    /// is to leave.
    fn votes(&self) -> Option<Agreement> {
        let Role::Candidate(candidate) = &self.role else { return None };
        Some(self.agreement_of(|voter| candidate.votes.contains(&voter)))
    }

    /// How many voters of the configuration in force would agree, if those for which `agrees` holds do.
    pub fn agreement_of(&self, agrees: impl FnMut(NodeId) -> bool) -> Agreement {
        Agreement::count(self.config(), self.settings.rules, agrees)
    }

    /// A candidate's own vote counts when it is on disk.
    pub(super) fn count_own_vote(&mut self, now: Time, effects: &mut Effects) {
        let Role::Candidate(Candidate { transfer, .. }) = self.role else { return };
        // The rules for votes hold for its own vote too: it is not given while a leader is heard.
        let free = transfer || self.reason_to_stay(now, Asked::Vote).is_none();
        if free && (!self.awaits_disk() || !self.obeys(Rule::VoteOnDisk)) {
            self.on_vote(now, self.id, true, effects);
        }
    }

    /// Figure 2, candidates: an AppendEntries from the leader of this term ends the candidacy. A
    /// higher term has already done so.
    pub(super) fn recognise_leader(&mut self, now: Time, leader: NodeId, effects: &mut Effects) {
        assert!(
            !self.is_leader() || !self.counts_on(Invariant::OneLeader),
            "{} and {leader} lead the same term",
            self.id
        );
        self.become_follower(Some(leader), StepDown::LeaderExists(leader), effects);
        self.role = Role::Follower { leader: Some(leader) };
        self.sticky_until = now + self.settings.election_timeout_min;
        self.reset_election_timer(now);
    }

    fn become_leader(&mut self, now: Time, effects: &mut Effects) {
        let term = self.current_term;
        effects.notes.extend(self.votes().map(|votes| Note::BecameLeader { term, votes }));
        let mut leader = Leader::new(now, now + self.settings.heartbeat_interval);
        let next_index = Index::after(self.log.last_index());
        leader.follow(now, self.id, self.config(), next_index);
        self.role = Role::Leader(leader);
        // Section 8: a no-op commits what earlier terms left behind.
        if self.obeys(Rule::NoOp) {
            let proposed = self.propose(now, Payload::Noop, effects);
            assert!(proposed.is_ok(), "a leader takes its own no-op");
        } else {
            self.heartbeat(now, effects);
        }
    }
}
