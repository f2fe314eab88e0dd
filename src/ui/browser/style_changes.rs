//! Tells whether the styles may have changed, as with another theme, chosen on the page or by the system.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;

/// The settings of the system that the styles depend on.
const MEDIA: [&str; 3] =
    ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-reduced-motion: reduce)"];

/// Listens to such changes for as long as it is kept; clones share it.
#[derive(Clone)]
pub struct StyleChanges(Rc<Shared>);

struct Shared {
    is_due: Rc<Cell<bool>>,
    _listeners: Vec<EventListener>,
}

impl StyleChanges {
    /// Begins to listen to the system. The first call of `take` reports a change.
    pub fn listen() -> Self {
        let is_due = Rc::new(Cell::new(true));
        let listener = |query: &str| {
            let list = web_sys::window()?.match_media(query).ok().flatten()?;
            let is_due = Rc::clone(&is_due);
            Some(EventListener::new(&list, "change", move |_| is_due.set(true)))
        };
        let listeners = MEDIA.into_iter().filter_map(listener).collect();
        Self(Rc::new(Shared { is_due, _listeners: listeners }))
    }

    /// Notes that the page itself has another theme.
    pub fn note(&self) {
        self.0.is_due.set(true);
    }

    /// Whether there was a change since this was asked last.
    pub fn take(&self) -> bool {
        self.0.is_due.take()
    }
}
