//! How long chores took, kept beside what they made until the bench asks.

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

/// How many seconds this takes, if it succeeds.
pub(crate) fn of(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed().as_secs_f64())
}

/// Keeps a number of seconds in this folder, in place of an earlier one of this name.
pub(crate) fn note(folder: &Path, name: &str, seconds: f64) -> Result<()> {
    let mut times = all(folder);
    times.insert(name.to_owned(), seconds.round().into());
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join(FILE), Value::Object(times).to_string()))
        .with_context(|| format!("{FILE} cannot be written to {}.", folder.display()))
}

/// What is kept in this folder; nothing if that cannot be read.
pub(crate) fn all(folder: &Path) -> Map<String, Value> {
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
