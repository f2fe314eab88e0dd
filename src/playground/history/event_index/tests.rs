//! Marks that were dropped.

use super::*;
use crate::playground::tests::driver::{go, pass, playing};
use crate::playground::view::Landmark;
use crate::playground::{Input, Problem};
use crate::time::Time;

/// There are so many marks that the first are dropped, among them that of the election.
#[test]
fn dropped_marks_are_reported_as_dropped_and_not_as_absent() {
    let mut playground = playing(3, 7);
    pass(&mut playground, 1_000);
    assert!(playground.view().summary.leader.is_some());
    assert_eq!(
        playground.apply(Input::Previous(Landmark::Violation)),
        Err(Problem::NoneBefore(Landmark::Violation)),
        "all is kept, and there was none"
    );
    let place = RunPosition { instant: playground.instant(), done: 0 };
    let event_index = &mut playground.shown.run.branches[0].history.event_index;
    for _ in 0..MARKS {
        event_index.mark(place, MarkKind::Commit);
    }
    pass(&mut playground, 100);
    let refused = Err(Problem::NotKept(Landmark::Election));
    assert_eq!(playground.apply(Input::Previous(Landmark::Election)), refused);
    // Only later marks are kept: which one came first is unknown.
    go(&mut playground, Input::Seek(Time::ZERO)).unwrap();
    assert_eq!(playground.apply(Input::Next(Landmark::Election)), refused);
    let told = Problem::NotKept(Landmark::Election).to_string();
    assert!(told.starts_with("no election is kept there: only the latest marks"), "{told}");
}

/// Each branch stores only its own marks. When each reserved the capacity of the longest, a page
/// ran out of memory.
#[test]
fn an_early_fork_reserves_no_capacity_for_later_marks() {
    let place = |at: u64| RunPosition {
        instant: Instant { events: at, at: Time::from_micros(at) },
        done: 0,
    };
    let mut event_index = EventIndex::default();
    for at in 0..10_000 {
        event_index.mark(place(at), MarkKind::Commit);
    }
    let left = event_index.until(place(9));
    let (marks, kept) = (left.timeline.marks(), &left.places);
    assert_eq!((marks.len(), kept.len()), (10, 10));
    assert!(marks.capacity() < 100 && kept.capacity() < 100, "{}", kept.capacity());
    assert_eq!(left.timeline.count(MarkKind::Commit), 10);
}
