//! What has happened so far, for the event log and the timeline.

use std::collections::VecDeque;
use std::rc::Rc;

use super::charts::{Charts, Tally};
use super::micros;
use super::view::{Broken, MarkKind, MarkView, Sentence, TermView, Timeline};
use crate::check::Violation;
use crate::cluster::{DiskState, Fact, Fault, Topic, What};
use crate::raft::Note;
use crate::recording::{Instant, Place};
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
    violation: Option<(Time, Violation)>,
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
        self.violation = Some((at, *violation));
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

    /// What broke last, and how many did if it is not alone.
    pub(super) fn violation(&self) -> Option<Broken> {
        let (at, violation) = self.violation.as_ref()?;
        let mut sentence = Told::Violation(*at, *violation).sentence(0).text;
        let mut what = violation.property.to_string();
        if self.broken > 1 {
            sentence += &format!(" {} properties are broken in all.", self.broken);
            what = format!("{} properties", self.broken);
        }
        Some(Broken { what, sentence })
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
    /// Where each mark came, and each term began, in step with the timeline's.
    places: VecDeque<Place>,
    terms: VecDeque<Place>,
    /// Where the last mark came that is no longer kept.
    forgotten: Option<Place>,
    tally: Tally,
}

impl Track {
    /// Takes a fact in, and where it was told.
    pub(super) fn note(&mut self, place: Place, fact: &Fact) {
        self.tally.note(place, fact);
        let terms = &mut self.timeline.terms;
        match &fact.what {
            What::Server(_, Note::StoodForElection { term, .. })
                if terms.back().is_none_or(|last| last.term < term.0) =>
            {
                if terms.len() == MARKS {
                    terms.pop_front();
                    self.terms.pop_front();
                }
                terms.push_back(TermView { term: term.0, from: micros(fact.at) });
                self.terms.push_back(place);
            }
            What::Server(_, Note::BecameLeader { .. }) => self.mark(place, MarkKind::Elected),
            What::Server(_, Note::Committed { .. }) => self.mark(place, MarkKind::Commit),
            What::Answered { client, .. } if client.is_by_hand() => {
                self.mark(place, MarkKind::Answer)
            }
            What::Fault(fault) => self.mark(place, kind_of(fault)),
            _ => {}
        }
    }

    /// A property broke.
    pub(super) fn violated(&mut self, place: Place) {
        self.mark(place, MarkKind::Violation);
    }

    /// What another story has that begins after this place: with room for no more than that.
    pub(super) fn until(&self, end: Place) -> Self {
        let terms = self.terms.partition_point(|place| *place <= end);
        let marks = self.places.partition_point(|place| *place <= end);
        Self {
            timeline: self.timeline.first(terms, marks),
            places: self.places.range(..marks).copied().collect(),
            terms: self.terms.range(..terms).copied().collect(),
            forgotten: self.forgotten.map(|place| place.min(end)),
            tally: self.tally.until(end),
        }
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
        (first..self.places.len()).find_map(|place| self.mark_if(&wanted, place))
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

    /// Whether marks that came after an instant are no longer kept.
    pub(super) fn has_forgotten(&self, after: Instant) -> bool {
        self.forgotten.is_some_and(|place| place.instant > after)
    }

    /// Whether any marks are no longer kept.
    pub(super) fn has_forgotten_any(&self) -> bool {
        self.forgotten.is_some()
    }

    /// The last mark of all.
    pub(super) fn last(&self) -> Option<Instant> {
        self.places.back().map(|place| place.instant)
    }

    /// How many marks there are from the first on for whose instants it holds.
    fn marks_while(&self, holds: impl Fn(Instant) -> bool) -> usize {
        let mut end = 0;
        let mut beyond = self.places.len();
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
        self.places.get(place).map(|place| place.instant)
    }

    fn mark_if(&self, wanted: impl Fn(MarkKind) -> bool, place: usize) -> Option<Instant> {
        let mark = self.timeline.marks().get(place).filter(|mark| wanted(mark.kind));
        mark.and_then(|_| self.instant(place))
    }

    fn mark(&mut self, place: Place, kind: MarkKind) {
        if self.timeline.marks().len() == MARKS {
            self.timeline.forget_first_mark();
            self.forgotten = self.places.pop_front();
        }
        self.timeline.mark(MarkView { at: micros(place.instant.at), kind });
        self.places.push_back(place);
    }
}

fn kind_of(fault: &Fault) -> MarkKind {
    match fault {
        Fault::Killed { .. }
        | Fault::Wiped(_)
        | Fault::ClockSet(..)
        | Fault::DiskSet(_, DiskState::Full | DiskState::Failing | DiskState::Lying)
        | Fault::Stopped { .. }
        | Fault::Lied { .. }
        | Fault::Paused(_)
        | Fault::Partitioned(_)
        | Fault::Cut(..) => MarkKind::Fault,
        Fault::Restarted { .. }
        | Fault::DiskSet(_, DiskState::Good)
        | Fault::Resumed(_)
        | Fault::Healed
        | Fault::Mended(..) => MarkKind::Repair,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each story of many keeps what it has; a page that kept room in each for the longest ran out of memory.
    #[test]
    fn a_story_that_leaves_early_takes_no_room_for_what_comes_later() {
        let place =
            |at: u64| Place { instant: Instant { events: at, at: Time::from_micros(at) }, done: 0 };
        let mut track = Track::default();
        for at in 0..10_000 {
            track.mark(place(at), MarkKind::Commit);
        }
        let left = track.until(place(9));
        let (marks, kept) = (left.timeline.marks(), &left.places);
        assert_eq!((marks.len(), kept.len()), (10, 10));
        assert!(marks.capacity() < 100 && kept.capacity() < 100, "{}", kept.capacity());
        assert_eq!(left.timeline.count(MarkKind::Commit), 10);
    }
}

#[cfg(test)]
mod forgotten;
