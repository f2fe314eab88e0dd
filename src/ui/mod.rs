//! The page: Yew components over the plain data of [`crate::playground::view`].
//!
//! Each folder is a room; a room imports only from those above it in this list, and the rooms of the seventh line not
//! from each other (`tests/layers.rs`).
//!
//! | rooms | what is in them |
//! |---|---|
//! | `format` | texts of numbers, times and states |
//! | `browser` | what is asked of the browser: address, storage of settings, focus, frames |
//! | `geometry` | where things lie: layout, paths of messages, the outline of a partition, scales |
//! | `canvas` | how things are drawn on a canvas |
//! | `state` | what rooms share: the session, what is pointed at, keys, the frame scheduler |
//! | `widgets` | parts that several rooms use |
//! | `stage`, `views`, `panels`, `timeline`, `runs`, `search`, `course` | the parts of the page |
//! | `app` | composes the page; the only room that knows all |
//!
//! `format`, `geometry` and the parts of `state` that need no browser build natively too, and are tested there. Nothing
//! here decides anything about the cluster, and only this folder knows a browser.

pub mod format;
pub mod geometry;
pub mod state;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod canvas;
#[cfg(target_arch = "wasm32")]
pub mod course;
#[cfg(target_arch = "wasm32")]
pub mod panels;
#[cfg(target_arch = "wasm32")]
pub mod runs;
#[cfg(target_arch = "wasm32")]
pub mod search;
#[cfg(target_arch = "wasm32")]
pub mod stage;
#[cfg(target_arch = "wasm32")]
pub mod timeline;
#[cfg(target_arch = "wasm32")]
pub mod views;
#[cfg(target_arch = "wasm32")]
pub mod widgets;

#[cfg(target_arch = "wasm32")]
use web_sys::Element;

/// Mounts the page into the document; in a worker, which has none, it waits to be told what to search.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    // assets/boot.js tells the user. It also sees errors that a panic hook can't see.
    console_error_panic_hook::set_once();
    if web_sys::window().is_none() {
        return search::worker::serve();
    }
    browser::page::Theme::recall().show();
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let root = document.get_element_by_id("app").or_else(|| document.body().map(Element::from));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root_and_props(root, app::Props { keeps: true }).render();
    }
}
