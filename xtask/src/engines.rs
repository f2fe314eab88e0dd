//! The tests' other engines: Debian's Firefox, and WebKit in the small browser that its library
//! brings along, with a screen in memory, since that browser can't do without one. Each program can
//! be named by an environment variable instead.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::browser::program;
use crate::install;
use crate::tools::output;
use crate::voice::Voice;

pub(crate) struct Engines {
    pub(crate) firefox: PathBuf,
    pub(crate) mini_browser: PathBuf,
    pub(crate) webkit_driver: PathBuf,
    pub(crate) screen: PathBuf,
}

impl Engines {
    /// Installs both browsers, WebKit's driver and the screen. Firefox's driver is a tool of its
    /// own.
    pub(crate) fn install(voice: &Voice) -> Result<()> {
        let packages = ["firefox-esr", "webkit2gtk-driver", "xvfb"];
        install::debian(&packages, "Firefox, WebKit's driver, or a screen for it,", voice)
    }

    /// The installed browsers.
    pub(crate) fn found() -> Result<Self> {
        Self::find().context("Firefox and WebKit were installed, but they can't be found.")
    }

    pub(crate) fn find() -> Option<Self> {
        Some(Self {
            firefox: program("FIREFOX", &["firefox-esr", "firefox"])?,
            mini_browser: program("MINIBROWSER", &[]).or_else(mini_browser)?,
            webkit_driver: program("WEBKITDRIVER", &["WebKitWebDriver"])?,
            screen: program("XVFB", &["Xvfb"])?,
        })
    }
}

/// WebKit's own browser, which stands in its library's folder and not on the PATH.
fn mini_browser() -> Option<PathBuf> {
    // `libwebkit2gtk-4.1-0:amd64: /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser`
    let owners = output(Command::new("dpkg").args(["--search", "*/MiniBrowser"])).ok()?;
    let files = owners.lines().filter_map(|line| line.split_once(": "));
    files.map(|(_, file)| PathBuf::from(file)).find(|file| file.is_file())
}
