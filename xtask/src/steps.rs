//! Numbered steps that say in one line what begins, and in another how long it took. A failure
//! names its step.

#![expect(
    clippy::disallowed_methods,
    reason = "how long a step took is for people, and decides nothing"
)]

use std::time::Instant;

use anyhow::{Context, Result};

pub(crate) struct Steps {
    total: usize,
    begun: usize,
    started: Instant,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self { total, begun: 0, started: Instant::now() }
    }

    /// Runs one step, announced as `[2/9] title`.
    pub(crate) fn run<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begun += 1;
        let place = format!("[{}/{}]", self.begun, self.total);
        println!("{place} {title}");
        let started = Instant::now();
        let value = work()
            .with_context(|| format!("Step {} of {} failed: {title}.", self.begun, self.total))?;
        println!("{place} done in {:.1} s", started.elapsed().as_secs_f64());
        Ok(value)
    }

    /// The closing line, after the last step.
    pub(crate) fn finish(self) {
        assert_eq!(self.begun, self.total, "every announced step runs exactly once");
        println!("all {} steps done in {:.1} s", self.total, self.started.elapsed().as_secs_f64());
    }
}
