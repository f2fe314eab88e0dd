//! At each limit a run can be saved and shared, and opens again; beyond it every action is refused
//! with a reason.

use super::*;
use crate::cluster::Action;
use crate::playground::Input;
use crate::playground::formats::{Archive, Bookmark};
use crate::playground::tests::driver::{act, go, pass, playing};
use crate::playground::view::{Landmark, Speed};
use crate::playground::{Playground, Problem};
use crate::recording::Limits;
use crate::time::RealTime;

/// A playground with lower limits.
fn limited(change: impl Fn(&mut Limits)) -> Playground {
    let mut playground = playing(3, 7);
    change(&mut playground.shown.run.branches[0].history.limits);
    playground
}

/// Asserts that the run opens again, from its text and from its link.
fn opens_again(playground: &Playground) {
    let (archive, bookmark) = (playground.archive(), playground.bookmark());
    assert_eq!(Archive::parse(&archive.to_string()), Ok(archive.clone()));
    assert_eq!(Bookmark::parse(&bookmark.to_fragment()), Ok(bookmark.clone()));
    for archive in [archive, bookmark.into()] {
        let mut other = playing(1, 1);
        go(&mut other, Input::Open(Box::new(archive))).unwrap();
        assert_eq!((other.instant(), other.digest()), (playground.instant(), playground.digest()));
    }
}

/// Lets time pass until that is refused.
fn plays_on(playground: &mut Playground) -> Problem {
    playground.apply(Input::Play).unwrap();
    for _ in 0..100_000 {
        if let Err(problem) = playground.apply(Input::Advance(RealTime::from_millis(100))) {
            return problem;
        }
    }
    panic!("it plays on for ever")
}

#[test]
fn a_branch_lasts_at_most_a_day() {
    // With one server at a thousand times real time, the day is over soon.
    let mut playground = playing(1, 7);
    act(&mut playground, "timing heartbeat 1s election 10s..20s");
    playground.apply(Input::Speed(Speed::FASTEST)).unwrap();
    assert_eq!(plays_on(&mut playground), Problem::Full(Limit::Time));
    assert_eq!(playground.now(), Time::from_micros(86_400_000_000));
    assert!(!playground.is_playing());
    let (archive, bookmark) = (playground.archive(), playground.bookmark());
    assert_eq!(Archive::parse(&archive.to_string()), Ok(archive));
    assert_eq!(Bookmark::parse(&bookmark.to_fragment()), Ok(bookmark));
    let told = Problem::Full(Limit::Time).to_string();
    assert!(told.starts_with("this branch has lasted 24 hours of cluster time"), "{told}");
    for input in [Input::Step, Input::Next(Landmark::Violation)] {
        assert_eq!(playground.apply(input), Err(Problem::Full(Limit::Time)));
    }
    assert_eq!(plays_on(&mut playground), Problem::Full(Limit::Time));
    assert_eq!(playground.now(), Time::from_micros(86_400_000_000));
    // An action can still be done, and seeking still works.
    act(&mut playground, "heal");
    go(&mut playground, Input::Seek(Time::from_micros(1_000_000))).unwrap();
    pass(&mut playground, 100);
}

/// Lowers a limit.
type Change = fn(&mut Limits);

#[test]
fn at_a_limit_of_time_or_events_a_run_pauses_and_opens_again() {
    let time = Time::from_micros(1_234_567);
    let limits: [(Limit, Change); 2] = [
        (Limit::Time, |limits| limits.time = Time::from_micros(1_234_567)),
        (Limit::Events, |limits| limits.events = 321),
    ];
    for (limit, change) in limits {
        for speed in [Speed::new(1_000), Speed::UNBOUNDED, Speed::FASTEST] {
            let mut playground = limited(change);
            playground.apply(Input::Speed(speed)).unwrap();
            assert_eq!(plays_on(&mut playground), Problem::Full(limit));
            match limit {
                Limit::Time => assert_eq!(playground.instant().at, time),
                _ => assert_eq!(playground.instant().events, 321),
            }
            for input in [Input::Step, Input::Next(Landmark::Violation)] {
                assert_eq!(go(&mut playground, input), Err(Problem::Full(limit)));
            }
            act(&mut playground, "kill n1");
            opens_again(&playground);
        }
    }
}

#[test]
fn the_actions_of_a_branch_are_limited() {
    let mut playground = limited(|limits| limits.actions = 5);
    for _ in 0..5 {
        pass(&mut playground, 10);
        act(&mut playground, "heal");
    }
    let refused = playground.apply(Input::Act(Action::Heal));
    assert_eq!(refused, Err(Problem::Full(Limit::Actions)));
    opens_again(&playground);
    // A fork in the past has room.
    go(&mut playground, Input::Seek(Time::from_micros(20_000))).unwrap();
    act(&mut playground, "kill n1");
}

#[test]
fn a_branch_with_the_most_actions_opens_again() {
    let mut playground = playing(3, 7);
    for _ in 0..LIMITS.actions {
        playground.apply(Input::Act(Action::Heal)).unwrap();
    }
    assert_eq!(playground.apply(Input::Act(Action::Heal)), Err(Problem::Full(Limit::Actions)));
    opens_again(&playground);
}

#[test]
fn the_branches_of_a_run_are_limited() {
    let mut playground = playing(1, 7);
    pass(&mut playground, 2);
    act(&mut playground, "heal");
    for _ in 1..LIMITS.branches {
        go(&mut playground, Input::Undo).unwrap();
        act(&mut playground, "heal");
    }
    assert_eq!(playground.view().branches.len(), LIMITS.branches);
    let full = Err(Problem::Full(Limit::Branches));
    assert_eq!(playground.apply(Input::Undo), full);
    go(&mut playground, Input::Seek(Time::from_micros(1_000))).unwrap();
    let kill = Action::Kill(crate::raft::NodeId(1));
    assert_eq!(playground.apply(Input::Act(kill)), full);
    assert_eq!(playground.view().branches.len(), LIMITS.branches);
    opens_again(&playground);
    // At the end of a branch actions are still possible.
    go(&mut playground, Input::SeekEnd).unwrap();
    act(&mut playground, "kill n1");
    opens_again(&playground);
}

#[test]
fn the_text_of_a_run_is_limited() {
    let mut playground = playing(3, 7);
    let mut set = 0;
    let full = loop {
        let value: String = (0..30_000).map(|at| if at % 3 == 0 { '"' } else { 'ü' }).collect();
        let line = format!("set a {:?}", format!("{set}{value}").replace('"', "\\\\"));
        match playground.apply(Input::Console(line)) {
            Ok(()) => set += 1,
            Err(problem) => break problem,
        }
    };
    assert_eq!(full, Problem::Full(Limit::BranchBytes));
    let bytes = playground.archive().to_string().len();
    assert!(set > 40 && bytes > LIMITS.branch_bytes - 200_000, "{set} sets, {bytes} bytes");
    opens_again(&playground);
    // A fork that would repeat most of the text is refused where the run has no room for it.
    playground.shown.run.branches[0].history.limits.bytes = LIMITS.branch_bytes;
    assert_eq!(playground.apply(Input::Undo), Err(Problem::Full(Limit::Bytes)));
    playground.shown.run.branches[0].history.limits = LIMITS;
    go(&mut playground, Input::Undo).unwrap();
    opens_again(&playground);
}

#[test]
fn a_name_of_the_greatest_length_is_kept() {
    let mut playground = playing(3, 7);
    for name in
        ["é\u{2028}".repeat(90), "# Kvorum recording, version 1".to_string(), "🦀".repeat(41)]
    {
        playground.apply(Input::Rename(0, name)).unwrap();
        opens_again(&playground);
    }
}

/// An impossible size is replaced by the nearest possible one, also in the recording.
#[test]
fn a_cluster_of_no_size_opens_again() {
    for nodes in [0, 52, u32::MAX] {
        let mut playground = Playground::new(nodes, 7);
        opens_again(&playground);
        playground.apply(Input::Restart { nodes, seed: u64::MAX }).unwrap();
        opens_again(&playground);
    }
}
