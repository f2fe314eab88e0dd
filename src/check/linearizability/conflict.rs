//! Why a history has no order: a small subset of its operations that has none.
//!
//! Operations are removed as long as the rest still has no order. A removed operation may have had
//! any answer, and its write may appear at any time after its invocation, or never. So the
//! remaining operations contradict each other, whatever the others did.

use std::collections::BTreeSet;

use super::{KeyOperation, Linearizability};
use crate::cluster::{CallEvent, Operation, RequestId};
use crate::store::{Command, Key, Value};

/// A minimal subset of the operations on `key` that has no order.
///
/// `before` is the judge's state before the first of `calls`; the last of the calls is the answer
/// for which there is no order. Operations that ended before all of them are fixed.
pub fn conflict(before: &Linearizability, calls: &[CallEvent], key: &Key) -> BTreeSet<RequestId> {
    let before = before.only(key);
    let begun = calls.iter().filter_map(|call| match call {
        CallEvent::Began { id, operation, .. } if operation.ordered_key() == Some(key) => {
            Some((matches!(operation, Operation::Write(_)), *id))
        }
        CallEvent::Began { .. } | CallEvent::Ended { .. } => None,
    });
    let mut kept: Vec<_> = before.under_way(key).chain(begun).collect();
    // Try to remove reads first: a write explains more than a read of its value.
    kept.sort_unstable();
    let mut kept: Vec<RequestId> = kept.into_iter().map(|(_, id)| id).collect();
    let mut left_out = BTreeSet::new();
    // Remove many at once first, then fewer: most of a long history is not involved.
    let mut many = kept.len();
    while many > 0 {
        let mut at = 0;
        while at < kept.len() {
            let part = at..(at + many).min(kept.len());
            let mut without = left_out.clone();
            without.extend(&kept[part.clone()]);
            if has_order(&before, calls, key, &without) {
                at = part.end;
            } else {
                kept.drain(part);
                left_out = without;
            }
        }
        many /= 2;
    }
    kept.into_iter().collect()
}

/// Whether the operations of a key have an order without those that are left out.
fn has_order(
    before: &Linearizability,
    calls: &[CallEvent],
    key: &Key,
    left_out: &BTreeSet<RequestId>,
) -> bool {
    let mut judge = before.clone();
    left_out.iter().for_each(|id| judge.leave_out(key, *id));
    calls.iter().all(|call| match call {
        CallEvent::Began { id, operation, .. } => {
            if operation.ordered_key() == Some(key) {
                judge.began(*id, operation);
                if left_out.contains(id) {
                    judge.leave_out(key, *id);
                }
            }
            true
        }
        CallEvent::Ended { id, answer, .. } => judge.ended(*id, answer).is_ok(),
    })
}

impl Linearizability {
    /// The judge's state for one key.
    fn only(&self, key: &Key) -> Self {
        let history = self.keys.get(key).map(|history| (key.clone(), history.clone()));
        let of_key = self.key_of.iter().filter(|(_, of)| *of == key);
        Self {
            keys: history.into_iter().collect(),
            key_of: of_key.map(|(id, key)| (*id, key.clone())).collect(),
            undecided: 0,
        }
    }

    /// The pending operations of a key, and whether each is a write.
    fn under_way(&self, key: &Key) -> impl Iterator<Item = (bool, RequestId)> {
        let under_way = self.keys.get(key).into_iter().flat_map(|history| &history.under_way);
        under_way.map(|(id, step)| (*step != KeyOperation::Read, *id))
    }

    /// Removes a pending operation from the history.
    fn leave_out(&mut self, key: &Key, id: RequestId) {
        let Some(history) = self.keys.get_mut(key) else { return };
        self.key_of.remove(&id);
        if let Some(KeyOperation::Write(command)) = history.under_way.remove(&id) {
            history.loose.insert(leaves(command));
        }
    }
}

/// The value after a command that changes anything.
fn leaves(command: Command) -> Option<Value> {
    match command {
        Command::Set { value, .. } | Command::Cas { new: value, .. } => Some(value),
        Command::Delete { .. } => None,
    }
}
