//! Branches of a run as a page shows them: the list, where two diverge, and the timeline of one.

use std::collections::VecDeque;

use crate::playground::view::NodeNumber;
use crate::time::Time;

/// A job that takes a while, with its progress in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobProgress {
    /// Playing up to another instant.
    Travelling(u64),
    /// A run is being opened.
    Opening(u64),
    /// Playing the run again to find the causes of something.
    Explaining(u64),
    /// Trying, by replays with all rules on, up to which instant a broken property could be
    /// avoided.
    Avoiding(u64),
}

/// How far a script is that is run in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptProgress {
    /// The line that is being done, from 1.
    pub line: usize,
    /// The number of its lines.
    pub lines: usize,
}

/// A branch of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchView {
    /// `A`, `B`, ... `Z`, `AA`.
    pub name: String,
    /// The index of the branch that it was forked from, and when.
    pub left: Option<(usize, Time)>,
    /// Whether this branch is shown.
    pub current: bool,
    /// The number of actions in it.
    pub actions: usize,
}

/// The comparison of the branch that is shown with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonView {
    /// The index of the other branch.
    pub with: usize,
    /// The instant of the other branch: the one that is shown, or its end if that is earlier.
    pub at: Time,
    /// Where the two diverge; `None` while that is being computed.
    pub parting: Option<Parting>,
    /// The nodes that differ; `None` while the other branch is played up to `at`.
    pub nodes: Option<Vec<NodeDifference>>,
}

/// Where two branches diverge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// They are the same as far as both were played.
    Nowhere,
    /// The first step that differs, in each; `None` where a branch was not played any further.
    At { ours: Option<PartingStep>, theirs: Option<PartingStep> },
}

impl Parting {
    /// When they diverge.
    pub fn at(&self) -> Option<Time> {
        match self {
            Self::Nowhere => None,
            Self::At { ours, theirs } => ours.iter().chain(theirs).map(|step| step.at).min(),
        }
    }
}

/// A step of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartingStep {
    pub at: Time,
    /// The number of events before and including it.
    pub events: u64,
    /// What happened; `None` if there is nothing to report.
    pub text: Option<String>,
}

/// How a node differs from its counterpart in another branch or at another instant, or from another
/// node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeDifference {
    pub id: NodeNumber,
    /// Each field that differs: its name and its two values.
    pub rows: Vec<(&'static str, String, String)>,
}

/// A pinned instant that others are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinView {
    /// Where to return to.
    pub spot: crate::playground::view::Spot,
    pub at: Time,
    /// The name of its branch.
    pub branch: String,
    /// Whether this instant is shown.
    pub is_shown: bool,
}

/// The timeline of a branch, from its beginning to its end, in the order of time. It is not part of
/// [`View`](super::View), since an hour has many thousands of marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Each term that had a leader or a candidate, from when it began.
    pub terms: VecDeque<TermView>,
    marks: VecDeque<MarkView>,
    /// The number of marks of each kind, so that a count needs no pass over the marks.
    counts: [usize; MarkKind::COUNT],
}

impl Timeline {
    /// All marks, in the order of time.
    pub fn marks(&self) -> &VecDeque<MarkView> {
        &self.marks
    }

    /// The number of marks of a kind.
    pub fn count(&self, kind: MarkKind) -> usize {
        self.counts[kind as usize]
    }

    /// Appends a mark.
    pub(crate) fn mark(&mut self, mark: MarkView) {
        self.counts[mark.kind as usize] += 1;
        self.marks.push_back(mark);
    }

    /// Removes the oldest mark.
    pub(crate) fn forget_first_mark(&mut self) {
        if let Some(mark) = self.marks.pop_front() {
            self.counts[mark.kind as usize] -= 1;
        }
    }

    /// A copy of the first `terms` terms and the first `marks` marks.
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
    pub from: Time,
}

/// A mark on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkView {
    pub at: Time,
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
    /// A request of a client that is driven by hand was answered.
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
            timeline.mark(MarkView { at: Time::from_micros(at), kind });
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
