//! Causality: the chain of events that led to something, back to its roots: an expired timer, an
//! action, a client's request.
//!
//! No causes are recorded while a branch is played. A question replays the branch from its
//! beginning, in pieces (`replay.rs`), and records the cause of everything that a server knows
//! (`notes.rs`), from the cluster's facts (`facts.rs`) and from the causes of messages
//! (`messages.rs`). The answer is what can be reached from one event (`happening.rs`). `broken.rs`
//! finds the facts that contradict each other according to a judge.
//!
//! Causes are what the protocol counts: a leadership is caused by the votes counted, a commit by
//! the copies counted. That something did *not* happen (a message was lost, a server was down) is
//! not a cause.

mod broken;
mod facts;
mod faults;
mod happening;
mod messages;
mod notes;
mod replay;

use std::rc::Rc;

use crate::check::Property;
use crate::playground::history::run::ShownRun;
use crate::playground::jobs::causality::happening::{Why, slice};
use crate::playground::jobs::causality::replay::CausalReplay;
use crate::playground::view::Spot;
use crate::playground::view::{Contradiction, ContraryFact, Explanation};
use crate::raft::{Index, Node, NodeId};
use crate::recording::RunPosition;
use crate::script::Question;
use crate::store::Key;

/// The work of one piece of a replay: events played plus causal events recorded.
const WORK: u64 = 2_000;

/// What is known of causes.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    /// The replay of a branch, and the branch's index.
    replay: Option<(usize, Box<CausalReplay>)>,
    pub(crate) explanation: Option<Rc<Explanation>>,
    /// Broken properties, with the indexes of their branches.
    broken: Vec<(usize, Contradiction)>,
}

/// A question that is being answered.
#[derive(Debug)]
pub(crate) struct Inquiry {
    pub(crate) question: Question,
    pub(crate) branch: usize,
    pub(crate) until: RunPosition,
    began: u64,
    /// Whether the console has asked and gets the answer.
    pub(crate) for_console: bool,
}

impl Inquiry {
    /// The progress, in percent.
    pub(crate) fn percent(&self, reasons: &Reasons) -> u64 {
        let Self { until, began, .. } = self;
        let gone = reasons.replay.as_ref().map_or(0, |(_, known)| known.place().instant.events);
        let all = (until.instant.events - began).max(1);
        (gone.saturating_sub(*began) * 100 / all).min(99)
    }

    /// Plays the next piece of the replay. Returns whether the answer is there.
    pub(crate) fn go_on(&self, reasons: &mut Reasons, run: &ShownRun) -> bool {
        let Some((_, replay)) = &mut reasons.replay else { return true };
        let recording = &run.branches[self.branch].history.recording;
        if !replay.approach(recording, self.until, WORK) {
            return false;
        }
        let (id, branch) = (run.id, self.branch);
        let spot = |place: RunPosition| Spot { run: id, branch, place };
        let answer = replay.answer(&self.question).map(|why| slice(&why, spot));
        reasons.keep(branch, spot);
        let at = self.until.instant.at;
        let question = self.question.clone();
        reasons.explanation = Some(Rc::new(Explanation { question, at, answer }));
        true
    }
}

impl Reasons {
    /// Starts to answer a question at the instant that is shown.
    pub(crate) fn ask(&mut self, run: &ShownRun, question: Question, for_console: bool) -> Inquiry {
        let until = self.as_of(run, &question);
        let known = self.replay.take().filter(|(branch, known)| {
            let at = known.place();
            *branch == run.current && at.instant <= until.instant && at.done <= until.done
        });
        let new = || (run.current, Box::new(CausalReplay::new(&run.history().recording)));
        let (branch, known) = known.unwrap_or_else(new);
        let began = known.place().instant.events;
        self.replay = Some((branch, known));
        Inquiry { question, branch, until, began, for_console }
    }

    /// The position as of which a question is answered: the one that is shown or, for a property
    /// known to break later, the break.
    fn as_of(&self, run: &ShownRun, question: &Question) -> RunPosition {
        let shown = run.playback.place();
        match question {
            Question::Broken(property) => self
                .break_of(run.current, property)
                .filter(|place| place.instant > shown.instant)
                .unwrap_or(shown),
            _ => shown,
        }
    }

    /// Where a property of this branch breaks, if an explanation has found it.
    pub(crate) fn break_of(&self, branch: usize, property: &str) -> Option<RunPosition> {
        let mut ours = self.broken_in(branch);
        let known = ours.find(|broken| broken.property == property)?;
        Some(known.broken_by.spot.place)
    }

    /// The contradictions of this branch, as far as explanations have found them.
    pub(crate) fn broken_in(&self, branch: usize) -> impl Iterator<Item = &Contradiction> {
        let ours = self.broken.iter().filter(move |(of, _)| *of == branch);
        ours.map(|(_, broken)| broken)
    }

    /// Stores the contradictions that the replay has found, in place of older ones.
    fn keep(&mut self, branch: usize, spot: impl Fn(RunPosition) -> Spot) {
        let Some((_, replay)) = &self.replay else { return };
        for broken in &replay.broken {
            let Some(found) = contradiction(broken, &spot) else { continue };
            self.broken.retain(|(of, known)| (*of, known.property) != (branch, found.property));
            self.broken.push((branch, found));
        }
    }
}

fn contradiction(
    broken: &broken::Broken,
    spot: &impl Fn(RunPosition) -> Spot,
) -> Option<Contradiction> {
    let fact = |fact: &broken::Contrary| {
        let made_by = slice(&fact.why, spot).pop()?;
        Some(ContraryFact { title: fact.title.clone(), made_by })
    };
    Some(Contradiction {
        property: broken.property.name(),
        broken_by: slice(&broken.why, spot).pop()?,
        facts: broken.facts.iter().filter_map(fact).collect(),
    })
}

impl CausalReplay {
    /// The event that answers a question.
    ///
    /// # Errors
    /// A sentence that says what holds instead, if there is no such event.
    fn answer(&self, question: &Question) -> Result<Why, String> {
        if let Question::Broken(property) = question {
            let broken = Property::named(property)
                .and_then(|property| self.broken.iter().find(|broken| broken.property == property));
            let why = broken.map(|broken| Rc::clone(&broken.why));
            return why.ok_or_else(|| format!("{property} holds at this instant."));
        }
        let (Question::Term(node)
        | Question::Vote(node)
        | Question::Role(node)
        | Question::Commit(node)
        | Question::Entry(node, _)
        | Question::Key(node, _)) = question
        else {
            return Err("There is nothing to tell.".to_string());
        };
        let id = NodeId(*node);
        let gone = || format!("There is no {id} at this instant.");
        let notes = self.servers.get(&id).ok_or_else(gone)?;
        let server = self.run.cluster().server(id).ok_or_else(gone)?;
        let found = match question {
            Question::Term(_) if server.node().is_none() => Some(&notes.disk.term.1),
            Question::Term(_) => Some(&notes.term.1),
            Question::Vote(_) if server.node().is_none() => {
                notes.disk.vote.as_ref().map(|(_, why)| why)
            }
            Question::Vote(_) => notes.vote.as_ref().map(|(_, why)| why),
            Question::Role(_) => Some(notes.stopped.as_ref().unwrap_or(&notes.role)),
            Question::Commit(_) => {
                let index = server.node().and_then(Node::commit_index);
                index.and_then(|index| notes.commit_of(index))
            }
            Question::Entry(_, index) => Index::new(*index).and_then(|index| notes.entry(index)),
            Question::Key(_, key) => {
                let key = Key::new(key.as_str()).ok();
                key.and_then(|key| notes.keys.get(&key)).map(|note| &note.why)
            }
            Question::Broken(_) => None,
        };
        found.cloned().ok_or_else(|| match question {
            Question::Vote(_) => format!("{id} has voted for nobody in term {}.", notes.term.0),
            Question::Commit(_) => format!("{id} knows of no committed entry."),
            Question::Entry(_, index) => format!("{id} has no entry {index} in its log."),
            Question::Key(_, key) => format!("{id} has executed nothing that changes {key}."),
            _ => "There is nothing to tell.".to_string(),
        })
    }
}

#[cfg(test)]
mod tests;
