//! `cargo xtask bench`: writes speeds, sizes and durations to target/bench.json as one flat JSON object, and prints what
//! the search in the page finds without each rule. It has no thresholds.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use crate::browser::Browser;
use crate::build::release_page;
use crate::needs;
use crate::steps::Steps;
use crate::test::{driven, wasm_test};
use crate::times;
use crate::tools::{Toolbox, cache, output};

type Report = Map<String, Value>;

/// The kinds of files that a host must send before the page runs.
const PAYLOAD: [&str; 4] = ["wasm", "js", "css", "html"];

pub(crate) fn run(root: &Path) -> Result<()> {
    let steps = Steps::new(8);
    let (toolbox, browser) = steps.run("tools", || needs::to_drive(root))?;
    let mut report = steps.run("native: headless bench", || native(&toolbox))?;
    report.extend(steps.run("native: commits, beside the crate `raft`", || commits(&toolbox))?);
    report.extend(steps.run("wasm: in the browser, and time travel", || wasm(&toolbox, &browser))?);
    steps.run("page: release build and its size", || {
        release_page(&toolbox)?;
        report.insert("payload_brotli_bytes".to_owned(), payload(&root.join("dist"))?.into());
        Ok(())
    })?;
    report.extend(steps.run("page: scripts in a frame", || page(&toolbox, &browser, "frames"))?);
    report.extend(
        steps.run("page: a monkey, and the same again and again", || monkey(&toolbox, &browser))?,
    );
    report.extend(
        steps.run("page: a search without each rule", || page(&toolbox, &browser, "searches"))?,
    );
    steps.finish();
    // The durations of other chores, if they were measured.
    report.extend(times::all(&cache()?));
    report.extend(times::all(&root.join("target")));

    let text = serde_json::to_string_pretty(&report)?;
    fs::create_dir_all(root.join("target")).context("The folder target/ cannot be made.")?;
    fs::write(root.join("target/bench.json"), format!("{text}\n"))
        .context("target/bench.json cannot be written.")?;
    println!("{text}");
    Ok(())
}

fn native(toolbox: &Toolbox) -> Result<Report> {
    let arguments = ["run", "--locked", "--quiet", "--release", "--bin", "headless", "--"];
    let mut command = toolbox.cargo(&arguments)?;
    let text = output(command.args(["bench", "--json"]))?;
    serde_json::from_str(&text)
        .with_context(|| format!("`headless bench --json` did not print one JSON object:\n{text}"))
}

/// The output of `tests/commits`: proposals committed per second by this project and by the crate
/// `raft`.
fn commits(toolbox: &Toolbox) -> Result<Report> {
    let arguments = ["test", "--locked", "--quiet", "--release", "--test", "commits"];
    objects(&output(&mut toolbox.cargo(&arguments)?)?)
}

/// The measurements in WebAssembly. Each has a page of its own, since memory freed by one would be
/// reused by the next.
const IN_WASM: [&str; 4] =
    ["events_per_second", "an_hour_of_history", "why_in_a_long_story", "finds_made_small"];

fn wasm(toolbox: &Toolbox, browser: &Browser) -> Result<Report> {
    let mut report = Report::new();
    for measurement in IN_WASM {
        let mut command = wasm_test(toolbox, browser, 600)?;
        command.args(["--profile", "web", "--test", "bench_wasm", "--", "--nocapture"]);
        report.extend(objects(&output(command.arg(measurement))?)?);
    }
    Ok(report)
}

/// The output of a measurement of the release page: `tests/frames`, `tests/searches`.
fn page(toolbox: &Toolbox, browser: &Browser, measurement: &str) -> Result<Report> {
    let arguments = ["test", "--locked", "--quiet", "--test", measurement];
    objects(&output(&mut driven(toolbox, browser, &arguments)?)?)
}

/// The output of `tests/monkey`: its longest task, and the memory that the page needs.
fn monkey(toolbox: &Toolbox, browser: &Browser) -> Result<Report> {
    let arguments = ["test", "--locked", "--quiet", "--test", "monkey"];
    objects(&output(driven(toolbox, browser, &arguments)?.env("KVORUM_MONKEY_BENCH", "yes"))?)
}

/// Merges the JSON objects that a benchmark prints between other lines.
fn objects(text: &str) -> Result<Report> {
    let object = |line: &str| {
        let (start, end) = (line.find('{')?, line.rfind('}')?);
        serde_json::from_str::<Report>(line.get(start..=end)?).ok()
    };
    let report: Report = text.lines().filter_map(object).flatten().collect();
    ensure!(!report.is_empty(), "The benchmark did not print a JSON object:\n{text}");
    Ok(report)
}

/// The size of the page in bytes as a host sends it: the sum of its files, each compressed
/// separately.
fn payload(dist: &Path) -> Result<usize> {
    let mut total = 0;
    for entry in fs::read_dir(dist).context("dist/ is not readable.")? {
        let file = entry?.path();
        let kind = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        if PAYLOAD.contains(&kind.as_str()) {
            let content =
                fs::read(&file).with_context(|| format!("{} is not readable.", file.display()))?;
            let size = compressed(&content)?;
            println!("{size:>8} of {:>8} bytes: {}", content.len(), file.display());
            total += size;
        }
    }
    Ok(total)
}

fn compressed(content: &[u8]) -> Result<usize> {
    let options = brotli::enc::BrotliEncoderParams { quality: 9, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut packed, &options)
        .context("brotli could not compress a file.")?;
    Ok(packed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_between_other_lines() {
        let text = "running 2 tests\nlog: {\"a\": 1}\n{ no object }\n    {\"b\": 2, \"c\": 3}\n";
        let report = objects(text).unwrap();
        assert_eq!(Value::Object(report).to_string(), r#"{"a":1,"b":2,"c":3}"#);
        assert!(objects("ok").is_err());
    }

    #[test]
    fn repetition_is_compressed() {
        let once = compressed(b"a quorum is more than half").unwrap();
        let many = compressed(&b"a quorum is more than half".repeat(100)).unwrap();
        assert!(once > 0 && many < 2 * once, "{once} {many}");
    }
}
