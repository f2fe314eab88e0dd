//! The laboratory: a rule is switched off, and the page itself finds the run that breaks without it.

use std::time::Duration;

use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::site::Site;
use crate::time::shared;

/// The words of the search, once they hold these; a search takes as long as the machine needs.
async fn searched(page: &Page, words: &str) -> WebDriverResult<String> {
    const MOST: u32 = 600;
    let mut said = String::new();
    for _ in 0..MOST {
        said = page.text("region", "Find me a schedule").await?;
        if said.contains(words) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(said.contains(words), "{words:?} did not come; the search says {said:?}");
    Ok(said)
}

/// The sentence of the header that says what broke.
async fn broken(page: &Page) -> WebDriverResult<String> {
    let said = page.text("list", "The cluster now").await?;
    Ok(said.split('✕').nth(1).unwrap_or_default().trim().to_owned())
}

#[tokio::test]
async fn the_page_finds_and_shrinks_the_run_that_breaks_without_a_rule_and_links_to_it() -> Outcome
{
    let site = Site::open().await;
    let mut link = String::new();
    let mut seen = (String::new(), String::new());
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            page.press("x").await?;
            page.click("switch", "current-term-commit").await?;
            page.shows("list", "The cluster now", "current-term-commit off").await?;
            page.sees("Without current-term-commit: random clusters").await?;
            // Seeds that are not far from one that breaks.
            page.fill("From seed", "1410").await?;
            page.click("button", "Find").await?;
            page.find("button", "Stop").await?;
            let said = searched(page, "as small as it gets").await?;
            assert!(said.contains("Seed 2439 breaks leader-completeness"), "{said}");

            page.click("button", "Watch it").await?;
            page.shows("list", "The cluster now", "leader-completeness: ").await?;
            page.find("button", "Play").await?;
            page.shows("list", "The cluster now", "current-term-commit off").await?;
            let broken = broken(page).await?;
            let (copied, digest, _) = shared(page).await?;
            (link, seen) = (copied, (broken, digest));
            Ok(())
        })
        .await?;
    Window::LAPTOP
        .visit(&link, async |page| {
            page.shows("list", "The cluster now", "leader-completeness: ").await?;
            let (_, digest, _) = shared(page).await?;
            assert_eq!((broken(page).await?, digest), seen);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_search_for_what_holds_ends_at_its_bound_and_claims_no_proof() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.click("radio", "Rules").await?;
            page.sees("With all rules of Raft in force").await?;
            page.choose("Runs at most", "100").await?;
            page.choose("Nodes at most", "3").await?;
            page.click("button", "Find").await?;
            let said = searched(page, "Nothing was found in 100 runs.").await?;
            assert!(said.contains("That is no proof"), "{said}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_search_is_stopped_at_any_time_while_the_cluster_plays_on() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000", async |page| {
            page.press("x").await?;
            page.choose("Runs at most", "1,000,000").await?;
            page.click("button", "Find").await?;
            searched(page, "runs a second").await?;
            let before = page.text("timer", "Cluster time").await?;
            page.until("time that passes", async || {
                let now = page.text("timer", "Cluster time").await?;
                Ok((now != before).then_some(()))
            })
            .await?;
            page.click("button", "Stop").await?;
            searched(page, "Stopped after").await?;
            page.find("button", "Find").await?;
            Ok(())
        })
        .await
}
