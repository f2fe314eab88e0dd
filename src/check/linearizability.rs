//! Linearizability of the clients' history: whether a single store that executes one operation at a
//! time could have given it.
//!
//! Every operation takes effect at some instant between its invocation and its end (Herlihy and
//! Wing, 1990). The judge follows the history event by event and keeps, for each key separately,
//! all states that the store could be in: its value, and which of the pending operations have taken
//! effect. When an operation ends, only those states are kept in which it has taken effect with the
//! given answer (Lowe's "just-in-time linearization", 2017). If no state is left, the history is
//! not linearizable.
//!
//! An operation whose client gave up may take effect at any later time, or never. Too many of those
//! at once would need too many states; then the key is left undecided rather than judged wrongly.
//! Reads with weaker consistency are ignored.
//!
//! To get an order, each state records how it was reached ([`order`]). To find out why there is
//! none, operations are removed as long as there still is none ([`conflict`]).

mod conflict;
mod order;

use std::collections::{BTreeMap, BTreeSet};

pub use conflict::conflict;
pub use order::Order;
use order::Trail;

use crate::cluster::{Answer, Operation, RequestId};
use crate::store::{Command, Key, Outcome, Value};

/// The maximum number of states of a key before it is left undecided.
const MOST_STATES: usize = 2_000;

/// The judge's state. `T` records how each state of a key was reached, if that is wanted.
#[derive(Clone, Debug, Default)]
pub struct Linearizability<T = ()> {
    keys: BTreeMap<Key, History<T>>,
    key_of: BTreeMap<RequestId, Key>,
    undecided: u64,
}

/// The state of the judge for one key.
#[derive(Clone, Debug)]
struct History<T> {
    under_way: BTreeMap<RequestId, KeyOperation>,
    /// Pending operations whose clients gave up.
    abandoned: BTreeSet<RequestId>,
    /// Values that may appear at any time, from writes that were removed from the history.
    loose: BTreeSet<Option<Value>>,
    states: BTreeMap<State, T>,
    /// There were too many states once: the key is no longer judged.
    undecided: bool,
}

/// The operation on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum KeyOperation {
    Read,
    Write(Command),
}

/// A state that the store could be in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    value: Option<Value>,
    /// Pending operations that have taken effect, with their results.
    done: BTreeMap<RequestId, Effect>,
}

/// The result of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Wrote,
    Deleted,
    FoundNothing,
    Found(Option<Value>),
}

impl<T: Trail> Linearizability<T> {
    /// A client has invoked an operation.
    pub fn began(&mut self, id: RequestId, operation: &Operation) {
        let Some(key) = operation.ordered_key() else { return };
        let step = match operation {
            Operation::Write(command) => KeyOperation::Write(command.clone()),
            Operation::Read { .. } | Operation::Change(_) => KeyOperation::Read,
        };
        self.key_of.insert(id, key.clone());
        self.keys.entry(key.clone()).or_default().under_way.insert(id, step);
    }

    /// An operation was answered or given up. The judge goes on after an error as if the client had
    /// given up.
    ///
    /// # Errors
    ///
    /// The key whose history has no order any more. The judge goes on as if this client had given up.
    pub fn ended(&mut self, id: RequestId, answer: &Answer) -> Result<(), Key> {
        let Some(key) = self.key_of.remove(&id) else { return Ok(()) };
        let Some(history) = self.keys.get_mut(&key) else { return Ok(()) };
        let was_undecided = history.undecided;
        let sound = match effect(answer) {
            None => {
                history.abandoned.insert(id);
                true
            }
            Some(effect) => history.end(id, &effect),
        };
        self.undecided += u64::from(history.undecided && !was_undecided);
        if sound { Ok(()) } else { Err(key) }
    }

    /// The number of keys that were left undecided.
    pub fn undecided(&self) -> u64 {
        self.undecided
    }
}

impl<T: Trail> Default for History<T> {
    fn default() -> Self {
        let nothing = State { value: None, done: BTreeMap::new() };
        Self {
            under_way: BTreeMap::new(),
            abandoned: BTreeSet::new(),
            loose: BTreeSet::new(),
            states: BTreeMap::from([(nothing, T::default())]),
            undecided: false,
        }
    }
}

impl<T: Trail> History<T> {
    /// Ends an operation with a result: keeps the states that allow it. Returns `false` if there
    /// are none.
    fn end(&mut self, id: RequestId, effect: &Effect) -> bool {
        if self.undecided {
            self.under_way.remove(&id);
            return true;
        }
        let Some(reachable) = self.reachable(id) else {
            self.undecided = true;
            self.under_way.remove(&id);
            return true;
        };
        let allowing = reachable.into_iter().filter_map(|(mut state, trail)| {
            let done = state.done.remove(&id)?;
            (done == *effect).then_some((state, trail))
        });
        let mut states = BTreeMap::new();
        for (state, trail) in allowing {
            states.entry(state).or_insert(trail);
        }
        if states.is_empty() {
            self.abandoned.insert(id);
            return false;
        }
        self.under_way.remove(&id);
        self.states = states;
        true
    }

    /// All states that can be reached by letting pending operations take effect, in any order,
    /// until this one has; `None` if there are too many.
    fn reachable(&self, until: RequestId) -> Option<BTreeMap<State, T>> {
        let mut reached = self.states.clone();
        let mut fresh: Vec<(State, T)> = Vec::new();
        fresh.extend(reached.iter().map(|(state, trail)| (state.clone(), trail.clone())));
        while let Some((state, trail)) = fresh.pop() {
            if state.done.contains_key(&until) {
                continue;
            }
            let steps = self.under_way.iter().filter(|(id, step)| {
                // A read that was given up changes nothing.
                let changes_nothing = **step == KeyOperation::Read && self.abandoned.contains(id);
                !changes_nothing && !state.done.contains_key(id)
            });
            let stepped = steps.map(|(id, step)| (state.after(*id, step), trail.then(*id)));
            let loose = self.loose.iter().map(|value| {
                (State { value: value.clone(), done: state.done.clone() }, trail.clone())
            });
            for (next, trail) in stepped.chain(loose) {
                if reached.contains_key(&next) {
                    continue;
                }
                if reached.len() >= MOST_STATES {
                    return None;
                }
                reached.insert(next.clone(), trail.clone());
                fresh.push((next, trail));
            }
        }
        Some(reached)
    }
}

impl State {
    /// The state after the operation has taken effect.
    fn after(&self, id: RequestId, step: &KeyOperation) -> Self {
        let mut next = self.clone();
        let effect = match step {
            KeyOperation::Read => Effect::Found(self.value.clone()),
            KeyOperation::Write(Command::Set { value, .. }) => {
                next.value = Some(value.clone());
                Effect::Wrote
            }
            KeyOperation::Write(Command::Delete { .. }) => match next.value.take() {
                Some(_) => Effect::Deleted,
                None => Effect::FoundNothing,
            },
            KeyOperation::Write(Command::Cas { old, new, .. })
                if self.value.as_ref() == Some(old) =>
            {
                next.value = Some(new.clone());
                Effect::Wrote
            }
            KeyOperation::Write(Command::Cas { .. }) => Effect::Found(self.value.clone()),
        };
        next.done.insert(id, effect);
        next
    }
}

/// The result that an answer reports; `None` if it reports nothing about the store.
fn effect(answer: &Answer) -> Option<Effect> {
    match answer {
        Answer::Outcome(Outcome::Written) => Some(Effect::Wrote),
        Answer::Outcome(Outcome::Deleted) => Some(Effect::Deleted),
        Answer::Outcome(Outcome::NotFound) => Some(Effect::FoundNothing),
        Answer::Outcome(Outcome::Mismatch(found)) => Some(Effect::Found(found.clone())),
        Answer::Value(value) => Some(Effect::Found(value.clone())),
        Answer::Outcome(Outcome::Forgotten | Outcome::Expired(_))
        | Answer::Changed
        | Answer::Ended { .. }
        | Answer::Refused(_)
        | Answer::Unknown
        | Answer::Unread => None,
    }
}

#[cfg(test)]
mod tests;
