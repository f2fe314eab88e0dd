//! Time travel: a seek restores exactly what was there.

use proptest::prelude::{Strategy, prop, prop_assert_eq, proptest};

use super::*;
use crate::playground::formats::Archive;
use crate::playground::history::run::WHOLE;
use crate::playground::jobs::STEPS;
use crate::playground::tests::driver::{act, go, pass, playing, shown};
use crate::playground::{Input, RealTime};
use crate::raft::NodeId;
use crate::script::Runner;

/// 1.9 s with a workload, a leader that is killed, a write, and the leader's restart.
fn a_run() -> Playground {
    let mut playground = playing(5, 7);
    pass(&mut playground, 500);
    act(&mut playground, "clients 4 keys 3 writes 50% every 20ms");
    pass(&mut playground, 300);
    let leader = playground.view().summary.leader.unwrap();
    act(&mut playground, &format!("kill n{leader}"));
    pass(&mut playground, 500);
    act(&mut playground, "set color blue");
    pass(&mut playground, 300);
    act(&mut playground, &format!("restart n{leader}"));
    pass(&mut playground, 300);
    playground
}

#[test]
fn seeking_back_and_forth_restores_both_instants() {
    let mut playground = a_run();
    let present = shown(&playground);
    let leader = playground.view().summary.leader;
    assert!(!playground.view().clock.past);
    go(&mut playground, Input::Seek(Time::from_micros(790_000))).unwrap();
    assert!(playground.view().clock.past);
    assert_ne!(playground.view().summary.leader, leader, "the old leader leads");
    go(&mut playground, Input::SeekEnd).unwrap();
    assert_eq!(shown(&playground), present);
    go(&mut playground, Input::Seek(Time::ZERO)).unwrap();
    assert_eq!(playground.instant(), Instant::default());
    // Playing on from the past replays the recording.
    pass(&mut playground, 1_900);
    assert_eq!(shown(&playground), present);
}

#[test]
fn a_step_back_undoes_a_step() {
    let mut playground = a_run();
    playground.apply(Input::Step).unwrap();
    for _ in 0..40 {
        let before = shown(&playground);
        playground.apply(Input::Step).unwrap();
        go(&mut playground, Input::StepBack).unwrap();
        assert_eq!(shown(&playground), before);
        playground.apply(Input::Step).unwrap();
    }
}

#[test]
fn acting_in_the_past_begins_a_branch_and_keeps_the_old_one() {
    let mut playground = a_run();
    let present = shown(&playground);
    go(&mut playground, Input::Seek(Time::from_micros(790_000))).unwrap();
    let problem = playground.apply(Input::Console("kill n9".to_string()));
    assert!(problem.is_err());
    assert_eq!(playground.view().branches.len(), 1, "a refused action begins no branch");
    act(&mut playground, "set shape circle");
    let view = playground.view();
    assert_eq!((view.branches.len(), view.clock.past), (2, false));
    assert_eq!(
        (view.branches[1].name.as_str(), view.branches[1].left),
        ("B", Some((0, Time::from_micros(790_000))))
    );
    pass(&mut playground, 500);
    let other = shown(&playground);
    assert_ne!(other, present);
    go(&mut playground, Input::Branch(0)).unwrap();
    assert!(playground.view().clock.past, "it was left in the past");
    go(&mut playground, Input::SeekEnd).unwrap();
    assert_eq!(shown(&playground), present);
    go(&mut playground, Input::Branch(1)).unwrap();
    assert_eq!(shown(&playground), other);
    assert_eq!(go(&mut playground, Input::Branch(2)), Err(Problem::NoBranch));
}

#[test]
fn undo_takes_back_the_last_action() {
    let mut playground = playing(3, 2);
    pass(&mut playground, 400);
    let before = shown(&playground);
    act(&mut playground, "kill n1");
    pass(&mut playground, 400);
    go(&mut playground, Input::Undo).unwrap();
    assert_eq!(shown(&playground), before);
    assert_eq!(playground.recording().actions.len(), 0);
    assert_eq!(go(&mut playground, Input::Undo), Err(Problem::NothingToUndo));
    go(&mut playground, Input::Branch(0)).unwrap();
    assert_eq!(playground.recording().actions.len(), 1, "it is kept on the other branch");
}

#[test]
fn actions_done_together_are_undone_together() {
    let mut playground = playing(3, 2);
    pass(&mut playground, 400);
    act(&mut playground, "kill n1");
    let before = shown(&playground);
    let actions = [Action::Kill(NodeId(2)), Action::Kill(NodeId(9)), Action::Kill(NodeId(3))];
    playground.apply(Input::Together(actions.to_vec())).unwrap();
    assert_eq!(playground.recording().actions.len(), 3, "there is no n9");
    go(&mut playground, Input::Undo).unwrap();
    assert_eq!(shown(&playground), before);
    // Two separate actions at the same instant are undone separately.
    act(&mut playground, "kill n2");
    act(&mut playground, "kill n3");
    go(&mut playground, Input::Undo).unwrap();
    assert_eq!(playground.recording().actions.len(), 2);
    let nobody = Input::Together(vec![Action::Kill(NodeId(9))]);
    assert!(playground.apply(nobody).is_err(), "nothing of it can be done");
    assert_eq!(playground.recording().actions.len(), 2);
}

#[test]
fn a_recording_is_a_script_that_gives_the_same_run() {
    let playground = a_run();
    let text = playground.recording().to_string();
    assert_eq!(Recording::parse(&text).as_ref(), Ok(playground.recording()));
    let mut runner = Runner::default();
    runner.run_script(&text).unwrap();
    let last = playground.recording().actions.last().unwrap().when;
    let cluster = runner.run().cluster();
    assert_eq!((cluster.events(), cluster.now()), (last.events, last.at));
    let mut back = playground;
    go(&mut back, Input::Seek(last.at)).unwrap();
    assert_eq!(back.digest(), cluster.digest());
}

/// A command that is possible with three nodes at any time.
fn action() -> impl Strategy<Value = String> {
    let lines = [
        "kill n1",
        "restart n1",
        "kill n2 torn",
        "restart n2",
        "pause n3",
        "resume n3",
        "heal",
        "partition n1",
        "timeout n2",
        "set color blue",
        "clients 3 keys 2 writes 50% every 9ms",
        "clients off",
        "network latency 1ms..30ms loss 5%",
        "add n4",
        "snapshot every 5 chunk 20",
        "clock n1 rate 1.1",
        "transfer n3",
        "cpu n2 1ms",
    ];
    prop::sample::select(lines.to_vec()).prop_map(str::to_string)
}

proptest! {
    #![proptest_config(prop::test_runner::Config::with_cases(24))]

    /// For random runs and random instants, a seek gives the same state as having stopped there.
    #[test]
    fn seeking_an_instant_equals_having_stopped_there(
        seed in 0_u64..1_000,
        script in prop::collection::vec((action(), 1_u64..150), 1..12),
        order in prop::collection::vec(0_usize..12, 1..8),
    ) {
        let mut playground = playing(3, seed);
        let mut stops = Vec::new();
        for (line, millis) in &script {
            let _may_be_refused = playground.apply(Input::Console(line.clone()));
            pass(&mut playground, *millis);
            stops.push(shown(&playground));
            // An action at the instant of a stop would belong to that instant.
            pass(&mut playground, 1);
        }
        for at in order {
            let stop = &stops[at % stops.len()];
            go(&mut playground, Input::Seek(stop.0.at)).unwrap();
            prop_assert_eq!(&shown(&playground), stop);
        }
        let text = playground.recording().to_string();
        let parsed = Recording::parse(&text);
        prop_assert_eq!(parsed.as_ref(), Ok(playground.recording()));
    }
}

/// Opens a link as a page does.
fn open(playground: &mut Playground, link: &str) -> Result<(), Problem> {
    let bookmark = crate::playground::formats::Bookmark::parse(link).unwrap();
    go(playground, Input::Open(Box::new(bookmark.into())))
}

#[test]
fn a_link_opens_elsewhere_at_the_same_instant() {
    let mut playground = a_run();
    go(&mut playground, Input::Seek(Time::from_micros(790_000))).unwrap();
    let link = playground.bookmark().to_fragment();
    let mut other = playing(3, 1);
    pass(&mut other, 100);
    open(&mut other, &link).unwrap();
    assert_eq!(shown(&other), shown(&playground));
    assert!(other.view().clock.past && !other.is_playing());
    go(&mut other, Input::SeekEnd).unwrap();
    let last = playground.recording().actions.last().unwrap().when;
    go(&mut playground, Input::Seek(last.at)).unwrap();
    assert_eq!(shown(&other), shown(&playground), "the link has all actions");
    assert!(link.len() < 400, "{} characters", link.len());
}

#[test]
fn a_link_to_an_instant_that_never_occurs_changes_nothing() {
    let original = a_run();
    let mut bookmark = original.bookmark();
    bookmark.digest = None;
    bookmark.recording.actions[2].when.events += 40;
    let mut other = playing(3, 1);
    pass(&mut other, 300);
    let before = shown(&other);
    assert_eq!(open(&mut other, &bookmark.to_fragment()), Err(Problem::Diverged));
    assert!(shown(&other) == before);
    other.apply(Input::Open(Box::new(original.bookmark().into()))).unwrap();
    other.apply(Input::GiveUp).unwrap();
    assert!(shown(&other) == before);
}

#[test]
fn a_text_that_is_no_recording_is_refused_with_a_reason() {
    let refusal = |text: &str| Recording::parse(text).unwrap_err().to_string();
    let version = "# Kvorum recording, version 1\n";
    assert!(refusal("").contains("not a recording"));
    assert!(refusal("# Kvorum recording, version 9\n").contains("version 9"));
    assert!(refusal(&format!("{version}kill n1")).contains("line 2"));
    assert!(refusal(&format!("{version}cluster 3\nkill n1")).contains("line 3"));
    assert!(refusal(&format!("{version}cluster 3\nat 1s kill n1")).contains("line 3"));
    assert!(refusal(&format!("{version}cluster 3\nat 1s 2 kill x")).contains("line 3, column 14"));
    let back = "at 2s 20 kill n1\nat 1s 30 kill n2";
    assert!(refusal(&format!("{version}cluster 3\n{back}")).contains("line 4"));
    let nested = "at 1s ".repeat(5_000);
    assert!(refusal(&format!("{version}cluster 3\n{nested}kill n1")).contains("line 3"));
}

#[test]
fn a_link_to_the_same_instant_with_another_digest_is_refused() {
    let original = a_run();
    let mut bookmark = original.bookmark();
    bookmark.digest = Some(Digest(1));
    let mut other = playing(3, 1);
    assert_eq!(open(&mut other, &bookmark.to_fragment()), Err(Problem::Diverged));
}

#[test]
fn a_run_that_plays_differently_here_is_opened_by_its_times() {
    let original = a_run();
    let mut bookmark = original.bookmark();
    bookmark.recording.actions[2].when.events += 1;
    let mut other = playing(3, 1);
    assert_eq!(open(&mut other, &bookmark.to_fragment()), Err(Problem::Diverged));
    assert!(other.can_open_by_time());
    go(&mut other, Input::OpenByTime).unwrap();
    assert!(!other.can_open_by_time() && !other.is_playing());
    // Here the same actions at the same times have the same result.
    assert_eq!(shown(&other), shown(&original));
    assert_eq!(other.recording(), original.recording());
    go(&mut other, Input::OpenByTime).unwrap();
    assert_eq!(shown(&other), shown(&original), "no other run was refused");
}

/// The link was made before three bugs of the protocol were fixed, and passes a leader's failure.
#[test]
fn a_link_of_a_version_that_played_differently_is_opened_by_its_times() {
    let link = include_str!("../../../tests/recorded/link-1-before-mending.txt").trim();
    let mut playground = playing(3, 1);
    assert_eq!(open(&mut playground, link), Err(Problem::Diverged));
    go(&mut playground, Input::OpenByTime).unwrap();
    let done: Vec<String> =
        playground.recording().actions.iter().map(|timed| timed.action.to_string()).collect();
    let lines =
        ["rule check-quorum off", "partition n3", "set color blue", "heal", "set shape round"];
    assert_eq!(done, lines);
    assert_eq!(
        playground.instant().at,
        crate::playground::formats::Bookmark::parse(link).unwrap().shown.at
    );
    assert!(playground.verdicts().iter().all(|verdict| verdict.broken.is_none()));
}

/// An action during a long seek is refused, so that the page stays responsive.
#[test]
fn an_action_during_a_long_seek_is_refused() {
    let mut playground = playing(5, 7);
    act(&mut playground, "clients 30 keys 3 writes 50% every 2ms");
    pass(&mut playground, 5_000);
    assert!(playground.instant().events > 7 * u64::from(STEPS), "{:?}", playground.instant());
    go(&mut playground, Input::Seek(Time::from_micros(50_000))).unwrap();
    act(&mut playground, "kill n2");
    let mut other = playing(3, 1);
    go(&mut other, Input::Open(Box::new(playground.archive()))).unwrap();
    // The branch that was left was not played here yet.
    go(&mut other, Input::Branch(0)).unwrap();
    other.apply(Input::SeekEnd).unwrap();
    let before = shown(&other);
    let refused = other.apply(Input::Console("kill n1".to_string()));
    assert_eq!((refused, other.progress().is_some()), (Err(Problem::Travelling), true));
    assert!(shown(&other) == before);
    assert_eq!(other.console(0).last().unwrap().text, Problem::Travelling.to_string());
    while other.progress().is_some() {
        other.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    }
    act(&mut other, "kill n1");
    let branches = other.view().branches;
    assert_eq!(
        (branches.len(), branches[0].actions),
        (2, 2),
        "done at the end of the branch, which is not the past"
    );
}

/// An action was done between two events: the instant before it has the same number of events.
#[test]
fn a_link_to_just_before_an_action_opens_there() {
    let mut playground = a_run();
    let times: Vec<Time> = playground.recording().actions.iter().map(|act| act.when.at).collect();
    for at in times {
        go(&mut playground, Input::Seek(at - Duration::from_micros(1))).unwrap();
        let link = playground.bookmark().to_fragment();
        let mut other = playing(3, 1);
        open(&mut other, &link).unwrap();
        assert_eq!(shown(&other), shown(&playground));
    }
}

#[test]
fn the_next_and_previous_landmarks_are_found() {
    let mut playground = a_run();
    go(&mut playground, Input::Seek(Time::ZERO)).unwrap();
    for landmark in [Landmark::Election, Landmark::Commit, Landmark::Fault, Landmark::Answer] {
        go(&mut playground, Input::Seek(Time::ZERO)).unwrap();
        assert_eq!(playground.apply(Input::Previous(landmark)), Err(Problem::NoneBefore(landmark)));
        go(&mut playground, Input::Next(landmark)).unwrap();
        let first = shown(&playground);
        assert!(first.0 > Instant::default(), "{landmark}");
        go(&mut playground, Input::Seek(Time::from_micros(1_900_000))).unwrap();
        let mut count = 0;
        while go(&mut playground, Input::Previous(landmark)).is_ok() {
            count += 1;
        }
        assert_eq!(shown(&playground), first, "{landmark}: {count} steps back");
        go(&mut playground, Input::StepBack).unwrap();
        go(&mut playground, Input::Next(landmark)).unwrap();
        assert_eq!(shown(&playground), first);
    }
    go(&mut playground, Input::Seek(Time::ZERO)).unwrap();
    go(&mut playground, Input::Next(Landmark::Fault)).unwrap();
    assert_eq!(
        playground.instant(),
        playground.recording().actions[1].when,
        "the leader is killed"
    );
}

#[test]
fn a_landmark_that_has_not_come_yet_is_played_up_to() {
    let mut playground = playing(3, 2);
    go(&mut playground, Input::Next(Landmark::Election)).unwrap();
    assert!(playground.view().summary.leader.is_some() && !playground.is_playing());
    assert!(!playground.is_past(), "it happens now");
    let elected = playground.instant();
    let violation = Landmark::Violation;
    assert_eq!(
        go(&mut playground, Input::Next(violation)),
        Err(Problem::NoneAfter(violation)),
        "a sound cluster"
    );
    assert_eq!(playground.now(), elected.at + Duration::from_secs(60));
    go(&mut playground, Input::Previous(Landmark::Election)).unwrap();
    assert_eq!(playground.instant(), elected);
}

#[test]
fn a_long_seek_is_done_in_pieces_and_can_be_cancelled() {
    let mut playground = playing(5, 7);
    act(&mut playground, "clients 8 keys 3 writes 50% every 5ms");
    pass(&mut playground, 9_000);
    let end = shown(&playground);
    assert!(end.0.events > 4 * u64::from(STEPS), "{} events", end.0.events);
    // Far from the beginning, and before the first keyframe.
    let near = Time::from_micros(end.0.at.as_micros() / 3);
    playground.apply(Input::Seek(near)).unwrap();
    assert!(playground.progress().is_some() && shown(&playground) == end, "it is on its way");
    playground.apply(Input::GiveUp).unwrap();
    playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    assert!(playground.progress().is_none() && shown(&playground) == end);
    // An action during a short seek is done at its destination.
    playground.apply(Input::Seek(near)).unwrap();
    act(&mut playground, "kill n1");
    assert_eq!(playground.recording().actions.last().unwrap().when.at, near);
}

#[test]
fn a_stored_run_continues_where_it_was_left() {
    let mut playground = a_run();
    go(&mut playground, Input::Seek(Time::from_micros(790_000))).unwrap();
    act(&mut playground, "set shape circle");
    pass(&mut playground, 500);
    playground.apply(Input::Rename(1, " what\n if ".to_string())).unwrap();
    assert_eq!(playground.apply(Input::Rename(1, " ".to_string())), Err(Problem::NoName));
    playground.apply(Input::Play).unwrap();
    let text = playground.archive().to_string();

    let mut other = playing(3, 1);
    let archive = Archive::parse(&text).unwrap();
    go(&mut other, Input::Open(Box::new(archive))).unwrap();
    assert_eq!(shown(&other), shown(&playground));
    assert!(other.is_playing());
    assert_eq!(other.archive().to_string(), text);
    assert_eq!(other.view().branches, playground.view().branches);
    go(&mut other, Input::Branch(0)).unwrap();
    go(&mut playground, Input::Branch(0)).unwrap();
    assert_eq!(shown(&other), shown(&playground), "the other branch too");
    pass(&mut other, 20);
    pass(&mut playground, 20);
    assert_eq!(shown(&other), shown(&playground));
}

/// Repeating a recorded action restores the space-time diagram too.
#[test]
fn a_repeated_action_is_drawn_again() {
    let mut playground = playing(5, 7);
    pass(&mut playground, 500);
    let spot = playground.spot();
    act(&mut playground, "kill n1");
    let end = shown(&playground);
    go(&mut playground, Input::Return(spot)).unwrap();
    assert_ne!(shown(&playground), end);
    act(&mut playground, "kill n1");
    assert_eq!((shown(&playground), playground.view().branches.len()), (end, 1));
}

/// An action right after the last event, at its very instant, has one mark, also after a seek back
/// to it and in a run that was opened.
#[test]
fn an_action_at_the_last_instant_is_marked_once() {
    let marks = |playground: &Playground| {
        let marks = playground.timeline().marks().iter();
        marks.map(|mark| (mark.at, mark.kind)).collect::<Vec<_>>()
    };
    let mut playground = playing(5, 1);
    pass(&mut playground, 400);
    go(&mut playground, Input::Step).unwrap();
    act(&mut playground, "kill n1");
    act(&mut playground, "partition n2 n3");
    let expected = marks(&playground);
    let mut other = playing(3, 1);
    open(&mut other, &playground.bookmark().to_fragment()).unwrap();
    assert_eq!(marks(&other), expected, "opened");
    for playground in [&mut playground, &mut other] {
        go(playground, Input::Seek(Time::from_micros(200_000))).unwrap();
        go(playground, Input::SeekEnd).unwrap();
        assert_eq!(marks(playground), expected, "gone back to");
        go(playground, Input::Undo).unwrap();
        act(playground, "partition n2 n3");
        assert_eq!(marks(playground), expected, "taken back and done again");
        go(playground, Input::Play).unwrap();
        pass(playground, 100);
    }
    assert_eq!(marks(&other), marks(&playground), "gone on with");
}

/// A page once needed 273 MB, since each branch kept its keyframes and marks.
#[test]
fn of_many_branches_those_shown_last_are_kept_whole_and_all_can_be_shown() {
    const MANY: u64 = 20;
    let mut playground = a_run();
    let mut ends = vec![shown(&playground)];
    for number in 1..MANY {
        go(&mut playground, Input::Branch(0)).unwrap();
        go(&mut playground, Input::Seek(Time::from_micros(300_000 + number * 50_000))).unwrap();
        act(&mut playground, &format!("set story {number}"));
        pass(&mut playground, 100);
        ends.push(shown(&playground));
    }
    let whole = playground.shown.run.branches.iter().filter(|branch| !branch.history.is_folded());
    assert_eq!((whole.count(), ends.len()), (WHOLE, playground.shown.run.branches.len()));
    assert!(!playground.shown.run.branches[0].history.is_folded(), "it was shown again and again");
    for (number, end) in ends.iter().enumerate().skip(1) {
        go(&mut playground, Input::Branch(number)).unwrap();
        assert!(shown(&playground) == *end, "branch {number}");
        let whole =
            playground.shown.run.branches.iter().filter(|branch| !branch.history.is_folded());
        assert!(whole.count() <= WHOLE);
    }
}
