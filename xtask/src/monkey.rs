//! `cargo xtask monkey`: random input to the release page for a long time, or a replay of the steps
//! of a file.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::build::release_page;
use crate::needs;
use crate::steps::Steps;
use crate::test::driven;
use crate::tools::run as run_command;

/// What to play.
pub(crate) enum Play {
    Seeds { first: u64, seeds: u64, limit: Limit },
    File(PathBuf),
}

/// How long to play with each seed.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// Continue after a finding.
    Minutes(u64),
    /// Stop at the first finding.
    Steps(u64),
}

pub(crate) fn run(root: &Path, no_build: bool, play: &Play) -> Result<()> {
    let steps = Steps::new(if no_build { 2 } else { 3 });
    let (toolbox, browser) = steps.run("tools", || needs::to_drive(root))?;
    if !no_build {
        steps.run("page: release build into dist/", || release_page(&toolbox))?;
    }
    steps.run("monkey", || {
        let words = ["test", "--locked", "--quiet", "--test", "monkey"];
        let mut command = driven(&toolbox, &browser, &words)?;
        match play {
            Play::Seeds { first, seeds, limit } => {
                command.env("KVORUM_MONKEY_SEED", first.to_string());
                command.env("KVORUM_MONKEY_SEEDS", seeds.to_string());
                match limit {
                    Limit::Minutes(minutes) => {
                        command.env("KVORUM_MONKEY_SECONDS", (minutes * 60).to_string())
                    }
                    Limit::Steps(steps) => command.env("KVORUM_MONKEY_STEPS", steps.to_string()),
                };
            }
            Play::File(file) => {
                command.env("KVORUM_MONKEY_REPLAY", std::path::absolute(file)?);
            }
        }
        run_command(&mut command)
    })?;
    steps.finish();
    Ok(())
}
