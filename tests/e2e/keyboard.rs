//! Everything without a mouse.

use thirtyfour::Key;

use crate::browser::{Outcome, Window};
use crate::site::Site;

#[tokio::test]
async fn a_person_without_a_mouse_pauses_steps_reads_the_keys_and_kills() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            // One event at a time, from standing still.
            let begin = page.text("timer", "Cluster time").await?;
            page.press(".").await?;
            page.until("another time after a step", async || {
                let now = page.text("timer", "Cluster time").await?;
                Ok((now != begin).then_some(()))
            })
            .await?;
            page.find("button", "Play").await?;
            page.press(" ").await?;
            page.leader(&[]).await?;
            page.press(" ").await?;
            page.find("button", "Play").await?;
            let stands = page.text("timer", "Cluster time").await?;
            let events = page.text("log", "Events, newest first").await?;

            page.press("?").await?;
            page.find("dialog", "Keys and legend").await?;
            page.sees("Step: exactly one event, then pause").await?;
            // Behind an open dialog the keys do nothing.
            page.press(".").await?;
            page.press(Key::Escape + "").await?;
            page.until("an end of the dialog", async || {
                Ok(page.find_all("dialog", "Keys and legend").await?.is_empty().then_some(()))
            })
            .await?;
            assert_eq!(page.text("timer", "Cluster time").await?, stands);
            assert_eq!(page.text("log", "Events, newest first").await?, events);

            page.tab_to("button", "Kill n1").await?;
            page.press(Key::Enter + "").await?;
            page.shows("group", "n1", "Down").await?;
            let focused = page.focused().await?;
            assert_eq!(focused, ("button".to_owned(), "Restart n1".to_owned()));
            page.press(Key::Enter + "").await?;
            page.find("button", "Kill n1").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}
