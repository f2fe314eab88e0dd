//! Pictures of the release page in known states, to look at and for the README.
//!
//! `cargo xtask screenshots` runs it. The states are in `tests/e2e/states.rs`.
//! `KVORUM_STATE=charts,walls` takes pictures of those only.

#![cfg(not(target_arch = "wasm32"))]

#[path = "e2e/browser.rs"]
mod browser;
#[path = "e2e/chromium.rs"]
mod chromium;
#[path = "e2e/cluster.rs"]
mod cluster;
#[path = "e2e/hands.rs"]
mod hands;
#[path = "e2e/page.rs"]
mod page;
#[allow(dead_code, reason = "the end-to-end tests ask more of the site")]
#[path = "e2e/site.rs"]
mod site;
#[path = "e2e/states.rs"]
mod states;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use thirtyfour::error::WebDriverResult;

use browser::{Outcome, Scheme, Window};
use page::Page;
use states::{STATES, Size, State, fit, paint, picture};

const SIZES: [Size; 3] = [(1440, 900), (1280, 720), (390, 844)];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let folder = env::var_os("KVORUM_PICTURES").map(PathBuf::from);
    let folder = folder.expect("set KVORUM_PICTURES, or run `cargo xtask screenshots`");
    fs::create_dir_all(&folder)?;
    Window::LAPTOP
        .open("", async |page| {
            let only = env::var("KVORUM_STATE").ok();
            let wanted = |state: &State| {
                only.as_ref().is_none_or(|only| only.split(',').any(|name| name == state.name()))
            };
            for state in STATES.into_iter().filter(wanted) {
                state.open(page).await?;
                take(page, &folder, state).await?;
            }
            Ok(())
        })
        .await
}

/// Takes the pictures of a state: all sizes, light and dark.
async fn take(page: &Page, folder: &Path, state: State) -> WebDriverResult<()> {
    for scheme in [Scheme::Light, Scheme::Dark] {
        paint(page, scheme).await?;
        for size in SIZES {
            fit(page, size).await?;
            let file = folder.join(picture(state, size, scheme));
            page.screenshot(&file).await?;
            println!("{}", file.display());
        }
    }
    Ok(())
}
