//! How much of the page is shown, what a first visit is invited to, and where an address leads.

use thirtyfour::Key;

use crate::browser::{Outcome, Window};
use crate::stories::shared;

const CAPTION: (&str, &str) = ("region", "What has just happened");

#[tokio::test]
async fn a_first_visit_watches_and_each_mode_is_one_key_away_and_remembered() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&mode=watch", async |page| {
            page.find(CAPTION.0, CAPTION.1).await?;
            page.find("button", "Write color = green").await?;
            for (role, name) in [("region", "Request"), ("tab", "Events"), ("region", "Controls")] {
                page.is_gone(role, name).await?;
            }
            page.click("button", "Break things").await?;
            page.find("region", "Request").await?;
            page.is_gone("tab", "Events").await?;
            page.press("q").await?;
            page.find("tab", "Events").await?;
            page.is_gone(CAPTION.0, CAPTION.1).await?;
            page.press("q").await?;
            page.find("button", "Explain").await?;
            // A key for what a mode does not show leads to the mode that does.
            page.press("j").await?;
            page.find("tab", "Verdicts").await?;
            page.click("radio", "Play").await?;
            page.is_gone("tab", "Events").await?;

            // The browser remembers the choice; an address says otherwise.
            let asked =
                "window.history.replaceState(null, '', location.pathname + '?seed=42&speed=50')";
            page.script(asked).await?;
            page.driver().refresh().await?;
            page.find("region", "Request").await?;
            page.is_gone("tab", "Events").await?;
            page.go("?seed=42&mode=study").await?;
            page.find("tab", "Events").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_invitations_go_when_they_are_used_here_or_elsewhere() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&mode=watch&speed=1000", async |page| {
            let leader = page.leader(&[]).await?;
            page.click("button", "Write color = green").await?;
            page.shows("region", "What is committed", "color = green").await?;
            page.is_gone("button", "Write color = green").await?;
            page.press_on(leader, "Kill").await?;
            page.is_gone("button", "Kill the leader").await?;
            page.click("button", "Draw a line").await?;
            page.shows("main", "Stage", "Drag a line between the cards").await?;
            let next = page.leader(&[leader]).await?;
            page.click("button", &format!("Cut off n{next}")).await?;
            page.is_gone("group", "Try this").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_request_is_sent_from_the_stage_also_on_a_projector() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&mode=watch&speed=1000", async |page| {
            for query in ["?seed=42&mode=watch&speed=1000", "?seed=42&projector&speed=1000"] {
                page.go(query).await?;
                page.leader(&[]).await?;
                page.click("button", "You").await?;
                page.is_focused("textbox", "Key").await?;
                page.press("fruit" + Key::Tab + "pear" + Key::Enter).await?;
                page.shows("region", "What is committed", "fruit = pear").await?;
                page.press(Key::Escape + "").await?;
                page.is_gone("textbox", "Key").await?;
                page.is_focused("button", "You").await?;
                page.press("k").await?;
                page.is_focused("textbox", "Key").await?;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_address_opens_a_demonstration_at_a_step() -> Outcome {
    Window::LAPTOP
        .open("?lesson=split-vote&step=3&speed=2000", async |page| {
            page.shows("region", "Guide", "Split vote").await?;
            page.shows("region", "Guide", "Step 3 of").await?;
            page.go("?lesson=no-such&speed=2000").await?;
            page.sees("There is no demonstration “no-such” here. There are: first-election")
                .await?;
            page.leader(&[]).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_shared_run_offers_its_start_and_its_last_action() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000", async |page| {
            page.leader(&[]).await?;
            page.press_on(2, "Kill").await?;
            page.shows("group", "n2", "Down").await?;
            page.press(".").await?;
            let (link, ..) = shared(page).await?;
            page.driver().goto("about:blank").await?;
            page.driver().goto(link).await?;
            page.sees("A shared run, at the instant where it was shared").await?;
            page.find("button", "Last action").await?;
            page.click("button", "From the start").await?;
            page.is_gone("button", "From the start").await?;
            page.shows("list", "The cluster now", "The past").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_step_an_undo_and_an_act_in_the_past_say_what_they_did() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.find("button", "Play").await?;
            page.press(".").await?;
            page.shows("main", "Stage", "election timer ran out").await?;
            page.press("q").await?;
            page.press(".").await?;
            page.shows(CAPTION.0, CAPTION.1, "would vote for n").await?;
            page.press_on(2, "Kill").await?;
            page.press("u").await?;
            page.shows("main", "Stage", "kill n2 is taken back. Branch A keeps it.").await?;
            page.click("button", "Compare").await?;
            page.press("b").await?;
            page.sees("you did kill n2").await?;
            Ok(())
        })
        .await
}
