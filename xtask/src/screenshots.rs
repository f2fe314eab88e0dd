//! `cargo xtask screenshots`: takes pictures of the release page in known states, in
//! target/screenshots/, and the two for the README, in docs/. With `--accept` it instead updates
//! those in tests/pictures/, with which the end-to-end tests compare the page.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::build::release_page;
use crate::needs;
use crate::steps::Steps;
use crate::test::driven;
use crate::tools::run as run_command;

/// The README's pictures: their names in target/screenshots/ and in docs/.
const README: [(&str, &str); 2] = [
    ("write-1440x900-light.png", "kvorum-light.png"),
    ("write-1440x900-dark.png", "kvorum-dark.png"),
];

pub(crate) fn run(root: &Path, no_build: bool, accept: bool) -> Result<()> {
    let steps = Steps::new(if no_build { 2 } else { 3 });
    let (toolbox, browser) = steps.run("tools", || needs::to_drive(root))?;
    if !no_build {
        steps.run("page: release build into dist/", || release_page(&toolbox))?;
    }
    let driven = |words: &[&str]| driven(&toolbox, &browser, words);
    if accept {
        steps.run("pictures: those that look different now, into tests/pictures/", || {
            let words =
                ["test", "--locked", "--test", "e2e", "--", "known_states_look", "--nocapture"];
            run_command(driven(&words)?.env("KVORUM_ACCEPT", "yes"))
        })?;
    } else {
        let folder = root.join("target/screenshots");
        steps.run("pictures: into target/screenshots/ and docs/", || {
            let words = ["test", "--locked", "--test", "screenshots"];
            run_command(driven(&words)?.env("KVORUM_PICTURES", &folder))?;
            publish(&folder, &root.join("docs"))
        })?;
    }
    steps.finish();
    Ok(())
}

fn publish(folder: &Path, docs: &Path) -> Result<()> {
    fs::create_dir_all(docs).context("The folder docs/ cannot be made.")?;
    for (from, to) in README {
        let size = fs::copy(folder.join(from), docs.join(to))
            .with_context(|| format!("{from} cannot be copied to docs/{to}."))?;
        println!("{:>4} kB docs/{to}", size / 1_000);
    }
    Ok(())
}
