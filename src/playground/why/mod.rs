//! Why something is so: the chain of events that made it so, and only those, back to their roots: a timer that
//! ran out, something that somebody did, a client's request.
//!
//! Nothing of it is noted while a story is played. Who asks lets it be played again from its beginning, piece by
//! piece (`chronicle.rs`), while for all that a server knows it is noted what made it so (`notes.rs`), by what
//! the cluster tells (`facts.rs`) and by what messages were sent for (`letters.rs`). The answer is what can be
//! reached from one happening (`happening.rs`). `broken.rs` finds the facts that a judge holds against each
//! other.
//!
//! What is a cause here is what the protocol counts: a leadership comes of the votes that were counted, a
//! commit of the copies that were. That something else did *not* happen (a message that was lost, a server
//! that was down) is not told as a cause.

mod broken;
mod chronicle;
mod facts;
mod happening;
mod letters;
mod notes;

use std::rc::Rc;

use super::following::Spot;
use super::job::Job;
use super::view::{Contradiction, ContraryFact, Explanation};
use super::{Playground, micros};
use crate::check::Property;
use crate::raft::{Index, Node, NodeId};
use crate::recording::Place;
use crate::script::Question;
use crate::store::Key;
use chronicle::Chronicle;
use happening::{Why, slice};

/// How much one piece of the way plays again, in events and in what is noted of them.
const WORK: u64 = 2_000;

/// What is known of reasons.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    /// A story as far as it was played again, and whose.
    chronicle: Option<(usize, Box<Chronicle>)>,
    pub(super) explanation: Option<Rc<Explanation>>,
    /// Properties that broke, and in which story.
    broken: Vec<(usize, Contradiction)>,
}

/// Something that is looked for.
#[derive(Debug)]
pub(super) struct Inquiry {
    question: Question,
    branch: usize,
    until: Place,
    began: u64,
    /// The console has asked, and is told.
    for_console: bool,
}

impl Playground {
    /// Begins to look for the reason of something at the instant that is shown.
    pub(super) fn ask_why(&mut self, question: Question, for_console: bool) {
        self.playing = false;
        let until = self.as_of(&question);
        let known = self.shown.reasons.chronicle.take().filter(|(branch, known)| {
            let at = known.place();
            *branch == self.shown.current && at.instant <= until.instant && at.done <= until.done
        });
        let (branch, known) = known.unwrap_or_else(|| {
            (self.shown.current, Box::new(Chronicle::new(&self.tape().recording)))
        });
        let began = known.place().instant.events;
        self.shown.reasons.chronicle = Some((branch, known));
        self.end_job();
        self.go_on_asking(Inquiry { question, branch, until, began, for_console });
    }

    /// The place as of which a question is answered: the one that is shown, or, of a property that is known to
    /// break later, the break.
    fn as_of(&self, question: &Question) -> Place {
        let shown = self.shown.scene.place();
        match question {
            Question::Broken(property) => self
                .break_of(property)
                .filter(|place| place.instant > shown.instant)
                .unwrap_or(shown),
            _ => shown,
        }
    }

    /// Where a property of this story breaks, if somebody has asked why.
    pub(super) fn break_of(&self, property: &str) -> Option<Place> {
        let ours =
            self.shown.reasons.broken.iter().filter(|(branch, _)| *branch == self.shown.current);
        let known = ours.map(|(_, broken)| broken).find(|broken| broken.property == property)?;
        Some(known.broken_by.spot.place)
    }

    /// How much of the way to an answer is gone, in percent.
    pub(super) fn percent_asked(&self, inquiry: &Inquiry) -> u64 {
        let Inquiry { until, began, .. } = inquiry;
        let chronicle = self.shown.reasons.chronicle.as_ref();
        let gone = chronicle.map_or(0, |(_, known)| known.place().instant.events);
        let all = (until.instant.events - began).max(1);
        (gone.saturating_sub(*began) * 100 / all).min(99)
    }

    /// What was asked is no longer looked for.
    pub(super) fn give_up_asking(&mut self, inquiry: &Inquiry) {
        if inquiry.for_console {
            self.console.asked_in_vain();
        }
    }

    /// Plays the next piece of the way to an answer again.
    pub(super) fn go_on_asking(&mut self, inquiry: Inquiry) {
        let Some((_, chronicle)) = &mut self.shown.reasons.chronicle else { return };
        self.revision += 1;
        let recording = &self.shown.branches[inquiry.branch].tape.recording;
        if !chronicle.approach(recording, inquiry.until, WORK) {
            self.job = Some(Job::Asking(inquiry));
            return;
        }
        let Inquiry { question, branch, until, for_console, .. } = inquiry;
        let run = self.shown.id;
        let spot = |place: Place| Spot { run, branch, place };
        let answer = chronicle.answer(&question).map(|why| slice(&why, spot));
        self.shown.reasons.keep(branch, spot);
        let at = micros(until.instant.at);
        let explanation = Explanation { question, at, answer };
        if for_console {
            self.console.explained(&explanation);
        }
        self.shown.reasons.explanation = Some(Rc::new(explanation));
    }

    /// The answer to what was asked last.
    pub fn explanation(&self) -> Option<Rc<Explanation>> {
        self.shown.reasons.explanation.clone()
    }

    /// The facts that contradict each other where properties of this story broke, as far as somebody has asked
    /// why. Some may break only after the instant that is shown.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let ours =
            self.shown.reasons.broken.iter().filter(|(branch, _)| *branch == self.shown.current);
        ours.map(|(_, broken)| broken.clone()).collect()
    }
}

impl Reasons {
    /// Keeps what was found of broken properties, in place of what was known of them before.
    fn keep(&mut self, branch: usize, spot: impl Fn(Place) -> Spot) {
        let Some((_, chronicle)) = &self.chronicle else { return };
        for broken in &chronicle.broken {
            let Some(found) = contradiction(broken, &spot) else { continue };
            self.broken.retain(|(of, known)| (*of, known.property) != (branch, found.property));
            self.broken.push((branch, found));
        }
    }
}

fn contradiction(broken: &broken::Broken, spot: &impl Fn(Place) -> Spot) -> Option<Contradiction> {
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

impl Chronicle {
    /// What made it so; or, where there is nothing, what is so instead.
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
