//! Numbered steps: one line when a step begins, and another with its duration. A failure names its
//! step, and no other step begins after it.

#![expect(
    clippy::disallowed_methods,
    reason = "how long a step took is for people, and decides nothing"
)]

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

pub(crate) struct Steps {
    total: usize,
    begun: AtomicUsize,
    has_failed: AtomicBool,
    started: Instant,
}

/// The error of a step that did not begin because a parallel one failed.
#[derive(Debug)]
pub(crate) struct NotBegun;

impl fmt::Display for NotBegun {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("A step failed, and no other begins.")
    }
}

impl std::error::Error for NotBegun {}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        let (begun, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self { total, begun, has_failed, started: Instant::now() }
    }

    /// Runs a step, announced as `[2/9] title`. Other steps may run at the same time.
    pub(crate) fn run<T>(&self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        ensure!(!self.has_failed.load(Ordering::SeqCst), NotBegun);
        let place = format!("[{}/{}]", self.begun.fetch_add(1, Ordering::SeqCst) + 1, self.total);
        println!("{place} {title}");
        let started = Instant::now();
        match work() {
            Ok(value) => {
                println!("{place} done in {:.1} s", started.elapsed().as_secs_f64());
                Ok(value)
            }
            Err(error) => {
                self.has_failed.store(true, Ordering::SeqCst);
                println!("{place} failed; what runs beside it comes to its end");
                Err(error).with_context(|| format!("Step {place} failed: {title}."))
            }
        }
    }

    /// The closing line, after the last step.
    pub(crate) fn finish(self) {
        let begun = self.begun.into_inner();
        assert_eq!(begun, self.total, "every announced step runs exactly once");
        println!("all {} steps done in {:.1} s", self.total, self.started.elapsed().as_secs_f64());
    }
}

/// The result of two parallel steps: success of both, or the first real failure.
pub(crate) fn both(one: Result<()>, other: Result<()>) -> Result<()> {
    match (one, other) {
        (Err(error), Err(reason)) if error.is::<NotBegun>() => Err(reason),
        (one, other) => one.and(other),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn after_a_failure_no_step_begins_and_the_failure_is_reported() {
        let steps = Steps::new(3);
        let failed = steps.run("one", || -> Result<()> { bail!("It is broken.") });
        let stopped = steps.run("two", || -> Result<()> { panic!("it does not begin") });
        let told = both(stopped, failed).unwrap_err();
        assert_eq!(told.to_string(), "Step [1/3] failed: one.");
    }
}
