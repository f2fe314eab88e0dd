//! Runs that are kept, opened and shared.

pub mod autosave;
pub mod dialog;
pub mod files;
pub mod run_store;
pub mod share;
