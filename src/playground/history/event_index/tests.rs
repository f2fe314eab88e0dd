//! Marks that are no longer kept.

use super::*;
use crate::playground::tests::driver::{go, pass, playing};
use crate::playground::view::Landmark;
use crate::playground::{Input, Problem};
use crate::time::Time;

/// So many marks that the first are gone, among them the election that was there.
#[test]
fn where_marks_are_no_longer_kept_that_is_said_and_not_that_there_was_nothing() {
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
    // What is kept is far ahead: what came first is not known.
    go(&mut playground, Input::Seek(0)).unwrap();
    assert_eq!(playground.apply(Input::Next(Landmark::Election)), refused);
    let told = Problem::NotKept(Landmark::Election).to_string();
    assert!(told.starts_with("no election is kept there: only the latest marks"), "{told}");
}

/// Each story of many keeps what it has; a page that kept room in each for the longest ran out of memory.
#[test]
fn a_story_that_leaves_early_takes_no_room_for_what_comes_later() {
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
