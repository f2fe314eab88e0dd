//! What contradicts a property: the facts that can't both be, and what made each of them.

use std::rc::Rc;

use crate::check::{Evidence, Property, Violation};
use crate::cluster::{Operation, RequestId, what};
use crate::playground::jobs::causality::happening::{Tale, Why};
use crate::playground::jobs::causality::replay::{Answered, Chronicle};
use crate::raft::{Index, Log, NodeId, Payload, Rule, Term};

/// A property that broke.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) property: Property,
    pub(crate) why: Why,
    pub(crate) facts: Vec<Contrary>,
}

/// One of the facts that contradict each other: what it comes to, and the happening that made it so.
#[derive(Clone, Debug)]
pub(crate) struct Contrary {
    pub(crate) title: String,
    pub(crate) why: Why,
}

fn contrary(title: String, why: Option<&Why>) -> Option<Contrary> {
    why.map(|why| Contrary { title, why: Rc::clone(why) })
}

impl Chronicle {
    /// Looks for what the judges have newly found.
    pub(crate) fn look_at_verdicts(&mut self) {
        while let Some((_, violation)) = self.run.violations().get(self.broken.len()).copied() {
            let facts = self.contradiction(violation);
            let rules = self.rules.iter().filter(|(rule, _)| is_guarded(violation, **rule));
            let rules = rules.map(|(_, why)| Rc::clone(why));
            let instead = self.instead(violation.evidence).into_iter();
            let facts_too = facts.iter().map(|fact| Rc::clone(&fact.why));
            let lies = self.lies.iter().map(Rc::clone);
            let causes = facts_too.chain(instead).chain(rules).chain(lies).collect();
            let why = self.tell(Tale::Broken(violation), causes, false);
            self.broken.push(Broken { property: violation.property, why, facts });
        }
    }

    /// What a server has in the place of what it should have.
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
    fn contradiction(&self, violation: Violation) -> Vec<Contrary> {
        let facts = match violation.evidence {
            Evidence::TwoLeaders { term, first, second } => {
                vec![self.leads(first, term), self.leads(second, term)]
            }
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
            Evidence::Beyond { node, index } => vec![self.commits(node, index)],
            Evidence::TwoVotes { node, term, first, second } => {
                vec![self.votes(node, term, first), self.votes(node, term, second)]
            }
            Evidence::TermWentBack { node, to, .. } => vec![self.is_in(node, to)],
            Evidence::CommitWentBack { node, from } => {
                vec![self.commits(node, from)]
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
            evidence => self.clients_contradiction(evidence),
        };
        let mut facts: Vec<Contrary> = facts.into_iter().flatten().collect();
        facts.sort_by_key(|fact| fact.why.number);
        facts
    }

    /// The same where it is the clients who were promised something.
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
            Evidence::NoOrder { request } => self.without_order(request),
            // That nothing happens is no fact to be found.
            _ => Vec::new(),
        }
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

    /// Two servers with the same entry, and another one before it.
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

    /// That an entry was committed, by whoever knew it first.
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
        // It may have come there by a snapshot.
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

    fn agreed_members(&self) -> Option<Contrary> {
        let (index, config) = self.run.cluster().committed_config();
        let (_, why, _) = self.past.commits.get(&index?)?;
        contrary(format!("the members that were agreed on are {config}"), Some(why))
    }

    /// The members that a leader decides with, and what made them so.
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

    fn answered(&self, request: RequestId) -> Option<Contrary> {
        let answered = self.past.answered.iter().rfind(|answered| answered.id == request)?;
        Some(told(answered))
    }

    /// An answer, and the last write of that key that was answered before it was asked.
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

    /// `set b two` of term 2.
    fn entry_words(&self, node: NodeId, index: Index) -> Option<String> {
        let entry = self.log(node)?.get(index)?;
        Some(format!("`{}` of term {}", what(&entry.payload), entry.term))
    }
}

fn told(answered: &Answered) -> Contrary {
    let title = format!("`{}` was answered: {}", answered.operation, answered.answer);
    Contrary { title, why: Rc::clone(&answered.why) }
}

/// Whether a rule is said to guard the property that broke.
fn is_guarded(violation: Violation, rule: Rule) -> bool {
    rule.about().falls == violation.property.name()
}
