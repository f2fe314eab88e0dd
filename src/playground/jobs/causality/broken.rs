//! The facts that contradict each other where a property broke, and the event that established
//! each.

use std::collections::VecDeque;
use std::rc::Rc;

use super::happening::{Detail, Why};
use super::replay::{Answered, CausalReplay, Refused, Vote};
use crate::check::{Evidence, Property, Violation};
use crate::cluster::{Operation, RequestId, Server, what};
use crate::raft::{Index, Log, Node, NodeId, Payload, Role, Rule, Term};
use crate::recording::Instant;

/// A property that broke.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) property: Property,
    pub(crate) why: Why,
    pub(crate) facts: Vec<Contrary>,
}

/// One of the facts that contradict each other: the fact in short, and the event that established
/// it.
#[derive(Clone, Debug)]
pub(crate) struct Contrary {
    pub(crate) title: String,
    pub(crate) why: Why,
}

fn contrary(title: String, why: Option<&Why>) -> Option<Contrary> {
    why.map(|why| Contrary { title, why: Rc::clone(why) })
}

impl CausalReplay {
    /// Adds the violations that the judges have newly found.
    pub(crate) fn look_at_verdicts(&mut self) {
        while let Some((_, violation)) = self.run.violations().get(self.broken.len()).copied() {
            let facts = self.contradiction(violation);
            let rules = self.rules.iter().filter(|(rule, _)| is_guarded(violation, **rule));
            let rules = rules.map(|(_, why)| Rc::clone(why));
            let instead = self.instead(violation.evidence).into_iter();
            let facts_too = facts.iter().map(|fact| Rc::clone(&fact.why));
            let lies = self.lies.iter().map(Rc::clone);
            let causes = facts_too.chain(instead).chain(rules).chain(lies).collect();
            let why = self.tell(Detail::Broken(violation), causes, false);
            self.broken.push(Broken { property: violation.property, why, facts });
        }
    }

    /// What brought the entry that a server has in place of the right one.
    fn instead(&self, evidence: Evidence) -> Option<Why> {
        let (node, index) = match evidence {
            Evidence::Missing { leader: node, index, .. }
            | Evidence::Different { node, index }
            | Evidence::LostWrite { node, index, .. } => (node, index),
            _ => return None,
        };
        self.servers.get(&node)?.entry(index).cloned()
    }

    /// The facts that contradict each other, the older first.
    pub(crate) fn contradiction(&self, violation: Violation) -> Vec<Contrary> {
        let facts = match violation.evidence {
            Evidence::TwoLeaders { term, first, second } => self.two_leaders(term, first, second),
            Evidence::Overwritten { leader, term, index } => {
                vec![self.leads(leader, term), self.overwritten(leader, index)]
            }
            Evidence::Mismatch { node, index, term } => self.mismatch(node, index, term),
            Evidence::Missing { leader, term, index } => {
                vec![self.first_commit(index), self.leads_without(leader, term, index)]
            }
            Evidence::Different { node, index } => {
                vec![self.first_commit(index), self.commits(node, index)]
            }
            Evidence::Diverged { node, index } => self.diverged(node, index),
            Evidence::Beyond { node, index } => {
                vec![self.commits(node, index), self.log_ends(node)]
            }
            Evidence::TwoVotes { node, term, first, second } => {
                vec![self.votes(node, term, first), self.votes(node, term, second)]
            }
            Evidence::TermWentBack { node, from, to } => {
                vec![self.was_in(node, from), self.is_in(node, to)]
            }
            Evidence::CommitWentBack { node, from } => {
                vec![self.commits(node, from), self.log_ends(node)]
            }
            Evidence::NoOverlap { leader, term } => {
                vec![self.agreed_members(), self.decides_with(leader, term)]
            }
            Evidence::LeaseOverlap { leader, term, older, until } => {
                let before = self.past.leaders.range(..term).rev().find_map(|(led, leaders)| {
                    leaders.iter().any(|(node, _)| *node == older).then_some(*led)
                });
                let lease = before.and_then(|led| self.leads(older, led)).map(|fact| Contrary {
                    title: format!("{older} leads too: its lease lasts until {until}"),
                    ..fact
                });
                vec![lease, self.leads(leader, term)]
            }
            Evidence::TransferGoesOn { leader, to, .. } => self.hands_over(leader, to),
            Evidence::LeftBehind { node, leader, .. } => self.behind(node, leader),
            evidence => self.clients_contradiction(evidence),
        };
        let mut facts: Vec<Contrary> = facts.into_iter().flatten().collect();
        facts.sort_by_key(|fact| fact.why.number);
        facts
    }

    /// The same for evidence about what clients were promised.
    fn clients_contradiction(&self, evidence: Evidence) -> Vec<Option<Contrary>> {
        match evidence {
            Evidence::Twice { client, seq, first, second } => {
                let at = |index: Index| {
                    let title =
                        format!("request {} of {client} is executed as entry {index}", seq.0);
                    let applied = self.past.applied.get(&index)?.iter().find(|applied| {
                        applied.request.is_some_and(|(session, number, now)| {
                            session.client == client && number == seq && now
                        })
                    });
                    contrary(title, applied.map(|applied| &applied.why))
                };
                vec![at(first), at(second)]
            }
            Evidence::NeverExecuted { request } => vec![self.answered(request)],
            Evidence::LostWrite { node, client, seq, index } => {
                let applied = self.past.applied.get(&index);
                let kept = applied.and_then(|all| {
                    all.iter().find(|applied| {
                        applied.request.is_some_and(|(session, number, _)| {
                            session.client == client && number == seq
                        })
                    })
                });
                let title =
                    format!("entry {index} is request {} of {client}, which was answered", seq.0);
                let lost = applied.and_then(|all| all.iter().rfind(|applied| applied.by == node));
                let instead = format!("{node} executes something else as entry {index}");
                vec![
                    contrary(title, kept.map(|applied| &applied.why)),
                    contrary(instead, lost.map(|applied| &applied.why)),
                ]
            }
            Evidence::RefusedInPart { leader, request, .. } => {
                let refused = self.past.refused.iter().rfind(|refused| refused.id == request);
                let since = refused.map(|refused| refused.why.place.instant);
                vec![refused.and_then(refusal), since.and_then(|since| self.did(leader, since))]
            }
            Evidence::Unasked { leader, term, node } => self.unasked(leader, term, node),
            Evidence::NeverSo { request } => vec![self.answered(request), self.agreed_members()],
            Evidence::NotTold { request, leader, .. } => {
                let (index, _) = self.run.cluster().committed_config();
                let made = index.and_then(|index| self.commits(leader, index));
                vec![made, self.answered(request)]
            }
            Evidence::NoOrder { request } => self.without_order(request),
            // The absence of events is not a fact that can be found.
            _ => Vec::new(),
        }
    }

    /// How each of two leaders of a term came to lead it, and who has voted for both.
    fn two_leaders(&self, term: Term, first: NodeId, second: NodeId) -> Vec<Option<Contrary>> {
        let voters = |candidate: NodeId| {
            let voted = |(_, votes): &(&NodeId, &VecDeque<Vote>)| {
                votes.iter().any(|(at, whom, _)| (*at, *whom) == (term, candidate))
            };
            self.past.votes.iter().filter(voted).map(|(voter, _)| *voter).collect::<Vec<NodeId>>()
        };
        let elected = |leader: NodeId| {
            let fact = self.leads(leader, term)?;
            let names: Vec<String> = voters(leader).iter().map(ToString::to_string).collect();
            if names.is_empty() {
                return Some(fact);
            }
            let title = format!("{} with the votes of {}", fact.title, names.join(" and "));
            Some(Contrary { title, ..fact })
        };
        let others = voters(second);
        let both = voters(first).into_iter().filter(|voter| others.contains(voter));
        let twice =
            both.flat_map(|voter| [first, second].map(|leader| self.votes(voter, term, leader)));
        [elected(first), elected(second)].into_iter().chain(twice).collect()
    }

    fn leads(&self, node: NodeId, term: Term) -> Option<Contrary> {
        let leaders = self.past.leaders.get(&term)?;
        let why = leaders.iter().rfind(|(leader, _)| *leader == node).map(|(_, why)| why);
        contrary(format!("{node} leads term {term}"), why)
    }

    fn leads_without(&self, node: NodeId, term: Term, index: Index) -> Option<Contrary> {
        let has = match self.entry_words(node, index) {
            Some(entry) => format!("its entry {index} is {entry}"),
            None => format!("it has no entry {index}"),
        };
        let fact = self.leads(node, term)?;
        Some(Contrary { title: format!("{node} leads term {term}, and {has}"), ..fact })
    }

    fn overwritten(&self, node: NodeId, index: Index) -> Option<Contrary> {
        let notes = self.servers.get(&node)?;
        let why =
            notes.entry(index).into_iter().chain(&notes.truncated).max_by_key(|why| why.number);
        contrary(format!("{node} changes its own entry {index}"), why)
    }

    /// Two servers with the same entry at `index`, and different ones at an earlier index.
    fn mismatch(&self, node: NodeId, index: Index, term: Term) -> Vec<Option<Contrary>> {
        let Some(own) = self.log(node) else { return Vec::new() };
        let differs = |other: NodeId| {
            let log = self.log(other).filter(|log| log.term_at(index) == Some(term))?;
            let first = own.first_index().max(log.first_index());
            let places = (first.get()..=index.get()).filter_map(Index::new);
            places.into_iter().find(|place| own.get(*place) != log.get(*place))
        };
        let others = self.servers.keys().copied().filter(|other| *other != node);
        let Some((other, place)) =
            others.into_iter().find_map(|other| Some((other, differs(other)?)))
        else {
            return vec![self.has(node, index)];
        };
        vec![self.has(other, place), self.has(node, place)]
    }

    fn has(&self, node: NodeId, index: Index) -> Option<Contrary> {
        let entry = self.entry_words(node, index).unwrap_or_else(|| "nothing".to_string());
        let why = self.servers.get(&node).and_then(|notes| notes.entry(index));
        contrary(format!("entry {index} of {node} is {entry}"), why)
    }

    /// That an entry was committed, by the first server that knew it.
    fn first_commit(&self, index: Index) -> Option<Contrary> {
        let (by, why, _) = self.past.commits.get(&index)?;
        contrary(
            format!("{by} counts entry {index} as committed{}", self.which(*by, index)),
            Some(why),
        )
    }

    fn commits(&self, node: NodeId, index: Index) -> Option<Contrary> {
        let why = self.servers.get(&node).and_then(|notes| notes.commit_of(index));
        contrary(
            format!("{node} counts entry {index} as committed{}", self.which(node, index)),
            why,
        )
    }

    fn which(&self, node: NodeId, index: Index) -> String {
        self.entry_words(node, index).map_or_else(String::new, |entry| format!(": {entry}"))
    }

    fn diverged(&self, node: NodeId, index: Index) -> Vec<Option<Contrary>> {
        let Some(applied) = self.past.applied.get(&index) else { return Vec::new() };
        let fact = |by: NodeId, why: Option<&Why>| {
            contrary(format!("the store of {by} after entry {index}"), why)
        };
        let own = applied.iter().rfind(|applied| applied.by == node);
        let other = applied.iter().find(|applied| applied.by != node);
        // The entry may have come with a snapshot.
        let came = self.servers.get(&node).and_then(|notes| notes.commit_of(index));
        vec![
            other.and_then(|other| fact(other.by, Some(&other.why))),
            fact(node, own.map(|own| &own.why).or(came)),
        ]
    }

    fn votes(&self, node: NodeId, term: Term, candidate: NodeId) -> Option<Contrary> {
        let votes = self.past.votes.get(&node)?;
        let vote = votes.iter().rfind(|(at, whom, _)| *at == term && *whom == candidate);
        contrary(
            format!("{node} votes for {candidate} in term {term}"),
            vote.map(|(_, _, why)| why),
        )
    }

    fn is_in(&self, node: NodeId, term: Term) -> Option<Contrary> {
        let why = self.servers.get(&node).map(|notes| &notes.term.1);
        contrary(format!("{node} is in term {term}"), why)
    }

    fn was_in(&self, node: NodeId, term: Term) -> Option<Contrary> {
        let left = self.servers.get(&node)?.left_term.as_ref().filter(|(left, _)| *left == term);
        contrary(format!("{node} was in term {term}"), left.map(|(_, why)| why))
    }

    fn agreed_members(&self) -> Option<Contrary> {
        let (index, config) = self.run.cluster().committed_config();
        let why = match index {
            Some(index) => self.past.commits.get(&index).map(|(_, why, _)| why),
            None => Some(&self.beginning),
        };
        contrary(format!("the members that were agreed on are {config}"), why)
    }

    /// The configuration that a leader decides with, and what established it.
    fn decides_with(&self, leader: NodeId, term: Term) -> Option<Contrary> {
        let log = self.log(leader)?;
        let place =
            log.entries().iter().rposition(|entry| matches!(entry.payload, Payload::Config(_)));
        let index = place.and_then(|place| Index::new(log.first_index().get() + place as u64));
        let entry = index.and_then(|index| self.servers.get(&leader)?.entry(index));
        let fact = self.leads(leader, term)?;
        let config = self.run.cluster().server(leader)?.node()?.config();
        let why =
            entry.into_iter().chain([&fact.why]).max_by_key(|why| why.number).map(Rc::clone)?;
        Some(Contrary {
            title: format!("{leader} leads term {term} with the members {config}"),
            why,
        })
    }

    /// What a leader has done since then: the last entry of its log, or the end of a change that it
    /// had accepted.
    fn did(&self, leader: NodeId, since: Instant) -> Option<Contrary> {
        let ended = self.servers.get(&leader)?.change_ended.as_ref();
        let ended = contrary(format!("{leader} ends a change that it had accepted"), ended);
        let last = self.log(leader)?.last_index();
        let facts = ended.into_iter().chain(last.and_then(|last| self.has(leader, last)));
        facts.filter(|fact| fact.why.place.instant >= since).max_by_key(|fact| fact.why.number)
    }

    /// A change of a server's membership: the configuration agreed before, the last refusal of such
    /// a change, and the leader's configuration.
    fn unasked(&self, leader: NodeId, term: Term, node: NodeId) -> Vec<Option<Contrary>> {
        let names = |refused: &&Refused| match &refused.operation {
            Operation::Change(change) => change.named().contains(&node),
            Operation::Read { .. } | Operation::Write(_) => false,
        };
        let by_it = |refused: &&Refused| (refused.by, refused.term) == (leader, term);
        let refused = self.past.refused.iter().filter(by_it).rfind(names);
        vec![self.agreed_members(), refused.and_then(refusal), self.decides_with(leader, term)]
    }

    /// A transfer of leadership: its beginning, and how far it is.
    fn hands_over(&self, leader: NodeId, to: NodeId) -> Vec<Option<Contrary>> {
        let Some(notes) = self.servers.get(&leader) else { return Vec::new() };
        let began = notes.transfer.as_ref().filter(|(target, _)| *target == to);
        let title = format!("{leader} hands over to {to}, for an election timeout at the most");
        let node = self.run.cluster().server(leader).and_then(Server::node);
        let asked = node.and_then(Node::transfer).is_some_and(|transfer| transfer.asked);
        let goes_on = if asked {
            let title = format!("{leader} still waits for {to}, which it has asked to stand");
            contrary(title, notes.asked_to_stand.as_ref())
        } else {
            let title = format!("{leader} still waits until {to} has all of its log");
            self.log_ends(leader).map(|fact| Contrary { title, ..fact })
        };
        vec![contrary(title, began.map(|(_, why)| why)), goes_on]
    }

    /// The end of a leader's log, the end of the log of a server that is behind, and what the
    /// leader knows of that.
    fn behind(&self, node: NodeId, leader: NodeId) -> Vec<Option<Contrary>> {
        vec![self.log_ends(leader), self.log_ends(node), self.knows_of(leader, node)]
    }

    /// The follower's match index, as its leader knows it.
    fn knows_of(&self, leader: NodeId, node: NodeId) -> Option<Contrary> {
        let Role::Leader(state) = self.run.cluster().server(leader)?.node()?.role() else {
            return None;
        };
        let up_to = state.followers().get(&node)?.match_index;
        let title = match up_to {
            Some(last) => format!("{leader} knows that {node} has its log up to entry {last}"),
            None => format!("{leader} knows of no entry that {node} has"),
        };
        let notes = self.servers.get(&leader)?;
        // Acknowledgements of committed entries are dropped; the leader's election is then the
        // latest known cause.
        let heard = notes.acks.get(&node).and_then(|acks| acks.last());
        let heard = heard.filter(|(last, _)| Some(*last) == up_to).map(|(_, why)| why);
        contrary(title, heard.or(Some(&notes.role)))
    }

    /// The last entry of a server's log, and what brought it there.
    fn log_ends(&self, node: NodeId) -> Option<Contrary> {
        let notes = self.servers.get(&node)?;
        let Some(last) = self.log(node)?.last_index() else {
            return contrary(format!("the log of {node} is empty"), Some(&notes.role));
        };
        let title = format!("the log of {node} ends with entry {last}{}", self.which(node, last));
        contrary(title, notes.entry(last).or_else(|| notes.commit_of(last)))
    }

    fn answered(&self, request: RequestId) -> Option<Contrary> {
        let answered = self.past.answered.iter().rfind(|answered| answered.id == request)?;
        Some(told(answered))
    }

    /// An answer, and the last write of the same key that was answered before the request began.
    fn without_order(&self, request: RequestId) -> Vec<Option<Contrary>> {
        let Some(answered) = self.past.answered.iter().rfind(|known| known.id == request) else {
            return Vec::new();
        };
        let wrote = |other: &&Answered| {
            matches!(other.operation, Operation::Write(_))
                && other.id != request
                && other.operation.key() == answered.operation.key()
        };
        let writes = || self.past.answered.iter().filter(wrote);
        let before = writes().rfind(|other| other.why.place.instant <= answered.began.instant);
        let before = before.or_else(|| writes().next_back());
        vec![before.map(told), Some(told(answered))]
    }

    fn log(&self, node: NodeId) -> Option<&Log> {
        let server = self.run.cluster().server(node)?;
        Some(server.node().map_or(&server.disk().durable().log, |node| node.log()))
    }

    /// The entry in words: `set b two` of term 2.
    fn entry_words(&self, node: NodeId, index: Index) -> Option<String> {
        let entry = self.log(node)?.get(index)?;
        Some(format!("`{}` of term {}", what(&entry.payload), entry.term))
    }
}

fn told(answered: &Answered) -> Contrary {
    let title = format!("`{}` was answered: {}", answered.operation, answered.answer);
    Contrary { title, why: Rc::clone(&answered.why) }
}

fn refusal(refused: &Refused) -> Option<Contrary> {
    let Refused { by, term, operation, why, .. } = refused;
    contrary(format!("{by} refuses `{operation}` in term {term}"), Some(why))
}

/// Whether a rule guards the property that broke. Where a server votes twice, two leaders may follow.
fn is_guarded(violation: Violation, rule: Rule) -> bool {
    let follows = match violation.property {
        Property::OneVote => Property::ElectionSafety,
        property => property,
    };
    rule.about().falls == violation.property.name() || rule.about().falls == follows.name()
}
