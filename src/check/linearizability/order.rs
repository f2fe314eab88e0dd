//! An order that a history could have had: by which the state that is left was come to.

use std::rc::Rc;

use super::{History, Linearizability};
use crate::cluster::RequestId;
use crate::store::Key;

/// How a state was come to: nothing, for a judge that need not know; or an [`Order`].
pub trait Trail: Clone + Default {
    /// The same, and then this operation takes effect.
    #[must_use]
    fn then(&self, id: RequestId) -> Self;
}

impl Trail for () {
    fn then(&self, _id: RequestId) -> Self {}
}

/// The operations that took effect, one after the other. States share what they have in common.
#[derive(Clone, Debug, Default)]
pub struct Order(Option<Rc<Link>>);

#[derive(Debug)]
struct Link {
    last: RequestId,
    before: Order,
}

impl Trail for Order {
    fn then(&self, id: RequestId) -> Self {
        Self(Some(Rc::new(Link { last: id, before: self.clone() })))
    }
}

impl Order {
    /// The operations, the first first.
    fn operations(&self) -> Vec<RequestId> {
        let mut operations = Vec::new();
        let mut order = self;
        while let Some(link) = &order.0 {
            operations.push(link.last);
            order = &link.before;
        }
        operations.reverse();
        operations
    }
}

impl Linearizability {
    /// A judge that knows the same, and writes down an order from here on.
    pub fn with_orders(&self) -> Linearizability<Order> {
        let keys = self.keys.iter().map(|(key, history)| (key.clone(), history.with_trail()));
        Linearizability {
            keys: keys.collect(),
            key_of: self.key_of.clone(),
            undecided: self.undecided,
        }
    }
}

impl History<()> {
    fn with_trail<T: Trail>(&self) -> History<T> {
        let states = self.states.keys().map(|state| (state.clone(), T::default()));
        History {
            under_way: self.under_way.clone(),
            abandoned: self.abandoned.clone(),
            loose: self.loose.clone(),
            states: states.collect(),
            undecided: self.undecided,
        }
    }
}

impl Linearizability<Order> {
    /// For each key that was asked for an order that its operations could have had since orders are written
    /// down, without those that need not have taken effect yet; `None` where too many were under way at once.
    pub fn orders(&self) -> impl Iterator<Item = (&Key, Option<Vec<RequestId>>)> {
        self.keys.iter().map(|(key, history)| {
            // The one that claims least of what is still under way.
            let states = history.states.iter();
            let least = states.min_by_key(|(state, _)| state.done.len());
            let order = least.filter(|_| !history.undecided);
            (key, order.map(|(_, order)| order.operations()))
        })
    }
}
