//! Kvorum's chores, run as `cargo xtask COMMAND`: they install missing tools, announce their steps,
//! and leave the work to cargo, Trunk and a browser.
//!
//! The page and the tests don't depend on them: plain `cargo test` and `trunk serve` work on their
//! own once the tools are on the PATH.

mod bench;
mod browser;
mod build;
mod engines;
mod fuzz;
mod install;
mod monkey;
mod needs;
mod screenshots;
mod seal;
mod serve;
mod steps;
mod tally;
mod test;
mod times;
mod tools;
mod voice;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Kvorum's chores")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the page at http://127.0.0.1:8080 and rebuild it at every change
    Serve {
        /// Passed on to `trunk serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the page for any static host into dist/
    Build,
    /// Everything that must hold before a change lands
    Test,
    /// Measure speed and size, and write target/bench.json
    Bench,
    /// Fuzz everything that reads untrusted input, each target for a bounded time
    Fuzz {
        /// Seconds for each target
        #[arg(default_value_t = 20)]
        seconds: u32,
    },
    /// Give the release page random input: find errors, panics, hangs, and a lost focus
    Monkey {
        /// How many seeds, from the first on
        #[arg(default_value_t = 10)]
        seeds: u64,
        /// Minutes for each
        #[arg(default_value_t = 5)]
        minutes: u64,
        /// The first seed
        #[arg(long, default_value_t = 1)]
        first: u64,
        /// A number of steps instead of minutes; then it stops at the first finding
        #[arg(long)]
        steps: Option<u64>,
        /// Use the page that is already in dist/
        #[arg(long)]
        no_build: bool,
        /// Instead replay the steps of this file, and shorten them as long as the finding stays
        #[arg(long)]
        replay: Option<PathBuf>,
    },
    /// Take pictures of the page: target/screenshots/, and the README's in docs/
    Screenshots {
        /// Use the page that is already in dist/
        #[arg(long)]
        no_build: bool,
        /// Instead update the pictures in tests/pictures/ that the tests compare the page with
        #[arg(long)]
        accept: bool,
    },
    /// Trunk's hook: switch on the content security policy of a release page
    #[command(hide = true)]
    Seal,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let reasons: Vec<_> = error.chain().map(ToString::to_string).collect();
            eprintln!("error: {}", reasons.join("\n  because: "));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let root = repository()?;
    match command {
        Command::Serve { arguments } => serve::run(&root, &arguments),
        Command::Build => build::run(&root),
        Command::Test => test::run(&root),
        Command::Bench => bench::run(&root),
        Command::Fuzz { seconds } => fuzz::run(&root, seconds),
        Command::Monkey { seeds, minutes, first, steps, no_build, replay } => {
            let limit = steps.map_or(monkey::Limit::Minutes(minutes), monkey::Limit::Steps);
            let seeds = monkey::Play::Seeds { first, seeds, limit };
            let play = replay.map_or(seeds, monkey::Play::File);
            monkey::run(&root, no_build, &play)
        }
        Command::Screenshots { no_build, accept } => screenshots::run(&root, no_build, accept),
        Command::Seal => seal::run(),
    }
}

/// The repository's root: the folder above this package, as cargo names it when it runs this
/// program, or else as it was when this program was built.
fn repository() -> Result<PathBuf> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map(Path::to_owned).context("The xtask package has no folder above it.")
}
