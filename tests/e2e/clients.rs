//! The clients' operations: an order through them, or what contradicts itself.

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
            // The newest comes first: its button leads to where it was asked.
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
            page.click("radio", "Stage").await?;
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
            // What is pointed at in the list is marked where the request stands, too.
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
