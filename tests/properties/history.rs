//! Random histories of a few operations on one key: the judge against a brute-force search of all
//! orders.

use std::collections::BTreeSet;

use kvorum::check::{Linearizability, conflict};
use kvorum::cluster::{Answer, CallEvent, Consistency, Operation, RequestId, YOU};
use kvorum::store::{Command, Key, Outcome, Value};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

/// An operation with its answer, pending from one instant to another.
#[derive(Clone, Debug)]
struct Call {
    operation: Operation,
    answer: Answer,
    from: u32,
    to: u32,
}

fn key() -> Key {
    Key::new("k").expect("a key")
}

fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec!["a", "b"]).prop_map(|text| Value::new(text).expect("a value"))
}

fn call() -> impl Strategy<Value = Call> {
    let found = prop::option::of(value());
    (0..12_u32, 1..6_u32, 0..9_u32, value(), value(), found).prop_map(
        |(from, lasts, kind, one, other, found)| {
            let (operation, answer) = match kind {
                0..3 => (
                    Operation::Write(Command::Set { key: key(), value: one }),
                    if kind == 0 { Answer::Unknown } else { Answer::Outcome(Outcome::Written) },
                ),
                3 => (
                    Operation::Write(Command::Delete { key: key() }),
                    Answer::Outcome(found.map_or(Outcome::NotFound, |_| Outcome::Deleted)),
                ),
                4 => (
                    Operation::Write(Command::Cas { key: key(), old: one, new: other }),
                    Answer::Outcome(Outcome::Written),
                ),
                5 => (
                    Operation::Write(Command::Cas { key: key(), old: one, new: other }),
                    Answer::Outcome(Outcome::Mismatch(found)),
                ),
                _ => (
                    Operation::Read { key: key(), consistency: Consistency::Linearizable },
                    Answer::Value(found),
                ),
            };
            Call { operation, answer, from, to: from + lasts }
        },
    )
}

/// The events that the judge sees, in the order of time; at the same instant, invocations come
/// before ends.
fn events(calls: &[Call]) -> Vec<CallEvent> {
    let mut events = Vec::new();
    for (id, call) in calls.iter().enumerate() {
        let request = RequestId(id as u64);
        let ended = CallEvent::Ended { id: request, answer: call.answer.clone(), wrote: None };
        let began =
            CallEvent::Began { id: request, client: YOU, operation: call.operation.clone() };
        events.push(((call.from, 0, id), began));
        events.push(((call.to, 1, id), ended));
    }
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}

/// The value of the store after the operation, if the store gives this answer when it has the value
/// `held`.
fn executed(held: &Option<Value>, call: &Call) -> Option<Option<Value>> {
    let (answer, then) = match &call.operation {
        Operation::Write(Command::Set { value, .. }) => {
            (Answer::Outcome(Outcome::Written), Some(value.clone()))
        }
        Operation::Write(Command::Delete { .. }) => {
            let was = held.as_ref().map_or(Outcome::NotFound, |_| Outcome::Deleted);
            (Answer::Outcome(was), None)
        }
        Operation::Write(Command::Cas { old, new, .. }) if held.as_ref() == Some(old) => {
            (Answer::Outcome(Outcome::Written), Some(new.clone()))
        }
        Operation::Write(Command::Cas { .. }) => {
            (Answer::Outcome(Outcome::Mismatch(held.clone())), held.clone())
        }
        _ => (Answer::Value(held.clone()), held.clone()),
    };
    (call.answer == Answer::Unknown || call.answer == answer).then_some(then)
}

/// Tries every order of the remaining operations. An operation that was given up may also never
/// happen.
fn has_order(calls: &[Call], left: &BTreeSet<usize>, held: &Option<Value>) -> bool {
    let first_end = left.iter().filter(|id| calls[**id].answer != Answer::Unknown);
    let Some(first_end) = first_end.map(|id| calls[*id].to).min() else { return true };
    left.iter().any(|id| {
        let then = executed(held, &calls[*id]).filter(|_| calls[*id].from <= first_end);
        then.is_some_and(|then| {
            let rest = left.iter().copied().filter(|other| other != id).collect();
            has_order(calls, &rest, &then)
        })
    })
}

/// The place of the first answer without an order.
fn judged(judge: &mut Linearizability, events: &[CallEvent]) -> Option<usize> {
    events.iter().position(|event| match event {
        CallEvent::Began { id, operation, .. } => {
            judge.began(*id, operation);
            false
        }
        CallEvent::Ended { id, answer, .. } => judge.ended(*id, answer).is_err(),
    })
}

proptest! {
    #[test]
    fn the_judge_finds_an_order_where_there_is_one(calls in prop::collection::vec(call(), 0..7)) {
        let all = (0..calls.len()).collect();
        let found = judged(&mut Linearizability::default(), &events(&calls));
        prop_assert_eq!(found.is_none(), has_order(&calls, &all, &None));
    }

    #[test]
    fn an_order_is_one_that_the_answers_and_the_clock_allow(calls in prop::collection::vec(call(), 0..7)) {
        let mut judge = Linearizability::default().with_orders();
        let mut sound = true;
        for event in events(&calls) {
            match event {
                CallEvent::Began { id, operation, .. } => judge.began(id, &operation),
                CallEvent::Ended { id, answer, .. } => sound &= judge.ended(id, &answer).is_ok(),
            }
        }
        if let (true, Some((_, order))) = (sound, judge.orders().next()) {
            let order: Vec<usize> = order.unwrap().into_iter().map(|id| id.0 as usize).collect();
            let mut held = None;
            for id in &order {
                let then = executed(&held, &calls[*id]);
                prop_assert!(then.is_some(), "{} can't be next in {:?}", id, order);
                held = then.unwrap();
            }
            for (place, later) in order.iter().enumerate() {
                let is_over = |earlier: &&usize| calls[*later].to < calls[**earlier].from && calls[*later].answer != Answer::Unknown;
                let too_late = order[..place].iter().find(is_over);
                prop_assert_eq!(too_late, None, "{} was over before, in {:?}", later, order);
            }
            for (id, call) in calls.iter().enumerate() {
                prop_assert!(order.contains(&id) || call.answer == Answer::Unknown, "{} lacks in {:?}", id, order);
            }
        }
    }

    #[test]
    fn a_conflict_has_no_order_whatever_the_others_did(calls in prop::collection::vec(call(), 1..7), passed in any::<prop::sample::Index>()) {
        let events = events(&calls);
        let (before, after) = events.split_at(passed.index(events.len()));
        let mut judge = Linearizability::default();
        if judged(&mut judge, before).is_none() && let Some(last) = judged(&mut judge.clone(), after) {
            let found = conflict(&judge, &after[..=last], &key());
            let found: BTreeSet<usize> = found.into_iter().map(|id| id.0 as usize).collect();
            let over = |id: usize| !after.iter().any(|event| {
                matches!(event, CallEvent::Began { id: of, .. } | CallEvent::Ended { id: of, .. } if of.0 == id as u64)
            });
            let CallEvent::Ended { id: last, .. } = &after[last] else { panic!("an answer is the last") };
            let last = (calls[last.0 as usize].to, last.0 as usize);
            // All others may have had any answer, and so may those that were still pending.
            let end = calls.iter().map(|call| call.to).max().unwrap();
            let mut others_free = calls.clone();
            for (id, call) in others_free.iter_mut().enumerate() {
                if !(found.contains(&id) || over(id)) || (call.to, id) > last {
                    (call.answer, call.to) = (Answer::Unknown, end);
                }
            }
            let all = (0..calls.len()).collect();
            prop_assert!(!found.is_empty());
            prop_assert!(!has_order(&others_free, &all, &None), "{:?} have an order", found);
        }
    }
}
