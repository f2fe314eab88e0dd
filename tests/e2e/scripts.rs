//! Scripts on the page: several lines pasted into the console, a file dropped on the page, and a line that waits.

use serde_json::json;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;

/// Waits, requests, and names that stand for servers.
const SCRIPT: &str = "timeout n1\nwait leader\nset color blue\nexpect answer ok\nkill leader\n\
                      wait leader for at most 5s\nrestart all\nexpect n1 follows";

#[tokio::test]
async fn a_script_that_is_pasted_runs_line_by_line() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000&paused", async |page| {
            page.click("tab", "Console").await?;
            paste(page, SCRIPT).await?;
            page.shows("log", "Console output", "the script is done").await?;
            let said = page.said_since("restart all").await?;
            assert_eq!(said, ["done: restart n1", "expect n1 follows", "as expected", "the script is done"]);
            page.find("button", "Play").await?;

            // A mistake in any line is found before the first is done.
            paste(page, "kill n2\nkil n3").await?;
            let problem = "line 2, column 1: expected a command (help lists them), found `kil`; did you mean `kill n3`?";
            page.shows("log", "Console output", problem).await?;
            page.console_answers("restart n2", &["n2 is running"]).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_script_that_is_dropped_on_the_page_runs_and_can_be_stopped() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000&paused", async |page| {
            drop_file(page, &format!("cluster 3 seed 7\n{SCRIPT}")).await?;
            page.click("tab", "Console").await?;
            page.shows("log", "Console output", "the script is done").await?;
            page.shows("group", "n1", "Follower").await?;

            drop_file(page, "kill n1 n2 n3\nwait leader").await?;
            page.find("progressbar", "Running the script, line 2 of 2").await?;
            page.click("button", "Stop").await?;
            page.shows("log", "Console output", "the script was stopped in line 2").await?;
            page.is_gone("progressbar", "Running the script, line 2 of 2").await?;

            drop_file(page, "restart all\nwait leader\nexpect leader n9").await?;
            page.sees("Line 3: not as expected: ").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_line_that_waits_plays_on_until_its_event() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000&paused", async |page| {
            page.take_line("wait leader").await?;
            page.shows("log", "Console output", "for a leader").await?;
            page.find("button", "Play").await?;
            page.leader(&[]).await?;
            page.console_answers("wait 20ms", &["waited 20ms"]).await?;
            let late = "waited 50ms of cluster time for what was expected, which did not come: there is no node n9";
            page.console_answers("wait until n9 is down for at most 50ms", &[late]).await?;
            Ok(())
        })
        .await
}

/// Pastes a text into the console.
async fn paste(page: &Page, text: &str) -> WebDriverResult<()> {
    let script = "const carried = new DataTransfer();
        carried.setData('text/plain', arguments[0]);
        const paste = { clipboardData: carried, bubbles: true, cancelable: true };
        document.querySelector('#console').dispatchEvent(new ClipboardEvent('paste', paste));";
    page.driver().execute(script, vec![json!(text)]).await.map(drop)
}

/// Drops a file with this text on the page.
async fn drop_file(page: &Page, text: &str) -> WebDriverResult<()> {
    let script = "const carried = new DataTransfer();
        carried.items.add(new File([arguments[0]], 'story.kvorum'));
        const drop = { dataTransfer: carried, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('drop', drop));";
    page.driver().execute(script, vec![json!(text)]).await.map(drop)
}
