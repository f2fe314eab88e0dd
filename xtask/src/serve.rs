//! `cargo xtask serve`: serves the page on this machine, and rebuilds and reloads it after every
//! change.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::build::trunk;
use crate::needs;

pub(crate) fn run(root: &Path, extra: &[String]) -> Result<()> {
    let toolbox = needs::to_serve(root, extra.iter().any(|argument| argument == "--release"))?;
    let mut arguments = vec!["serve"];
    // The development page must not replace the release page in dist/.
    if !extra.iter().any(|argument| argument.starts_with("--dist") || argument == "-d") {
        arguments.extend(["--dist", "target/serve"]);
    }
    arguments.extend(extra.iter().map(String::as_str));
    println!("building the page, then serving it at http://127.0.0.1:8080 (Ctrl-C ends it)");
    become_it(trunk(&toolbox, &arguments)?)
}

/// Replaces this process by Trunk, so that ending this program ends the server.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::from(command.exec()).context("Trunk did not start."))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<()> {
    crate::tools::run(&mut command)
}
