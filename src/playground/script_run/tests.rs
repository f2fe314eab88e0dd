//! Scripts in the console.

use super::super::tests::driver::{go, shown};
use super::super::view::{ConsoleKind, Speed};
use super::super::{Input, Playground, Problem, RealTime, Time};
use crate::script::Runner;

/// A script with everything that takes time.
const SCRIPT: &str = "cluster 3 seed 7
# A comment says nothing.
wait leader
set color blue
expect answer ok
repeat 2 { kill leader; wait leader; restart all }
wait 200ms
get color &
kill n1 n2
wait until n1 is down for at most 1s
restart n1 n2
wait agree
curl \"http://localhost:8080/get?key=color\"
at 30s cut n1 -> n2
expect no learners";

/// What the console has printed.
fn printed(playground: &Playground, kind: ConsoleKind) -> Vec<String> {
    let lines = playground.console(0).filter(|line| line.kind == kind);
    lines.map(|line| line.text.clone()).collect()
}

fn types(playground: &mut Playground, text: &str) -> Result<(), Problem> {
    playground.apply(Input::Console(text.to_string()))
}

/// Lets time pass until the script has ended.
fn play_on(playground: &mut Playground) -> Result<(), Problem> {
    while playground.script_progress().is_some() {
        playground.apply(Input::Advance(RealTime::from_millis(16)))?;
    }
    Ok(())
}

fn paused(nodes: u32, seed: u64) -> Playground {
    let mut playground = Playground::new(nodes, seed);
    playground.apply(Input::Pause).unwrap();
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    playground
}

#[test]
fn at_every_speed_a_script_leads_to_the_run_that_it_leads_to_without_a_page() {
    let mut runner = Runner::default();
    assert_eq!(runner.run_script(SCRIPT), Ok(()));
    for speed in [Speed::new(700), Speed::new(20_000), Speed::UNBOUNDED] {
        let mut playground = paused(5, 1);
        playground.apply(Input::Speed(speed)).unwrap();
        types(&mut playground, SCRIPT).unwrap();
        assert!(playground.is_playing(), "until it ends");
        play_on(&mut playground).unwrap();
        assert_eq!(playground.digest(), runner.run().cluster().digest(), "{speed}");
        assert!(!playground.is_playing(), "as before");
        let typed: Vec<&str> = SCRIPT.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(printed(&playground, ConsoleKind::Input), typed);
        assert_eq!(printed(&playground, ConsoleKind::Error), [""; 0]);
        let output = printed(&playground, ConsoleKind::Output);
        assert_eq!(output.last().map(String::as_str), Some("the script is done"));
        // All that was done is in the recording, each with the servers that were meant.
        let recorded = playground.recording().to_string();
        assert!(!recorded.contains("leader") && !recorded.contains("all"), "{recorded}");
    }
}

#[test]
fn by_single_steps_a_script_leads_to_the_same_run() {
    let mut runner = Runner::default();
    assert_eq!(runner.run_script(SCRIPT), Ok(()));
    let mut playground = paused(5, 1);
    types(&mut playground, SCRIPT).unwrap();
    while playground.script_progress().is_some() {
        playground.apply(Input::Step).unwrap();
    }
    // The step handled one event more than the script, which ended with a span of time.
    let events = runner.run().cluster().events();
    assert!(playground.instant().events - events <= 1, "{:?} {events}", playground.instant());
    playground.apply(Input::Seek(Time::from_micros(30_000_000))).unwrap();
    assert_eq!(playground.recording().actions.len(), recorded_by(SCRIPT).len());
    assert_eq!(actions(&playground), recorded_by(SCRIPT));
}

fn actions(playground: &Playground) -> Vec<String> {
    playground.recording().actions.iter().map(ToString::to_string).collect()
}

/// The actions of a script that is played at once.
fn recorded_by(script: &str) -> Vec<String> {
    let mut playground = paused(5, 1);
    types(&mut playground, script).unwrap();
    play_on(&mut playground).unwrap();
    actions(&playground)
}

#[test]
fn a_line_that_waits_goes_on_at_the_very_event() {
    let mut playground = paused(3, 1);
    types(&mut playground, "wait leader").unwrap();
    assert!(playground.is_playing() && playground.script_progress().is_some());
    play_on(&mut playground).unwrap();
    let mut runner = Runner::default();
    runner.run_script("cluster 3 seed 1\nwait leader").unwrap();
    assert_eq!(playground.digest(), runner.run().cluster().digest());
    let output = printed(&playground, ConsoleKind::Output);
    assert_eq!(output, ["waited 0.223s for a leader"]);
}

#[test]
fn success_prints_one_line_and_an_expectation_whether_it_holds() {
    let mut playground = paused(3, 1);
    types(&mut playground, "timeout n2\nwait leader").unwrap();
    play_on(&mut playground).unwrap();
    let mut says = |line: &str| {
        let before = playground.console(0).count();
        let _ = types(&mut playground, line);
        let lines = playground.console(0).skip(before + 1).map(|line| line.text.clone());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(says("kill leader"), ["done: kill n2"]);
    assert_eq!(says("restart all"), ["done: restart n2"]);
    assert_eq!(says("cut n1 <-> n3"), ["done: cut n1 -> n3, cut n3 -> n1"]);
    assert_eq!(says("expect no leader"), ["as expected"]);
    assert_eq!(says("expect leader n1"), ["not as expected: nobody leads"]);
    assert_eq!(says("expect n2 leads"), ["not as expected: n2 follows"]);
    let nobody = "nobody leads at the moment, so `leader` names no node";
    assert_eq!(says("kill leader"), [nobody]);
    assert_eq!(says("restart all"), ["there is no node to restart"]);
    let meant = "line 1, column 1: expected a command (help lists them), found `kil`; did you mean `kill n2`?";
    assert_eq!(says("kil n2"), [meant]);
}

#[test]
fn of_several_things_all_are_done_or_none() {
    let mut playground = paused(5, 1);
    types(&mut playground, "kill n3").unwrap();
    let before = shown(&playground);
    let refused = types(&mut playground, "kill n1 n2 n3").unwrap_err();
    assert_eq!(refused.to_string(), "n3 is down");
    assert_eq!(shown(&playground), before);
    types(&mut playground, "kill n1 n2").unwrap();
    let done = playground.recording().actions.iter().map(|timed| timed.action.to_string());
    assert_eq!(done.collect::<Vec<_>>(), ["kill n3", "kill n1", "kill n2"]);
    playground.apply(Input::Undo).unwrap();
    assert_eq!(shown(&playground), before, "they are taken back together");
}

#[test]
fn a_script_stops_at_what_is_wrong_and_names_the_line() {
    let mut playground = paused(3, 1);
    let before = shown(&playground);
    let mistake = types(&mut playground, "kill n1\nkil n2").unwrap_err();
    assert!(mistake.to_string().starts_with("line 2, column 1: "), "{mistake}");
    assert_eq!(shown(&playground), before, "nothing is done");
    let late = types(&mut playground, "kill n1\ncluster 5").unwrap_err();
    assert_eq!(late.to_string(), "line 2: a new cluster begins in the first line of a script");
    assert_eq!(shown(&playground), before, "nothing is done");

    let bad = types(&mut playground, "curl \"http://localhost:8080/get\"\nkill n1").unwrap_err();
    assert_eq!(bad.to_string(), "line 1: the parameter `key` is missing");
    let refused = types(&mut playground, "kill n1\nkill n1\nkill n2").unwrap_err();
    assert_eq!(refused.to_string(), "line 2: n1 is down");
    types(&mut playground, "wait leader\n\nexpect leader n1\nkill n2").unwrap();
    let unmet = play_on(&mut playground).unwrap_err().to_string();
    assert!(unmet.starts_with("line 3: not as expected: n"), "{unmet}");
    assert!(unmet.ends_with(" leads, not n1"), "{unmet}");
    assert_eq!(printed(&playground, ConsoleKind::Error).last(), Some(&unmet));
    assert_eq!(playground.recording().actions.len(), 1);
    assert!(!playground.is_playing(), "as before");
}

#[test]
fn a_wait_in_vain_ends_at_its_limit_and_says_what_is_instead() {
    let mut playground = paused(3, 1);
    types(&mut playground, "kill n1 n2\nwait leader for at most 2s\nheal").unwrap();
    let problem = play_on(&mut playground).unwrap_err().to_string();
    let expected =
        "line 2: waited 2s of cluster time for a leader, which did not come: nobody leads";
    assert_eq!(problem, expected);
    assert_eq!(playground.now(), Time::from_micros(2_000_000));
    assert!(!playground.is_playing(), "as before");
}

#[test]
fn a_script_can_be_stopped() {
    let mut playground = paused(3, 1);
    types(&mut playground, "kill n1 n2\nwait leader").unwrap();
    let second = types(&mut playground, "wait 1s").unwrap_err();
    assert_eq!(second, Problem::ScriptRuns);
    types(&mut playground, "set color blue").unwrap();
    playground.apply(Input::GiveUp).unwrap();
    assert!(playground.script_progress().is_none() && !playground.is_playing());
    let output = printed(&playground, ConsoleKind::Output);
    assert_eq!(output.last().map(String::as_str), Some("the script was stopped in line 2"));

    for input in
        [Input::Seek(Time::from_micros(0)), Input::Undo, Input::Restart { nodes: 3, seed: 1 }]
    {
        types(&mut playground, "wait 5s").unwrap();
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
        go(&mut playground, input).unwrap();
        assert!(playground.script_progress().is_none());
        let output = printed(&playground, ConsoleKind::Output);
        assert_eq!(output.last().map(String::as_str), Some("stopped"));
    }
}

#[test]
fn a_script_stands_still_while_the_cluster_is_paused() {
    let mut playground = paused(3, 1);
    types(&mut playground, "wait 50ms\nkill n1").unwrap();
    playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    playground.apply(Input::Pause).unwrap();
    for _ in 0..10 {
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    }
    assert_eq!(playground.now(), Time::from_micros(16_000));
    playground.apply(Input::Play).unwrap();
    play_on(&mut playground).unwrap();
    assert_eq!(actions(&playground), ["at 50ms 0 kill n1"]);
    assert!(!playground.is_playing(), "as before the script");
}

#[test]
fn lines_of_a_recording_are_no_script() {
    let mut playground = paused(3, 1);
    let problem = types(&mut playground, "at 1s 10 kill n1").unwrap_err();
    assert_eq!(problem, Problem::Recorded);
    types(&mut playground, "at 1s kill n1\nat 500ms kill n2").unwrap();
    assert_eq!(
        play_on(&mut playground).unwrap_err().to_string(),
        "line 2: that time is over in this run"
    );
}
