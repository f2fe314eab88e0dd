//! Stories as a page shows them: their branches, where two part, and the timeline of one.

use std::collections::VecDeque;

use crate::playground::view::NodeNumber;

/// Something that takes a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobProgress {
    /// Another instant is being played up to.
    Travelling(u64),
    /// A run is being opened.
    Opening(u64),
    /// It is played again, to see why something is so.
    Explaining(u64),
    /// It is tried from where a broken property could still be avoided.
    Avoiding(u64),
}

/// A story that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchView {
    /// `A`, `B`, ... `Z`, `AA`.
    pub name: String,
    /// The place of the branch that it left, and when, in microseconds.
    pub left: Option<(usize, u64)>,
    /// Whether it is the one that is shown.
    pub current: bool,
    /// How many things were done in it.
    pub actions: usize,
}

/// The story that is shown beside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonView {
    /// The place of the other one.
    pub with: usize,
    /// Which instant of the other one this is, in microseconds: the one that is shown, or its end.
    pub at: u64,
    /// Where the two part; `None` while that is looked for.
    pub parting: Option<Parting>,
    /// The nodes that differ; `None` while the other story is played up to there.
    pub nodes: Option<Vec<NodeDifference>>,
}

/// Where two stories part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// As far as both were played they are the same.
    Nowhere,
    /// The first step that differs, in each; `None` where a story was not played any further.
    At { ours: Option<PartingStep>, theirs: Option<PartingStep> },
}

impl Parting {
    /// When they part, in microseconds.
    pub fn at(&self) -> Option<u64> {
        match self {
            Self::Nowhere => None,
            Self::At { ours, theirs } => ours.iter().chain(theirs).map(|step| step.at).min(),
        }
    }
}

/// A step of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartingStep {
    /// Microseconds of cluster time.
    pub at: u64,
    /// After so many events.
    pub events: u64,
    /// What happened; `None` if there is nothing to tell of it.
    pub text: Option<String>,
}

/// How a node differs from that of the same name in another story or at another instant, or from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeDifference {
    pub id: NodeNumber,
    /// What differs, how it is in the one and how in the other.
    pub rows: Vec<(&'static str, String, String)>,
}

/// An instant that others are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinView {
    /// To go there again.
    pub spot: crate::playground::view::Spot,
    /// Microseconds of cluster time.
    pub at: u64,
    /// The name of its story.
    pub story: String,
    /// Whether it is the one that is shown.
    pub is_shown: bool,
}

/// The history of a story as a strip: from its beginning to its end, in the order of time. No part of a
/// [`View`], since an hour has many thousand marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Each term that had a leader or a candidate, from when it began.
    pub terms: VecDeque<TermView>,
    marks: VecDeque<MarkView>,
    /// How many of each kind there are, since nobody wants to count them anew whenever they are told.
    counts: [usize; MarkKind::COUNT],
}

impl Timeline {
    /// What stands above and below the strip.
    pub fn marks(&self) -> &VecDeque<MarkView> {
        &self.marks
    }

    /// How many marks of a kind there are.
    pub fn count(&self, kind: MarkKind) -> usize {
        self.counts[kind as usize]
    }

    /// One more, after all others.
    pub(crate) fn mark(&mut self, mark: MarkView) {
        self.counts[mark.kind as usize] += 1;
        self.marks.push_back(mark);
    }

    /// The oldest goes.
    pub(crate) fn forget_first_mark(&mut self) {
        if let Some(mark) = self.marks.pop_front() {
            self.counts[mark.kind as usize] -= 1;
        }
    }

    /// Only the first ones, so many of each.
    pub(crate) fn first(&self, terms: usize, marks: usize) -> Self {
        let terms = self.terms.iter().take(terms).copied().collect();
        let mut first = Self { terms, ..Self::default() };
        self.marks.iter().take(marks).for_each(|mark| first.mark(*mark));
        first
    }
}

/// A term on the timeline; it lasts until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermView {
    pub term: u64,
    pub from: u64,
}

/// A mark on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkView {
    pub at: u64,
    pub kind: MarkKind,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    Elected,
    Commit,
    Fault,
    Repair,
    Violation,
    /// Somebody was answered who asked by hand.
    Answer,
}

impl MarkKind {
    const COUNT: usize = Self::Answer as usize + 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_as_they_come_and_go() {
        let mut timeline = Timeline::default();
        let kinds = [MarkKind::Commit, MarkKind::Fault, MarkKind::Commit, MarkKind::Answer];
        for (at, kind) in (0..).zip(kinds) {
            timeline.mark(MarkView { at, kind });
        }
        let counts = |timeline: &Timeline| {
            [MarkKind::Commit, MarkKind::Fault, MarkKind::Answer].map(|kind| timeline.count(kind))
        };
        assert_eq!(counts(&timeline), [2, 1, 1]);
        timeline.forget_first_mark();
        assert_eq!(counts(&timeline), [1, 1, 1]);
        assert_eq!(counts(&timeline.first(0, 2)), [1, 1, 0]);
        assert_eq!(timeline.first(0, 5).marks().len(), 3);
    }
}
