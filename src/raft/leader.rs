//! What a leader knows: Figure 2's volatile state on leaders, and what the thesis adds to it.

use std::collections::{BTreeMap, VecDeque};

use super::config::Config;
use super::effects::ReadId;
use super::membership::Change;
use super::message::{Index, NodeId, Position, Snapshot};
use super::reads::PendingRead;
use super::transfer::Transfer;
use crate::time::{Duration, Time};

/// What a leader knows: Figure 2's volatile state on leaders.
#[derive(Clone, Debug)]
pub struct Leader {
    pub(super) followers: BTreeMap<NodeId, Progress>,
    pub(super) heartbeat_due: Time,
    /// The number of the last round of AppendEntries, for reads (thesis, section 6.4).
    pub(super) round: u64,
    /// When that round began.
    pub(super) round_began: Time,
    /// Earlier rounds that may still be answered, and when they began.
    pub(super) earlier_rounds: VecDeque<(u64, Time)>,
    pub(super) reads: VecDeque<PendingRead>,
    pub(super) transfer: Option<Transfer>,
    /// Changes of the membership of which not all steps are done, in the order in which they came.
    pub(super) goals: Vec<Change>,
    /// It has asked another to stand in this term, so it counts on no lease any more.
    pub(super) lease_is_void: bool,
}

impl Leader {
    /// How far it knows each other server to be.
    pub fn followers(&self) -> &BTreeMap<NodeId, Progress> {
        &self.followers
    }

    /// A leader that begins its term now: it has sent nothing, and its followers may have all of its log.
    pub(super) fn new(now: Time, heartbeat_due: Time) -> Self {
        Self {
            followers: BTreeMap::new(),
            heartbeat_due,
            round: 0,
            round_began: now,
            earlier_rounds: VecDeque::new(),
            reads: VecDeque::new(),
            transfer: None,
            goals: Vec::new(),
            lease_is_void: false,
        }
    }

    pub(super) fn into_reads(self) -> impl Iterator<Item = ReadId> {
        self.reads.into_iter().map(|read| read.id)
    }
}

/// What a leader knows of one follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The next entry to send.
    pub next_index: Index,
    /// The last entry known to be on the follower's disk.
    pub match_index: Option<Index>,
    /// The last round it has answered.
    pub(super) round: u64,
    /// When it was last heard of in this term.
    pub(super) heard_at: Time,
    /// When the latest round began that it has answered (thesis, section 6.4.1).
    pub(super) answered_what_left_at: Option<Time>,
    pub(super) state: ProgressState,
    /// Whether a snapshot was begun for it since it last had all that is committed: as long as it answers,
    /// the log keeps what follows.
    pub(super) catches_up: bool,
}

impl Progress {
    /// How the leader sends to it.
    pub fn state(&self) -> &ProgressState {
        &self.state
    }

    /// Whether it has answered within this span.
    pub(super) fn is_heard(&self, now: Time, patience: Duration) -> bool {
        now.since(self.heard_at) <= patience
    }

    /// The last entry of the snapshot that is on its way to it, if one is.
    pub(super) fn sending(&self) -> Option<Position> {
        match &self.state {
            ProgressState::Snapshot { snapshot, .. } => Some(snapshot.about.last),
            ProgressState::Probe { .. } | ProgressState::Pipeline => None,
        }
    }

    /// The last entry that it has, or will have with the snapshot that is on its way to it.
    pub(super) fn reaches(&self) -> Option<Index> {
        self.match_index.max(self.sending().map(|last| last.index))
    }

    /// The follower's log agrees with the leader's up to this entry, on its disk. Whether that is news.
    pub(super) fn matched(
        &mut self,
        match_index: Option<Index>,
        commit_index: Option<Index>,
    ) -> bool {
        let grew = match_index > self.match_index;
        self.match_index = self.match_index.max(match_index);
        self.next_index = self.next_index.max(Index::after(self.match_index));
        if self.match_index >= self.reaches() {
            self.state = ProgressState::Pipeline;
        }
        self.catches_up &= self.match_index < commit_index;
        grew
    }
}

/// How the leader sends to a follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgressState {
    /// Looks for the place where the logs agree; `waiting` for the answer to the last attempt.
    Probe { waiting: bool },
    /// Sends on without waiting.
    Pipeline,
    /// Sends this snapshot, be there a newer one or not. So many bytes of it have arrived; `waiting` for the
    /// answer to the next part.
    Snapshot { snapshot: Snapshot, offset: u64, waiting: bool },
}

impl Leader {
    /// A round of AppendEntries begins: what is answered from now on proves that this server led now.
    pub(super) fn begin_round(&mut self, now: Time) {
        const ANSWERABLE: usize = 64;
        self.earlier_rounds.push_back((self.round, self.round_began));
        if self.earlier_rounds.len() > ANSWERABLE {
            self.earlier_rounds.pop_front();
        }
        self.round += 1;
        self.round_began = now;
    }

    /// A follower has answered something of this round, which has begun.
    pub(super) fn heard(&mut self, now: Time, from: NodeId, round: u64) {
        let began = if round == self.round {
            Some(self.round_began)
        } else {
            let place = self.earlier_rounds.binary_search_by_key(&round, |(number, _)| *number);
            place.ok().and_then(|at| self.earlier_rounds.get(at)).map(|(_, began)| *began)
        };
        if let Some(progress) = self.followers.get_mut(&from) {
            progress.heard_at = now;
            progress.round = progress.round.max(round);
            progress.answered_what_left_at = progress.answered_what_left_at.max(began);
        }
    }

    /// Keeps the progress of exactly the other members; new ones begin at `next_index`.
    pub(super) fn follow(&mut self, now: Time, own: NodeId, config: &Config, next_index: Index) {
        self.followers.retain(|follower, _| config.contains(*follower));
        for member in config.members().filter(|member| *member != own) {
            self.followers.entry(member).or_insert(Progress {
                next_index,
                match_index: None,
                round: 0,
                heard_at: now,
                answered_what_left_at: None,
                state: ProgressState::Probe { waiting: false },
                catches_up: false,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_the_round_it_answers_as_long_as_that_is_remembered() {
        let at = Time::from_micros;
        let follower = NodeId(2);
        let mut leader = Leader::new(at(0), at(0));
        leader.follow(at(0), NodeId(1), &Config::new([NodeId(1), follower]), Index::FIRST);
        let answered = |leader: &Leader, round| {
            let mut leader = leader.clone();
            leader.heard(at(999), follower, round);
            leader.followers[&follower].answered_what_left_at
        };
        (1..=64).for_each(|round| leader.begin_round(at(round)));
        assert_eq!(answered(&leader, 64), Some(at(64)), "the present one");
        assert_eq!(answered(&leader, 0), Some(at(0)), "64 rounds ago");
        leader.begin_round(at(65));
        assert_eq!(answered(&leader, 0), None, "forgotten");
        assert_eq!(answered(&leader, 1), Some(at(1)));
    }
}
