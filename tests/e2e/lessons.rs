//! The tour and the demonstrations.

use kvorum::course::{ACTS, DEMONSTRATIONS, Lesson};
use serde_json::json;
use thirtyfour::Key;

use crate::browser::{Outcome, Window};
use crate::stories::{self, choose, shared, step};

const FAST: &str = "?seed=1&speed=2000";

#[tokio::test]
async fn each_demonstration_ends_in_the_state_of_its_script() -> Outcome {
    Window::LAPTOP
        .open(FAST, async |page| {
            for demonstration in &DEMONSTRATIONS {
                stories::demonstration(page, demonstration.text).await?;
            }
            page.click("button", "Play").await?;
            page.leader(&[]).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_demonstration_is_stepped_back_by_keyboard_and_goes_on_the_same_way() -> Outcome {
    Window::LAPTOP
        .open(FAST, async |page| {
            let lesson = Lesson::parse(DEMONSTRATIONS[1].text)?;
            choose(page, &lesson.title).await?;
            step(page, 1, &lesson).await?;
            // The bar has the focus, so the arrow keys are its own.
            assert_eq!(page.focused().await?, ("button".to_owned(), "Next".to_owned()));
            page.press(Key::Enter + "").await?;
            step(page, 2, &lesson).await?;
            page.press(Key::Right + "").await?;
            step(page, 3, &lesson).await?;
            page.shows("group", "n1", "Down").await?;
            let (_, digest, time) = shared(page).await?;

            page.press(Key::PageUp + "").await?;
            step(page, 2, &lesson).await?;
            page.shows("group", "n1", "Leader").await?;
            page.press(Key::PageDown + "").await?;
            step(page, 3, &lesson).await?;
            let (_, same, also) = shared(page).await?;
            assert_eq!((same, also), (digest, time));
            page.click("button", "Back").await?;
            step(page, 2, &lesson).await?;
            page.press(Key::Left + "").await?;
            step(page, 1, &lesson).await?;

            // Left in the middle, by Escape: the cluster stays under the user's control.
            page.press(Key::Escape + "").await?;
            page.is_gone("region", "Guide").await?;
            page.press_on(1, "Kill").await?;
            page.click("button", "Play").await?;
            page.leader(&[1]).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_user_who_disturbs_a_demonstration_is_told_at_once() -> Outcome {
    Window::LAPTOP
        .open(FAST, async |page| {
            let lesson = Lesson::parse(DEMONSTRATIONS[1].text)?;
            choose(page, &lesson.title).await?;
            step(page, 1, &lesson).await?;
            page.press_on(1, "Kill").await?;
            page.shows("region", "Guide", "You changed this run").await?;
            page.is_gone("button", "Next").await?;
            page.click("button", "Back to it").await?;
            step(page, 1, &lesson).await?;
            page.shows("group", "n1", "Leader").await?;
            page.click("button", "Next").await?;
            step(page, 2, &lesson).await?;
            page.press_on(2, "Kill").await?;
            page.click("button", "Go on exploring").await?;
            page.is_gone("region", "Guide").await?;
            page.shows("group", "n2", "Down").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_new_user_does_the_four_acts_of_the_tour_and_is_not_asked_again() -> Outcome {
    Window::LAPTOP
        .open("?mode=watch&speed=1000", async |page| {
            page.shows("region", "Guide", "New here?").await?;
            page.click("button", "Take the tour").await?;
            let act = async |number: usize| {
                page.shows("region", "Guide", &format!("Act {number} of {}", ACTS.len())).await?;
                page.shows("region", "Guide", ACTS[number - 1].title).await
            };
            act(1).await?;
            page.shows("region", "Guide", ACTS[0].answer).await?;
            page.click("button", "Next").await?;
            act(2).await?;
            page.shows("region", "Guide", ACTS[1].ask).await?;
            page.click("button", "Write color = green").await?;
            page.shows("region", "Guide", ACTS[1].answer).await?;
            page.is_gone("button", "Write color = green").await?;
            page.click("button", "Next").await?;
            act(3).await?;
            page.shows("region", "Guide", ACTS[2].ask).await?;
            page.click("button", "Kill the leader").await?;
            page.shows("region", "Guide", ACTS[2].answer).await?;
            page.click("button", "Next").await?;
            act(4).await?;
            page.click("button", "Draw a line").await?;
            page.shows("main", "Stage", "Drag a line between the cards").await?;
            page.press("h").await?;
            page.shows("region", "Guide", ACTS[3].ask).await?;
            // For whoever has no pointer.
            let leader = page.leader(&[]).await?;
            page.click("button", &format!("Cut off n{leader}")).await?;
            page.shows("list", "The cluster now", "Partition").await?;
            page.press("h").await?;
            page.shows("region", "Guide", ACTS[3].answer).await?;
            page.click("button", "First demonstration").await?;
            page.shows("region", "Guide", "Step 1 of").await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("region", "Guide").await?;
            page.driver().refresh().await?;
            // The demonstration's run is kept, as it was left.
            page.find("button", "Play").await?;
            page.is_gone("region", "Guide").await?;

            // The tour is still available, in a cluster of its own, and can be left at any act.
            page.press("?").await?;
            page.click("button", "Take the tour").await?;
            act(1).await?;
            page.shows("region", "Guide", ACTS[0].answer).await?;
            page.click("button", "Next").await?;
            act(2).await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("region", "Guide").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn no_tour_is_offered_with_a_query_or_without_storage() -> Outcome {
    Window::LAPTOP
        .open("?seed=1", async |page| {
            page.leader(&[]).await?;
            page.is_gone("region", "Guide").await?;
            let refuse = json!({ "source": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })" });
            page.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", refuse).await?;
            page.go("").await?;
            page.leader(&[]).await?;
            page.is_gone("region", "Guide").await?;
            Ok(())
        })
        .await
}
