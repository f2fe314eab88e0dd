//! The browser for tests and its driver: Debian's Chromium, or those named by `CHROMIUM` and
//! `CHROMEDRIVER`.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::install;
use crate::voice::Voice;

pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Installs Chromium and its driver.
    pub(crate) fn install(voice: &Voice) -> Result<()> {
        let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
        install::debian(&packages, "Chromium, or its driver,", voice)
    }

    /// The installed browser.
    pub(crate) fn found() -> Result<Self> {
        Self::find().context("Chromium was installed, but it is not on the PATH.")
    }

    pub(crate) fn find() -> Option<Self> {
        let chromium = program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
        let driver = program("CHROMEDRIVER", &["chromedriver"])?;
        Some(Self { chromium, driver })
    }
}

/// The program named by the environment variable, or the first of these on the PATH.
pub(crate) fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let named = env::var_os(variable).and_then(|file| which::which(file).ok());
    named.or_else(|| names.iter().find_map(|name| which::which(name).ok()))
}
