//! `cargo xtask fuzz [SECONDS]`: runs every fuzz target for a bounded time. It is not part of
//! `cargo xtask test`, since a fuzzer's finds depend on chance; each find becomes a test.

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
            // No sanitizer: sanitizers need a nightly compiler, and there is no unsafe code.
            let mut command =
                toolbox.cargo(&["fuzz", "run", "--sanitizer", "none", target, "--"])?;
            command.arg(format!("-max_total_time={seconds}")).arg("-verbosity=0");
            run_command(&mut command)
        })?;
    }
    steps.finish();
    Ok(())
}
