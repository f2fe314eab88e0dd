//! Wrong input is answered where it was made, in words, and changes nothing.

use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::site::Site;

#[tokio::test]
async fn a_request_beyond_the_limits_is_not_sent() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            let before = everything(page).await?;
            page.fill("Key", "").await?;
            page.click("button", "Set").await?;
            page.is_described("textbox", "Key", "A key needs at least one character").await?;
            assert_eq!(page.focused().await?.1, "Key", "the focus is where the problem is");

            page.paste("Key", &"k".repeat(257)).await?;
            page.click("button", "Get").await?;
            page.is_described("textbox", "Key", "257 bytes; 256 are the limit").await?;

            page.fill("Key", "color").await?;
            page.paste("Value", &"é".repeat(32 * 1024 + 1)).await?;
            page.click("button", "Set").await?;
            page.is_described("textbox", "Value", "65538 bytes; 65536 are the limit").await?;
            assert_eq!(page.described("textbox", "Key").await?, "", "the key is good now");
            assert_eq!(everything(page).await?, before);

            page.paste("Key", &"k".repeat(256)).await?;
            page.paste("Value", &"v".repeat(64 * 1024)).await?;
            page.click("button", "Set").await?;
            page.sees("on its way").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_bad_line_says_where_and_what_was_expected() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            page.click("tab", "Console").await?;
            let before = everything(page).await?;
            let lines = [
                ("kill", "column 5: expected a node"),
                ("kill n99", "there is no node n99"),
                ("set color", "column 10: expected"),
                ("explode n1", "column 1: expected"),
                ("partition n1 n2 n3 n4 n5", "needs nodes on two sides"),
                ("curl \"http://example.org/\"", "column 6: expected"),
            ];
            for (line, problem) in lines {
                page.type_line(line).await?;
                page.until(&format!("{problem:?} after {line:?}"), async || {
                    let said = page.said_since(line).await?;
                    Ok(said.iter().any(|said| said.contains(problem)).then_some(()))
                })
                .await?;
            }
            assert_eq!(everything(page).await?, before);
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_refused_number_of_nodes_stays_in_the_field() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&nodes=7&paused", async |page| {
            page.click("button", "New cluster, from the controls").await?;
            let nodes = page.find("textbox", "Nodes, 1 to 51").await?;
            assert_eq!(nodes.prop("value").await?.as_deref(), Some("7"), "as many as there are");
            page.click("button", "3 nodes").await?;
            nodes.clear().await?;
            nodes.send_keys("99" + Key::Enter).await?;
            page.sees("The number of nodes must be between 1 and 51.").await?;
            assert_eq!(nodes.prop("value").await?.as_deref(), Some("99"));
            nodes.send_keys(Key::Backspace + Key::Enter).await?;
            page.shows("list", "The cluster now", "of 9").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_last_node_stays() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&nodes=1&speed=2000", site.url()), async |page| {
            page.leader(&[]).await?;
            page.press_on(1, "More").await?;
            page.press_on(1, "Remove").await?;
            page.sees("n1 is the last node and can't be removed.").await?;
            assert_eq!(page.leader(&[]).await?, 1);
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

/// The whole cluster in words, without any request of the user.
async fn everything(page: &Page) -> WebDriverResult<String> {
    page.sees("Set a key, and watch its way through the cluster.").await?;
    let stage = page.text("main", "Stage").await?;
    let clock = page.text("timer", "Cluster time").await?;
    Ok(format!("{clock}: {stage}"))
}
