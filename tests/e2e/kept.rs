//! Saving of runs: when the page is closed at once, when another run is started during an opening,
//! and in two tabs with the same run.

use kvorum::playground::{Archive, Input, Playground};
use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;

/// Paused at the beginning.
const STILL: &str = "?seed=42&paused";

#[tokio::test]
async fn an_action_just_before_a_reload_is_kept() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            page.find("button", "Kill n2").await?;
            for round in 1..=9 {
                let verb = if round % 2 == 1 { "Kill" } else { "Restart" };
                page.press_on(2, verb).await?;
                page.driver().refresh().await?;
                let now = if round % 2 == 1 { "Restart" } else { "Kill" };
                page.find("button", &format!("{now} n2")).await?;
                let (_, actions) = only_run(page).await?;
                assert_eq!(actions, round, "in one entry");
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_action_just_before_leaving_the_page_is_kept() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            for node in [2, 3] {
                page.press_on(node, "Kill").await?;
                page.driver().goto("about:blank").await?;
                page.driver().back().await?;
                page.find("button", &format!("Restart n{node}")).await?;
            }
            Ok(())
        })
        .await
}

/// The tab's own memory is lost with the tab.
#[tokio::test]
async fn an_action_just_before_the_tab_is_closed_is_among_the_runs() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            let first = page.driver().window().await?;
            page.driver().new_tab().await?;
            page.driver().switch_to_window(first).await?;
            page.press_on(2, "Kill").await?;
            page.driver().close_window().await?;
            let other = page.driver().windows().await?.remove(0);
            page.driver().switch_to_window(other).await?;
            page.go("?seed=9&paused").await?;
            page.click("button", "Runs…").await?;
            page.find("button", "Open 5 nodes, seed 42").await?;
            assert_eq!(only_run(page).await?, (42, 1));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_action_just_before_a_new_cluster_is_among_the_runs() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            page.press_on(2, "Kill").await?;
            page.type_line("cluster 3 seed 9").await?;
            page.is_gone("group", "n4").await?;
            page.click("button", "Runs…").await?;
            page.find("button", "Open 5 nodes, seed 42").await?;
            Ok(())
        })
        .await
}

/// A run that is being opened stays stored, whatever is done meanwhile.
#[tokio::test]
async fn nothing_done_during_an_opening_replaces_the_stored_run() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            two_runs(page).await?;

            // A new cluster.
            open_and_hold(page, "5 nodes, seed 42").await?;
            new_cluster(page, "8").await?;
            give_up(page).await?;
            page.press_on(1, "Kill").await?;
            are_kept(page, &[(8, 1), (9, 1), (42, 1)]).await?;

            // Only stopping the opening.
            open_and_hold(page, "5 nodes, seed 42").await?;
            give_up(page).await?;
            page.press_on(2, "Kill").await?;
            are_kept(page, &[(8, 2), (9, 1), (42, 1)]).await?;

            // Another link.
            let link = Playground::new(3, 10).bookmark().to_fragment();
            open_and_hold(page, "5 nodes, seed 42").await?;
            page.script(&format!("location.hash = '{link}'")).await?;
            let_time_pass(page, true).await?;
            page.find("button", "Kill n1").await?;
            page.press_on(1, "Kill").await?;
            are_kept(page, &[(8, 2), (9, 1), (10, 1), (42, 1)]).await?;

            // Nothing else: the run continues in one entry.
            open_and_hold(page, "5 nodes, seed 42").await?;
            let_time_pass(page, true).await?;
            page.press_on(5, "Kill").await?;
            are_kept(page, &[(8, 2), (9, 1), (10, 1), (42, 2)]).await
        })
        .await
}

#[tokio::test]
async fn two_tabs_with_the_same_run_keep_it_apart() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            page.press_on(1, "Kill").await?;
            are_kept(page, &[(42, 1)]).await?;
            let first = page.driver().window().await?;
            // A copy of this tab, with its memory.
            page.script("window.open(location.href)").await?;
            let second = page.driver().windows().await?;
            let second = second.into_iter().find(|tab| *tab != first).expect("another tab");
            page.driver().switch_to_window(second.clone()).await?;
            page.driver().cdp().send_raw("Accessibility.enable", ()).await?;
            page.press_on(2, "Kill").await?;
            are_kept(page, &[(42, 2)]).await?;

            page.driver().switch_to_window(first.clone()).await?;
            page.press_on(3, "Kill").await?;
            page.press_on(4, "Kill").await?;
            page.driver().refresh().await?;
            page.find("button", "Restart n4").await?;
            assert!(page.find_all("button", "Restart n2").await?.is_empty(), "it is the other's");
            are_kept(page, &[(42, 2), (42, 3)]).await?;

            page.driver().switch_to_window(second).await?;
            page.driver().refresh().await?;
            page.find("button", "Restart n2").await?;
            assert!(page.find_all("button", "Restart n4").await?.is_empty(), "it is the other's");
            Ok(())
        })
        .await
}

/// Keys of any type.
#[tokio::test]
async fn what_cannot_be_read_can_be_deleted() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            page.press_on(1, "Kill").await?;
            are_kept(page, &[(42, 1)]).await?;
            let entries =
                "[{ id: 7 }, { id: 'x' }, { id: [1, 'a'], text: 'b' }, { id: new Date(0) },
                { id: new Uint8Array([1, 2]).buffer, name: 'c' }]";
            stored(page, &format!("{entries}.forEach(entry => runs.put(entry))")).await?;
            page.go("?seed=9&paused").await?;
            page.click("button", "Runs…").await?;
            page.find("button", "Open 5 nodes, seed 42").await?;
            let date = "\"1970-01-01T00:00:00.000Z\"";
            for key in ["7", "\"x\"", "[1,\"a\"]", date, "{}"] {
                page.click("button", &format!("Delete entry {key}")).await?;
                page.is_gone("button", &format!("Delete entry {key}")).await?;
            }
            page.find("button", "Open 5 nodes, seed 42").await?;
            // The run that is shown is stored too, in which nothing was done.
            page.until("two stored runs", async || {
                let left = stored(page, "").await?;
                Ok((left.as_array().map(Vec::len) == Some(2)).then_some(()))
            })
            .await?;
            Ok(())
        })
        .await
}

/// A file may be larger than what a browser can store.
#[tokio::test]
async fn a_run_that_is_too_long_to_be_kept_says_so_and_its_file_opens() -> Outcome {
    let mut playground = Playground::new(3, 9);
    for number in 0..900 {
        let line = format!("set key{number} {}", "x".repeat(40));
        playground.apply(Input::Console(format!("{line} &"))).expect("a request");
    }
    let mut archive: Archive = playground.archive();
    archive.branches = vec![archive.branches[0].clone(); 100];
    let text = archive.to_string();
    assert!(text.len() > 5_000_000, "{}", text.len());
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("long.kvorum");
    std::fs::write(&file, &text)?;
    Window::LAPTOP
        .open(STILL, async |page| {
            page.press("s").await?;
            page.find("dialog", "Share this run").await?;
            page.script("document.querySelector('dialog[open] input[type=file]').id = 'file'")
                .await?;
            let field = page.driver().find(thirtyfour::By::Id("file")).await?;
            field.send_keys(file.to_string_lossy()).await?;
            page.is_gone("group", "n4").await?;
            page.sees("This run has become too long to be kept here").await?;
            page.find("button", "Save as file").await?;
            page.click("button", "OK: close this message").await?;
            Ok(())
        })
        .await
}

/// Two stored runs with one action each, of the seeds 42 and 9; that of 9 is shown.
async fn two_runs(page: &Page) -> Outcome {
    page.press_on(1, "Kill").await?;
    are_kept(page, &[(42, 1)]).await?;
    page.type_line("cluster 3 seed 9").await?;
    page.is_gone("group", "n4").await?;
    page.press_on(3, "Kill").await?;
    are_kept(page, &[(9, 1), (42, 1)]).await
}

/// Starts to open a stored run, and holds the opening: no time passes on a hidden page.
async fn open_and_hold(page: &Page, name: &str) -> WebDriverResult<()> {
    page.press("r").await?;
    let open = page.find("button", &format!("Open {name}")).await?;
    let_time_pass(page, false).await?;
    open.click().await?;
    page.find("progressbar", "Opening the run").await.map(drop)
}

/// Starts a cluster of three nodes in the dialog.
async fn new_cluster(page: &Page, seed: &str) -> WebDriverResult<()> {
    page.click("button", "New cluster, from the controls").await?;
    page.click("button", "3 nodes").await?;
    page.fill("Seed", seed).await?;
    page.click("button", "Begin").await?;
    page.is_gone("dialog", "New cluster").await
}

/// Stops the running job, unless it has ended.
async fn give_up(page: &Page) -> WebDriverResult<()> {
    if let Some(stop) = page.find_all("button", "Stop").await?.first() {
        stop.click().await?;
    }
    page.is_gone("progressbar", "Opening the run").await?;
    let_time_pass(page, true).await
}

/// Makes the page believe that it is hidden, without an event.
async fn let_time_pass(page: &Page, does: bool) -> WebDriverResult<()> {
    let script = if does {
        "delete document.visibilityState"
    } else {
        "Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })"
    };
    page.script(script).await.map(drop)
}

/// Waits until exactly these runs are stored: the seed of each, and its number of actions.
async fn are_kept(page: &Page, expected: &[(u64, usize)]) -> Outcome {
    let mut found = Vec::new();
    for _ in 0..60 {
        found = kept(page).await?;
        if found == expected {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(format!("{found:?} are kept, and not {expected:?}").into())
}

/// The only stored run with actions.
async fn only_run(page: &Page) -> WebDriverResult<(u64, usize)> {
    let runs = kept(page).await?;
    assert_eq!(runs.len(), 1, "{runs:?}");
    Ok(runs[0])
}

/// The stored runs with actions.
async fn kept(page: &Page) -> WebDriverResult<Vec<(u64, usize)>> {
    let all = stored(page, "").await?;
    let texts = all.as_array().into_iter().flatten();
    let texts =
        texts.filter(|run| run["idle"] == json!(false)).filter_map(|run| run["text"].as_str());
    let run = |text: &str| {
        let archive = Archive::parse(text).expect("it was kept");
        let recording = &archive.branches[archive.current].recording;
        (recording.cluster_config.seed, recording.actions.len())
    };
    let mut runs: Vec<(u64, usize)> = texts.map(run).collect();
    runs.sort_unstable();
    Ok(runs)
}

/// Runs a script on the storage, and returns the stored runs.
async fn stored(page: &Page, script: &str) -> WebDriverResult<Value> {
    let script = format!(
        "const done = arguments[0];
        const open = indexedDB.open('kvorum');
        open.onsuccess = () => {{
            if (!open.result.objectStoreNames.contains('runs')) {{ open.result.close(); return done([]); }}
            const change = open.result.transaction('runs', 'readwrite');
            const runs = change.objectStore('runs');
            {script};
            const all = runs.getAll();
            change.oncomplete = () => {{ open.result.close(); done(all.result); }};
        }};"
    );
    Ok(page.driver().execute_async(&script, Vec::new()).await?.json().clone())
}
