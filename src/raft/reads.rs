//! Linearizable reads without the log: ReadIndex (thesis, section 6.4).
//!
//! The leader notes its commit index, makes sure by one round of heartbeats that no newer leader has
//! taken over meanwhile, and lets the read be served once the state machine has come that far. Before
//! an entry of its own term is committed it does not know what is committed, so reads wait for that.

use super::effects::{Effects, Note, ReadAnswer, ReadId};
use super::message::Index;
use super::node::{Node, Role};
use super::quorum::is_majority;
use super::rules::Rule;
use crate::time::Time;

/// A read that the leader has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PendingRead {
    pub(super) id: ReadId,
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
    pub(super) fn read(&mut self, now: Time, id: ReadId, effects: &mut Effects) {
        let leader = self.leader();
        let Role::Leader(state) = &mut self.role else {
            effects.reads.push(ReadAnswer::NotLeader { id, leader });
            return;
        };
        state.reads.push_back(PendingRead { id, stage: Stage::Waiting });
        self.confirm_reads(now, effects);
    }

    /// Moves all reads on as far as they can go.
    pub(super) fn confirm_reads(&mut self, now: Time, effects: &mut Effects) {
        if self.start_confirming() {
            self.heartbeat(now, effects);
        }
        let (config, rules) = (self.configs.current(), self.settings.rules);
        let unasked = !rules.on(Rule::ReadConfirmation);
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        while let Some(PendingRead { id, stage }) = leader.reads.front().copied() {
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
            effects.notes.push(Note::ConfirmedRead { read_index, asked: !unasked });
            effects.reads.push(ReadAnswer::Ready { id, read_index });
        }
    }

    /// Gives waiting reads their index and their round; `true` if there were any. The round is the
    /// next one, since only what is sent from now on proves anything.
    fn start_confirming(&mut self) -> bool {
        let read_index = self.commit_index;
        let committed_own_term = self
            .log
            .position(read_index)
            .is_some_and(|committed| committed.term == self.current_term);
        let Role::Leader(leader) = &mut self.role else {
            return false;
        };
        if !committed_own_term {
            return false;
        }
        let round = leader.round + 1;
        let mut any = false;
        for read in leader.reads.iter_mut().filter(|read| read.stage == Stage::Waiting) {
            read.stage = Stage::Confirming { read_index, round };
            any = true;
        }
        any
    }
}
