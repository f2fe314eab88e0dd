//! Counts the tests that ran. A test run without any test passes in cargo; here it fails.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::tools::{Toolbox, output};
use crate::voice::{Voice, hear};

/// The number of passed tests by target: `scripts`, `raft_paper`, the library.
#[derive(Default)]
struct Tally {
    passed: BTreeMap<String, u64>,
    /// The target whose tests are running.
    running: Option<String>,
    /// The number of tests skipped by an attribute or a filter.
    skipped: u64,
}

/// Runs tests, and checks that each of these targets had some and that none was skipped. With a
/// `voice`, lines are prefixed by its name.
pub(crate) fn run(command: &mut Command, expected: &[String], voice: Option<&Voice>) -> Result<()> {
    let mut tally = Tally::default();
    hear(command, |line| {
        match voice {
            Some(voice) => voice.say(line),
            None => println!("{line}"),
        }
        tally.hear(line);
    })?;
    tally.judge(expected)
}

impl Tally {
    fn hear(&mut self, line: &str) {
        let line = line.trim();
        // A browser's test runner also prints "Running headless tests in Chrome", which names no
        // target.
        if let Some(running) = line.strip_prefix("Running ").and_then(target) {
            self.running = Some(running);
        } else if line.starts_with("Doc-tests ") {
            self.running = None;
        } else if let Some(result) = line.strip_prefix("test result: ok. ") {
            let count = |what: &str| {
                let part = result.split("; ").find_map(|part| part.strip_suffix(what));
                part.and_then(|number| number.trim().parse::<u64>().ok()).unwrap_or_default()
            };
            self.skipped += count("ignored") + count("filtered out");
            if let Some(target) = &self.running {
                *self.passed.entry(target.clone()).or_default() += count("passed");
            }
        }
    }

    fn judge(&self, expected: &[String]) -> Result<()> {
        ensure!(!expected.is_empty(), "There are no tests to run.");
        let ran = |target: &String| self.passed.get(target).is_some_and(|passed| *passed > 0);
        let idle: Vec<&str> =
            expected.iter().filter(|target| !ran(target)).map(String::as_str).collect();
        if !idle.is_empty() {
            bail!("No test ran of: {}.", idle.join(", "));
        }
        ensure!(self.skipped == 0, "{} tests were left out.", self.skipped);
        println!("{} tests of {} targets", self.passed.values().sum::<u64>(), self.passed.len());
        Ok(())
    }
}

/// The target's name in `tests/scripts.rs (target/debug/deps/scripts-0123456789abcdef)`.
fn target(running: &str) -> Option<String> {
    let (_, file) = running.rsplit_once('(')?;
    let stem = Path::new(file.trim_end_matches(')')).file_stem()?.to_str()?;
    stem.rsplit_once('-').map(|(name, _)| name.to_owned())
}

/// The targets that can have tests, according to cargo.
pub(crate) struct Targets {
    /// The targets that plain `cargo test` runs natively.
    pub(crate) native: Vec<String>,
    /// The targets that a browser runs: `tests/browser*.rs`, which are empty natively.
    pub(crate) browser: Vec<String>,
}

impl Targets {
    pub(crate) fn of(toolbox: &Toolbox) -> Result<Self> {
        let arguments = ["metadata", "--locked", "--no-deps", "--format-version", "1"];
        Self::read(&output(&mut toolbox.cargo(&arguments)?)?)
    }

    fn read(metadata: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(metadata).context("`cargo metadata` is odd.")?;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut names = Vec::new();
        for package in list(&metadata["packages"]) {
            let targets = list(&package["targets"]);
            let is = |target: &Value, kind: &str| list(&target["kind"]).iter().any(|it| it == kind);
            let has_library = targets.iter().any(|target| is(target, "lib"));
            let tested = targets.iter().filter(|target| {
                // The tests of a program beside a library are in the library.
                target["test"] == true && !(has_library && is(target, "bin"))
            });
            names.extend(tested.filter_map(|target| target["name"].as_str().map(str::to_owned)));
        }
        names.sort();
        let (browser, native) = names.into_iter().partition(|name| name.starts_with("browser"));
        Ok(Self { native, browser })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str, expected: &[&str]) -> Result<()> {
        let mut tally = Tally::default();
        text.lines().for_each(|line| tally.hear(line));
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        tally.judge(&expected)
    }

    const SCRIPTS: &str = "     Running tests/scripts.rs (target/debug/deps/scripts-3b0c)
running 2 tests
..
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
     Running tests/browser.rs (target/wasm32-unknown-unknown/debug/deps/browser_core-a1.wasm)
Running headless tests in Chrome on `http://127.0.0.1:45895/`
test result: ok. 1 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.10s
   Doc-tests kvorum
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn tests_that_ran_are_counted() {
        judged(SCRIPTS, &["scripts", "browser_core"]).unwrap();
    }

    #[test]
    fn tests_that_did_not_run_are_reported() {
        let of = |text: &str, expected: &[&str]| judged(text, expected).unwrap_err().to_string();
        assert_eq!(of(SCRIPTS, &["scripts", "swarm"]), "No test ran of: swarm.");
        assert_eq!(of("", &["e2e"]), "No test ran of: e2e.");
        assert_eq!(of("", &[]), "There are no tests to run.");
        let none = SCRIPTS.replace("2 passed", "0 passed");
        assert_eq!(of(&none, &["scripts"]), "No test ran of: scripts.");
        for left_out in [("0 ignored", "1 ignored"), ("0 filtered out", "1 filtered out")] {
            let text = SCRIPTS.replacen(left_out.0, left_out.1, 1);
            assert_eq!(of(&text, &["scripts"]), "1 tests were left out.");
        }
    }

    #[test]
    fn browser_targets_are_separated() {
        let target = |kind: &str, name: &str, test: bool| {
            format!(r#"{{"kind": ["{kind}"], "name": "{name}", "test": {test}}}"#)
        };
        let targets = [
            target("lib", "kvorum", true),
            target("bin", "headless", true),
            target("test", "scripts", true),
            target("test", "browser_core", true),
            target("test", "e2e", false),
        ];
        let chores = target("bin", "xtask", true);
        let packages = [targets.join(","), chores].map(|it| format!(r#"{{"targets": [{it}]}}"#));
        let text = format!(r#"{{"packages": [{}]}}"#, packages.join(","));
        let targets = Targets::read(&text).unwrap();
        assert_eq!(targets.native, ["kvorum", "scripts", "xtask"]);
        assert_eq!(targets.browser, ["browser_core"]);
    }
}
