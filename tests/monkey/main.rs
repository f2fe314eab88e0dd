//! The monkey of the end-to-end tests for a long time, or as a replay: `cargo xtask monkey`.
//!
//! It plays `KVORUM_MONKEY_SEEDS` seeds from `KVORUM_MONKEY_SEED` on, each for
//! `KVORUM_MONKEY_SECONDS`, and continues after findings; with `KVORUM_MONKEY_STEPS` instead it
//! stops at the first. The file named by `KVORUM_MONKEY_REPLAY` is replayed, and shortened as long
//! as the finding stays the same. With `KVORUM_MONKEY_BENCH` it prints the measurements for the
//! bench.

#![cfg(not(target_arch = "wasm32"))]

mod bench;
#[allow(dead_code, reason = "the end-to-end tests open more windows")]
#[path = "../e2e/browser.rs"]
mod browser;
#[path = "../e2e/chromium.rs"]
mod chromium;
#[path = "../e2e/hands.rs"]
mod hands;
#[path = "../e2e/monkey/mod.rs"]
mod monkey;
#[path = "../e2e/page.rs"]
mod page;
#[allow(dead_code, reason = "the end-to-end tests ask more of the site")]
#[path = "../e2e/site.rs"]
mod site;

use std::env;
use std::error::Error;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use browser::Outcome;
use monkey::play::{self, Limit, Report, Script};
use monkey::sight::Finding;
use monkey::{file, let_loose};

/// The default number of steps.
const STEPS: usize = 500;

/// The maximum number of browser starts for shortening a file of steps.
const TRIES: usize = 80;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    if let Some(file) = env::var_os("KVORUM_MONKEY_REPLAY") {
        return again(Path::new(&file)).await;
    }
    if env::var_os("KVORUM_MONKEY_BENCH").is_some() {
        return bench::measure().await;
    }
    let seconds = number("KVORUM_MONKEY_SECONDS").map(Duration::from_secs);
    let steps = number("KVORUM_MONKEY_STEPS").unwrap_or(STEPS);
    let limit = seconds.map_or(Limit::Steps(steps), Limit::Time);
    let first = number("KVORUM_MONKEY_SEED").unwrap_or(1);
    let mut found = 0;
    for seed in first..first + number("KVORUM_MONKEY_SEEDS").unwrap_or(1) {
        let report = let_loose(&Script::Drawn { seed, limit }).await?;
        report.write(&file(&format!("monkey-{seed}.steps")))?;
        println!("seed {seed}: {report}");
        if !report.findings.is_empty() {
            println!("{}", report.again(seed));
        }
        found += report.findings.len();
    }
    if found > 0 { Err(format!("the monkey has found {found} faults").into()) } else { Ok(()) }
}

/// Replays the steps of a file, and shortens them.
async fn again(from: &Path) -> Outcome {
    let report = let_loose(&Script::Known(play::read(from)?)).await?;
    println!("{report}");
    let Some((_, finding)) = report.findings.first().cloned() else { return Ok(()) };
    let short = shorten(report, &finding).await?;
    let file = file("monkey-short.steps");
    short.write(&file)?;
    println!("{finding}, in {}:\n{}", file.display(), play::text(&short.steps));
    Err("the monkey has found it again".into())
}

/// Shortens the steps that lead to a finding: leaves out parts, ever smaller ones, as long as the
/// finding stays.
async fn shorten(found: Report, finding: &Finding) -> Result<Report, Box<dyn Error + Send + Sync>> {
    let mut best = found;
    let (mut part, mut tries) = (best.steps.len().div_ceil(2), 0);
    while part > 0 {
        let mut at = 0;
        while at < best.steps.len() && tries < TRIES {
            let mut steps = best.steps.clone();
            steps.drain(at..(at + part).min(best.steps.len()));
            tries += 1;
            let report = let_loose(&Script::Known(steps)).await?;
            if report.findings.iter().any(|(_, other)| other.is_like(finding)) {
                best = report;
                eprintln!("{} steps", best.steps.len());
            } else {
                at += part;
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    Ok(best)
}

fn number<T: FromStr>(variable: &str) -> Option<T> {
    env::var(variable).ok()?.parse().ok()
}
