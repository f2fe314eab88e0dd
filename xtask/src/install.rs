//! Installing what is missing. A tool is built in a folder beside its place and moved there when it
//! is whole, so that an interrupted install never counts.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::{Source, Tool, output, run};

/// Installs a tool into `home`.
pub(crate) fn tool(tool: &Tool, home: &Path) -> Result<()> {
    let Tool { package, version, program, source, .. } = tool;
    let unfinished = home.with_file_name(format!(".{package}-{version}.{}", std::process::id()));
    fs::create_dir_all(&unfinished)
        .with_context(|| format!("The folder {} cannot be made.", unfinished.display()))?;
    let installed = match source {
        Source::Crates { minutes } => {
            println!("installing {package} {version} ({minutes}, once)");
            from_crates(package, version, &unfinished)
        }
        Source::Npm | Source::NpmScript { .. } => {
            println!("installing {program} from npm's {package} {version} (once)");
            from_npm(package, version, &unfinished)
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

/// Debian packages, where this user may install them; otherwise says what to type.
pub(crate) fn debian(packages: &[&str], purpose: &str) -> Result<()> {
    let wanted = packages.join(" ");
    if !is_root() || which::which("apt-get").is_err() {
        bail!("{purpose} is missing. On Debian: sudo apt-get install {wanted}");
    }
    println!("installing {wanted} from Debian (once)");
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
        command
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn from_crates(package: &str, version: &str, folder: &Path) -> Result<()> {
    let root = |command: &mut Command| -> Result<()> {
        // Outside the repository, so that its cargo settings are not the tool's.
        command.current_dir(folder).arg("--root").arg(folder);
        run(command)
    };
    if which::which("cargo-binstall").is_ok() {
        let quick = ["binstall", "--no-confirm", "--locked", "--version", version, package];
        match root(Command::new("cargo").args(quick)) {
            Ok(()) => return Ok(()),
            Err(error) => println!("{error:#} Building it instead."),
        }
    }
    let built = ["install", "--quiet", "--locked", "--version", version, package];
    root(Command::new("cargo").args(built))
}

fn from_npm(package: &str, version: &str, folder: &Path) -> Result<()> {
    if which::which("npm").is_err() {
        debian(&["nodejs", "npm"], "npm")?;
    }
    let flags = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"];
    let mut command = Command::new("npm");
    command.args(flags).arg(folder).arg(format!("{package}@{version}")).current_dir(folder);
    run(&mut command)
}

/// Moves the finished folder to its place. A whole one that is there already, because another run
/// was quicker, stays; what an interrupted run left there goes.
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
