//! Recording an order that explains each state.

use std::rc::Rc;

use super::{History, Linearizability};
use crate::cluster::RequestId;
use crate::store::Key;

/// How a state was reached: `()` for a judge that need not know, or an [`Order`].
pub trait Trail: Clone + Default {
    /// The trail extended by an operation.
    #[must_use]
    fn then(&self, id: RequestId) -> Self;
}

impl Trail for () {
    fn then(&self, _id: RequestId) -> Self {}
}

/// Operations in the order in which they took effect. States share common prefixes.
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
    /// The operations, the earliest first.
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
    /// A judge in the same state that records orders from here on.
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
    /// For each key, an order of the operations since orders are recorded, without those that need
    /// not have taken effect yet; `None` if too many were pending at once.
    pub fn orders(&self) -> impl Iterator<Item = (&Key, Option<Vec<RequestId>>)> {
        self.keys.iter().map(|(key, history)| {
            // The state that assumes the fewest effects of pending operations.
            let states = history.states.iter();
            let least = states.min_by_key(|(state, _)| state.done.len());
            let order = least.filter(|_| !history.undecided);
            (key, order.map(|(_, order)| order.operations()))
        })
    }
}
