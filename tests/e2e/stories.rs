//! Stories that every engine plays: Chromium each in a browser of its own, the others all in one
//! (`tests/engines`).

use std::time::Duration;

use kvorum::course::Lesson;
use kvorum::raft::Rule;
use kvorum::script::Runner;
use serde_json::json;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::page::{Outcome, Page};

/// Twice real time: fast enough to test, slow enough that every state is drawn.
pub(crate) const FAST: &str = "?seed=42&speed=2000";

/// A search takes as long as the machine needs.
pub(crate) const WITHIN: Duration = Duration::from_secs(120);

/// From the first leader to a healed partition.
pub(crate) async fn main_journey(page: &Page) -> Outcome {
    let first = page.leader(&[]).await?;
    let empty = page.agree(&[1, 2, 3, 4, 5]).await?;
    let follower = (1..=5).find(|node| *node != first).expect("five nodes");
    page.set("color", "blue", follower).await?;
    page.answered("set color blue", "success").await?;

    page.press_on(first, "Kill").await?;
    page.shows("group", &format!("n{first}"), "Down").await?;
    page.leader(&[first]).await?;
    page.get("color").await?;
    page.answered("get color", "blue").await?;

    page.click("button", "Add node").await?;
    let rest: Vec<u32> = (1..=6).filter(|node| *node != first).collect();
    let blue = page.agree(&rest).await?;
    assert_ne!(blue, empty, "n6 has the others' store, which is not empty");
    page.shows("list", "The cluster now", "of 6").await?;
    page.press_on(first, "Restart").await?;
    assert_eq!(page.agree(&ALL).await?, blue, "{first} has caught up");

    minority_waits(page).await?;
    page.click("button", "Heal").await?;
    let green = page.agree(&ALL).await?;
    assert_ne!(green, blue, "the write of the majority is everywhere");
    page.get("color").await?;
    page.answered("get color", "green").await?;

    page.shows("list", "The cluster now", "all properties hold").await?;
    assert_eq!(page.console_errors().await?, Vec::<String>::new());
    Ok(())
}

const ALL: [u32; 6] = [1, 2, 3, 4, 5, 6];

/// Cuts the leader and one follower off from the other four: only these can commit. The form sends
/// both requests at once, so that neither waits for the other.
async fn minority_waits(page: &Page) -> WebDriverResult<()> {
    let old = page.leader(&[]).await?;
    let with_it = ALL.into_iter().find(|node| *node != old).expect("six nodes");
    let minority = [old, with_it];
    for node in ALL {
        page.tick(&format!("n{node} on side A"), minority.contains(&node)).await?;
    }
    page.click("button", "Partition").await?;
    page.shows("group", &format!("n{old}"), "side").await?;
    let new = page.leader(&minority).await?;
    page.set("color", "red", old).await?;
    page.set("color", "green", new).await?;
    page.answered("set color green", "success").await?;
    page.answered("set color red", "no answer: it may have happened or not").await?;
    let blue = page.agree(&minority).await?;
    let majority: Vec<u32> = ALL.into_iter().filter(|node| !minority.contains(node)).collect();
    assert_ne!(page.agree(&majority).await?, blue, "only the majority has changed");
    Ok(())
}

/// The leader is killed and another elected; back in the past, an action begins another branch.
pub(crate) async fn rewind_and_fork(page: &Page) -> Outcome {
    let old = page.leader(&[]).await?;
    page.press_on(old, "Kill").await?;
    let new = page.leader(&[old]).await?;
    page.set("color", "blue", new).await?;
    page.answered("set color blue", "success").await?;
    page.click("button", "Pause").await?;

    // Back to before the kill, mark by mark.
    page.choose("What to go to", "fault").await?;
    page.click("button", "Previous fault").await?;
    page.shows("group", &format!("n{old}"), "Down").await?;
    page.click("button", "Step back").await?;
    page.shows("list", "The cluster now", &format!("Leader n{old}")).await?;
    page.shows("list", "The cluster now", "The past").await?;

    // An action in the past: the old branch is kept, and the new one differs.
    page.set("color", "red", old).await?;
    page.click("button", "Play").await?;
    page.answered("set color red", "success").await?;
    page.click("button", "Pause").await?;
    page.click("tab", "Branches").await?;
    page.click("button", "Compare with branch A").await?;
    page.sees("The first step that differs:").await?;
    page.sees(&format!("you did set color red via n{old}")).await?;
    page.shows("region", "Branch B and branch A", "down").await?;
    page.fill("Name of branch B", "the leader lives").await?;
    page.press(Key::Enter + "").await?;
    page.find("button", "Compare with branch A").await?;
    Ok(())
}

/// The run of `rewind_and_fork` as this link opens it: the same, and it goes on.
pub(crate) async fn same_run_from_link(
    page: &Page,
    (link, digest, time): (&str, &str, &str),
) -> Outcome {
    page.shows("timer", "Cluster time", time).await?;
    assert_eq!(shared(page).await?, (link.to_string(), digest.to_string(), time.to_string()));
    page.get("color").await?;
    page.click("button", "Play").await?;
    page.answered("get color", "red").await?;
    Ok(())
}

/// The run that is stored is there after a reload, and among the runs after another one.
pub(crate) async fn reload_and_go_on(page: &Page) -> Outcome {
    let leader = page.leader(&[]).await?;
    page.set("color", "blue", leader).await?;
    page.answered("set color blue", "success").await?;
    page.press_on(leader, "Kill").await?;
    page.leader(&[leader]).await?;
    page.click("button", "Pause").await?;
    let (_, digest, time) = shared(page).await?;
    is_kept(page, &digest).await?;

    page.reload().await?;
    page.shows("timer", "Cluster time", &time).await?;
    assert_eq!(shared(page).await?.1, digest);
    page.shows("group", &format!("n{leader}"), "Down").await?;
    page.click("button", "Play").await?;
    page.press_on(leader, "Restart").await?;
    page.agree(&[1, 2, 3, 4, 5]).await?;
    page.click("button", "Pause").await?;
    let (_, digest, _) = shared(page).await?;
    is_kept(page, &digest).await?;

    // Another address is another run; this one is stored under its name.
    page.go("?seed=9&paused").await?;
    page.shows("timer", "Cluster time", "0.000").await?;
    page.click("button", "Runs…").await?;
    page.click("button", "Open 5 nodes, seed 42").await?;
    page.shows("list", "The cluster now", "Leader n").await?;
    assert_eq!(shared(page).await?.1, digest);
    page.get("color").await?;
    page.click("button", "Play").await?;
    page.answered("get color", "blue").await?;
    assert_eq!(page.console_errors().await?, Vec::<String>::new());
    Ok(())
}

/// A demonstration is played step by step, and leaves the cluster in the state of its script.
pub(crate) async fn demonstration(page: &Page, script: &str) -> Outcome {
    let lesson = Lesson::parse(script)?;
    choose(page, &lesson.title).await?;
    for number in 1..lesson.steps.len() {
        step(page, number, &lesson).await?;
        page.click("button", "Next").await?;
    }
    step(page, lesson.steps.len(), &lesson).await?;
    page.shows("region", "Guide", "The cluster is yours now.").await?;
    page.click("button", "Leave").await?;
    page.is_gone("region", "Guide").await?;

    // The cluster is left in the state of the script's end.
    let mut runner = Runner::default();
    runner.run_script(script)?;
    let digest = runner.run().cluster().digest().to_string();
    assert_eq!(shared(page).await?.1, digest, "{}", lesson.title);
    Ok(())
}

/// The workers find what breaks without this rule, and make it small.
pub(crate) async fn search_without(page: &Page, rule: Rule) -> Outcome {
    page.without(rule).await?;
    let found = page.finds(WITHIN).await?.expect("a find");
    assert_eq!(found.property, rule.about().falls);
    let (before, after) = (found.before, found.after);
    assert!(after.nodes <= 5 && after.actions <= 30, "{rule}: {found}");
    assert!((after.nodes, after.actions) <= (before.nodes, before.actions), "{found}");
    watch(page, &found.property).await?;
    Ok(())
}

/// Waits until the bar shows this step and its conditions are met.
pub(crate) async fn step(page: &Page, number: usize, lesson: &Lesson) -> WebDriverResult<()> {
    let sentence = lesson.steps[number - 1].sentence.replace('`', "");
    page.shows("region", "Guide", &sentence).await?;
    page.find("button", "Play").await?;
    Ok(())
}

pub(crate) async fn choose(page: &Page, title: &str) -> WebDriverResult<()> {
    page.click("button", "Demonstrations").await?;
    page.click("button", title).await
}

/// Plays a find faster than by default until this property breaks, where it pauses.
async fn watch(page: &Page, property: &str) -> WebDriverResult<()> {
    page.click("button", "Watch it").await?;
    page.press("+++++").await?;
    page.until(&format!("an end of {property}"), async || {
        let stands = page.find_all("button", "Play").await?;
        let Some(play) = stands.first() else { return Ok(None) };
        // Several properties may break at once: each has its sentence.
        let told = page.text("log", "Events, newest first").await?;
        if told.contains(&format!("A property is broken. {property}: ")) {
            return Ok(Some(()));
        }
        // It also pauses at other breaks on the way.
        play.click().await?;
        Ok(None)
    })
    .await
}

/// The link, the digest and the time of what is shown.
pub(crate) async fn shared(page: &Page) -> WebDriverResult<(String, String, String)> {
    page.click("button", "Share…").await?;
    let field = page.find("textbox", "Link").await?;
    let link = page
        .until("a link", async || {
            let link = field.prop("value").await?.unwrap_or_default();
            Ok(link.contains("#run=").then_some(link))
        })
        .await?;
    page.click("button", "Copy link").await?;
    page.sees("copied").await?;
    let said = page.text("dialog", "Share this run").await?;
    let digest =
        said.split("Digest of the cluster ").nth(1).and_then(|rest| rest.split(' ').next());
    let digest = digest.unwrap_or_default().to_string();
    assert_eq!(digest.len(), 16, "{said}");
    page.press(Key::Escape + "").await?;
    let time = page.text("timer", "Cluster time").await?;
    Ok((link, digest, time))
}

/// Waits until the browser has stored the run at the instant with this digest.
pub(crate) async fn is_kept(page: &Page, digest: &str) -> WebDriverResult<()> {
    let ask = "const [digest, done] = arguments;
        const open = indexedDB.open('kvorum');
        open.onsuccess = () => {
            const all = open.result.transaction('runs').objectStore('runs').getAll();
            all.onsuccess = () => {
                open.result.close();
                done(all.result.some(run => run.text.includes(digest)));
            };
        };";
    page.until("the run in the storage", async || {
        let kept = page.driver().execute_async(ask, vec![json!(digest)]).await?;
        Ok(kept.json().as_bool().unwrap_or_default().then_some(()))
    })
    .await
}
