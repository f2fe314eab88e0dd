//! `cargo xtask test`: everything that must hold before a change lands. CI runs this and nothing
//! else.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::browser::Browser;
use crate::build::release_page;
use crate::steps::Steps;
use crate::tools::{Toolbox, axe, run as run_command};

const WASM: [&str; 5] = ["--locked", "--package", "kvorum", "--target", "wasm32-unknown-unknown"];

pub(crate) fn run(root: &Path) -> Result<()> {
    let mut steps = Steps::new(9);
    let (toolbox, browser, axe) = steps
        .run("tools: Rust target, wasm-bindgen, Trunk, wasm-opt, Chromium, axe", || {
            Ok((Toolbox::open(root)?, Browser::get()?, axe()?))
        })?;
    let tests = browser_tests(root)?;
    let cargo = |arguments: &[&str]| run_command(&mut toolbox.cargo(arguments)?);

    steps.run("layout: cargo fmt --check", || cargo(&["fmt", "--all", "--check"]))?;
    steps.run("lints: clippy, native", || {
        cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
    })?;
    steps.run("lints: clippy, end-to-end tests, pictures and measurements", || {
        let tests = "--test e2e --test screenshots --test frames --test searches --test commits";
        let words = format!("clippy --locked {tests} -- -D warnings");
        cargo(&words.split(' ').collect::<Vec<_>>())
    })?;
    steps.run("lints: clippy, wasm32", || clippy_wasm(&toolbox, &tests))?;
    steps.run("tests: native", || cargo(&["test", "--locked", "--workspace"]))?;
    steps.run("tests: in the browser", || in_browser(&toolbox, &browser, &tests))?;
    steps.run("page: release build into dist/", || release_page(&toolbox))?;
    steps.run("tests: end to end", || run_command(&mut end_to_end(&toolbox, &browser, &axe)?))?;
    steps.finish();
    Ok(())
}

fn clippy_wasm(toolbox: &Toolbox, tests: &[String]) -> Result<()> {
    let mut command = toolbox.cargo(&["clippy"])?;
    command.args(WASM).args(["--lib", "--bin", "kvorum", "--test", "bench_wasm"]);
    run_command(choose(&mut command, tests).args(["--", "-D", "warnings"]))
}

fn in_browser(toolbox: &Toolbox, browser: &Browser, tests: &[String]) -> Result<()> {
    if tests.is_empty() {
        println!("there is no tests/browser*.rs");
        return Ok(());
    }
    let mut command = wasm_test(toolbox, browser, 120)?;
    run_command(choose(&mut command, tests))
}

/// `cargo test` for the browser, which gives each test file this many seconds.
pub(crate) fn wasm_test(toolbox: &Toolbox, browser: &Browser, seconds: u32) -> Result<Command> {
    let mut command = toolbox.cargo(&["test"])?;
    command.args(WASM).env("CHROMEDRIVER", &browser.driver);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", seconds.to_string());
    Ok(command)
}

fn end_to_end(toolbox: &Toolbox, browser: &Browser, axe: &Path) -> Result<Command> {
    let mut command = driven(toolbox, browser, &["test", "--locked", "--test", "e2e"])?;
    command.env("KVORUM_AXE", axe);
    Ok(command)
}

/// Cargo for something that drives a browser on the release page.
pub(crate) fn driven(toolbox: &Toolbox, browser: &Browser, words: &[&str]) -> Result<Command> {
    let mut command = toolbox.cargo(words)?;
    command.env("KVORUM_DIST", toolbox.root().join("dist"));
    command.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.driver);
    Ok(command)
}

fn choose<'a>(command: &'a mut Command, tests: &[String]) -> &'a mut Command {
    for test in tests {
        command.args(["--test", test]);
    }
    command
}

/// The names of `tests/browser*.rs`, in order.
fn browser_tests(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("tests")).context("The folder tests/ is not readable.")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(
            name.strip_suffix(".rs").filter(|stem| stem.starts_with("browser")).map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}
