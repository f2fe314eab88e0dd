//! Installing missing tools. A tool is built in a temporary folder and moved to its place when it
//! is complete, so an interrupted install never counts.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::tools::{Recipe, Source, Tool, WASM_TARGET, output};
use crate::voice::{Shown, Voice};

/// Installs a tool into `home`.
pub(crate) fn tool(tool: &Tool, home: &Path, voice: &Voice) -> Result<()> {
    let Tool { package, version, program, source, .. } = tool;
    let unfinished = home.with_file_name(format!(".{package}-{version}.{}", std::process::id()));
    fs::create_dir_all(&unfinished)
        .with_context(|| format!("The folder {} cannot be made.", unfinished.display()))?;
    let installed = match source {
        Source::Crates(recipe) => {
            voice.say(&format!("installing {version} ({}, once)", recipe.minutes));
            from_crates(package, version, *recipe, &unfinished, voice)
        }
        Source::Npm | Source::NpmScript { .. } => {
            voice.say(&format!("installing {version} with {program} from npm (once)"));
            from_npm(package, version, &unfinished, voice)
        }
    };
    let placed = installed
        .with_context(|| format!("{package} {version} could not be installed."))
        .and_then(|()| put_in_place(tool, &unfinished, home));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .with_context(|| format!("{} cannot be removed.", unfinished.display()))?;
    }
    placed
}

pub(crate) fn wasm_target(voice: &Voice) -> Result<()> {
    voice.say(&format!("adding the target {WASM_TARGET}"));
    voice.run(Command::new("rustup").args(["target", "add", WASM_TARGET]), Shown::Progress)
}

/// Installs Debian packages if this user may; otherwise says which command to run.
pub(crate) fn debian(packages: &[&str], purpose: &str, voice: &Voice) -> Result<()> {
    let wanted = packages.join(" ");
    if !is_root() || which::which("apt-get").is_err() {
        bail!("{purpose} is missing. On Debian: sudo apt-get install {wanted}");
    }
    // A second `apt-get` at the same time would find the lock taken, and fail.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    voice.say(&format!("installing {wanted} from Debian (once)"));
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
        command
    };
    voice.run(apt().arg("update"), Shown::Progress)?;
    let install = ["install", "--yes", "--no-install-recommends"];
    voice.run(apt().args(install).args(packages), Shown::Progress)
}

fn from_crates(
    package: &str,
    version: &str,
    recipe: Recipe,
    folder: &Path,
    voice: &Voice,
) -> Result<()> {
    let root = |command: &mut Command| -> Result<()> {
        // Outside the repository, so that its cargo settings don't apply to the tool.
        command.current_dir(folder).arg("--root").arg(folder);
        voice.run(command, Shown::Progress)
    };
    if which::which("cargo-binstall").is_ok() {
        let quick = ["binstall", "--no-confirm", "--locked", "--version", version, package];
        match root(Command::new("cargo").args(quick)) {
            Ok(()) => return Ok(()),
            Err(error) => voice.say(&format!("{error:#} Building it instead.")),
        }
    }
    let mut command = Command::new("cargo");
    command.args(["install", "--locked", "--version", version, package]);
    root(command.args(words(recipe)))
}

/// The cargo arguments for a recipe. The packages' own profiles would take minutes to optimize.
fn words(recipe: Recipe) -> Vec<String> {
    let mut words = Vec::new();
    let mut set = |setting: String| {
        words.extend(["--config".to_owned(), format!("profile.release.{setting}")]);
    };
    for setting in ["opt-level=0", "lto=\"off\"", "codegen-units=16", "debug=false"] {
        set(setting.to_owned());
    }
    recipe.optimized.iter().for_each(|package| set(format!("package.{package}.opt-level=1")));
    if !recipe.default_features {
        words.push("--no-default-features".to_owned());
    }
    words.extend(recipe.programs.iter().flat_map(|name| ["--bin".to_owned(), (*name).to_owned()]));
    words
}

fn from_npm(package: &str, version: &str, folder: &Path, voice: &Voice) -> Result<()> {
    if which::which("npm").is_err() {
        debian(&["nodejs", "npm"], "npm", voice)?;
    }
    let flags = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"];
    let mut command = Command::new("npm");
    command.args(flags).arg(folder).arg(format!("{package}@{version}")).current_dir(folder);
    voice.run(&mut command, Shown::Progress)
}

/// Moves the finished folder to its place. A complete folder that is already there, from a faster
/// parallel run, stays; the remains of an interrupted run are deleted.
fn put_in_place(tool: &Tool, finished: &Path, home: &Path) -> Result<()> {
    if tool.is_in(home) {
        return Ok(());
    }
    if home.exists() {
        fs::remove_dir_all(home)
            .with_context(|| format!("The unfinished {} cannot be removed.", home.display()))?;
    }
    fs::rename(finished, home)
        .with_context(|| format!("{} cannot be moved into place.", home.display()))
}

fn is_root() -> bool {
    output(Command::new("id").arg(OsStr::new("-u"))).is_ok_and(|id| id.trim() == "0")
}
