//! Properties of servers beyond Figure 3: one vote per term, monotonic terms and commit indexes,
//! overlapping quorums, exclusive leases, transfers that end.

use std::collections::BTreeMap;

use super::invariants::Observation;
use super::property::{Evidence, Property, Violation};
use crate::raft::{Config, Index, NodeId, Term};
use crate::time::{Duration, Time};

/// What was observed of the servers so far.
#[derive(Clone, Debug, Default)]
pub struct Servers {
    /// Each server's last vote.
    votes: BTreeMap<NodeId, (Term, NodeId)>,
    seen: BTreeMap<NodeId, Seen>,
    /// The highest term that had a leader, and that leader.
    latest: Option<(Term, NodeId)>,
    /// The last configuration known to be committed, and the highest term that had a leader then.
    committed: Option<(Config, Term)>,
}

/// A server as it was last observed.
#[derive(Clone, Debug, Default)]
struct Seen {
    incarnation: u32,
    term: Term,
    commit_index: Option<Index>,
    led: Option<Term>,
    config: Config,
    lease_end: Option<Time>,
    transfer: Option<Pending>,
}

/// A leadership transfer, since it was first observed.
#[derive(Clone, Copy, Debug)]
struct Pending {
    to: NodeId,
    /// When it must end, by the leader's clock.
    deadline: Time,
    /// Since when the leader has been free to end it and did not.
    late_since: Option<Time>,
}

/// How long a transfer may go on after its deadline, in true time; a leader that is free ends it at
/// once.
const LATE: Duration = Duration::from_secs(1);

fn broken(property: Property, evidence: Evidence) -> Result<(), Violation> {
    Err(Violation { property, evidence })
}

impl Servers {
    /// A server has voted, for itself or another.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::OneVote`] where the server has given its vote of the term to another.
    pub fn voted(&mut self, by: NodeId, term: Term, candidate: NodeId) -> Result<(), Violation> {
        let (last, first) = *self.votes.entry(by).or_insert((term, candidate));
        if last < term {
            self.votes.insert(by, (term, candidate));
        } else if last == term && first != candidate {
            let evidence = Evidence::TwoVotes { node: by, term, first, second: candidate };
            return broken(Property::OneVote, evidence);
        }
        Ok(())
    }

    /// A configuration was committed.
    pub fn committed(&mut self, config: &Config) {
        let term = self.latest.map_or(Term::default(), |(term, _)| term);
        self.committed = Some((config.clone(), term));
    }

    /// Observes a server at the time `now`, after an event.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::Monotonic`] where a term or a commit index went back, [`Property::QuorumOverlap`]
    /// and [`Property::LeaseSafety`] where a leader leads in a configuration or beside a lease that forbid
    /// it, and [`Property::TransferEnds`] where a transfer goes on longer than it was to.
    pub fn observe(&mut self, now: Time, saw: &Observation<'_>) -> Result<(), Violation> {
        let seen = self.seen.entry(saw.node).or_default();
        if seen.incarnation != saw.incarnation {
            *seen = Seen { incarnation: saw.incarnation, ..Seen::default() };
        }
        let (node, from) = (saw.node, seen.term);
        let commit_before = std::mem::replace(&mut seen.commit_index, saw.commit_index);
        seen.term = saw.current_term;
        seen.lease_end = saw.lease_end.filter(|_| saw.is_leader);
        let leads = saw.is_leader.then_some(saw.current_term);
        let is_new = leads.is_some() && (seen.led != leads || seen.config != *saw.config);
        let goes_on = goes_on(&mut seen.transfer, now, saw, seen.led == leads);
        seen.led = leads;
        if saw.current_term < from {
            let evidence = Evidence::TermWentBack { node, from, to: saw.current_term };
            return broken(Property::Monotonic, evidence);
        }
        if let Some(from) = commit_before.filter(|before| saw.commit_index < Some(*before)) {
            return broken(Property::Monotonic, Evidence::CommitWentBack { node, from });
        }
        if is_new {
            seen.config = saw.config.clone();
            self.check_overlap(saw)?;
        }
        if let Some(to) = goes_on {
            let evidence = Evidence::TransferGoesOn { leader: node, term: saw.current_term, to };
            return broken(Property::TransferEnds, evidence);
        }
        if saw.is_leader { self.check_lease(now, saw) } else { Ok(()) }
    }

    /// Checks that all quorums of this leader overlap with those of the last committed
    /// configuration.
    fn check_overlap(&self, saw: &Observation<'_>) -> Result<(), Violation> {
        let (leader, term) = (saw.node, saw.current_term);
        match &self.committed {
            // A leader of an older term may use the configuration that was in force then.
            Some((_, then)) if term < *then => Ok(()),
            Some((config, _)) if !must_overlap(config, saw.config) => {
                broken(Property::QuorumOverlap, Evidence::NoOverlap { leader, term })
            }
            _ => Ok(()),
        }
    }

    fn check_lease(&mut self, now: Time, saw: &Observation<'_>) -> Result<(), Violation> {
        let (leader, term) = (saw.node, saw.current_term);
        let overlap = |leader, term, older, until| {
            let evidence = Evidence::LeaseOverlap { leader, term, older, until };
            broken(Property::LeaseSafety, evidence)
        };
        match self.latest {
            Some((latest, new)) if term < latest => match saw.lease_end {
                Some(until) if until > now => overlap(new, latest, leader, until),
                _ => Ok(()),
            },
            Some((latest, _)) if term == latest => Ok(()),
            _ => {
                self.latest = Some((term, leader));
                let lasting = self.seen.iter().find_map(|(older, seen)| {
                    let until = seen.lease_end.filter(|until| *until > now)?;
                    (*older != leader && seen.led < Some(term)).then_some((*older, until))
                });
                lasting.map_or(Ok(()), |(older, until)| overlap(leader, term, older, until))
            }
        }
    }

    /// Drops the leases of servers that don't run.
    pub fn keep_only(&mut self, runs: impl Fn(NodeId) -> bool) {
        for (node, seen) in &mut self.seen {
            if !runs(*node) {
                (seen.lease_end, seen.led) = (None, None);
            }
        }
    }
}

/// The target of a transfer that goes on longer than its first deadline in this term allows.
fn goes_on(
    pending: &mut Option<Pending>,
    now: Time,
    saw: &Observation<'_>,
    same_term: bool,
) -> Option<NodeId> {
    let Some(transfer) = saw.transfer else {
        *pending = None;
        return None;
    };
    let first = pending.take().filter(|first| same_term && first.to == transfer.to);
    let (to, deadline) = (transfer.to, first.map_or(transfer.deadline, |first| first.deadline));
    let is_late = saw.free_at.is_some_and(|own| own > deadline);
    let late_since = first.and_then(|first| first.late_since).or(Some(now)).filter(|_| is_late);
    *pending = Some(Pending { to, deadline, late_since });
    let too_late = late_since.is_some_and(|since| now.since(since) > LATE);
    (transfer.deadline > deadline || too_late).then_some(to)
}

/// Whether every majority of one configuration shares a server with every majority of the other. Of
/// joint configurations it is enough that two halves do.
fn must_overlap(one: &Config, other: &Config) -> bool {
    one.halves().any(|left| other.halves().any(|right| majorities_overlap(left, right)))
}

/// Two majorities with the smallest intersection prefer voters that the other configuration does
/// not have.
fn majorities_overlap(left: &[NodeId], right: &[NodeId]) -> bool {
    let common = left.iter().filter(|id| right.contains(id)).count();
    let needs_common = |voters: &[NodeId]| {
        let majority = voters.len() / 2 + 1;
        majority.saturating_sub(voters.len() - common)
    };
    needs_common(left) + needs_common(right) > common
}

#[cfg(test)]
mod tests;
