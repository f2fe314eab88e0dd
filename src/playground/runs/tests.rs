//! Inputs while a run is being opened.

use super::*;
use crate::playground::Input;
use crate::playground::jobs::STEPS;
use crate::playground::tests::driver::{act, go, pass, playing, shown};
use crate::playground::view::Speed;
use crate::recording::{Instant, Timed};
use crate::time::{Duration, RealTime, Time};

/// A run so long that opening it takes several pieces.
fn long_run() -> Archive {
    let mut playground = playing(5, 3);
    playground.apply(Input::Speed(Speed::UNBOUNDED)).unwrap();
    for _ in 0..12 {
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    }
    assert!(playground.instant().events > 2 * u64::from(STEPS), "it is long");
    playground.apply(Input::Pause).unwrap();
    playground.archive()
}

/// Three branches, of which the last is shown.
fn three_branches() -> Playground {
    let mut playground = playing(3, 7);
    for (at, line) in [(900, "heal"), (700, "kill n1"), (500, "kill n2")] {
        let wanted = Time::ZERO + Duration::from_millis(at);
        go(&mut playground, Input::Seek(wanted)).unwrap();
        let missing = wanted.since(playground.now());
        pass(&mut playground, missing.as_millis());
        act(&mut playground, line);
        pass(&mut playground, 1_000 - at);
    }
    go(&mut playground, Input::Branch(0)).unwrap();
    go(&mut playground, Input::Branch(2)).unwrap();
    assert_eq!(playground.view().branches.len(), 3);
    playground
}

/// Waits until an opening ends, whatever the result.
fn wait(playground: &mut Playground) {
    while playground.progress().is_some() {
        // It may be refused.
        let _ = playground.apply(Input::Advance(RealTime::from_millis(16)));
    }
}

#[test]
fn seeking_while_a_run_is_opened_is_refused_and_the_right_run_is_shown() {
    let archive = long_run();
    for mut playground in [three_branches(), playing(3, 7)] {
        pass(&mut playground, 100);
        let before = shown(&playground);
        playground.apply(Input::Open(Box::new(archive.clone()))).unwrap();
        for micros in [900_000, 700_000, 770_000] {
            let refused = playground.apply(Input::Seek(Time::from_micros(micros)));
            assert_eq!(
                refused.unwrap_err().to_string(),
                "a run is being opened: wait for it, or stop that"
            );
            playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
        }
        assert_eq!(shown(&playground), before, "nothing has moved");
        wait(&mut playground);
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
        let now = playground.archive();
        assert_eq!(now.branches, archive.branches, "what was opened is shown, where it was left");
        // It can be stored and opened again.
        let mut other = playing(3, 1);
        go(&mut other, Input::Open(Box::new(now))).unwrap();
        assert_eq!(other.digest(), playground.digest());
    }
}

#[test]
fn changes_of_the_old_run_while_another_is_opened_are_refused() {
    let mut playground = three_branches();
    let before = shown(&playground);
    playground.apply(Input::Open(Box::new(long_run()))).unwrap();
    let inputs = [
        Input::Act(crate::cluster::Action::Heal),
        Input::Step,
        Input::Undo,
        Input::Branch(1),
        Input::Rename(1, "x".to_string()),
        Input::Console("kill n3".to_string()),
        Input::Why(crate::script::Question::Term(1)),
        Input::Pin(true),
        Input::Compare(Some(0)),
    ];
    for input in inputs {
        let refused = playground.apply(input.clone());
        assert_eq!(refused, Err(Problem::Opening), "{input:?}");
    }
    // Inputs that don't change the run are accepted: help, a pause, a speed.
    playground.apply(Input::Console("help".to_string())).unwrap();
    assert_eq!(shown(&playground), before);
    playground.apply(Input::Pause).unwrap();
    playground.apply(Input::Speed(Speed::new(77))).unwrap();
    wait(&mut playground);
    assert_eq!(playground.view().branches.len(), 1, "the other run is there");
    assert!(!playground.is_playing() && playground.speed() == Speed::new(77), "as the user wants");
}

#[test]
fn a_run_begun_during_an_opening_is_not_replaced_by_it() {
    let begin: [fn(&mut Playground); 2] = [
        |playground| playground.apply(Input::Restart { nodes: 7, seed: 5 }).unwrap(),
        |playground| playground.apply(Input::Console("cluster 7 seed 5".to_string())).unwrap(),
    ];
    for begin in begin {
        let mut playground = playing(3, 7);
        playground.apply(Input::Open(Box::new(long_run()))).unwrap();
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
        begin(&mut playground);
        assert_eq!(playground.progress(), None);
        let cluster_config = playground.recording().cluster_config;
        assert_ne!(cluster_config.seed, 3);
        for _ in 0..50 {
            playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
        }
        assert_eq!(playground.recording().cluster_config, cluster_config, "it stays");
    }
}

#[test]
fn a_refused_run_can_be_opened_by_time_until_the_next_input_about_a_run() {
    let refused = |playground: &mut Playground| {
        let mut archive = long_run();
        archive.branches[0].digest = Some(crate::digest::Digest(1));
        let result = go(playground, Input::Open(Box::new(archive)));
        assert_eq!(result, Err(Problem::Diverged));
        assert!(playground.can_open_by_time());
    };
    let others = [
        Input::Restart { nodes: 3, seed: 1 },
        Input::Console("cluster 3 seed 1".to_string()),
        Input::Open(Box::new(playing(3, 2).archive())),
        Input::Seek(Time::ZERO),
        Input::Undo,
        Input::Act(crate::cluster::Action::Kill(crate::raft::NodeId(9))),
        Input::Console("kill n9".to_string()),
        Input::Previous(crate::playground::view::Landmark::Election),
    ];
    for input in others {
        let mut playground = playing(3, 7);
        refused(&mut playground);
        let was = (playground.recording().cluster_config, playground.view().branches.len());
        // The input may be refused with a problem of its own.
        let _ = go(&mut playground, input.clone());
        assert!(!playground.can_open_by_time(), "{input:?}");
        if !matches!(input, Input::Open(_) | Input::Restart { .. } | Input::Console(_)) {
            let _ = go(&mut playground, Input::OpenByTime);
            assert_eq!(
                (playground.recording().cluster_config, playground.view().branches.len()),
                was
            );
        }
    }
}

/// A handmade link: thousands of requests at the same instant.
#[test]
fn a_run_with_many_actions_at_one_instant_is_opened_in_bounded_pieces() {
    let (mut recording, requests) = (playing(3, 7).recording().clone(), 6_000);
    let set = crate::script::parse_line("set a b").unwrap();
    let Some(crate::script::Command::Act { action, .. }) = set else { panic!("an action") };
    let when = Instant::default();
    recording.actions = vec![Timed { when, action }; requests];
    let shown = Instant { events: 0, at: Time::from_micros(1) };
    let bookmark = crate::playground::formats::Bookmark {
        recording,
        shown,
        done: None,
        digest: None,
        speed: Speed::default(),
    };
    let mut playground = playing(3, 1);
    playground.apply(Input::Open(Box::new(bookmark.into()))).unwrap();
    let mut before = 0;
    while let Some(Job::Opening(opening)) = &playground.job {
        let work = opening.playback.work();
        assert!(work <= before + u64::from(STEPS), "a piece is {} events", work - before);
        before = work;
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    }
    assert_eq!(playground.recording().actions.len(), requests, "it is open");
    let all = playground.shown.run.playback.work();
    assert!(all <= 2 * requests as u64, "{all} events for {requests} requests");
}
