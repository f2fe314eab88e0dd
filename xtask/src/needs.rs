//! The needs of each chore beside Rust. Missing ones are installed in parallel, since compilation
//! and downloads leave room for each other.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Result, bail};

use crate::browser::Browser;
use crate::engines::Engines;
use crate::install;
use crate::times;
use crate::tools::{
    Tool, Toolbox, axe, cache, cargo_fuzz, geckodriver, has_wasm_target, page_tools, wasm_opt,
};
use crate::voice::Voice;

enum Need {
    /// The standard library for WebAssembly.
    WasmTarget,
    Tool(Tool),
    Browser,
    Engines,
}

/// All that the tests need.
pub(crate) struct Equipment {
    pub(crate) toolbox: Toolbox,
    pub(crate) browser: Browser,
    pub(crate) engines: Engines,
    pub(crate) geckodriver: PathBuf,
    /// axe-core's script.
    pub(crate) axe: PathBuf,
}

/// Installs what `cargo xtask serve` needs; only with `release` also what a release needs.
pub(crate) fn to_serve(root: &Path, release: bool) -> Result<Toolbox> {
    let mut needs = page(root)?;
    if release {
        needs.push(Need::Tool(wasm_opt()));
    }
    meet(root, &needs)
}

/// Installs what a release of the page needs.
pub(crate) fn to_build(root: &Path) -> Result<Toolbox> {
    to_serve(root, true)
}

/// Installs what driving a browser through the page needs.
pub(crate) fn to_drive(root: &Path) -> Result<(Toolbox, Browser)> {
    let mut needs = page(root)?;
    needs.extend([Need::Tool(wasm_opt()), Need::Browser]);
    Ok((meet(root, &needs)?, Browser::found()?))
}

/// Installs what all tests need.
pub(crate) fn to_test(root: &Path) -> Result<Equipment> {
    let mut needs = page(root)?;
    needs.extend([wasm_opt(), axe(), geckodriver()].map(Need::Tool));
    needs.extend([Need::Browser, Need::Engines]);
    let toolbox = meet(root, &needs)?;
    let (browser, engines) = (Browser::found()?, Engines::found()?);
    let geckodriver = toolbox.file("geckodriver")?;
    Ok(Equipment { toolbox, browser, engines, geckodriver, axe: axe().file()? })
}

pub(crate) fn to_fuzz(root: &Path) -> Result<Toolbox> {
    meet(root, &[Need::Tool(cargo_fuzz())])
}

fn page(root: &Path) -> Result<Vec<Need>> {
    Ok([Need::WasmTarget].into_iter().chain(page_tools(root)?.map(Need::Tool)).collect())
}

/// Installs what is missing, and returns a toolbox with all tools.
fn meet(root: &Path, needs: &[Need]) -> Result<Toolbox> {
    let mut missing = Vec::new();
    for need in needs {
        if !need.is_met()? {
            missing.push(need);
        }
    }
    if !missing.is_empty() {
        let tools = |need: &&Need| matches!(need, Need::Tool(_));
        let is_whole =
            missing.iter().copied().filter(tools).count() == needs.iter().filter(tools).count();
        let seconds = times::of(|| side_by_side(&missing))?;
        // The duration is only comparable if everything that the tests need had to be installed.
        if is_whole && needs.iter().any(|need| matches!(need, Need::Browser)) {
            times::note(&cache()?, "tools_install_s", seconds)?;
        }
    }
    let tools = needs.iter().filter_map(|need| match need {
        Need::Tool(tool) => Some(tool),
        Need::WasmTarget | Need::Browser | Need::Engines => None,
    });
    Toolbox::of(root, tools)
}

/// Installs in parallel. A failure is reported at once, and the other installs are finished, so
/// that they need not be repeated.
fn side_by_side(missing: &[&Need]) -> Result<()> {
    let failed: Vec<&str> = thread::scope(|scope| {
        let works: Vec<_> = missing.iter().map(|need| scope.spawn(|| install(need))).collect();
        let done = missing.iter().zip(works);
        done.filter_map(|(need, work)| (!work.join().unwrap_or(false)).then(|| need.name()))
            .collect()
    });
    if !failed.is_empty() {
        bail!("Could not be installed: {}. What went wrong is said above.", failed.join(", "));
    }
    Ok(())
}

/// Installs a need. Returns whether that succeeded.
fn install(need: &Need) -> bool {
    let voice = Voice::of(need.name());
    let result = match need {
        Need::WasmTarget => install::wasm_target(&voice),
        Need::Tool(tool) => tool.install(&voice),
        Need::Browser => Browser::install(&voice),
        Need::Engines => Engines::install(&voice),
    };
    match &result {
        Ok(()) => voice.say("there"),
        Err(error) => {
            let reasons: Vec<_> = error.chain().map(ToString::to_string).collect();
            voice.say(&format!("error: {}", reasons.join("\n  because: ")));
        }
    }
    result.is_ok()
}

impl Need {
    fn name(&self) -> &str {
        match self {
            Self::WasmTarget => "Rust for WebAssembly",
            Self::Tool(tool) => tool.package,
            Self::Browser => "Chromium",
            Self::Engines => "Firefox and WebKit",
        }
    }

    fn is_met(&self) -> Result<bool> {
        match self {
            Self::WasmTarget => has_wasm_target(),
            Self::Tool(tool) => tool.is_there(),
            Self::Browser => Ok(Browser::find().is_some()),
            Self::Engines => Ok(Engines::find().is_some()),
        }
    }
}
