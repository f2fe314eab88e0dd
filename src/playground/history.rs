//! What has happened so far, for the event log and the timeline.

use std::collections::VecDeque;
use std::rc::Rc;

use super::charts::{Charts, Tally};
use super::micros;
use super::view::{MarkKind, MarkView, Sentence, TermView, Timeline};
use crate::check::Violation;
use crate::cluster::{Fact, Fault, Topic, What, YOU};
use crate::raft::Note;
use crate::recording::Instant;
use crate::time::Time;

/// How many facts are kept to be told.
const FACTS: usize = 500;

/// How many marks and terms are kept: more than an hour of a busy cluster has.
const MARKS: usize = 100_000;

/// The latest that has happened, as of an instant. Facts become sentences when somebody reads them.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    latest: VecDeque<Rc<Told>>,
    /// How many there were in all.
    count: u64,
    violation: Option<Rc<Told>>,
    /// How many properties were told to be broken.
    broken: usize,
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
        self.broken += 1;
        self.keep(told);
    }

    /// How many properties were told to be broken.
    pub(super) fn broken(&self) -> usize {
        self.broken
    }

    fn keep(&mut self, told: Rc<Told>) {
        if self.latest.len() == FACTS {
            self.latest.pop_front();
        }
        self.latest.push_back(told);
        self.count += 1;
    }

    /// Whether all that is kept has happened since an earlier time.
    pub(super) fn has_left_behind(&self, earlier: &Self) -> bool {
        self.count >= earlier.count + FACTS as u64
    }

    /// Forgets all that could be left behind.
    pub(super) fn forget(&mut self) {
        self.latest = VecDeque::new();
    }

    /// The sentence that says what broke last.
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
    timeline: Timeline,
    /// After how many events each mark came, in step with the timeline's.
    events: VecDeque<u64>,
    tally: Tally,
}

impl Track {
    /// Takes a fact in, and the instant at which it was told.
    pub(super) fn note(&mut self, instant: Instant, fact: &Fact) {
        self.tally.note(instant, fact);
        let terms = &mut self.timeline.terms;
        match &fact.what {
            What::Server(_, Note::StoodForElection { term, .. })
                if terms.back().is_none_or(|last| last.term < term.0) =>
            {
                if terms.len() == MARKS {
                    terms.pop_front();
                }
                terms.push_back(TermView { term: term.0, from: micros(fact.at) });
            }
            What::Server(_, Note::BecameLeader { .. }) => self.mark(instant, MarkKind::Elected),
            What::Server(_, Note::Committed { .. }) => self.mark(instant, MarkKind::Commit),
            What::Answered { client: YOU, .. } => self.mark(instant, MarkKind::Answer),
            What::Fault(fault) => self.mark(instant, kind_of(fault)),
            _ => {}
        }
    }

    /// A property broke.
    pub(super) fn violated(&mut self, instant: Instant) {
        self.mark(instant, MarkKind::Violation);
    }

    /// Another story begins after this instant.
    pub(super) fn forget_after(&mut self, end: Instant) {
        self.tally.forget_after(end);
        let terms = &mut self.timeline.terms;
        terms.truncate(terms.partition_point(|term| term.from <= micros(end.at)));
        let kept = self.events.partition_point(|events| *events <= end.events);
        let marks = self.timeline.marks();
        let kept = kept.min(marks.partition_point(|mark| mark.at <= micros(end.at)));
        self.timeline.keep_marks(kept);
        self.events.truncate(kept);
    }

    pub(super) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What it amounts to, for a story that was played up to `end`.
    pub(super) fn charts(&self, end: u64) -> Charts {
        self.tally.charts(end)
    }

    /// The first mark that is wanted after an instant.
    pub(super) fn next(
        &self,
        wanted: impl Fn(MarkKind) -> bool,
        after: Instant,
    ) -> Option<Instant> {
        let first = self.marks_while(|instant| instant <= after);
        (first..self.events.len()).find_map(|place| self.mark_if(&wanted, place))
    }

    /// The last mark that is wanted before an instant.
    pub(super) fn previous(
        &self,
        wanted: impl Fn(MarkKind) -> bool,
        before: Instant,
    ) -> Option<Instant> {
        let end = self.marks_while(|instant| instant < before);
        (0..end).rev().find_map(|place| self.mark_if(&wanted, place))
    }

    /// The last mark of all.
    pub(super) fn last(&self) -> Option<Instant> {
        self.instant(self.events.len().checked_sub(1)?)
    }

    /// How many marks there are from the first on for whose instants it holds.
    fn marks_while(&self, holds: impl Fn(Instant) -> bool) -> usize {
        let mut end = 0;
        let mut beyond = self.events.len();
        while end < beyond {
            let middle = end.midpoint(beyond);
            if self.instant(middle).is_some_and(&holds) {
                end = middle + 1
            } else {
                beyond = middle
            }
        }
        end
    }

    fn instant(&self, place: usize) -> Option<Instant> {
        let (mark, events) = (self.timeline.marks().get(place)?, self.events.get(place)?);
        Some(Instant { events: *events, at: Time::from_micros(mark.at) })
    }

    fn mark_if(&self, wanted: impl Fn(MarkKind) -> bool, place: usize) -> Option<Instant> {
        let mark = self.timeline.marks().get(place).filter(|mark| wanted(mark.kind));
        mark.and_then(|_| self.instant(place))
    }

    fn mark(&mut self, instant: Instant, kind: MarkKind) {
        if self.timeline.marks().len() == MARKS {
            self.timeline.forget_first_mark();
            self.events.pop_front();
        }
        self.timeline.mark(MarkView { at: micros(instant.at), kind });
        self.events.push_back(instant.events);
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
