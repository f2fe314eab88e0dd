//! End to end: the built page in a real browser, used as users and screen readers do, by role and
//! accessible name.
//!
//! `cargo xtask test` builds the page and runs these tests. They need `KVORUM_DIST` (the folder of
//! the release page), `CHROMIUM`, `CHROMEDRIVER` and `KVORUM_AXE` (the path of axe-core's script).
//! Everything else, such as the web server, runs in this process.

#![cfg(not(target_arch = "wasm32"))]

mod access;
mod anything;
mod browser;
mod chromium;
mod clients;
mod cluster;
mod famous;
mod faults;
mod finder;
mod hands;
mod journey;
mod kept;
mod keyboard;
mod laboratory;
mod lessons;
mod likeness;
mod mistakes;
mod modes;
mod monkey;
mod page;
mod pairs;
mod pictures;
mod room;
mod scripts;
mod site;
mod sizes;
mod start;
mod states;
mod stories;
mod time;
mod verdicts;
mod views;
