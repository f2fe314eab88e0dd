//! The results of clients' requests to leaders: what a leader has refused changes nothing, now or
//! later; a membership change that was answered has happened, and one that has happened is
//! answered.

use std::collections::BTreeMap;

use super::invariants::Observation;
use super::property::{Evidence, Property, Violation};
use crate::cluster::{Answer, Cluster, RequestId, Server, Status};
use crate::raft::{Change, Config, NodeId, Term, count};
use crate::time::{Duration, Time};

/// How long an answer may take beside the network's latency: its sender sends it at once.
const SLACK: Duration = Duration::from_secs(1);

/// The requests and leaders seen so far.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The membership changes that clients wait for.
    asked: BTreeMap<RequestId, Asked>,
    leaders: BTreeMap<NodeId, Leading>,
}

/// A change that a client waits for.
#[derive(Clone, Debug)]
struct Asked {
    change: Change,
    /// The leader that accepted it first, and in which term.
    taken: Option<(NodeId, Term)>,
    /// When that leader knew that it has happened.
    made: Option<Time>,
    /// Whether the committed configuration has matched it at any time since it was requested.
    was_so: bool,
    /// Whether messages of clients may have been lost meanwhile, or were touched by actions.
    disturbed: bool,
}

/// A leader as it was last observed.
#[derive(Clone, Debug)]
struct Leading {
    incarnation: u32,
    term: Term,
    config: Config,
    /// The number of entries of its log, compacted ones included.
    length: u64,
    /// The changes that it is still carrying out.
    goals: Vec<Change>,
    /// The changes that it has accepted in this term.
    accepted: Vec<Change>,
    /// A request that it has refused since.
    refused: Option<RequestId>,
}

impl Changes {
    /// A client requests a change; `agreed` is the committed configuration.
    pub fn began(&mut self, id: RequestId, change: &Change, agreed: &Config) {
        let was_so = is_so(change, agreed);
        let change = change.clone();
        let asked = Asked { change, taken: None, made: None, was_so, disturbed: false };
        self.asked.insert(id, asked);
    }

    /// A leader of this term has accepted a request, which may be a change. A late attempt may be
    /// accepted although its client waits no longer.
    pub fn accepted(&mut self, by: NodeId, term: Term, id: RequestId, change: Option<&Change>) {
        let Some(change) = change else { return };
        if let Some(leader) = self.leader(by, term)
            && !leader.accepted.contains(change)
        {
            leader.accepted.push(change.clone());
        }
        if let Some(asked) = self.asked.get_mut(&id) {
            asked.taken.get_or_insert((by, term));
        }
    }

    /// A leader of this term has refused a request.
    pub fn refused(&mut self, by: NodeId, term: Term, id: RequestId) {
        if let Some(leader) = self.leader(by, term) {
            leader.refused = Some(id);
        }
    }

    fn leader(&mut self, by: NodeId, term: Term) -> Option<&mut Leading> {
        self.leaders.get_mut(&by).filter(|leader| leader.term == term)
    }

    /// Observes a server after an event; `goals` are the changes that it is still carrying out.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::RefusedStaysRefused`] where a leader has refused a request and changed what it does
    /// all the same, or has changed the membership without having accepted a request for it.
    pub fn observe(&mut self, saw: &Observation<'_>, goals: &[Change]) -> Result<(), Violation> {
        let (leader, term) = (saw.node, saw.current_term);
        if !saw.is_leader {
            self.leaders.remove(&leader);
            return Ok(());
        }
        let length = count(saw.base.map(|base| base.index)) + saw.log.len() as u64;
        let known = self.leaders.get_mut(&leader);
        let Some(known) = known.filter(|it| (it.term, it.incarnation) == (term, saw.incarnation))
        else {
            let (config, goals) = (saw.config.clone(), goals.to_vec());
            let (accepted, refused, incarnation) = (Vec::new(), None, saw.incarnation);
            let new = Leading { incarnation, term, config, length, goals, accepted, refused };
            self.leaders.insert(leader, new);
            return Ok(());
        };
        let refused = known.refused.take();
        let is_same = known.length == length && known.goals == goals;
        let unasked = unasked(&known.config, saw.config, &known.accepted);
        known.length = length;
        if known.goals != goals {
            known.goals = goals.to_vec();
        }
        if known.config != *saw.config {
            known.config = saw.config.clone();
        }
        let evidence = match (refused, unasked) {
            (Some(request), _) if !is_same => Evidence::RefusedInPart { leader, term, request },
            (_, Some(node)) => Evidence::Unasked { leader, term, node },
            _ => return Ok(()),
        };
        Err(Violation { property: Property::RefusedStaysRefused, evidence })
    }

    /// Whether no client waits for a change.
    pub fn is_idle(&self) -> bool {
        self.asked.is_empty()
    }

    /// An action has touched a message.
    pub fn disturb(&mut self) {
        self.asked.values_mut().for_each(|asked| asked.disturbed = true);
    }

    /// Checks the committed configuration, and whether clients can be reached.
    pub fn look(&mut self, cluster: &Cluster) {
        let (now, (at, agreed)) = (cluster.now(), cluster.committed_config());
        let loses = cluster.network().default_link().loss.as_ppm() > 0;
        for asked in self.asked.values_mut() {
            asked.disturbed |= loses;
            let is_so = is_so(&asked.change, agreed);
            asked.was_so |= is_so;
            if is_so
                && asked.made.is_none()
                && let Some((leader, term)) = asked.taken
                && let Some(node) = cluster.server(leader).and_then(Server::node)
                && leads(cluster, leader, term)
                && node.last_applied() >= at
            {
                asked.made = Some(now);
            }
        }
    }

    /// A client's request has ended.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::AnsweredChanges`] where a change was answered as done and the members were never
    /// so, or was done and the client was not told.
    pub fn ended(
        &mut self,
        id: RequestId,
        answer: &Answer,
        cluster: &Cluster,
    ) -> Result<(), Violation> {
        let Some(asked) = self.asked.remove(&id) else { return Ok(()) };
        let evidence = match answer {
            Answer::Changed if !asked.was_so => Evidence::NeverSo { request: id },
            Answer::Unknown => {
                let (Some(since), Some((leader, term))) = (asked.made, asked.taken) else {
                    return Ok(());
                };
                let takes = SLACK + cluster.network().default_link().latency_max * 2;
                let owed = cluster.now().since(since) > takes && leads(cluster, leader, term);
                if !owed || asked.disturbed {
                    return Ok(());
                }
                Evidence::NotTold { request: id, leader, since }
            }
            _ => return Ok(()),
        };
        Err(Violation { property: Property::AnsweredChanges, evidence })
    }
}

/// Whether this server runs and leads this term.
fn leads(cluster: &Cluster, leader: NodeId, term: Term) -> bool {
    cluster.server(leader).is_some_and(|server| {
        server.status() == Status::Running
            && server.node().is_some_and(|node| node.is_leader() && node.current_term() == term)
    })
}

/// Whether the configuration matches the change.
fn is_so(change: &Change, config: &Config) -> bool {
    let votes = |id: &NodeId| config.voters().contains(id);
    !config.is_joint()
        && match change {
            Change::Add(id) => votes(id),
            Change::Learn(id) => config.members().any(|member| member == *id),
            Change::Remove(id) => config.members().all(|member| member != *id),
            Change::Demote(id) => config.learners().contains(id),
            Change::Members(voters) => {
                voters.iter().all(votes) && config.voters().iter().all(|id| voters.contains(id))
            }
        }
}

/// A server that was added, made a voter, demoted or removed although the leader has accepted no
/// change that asks for it. A joint configuration may be left by any leader.
fn unasked(old: &Config, new: &Config, accepted: &[Change]) -> Option<NodeId> {
    if old == new {
        return None;
    }
    let wanted = |wants: &dyn Fn(&Change) -> bool| accepted.iter().any(wants);
    let vote = |id: NodeId| {
        wanted(&|change| match change {
            Change::Add(own) => *own == id,
            Change::Members(voters) => voters.contains(&id),
            Change::Learn(_) | Change::Remove(_) | Change::Demote(_) => false,
        })
    };
    let place = |id: NodeId| vote(id) || wanted(&|change| *change == Change::Learn(id));
    let end = |id: NodeId| {
        wanted(&|change| match change {
            Change::Remove(own) => *own == id,
            Change::Members(voters) => !voters.contains(&id),
            Change::Add(_) | Change::Learn(_) | Change::Demote(_) => false,
        })
    };
    let leaves_joint = |id: &NodeId| old.outgoing().contains(id) && !old.voters().contains(id);
    let came = new.members().find(|id| !old.contains(*id) && !place(*id));
    let votes = || new.voters().iter().copied().find(|id| !old.is_voter(*id) && !vote(*id));
    let went = || old.members().find(|id| !new.contains(*id) && !end(*id) && !leaves_joint(id));
    let demoted = |id: &&NodeId| {
        old.is_voter(**id)
            && !leaves_joint(id)
            && !wanted(&|change| *change == Change::Demote(**id))
    };
    let demoted = || new.learners().iter().find(demoted).copied();
    came.or_else(votes).or_else(went).or_else(demoted)
}

#[cfg(test)]
mod tests;
