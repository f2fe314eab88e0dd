//! What the page asks of the browser: address, storage of settings, focus, frames, files to save.

pub mod download;
pub mod focus_guard;
pub mod frame;
pub mod page;
pub mod style_changes;
