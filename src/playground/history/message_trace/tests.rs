//! The diagram shows what has happened.

use crate::playground::Input;
use crate::playground::history::message_trace::{Fate, KEPT, Spacetime, Status};
use crate::playground::tests::driver::{act, pass, playing};
use crate::time::Duration;

fn count(diagram: &Spacetime, fate: Fate) -> usize {
    diagram.traces.iter().filter(|trace| trace.fate == fate).count()
}

#[test]
fn every_message_is_there_once_with_its_fate() {
    let mut playground = playing(5, 7);
    pass(&mut playground, 400);
    act(&mut playground, "network loss 20%");
    pass(&mut playground, 200);
    let leader = playground.view().summary.leader.unwrap();
    let other = leader % 5 + 1;
    act(&mut playground, &format!("cut n{leader} -> n{other}"));
    pass(&mut playground, 100);
    act(&mut playground, &format!("kill n{}", other % 5 + 1));
    pass(&mut playground, 100);
    let diagram = playground.spacetime();
    let mut numbers: Vec<u64> = diagram.traces.iter().map(|trace| trace.id).collect();
    numbers.sort_unstable();
    let sent = playground.run().cluster().network().sent();
    assert_eq!(numbers, (1..=sent).collect::<Vec<_>>());
    assert!(sent < KEPT as u64, "{sent} messages: the test needs all of them to be kept");
    for fate in [Fate::Arrived, Fate::Lost, Fate::Cut, Fate::Unreachable] {
        assert!(count(&diagram, fate) > 0, "none is {fate:?}");
    }
    for trace in &diagram.traces {
        let is_over = !matches!(trace.fate, Fate::InFlight { .. });
        assert!(trace.sent_at <= trace.ends_at, "{trace:?}");
        assert_eq!(is_over, trace.ends_at <= diagram.now, "{trace:?} at {}", diagram.now);
    }
}

#[test]
fn a_message_dropped_by_hand_ends_where_it_was() {
    let mut playground = playing(3, 2);
    pass(&mut playground, 400);
    while playground.spacetime().traces.iter().all(|trace| trace.ends_at <= playground.now()) {
        playground.apply(Input::Step).unwrap();
    }
    let trace = *playground.spacetime().traces.last().unwrap();
    act(&mut playground, &format!("drop m{}", trace.id));
    let diagram = playground.spacetime();
    let dropped = diagram.traces.iter().find(|other| other.id == trace.id).unwrap();
    assert_eq!((dropped.fate, dropped.ends_at), (Fate::Dropped, diagram.now));
}

/// To delay a message that will be lost delays the instant of its loss.
#[test]
fn a_lost_message_that_was_delayed_ends_when_it_is_lost() {
    let mut playground = playing(3, 2);
    act(&mut playground, "network loss 100%");
    while playground.spacetime().traces.is_empty() {
        playground.apply(Input::Step).unwrap();
    }
    let trace = *playground.spacetime().traces.last().unwrap();
    let id = trace.id;
    act(&mut playground, &format!("delay m{id} 100ms"));
    let find = |diagram: Spacetime| *diagram.traces.iter().find(|other| other.id == id).unwrap();
    let delayed = find(playground.spacetime());
    assert_eq!(delayed.ends_at, trace.ends_at + Duration::from_millis(100));
    while matches!(find(playground.spacetime()).fate, Fate::InFlight { .. }) {
        playground.apply(Input::Step).unwrap();
    }
    let lost = find(playground.spacetime());
    assert_eq!((lost.fate, lost.ends_at), (Fate::Lost, playground.now()));
    assert_eq!(lost.ends_at, delayed.ends_at);
}

#[test]
fn the_lines_end_in_the_state_of_the_servers() {
    let mut playground = playing(5, 7);
    pass(&mut playground, 500);
    act(&mut playground, "clients 4 keys 3 writes 50% every 5ms");
    act(&mut playground, "chaos 50%");
    for _ in 0..30 {
        pass(&mut playground, 100);
        let diagram = playground.spacetime();
        assert!(diagram.turns.len() <= KEPT);
        let ended = diagram.traces.iter().filter(|trace| trace.ends_at <= diagram.now);
        assert!(ended.count() <= KEPT + 10);
        assert!(diagram.turns.iter().all(|turn| turn.at > diagram.since));
        let mut lines: std::collections::BTreeMap<_, _> = diagram.lines.into_iter().collect();
        for turn in diagram.turns {
            crate::playground::history::message_trace::take(&mut lines, turn);
        }
        for node in playground.view().nodes {
            let line = lines.remove(&node.id).unwrap();
            assert_eq!(line.status, node.status, "n{}", node.id);
            if node.status != Status::Down {
                let shown = (line.term, line.commit_index, line.leads);
                let leads = node.role.is_some_and(|role| role.to_string().contains("eader"));
                assert_eq!(shown, (node.term, node.commit_index, leads), "n{}", node.id);
            }
        }
        assert!(lines.is_empty(), "{lines:?} are no servers");
    }
}
