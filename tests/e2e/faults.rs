//! Faults by hand: a message is opened and dropped, a link is cut one way, a line partitions the
//! cluster, by mouse, touch and keyboard; and the dial for random faults.

use serde_json::json;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;

/// Paused at the beginning.
const STILL: &str = "?seed=42&paused";

#[tokio::test]
async fn a_message_is_opened_by_key_read_delayed_and_dropped() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            first_messages(page).await?;
            page.press("m").await?;
            page.find("dialog", "Messages in flight").await?;
            page.until("the focus on the first message", async || {
                let (role, name) = page.focused().await?;
                Ok((role == "button" && name.starts_with("PreVote ")).then_some(()))
            })
            .await?;
            page.press(Key::Down + "").await?;
            page.press(Key::Enter + "").await?;
            let card = opened_message(page).await?;
            page.shows("dialog", &card, "PreVote").await?;
            page.shows("dialog", &card, "last_log_index none").await?;
            let arrives = arrival(page, &card).await?;
            page.click("button", "Delay").await?;
            page.until("a later arrival", async || {
                Ok((arrival(page, &card).await? == arrives + 50).then_some(()))
            })
            .await?;
            page.click("button", "Drop").await?;
            page.sees("is no longer in flight.").await?;
            assert_eq!(page.find_all("dialog", &card).await?.len(), 0, "the card closes");
            page.sees("dropped by hand").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_click_opens_the_message_drawn_there() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&nodes=2&speed=50", async |page| {
            // Halfway between two nodes while the cluster plays, until a message passes.
            let at = page.between(1, 2).await?;
            page.until("a message under the pointer", async || {
                page.mouse("mousePressed", at).await?;
                page.mouse("mouseReleased", at).await?;
                let opened = page.script(OPENED).await?;
                Ok(opened.as_str().is_some_and(|name| name.starts_with("Message m")).then_some(()))
            })
            .await?;
            page.find("button", "Play").await?;
            page.sees("Paused, so that it can be read.").await?;
            page.press(Key::Escape + "").await?;
            page.until("a closed card", async || {
                Ok(page.script(OPENED).await?.is_null().then_some(()))
            })
            .await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_link_is_cut_one_way_made_lossy_and_brought_back() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            let at = page.between(1, 2).await?;
            page.mouse("mousePressed", at).await?;
            page.mouse("mouseReleased", at).await?;
            page.find("dialog", "Link n1 and n2").await?;
            page.click("button", "Cut n1 → n2").await?;
            page.find("button", "Mend n1 → n2").await?;
            page.find("button", "Cut n2 → n1").await?;
            page.click("button", "Mend n1 → n2").await?;
            page.find("button", "Cut n1 → n2").await?;
            page.find("slider", "Loss n2 → n1").await?.send_keys(Key::Right + "").await?;
            page.until("a lossy link", async || Ok((way(page).await? == "lossy").then_some(())))
                .await?;
            page.press(Key::Escape + "").await?;

            // The same by keyboard, from a node's card.
            page.tab_to("button", "More n2").await?;
            page.press(Key::Enter + "").await?;
            page.tab_to("button", "Links of n2… cut, slow or lossy").await?;
            page.press(Key::Enter + "").await?;
            page.find("group", "Links of n2").await?;
            page.until("the first of its links", async || {
                let (_, name) = page.focused().await?;
                Ok((name == "Link to n1 slow or lossy").then_some(()))
            })
            .await?;
            page.press(Key::Enter + "").await?;
            page.find("dialog", "Link n1 and n2").await?;
            page.tab_to("button", "Back to normal").await?;
            page.press(Key::Enter + "").await?;
            page.until("a normal link", async || Ok(way(page).await?.is_empty().then_some(())))
                .await?;
            page.click("button", "Cut both ways").await?;
            page.find("button", "Mend n1 → n2").await?;
            page.click("button", "Mend both ways").await?;
            page.find("button", "Cut n2 → n1").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_line_partitions_the_cluster_and_one_beside_all_cards_does_not() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            let stage = page.area("main", "Stage").await?;
            let (left, right) = (stage.x + 20.0, stage.x + stage.width - 20.0);
            // Below n1, above the others.
            let below = page.middle(1).await?.1 + 90.0;
            page.drag([(left, below), (left + 200.0, below), (right, below)]).await?;
            page.shows("group", "n1", "side").await?;
            page.shows("list", "The cluster now", "Partition 1 | 4").await?;
            page.click("button", "Heal").await?;
            page.until("no sides", async || Ok((!is_parted(page).await?).then_some(()))).await?;

            let top = stage.y + 4.0;
            page.drag([(left, top), (left + 200.0, top), (right, top)]).await?;
            page.sees("That line separates nobody").await?;

            // Escape cancels a line that is being drawn.
            page.mouse("mousePressed", (left, below)).await?;
            page.mouse("mouseMoved", (right, below)).await?;
            page.shows("group", "n1", "side").await?;
            page.press(Key::Escape + "").await?;
            page.until("no sides", async || Ok((!is_parted(page).await?).then_some(()))).await?;
            page.mouse("mouseReleased", (right, below)).await?;
            assert!(!is_parted(page).await?, "what was taken back is not done");
            Ok(())
        })
        .await
}

/// On a projector the page is drawn larger, and pointer positions must still be right.
#[tokio::test]
async fn on_a_projector_a_click_opens_a_link_and_a_line_partitions_the_cluster() -> Outcome {
    Window::LAPTOP
        .open(&format!("{STILL}&projector"), async |page| {
            let at = page.between(1, 2).await?;
            page.mouse("mousePressed", at).await?;
            page.mouse("mouseReleased", at).await?;
            page.find("dialog", "Link n1 and n2").await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("dialog", "Link n1 and n2").await?;

            // Through the middle of the stage: the two lower cards are on one side.
            let stage = page.area("main", "Stage").await?;
            let (left, right) = (stage.x + 20.0, stage.x + stage.width - 20.0);
            let between = (page.middle(2).await?.1 + page.middle(3).await?.1) / 2.0;
            page.drag([(left, between), (left + 200.0, between), (right, between)]).await?;
            page.shows("list", "The cluster now", "Partition").await?;
            for (node, side) in [(1, "A"), (2, "A"), (5, "A"), (3, "B"), (4, "B")] {
                page.shows("group", &format!("n{node}"), &format!("side {side}")).await?;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_finger_draws_the_line_on_a_phone() -> Outcome {
    Window { width: 390, height: 844, ..Window::LAPTOP }
        .open(STILL, async |page| {
            page.take_touches().await?;
            let stage = page.area("main", "Stage").await?;
            let (x, y) = page.middle(1).await?;
            // A third of the way down to the next cards: a touch near a card would select the card.
            let below = y + (page.middle(5).await?.1 - y) * 0.3;
            page.touch("touchStart", Some((stage.x + 8.0, below))).await?;
            for step in 1..=8 {
                let at = stage.x + 8.0 + f64::from(step) * (stage.width - 16.0) / 8.0;
                page.touch("touchMove", Some((at, below))).await?;
            }
            page.until("the sides of the line", async || Ok(is_parted(page).await?.then_some(())))
                .await?;
            page.touch("touchEnd", None).await?;
            page.shows("list", "The cluster now", "1 | 4").await?;
            assert!(is_parted(page).await?, "n1 at {x},{y} is parted from the others");
            let scrolled = page.script("return [scrollX, scrollY]").await?;
            assert_eq!(scrolled, json!([0, 0]), "the page stays where it is");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn chaos_breaks_things_and_all_can_be_mended() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=2000", async |page| {
            page.find("slider", "Chaos").await?.send_keys(Key::End + "").await?;
            page.shows("list", "The cluster now", "Chaos 100 %").await?;
            page.until("something broken", async || {
                Ok(page.find("button", "Mend all").await?.is_enabled().await?.then_some(()))
            })
            .await?;
            page.click("button", "Pause").await?;
            page.find("slider", "Chaos").await?.send_keys(Key::Home + "").await?;
            page.until("no chip", async || {
                let chips = page.text("list", "The cluster now").await?;
                Ok((!chips.contains("Chaos")).then_some(()))
            })
            .await?;
            let mend = page.find("button", "Mend all").await?;
            if mend.is_enabled().await? {
                mend.click().await?;
            }
            page.until("nothing broken", async || {
                Ok((!page.find("button", "Mend all").await?.is_enabled().await?).then_some(()))
            })
            .await?;
            page.shows("list", "The cluster now", "of 5").await?;
            assert!(!is_parted(page).await?);
            Ok(())
        })
        .await
}

/// The name of the dialog that is open on the stage.
const OPENED: &str = "return document.querySelector('.stage [role=dialog]')?.ariaLabel ?? null";

async fn opened_message(page: &Page) -> WebDriverResult<String> {
    page.until("the card of a message", async || {
        let name = page.script(OPENED).await?;
        Ok(name.as_str().filter(|name| name.starts_with("Message m")).map(str::to_owned))
    })
    .await
}

/// How the link with its own settings is drawn.
async fn way(page: &Page) -> WebDriverResult<String> {
    let ask = "return document.querySelector('.link-way')?.dataset.state ?? ''";
    Ok(page.script(ask).await?.as_str().unwrap_or_default().to_owned())
}

/// Steps until the first messages are in flight.
async fn first_messages(page: &Page) -> WebDriverResult<()> {
    page.until("a message in flight", async || {
        page.press(".").await?;
        page.press("m").await?;
        let list = page.text("dialog", "Messages in flight").await?;
        page.press(Key::Escape + "").await?;
        Ok((!list.contains("No message")).then_some(()))
    })
    .await
}

/// When a message arrives, in milliseconds: `arrives at 0.215 s`.
async fn arrival(page: &Page, card: &str) -> WebDriverResult<u64> {
    let text = page.text("dialog", card).await?;
    let time = text.split_once("arrives at ").map(|(_, rest)| rest);
    let digits: Option<String> = time
        .and_then(|rest| rest.split(' ').next())
        .map(|time| time.chars().filter(char::is_ascii_digit).collect());
    Ok(digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{text}")))
}

/// Whether any card says on which side of a partition it is.
async fn is_parted(page: &Page) -> WebDriverResult<bool> {
    Ok(page.script("return document.querySelector('.card-side') !== null").await? == true)
}
