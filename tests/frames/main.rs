//! How long the scripts of the release page run per frame.
//!
//! `cargo xtask bench` runs it and reads the JSON line it prints; it is not a test. Everything
//! counts that runs scripts on the page's main thread between two frames: the timer that advances
//! the cluster, rendering, painting, and forced layouts. The browser's own layout and painting do
//! not count.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../e2e/browser.rs"]
mod browser;
#[path = "../e2e/chromium.rs"]
mod chromium;
#[path = "../e2e/cluster.rs"]
mod cluster;
#[path = "../e2e/finder.rs"]
mod finder;
#[path = "../e2e/hands.rs"]
mod hands;
#[path = "../e2e/page.rs"]
mod page;
#[allow(dead_code, reason = "the end-to-end tests ask more of the site")]
#[path = "../e2e/site.rs"]
mod site;
mod watch;

use std::env;
use std::time::Duration;

use serde_json::{Map, Value};
use thirtyfour::error::WebDriverResult;
use tokio::time::sleep;

use browser::{Outcome, Window};
use page::Page;
use watch::{Frames, watch};

/// The duration of one measurement.
const LONG: Duration = Duration::from_secs(6);

/// The time after which effects of the start are over.
const SETTLE: Duration = Duration::from_secs(1);

/// The number of commits before a measurement, so that the cluster has some history.
const COMMITS: u32 = 12;

/// A case to measure.
struct Case {
    name: &'static str,
    nodes: u32,
    /// Microseconds of cluster time per millisecond.
    speeds: &'static [u32],
    lines: &'static [&'static str],
}

/// The cases, with a workload, since an idle cluster would be no measure.
const CASES: [Case; 3] = [
    Case {
        name: "5",
        nodes: 5,
        speeds: &[50, 1_000, 20_000],
        lines: &["clients 3 keys 5 writes 50% every 20ms"],
    },
    // The network is so slow that the messages of many heartbeats and writes are in flight at once.
    Case {
        name: "25_500",
        nodes: 25,
        speeds: &[50, 200],
        lines: &[
            "timing election 3s..6s heartbeat 60ms",
            "network latency 500ms..700ms",
            "clients 5 keys 5 writes 80% every 100ms",
        ],
    },
    Case {
        name: "51",
        nodes: 51,
        speeds: &[50, 1_000],
        lines: &["clients 3 keys 5 writes 50% every 20ms"],
    },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let only = env::var("KVORUM_CASE").ok();
    let mut report = Map::new();
    for case in CASES.iter().filter(|case| only.as_ref().is_none_or(|only| only == case.name)) {
        for &speed in case.speeds {
            Window::LAPTOP
                .open("", async |page| {
                    let (frames, flights) = measure(page, case, speed).await?;
                    eprintln!(
                        "{} nodes at speed {speed}: {frames}; {flights} in flight",
                        case.nodes
                    );
                    let name = format!("frame_script_ms_p95_{}", case.name);
                    let worst = report.get(&name).and_then(Value::as_f64).unwrap_or(0.0);
                    report.insert(name, frames.script_ms(95).max(worst).into());
                    Ok(())
                })
                .await?;
        }
    }
    if only.is_none_or(|only| only == SEARCHING) {
        Window::LAPTOP
            .open("", async |page| {
                let (frames, runs) = search(page).await?;
                eprintln!(
                    "5 nodes while the page searches: {frames}; {runs:.0} runs a second and worker"
                );
                report.insert(
                    "frame_script_ms_p95_searching".to_owned(),
                    frames.script_ms(95).into(),
                );
                report.insert("search_runs_per_second_wasm_worker".to_owned(), runs.round().into());
                Ok(())
            })
            .await?;
    }
    println!("{}", Value::Object(report));
    Ok(())
}

/// The name of the case in which the page searches while it plays.
const SEARCHING: &str = "searching";

/// The frames of five nodes with a workload while workers run a search without finds, and the runs
/// per second of each worker.
async fn search(page: &Page) -> WebDriverResult<(Frames, f64)> {
    let case = &CASES[0];
    watch(page).await?;
    page.go("?seed=7&speed=1000").await?;
    for line in case.lines {
        page.type_line(line).await?;
    }
    page.leader(&[]).await?;
    page.view("Rules").await?;
    page.choose("Runs at most", "1,000,000").await?;
    page.click("button", "Find").await?;
    sleep(SETTLE).await;
    page.view("Stage").await?;
    let frames = Frames::during(page, sleep(LONG)).await?;
    page.view("Rules").await?;
    page.click("button", "Stop").await?;
    // `1,234 runs, 5,678,901 events, 99 runs a second, 2 workers, 12.3 s`
    let said = page.text("region", "Find me a schedule").await?;
    let number = |words: &str| finder::number(&said, words).unwrap_or(f64::NAN);
    Ok((frames, number(" runs a second") / number(" worker")))
}

/// Plays a case, with some history, and measures its frames. Also returns how many messages were in
/// flight.
async fn measure(page: &Page, case: &Case, speed: u32) -> WebDriverResult<(Frames, String)> {
    watch(page).await?;
    page.go(&format!("?seed=7&nodes={}&speed={speed}&paused", case.nodes)).await?;
    page.shows("list", "The cluster now", &format!("of {}", case.nodes)).await?;
    for line in case.lines {
        page.type_line(line).await?;
    }
    page.click("button", "Next election").await?;
    page.leader(&[]).await?;
    page.choose("What to go to", "commit").await?;
    for _ in 0..COMMITS {
        let before = page.text("timer", "Cluster time").await?;
        page.click("button", "Next commit").await?;
        page.until("the next commit", async || {
            Ok((page.text("timer", "Cluster time").await? != before).then_some(()))
        })
        .await?;
    }
    page.click("button", "Play").await?;
    sleep(SETTLE).await;
    let frames = Frames::during(page, sleep(LONG)).await?;
    page.click("main", "Stage").await?;
    page.press("m").await?;
    let list = page.text("dialog", "Messages in flight").await?;
    let flights = list.trim_start_matches("Messages in flight").split_whitespace().next();
    Ok((frames, flights.unwrap_or_default().to_owned()))
}
