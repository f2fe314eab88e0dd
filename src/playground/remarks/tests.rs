//! What is said of steps, of undo and of acts in the past.

use crate::playground::view::Speed;
use crate::playground::{Action, Input, NodeId, Playground, RealTime, Time};

fn played(nodes: u32, seed: u64, millis: u64) -> Playground {
    let mut playground = Playground::new(nodes, seed);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    for _ in 0..millis / 10 {
        playground.apply(Input::Advance(RealTime::from_millis(10))).unwrap();
    }
    playground.apply(Input::Pause).unwrap();
    playground
}

fn remark(playground: &Playground) -> (u64, String, Option<usize>) {
    let remark = playground.remark().expect("something is said");
    (remark.number, remark.text.clone(), remark.kept_in)
}

#[test]
fn every_step_says_what_it_did() {
    for seed in 1..=6 {
        let mut playground = Playground::new(3, seed);
        playground.apply(Input::Pause).unwrap();
        playground.apply(Input::Console("set color green".to_string())).unwrap();
        for number in 1..=400 {
            playground.apply(Input::Step).unwrap();
            let (told, text, kept_in) = remark(&playground);
            assert_eq!((told, kept_in), (number, None), "seed {seed}, step {number}: {text}");
            assert!(text.ends_with(['.', ')', '"']), "seed {seed}, step {number}: {text}");
        }
    }
}

#[test]
fn a_heartbeat_that_changes_nothing_is_told_too() {
    let mut playground = played(3, 1, 900);
    let mut told = Vec::new();
    for _ in 0..40 {
        playground.apply(Input::Step).unwrap();
        told.push(remark(&playground).1);
    }
    let tells = |text: &str| told.iter().any(|told| told.starts_with(text));
    assert!(tells("A heartbeat from n"), "{told:?}");
    assert!(tells("An answer to AppendEntries from n"), "{told:?}");
}

#[test]
fn undo_says_what_is_taken_back_and_where_it_is_kept() {
    let mut playground = played(3, 1, 500);
    playground.apply(Input::Act(Action::Kill(NodeId(2)))).unwrap();
    assert_eq!(playground.remark(), None, "an act at the end of a branch begins no other");
    playground.apply(Input::Undo).unwrap();
    let expected = "`kill n2` is taken back. Branch A keeps it.";
    assert_eq!(remark(&playground), (1, expected.to_string(), Some(0)));
}

#[test]
fn an_act_in_the_past_says_where_the_future_is_kept() {
    let mut playground = played(3, 1, 500);
    playground.apply(Input::Seek(Time::from_micros(300_000))).unwrap();
    playground.apply(Input::Act(Action::Kill(NodeId(2)))).unwrap();
    let expected = "This begins another branch. Branch A keeps what came after.";
    assert_eq!(remark(&playground), (1, expected.to_string(), Some(0)));
    playground.apply(Input::Restart { nodes: 3, seed: 2 }).unwrap();
    assert_eq!(playground.remark(), None, "another run has other branches");
}
