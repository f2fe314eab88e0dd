//! The views of an instant: each opens, shows all nodes, and leads to another instant.

use crate::browser::{Outcome, Window};

const FAST: &str = "?seed=42&speed=1000";

#[tokio::test]
async fn the_logs_are_aligned_and_read_by_the_arrows() -> Outcome {
    Window::LAPTOP
        .open(FAST, async |page| {
            let leader = page.leader(&[]).await?;
            for value in ["blue", "green"] {
                page.set("color", value, leader).await?;
                page.answered(&format!("set color {value}"), "success").await?;
            }
            page.click("button", "Pause").await?;
            page.press("w").await?;
            for node in 1..=5 {
                page.shows("table", "Logs of all nodes", &format!("n{node}")).await?;
            }
            page.driver()
                .execute(
                    "document.querySelector('.matrix button[tabindex=\"0\"]').focus()",
                    Vec::new(),
                )
                .await?;
            page.sees("set color green").await?;
            page.press(thirtyfour::Key::Left + "").await?;
            page.sees("set color blue").await?;
            Ok(())
        })
        .await
}

/// Fifty logs have thousands of entries: only visible ones are laid out, and the arrow keys reach
/// all of them.
#[tokio::test]
async fn of_many_logs_only_the_visible_ones_are_drawn() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&nodes=51&speed=1000", async |page| {
            page.leader(&[]).await?;
            page.until("an entry in every log", async || {
                let time = page.text("timer", "Cluster time").await?;
                let seconds = time.split(' ').next().and_then(|time| time.parse::<f64>().ok());
                Ok(seconds.is_some_and(|seconds| seconds > 5.0).then_some(()))
            })
            .await?;
            page.click("button", "Pause").await?;
            page.press("w").await?;
            page.shows("table", "Logs of all nodes", "n1").await?;
            let rows = "return document.querySelectorAll('.matrix tr[data-node]').length";
            page.until("the rows that are seen", async || {
                let rows = page.script(rows).await?.as_u64().unwrap_or_default();
                Ok((10..30).contains(&rows).then_some(()))
            })
            .await?;
            page.script("document.querySelector('.matrix button[data-node=\"1\"]').focus()")
                .await?;
            for node in 2..=51 {
                page.press(thirtyfour::Key::Down + "").await?;
                let here = "return document.activeElement.dataset.node ?? ''";
                let wanted = node.to_string();
                page.until(&format!("the log of n{node}"), async || {
                    let here = page.script(here).await?;
                    Ok((here == wanted).then_some(()))
                })
                .await?;
            }
            page.sees("n51, Entry 1, term").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_space_time_diagram_leads_to_an_instant_on_a_projector_too() -> Outcome {
    for screen in ["", "&projector"] {
        Window::LAPTOP
            .open(&format!("{FAST}{screen}"), async |page| {
                page.leader(&[]).await?;
                page.click("button", "Pause").await?;
                let before = page.text("timer", "Cluster time").await?;
                // A projector has no row of views until one is shown; it has the keys.
                page.press("d").await?;
                page.sees("The latest messages as a table").await?;
                let canvas = page.driver().find(thirtyfour::By::Id("spacetime-canvas")).await?;
                let said = canvas.attr("aria-label").await?.unwrap_or_default();
                assert!(said.contains("messages arrived"), "{said}");
                // Some time before now, which is at the right.
                let area = page.area_of(&canvas).await?;
                let at = (area.x + area.width * 0.8, area.y + area.height / 2.0);
                page.mouse("mousePressed", at).await?;
                page.mouse("mouseReleased", at).await?;
                page.until("another instant", async || {
                    Ok((page.text("timer", "Cluster time").await? != before).then_some(()))
                })
                .await?;
                page.press("v").await?;
                page.find("group", "n1").await?;
                Ok(())
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_charts_tell_an_interval_and_lead_to_it() -> Outcome {
    Window::LAPTOP
        .open(FAST, async |page| {
            let leader = page.leader(&[]).await?;
            page.set("color", "blue", leader).await?;
            page.answered("set color blue", "success").await?;
            page.click("button", "Pause").await?;
            page.press("C").await?;
            for chart in ["Throughput", "Commit latency", "Elections"] {
                page.find("heading", chart).await?;
                let drawing = format!(".chart svg[role=img][aria-label^=\"{chart}: \"]");
                page.driver().find(thirtyfour::By::Css(drawing)).await?;
            }
            page.sees(&format!("n{leader} leads in term")).await?;
            // The charts go to the end of the branch, whatever instant is shown.
            let before = page.text("timer", "Cluster time").await?;
            let over = page.driver().find(thirtyfour::By::Css(".charts-over")).await?;
            page.driver()
                .action_chain()
                .move_to_element_with_offset(&over, -150, 0)
                .perform()
                .await?;
            page.sees("Pointed at").await?;
            // At the pointer: the middle may lie beyond the end.
            page.driver().action_chain().click().perform().await?;
            page.until("another instant", async || {
                Ok((page.text("timer", "Cluster time").await? != before).then_some(()))
            })
            .await?;
            // The same by keyboard: the intervals are a table of buttons.
            page.press("n").await?;
            page.until("the end", async || {
                Ok((page.text("timer", "Cluster time").await? == before).then_some(()))
            })
            .await?;
            page.driver()
                .execute("document.querySelector('.diagram-table summary').focus()", Vec::new())
                .await?;
            page.press(thirtyfour::Key::Enter + "").await?;
            page.shows("table", "The latest intervals", &format!("n{leader}")).await?;
            page.press(thirtyfour::Key::Tab + "").await?;
            page.press(thirtyfour::Key::Enter + "").await?;
            page.until("another instant", async || {
                Ok((page.text("timer", "Cluster time").await? != before).then_some(()))
            })
            .await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_differs_since_a_pinned_instant_and_between_nodes() -> Outcome {
    Window::LAPTOP
        .open(FAST, async |page| {
            let leader = page.leader(&[]).await?;
            page.press("P").await?;
            page.sees("is pinned").await?;
            page.press("D").await?;
            page.set("color", "blue", leader).await?;
            page.answered("set color blue", "success").await?;
            page.click("button", "Pause").await?;
            for node in 1..=5 {
                page.shows("table", &format!("n{node}"), "color = blue").await?;
            }
            page.click("button", "Go to the pin").await?;
            page.sees("Nothing differs").await?;
            page.press("n").await?;
            page.sees("5 nodes differ").await?;
            page.choose("What is compared", "n1").await?;
            page.choose("What it is compared with", "n1").await?;
            page.sees("n1 is compared with itself").await?;
            page.choose("What is compared", "All nodes").await?;
            page.choose("What it is compared with", &format!("n{leader}")).await?;
            page.sees("4 nodes differ").await?;
            let other = if leader == 1 { 2 } else { 1 };
            page.shows("table", &format!("n{other}"), "Follower").await?;
            Ok(())
        })
        .await
}
