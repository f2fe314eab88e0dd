//! The famous runs: two branches from one seed in the split view, where they diverge, and where one
//! breaks a property.

use kvorum::course::Famous;
use kvorum::raft::Rule;
use kvorum::script::Runner;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::stories::shared;

pub(crate) const RULE: &str = "current-term-commit";

/// Opens the famous run of the rule of Figure 8, by keyboard.
pub(crate) async fn open(page: &Page) -> WebDriverResult<()> {
    // The page handles keys only once it is mounted.
    page.find("button", "Commands…").await?;
    page.press_with_control("k").await?;
    page.is_focused("combobox", "Command").await?;
    page.find("combobox", "Command").await?.send_keys(format!("famous {RULE}")).await?;
    page.press(Key::Enter + "").await?;
    page.shows("region", "Where they part", "They part at").await
}

/// The safety of an entry on a node's card, on the stage with this selector.
async fn safety(page: &Page, stage: &str, node: u32, entry: u64) -> WebDriverResult<String> {
    let block = format!("{stage} [data-node=\"{node}\"] [data-entry=\"{entry}\"]");
    let script = format!("return document.querySelector('{block}')?.dataset.safety ?? 'none'");
    Ok(page.script(&script).await?.as_str().unwrap_or_default().to_string())
}

#[tokio::test]
async fn a_famous_run_shows_where_its_branches_diverge_and_pauses_at_the_break() -> Outcome {
    Window::LAPTOP
        .open("?seed=42", async |page| {
            open(page).await?;
            page.shows("list", "The cluster now", &format!("{RULE} off")).await?;
            let stages = ["main.stage", ".onlooker"];
            for name in ["n1", "n2", "n3"] {
                page.find("group", name).await?;
                page.find("group", &format!("{name} in with {RULE}")).await?;
            }
            page.find("region", &format!("Stage of with {RULE}")).await?;
            assert!(page.find_all("button", "Kill n1").await?.len() == 1, "one is only looked at");

            // Where they diverge one has committed the entry, the other has not.
            page.click("button", "Pause").await?;
            page.click("button", "Go there").await?;
            page.shows("timer", "Cluster time", "0.406").await?;
            page.until("the other stage at that instant", async || {
                let there =
                    [safety(page, stages[0], 1, 2).await?, safety(page, stages[1], 1, 2).await?];
                Ok((there == ["committed", "disk"]).then_some(()))
            })
            .await?;
            page.shows("region", "Where they part", "Entry 2 is committed").await?;
            let words = "return document.getElementById('timeline-words').textContent";
            let words = page.script(words).await?.to_string();
            assert!(
                words.contains("The two branches that are compared part at 0.406 s."),
                "{words}"
            );

            // A step back restores both.
            page.press(",").await?;
            page.until("both stages a step before", async || {
                let there =
                    [safety(page, stages[0], 1, 2).await?, safety(page, stages[1], 1, 2).await?];
                Ok((there == ["disk", "disk"]).then_some(()))
            })
            .await?;

            page.press("+++").await?;
            page.click("button", "Play").await?;
            let (ours, theirs) = (format!("Branch without {RULE}"), format!("Branch with {RULE}"));
            page.shows("region", &ours, "broken").await?;
            page.find("button", "Play").await?;
            page.shows("region", &theirs, "holds").await?;
            page.shows("list", "The cluster now", "leader-completeness").await?;
            page.shows("group", "n3", "Leader").await?;
            let mut runner = Runner::default();
            runner.run_script(Famous::of(Rule::CurrentTermCommit).text)?;
            let digest = runner.run().cluster().digest().to_string();
            assert_eq!(shared(page).await?.1, digest, "where the script breaks");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn where_nothing_is_compared_the_view_says_how() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000", async |page| {
            page.leader(&[]).await?;
            page.press("y").await?;
            page.shows("region", "Nothing is compared", "There is none yet").await?;
            page.take_line("kill n1").await?;
            page.click("button", "Undo").await?;
            page.click("button", "Compare with A").await?;
            page.shows("region", "Branch A", "holds").await?;
            page.shows("group", "n1 in A", "Down").await?;
            page.view("Stage").await?;
            page.is_gone("group", "n1 in A").await?;
            page.find("group", "n1").await?;
            Ok(())
        })
        .await
}
