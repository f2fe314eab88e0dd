//! `cargo xtask build`: the page for any static host, in dist/.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::needs;
use crate::tools::{Toolbox, run as run_command};
use crate::voice::{Shown, Voice};

pub(crate) fn run(root: &Path) -> Result<()> {
    release_page(&needs::to_build(root)?)?;
    println!("built dist/, ready for any static host");
    Ok(())
}

/// Builds the release page into dist/.
pub(crate) fn release_page(toolbox: &Toolbox) -> Result<()> {
    run_command(&mut trunk(toolbox, &["build", "--release", "--locked"])?)
}

/// Builds the release page while other steps run.
pub(crate) fn release_page_beside(toolbox: &Toolbox, voice: &Voice) -> Result<()> {
    voice.run(&mut trunk(toolbox, &["build", "--release", "--locked"])?, Shown::All)
}

/// Trunk, offline: cargo fetches the crates first, and the tools are installed.
pub(crate) fn trunk(toolbox: &Toolbox, arguments: &[&str]) -> Result<Command> {
    run_command(&mut toolbox.cargo(&["fetch", "--quiet"])?)?;
    let mut command = toolbox.command("trunk")?;
    command.args(arguments).args(["--offline", "--skip-version-check"]);
    // Trunk's own backtrace does not help when cargo fails.
    command.env("RUST_BACKTRACE", "0");
    if std::env::var_os("NO_COLOR").is_some() {
        // Trunk accepts only `true` and `false`, and stops at the usual `1`.
        command.env("NO_COLOR", "true");
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn every_style_is_linked_once() {
        let root = crate::repository().unwrap();
        let page = fs::read_to_string(root.join("index.html")).unwrap();
        let styles = fs::read_dir(root.join("styles")).unwrap();
        let start = r#"<link data-trunk rel="css""#;
        let links = page.lines().filter(|line| line.trim().starts_with(start)).count();
        assert!(links > 0 && links == styles.count(), "{links} styles are linked");
        for entry in fs::read_dir(root.join("styles")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let link = format!(r#"<link data-trunk rel="css" href="styles/{name}">"#);
            assert_eq!(page.matches(&link).count(), 1, "index.html needs this line once: {link}");
        }
    }
}
