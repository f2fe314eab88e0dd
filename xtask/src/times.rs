//! Durations of chores, stored beside their results until the bench reads them.

#![expect(
    clippy::disallowed_methods,
    reason = "how long a chore took is for people, and decides nothing"
)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

const FILE: &str = "times.json";

/// The duration in seconds of `work`, if it succeeds.
pub(crate) fn of(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed().as_secs_f64())
}

/// Stores a number of seconds in this folder under a name.
pub(crate) fn note(folder: &Path, name: &str, seconds: f64) -> Result<()> {
    let mut times = all(folder);
    times.insert(name.to_owned(), seconds.round().into());
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join(FILE), Value::Object(times).to_string()))
        .with_context(|| format!("{FILE} cannot be written to {}.", folder.display()))
}

/// The stored numbers of this folder; empty if they can't be read.
pub(crate) fn all(folder: &Path) -> Map<String, Value> {
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
