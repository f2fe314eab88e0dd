//! The operations are what the clients saw, and every order is a possible one.

use crate::playground::Input;
use crate::playground::history::operation_history::{Bar, KeyHistory, OperationStatus, STRETCH};
use crate::playground::tests::driver::{act, pass, play_script, playing};
use crate::time::Time;

/// A read from a leader that was deposed and does not know it yet. The rule by which it would ask
/// its followers is off.
const STALE: &str = "cluster 5 seed 7
wait leader
rule read-confirmation off
rule check-quorum off
set color blue
get color
partition n3 n1 | n2 n4 n5
wait 1s
set color green via n4
get color from n3 &
wait 100ms
";

fn bars(history: &KeyHistory, places: &[usize]) -> Vec<String> {
    let told = |bar: &Bar| {
        format!("{}: {} {}", bar.client, bar.label, bar.answer.as_deref().unwrap_or(""))
    };
    places.iter().map(|place| told(&history.bars[*place])).collect()
}

/// Asserts that bars do not cover each other, and that the effects are in order and within their
/// bars.
fn check(history: &KeyHistory, now: Time) {
    for (place, bar) in history.bars.iter().enumerate() {
        assert!(bar.row < history.rows, "{bar:?}");
        let before = history.bars[..place].iter().filter(|before| before.row == bar.row);
        for before in before {
            assert!(
                before.ended.is_some_and(|ended| ended < bar.began),
                "{before:?} covers {bar:?}"
            );
        }
    }
    let order = match &history.standing {
        OperationStatus::Ordered(order) | OperationStatus::Contradictory { others: order, .. } => {
            order
        }
        OperationStatus::Undecided => return,
    };
    let mut last = Time::ZERO;
    for bar in order.iter().map(|place| &history.bars[*place]) {
        let effect = bar.effect.unwrap();
        assert!(bar.began <= effect && effect <= bar.open_until(now), "{bar:?}");
        assert!(last <= effect, "{bar:?} is behind one at {last}");
        last = effect;
    }
}

#[test]
fn operations_are_told_with_their_answers_and_an_order() {
    let playground = play_script(
        "cluster 3 seed 7\nwait leader\nset color blue\nget color\nset shape round\ncas color blue green\n\
         get color stale\nget size\ncas color red pink\ndelete color\n",
    );
    let operations = playground.operations();
    let keys: Vec<&str> = operations.keys.iter().map(|of| of.key.as_str()).collect();
    assert_eq!((keys, operations.since), (vec!["color", "shape", "size"], Time::ZERO));
    let color = &operations.keys[0];
    let OperationStatus::Ordered(order) = &color.standing else { panic!("{color:?}") };
    let told = [
        "you: set blue success",
        "you: get → blue blue",
        "you: cas blue green success",
        "you: cas red pink ✕ not changed: the value is green",
        "you: delete deleted",
    ];
    assert_eq!(bars(color, order), told);
    let weak: Vec<&Bar> = color.bars.iter().filter(|bar| !bar.is_judged).collect();
    assert_eq!(weak.len(), 1, "a stale read is not in the order");
    assert!(weak[0].operation.starts_with("get color") && weak[0].effect.is_none());
    assert_eq!(bars(&operations.keys[2], &[0]), ["you: get → nothing Key not found"]);
    operations.keys.iter().for_each(|history| check(history, playground.now()));
}

#[test]
fn a_stale_read_is_shown_with_the_writes_that_it_contradicts() {
    let playground = play_script(STALE);
    let operations = playground.operations();
    let color = &operations.keys[0];
    let OperationStatus::Contradictory { bars: few, others } = &color.standing else {
        panic!("{color:?}")
    };
    let told = ["you: set blue success", "you: set green success", "you: get → blue blue"];
    assert_eq!(bars(color, few), told);
    let told = ["you: set blue success", "you: get → blue blue", "you: set green success"];
    assert_eq!(bars(color, others), told, "all others have an order");
    assert_ne!(few[2], others[1], "the earlier read was correct");
    check(color, playground.now());
}

#[test]
fn pending_and_abandoned_operations_are_labelled() {
    let mut playground = play_script(
        "cluster 3 seed 7\nwait leader\nset color blue\nkill n1\nkill n2\nkill n3\nset color red &\nget color &\n",
    );
    let open = |playground: &crate::playground::Playground| {
        let operations = playground.operations();
        check(&operations.keys[0], playground.now());
        bars(&operations.keys[0], &[1, 2])
    };
    assert_eq!(open(&playground), ["you: set red ", "you: get … "]);
    pass(&mut playground, 4_000);
    let given_up = "no answer: it may have happened or not";
    assert_eq!(
        open(&playground),
        [format!("you: set red ? {given_up}"), "you: get ? no answer".to_string()]
    );
    let operations = playground.operations();
    assert_eq!(
        operations.keys[0].standing,
        OperationStatus::Ordered(vec![0]),
        "neither need have happened"
    );
}

#[test]
fn of_a_long_branch_the_end_is_kept_and_still_ordered() {
    let mut playground = playing(5, 7);
    act(&mut playground, "clients 5 keys 2 writes 50% every 5ms");
    act(&mut playground, "network loss 5%");
    let mut most = 0;
    for _ in 0..40 {
        pass(&mut playground, 100);
        let operations = playground.operations();
        for history in &operations.keys {
            check(history, playground.now());
            assert!(matches!(history.standing, OperationStatus::Ordered(_)), "{history:?}");
        }
        most = most.max(operations.keys.iter().map(|history| history.bars.len()).sum());
        assert!(most <= 2 * STRETCH);
    }
    assert!(
        playground.operations().since > Time::ZERO && most > 2 * STRETCH / 3,
        "{most} operations"
    );
    playground.apply(Input::Seek(Time::from_micros(1_500_000))).unwrap();
    let operations = playground.operations();
    assert_eq!(playground.now(), Time::from_micros(1_500_000));
    assert!(
        operations.keys.iter().flat_map(|of| &of.bars).all(|bar| bar.began <= playground.now())
    );
}
