//! Leadership transfer (thesis, section 3.10): the leader brings a follower's log up to date, takes no
//! more proposals meanwhile, and asks it to stand for election at once.
//!
//! If the follower has not taken over within an election timeout the leader goes on as before. Having
//! asked, it counts on no lease any more in this term: that follower may be elected at any time.

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

impl Node {
    /// The transfer under way, if this server leads and there is one.
    pub fn transfer(&self) -> Option<Transfer> {
        match &self.role {
            Role::Leader(leader) => leader.transfer,
            _ => None,
        }
    }

    /// Begins to hand the leadership over to `to`.
    pub(super) fn begin_transfer(
        &mut self,
        now: Time,
        to: NodeId,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let not_leader = self.not_leader();
        let deadline = now + self.settings.election_timeout_max;
        let is_voter = self.config().is_voter(to);
        let Role::Leader(leader) = &mut self.role else { return Err(not_leader) };
        if to == self.id {
            return Err(Refusal::NoChange);
        }
        if !is_voter {
            return Err(Refusal::NotVoter(to));
        }
        leader.transfer = Some(Transfer { to, deadline, asked: false });
        effects.notes.push(Note::TransferBegan { to });
        self.send_append(to, false, effects);
        self.go_on_with_transfer(effects);
        Ok(())
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

    /// Gives a transfer up that takes too long.
    pub(super) fn abort_late_transfer(&mut self, now: Time, effects: &mut Effects) {
        let Role::Leader(leader) = &mut self.role else { return };
        if let Some(transfer) = leader.transfer.filter(|transfer| transfer.deadline <= now) {
            leader.transfer = None;
            effects.notes.push(Note::TransferAborted { to: transfer.to });
            // What had to wait for it, such as the end of a joint configuration.
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
