//! A monkey in the page: it does what nobody would, the same for the same seed, and says what went wrong and how to
//! see that again.
//!
//! It fails on an error of the page, on a program that has stopped, on a page that no longer answers, on a cluster that
//! stands still without a word, and on a focus that is lost. What it does (`step.rs`, `lines.rs`) is drawn from its
//! seed and from what the page offers at the moment, by name. Real time passes only now and then, so that the same seed
//! comes by the same states as far as a browser can be made to.
//!
//! `cargo xtask monkey` (`tests/monkey`) lets it play for long, and again.

#![allow(dead_code, reason = "`tests/monkey` and the end-to-end tests each ask for a part of it")]

pub(crate) mod hands;
mod lines;
pub(crate) mod play;
pub(crate) mod sight;
pub(crate) mod step;

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::browser::Window;
use crate::site::Site;
use play::{Report, Script};

/// Plays in a browser of its own.
pub(crate) async fn let_loose(script: &Script) -> Result<Report, Box<dyn Error + Send + Sync>> {
    let site = Site::open().await;
    let mut played = None;
    Window::LAPTOP
        .visit(&site.url(), async |page| {
            played = Some(play::play(page, script).await?);
            Ok(())
        })
        .await?;
    played.ok_or_else(|| "the browser did not start".into())
}

/// Where steps and pictures are written.
pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}
