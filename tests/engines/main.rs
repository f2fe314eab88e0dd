//! The main stories of the page in Firefox and in WebKit, each in one browser, on the release build.
//!
//! `cargo xtask test` runs it. It needs `KVORUM_DIST` (the folder of the release page), `FIREFOX`,
//! `GECKODRIVER`, `MINIBROWSER`, `WEBKITDRIVER` and `XVFB` (a screen for WebKit's browser).

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::disallowed_methods,
    reason = "how long a story took is for people, and decides nothing"
)]

#[path = "../e2e/cluster.rs"]
mod cluster;
mod engine;
#[path = "../e2e/finder.rs"]
mod finder;
#[path = "../e2e/hands.rs"]
mod hands;
mod looks;
#[path = "../e2e/page.rs"]
mod page;
mod process;
#[path = "../e2e/room.rs"]
mod room;
mod sight;
#[allow(dead_code, reason = "the end-to-end tests ask more of the site")]
#[path = "../e2e/site.rs"]
mod site;
#[path = "../e2e/stories.rs"]
mod stories;

use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use kvorum::course::DEMONSTRATIONS;
use kvorum::raft::Rule;
use thirtyfour::error::WebDriverError;
use tokio::time::timeout;

use engine::Engine;
use page::{Outcome, Page};
use site::Site;

/// The time for one story on a busy machine of two cores; a browser that hangs takes longer.
const LONGEST: Duration = Duration::from_secs(150);
/// The time for a picture of a page that has failed.
const LOOK: Duration = Duration::from_secs(20);

#[tokio::test]
async fn firefox_plays_the_main_stories() -> Outcome {
    play(Engine::Firefox).await
}

#[tokio::test]
async fn webkit_plays_the_main_stories() -> Outcome {
    play(Engine::WebKit).await
}

async fn play(engine: Engine) -> Outcome {
    let site = Site::open().await;
    let running = engine.start().await;
    let browser = running.browser().await?;
    let play = async |driver| {
        let page = Page::new(driver, &site.url());
        let told = Told { engine, page: &page };
        told.story("a first visit", looks::first_visit(&page)).await;
        told.story("the main journey", main_journey(&page)).await;
        told.story("a demonstration", demonstration(&page)).await;
        told.story("rewind and a link", rewind_and_link(&page)).await;
        told.story("a reload", reload(&page)).await;
        told.story("the search", stories::search_without(&page, Rule::ElectionRestriction)).await;
        told.story("looks", looks::all_of_it(&page, &site)).await;
        Ok::<_, WebDriverError>(())
    };
    browser.run_and_quit(play).await?;
    Ok(())
}

async fn main_journey(page: &Page) -> Outcome {
    page.go("?seed=2&speed=2000").await?;
    stories::main_journey(page).await
}

async fn demonstration(page: &Page) -> Outcome {
    page.go("?seed=1&speed=2000").await?;
    stories::demonstration(page, DEMONSTRATIONS[1].text).await
}

async fn rewind_and_link(page: &Page) -> Outcome {
    page.go("?seed=3&speed=2000").await?;
    stories::rewind_and_fork(page).await?;
    let (link, digest, time) = stories::shared(page).await?;
    page.goto(&link).await?;
    stories::same_run_from_link(page, (&link, &digest, &time)).await
}

async fn reload(page: &Page) -> Outcome {
    page.go(stories::FAST).await?;
    stories::reload_and_go_on(page).await
}

/// Whoever tells which engine plays what.
struct Told<'a> {
    engine: Engine,
    page: &'a Page,
}

impl Told<'_> {
    /// Plays a story to its end, and says how long it took.
    ///
    /// # Panics
    /// If it fails or takes too long: with the engine, the story, and what is seen.
    async fn story(&self, name: &str, story: impl Future<Output = Outcome>) {
        let Self { engine, page } = self;
        let started = Instant::now();
        let failure = match timeout(LONGEST, story).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("it has not ended after {LONGEST:?}")),
        };
        if let Some(failure) = failure {
            let seen = timeout(LOOK, page.state()).await;
            let seen = seen.unwrap_or_else(|_| "the browser does not answer".to_owned());
            panic!("{engine:?}, {name}: {failure}; {seen}");
        }
        // Not through `println!`, which tests keep to themselves.
        let seconds = started.elapsed().as_secs_f64();
        let _ = writeln!(stdout(), "{engine:?}: {name} in {seconds:.1} s");
    }
}
