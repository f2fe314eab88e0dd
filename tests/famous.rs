//! The famous runs: each breaks the property that the table names, and the same actions with the
//! rule in force break nothing, both in a script and on the page, where both are branches of one
//! run.

#![cfg(not(target_arch = "wasm32"))]

use kvorum::course::{FAMOUS, Famous};
use kvorum::playground::view::{Parting, Verdict};
use kvorum::playground::{Archive, Input, Playground, RealTime, Speed, Time};
use kvorum::raft::Rule;
use kvorum::script::{Failure, Runner};

#[test]
fn every_rule_has_one_famous_run_with_a_title_and_a_description() {
    assert_eq!(FAMOUS.map(|famous| famous.rule), Rule::TABLE.map(|about| about.rule));
    for about in &Rule::TABLE {
        let famous = Famous::of(about.rule);
        assert_eq!(famous.rule, about.rule);
        assert!(!famous.title().is_empty() && famous.title().len() < 60, "{}", about.name);
        let description = famous.description();
        assert!(
            (80..400).contains(&description.len()) && description.ends_with('.'),
            "{}: {description}",
            about.name
        );
        let switch = if about.rule.on_by_default() { "off" } else { "on" };
        let line = format!("\nat 0ms rule {} {switch}\n", about.name);
        assert!(famous.text.contains(&line), "{}", about.name);
        assert!(
            famous.text.ends_with(&format!("\nexpect violates {}\n", about.falls)),
            "{}",
            about.name
        );
    }
}

/// The script up to the wait for the break, without the line that switches the rule.
fn with_the_rule(famous: &Famous, lasts: u64) -> String {
    let switch = format!("at 0ms rule {} ", famous.rule);
    let lines = famous.text.lines().take_while(|line| !line.starts_with("wait"));
    let lines = lines.filter(|line| !line.starts_with(&switch));
    let script: String = lines.fold(String::new(), |text, line| text + line + "\n");
    format!("{script}wait {lasts}us\nexpect holds\n")
}

#[test]
fn with_its_rule_in_force_no_famous_run_breaks_anything() {
    for famous in &FAMOUS {
        // Twice as long as it takes without the rule, and a while longer.
        let mut runner = Runner::default();
        assert_eq!(runner.run_script(famous.text), Ok(()), "{}", famous.rule);
        let lasts = runner.now().as_micros() + 2_000_000;
        let script = with_the_rule(famous, lasts);
        let mut runner = Runner::default();
        assert_eq!(
            runner.run_script(&script),
            Ok(()),
            "{script}{}",
            runner.take_story().join("\n")
        );
    }
}

/// The test above can fail: with the line the same script breaks something.
#[test]
fn with_its_rule_switched_the_same_script_does_not_hold() {
    for famous in &FAMOUS {
        let switch = format!("at 0ms rule {} ", famous.rule);
        let line = famous.text.lines().find(|line| line.starts_with(&switch)).unwrap_or_default();
        let script = with_the_rule(famous, 10_000_000);
        let first = script.lines().position(|line| line.starts_with("cluster")).unwrap_or_default();
        let mut lines: Vec<&str> = script.lines().collect();
        lines.insert(first + 1, line);
        let result = Runner::default().run_script(&lines.join("\n"));
        assert!(matches!(result, Err(Failure::Unmet { .. })), "{}: {result:?}", famous.rule);
    }
}

#[test]
fn a_famous_run_is_small() {
    for famous in &FAMOUS {
        let archive = archive(famous);
        let [broken, sound] = archive.branches.as_slice() else { panic!("two branches") };
        assert!(broken.recording.cluster_config.nodes <= 5, "{}", famous.rule);
        assert!((1..=30).contains(&broken.recording.actions.len()), "{}", famous.rule);
        let at = famous.text.lines().filter(|line| line.starts_with("at ")).count();
        assert_eq!(broken.recording.actions.len(), at, "{}: nothing is refused", famous.rule);
        assert_eq!(sound.recording.actions.len(), at - 1, "{}: nor with the rule", famous.rule);
        assert_eq!(sound.recording.cluster_config, broken.recording.cluster_config);
        assert_eq!(sound.played.at, broken.played.at, "{}: as long as the other", famous.rule);
        let lasts = broken.played.at.as_micros() / u64::from(archive.speed.get());
        assert!((19_000..=22_000).contains(&lasts), "{}: {lasts} ms to watch", famous.rule);
    }
}

fn archive(famous: &Famous) -> Archive {
    famous.archive().expect("it is a famous run's script")
}

/// A playground in which the famous run was opened.
fn opened(famous: &Famous) -> Playground {
    let mut playground = Playground::new(1, 0);
    playground.apply(Input::Open(Box::new(archive(famous)))).expect("it can be opened");
    while playground.progress().is_some() {
        playground
            .apply(Input::Advance(RealTime::from_millis(16)))
            .expect("it comes to its instant");
    }
    playground
}

fn broken(playground: &Playground) -> Vec<&'static str> {
    let verdicts = playground.verdicts().into_iter();
    verdicts.filter(|verdict: &Verdict| verdict.broken.is_some()).map(|it| it.property).collect()
}

#[test]
fn an_opened_famous_run_plays_from_its_beginning_and_pauses_at_the_break() {
    for famous in &FAMOUS {
        let mut playground = opened(famous);
        let end = playground.end();
        assert!(playground.is_playing() && playground.now() == Time::ZERO, "{}", famous.rule);
        playground.apply(Input::Speed(Speed::UNBOUNDED)).expect("any speed will do");
        let mut stops = 0;
        while !broken(&playground).contains(&famous.rule.about().falls) {
            playground.apply(Input::Play).expect("it goes on");
            assert!(playground.now() < end, "{}: it is broken by then", famous.rule);
            while playground.is_playing() && playground.now() <= end {
                playground.apply(Input::Advance(RealTime::from_millis(1))).expect("time passes");
            }
            stops += 1;
            assert!(!broken(&playground).is_empty(), "{}: it stops there", famous.rule);
        }
        assert_eq!(playground.now(), end, "{}: it broke as soon as in the script", famous.rule);
        assert_eq!(playground.end(), end, "{}", famous.rule);
        // If a term has two leaders, a server has voted twice just before: any two majorities share
        // a server.
        let votes_twice = matches!(famous.rule, Rule::VoteOnDisk | Rule::TermGrows);
        assert_eq!(stops, if votes_twice { 2 } else { 1 }, "{}", famous.rule);

        // The other branch lasts as long, and is sound.
        playground.apply(Input::Branch(1)).expect("there is another branch");
        assert_eq!(playground.end(), end, "{}", famous.rule);
        playground.apply(Input::Seek(end)).expect("its end is near");
        assert_eq!(playground.now(), end, "{}", famous.rule);
        assert_eq!(broken(&playground), Vec::<&str>::new(), "{}", famous.rule);
    }
}

/// They diverge at an event, not at the switch, and the sentence, if there is one, is about what
/// differs.
#[test]
fn its_two_branches_diverge_where_the_rule_has_an_effect() {
    let mut told = 0;
    for famous in &FAMOUS {
        let mut playground = opened(famous);
        playground.apply(Input::Compare(Some(1))).expect("there is another branch");
        while playground.view().comparison.is_some_and(|comparison| comparison.parting.is_none()) {
            playground.apply(Input::Advance(RealTime::from_micros(1))).expect("it is looked for");
        }
        let parting = playground.view().comparison.and_then(|comparison| comparison.parting);
        let Some(Parting::At { ours: Some(ours), theirs }) = parting else {
            panic!("{}: {parting:?}", famous.rule)
        };
        // With the original store's election rule timers differ at once.
        let is_later = ours.at > Time::ZERO || famous.rule == Rule::FirstNodeLeads;
        assert!(is_later && ours.at <= playground.end(), "{}: {ours:?}", famous.rule);
        let theirs = theirs.and_then(|theirs| theirs.text);
        told += usize::from(ours.text != theirs);
    }
    assert!(told > FAMOUS.len() / 2, "{told}");
}
