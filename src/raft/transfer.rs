//! Leadership transfer (thesis, section 3.10): the leader brings a follower's log up to date, takes no
//! more proposals meanwhile, and asks it to stand for election at once.
//!
//! The leader goes on as before if the follower has not taken over within an election timeout, if the leader
//! is named itself, or if the follower loses its vote. Once the leader has asked, it counts on no lease in
//! this term: that follower may be elected at any time.

use super::effects::{Effects, Note, Refusal};
use super::message::{Message, NodeId};
use super::node::{Node, Role};
use crate::time::Time;

/// A transfer under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Who is to lead.
    pub to: NodeId,
    /// When the leader gives it up.
    pub deadline: Time,
    /// Whether the other has been asked to stand.
    pub asked: bool,
}

/// Why a leader ends a transfer, and goes on leading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferEnd {
    /// The other has not taken over within an election timeout.
    TooLate,
    /// The leader was named itself.
    Recalled,
    /// Another server was named.
    Replaced { by: NodeId },
    /// A change of the membership was accepted after which the other does not vote.
    LosesVote,
}

impl Node {
    /// The transfer under way, if this server leads and there is one.
    pub fn transfer(&self) -> Option<Transfer> {
        match &self.role {
            Role::Leader(leader) => leader.transfer,
            _ => None,
        }
    }

    /// Begins to hand the leadership over to `to`. Naming the server that a transfer under way is for
    /// changes nothing, not its deadline either; naming another one, or this leader itself, ends it.
    pub(super) fn begin_transfer(
        &mut self,
        now: Time,
        to: NodeId,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        if !self.is_leader() {
            return Err(self.not_leader());
        }
        let under_way = self.transfer().map(|transfer| transfer.to);
        if under_way == Some(to) {
            return Ok(());
        }
        if to == self.id {
            if !self.end_transfer(TransferEnd::Recalled, effects) {
                return Err(Refusal::NoChange);
            }
            self.after_commit(now, effects);
            return Ok(());
        }
        // A server that leaves with a joint configuration would have to hand over again at once.
        if !self.config().voters().contains(&to) {
            return Err(Refusal::NotVoter(to));
        }
        self.end_transfer(TransferEnd::Replaced { by: to }, effects);
        let deadline = now + self.settings.election_timeout_max;
        if let Role::Leader(leader) = &mut self.role {
            leader.transfer = Some(Transfer { to, deadline, asked: false });
        }
        effects.notes.push(Note::TransferBegan { to });
        self.send_append(to, false, effects);
        self.go_on_with_transfer(effects);
        Ok(())
    }

    /// Ends the transfer under way, and returns whether there was one. The caller goes on with what had to
    /// wait for the transfer, such as the end of a joint configuration.
    pub(super) fn end_transfer(&mut self, why: TransferEnd, effects: &mut Effects) -> bool {
        let Role::Leader(leader) = &mut self.role else { return false };
        let Some(Transfer { to, .. }) = leader.transfer.take() else { return false };
        effects.notes.push(Note::TransferEnded { to, why });
        true
    }

    /// Asks the follower to stand, once it has the leader's whole log.
    pub(super) fn go_on_with_transfer(&mut self, effects: &mut Effects) {
        let Role::Leader(leader) = &mut self.role else { return };
        let Some(transfer) = leader.transfer.as_mut().filter(|transfer| !transfer.asked) else {
            return;
        };
        let to = transfer.to;
        let caught_up = leader
            .followers
            .get(&to)
            .is_some_and(|progress| progress.match_index == self.log.last_index());
        if caught_up {
            transfer.asked = true;
            leader.lease_is_void = true;
            effects.notes.push(Note::AskedToStand { to });
            effects.messages.push(self.envelope(to, Message::TimeoutNow));
        }
    }

    /// Gives up a transfer that takes too long.
    pub(super) fn abort_late_transfer(&mut self, now: Time, effects: &mut Effects) {
        if self.transfer().is_some_and(|transfer| transfer.deadline <= now) {
            self.end_transfer(TransferEnd::TooLate, effects);
            self.after_commit(now, effects);
        }
    }

    /// The leader asks this server to stand for election without waiting and without asking first.
    pub(super) fn on_timeout_now(&mut self, now: Time, effects: &mut Effects) {
        if !self.is_leader() && self.config().is_voter(self.id) {
            self.stand_for_election(now, true, effects);
        }
    }
}
