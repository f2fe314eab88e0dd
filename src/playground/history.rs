//! What has happened so far, for the event log and the timeline.

use std::collections::VecDeque;
use std::rc::Rc;

use super::micros;
use super::view::{MarkKind, MarkView, Sentence, TermView, Timeline};
use crate::check::Violation;
use crate::cluster::{Fact, Fault, Topic, What};
use crate::raft::Note;
use crate::time::Time;

/// How many facts are kept to be told.
const FACTS: usize = 1_000;

/// How many marks and terms are kept.
const MARKS: usize = 4_000;

/// The latest that has happened, as of an instant. Facts become sentences when somebody reads them.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    latest: VecDeque<Rc<Told>>,
    /// How many there were in all.
    count: u64,
    violation: Option<Rc<Told>>,
}

/// Something to be told.
#[derive(Debug)]
enum Told {
    Fact(Fact),
    Violation(Time, Violation),
}

impl History {
    /// Takes a fact in.
    pub(super) fn note(&mut self, fact: Fact) {
        self.keep(Rc::new(Told::Fact(fact)));
    }

    /// A property broke.
    pub(super) fn violated(&mut self, at: Time, violation: &Violation) {
        let told = Rc::new(Told::Violation(at, *violation));
        self.violation = Some(Rc::clone(&told));
        self.keep(told);
    }

    fn keep(&mut self, told: Rc<Told>) {
        if self.latest.len() == FACTS {
            self.latest.pop_front();
        }
        self.latest.push_back(told);
        self.count += 1;
    }

    /// The sentence that says what broke.
    pub(super) fn violation(&self) -> Option<String> {
        self.violation.as_ref().map(|told| told.sentence(0).text)
    }

    /// The numbers of what is kept.
    pub(super) fn numbers(&self) -> std::ops::Range<u64> {
        self.count - self.latest.len() as u64..self.count
    }

    /// The sentence of this number, numbered `base` higher.
    pub(super) fn sentence(&self, number: u64, base: u64) -> Option<Sentence> {
        let at = usize::try_from(number.checked_sub(self.numbers().start)?).ok()?;
        self.latest.get(at).map(|told| told.sentence(number + base))
    }
}

impl Told {
    fn sentence(&self, id: u64) -> Sentence {
        match self {
            Self::Fact(Fact { at, what }) => Sentence {
                id,
                at: micros(*at),
                text: what.to_string(),
                topic: what.topic(),
                detail: what.is_detail(),
            },
            Self::Violation(at, violation) => Sentence {
                id,
                at: micros(*at),
                text: format!("A property is broken. {violation}."),
                topic: Topic::Fault,
                detail: false,
            },
        }
    }
}

/// What stands on the timeline, from the beginning of a branch to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    terms: VecDeque<TermView>,
    marks: VecDeque<MarkView>,
}

impl Track {
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
    }

    /// A property broke.
    pub(super) fn violated(&mut self, at: Time) {
        self.mark(micros(at), MarkKind::Violation);
    }

    /// Another story begins after this instant.
    pub(super) fn forget_after(&mut self, at: Time) {
        self.terms.retain(|term| term.from <= micros(at));
        self.marks.retain(|mark| mark.at <= micros(at));
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
