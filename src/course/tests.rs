//! Parsing and playing of lessons: each from start to end, forth and back.

mod random;

use super::*;
use crate::playground::{Action, NodeId, Playground, RealTime, Speed, Time};
use crate::script::Runner;

/// The real time that passes at once.
const FRAME: RealTime = RealTime::from_millis(16);

/// Plays the current step to its end, at the current speed.
fn finish(player: &mut Player, playground: &mut Playground) {
    for _ in 0..100_000 {
        if playground.waits_since().is_none() {
            return;
        }
        playground.apply(Input::Advance(FRAME)).unwrap();
        player.advance(playground, FRAME);
    }
    panic!("{:?}", player.caption(playground));
}

fn begin(demonstration: &Demonstration, speed: u32) -> (Player, Playground) {
    let lesson = Lesson::parse(demonstration.text).unwrap();
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::new(speed))).unwrap();
    let player = Player::begin(lesson, &mut playground);
    (player, playground)
}

/// The caption and the state of the cluster.
fn state(player: &Player, playground: &Playground) -> (Caption, crate::digest::Digest, Time) {
    (player.caption(playground), playground.digest(), playground.now())
}

#[test]
fn at_any_speed_a_demonstration_ends_in_the_state_of_its_script() {
    for demonstration in &DEMONSTRATIONS {
        let mut runner = Runner::default();
        assert_eq!(runner.run_script(demonstration.text), Ok(()), "{}", demonstration.name);
        for speed in [50, 1_000, Speed::UNBOUNDED.get()] {
            let (mut player, mut playground) = begin(demonstration, speed);
            loop {
                finish(&mut player, &mut playground);
                let caption = player.caption(&playground);
                assert_eq!(caption.trouble, None, "{}: {}", demonstration.name, caption.sentence);
                assert!(!playground.is_playing(), "it stands still between the steps");
                if caption.is_last() {
                    break;
                }
                player.next(&mut playground);
            }
            let wanted = runner.run().cluster().digest();
            assert_eq!(playground.digest(), wanted, "{} at {speed}", demonstration.name);
        }
    }
}

#[test]
fn a_lesson_names_the_leader_repeats_and_limits_its_waits() {
    let story = "wait leader for at most 5s\nrepeat 2 { kill leader; wait leader; restart all }\n";
    let text = format!(
        "# Title\n# About\ncluster 3 seed 7\n#: One.\n{story}#: Two.\nkill all\nwait leader for at most 1s\n"
    );
    let mut runner = Runner::default();
    runner.run_script(&format!("cluster 3 seed 7\n{story}")).unwrap();
    let lesson = Lesson::parse(&text).unwrap();
    assert_eq!(lesson.steps[0].inputs.len(), 7);
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    let mut player = Player::begin(lesson, &mut playground);
    finish(&mut player, &mut playground);
    assert_eq!(player.caption(&playground).trouble, None);
    assert_eq!(playground.digest(), runner.run().cluster().digest());

    player.next(&mut playground);
    let began = playground.now();
    while player.caption(&playground).trouble.is_none() {
        playground.apply(Input::Advance(FRAME)).unwrap();
        player.advance(&mut playground, FRAME);
    }
    let late = Some(Trouble::Late("a leader".to_string()));
    assert_eq!(player.caption(&playground).trouble, late);
    let lasted = playground.now().since(began).as_micros();
    assert!((1_000_000..1_100_000).contains(&lasted), "{lasted}");
}

#[test]
fn each_step_back_and_forth_again_shows_the_same() {
    for demonstration in &DEMONSTRATIONS {
        let (mut player, mut playground) = begin(demonstration, 1_000);
        finish(&mut player, &mut playground);
        let mut states = vec![state(&player, &playground)];
        while !player.caption(&playground).is_last() {
            player.next(&mut playground);
            finish(&mut player, &mut playground);
            // One step back, and the same step again.
            let there = state(&player, &playground);
            player.back(&mut playground);
            assert_eq!(Some(&state(&player, &playground)), states.last(), "{}", demonstration.name);
            player.next(&mut playground);
            finish(&mut player, &mut playground);
            assert_eq!(state(&player, &playground), there, "{}", demonstration.name);
            states.push(there);
        }
        // All the way back, and then forward without watching.
        for wanted in states.iter().rev().skip(1) {
            player.back(&mut playground);
            assert_eq!(state(&player, &playground), *wanted, "{}", demonstration.name);
        }
        for wanted in &states[1..] {
            player.next(&mut playground);
            player.next(&mut playground);
            let caption = player.caption(&playground);
            if caption.number != wanted.0.number {
                // The step had nothing to wait for, so the second call began another.
                player.back(&mut playground);
            }
            assert_eq!(state(&player, &playground), *wanted, "{}", demonstration.name);
        }
        assert_eq!(playground.view().branches.len(), 1, "repeated actions begin no branch");
    }
}

#[test]
fn going_back_from_the_first_step_begins_it_again() {
    let (mut player, mut playground) = begin(&DEMONSTRATIONS[1], 1_000);
    finish(&mut player, &mut playground);
    let there = state(&player, &playground);
    player.back(&mut playground);
    finish(&mut player, &mut playground);
    assert_eq!(state(&player, &playground), there);
}

#[test]
fn a_user_who_interferes_is_told_at_once_and_can_return_or_leave() {
    let lesson = "# T\n#\ncluster 3 seed 1\n#: one\nwait leader\n#: two\nkill n1\nwait agree\n\
                  #: three\nset color blue\n#: four\nheal\n";
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    let mut player = Player::begin(Lesson::parse(lesson).unwrap(), &mut playground);
    finish(&mut player, &mut playground);
    player.next(&mut playground);
    finish(&mut player, &mut playground);
    let before = state(&player, &playground);
    let doings = [
        Input::Console("kill n2".to_string()),
        Input::Console("set color red".to_string()),
        Input::Undo,
        Input::Together(vec![Action::Kill(NodeId(2)), Action::Heal]),
    ];
    for (number, doing) in (1..).zip(doings) {
        playground.apply(doing.clone()).unwrap();
        settle(&mut player, &mut playground);
        let caption = player.caption(&playground);
        assert_eq!(caption.trouble, Some(Trouble::Disturbed), "{doing:?}");
        // It does not go on with what may be untrue, also not by itself.
        player.go_on_by_itself(true);
        player.next(&mut playground);
        for _ in 0..1_000 {
            player.advance(&mut playground, FRAME);
        }
        player.go_on_by_itself(false);
        assert_eq!(player.caption(&playground), caption, "{doing:?}");
        let branches = playground.view().branches.len();
        player.resume(&mut playground);
        finish(&mut player, &mut playground);
        assert_eq!(state(&player, &playground), before, "{doing:?}");
        assert_eq!(player.caption(&playground).trouble, None, "{doing:?}");
        // What the user did is kept as a branch, unless undo has made one of it already.
        let kept = playground.view().branches.len();
        assert!(kept > number && kept >= branches, "{doing:?}: {branches} branches, then {kept}");
    }
    player.next(&mut playground);
    finish(&mut player, &mut playground);
    assert_eq!(player.caption(&playground).sentence, "three");
    assert_eq!(player.caption(&playground).trouble, None);
    playground.apply(Input::Restart { nodes: 5, seed: 9 }).unwrap();
    assert!(!player.is_on(&playground), "it does not play on another run");
}

#[test]
fn a_step_that_is_skipped_to_is_the_one_that_is_reached_by_all_before() {
    for demonstration in &DEMONSTRATIONS {
        let (mut walked, mut playground) = begin(demonstration, 1_000);
        for number in 1.. {
            let (mut skipped, mut other) = begin(demonstration, 50);
            skipped.skip_to(number, &mut other);
            finish(&mut walked, &mut playground);
            finish(&mut skipped, &mut other);
            let there = state(&walked, &playground);
            assert_eq!(state(&skipped, &other), there, "{}, step {number}", demonstration.name);
            if there.0.is_last() {
                skipped.skip_to(99, &mut other);
                assert_eq!(state(&skipped, &other), there, "there are no more");
                break;
            }
            walked.next(&mut playground);
        }
    }
}

#[test]
fn a_look_at_the_past_or_another_speed_disturbs_nothing() {
    let (mut player, mut playground) = begin(&DEMONSTRATIONS[1], 1_000);
    finish(&mut player, &mut playground);
    for doing in [
        Input::Seek(Time::from_micros(1_000)),
        Input::SeekEnd,
        Input::Step,
        Input::StepBack,
        Input::Play,
        Input::Speed(Speed::new(77)),
        Input::Pause,
    ] {
        playground.apply(doing.clone()).unwrap();
        settle(&mut player, &mut playground);
        assert_eq!(player.caption(&playground).trouble, None, "{doing:?}");
    }
}

/// Lets the playground finish what takes long, and the lesson look at it.
fn settle(player: &mut Player, playground: &mut Playground) {
    while playground.progress().is_some() {
        playground.apply(Input::Advance(FRAME)).unwrap();
    }
    player.advance(playground, FRAME);
}

#[test]
fn a_late_condition_is_reported_and_may_be_given_up() {
    let lesson = "# T\n#\ncluster 3 seed 1\n#: one\nkill n1\nkill n2\nwait leader\n#: two\nheal\n";
    let mut playground = Playground::new(3, 1);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    let mut player = Player::begin(Lesson::parse(lesson).unwrap(), &mut playground);
    for _ in 0..400 {
        playground.apply(Input::Advance(FRAME)).unwrap();
        player.advance(&mut playground, FRAME);
    }
    let trouble = player.caption(&playground).trouble;
    assert_eq!(trouble, Some(Trouble::Late("a leader".to_string())));
    player.next(&mut playground);
    assert_eq!(player.caption(&playground).sentence, "two");
}

#[test]
fn it_advances_automatically_after_a_sentence_was_shown() {
    let (mut player, mut playground) = begin(&DEMONSTRATIONS[0], 1_000);
    player.go_on_by_itself(true);
    for _ in 0..20_000 {
        playground.apply(Input::Advance(FRAME)).unwrap();
        player.advance(&mut playground, FRAME);
    }
    let caption = player.caption(&playground);
    assert!(caption.is_last() && !caption.is_waiting, "{caption:?}");
}

#[test]
fn a_script_that_is_no_lesson_is_refused_with_its_line() {
    let parse = |text: &str| Lesson::parse(text).expect_err("no lesson").to_string();
    let wrong = "a lesson can't have this line here";
    assert_eq!(parse("cluster 3\nkill n1\n#: a\n"), format!("line 2: {wrong}"));
    assert_eq!(parse("cluster 3\n#: a\nwait 1s\n"), format!("line 3: {wrong}"));
    assert_eq!(parse("cluster 3\n#: a\nheal\ncluster 3\n"), format!("line 4: {wrong}"));
    assert_eq!(parse("#: a\nheal\n"), "a lesson has a `cluster` line and a step");
    assert_eq!(parse("cluster 3\n"), "a lesson has a `cluster` line and a step");
    assert!(parse("cluster 3\n#: a\n\nkil n1\n").starts_with("line 4, column 1: expected"));
}

#[test]
fn a_sentence_may_span_lines_and_every_demonstration_is_well_formed() {
    let lesson = Lesson::parse("# T\n# x\ncluster 3\n#: a b\n#: c\nheal\n#: d\n").unwrap();
    let sentences: Vec<&str> = lesson.steps.iter().map(|step| step.sentence.as_str()).collect();
    assert_eq!(sentences, ["a b c", "d"]);
    for act in &ACTS {
        for sentence in [act.ask, act.answer] {
            assert!((20..=146).contains(&sentence.chars().count()), "{sentence}");
        }
    }
    for demonstration in &DEMONSTRATIONS {
        let lesson = Lesson::parse(demonstration.text).unwrap();
        assert!(!demonstration.title().is_empty() && demonstration.about().ends_with('.'));
        assert!((4..=9).contains(&lesson.steps.len()), "{}", demonstration.name);
        for step in &lesson.steps {
            // Two lines of the caption bar on a laptop, four on a phone.
            let letters = step.sentence.chars().count();
            assert!((20..=146).contains(&letters), "{letters}: {}", step.sentence);
            assert!(step.sentence.ends_with(['.', '?']), "{}", step.sentence);
            assert!(!step.inputs.is_empty(), "{}", step.sentence);
        }
    }
}

#[test]
fn a_demonstration_begun_during_an_opening_is_not_replaced_by_it() {
    let mut long = Playground::new(5, 3);
    long.apply(Input::Speed(Speed::UNBOUNDED)).unwrap();
    for _ in 0..12 {
        long.apply(Input::Advance(FRAME)).unwrap();
    }
    let mut playground = Playground::new(3, 7);
    playground.apply(Input::Open(Box::new(long.archive()))).unwrap();
    playground.apply(Input::Advance(FRAME)).unwrap();
    assert!(playground.progress().is_some(), "it takes many pieces");
    let mut player = Player::begin(Lesson::parse(DEMONSTRATIONS[0].text).unwrap(), &mut playground);
    let cluster_config = playground.recording().cluster_config;
    assert_ne!(cluster_config, long.recording().cluster_config);
    for _ in 0..50 {
        playground.apply(Input::Advance(FRAME)).unwrap();
        player.advance(&mut playground, FRAME);
    }
    assert_eq!(playground.recording().cluster_config, cluster_config, "it stays");
}
