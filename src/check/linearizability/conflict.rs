//! Why a history has no order: few of its operations that have none already.
//!
//! Operations are left out as long as what remains still has no order. One that is left out may have had any
//! answer, and what it wrote may be there at any time after it began, or never. So whatever remains
//! contradicts itself, whatever the others did.

use std::collections::BTreeSet;

use super::{KeyOperation, Linearizability};
use crate::cluster::{CallEvent, Operation, RequestId};
use crate::store::{Command, Key, Value};

/// The operations of `key` that have no order, of which none could be left out.
///
/// `before` is what was known before the first of `calls`, and the last of these is the answer for which
/// there is no order. Nothing is left out of what ended before all of them.
pub fn conflict(before: &Linearizability, calls: &[CallEvent], key: &Key) -> BTreeSet<RequestId> {
    let before = before.only(key);
    let begun = calls.iter().filter_map(|call| match call {
        CallEvent::Began { id, operation, .. } if operation.ordered_key() == Some(key) => {
            Some((matches!(operation, Operation::Write(_)), *id))
        }
        CallEvent::Began { .. } | CallEvent::Ended { .. } => None,
    });
    let mut kept: Vec<_> = before.under_way(key).chain(begun).collect();
    // Reads are tried first: where a write or what was read of it will do, the write says more.
    kept.sort_unstable();
    let mut kept: Vec<RequestId> = kept.into_iter().map(|(_, id)| id).collect();
    let mut left_out = BTreeSet::new();
    // Many at once, then fewer: most of a long history has nothing to do with it.
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

/// Whether the operations of a key have an order, without those that are left out.
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
    /// What is known of one key.
    fn only(&self, key: &Key) -> Self {
        let history = self.keys.get(key).map(|history| (key.clone(), history.clone()));
        let of_key = self.key_of.iter().filter(|(_, of)| *of == key);
        Self {
            keys: history.into_iter().collect(),
            key_of: of_key.map(|(id, key)| (*id, key.clone())).collect(),
            undecided: 0,
        }
    }

    /// The operations on a key that may take effect from now on, and which of them are writes.
    fn under_way(&self, key: &Key) -> impl Iterator<Item = (bool, RequestId)> {
        let under_way = self.keys.get(key).into_iter().flat_map(|history| &history.under_way);
        under_way.map(|(id, step)| (*step != KeyOperation::Read, *id))
    }

    /// Leaves an operation under way out of account.
    fn leave_out(&mut self, key: &Key, id: RequestId) {
        let Some(history) = self.keys.get_mut(key) else { return };
        self.key_of.remove(&id);
        if let Some(KeyOperation::Write(command)) = history.under_way.remove(&id) {
            history.loose.insert(leaves(command));
        }
    }
}

/// What a command leaves where it changes anything.
fn leaves(command: Command) -> Option<Value> {
    match command {
        Command::Set { value, .. } | Command::Cas { new: value, .. } => Some(value),
        Command::Delete { .. } => None,
    }
}
