//! The native entry point: the same core without a browser.
//!
//! `run` executes scripts and reports the line that failed, `replay` plays a link or a saved file,
//! `trace` prints every event of a script as a JSON object, `swarm` searches for broken properties,
//! `bench` measures.

#[cfg(not(target_arch = "wasm32"))]
mod bench;
#[cfg(not(target_arch = "wasm32"))]
mod replay;
#[cfg(not(target_arch = "wasm32"))]
mod swarm;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use super::{bench, replay, swarm};
    use clap::{Parser, Subcommand};
    use kvorum::script::{Runner, Telling};
    use serde_json::{Value, json};

    /// Kvorum without a browser.
    #[derive(Parser)]
    #[command(version, about)]
    pub(super) struct Arguments {
        #[command(subcommand)]
        command: Command,
    }

    #[derive(Subcommand)]
    enum Command {
        /// Executes scripts; exits 0 if every `expect` of every script holds.
        Run {
            /// The scripts.
            #[arg(required = true)]
            files: Vec<PathBuf>,
            /// Prints one JSON object per script instead of its events.
            #[arg(long)]
            json: bool,
            /// Prints details too.
            #[arg(long)]
            details: bool,
        },
        /// Plays a shared or saved run up to where it was left, and prints the state, the digest
        /// and the judges' verdicts. Exits 0 if every property holds, 1 if one is broken, 2 if the
        /// run can't be played.
        Replay {
            /// A link made by the page, a file with a link, or a file saved by the page.
            run: String,
            /// Plays to the end of the run instead.
            #[arg(long)]
            end: bool,
            /// Prints one JSON object.
            #[arg(long)]
            json: bool,
        },
        /// Executes a script and prints every event as one JSON object per line.
        Trace { file: PathBuf },
        /// Runs random clusters under random faults. Exits 0 if no property breaks.
        Swarm {
            /// The range of seeds; the end is not included.
            #[arg(long, default_value = "0..1000")]
            seeds: String,
            /// A rule to switch (off, or on if it is off by default). May be given several times.
            #[arg(long = "rule-off", value_name = "NAME")]
            rules: Vec<String>,
            /// The property that is searched for, or `any`. By default it is the one guarded by the
            /// switched rule if there is exactly one, else any.
            #[arg(long, value_name = "NAME")]
            property: Option<String>,
            /// The maximum number of nodes of a cluster at its beginning, from 3 to 7.
            #[arg(long, default_value_t = kvorum::swarm::MOST_NODES, value_parser = clap::value_parser!(u32).range(3..=7))]
            most_nodes: u32,
            /// The kinds of faults, separated by commas; by default all.
            #[arg(long, value_name = "NAMES", value_delimiter = ',')]
            faults: Vec<String>,
            /// Stops at the first finding.
            #[arg(long)]
            first: bool,
            /// Shrinks the first finding; implies `--first`.
            #[arg(long)]
            shrink: bool,
            /// Prints a link that opens the page where the property breaks; implies `--first`.
            #[arg(long)]
            link: bool,
            /// Prints one JSON object.
            #[arg(long)]
            json: bool,
        },
        /// Measures the core on this machine.
        Bench {
            /// Prints one JSON object.
            #[arg(long)]
            json: bool,
        },
    }

    pub(super) fn main() -> ExitCode {
        match Arguments::parse().command {
            Command::Run { files, json, details } => run(&files, json, details),
            Command::Replay { run, end, json } => replay::replay(&run, end, json),
            Command::Trace { file } => trace(&file),
            Command::Swarm {
                seeds,
                rules,
                property,
                most_nodes,
                faults,
                first,
                shrink,
                link,
                json,
            } => {
                let first = first || shrink || link;
                let order = swarm::Order { first, shrink, link, json };
                let asked = swarm::Asked { seeds, rules, property, most_nodes, faults };
                swarm::swarm(&asked, order)
            }
            Command::Bench { json } => bench::bench(json),
        }
    }

    fn run(files: &[PathBuf], json: bool, details: bool) -> ExitCode {
        let mut failed = 0;
        for file in files {
            let telling = if details { Telling::Details } else { Telling::Summary };
            let mut runner = Runner::new(telling);
            let result = read(file)
                .and_then(|text| runner.run_script(&text).map_err(|failure| failure.to_string()));
            let story = runner.take_story();
            failed += usize::from(result.is_err());
            if json {
                println!("{}", report(file, &runner, &story, result.as_ref().err()));
                continue;
            }
            println!("{}", file.display());
            for line in &story {
                println!("  {line}");
            }
            match result {
                Ok(()) => println!("  ok: ended at {}\n", runner.now()),
                Err(why) => println!("  FAILED: {}: {why}\n", file.display()),
            }
        }
        if !json {
            println!("{} passed, {failed} failed", files.len() - failed);
        }
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn report(file: &Path, runner: &Runner, story: &[String], error: Option<&String>) -> Value {
        let cluster = runner.run().cluster();
        json!({
            "file": file.display().to_string(),
            "ok": error.is_none(),
            "error": error,
            "ended_at_us": runner.now().as_micros(),
            "events": cluster.events(),
            "digest": cluster.digest().to_string(),
            "violation": runner.run().violation().map(|(_, violation)| violation.to_string()),
            "story": story,
        })
    }

    fn read(file: &Path) -> Result<String, String> {
        fs::read_to_string(file).map_err(|error| format!("can't be read: {error}"))
    }

    fn trace(file: &Path) -> ExitCode {
        let mut runner = Runner::new(Telling::Events);
        let result = read(file)
            .and_then(|text| runner.run_script(&text).map_err(|failure| failure.to_string()));
        for line in runner.take_story() {
            println!("{line}");
        }
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("{}: {why}", file.display());
                ExitCode::FAILURE
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}

/// The page's entry point is main.rs.
#[cfg(target_arch = "wasm32")]
fn main() {}
