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

#[tokio::test]
async fn the_space_time_diagram_leads_to_an_instant_on_a_projector_too() -> Outcome {
    for screen in ["", "&projector"] {
        Window::LAPTOP
            .open(&format!("{FAST}{screen}"), async |page| {
                page.leader(&[]).await?;
                page.click("button", "Pause").await?;
                let before = page.text("timer", "Cluster time").await?;
                page.click("radio", "Space-time").await?;
                page.sees("The latest messages as a table").await?;
                let canvas = page.driver().find(thirtyfour::By::Id("spacetime-canvas")).await?;
                let said = canvas.attr("aria-label").await?.unwrap_or_default();
                assert!(said.contains("messages arrived"), "{said}");
                // Some way before now, which is at the right.
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
