//! Histories with and without an order.

use super::*;
use crate::cluster::{CallEvent, Consistency, YOU};

fn key() -> Key {
    Key::new("k").unwrap()
}

fn value(text: &str) -> Value {
    Value::new(text).unwrap()
}

fn began(id: RequestId, operation: Operation) -> CallEvent {
    CallEvent::Began { id, client: YOU, operation }
}

/// `1 set a`, `1 ok`, `2 get`, `2 a`, `2 -` (no such key), `1 ?` (gave up), `3 cas a b`, `3 not a`.
fn calls(history: &str) -> Vec<CallEvent> {
    let read = || Operation::Read { key: key(), consistency: Consistency::Linearizable };
    let call = |event: &str| {
        let words: Vec<&str> = event.split(' ').collect();
        let id = RequestId(words[0].parse().unwrap());
        let begun = |command| began(id, Operation::Write(command));
        let ended = |answer| CallEvent::Ended { id, answer, wrote: None };
        match words[1..] {
            ["set", to] => begun(Command::Set { key: key(), value: value(to) }),
            ["del"] => begun(Command::Delete { key: key() }),
            ["cas", old, new] => {
                begun(Command::Cas { key: key(), old: value(old), new: value(new) })
            }
            ["get"] => began(id, read()),
            ["ok"] => ended(Answer::Outcome(Outcome::Written)),
            ["gone"] => ended(Answer::Outcome(Outcome::Deleted)),
            ["not", found] => ended(Answer::Outcome(Outcome::Mismatch(Some(value(found))))),
            ["?"] => ended(Answer::Unknown),
            ["-"] => ended(Answer::Value(None)),
            [read] => ended(Answer::Value(Some(value(read)))),
            _ => panic!("{event}"),
        }
    };
    history.split(", ").map(call).collect()
}

/// Feeds the judge a history, up to the first answer without an order; returns the place of that
/// answer.
fn show<T: Trail>(judge: &mut Linearizability<T>, calls: &[CallEvent]) -> Option<usize> {
    let found = calls.iter().position(|call| match call {
        CallEvent::Began { id, operation, .. } => {
            judge.began(*id, operation);
            false
        }
        CallEvent::Ended { id, answer, .. } => judge.ended(*id, answer).is_err(),
    });
    assert_eq!(judge.undecided(), 0);
    found
}

fn judge(history: &str) -> bool {
    show(&mut Linearizability::<()>::default(), &calls(history)).is_none()
}

/// The order found for a history, if orders are recorded only after its first `passed` events.
fn order(history: &str, passed: usize) -> Vec<u64> {
    let (calls, mut before) = (calls(history), Linearizability::default());
    assert_eq!(show(&mut before, &calls[..passed]), None);
    let mut judge = before.with_orders();
    assert_eq!(show(&mut judge, &calls[passed..]), None);
    let found = judge.orders().next().unwrap().1.unwrap();
    found.into_iter().map(|id| id.0).collect()
}

/// The conflicting operations of a history, if only events after its first `passed` ones may be
/// removed.
fn without_order(history: &str, passed: usize) -> Vec<u64> {
    let (calls, mut before) = (calls(history), Linearizability::default());
    assert_eq!(show(&mut before, &calls[..passed]), None);
    let calls = &calls[passed..];
    let last = show(&mut before.clone(), calls).expect("a history without an order");
    conflict(&before, &calls[..=last], &key()).into_iter().map(|id| id.0).collect()
}

#[test]
fn one_after_the_other() {
    assert!(judge("1 set a, 1 ok, 2 get, 2 a, 3 del, 3 gone, 4 get, 4 -"));
    assert!(!judge("1 set a, 1 ok, 2 get, 2 -"), "a lost write");
    assert!(!judge("1 set a, 1 ok, 2 set b, 2 ok, 3 get, 3 a"), "a stale read");
    assert!(!judge("1 get, 1 a"), "a value from nowhere");
}

#[test]
fn at_the_same_time_either_order_will_do_but_only_one() {
    assert!(judge("1 set a, 2 get, 2 -, 1 ok"));
    assert!(judge("1 set a, 2 get, 2 a, 1 ok"));
    assert!(judge("1 set a, 2 set b, 1 ok, 2 ok, 3 get, 3 a, 4 get, 4 a"));
    assert!(!judge("1 set a, 2 set b, 1 ok, 2 ok, 3 get, 3 a, 4 get, 4 b"), "back and forth");
    assert!(!judge("1 set a, 2 get, 2 a, 3 get, 3 -, 1 ok"), "seen, then unseen");
}

#[test]
fn compare_and_set_tells_the_order() {
    assert!(judge("1 set a, 1 ok, 2 cas a b, 3 cas a c, 2 ok, 3 not b"));
    assert!(!judge("1 set a, 1 ok, 2 cas a b, 3 cas a c, 2 ok, 3 ok"), "both can't have won");
}

#[test]
fn an_abandoned_operation_may_take_effect_late_once_or_never() {
    assert!(judge("1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 a, 4 get, 4 b"));
    assert!(judge("1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 a"));
    let twice = "1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 b, 4 set a, 4 ok, 5 get, 5 b";
    assert!(!judge(twice), "a retry that wrote twice");
}

#[test]
fn keys_are_judged_on_their_own_and_stale_reads_not_at_all() {
    let mut judge = Linearizability::<()>::default();
    let read = Operation::Read { key: key(), consistency: Consistency::Stale };
    judge.began(RequestId(1), &read);
    assert_eq!(judge.ended(RequestId(1), &Answer::Value(Some(value("x")))), Ok(()));
}

#[test]
fn too_many_unknowns_leave_a_key_undecided() {
    let mut judge = Linearizability::<()>::default();
    for id in 0..40 {
        let set = Command::Set { key: key(), value: value(&id.to_string()) };
        judge.began(RequestId(id), &Operation::Write(set));
        assert_eq!(judge.ended(RequestId(id), &Answer::Unknown), Ok(()));
    }
    let read = Operation::Read { key: key(), consistency: Consistency::Linearizable };
    judge.began(RequestId(99), &read);
    assert_eq!(judge.ended(RequestId(99), &Answer::Value(None)), Ok(()));
    assert_eq!(judge.undecided(), 1);
}

#[test]
fn an_order_is_one_that_the_answers_allow() {
    assert_eq!(order("1 set a, 1 ok, 2 set b, 2 ok, 3 get, 3 b", 0), [1, 2, 3]);
    assert_eq!(order("1 set a, 2 get, 2 -, 1 ok", 0), [2, 1]);
    assert_eq!(order("1 set a, 2 get, 2 a, 1 ok", 0), [1, 2]);
    assert_eq!(order("1 set a, 2 set b, 1 ok, 2 ok, 3 get, 3 a", 0), [2, 1, 3]);
    let given_up = "1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 a, 4 get, 4 b";
    assert_eq!(order(given_up, 0), [1, 3, 2, 4], "what was given up has its place once it is seen");
    assert_eq!(order("1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 a", 0), [1, 3], "and none before");
}

#[test]
fn an_order_begins_where_recording_begins() {
    let history = "1 set a, 1 ok, 2 set b, 3 get, 3 b, 2 ok, 4 get, 4 b";
    assert_eq!(order(history, 0), [1, 2, 3, 4]);
    assert_eq!(order(history, 3), [2, 3, 4], "one that was under way then belongs to it");
    assert_eq!(order(history, 5), [4], "one that had taken effect does not");
}

#[test]
fn a_conflict_has_only_the_operations_involved() {
    assert_eq!(without_order("1 get, 1 a", 0), [1], "a value from nowhere");
    assert_eq!(without_order("1 set a, 1 ok, 2 get, 2 -", 0), [1, 2], "a lost write");
    let stale = "1 set x, 1 ok, 2 get, 2 x, 3 set a, 3 ok, 4 set b, 4 ok, 5 get, 5 b, 6 get, 6 a";
    assert_eq!(without_order(stale, 0), [3, 4, 6], "a stale read, and no need for what 5 has read");
    let twice = "1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 b, 4 set a, 4 ok, 5 get, 5 b";
    assert_eq!(without_order(twice, 0), [2, 3, 4, 5], "a retry that wrote twice");
    let both = "1 set a, 1 ok, 2 cas a b, 3 cas a c, 2 ok, 3 ok, 4 get, 4 c";
    assert_eq!(without_order(both, 0), [1, 2, 3], "both can't have won");
}

#[test]
fn a_conflict_takes_the_state_before_into_account() {
    let stale = "1 set a, 1 ok, 2 set b, 2 ok, 3 get, 3 b, 4 get, 4 a";
    assert_eq!(without_order(stale, 4), [4], "there was b, and nothing else could be");
    let under_way = "1 set a, 2 set b, 2 ok, 1 ok, 3 get, 3 a, 4 get, 4 b";
    assert_eq!(without_order(under_way, 3), [3, 4], "one of them is too much");
}

/// After an answer without an order the judge goes on without it.
#[test]
fn after_an_answer_without_an_order_the_others_are_still_ordered() {
    let history = calls("1 set a, 1 ok, 2 get, 2 -, 3 set b, 3 ok, 4 get, 4 b, 5 get, 5 a");
    let mut judge = Linearizability::default().with_orders();
    assert_eq!(show(&mut judge, &history), Some(3));
    assert_eq!(show(&mut judge, &history[4..]), Some(5), "that 5 is wrong is found, too");
    let ids = judge.orders().next().unwrap().1.unwrap().into_iter().map(|id| id.0);
    assert_eq!(ids.collect::<Vec<_>>(), [1, 3, 4]);
}
