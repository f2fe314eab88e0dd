//! Differences between two instants and between two servers.

use super::*;
use crate::playground::Input;
use crate::playground::Playground;
use crate::playground::tests::driver::{act, go, pass, playing};
use crate::time::Time;

fn playground() -> Playground {
    let mut playground = playing(3, 7);
    pass(&mut playground, 600);
    playground
}

/// The two values of a row in a server's differences.
fn row<'a>(
    differences: &'a [NodeDifference],
    id: NodeNumber,
    what: &str,
) -> Option<(&'a str, &'a str)> {
    let node = differences.iter().find(|node| node.id == id)?;
    let row = node.rows.iter().find(|(name, ..)| *name == what)?;
    Some((&row.1, &row.2))
}

#[test]
fn since_the_pinned_instant_an_entry_was_committed_everywhere() {
    let mut playground = playground();
    let leader = playground.view().summary.leader.unwrap();
    playground.apply(Input::Pin(true)).unwrap();
    assert!(playground.pin().unwrap().is_shown);
    assert_eq!(playground.differences(None, With::Pin), [], "nothing has happened since");

    act(&mut playground, "set color blue");
    pass(&mut playground, 300);
    let since = playground.differences(None, With::Pin);
    assert_eq!(since.len(), 3, "{since:?}");
    for id in 1..=3 {
        let log = Some(("ends at 1", "2 of term 1: set color blue"));
        assert_eq!(row(&since, id, "log"), log, "{since:?}");
        assert_eq!(row(&since, id, "commit index"), Some(("1", "2")), "{since:?}");
        assert_eq!(row(&since, id, "applied"), Some(("1", "2")), "{since:?}");
        assert_eq!(row(&since, id, "store"), Some(("empty", "color = blue")), "{since:?}");
        let disk = row(&since, id, "disk").unwrap();
        assert!(disk.0.ends_with("log to 1") && disk.1.ends_with("log to 2"), "{disk:?}");
        for same in ["state", "role", "term", "vote", "leader"] {
            assert_eq!(row(&since, id, same), None, "{since:?}");
        }
    }
    let alone = playground.differences(Some(leader), With::Pin);
    assert_eq!(alone.iter().map(|node| node.id).collect::<Vec<_>>(), [leader]);
}

#[test]
fn an_instant_before_the_pinned_one_is_compared_with_it_too() {
    let mut playground = playground();
    act(&mut playground, "set color blue");
    pass(&mut playground, 300);
    playground.apply(Input::Pin(true)).unwrap();
    let pin = playground.pin().unwrap();
    go(&mut playground, Input::Seek(Time::from_micros(600_000))).unwrap();
    assert!(!playground.pin().unwrap().is_shown);
    let since = playground.differences(None, With::Pin);
    assert_eq!(row(&since, 1, "store"), Some(("color = blue", "empty")), "{since:?}");
    go(&mut playground, Input::Return(pin.spot)).unwrap();
    assert!(playground.pin().unwrap().is_shown);
    assert_eq!(playground.differences(None, With::Pin), []);
}

#[test]
fn only_keys_that_differ_are_listed() {
    let mut playground = playground();
    for key in ["color", "shape", "size"] {
        act(&mut playground, &format!("set {key} old"));
        pass(&mut playground, 200);
    }
    playground.apply(Input::Pin(true)).unwrap();
    act(&mut playground, "set color new");
    pass(&mut playground, 200);
    act(&mut playground, "delete size");
    pass(&mut playground, 200);
    let since = playground.differences(Some(1), With::Pin);
    let store = Some(("color = old\nsize = old", "color = new\nwithout size"));
    assert_eq!(row(&since, 1, "store"), store);
}

#[test]
fn a_killed_server_and_an_added_one_differ_in_state() {
    let mut playground = playground();
    playground.apply(Input::Pin(true)).unwrap();
    act(&mut playground, "kill n1");
    act(&mut playground, "add n4");
    let since = playground.differences(None, With::Pin);
    assert_eq!(row(&since, 1, "state"), Some(("running", "down")));
    assert_eq!(row(&since, 4, "state"), Some(("not there", "running")));
    assert_eq!(since.iter().find(|node| node.id == 4).unwrap().rows.len(), 1, "{since:?}");
}

#[test]
fn one_server_is_compared_with_another_or_all_with_one() {
    let playground = playground();
    let leader = playground.view().summary.leader.unwrap();
    let follower = (1..=3).find(|id| *id != leader).unwrap();
    let differences = playground.differences(Some(follower), With::Node(leader));
    assert_eq!(row(&differences, follower, "role"), Some(("Leader", "Follower")));
    assert_eq!(row(&differences, follower, "log"), None, "{differences:?}");
    assert_eq!(playground.differences(Some(leader), With::Node(leader)), []);
    let all = playground.differences(None, With::Node(leader));
    assert_eq!(all.len(), 2, "all but itself: {all:?}");
    assert_eq!(playground.differences(None, With::Node(9)).len(), 3, "that is not there");
}

#[test]
fn logs_are_listed_from_where_they_diverge_and_cut() {
    let mut playground = playground();
    let leader = playground.view().summary.leader.unwrap();
    let others: Vec<u32> = (1..=3).filter(|id| *id != leader).collect();
    act(&mut playground, "rule check-quorum off");
    act(&mut playground, &format!("partition n{leader} | n{} n{}", others[0], others[1]));
    for number in 0..9 {
        act(&mut playground, &format!("set key{number} lost via n{leader}"));
        pass(&mut playground, 20);
    }
    pass(&mut playground, 1_000);
    let differences = playground.differences(Some(leader), With::Node(others[0]));
    let (theirs, own) = row(&differences, leader, "log").unwrap();
    assert!(theirs.starts_with("2 of term 2: "), "{theirs}");
    assert!(own.starts_with("2 of term 1: set key0 lost\n3 of term 1: "), "{own}");
    assert!(own.contains("\nand ") && own.ends_with(" more"), "{own:?}");
}

#[test]
fn another_run_has_no_pin() {
    let mut playground = playground();
    playground.apply(Input::Pin(true)).unwrap();
    playground.apply(Input::Restart { nodes: 3, seed: 8 }).unwrap();
    assert_eq!(playground.pin(), None);
    playground.apply(Input::Pin(true)).unwrap();
    playground.apply(Input::Pin(false)).unwrap();
    assert_eq!((playground.pin(), playground.differences(None, With::Pin)), (None, Vec::new()));
}
