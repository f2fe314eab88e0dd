//! Trunk's hook after a build: switches on the content security policy of a release page.
//!
//! The policy is in `index.html` under a name that browsers ignore, because `trunk serve` inserts
//! an inline script for reloading, which the policy would forbid.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

const INERT: &str = r#"name="release-content-security-policy""#;
const SEALED: &str = r#"http-equiv="Content-Security-Policy""#;

pub(crate) fn run() -> Result<()> {
    if env::var("TRUNK_PROFILE").as_deref() != Ok("release") {
        return Ok(());
    }
    let folder = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let file = folder.context("This is a hook that Trunk runs.")?.join("index.html");
    let page = fs::read_to_string(&file).context("Trunk left no index.html.")?;
    fs::write(&file, sealed(&page)?).context("index.html cannot be written.")
}

fn sealed(page: &str) -> Result<String> {
    ensure!(page.matches(INERT).count() == 1, "index.html must have exactly one <meta {INERT} …>.");
    Ok(page.replace(INERT, SEALED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_one_policy_to_switch_on() {
        let file = crate::repository().unwrap().join("index.html");
        let page = sealed(&fs::read_to_string(file).unwrap()).unwrap();
        assert!(page.contains(SEALED));
    }

    #[test]
    fn a_page_without_a_policy_is_refused() {
        assert!(sealed("<html></html>").is_err());
    }
}
