//! Comparison of two branches.

use super::*;
use crate::playground::Input;
use crate::playground::tests::driver::{act, go, pass, playing};
use crate::playground::{Playground, Problem};
use crate::time::RealTime;

/// Branch A kills the leader at 600 ms; branch B does not, and writes a little later.
fn two_branches() -> (Playground, u32) {
    let mut playground = playing(3, 7);
    pass(&mut playground, 600);
    let leader = playground.view().summary.leader.unwrap();
    act(&mut playground, &format!("kill n{leader}"));
    pass(&mut playground, 900);
    go(&mut playground, Input::Undo).unwrap();
    pass(&mut playground, 100);
    act(&mut playground, "set color blue");
    pass(&mut playground, 700);
    (playground, leader)
}

fn compared(playground: &mut Playground) -> ComparisonView {
    for _ in 0..50 {
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
        let view = playground.view().comparison.unwrap();
        if view.parting.is_some() && view.nodes.is_some() {
            return view;
        }
    }
    panic!("the comparison does not end");
}

#[test]
fn two_branches_diverge_where_one_has_another_action() {
    let (mut playground, leader) = two_branches();
    playground.apply(Input::Compare(Some(0))).unwrap();
    let view = compared(&mut playground);
    let Some(Parting::At { ours: Some(ours), theirs: Some(theirs) }) = view.parting else {
        panic!("{view:?}")
    };
    assert_eq!(theirs.text, Some(format!("you did `kill n{leader}`")));
    assert_eq!(theirs.at, Time::from_micros(600_000));
    assert!(ours.at >= theirs.at, "the event that happens without it");

    let nodes = view.nodes.unwrap();
    let old = nodes.iter().find(|node| node.id == leader).unwrap();
    assert!(old.rows.contains(&("state", "running".to_string(), "down".to_string())), "{old:?}");
    let others = nodes.iter().filter(|node| node.id != leader);
    let stores = others.filter(|node| {
        node.rows.contains(&("store", "color = blue".to_string(), "empty".to_string()))
    });
    assert_eq!(stores.count(), 2, "the followers have it: {nodes:?}");
}

#[test]
fn a_comparison_follows_the_instant_that_is_shown() {
    let (mut playground, _) = two_branches();
    playground.apply(Input::Compare(Some(0))).unwrap();
    assert!(!compared(&mut playground).nodes.unwrap().is_empty());
    go(&mut playground, Input::Seek(Time::from_micros(500_000))).unwrap();
    let view = compared(&mut playground);
    assert_eq!(
        (view.at, view.nodes),
        (Time::from_micros(500_000), Some(Vec::new())),
        "they are equal before they diverge"
    );
    go(&mut playground, Input::Branch(0)).unwrap();
    playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    assert_eq!(playground.view().comparison, None, "nothing is compared with itself");
}

#[test]
fn branches_with_the_same_actions_do_not_diverge() {
    let mut playground = playing(3, 7);
    pass(&mut playground, 300);
    act(&mut playground, "heal");
    pass(&mut playground, 300);
    go(&mut playground, Input::Undo).unwrap();
    act(&mut playground, "heal");
    pass(&mut playground, 200);
    playground.apply(Input::Compare(Some(0))).unwrap();
    assert_eq!(compared(&mut playground).parting, Some(Parting::Nowhere));
    assert_eq!(playground.apply(Input::Compare(Some(1))), Err(Problem::NoBranch));
    playground.apply(Input::Compare(None)).unwrap();
    assert_eq!(playground.view().comparison, None);
}

/// On branch A a rule is switched a moment before the leader dies, on branch B it is not.
fn parted_by_a_rule() -> Playground {
    let mut playground = playing(3, 7);
    pass(&mut playground, 600);
    act(&mut playground, "rule prevote off");
    let leader = playground.view().summary.leader.unwrap();
    act(&mut playground, &format!("kill n{leader}"));
    pass(&mut playground, 900);
    go(&mut playground, Input::Seek(Time::from_micros(599_999))).unwrap();
    act(&mut playground, &format!("kill n{leader}"));
    pass(&mut playground, 900);
    playground.apply(Input::Compare(Some(0))).unwrap();
    playground
}

#[test]
fn a_rule_makes_branches_diverge_only_where_it_has_an_effect() {
    let mut playground = parted_by_a_rule();
    let view = compared(&mut playground);
    let Some(Parting::At { ours: Some(ours), theirs: Some(theirs) }) = view.parting else {
        panic!("{view:?}")
    };
    assert!(ours.text.unwrap().contains("asks who would vote for it"), "as with pre-vote");
    assert!(theirs.text.unwrap().contains("it stands for term 2"), "as without");
    assert!(
        ours.at == theirs.at && ours.at > Time::from_micros(650_000),
        "long after the rule was switched"
    );
    assert_eq!(playground.parting(), Some(ours.at));
}

#[test]
fn the_other_branch_is_shown_at_the_same_instant() {
    let (mut playground, leader) = two_branches();
    assert_eq!((playground.other_view(), playground.other_motion()), (None, None));
    playground.apply(Input::Compare(Some(0))).unwrap();
    compared(&mut playground);
    let status = |playground: &Playground| {
        let view = playground.other_view().unwrap();
        assert_eq!(view.clock.now, playground.now());
        let node = view.nodes.iter().find(|node| node.id == leader).unwrap();
        node.status
    };
    assert_eq!(status(&playground), crate::cluster::Status::Down, "there it was killed");
    let timers = playground.other_motion().unwrap().timers;
    assert!(timers.iter().all(|(node, _)| *node != leader), "{timers:?}");
    go(&mut playground, Input::Seek(Time::from_micros(500_000))).unwrap();
    compared(&mut playground);
    assert_eq!(status(&playground), crate::cluster::Status::Running, "there it was not yet");
    let (view, other) = (playground.view(), playground.other_view().unwrap());
    assert_eq!((view.nodes, view.committed), (other.nodes, other.committed));
}

/// A page is redrawn whenever the revision grows, so that must not happen in every frame only
/// because time passes.
#[test]
fn while_nothing_happens_the_other_branch_does_not_raise_the_revision() {
    let (mut playground, _) = two_branches();
    go(&mut playground, Input::Seek(Time::from_micros(100_000))).unwrap();
    playground.apply(Input::Compare(Some(0))).unwrap();
    compared(&mut playground);
    playground.apply(Input::Speed(crate::playground::view::Speed::new(1))).unwrap();
    playground.apply(Input::Play).unwrap();
    let (revision, events) = (playground.revision(), playground.view().clock.events);
    for _ in 0..10 {
        playground.apply(Input::Advance(RealTime::from_millis(16))).unwrap();
    }
    assert_eq!(playground.view().clock.events, events, "nothing happened");
    assert!(playground.now() > Time::from_micros(100_000) && playground.revision() == revision);
    assert_eq!(playground.other_view().unwrap().clock.now, playground.now(), "it followed");
}

/// An action on one branch can cause an event before the other has any action: an election that
/// begins at once, before a request a little later.
#[test]
fn an_action_may_cause_an_event_before_the_other_branch_has_an_action() {
    let mut playground = playing(5, 42);
    pass(&mut playground, 20);
    act(&mut playground, "set a b");
    pass(&mut playground, 30);
    go(&mut playground, Input::Seek(Time::ZERO)).unwrap();
    act(&mut playground, "timeout n1");
    playground.apply(Input::Compare(Some(0))).unwrap();
    let Some(Parting::At { ours: Some(ours), .. }) = compared(&mut playground).parting else {
        panic!("they diverge")
    };
    assert_eq!((ours.at, ours.text), (Time::ZERO, Some("you did `timeout n1`".to_string())));
    // The comparison from the other branch gives the same.
    go(&mut playground, Input::Branch(0)).unwrap();
    playground.apply(Input::Compare(Some(1))).unwrap();
    let Some(Parting::At { theirs: Some(theirs), .. }) = compared(&mut playground).parting else {
        panic!("they part")
    };
    assert_eq!((theirs.at, theirs.text), (Time::ZERO, Some("you did `timeout n1`".to_string())));
}
