//! Histories that have an order, and histories that have none.

use super::*;
use crate::cluster::Consistency;

fn key() -> Key {
    Key::new("k").unwrap()
}

fn value(text: &str) -> Value {
    Value::new(text).unwrap()
}

/// `1 set a`, `1 ok`, `2 get`, `2 a`, `2 -` (no such key), `1 ?` (gave up), `3 cas a b`, `3 not a`.
fn judge(history: &str) -> bool {
    let mut judge = Linearizability::default();
    for event in history.split(", ") {
        let words: Vec<&str> = event.split(' ').collect();
        let id = RequestId(words[0].parse().unwrap());
        let command = |command| Operation::Write(command);
        let begun = match words[1..] {
            ["set", to] => Some(command(Command::Set { key: key(), value: value(to) })),
            ["del"] => Some(command(Command::Delete { key: key() })),
            ["cas", old, new] => {
                Some(command(Command::Cas { key: key(), old: value(old), new: value(new) }))
            }
            ["get"] => Some(Operation::Read { key: key(), consistency: Consistency::Linearizable }),
            _ => None,
        };
        if let Some(operation) = begun {
            judge.began(id, &operation);
            continue;
        }
        let answer = match words[1..] {
            ["ok"] => Answer::Outcome(Outcome::Written),
            ["gone"] => Answer::Outcome(Outcome::Deleted),
            ["not", found] => Answer::Outcome(Outcome::Mismatch(Some(value(found)))),
            ["?"] => Answer::Unknown,
            ["-"] => Answer::Value(None),
            [read] => Answer::Value(Some(value(read))),
            _ => panic!("{event}"),
        };
        if judge.ended(id, &answer).is_err() {
            return false;
        }
    }
    assert_eq!(judge.undecided(), 0);
    true
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
fn what_was_given_up_may_happen_late_once_or_never() {
    assert!(judge("1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 a, 4 get, 4 b"));
    assert!(judge("1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 a"));
    let twice = "1 set a, 1 ok, 2 set b, 2 ?, 3 get, 3 b, 4 set a, 4 ok, 5 get, 5 b";
    assert!(!judge(twice), "a retry that wrote twice");
}

#[test]
fn keys_are_judged_on_their_own_and_stale_reads_not_at_all() {
    let mut judge = Linearizability::default();
    let read = Operation::Read { key: key(), consistency: Consistency::Stale };
    judge.began(RequestId(1), &read);
    assert_eq!(judge.ended(RequestId(1), &Answer::Value(Some(value("x")))), Ok(()));
}

#[test]
fn too_many_unknowns_leave_a_key_undecided() {
    let mut judge = Linearizability::default();
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
