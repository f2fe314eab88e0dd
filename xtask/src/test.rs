//! `cargo xtask test`: everything that must hold before a change lands. CI runs this and nothing
//! else.

use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};

use crate::browser::Browser;
use crate::build::release_page_beside;
use crate::needs::{self, Equipment};
use crate::steps::{Steps, both};
use crate::tally::{self, Targets};
use crate::times;
use crate::tools::{Toolbox, run as run_command};
use crate::voice::{Shown, Voice};

const WASM: [&str; 5] = ["--locked", "--package", "kvorum", "--target", "wasm32-unknown-unknown"];

pub(crate) fn run(root: &Path) -> Result<()> {
    let target = root.join("target");
    // A warm build folder saves most of the time.
    let is_cold = !target.join("wasm32-unknown-unknown/debug").exists();
    let seconds = times::of(|| all(root))?;
    times::note(&target, if is_cold { "test_s" } else { "test_again_s" }, seconds)
}

fn all(root: &Path) -> Result<()> {
    let steps = Steps::new(10);
    let title = "tools: Rust target, wasm-bindgen, Trunk, wasm-opt, axe, three browsers";
    let equipment = steps.run(title, || needs::to_test(root))?;
    let (toolbox, browser) = (&equipment.toolbox, &equipment.browser);
    steps.run("layout: cargo fmt --check", || cargo(toolbox, &["fmt", "--all", "--check"]))?;
    let targets = Targets::of(toolbox)?;
    // One core links the page while the other compiles. If both need cargo's build folder, one
    // waits.
    thread::scope(|scope| {
        let wasm = scope.spawn(|| for_wasm(&steps, toolbox, browser, &targets.browser));
        let native = natively(&steps, toolbox, &targets.native);
        let wasm = wasm.join().unwrap_or_else(|_| Err(anyhow!("The steps for wasm32 broke off.")));
        both(native, wasm)
    })?;
    steps.run("tests: end to end", || {
        let mut command = end_to_end(&equipment)?;
        tally::run(&mut command, &["e2e".to_owned()], None)
    })?;
    steps.run("tests: end to end, in Firefox and WebKit", || {
        let seconds = times::of(|| {
            tally::run(&mut in_other_engines(&equipment)?, &["engines".to_owned()], None)
        })?;
        times::note(&root.join("target"), "test_engines_s", seconds)
    })?;
    steps.finish();
    Ok(())
}

fn natively(steps: &Steps, toolbox: &Toolbox, targets: &[String]) -> Result<()> {
    steps.run("lints: clippy, native", || {
        let words = "clippy --locked --workspace --all-targets -- -D warnings";
        cargo(toolbox, &words.split(' ').collect::<Vec<_>>())
    })?;
    steps.run("lints: clippy, end-to-end tests, pictures and measurements", || {
        let tests = "--test e2e --test engines --test screenshots --test frames --test monkey --test searches --test commits";
        let words = format!("clippy --locked {tests} -- -D warnings");
        cargo(toolbox, &words.split(' ').collect::<Vec<_>>())
    })?;
    steps.run("tests: native", || {
        tally::run(&mut toolbox.cargo(&["test", "--locked", "--workspace"])?, targets, None)
    })
}

/// The steps for WebAssembly, in parallel with the native ones.
fn for_wasm(steps: &Steps, toolbox: &Toolbox, browser: &Browser, tests: &[String]) -> Result<()> {
    let voice = Voice::of("wasm32");
    steps.run("page: release build into dist/", || release_page_beside(toolbox, &voice))?;
    steps.run("lints: clippy, wasm32", || {
        voice.run(&mut clippy_wasm(toolbox, tests)?, Shown::All)
    })?;
    steps.run("tests: in the browser", || {
        // A generous timeout, so that only a hanging test exceeds it even on a busy machine.
        let mut command = wasm_test(toolbox, browser, 300)?;
        tally::run(choose(&mut command, tests), tests, Some(&voice))
    })
}

fn cargo(toolbox: &Toolbox, arguments: &[&str]) -> Result<()> {
    run_command(&mut toolbox.cargo(arguments)?)
}

fn clippy_wasm(toolbox: &Toolbox, tests: &[String]) -> Result<Command> {
    let mut command = toolbox.cargo(&["clippy"])?;
    command.args(WASM).args(["--lib", "--bin", "kvorum", "--test", "bench_wasm"]);
    choose(&mut command, tests).args(["--", "-D", "warnings"]);
    Ok(command)
}

/// `cargo test` in the browser, with this timeout in seconds for each test file.
pub(crate) fn wasm_test(toolbox: &Toolbox, browser: &Browser, seconds: u32) -> Result<Command> {
    let mut command = toolbox.cargo(&["test"])?;
    command.args(WASM).env("CHROMEDRIVER", &browser.driver);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", seconds.to_string());
    Ok(command)
}

fn end_to_end(equipment: &Equipment) -> Result<Command> {
    let Equipment { toolbox, browser, axe, .. } = equipment;
    let mut command = driven(toolbox, browser, &["test", "--locked", "--test", "e2e"])?;
    command.env("KVORUM_AXE", axe);
    Ok(command)
}

fn in_other_engines(
    Equipment { toolbox, engines, geckodriver, .. }: &Equipment,
) -> Result<Command> {
    let mut command = on_page(toolbox, &["test", "--locked", "--test", "engines"])?;
    command.env("FIREFOX", &engines.firefox).env("GECKODRIVER", geckodriver);
    command.env("MINIBROWSER", &engines.mini_browser).env("WEBKITDRIVER", &engines.webkit_driver);
    command.env("XVFB", &engines.screen);
    Ok(command)
}

/// A cargo command that drives Chromium on the release page.
pub(crate) fn driven(toolbox: &Toolbox, browser: &Browser, words: &[&str]) -> Result<Command> {
    let mut command = on_page(toolbox, words)?;
    command.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.driver);
    Ok(command)
}

/// A cargo command on the release page.
fn on_page(toolbox: &Toolbox, words: &[&str]) -> Result<Command> {
    let mut command = toolbox.cargo(words)?;
    command.env("KVORUM_DIST", toolbox.root().join("dist"));
    Ok(command)
}

fn choose<'a>(command: &'a mut Command, tests: &[String]) -> &'a mut Command {
    for test in tests {
        command.args(["--test", test]);
    }
    command
}
