//! The thing that the user points at in one view is marked in all views.
//!
//! The attributes `data-node`, `data-entry`, `data-message` and `data-request` name what an element shows. The marked
//! elements get `data-lit`, which no rendering writes. What draws on a canvas asks the [`Pointer`].

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, NodeList};

use crate::playground::Time;
use crate::playground::view::NodeNumber;

/// What is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Highlight {
    Node(NodeNumber),
    /// An entry, by its index, in every log.
    Entry(u64),
    /// A message, by its number.
    Message(u64),
    /// A client's request, by its number.
    Request(u64),
    Instant(Time),
}

impl Highlight {
    /// The thing that an element shows, or the nearest element around it that shows one.
    pub fn of(element: &Element) -> Option<Self> {
        let number = |name: &str| {
            let bearer = element.closest(&format!("[{name}]")).ok().flatten()?;
            bearer.get_attribute(name)?.parse::<u64>().ok()
        };
        let node = || number("data-node").and_then(|node| u32::try_from(node).ok());
        let entry = number("data-entry").map(Self::Entry);
        let message = || number("data-message").map(Self::Message);
        let request = || number("data-request").map(Self::Request);
        entry.or_else(message).or_else(request).or_else(|| node().map(Self::Node))
    }

    /// The instant, where it is one.
    pub fn instant(self) -> Option<Time> {
        match self {
            Self::Instant(at) => Some(at),
            Self::Node(_) | Self::Entry(_) | Self::Message(_) | Self::Request(_) => None,
        }
    }

    fn selector(self) -> Option<String> {
        match self {
            Self::Node(node) => Some(format!("[data-node=\"{node}\"]")),
            Self::Entry(index) => Some(format!("[data-entry=\"{index}\"]")),
            Self::Message(id) => Some(format!("[data-message=\"{id}\"]")),
            Self::Request(id) => Some(format!("[data-request=\"{id}\"]")),
            Self::Instant(_) => None,
        }
    }
}

/// A handle to what the user points at; clones share it.
#[derive(Clone, Default)]
pub struct Pointer(Rc<Cell<Option<Highlight>>>);

impl Pointer {
    /// The thing that the user points at.
    pub fn highlight(&self) -> Option<Highlight> {
        self.0.get()
    }

    /// The user points at something else, or at nothing.
    pub fn point(&self, highlight: Option<Highlight>) {
        self.0.set(highlight);
    }
}

impl PartialEq for Pointer {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Keeps the marks on the page's elements.
#[derive(Default)]
pub struct Marker {
    shown: Option<(Highlight, u64)>,
}

impl Marker {
    /// Marks what is pointed at, if that or the page has changed.
    pub fn mark(&mut self, document: &Document, lit: Option<Highlight>, revision: u64) {
        let wanted = lit.map(|highlight| (highlight, revision));
        if self.shown == wanted {
            return;
        }
        self.shown = wanted;
        for element in elements(document.query_selector_all("[data-lit]").ok()) {
            let _ = element.remove_attribute("data-lit");
        }
        let selector = wanted.and_then(|(highlight, _)| highlight.selector());
        let found = selector.and_then(|selector| document.query_selector_all(&selector).ok());
        for element in elements(found) {
            let _ = element.set_attribute("data-lit", "");
        }
    }
}

fn elements(list: Option<NodeList>) -> impl Iterator<Item = Element> {
    let count = list.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |at| list.as_ref()?.get(at)?.dyn_into().ok())
}
