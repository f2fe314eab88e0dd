//! What was done is kept: when the page goes at once, when something else is begun while a run is opened, and in two
//! tabs with the same run.

use kvorum::playground::{Archive, Input, Playground};
use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;

/// Paused at the beginning.
const STILL: &str = "?seed=42&paused";

#[tokio::test]
async fn what_was_done_just_before_a_reload_is_there_after_it() -> Outcome {
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
async fn what_was_done_just_before_one_goes_elsewhere_is_there_when_one_comes_back() -> Outcome {
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

/// The tab's own memory goes with it.
#[tokio::test]
async fn what_was_done_just_before_the_tab_is_closed_is_among_the_runs() -> Outcome {
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
async fn what_was_done_just_before_a_new_cluster_is_among_the_runs() -> Outcome {
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

/// What is opened stays where it was, whatever is done while it opens.
#[tokio::test]
async fn nothing_that_is_done_during_an_opening_takes_the_place_of_what_is_opened() -> Outcome {
    Window::LAPTOP
        .open(STILL, async |page| {
            two_runs(page).await?;

            // A new cluster.
            open_and_hold(page, "5 nodes, seed 42").await?;
            new_cluster(page, "8").await?;
            give_up(page).await?;
            page.press_on(1, "Kill").await?;
            are_kept(page, &[(8, 1), (9, 1), (42, 1)]).await?;

            // To stop it alone.
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

            // Nothing at all: it goes on in one entry.
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

/// Whatever kind of key it has.
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
            let left = stored(page, "").await?;
            assert_eq!(left.as_array().map(Vec::len), Some(2), "the runs: {left}");
            Ok(())
        })
        .await
}

/// A file may be larger than what a browser keeps.
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

/// Two runs of which each has one thing done in it, of the seeds 42 and 9; that of 9 is shown.
async fn two_runs(page: &Page) -> Outcome {
    page.press_on(1, "Kill").await?;
    are_kept(page, &[(42, 1)]).await?;
    page.type_line("cluster 3 seed 9").await?;
    page.is_gone("group", "n4").await?;
    page.press_on(3, "Kill").await?;
    are_kept(page, &[(9, 1), (42, 1)]).await
}

/// Begins to open a kept run, which does not come to its end: time passes for nobody who can't be seen.
async fn open_and_hold(page: &Page, name: &str) -> WebDriverResult<()> {
    page.press("r").await?;
    let open = page.find("button", &format!("Open {name}")).await?;
    let_time_pass(page, false).await?;
    open.click().await?;
    page.find("progressbar", "Opening the run").await.map(drop)
}

/// Begins a cluster of three in the dialog.
async fn new_cluster(page: &Page, seed: &str) -> WebDriverResult<()> {
    page.click("button", "New cluster, from the controls").await?;
    page.click("button", "3 nodes").await?;
    page.fill("Seed", seed).await?;
    page.click("button", "Begin").await?;
    page.is_gone("dialog", "New cluster").await
}

/// Stops what takes long, if it has not ended by itself.
async fn give_up(page: &Page) -> WebDriverResult<()> {
    if let Some(stop) = page.find_all("button", "Stop").await?.first() {
        stop.click().await?;
    }
    page.is_gone("progressbar", "Opening the run").await?;
    let_time_pass(page, true).await
}

/// Lets the page believe that it is hidden, without telling it.
async fn let_time_pass(page: &Page, does: bool) -> WebDriverResult<()> {
    let script = if does {
        "delete document.visibilityState"
    } else {
        "Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })"
    };
    page.script(script).await.map(drop)
}

/// Waits until these runs are kept and no others: the seed of each, and how much was done in it.
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

/// The one run that is kept in which something was done.
async fn only_run(page: &Page) -> WebDriverResult<(u64, usize)> {
    let runs = kept(page).await?;
    assert_eq!(runs.len(), 1, "{runs:?}");
    Ok(runs[0])
}

/// The runs that are kept in which something was done.
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

/// Does something to the storage, and says what is in it then.
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
