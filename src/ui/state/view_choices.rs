//! What the user has chosen in the views, so that it is found again after a look at the stage.

use std::cell::Cell;
use std::rc::Rc;

use crate::playground::Duration;
use crate::playground::view::NodeNumber;

/// A handle to the choices; clones share it.
#[derive(Clone, Default)]
pub struct ViewChoices(Rc<Cell<Choices>>);

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// How much time the space-time diagram shows.
    pub spacetime: Duration,
    /// How much time the clients' operations are shown of; `None` for all.
    pub operations: Option<Duration>,
    /// Which states the view of differences compares.
    pub compared: Compared,
}

impl Default for Choices {
    fn default() -> Self {
        let spacetime = Duration::from_millis(200);
        Self { spacetime, operations: None, compared: Compared::default() }
    }
}

/// Which servers are compared, and with what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// `None` for all.
    pub who: Option<NodeNumber>,
    /// `None` for the instant that is pinned.
    pub with: Option<NodeNumber>,
}

impl ViewChoices {
    pub fn get(&self) -> Choices {
        self.0.get()
    }

    pub fn change(&self, change: impl FnOnce(&mut Choices)) {
        let mut choices = self.0.get();
        change(&mut choices);
        self.0.set(choices);
    }
}

impl PartialEq for ViewChoices {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
