//! The browser that tests run in, and the driver that steers it: Debian's Chromium, or any that
//! `CHROMIUM` and `CHROMEDRIVER` name.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::install;

pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds Chromium and its driver, or installs them.
    pub(crate) fn get() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
        install::debian(&packages, "Chromium, or its driver,")?;
        match Self::find() {
            Some(browser) => Ok(browser),
            None => bail!("Chromium was installed, but it is not on the PATH."),
        }
    }

    fn find() -> Option<Self> {
        let chromium = program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
        let driver = program("CHROMEDRIVER", &["chromedriver"])?;
        Some(Self { chromium, driver })
    }
}

/// What the environment names, or the first of these on the PATH.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let named = env::var_os(variable).and_then(|file| which::which(file).ok());
    named.or_else(|| names.iter().find_map(|name| which::which(name).ok()))
}
