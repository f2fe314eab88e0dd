//! The states of the page that need a browser, or that are made anew from the playground.

pub mod appearance;
pub mod focus;
pub mod kept_run;
pub mod narrator;
pub mod snapshot;
