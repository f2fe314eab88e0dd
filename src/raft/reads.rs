//! Reads without the log (thesis, section 6.4).
//!
//! *ReadIndex*: the leader notes its commit index, makes sure by one round of heartbeats that no newer
//! leader has taken over meanwhile, and lets the read be served once the state machine has come that
//! far. Before an entry of its own term is committed it does not know what is committed, so reads wait
//! for that.
//!
//! *Leases* (section 6.4.1) save the round. While a majority has answered lately, nobody else can be
//! elected: each of those servers gives no vote for a shortest election timeout after it heard from the
//! leader (the rule `leader-stickiness`). So the leader may answer at once until that time has passed
//! since it *sent* what the majority has answered, made shorter by how much clocks may drift apart: if
//! each clock runs at a rate between 1 - d and 1 + d, the factor is (1 - d) / (1 + d).

use super::effects::{Effects, Note, ReadAnswer, ReadId};
use super::message::Index;
use super::node::{Node, Role};
use super::quorum::{is_majority, reached_by_majority};
use super::rules::Rule;
use crate::time::{Duration, Time};

/// How a read is made sure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// By a round of heartbeats.
    ReadIndex,
    /// By the lease, and by a round of heartbeats where there is none.
    Lease,
    /// Not at all: it is enough that the server believes that it leads.
    Leader,
}

/// A read that the leader has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PendingRead {
    pub(super) id: ReadId,
    pub(super) mode: ReadMode,
    pub(super) stage: Stage,
}

/// How far a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Waits for the first commit of the leader's term.
    Waiting,
    /// Waits for a majority to answer this round or a later one.
    Confirming { read_index: Option<Index>, round: u64 },
}

impl Node {
    /// Takes a read, or sends the reader on.
    pub(super) fn read(&mut self, now: Time, id: ReadId, mode: ReadMode, effects: &mut Effects) {
        let (leader, last_applied) = (self.leader(), self.last_applied);
        let Role::Leader(state) = &mut self.role else {
            effects.reads.push(ReadAnswer::NotLeader { id, leader });
            return;
        };
        if mode == ReadMode::Leader {
            effects.reads.push(ReadAnswer::Ready { id, read_index: last_applied });
            return;
        }
        state.reads.push_back(PendingRead { id, mode, stage: Stage::Waiting });
        self.confirm_reads(now, effects);
    }

    /// Until when this leader's lease lasts by its own clock; `None` without one.
    pub fn lease_end(&self) -> Option<Time> {
        let Role::Leader(leader) = &self.role else { return None };
        if leader.lease_is_void {
            return None;
        }
        let rules = self.settings.rules;
        let heard = |id| match leader.followers.get(&id) {
            Some(progress) => progress.answered_what_left_at,
            None => Some(leader.round_began).filter(|_| id == self.id),
        };
        let since = reached_by_majority(self.config(), rules, heard)?;
        Some(since + self.settings.lease())
    }

    /// Moves all reads on as far as they can go.
    pub(super) fn confirm_reads(&mut self, now: Time, effects: &mut Effects) {
        // This is called after every answer of a follower, and mostly there are no reads.
        if matches!(&self.role, Role::Leader(leader) if leader.reads.is_empty()) {
            return;
        }
        self.serve_by_lease(now, effects);
        if self.start_confirming() {
            self.heartbeat(now, effects);
        }
        let (config, rules) = (self.configs.current(), self.settings.rules);
        let unasked = !rules.on(Rule::ReadConfirmation);
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        while let Some(PendingRead { id, stage, .. }) = leader.reads.front().copied() {
            let Stage::Confirming { read_index, round } = stage else {
                break;
            };
            let confirmed = unasked
                || is_majority(config, rules, |voter| match leader.followers.get(&voter) {
                    Some(progress) => progress.round >= round,
                    None => voter == self.id,
                });
            if !confirmed {
                break;
            }
            leader.reads.pop_front();
            let by = if unasked { Certainty::None } else { Certainty::Round };
            effects.notes.push(Note::ConfirmedRead { read_index, by });
            effects.reads.push(ReadAnswer::Ready { id, read_index });
        }
    }

    /// Answers the reads for which a lease is enough, while there is a lease.
    fn serve_by_lease(&mut self, now: Time, effects: &mut Effects) {
        let read_index = self.commit_index;
        let Role::Leader(leader) = &self.role else { return };
        let asked = leader.reads.iter().any(|read| read.mode == ReadMode::Lease);
        if !asked || !self.has_committed_own_term() || self.lease_end().is_none_or(|end| end <= now)
        {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { return };
        leader.reads.retain(|read| {
            let served = read.mode == ReadMode::Lease;
            if served {
                effects.notes.push(Note::ConfirmedRead { read_index, by: Certainty::Lease });
                effects.reads.push(ReadAnswer::Ready { id: read.id, read_index });
            }
            !served
        });
    }

    /// Whether an entry of the current term is known to be committed.
    pub fn has_committed_own_term(&self) -> bool {
        let committed = self.log.position(self.commit_index);
        committed.is_some_and(|last| last.term == self.current_term)
    }

    /// Gives waiting reads their index and their round; `true` if there were any. The round is the
    /// next one, since only what is sent from now on proves anything.
    fn start_confirming(&mut self) -> bool {
        let read_index = self.commit_index;
        if !self.has_committed_own_term() {
            return false;
        }
        let Role::Leader(leader) = &mut self.role else {
            return false;
        };
        let round = leader.round + 1;
        let mut any = false;
        for read in leader.reads.iter_mut().filter(|read| read.stage == Stage::Waiting) {
            read.stage = Stage::Confirming { read_index, round };
            any = true;
        }
        any
    }
}

/// What makes a leader sure that a read is not stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Nothing does.
    None,
    /// A majority has answered a round of heartbeats.
    Round,
    /// Its lease lasts.
    Lease,
}

impl super::node::Settings {
    /// How long a lease lasts.
    pub fn lease(&self) -> Duration {
        let full = self.election_timeout_min;
        if !self.rules.on(Rule::LeaseDrift) {
            return full;
        }
        let drift = u64::from(self.clock_drift_percent.min(99));
        Duration::from_micros(full.as_micros() * (100 - drift) / (100 + drift))
    }
}
