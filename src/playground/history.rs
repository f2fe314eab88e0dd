//! What has happened so far, for the event log and the timeline.

use std::collections::VecDeque;

use super::micros;
use super::view::{MarkKind, MarkView, Sentence, TermView, Timeline};
use crate::check::Violation;
use crate::cluster::{Fact, Fault, Topic, What};
use crate::raft::Note;
use crate::time::Time;

/// How many sentences are kept.
const SENTENCES: usize = 2_000;

/// How many marks and terms are kept.
const MARKS: usize = 4_000;

/// What has happened.
#[derive(Debug, Default)]
pub(super) struct History {
    sentences: VecDeque<Sentence>,
    /// The number of the next sentence; it never begins anew, so that a page can ask for what is new.
    next_id: u64,
    terms: VecDeque<TermView>,
    marks: VecDeque<MarkView>,
    violation: Option<String>,
}

impl History {
    /// Takes a fact in.
    pub(super) fn note(&mut self, fact: &Fact) {
        let at = micros(fact.at);
        match &fact.what {
            What::Server(_, Note::StoodForElection { term, .. })
                if self.terms.back().is_none_or(|last| last.term < term.0) =>
            {
                if self.terms.len() == MARKS {
                    self.terms.pop_front();
                }
                self.terms.push_back(TermView { term: term.0, from: at });
            }
            What::Server(_, Note::BecameLeader { .. }) => self.mark(at, MarkKind::Elected),
            What::Server(_, Note::Committed { .. }) => self.mark(at, MarkKind::Commit),
            What::Fault(fault) => self.mark(at, kind_of(fault)),
            _ => {}
        }
        self.say(at, fact.what.to_string(), fact.what.topic(), fact.what.is_detail());
    }

    /// A property broke.
    pub(super) fn violated(&mut self, at: Time, violation: &Violation) {
        let text = format!("A property is broken. {violation}.");
        self.mark(micros(at), MarkKind::Violation);
        self.say(micros(at), text.clone(), Topic::Fault, false);
        self.violation = Some(text);
    }

    /// A new run: log and timeline begin again, but the numbers of the sentences go on.
    pub(super) fn begin_anew(&mut self) {
        self.sentences.clear();
        self.terms.clear();
        self.marks.clear();
        self.violation = None;
    }

    /// The sentence that says what broke.
    pub(super) fn violation(&self) -> Option<&String> {
        self.violation.as_ref()
    }

    pub(super) fn sentences(&self, from: u64) -> impl DoubleEndedIterator<Item = &Sentence> {
        let first = self.next_id - self.sentences.len() as u64;
        let skip = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
        self.sentences.range(skip.min(self.sentences.len())..)
    }

    pub(super) fn timeline(&self) -> Timeline {
        Timeline {
            terms: self.terms.iter().copied().collect(),
            marks: self.marks.iter().copied().collect(),
        }
    }

    fn mark(&mut self, at: u64, kind: MarkKind) {
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(MarkView { at, kind });
    }

    fn say(&mut self, at: u64, text: String, topic: Topic, detail: bool) {
        if self.sentences.len() == SENTENCES {
            self.sentences.pop_front();
        }
        self.sentences.push_back(Sentence { id: self.next_id, at, text, topic, detail });
        self.next_id += 1;
    }
}

fn kind_of(fault: &Fault) -> MarkKind {
    match fault {
        Fault::Killed { .. }
        | Fault::Wiped(_)
        | Fault::ClockSet(..)
        | Fault::Paused(_)
        | Fault::Partitioned(_)
        | Fault::Cut(..) => MarkKind::Fault,
        Fault::Restarted { .. } | Fault::Resumed(_) | Fault::Healed | Fault::Mended(..) => {
            MarkKind::Repair
        }
    }
}
