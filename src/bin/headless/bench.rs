//! `headless bench`: measures the speed of the core on this machine, and the length of links. It
//! has no thresholds.

use std::process::ExitCode;
use std::time::Instant;

use kvorum::check::Run;
use kvorum::playground::{Input, Playground, RealTime, Speed};
use kvorum::script::{Failure, Runner, spin};
use kvorum::swarm::Search;
use serde_json::json;

/// Measures, and prints the results as one JSON object or as lines.
pub(super) fn bench(json: bool) -> ExitCode {
    let measured = events_per_second().and_then(|events| {
        Ok(json!({
            "events_per_second_native": events.round(),
            "swarm_cluster_seconds_per_second": swarm()?.round(),
            "link_chars_10min": link()?,
        }))
    });
    match measured {
        Ok(numbers) if json => println!("{numbers}"),
        Ok(numbers) => {
            for (name, number) in numbers.as_object().into_iter().flatten() {
                println!("{name}: {number}");
            }
        }
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Events per second of a busy cluster, each of them judged.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn events_per_second() -> Result<f64, String> {
    const EVENTS: u64 = 2_000_000;
    let mut run = busy().map_err(|failure| failure.to_string())?;
    let start = Instant::now();
    spin(&mut run, EVENTS);
    let seconds = start.elapsed().as_secs_f64();
    match run.violation() {
        None => Ok(EVENTS as f64 / seconds),
        Some((_, violation)) => Err(format!("the benchmark's run broke a property: {violation}")),
    }
}

fn busy() -> Result<Run, Failure> {
    let mut runner = Runner::default();
    runner.run_script(include_str!("../../../benches/busy.kvorum"))?;
    Ok(runner.into_run())
}

/// Seconds of cluster time that one core searches per second.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn swarm() -> Result<f64, String> {
    const SEEDS: u64 = 300;
    let start = Instant::now();
    let mut lasted = 0.0;
    for seed in 0..SEEDS {
        let report = Search::default().run(seed);
        if let Some(finding) = report.finding {
            return Err(format!("seed {seed} of the swarm: {finding}"));
        }
        lasted += report.lasted.as_micros() as f64 / 1e6;
    }
    Ok(lasted / start.elapsed().as_secs_f64())
}

/// The number of characters of a link's fragment after ten minutes of cluster time with an action
/// every ten seconds.
fn link() -> Result<usize, String> {
    const DONE: [&str; 10] = [
        "set color blue",
        "kill n2",
        "set shape round via n3",
        "restart n2",
        "partition n1 n2 | n3 n4 n5",
        "get color from n1",
        "heal",
        "timeout n4",
        "cas color blue green",
        "network latency 5ms..25ms loss 2%",
    ];
    let mut playground = Playground::new(5, 482_913);
    let mut inputs = vec![Input::Speed(Speed::new(1_000)), Input::Play];
    for line in DONE.iter().cycle().take(60) {
        // Not at round times: a user is not that exact.
        inputs.extend(vec![Input::Advance(RealTime::from_micros(16_667)); 599]);
        inputs.push(Input::Console((*line).to_string()));
    }
    for input in inputs {
        playground.apply(input).map_err(|problem| problem.to_string())?;
    }
    Ok(playground.bookmark().to_fragment().len())
}
