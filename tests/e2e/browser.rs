//! Starts a browser for each test, and ends it with the test, also after a panic.

use std::env;
use std::error::Error;
use std::ffi::OsString;

use thirtyfour::manager::BrowserKind;
use thirtyfour::testing::run_browser_test;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

pub(crate) use crate::page::Outcome;
use crate::page::Page;
use crate::site::Site;

/// Flags to run Chromium without a screen, to keep it off the network, and to make its pictures
/// independent of the screen.
const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",
    "--force-color-profile=srgb",
];

/// The browser window that a test needs.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) scheme: Scheme,
}

/// The colour scheme of the system.
#[allow(dead_code, reason = "the words are there before every test that says them")]
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Window {
    /// A laptop with a light scheme.
    pub(crate) const LAPTOP: Self = Self { width: 1440, height: 900, scheme: Scheme::Light };

    /// Serves the page on its own site, opens it with this query, and runs the test on it. At the
    /// end the browser's console must have no errors.
    pub(crate) async fn open<F>(self, query: &str, test: F) -> Outcome
    where
        F: AsyncFnOnce(&Page) -> Outcome,
    {
        let site = Site::open().await;
        self.visit(&format!("{}{query}", site.url()), async |page| {
            test(page).await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
    }

    /// Opens a page in a fresh browser, runs the test on it, and closes the browser in any case.
    pub(crate) async fn visit<F>(self, url: &str, test: F) -> Outcome
    where
        F: AsyncFnOnce(&Page) -> Outcome,
    {
        let driver = WebDriver::managed(capabilities(self)?)
            .driver_binary(BrowserKind::Chrome, program("CHROMEDRIVER"))
            .offline();
        run_browser_test(driver, async |driver| {
            let page = Page::open(driver, url, self).await?;
            test(&page).await
        })
        .await?;
        Ok(())
    }
}

/// The driver gives each session its own user folder and removes it afterwards.
fn capabilities(
    window: Window,
) -> Result<thirtyfour::ChromeCapabilities, Box<dyn Error + Send + Sync>> {
    let mut wanted = DesiredCapabilities::chrome();
    wanted.set_binary(&program("CHROMIUM").to_string_lossy())?;
    for argument in ARGUMENTS {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&format!("--window-size={},{}", window.width, window.height))?;
    wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    Ok(wanted)
}

fn program(variable: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| panic!("set {variable}, or run `cargo xtask test`"))
}
