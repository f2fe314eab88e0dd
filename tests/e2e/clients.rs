//! The clients' operations: an order of them, or the contradiction.

use thirtyfour::Key;

use crate::browser::{Outcome, Window};
use crate::states::State;

#[tokio::test]
async fn operations_are_told_in_an_order_and_lead_to_their_instants_by_keyboard() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            State::Clients.open(page).await?;
            let bars = page.driver().find(thirtyfour::By::Id("clients-canvas")).await?;
            let said = bars.attr("aria-label").await?.unwrap_or_default();
            assert!(said.starts_with("5 operations of clients on 4 keys"), "{said}");
            page.tab_to("group", "Operations as bars, scrolls up and down").await?;
            page.press(Key::Tab + "").await?;
            page.press(Key::Enter + "").await?;
            let table = page.text("table", "The latest operations").await?;
            for words in
                ["set taste sweet … on its way It need not have happened.", "set color green"]
            {
                assert!(table.contains(words), "{words:?} in {table}");
            }
            assert!(table.contains("Number 2 in the order."), "{table}");
            // The newest comes first: its button leads to the instant of its request.
            let now = page.text("timer", "Cluster time").await?;
            page.press(Key::Tab + "").await?;
            page.press(Key::Tab + "").await?;
            page.press(Key::Enter + "").await?;
            page.until("an earlier instant", async || {
                Ok((page.text("timer", "Cluster time").await? != now).then_some(()))
            })
            .await?;
            page.shows("list", "The cluster now", "The past").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn answers_without_an_order_are_named_and_lead_to_where_they_were_asked() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            State::Unordered.open(page).await?;
            page.view("Stage").await?;
            page.click("tab", "Verdicts").await?;
            page.click("button", "See the clients' operations").await?;
            let list = "What contradicts itself of color";
            for words in
                ["set color blue, answered", "set color green, answered", "get color, answered"]
            {
                page.shows("list", list, words).await?;
            }
            page.shows("list", list, "later: blue.").await?;
            let few = page.find("list", list).await?;
            assert_eq!(few.find_all(thirtyfour::By::Tag("li")).await?.len(), 3);
            page.sees("Of color, these 3 have no order, whatever the others did:").await?;
            // An item that is hovered in the list is also marked in the request's row.
            let asked = few.find(thirtyfour::By::Css("li:last-child button")).await?;
            let at = asked.text().await?;
            asked.focus().await?;
            let lit = "return document.querySelector('.journey[data-lit]') !== null";
            page.until("the request is marked", async || {
                Ok((page.script(lit).await? == true).then_some(()))
            })
            .await?;
            page.press(Key::Enter + "").await?;
            page.shows("timer", "Cluster time", at.trim_end_matches(" s")).await?;
            page.sees("Linearizable:").await?;
            Ok(())
        })
        .await
}

/// The first bar of the first key: a filled spot on the canvas, in pixels of the page.
const FIRST_BAR: &str = "
    const canvas = document.querySelector('#clients-canvas');
    const [box, ratio] = [canvas.getBoundingClientRect(), canvas.width / canvas.clientWidth];
    const middle = 66;
    const row = dy => canvas.getContext('2d')
        .getImageData(0, Math.round((middle + dy) * ratio), canvas.width, 1).data;
    const rows = [row(-8), row(0), row(8)];
    for (let x = 0; x < canvas.width; x += 1) {
        if (rows.every(row => row[4 * x + 3] === 255)) {
            return [box.x + x / ratio + 1, box.y + middle];
        }
    }
    return null;";

#[tokio::test]
async fn bars_are_pointed_at_where_they_are_drawn_also_after_clients_have_done_nothing_for_long()
-> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            State::Clients.open(page).await?;
            // At this speed each number of the clock is a second or more without requests.
            page.click("button", "Play").await?;
            page.press("+++++++").await?;
            page.until("ten seconds of cluster time", async || {
                let now = page.text("timer", "Cluster time").await?;
                let now: f64 = now.trim_end_matches(" s").parse().expect("seconds");
                Ok((now > 10.0).then_some(()))
            })
            .await?;
            page.click("button", "Pause").await?;
            page.find("button", "Play").await?;
            let bar: Option<(f64, f64)> = serde_json::from_value(page.script(FIRST_BAR).await?)?;
            page.mouse("mouseMoved", bar.expect("a bar that is filled")).await?;
            page.sees("set color blue, answered").await?;
            Ok(())
        })
        .await
}
