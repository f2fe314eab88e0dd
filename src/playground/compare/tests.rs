//! Two stories beside each other.

use super::super::Input;
use super::super::person::{act, go, pass, playing};
use super::*;

/// Story A kills the leader half a second in; story B does not, and writes a little later.
fn two_stories() -> (Playground, u32) {
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
        playground.apply(Input::Advance(16_000)).unwrap();
        let view = playground.view().comparison.unwrap();
        if view.parting.is_some() && view.nodes.is_some() {
            return view;
        }
    }
    panic!("the comparison does not end");
}

#[test]
fn two_stories_part_where_one_does_something_else() {
    let (mut playground, leader) = two_stories();
    playground.apply(Input::Compare(Some(0))).unwrap();
    let view = compared(&mut playground);
    let Some(Parting::At { ours: Some(ours), theirs: Some(theirs) }) = view.parting else {
        panic!("{view:?}")
    };
    assert_eq!(theirs.text, Some(format!("you did `kill n{leader}`")));
    assert_eq!(theirs.at, 600_000);
    assert!(ours.at >= 600_000, "what happens there without it");

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
    let (mut playground, _) = two_stories();
    playground.apply(Input::Compare(Some(0))).unwrap();
    assert!(!compared(&mut playground).nodes.unwrap().is_empty());
    go(&mut playground, Input::Seek(500_000)).unwrap();
    let view = compared(&mut playground);
    assert_eq!((view.at, view.nodes), (500_000, Some(Vec::new())), "before they part they are one");
    go(&mut playground, Input::Branch(0)).unwrap();
    playground.apply(Input::Advance(16_000)).unwrap();
    assert_eq!(playground.view().comparison, None, "nothing is compared with itself");
}

#[test]
fn stories_in_which_the_same_was_done_part_nowhere() {
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
