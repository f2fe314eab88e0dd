//! `cargo xtask fuzz [SECONDS]`: every fuzz target for a bounded time. Not part of `cargo xtask test`: what a
//! fuzzer finds depends on chance, and what it found becomes a test of its own.

use std::path::Path;

use anyhow::Result;

use crate::needs;
use crate::steps::Steps;
use crate::tools::run as run_command;

/// The targets of fuzz/Cargo.toml.
const TARGETS: [&str; 5] = ["parser", "recording", "entry", "snapshot", "record"];

pub(crate) fn run(root: &Path, seconds: u32) -> Result<()> {
    let steps = Steps::new(1 + TARGETS.len());
    let toolbox = steps.run("tools", || needs::to_fuzz(root))?;
    for target in TARGETS {
        steps.run(&format!("{target}: {seconds} s"), || {
            // No sanitizer: they need a nightly compiler, and there is no unsafe code to watch.
            let mut command =
                toolbox.cargo(&["fuzz", "run", "--sanitizer", "none", target, "--"])?;
            command.arg(format!("-max_total_time={seconds}")).arg("-verbosity=0");
            run_command(&mut command)
        })?;
    }
    steps.finish();
    Ok(())
}
