//! The marks on the timeline of a branch, and their positions.

use std::collections::VecDeque;

use super::charts::{Charts, Tally};
use crate::cluster::{DiskState, Fact, Fault, What};
use crate::playground::view::{Landmark, MarkKind, MarkView, TermView, Timeline};
use crate::raft::Note;
use crate::recording::{Instant, RunPosition};
use crate::time::Time;

/// The maximum number of marks, and of terms: more than an hour of a busy cluster has.
const MARKS: usize = 100_000;

/// The marks of the timeline, from the beginning of a branch to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventIndex {
    timeline: Timeline,
    /// The positions of the timeline's marks and terms, element by element.
    places: VecDeque<RunPosition>,
    terms: VecDeque<RunPosition>,
    /// The position of the last mark that was dropped.
    forgotten: Option<RunPosition>,
    tally: Tally,
}

impl EventIndex {
    /// Adds the mark of a fact, at the position where it was reported.
    pub(crate) fn note(&mut self, place: RunPosition, fact: &Fact) {
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
                terms.push_back(TermView { term: term.0, from: fact.at });
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

    /// Adds the mark of a broken property.
    pub(crate) fn violated(&mut self, place: RunPosition) {
        self.mark(place, MarkKind::Violation);
    }

    /// A copy for a branch that forks at this position, without spare capacity.
    pub(crate) fn until(&self, end: RunPosition) -> Self {
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

    pub(crate) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The charts, for a branch that was played up to `end`.
    pub(crate) fn charts(&self, end: Time) -> Charts {
        self.tally.charts(end)
    }

    /// The instant of the first wanted mark after an instant.
    pub(crate) fn next(
        &self,
        wanted: impl Fn(MarkKind) -> bool,
        after: Instant,
    ) -> Option<Instant> {
        let first = self.marks_while(|instant| instant <= after);
        (first..self.places.len()).find_map(|place| self.mark_if(&wanted, place))
    }

    /// The instant of the last wanted mark before an instant.
    pub(crate) fn previous(
        &self,
        wanted: impl Fn(MarkKind) -> bool,
        before: Instant,
    ) -> Option<Instant> {
        let end = self.marks_while(|instant| instant < before);
        (0..end).rev().find_map(|place| self.mark_if(&wanted, place))
    }

    /// Whether marks after an instant were dropped.
    pub(crate) fn has_forgotten(&self, after: Instant) -> bool {
        self.forgotten.is_some_and(|place| place.instant > after)
    }

    /// Whether any marks were dropped.
    pub(crate) fn has_forgotten_any(&self) -> bool {
        self.forgotten.is_some()
    }

    /// Whether there is such a landmark after an instant.
    pub(crate) fn came(&self, landmark: Landmark, after: Instant) -> bool {
        self.next(|kind| landmark.includes(kind), after).is_some()
    }

    /// The instant of the last mark.
    pub(crate) fn last(&self) -> Option<Instant> {
        self.places.back().map(|place| place.instant)
    }

    /// The number of leading marks for whose instants `holds` is true.
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

    fn mark(&mut self, place: RunPosition, kind: MarkKind) {
        if self.timeline.marks().len() == MARKS {
            self.timeline.forget_first_mark();
            self.forgotten = self.places.pop_front();
        }
        self.timeline.mark(MarkView { at: place.instant.at, kind });
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
mod tests;
