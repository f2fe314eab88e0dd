//! The laboratory: a rule is switched off, and the page finds a run that breaks a property without
//! it.

use kvorum::raft::Rule;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::site::Site;
use crate::stories::{self, WITHIN, shared};

/// The header's sentence about what broke.
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
            page.without(Rule::CurrentTermCommit).await?;
            page.sees("Without current-term-commit: random clusters").await?;
            // Seeds not far from one that breaks.
            page.fill("From seed", "1410").await?;
            page.click("button", "Find").await?;
            page.find("button", "Stop").await?;
            let found = page.found(WITHIN).await?.expect("a find");
            assert_eq!((found.seed, found.property.as_str()), (2439, "leader-completeness"));

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

/// The rules without which a find takes a second or two. `cargo xtask bench` searches without each
/// rule.
const QUICK: [Rule; 11] = [
    Rule::ElectionRestriction,
    Rule::StepDown,
    Rule::TermGrows,
    Rule::ConsistencyCheck,
    Rule::MajorityQuorum,
    Rule::JointConsensus,
    Rule::OneChangeAtATime,
    Rule::LeaderStickiness,
    Rule::DuplicateSuppression,
    Rule::SessionsInSnapshots,
    Rule::FirstNodeLeads,
];

#[tokio::test]
async fn what_is_found_without_a_rule_is_small_and_stops_where_it_breaks() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            for rule in QUICK {
                stories::search_without(page, rule).await?;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_search_without_a_find_ends_at_its_last_seed_and_claims_no_proof() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.view("Rules").await?;
            page.sees("With all rules of Raft in force").await?;
            page.choose("Runs at most", "100").await?;
            page.choose("Nodes at most", "3").await?;
            page.click("button", "Find").await?;
            let said = page.searched(&["Nothing was found in 100 runs."], WITHIN).await?;
            assert!(said.contains("That is no proof"), "{said}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_search_is_stopped_at_any_time_while_the_cluster_plays_on() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000", async |page| {
            // A key before the page is mounted would be lost.
            page.find("button", "Pause").await?;
            page.press("x").await?;
            page.choose("Runs at most", "1,000,000").await?;
            page.click("button", "Find").await?;
            page.find("button", "Stop").await?;
            page.searched(&["runs a second"], WITHIN).await?;
            let before = page.text("timer", "Cluster time").await?;
            page.until("time that passes", async || {
                let now = page.text("timer", "Cluster time").await?;
                Ok((now != before).then_some(()))
            })
            .await?;
            page.click("button", "Stop").await?;
            page.searched(&["Stopped after"], WITHIN).await?;
            page.find("button", "Find").await?;
            Ok(())
        })
        .await
}

/// Switches a rule, starts a search and watches the find, all by Tab, Enter, Space and letters.
#[tokio::test]
async fn the_laboratory_needs_no_mouse() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.find("button", "Play").await?;
            page.press("x").await?;
            page.is_focused("group", "Laboratory").await?;
            page.tab_to("switch", "step-down").await?;
            page.press(" ").await?;
            page.shows("list", "The cluster now", "step-down off").await?;
            page.is_focused("switch", "step-down").await?;

            // Back to the form, and through all of it.
            page.press("x").await?;
            page.is_focused("group", "Laboratory").await?;
            page.tab_to("combobox", "Property to break").await?;
            page.press("election").await?;
            page.tab_to("combobox", "Nodes at most").await?;
            page.press("3").await?;
            page.tab_to("combobox", "Runs at most").await?;
            page.press("100").await?;
            page.tab_to("textbox", "From seed").await?;
            page.press_with_control("a").await?;
            page.press("x").await?;
            page.tab_to("DisclosureTriangle", "Faults: 13 of 16 kinds").await?;
            page.press(Key::Enter + "").await?;
            page.tab_to("checkbox", "membership nodes come and go").await?;
            page.press(" ").await?;
            page.sees("Faults: 12 of 16 kinds").await?;
            // The kinds of faults that were added later.
            page.sees("not ticked at first: disk, ask and demote.").await?;
            for newer in [
                "disk a disk is full or fails, and its node stops",
                "ask named clients ask, also nodes that do not lead",
                "demote voters become learners, and voters again",
            ] {
                page.tab_to("checkbox", newer).await?;
                page.press(" ").await?;
            }
            page.sees("Faults: 15 of 16 kinds").await?;
            page.tab_to("button", "Find").await?;
            page.press(Key::Enter + "").await?;
            page.sees("A seed is a whole number, such as 0.").await?;
            page.is_focused("button", "Find").await?;
            page.driver().action_chain().key_down(Key::Shift).perform().await?;
            page.tab_to("textbox", "From seed").await?;
            page.driver().action_chain().key_up(Key::Shift).perform().await?;
            page.press("0").await?;
            page.tab_to("button", "Find").await?;
            page.press(Key::Enter + "").await?;

            let found = page.found(WITHIN).await?.expect("a find");
            assert_eq!((found.property.as_str(), found.before.nodes), ("election-safety", 3));
            page.is_focused("button", "Find").await?;
            page.tab_to("button", "Watch it").await?;
            page.press(Key::Enter + "").await?;
            page.is_focused("main", "Stage").await?;
            page.press("+++++").await?;
            page.shows("list", "The cluster now", "election-safety: ").await?;
            page.find("button", "Play").await?;
            Ok(())
        })
        .await
}
