//! Time travel on the page: seeking back, forking, comparing, sharing, and reloading.

use std::path::Path;

use kvorum::playground::{Input, Playground, RealTime, Speed};
use serde_json::{Value, json};
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::site::Site;
use crate::stories::{self, FAST, is_kept, shared};

#[tokio::test]
async fn a_user_seeks_back_forks_compares_and_shares() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}{FAST}", site.url()), async |page| {
            stories::rewind_and_fork(page).await?;
            let (link, digest, time) = shared(page).await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            opens_elsewhere(&link, &digest, &time).await
        })
        .await
}

/// In a browser without stored runs, and natively.
async fn opens_elsewhere(link: &str, digest: &str, time: &str) -> Outcome {
    Window::LAPTOP
        .visit(link, async |page| {
            stories::same_run_from_link(page, (link, digest, time)).await?;
            // A truncated link is refused with a reason, and the page keeps showing the current
            // run.
            let cut = &link[..link.len() - 7];
            page.go(&format!("?other#{}", cut.split_once('#').expect("a link").1)).await?;
            page.sees("This link is damaged").await?;
            page.leader(&[]).await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await?;
    let headless = std::process::Command::new(env!("CARGO_BIN_EXE_headless"))
        .args(["replay", link, "--json"])
        .output()?;
    let object: Value = serde_json::from_slice(&headless.stdout)?;
    assert_eq!(object["digest"], json!(digest), "natively it comes to the same");
    Ok(())
}

#[tokio::test]
async fn the_qr_code_of_a_run_fills_the_screen() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            page.press("s").await?;
            page.click("button", "Show QR code").await?;
            let code = page.find("img", "QR code of the link").await?;
            let area = code.rect().await?;
            assert!(area.width >= 800.0, "it fills the screen: {area:?}");
            page.press(Key::Escape + "").await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("dialog", "Share this run").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_run_goes_on_after_a_reload() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP.visit(&format!("{}{FAST}", site.url()), stories::reload_and_go_on).await
}

#[tokio::test]
async fn a_run_damaged_in_the_storage_gives_a_notice() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}{FAST}", site.url()), async |page| {
            let leader = page.leader(&[]).await?;
            page.press_on(leader, "Kill").await?;
            page.click("button", "Pause").await?;
            let (_, digest, _) = shared(page).await?;
            is_kept(page, &digest).await?;
            storage(page, "run.text = run.text.replace('kill', 'pause'); runs.put(run)").await?;
            page.driver().refresh().await?;
            page.sees("can't be opened").await?;
            page.sees("damaged").await?;
            page.click("button", "OK: close this message").await?;
            page.leader(&[]).await?;
            page.click("button", "Runs…").await?;
            page.click("button", "Delete 5 nodes, seed 42").await?;
            page.sees("There is none yet").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_storage_the_page_says_so_and_works() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}{FAST}", site.url()), async |page| {
            page.leader(&[]).await?;
            let refuse = json!({ "source": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }" });
            page.driver().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", refuse).await?;
            page.go("?seed=1&speed=2000").await?;
            page.sees("This browser keeps nothing here").await?;
            page.leader(&[]).await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_file_is_opened_and_a_damaged_one_is_refused() -> Outcome {
    let mut playground = Playground::new(3, 9);
    let mut inputs = vec![Input::Speed(Speed::new(1_000))];
    inputs.extend(vec![Input::Advance(RealTime::from_millis(1)); 600]);
    inputs.push(Input::Console("set shape circle".to_string()));
    inputs.extend(vec![Input::Advance(RealTime::from_millis(1)); 400]);
    for input in inputs.into_iter().chain([Input::Pause]) {
        playground.apply(input).expect("all of it can be done");
    }
    let text = playground.archive().to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (whole, cut) = (folder.join("whole.kvorum"), folder.join("cut.kvorum"));
    std::fs::write(&whole, &text)?;
    std::fs::write(&cut, &text[..text.len() - 9])?;

    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            page.press("s").await?;
            page.find("dialog", "Share this run").await?;
            let field = page
                .script(
                    "return document.querySelector('dialog[open] input[type=file]').id = 'file'",
                )
                .await?;
            assert_eq!(field, json!("file"));
            let field = page.driver().find(thirtyfour::By::Id("file")).await?;
            field.send_keys(cut.to_string_lossy()).await?;
            page.sees("This recording is damaged").await?;
            page.shows("timer", "Cluster time", "0.000").await?;
            page.click("button", "OK: close this message").await?;

            page.press("s").await?;
            page.find("dialog", "Share this run").await?;
            field.send_keys(whole.to_string_lossy()).await?;
            page.shows("timer", "Cluster time", "1.000").await?;
            assert_eq!(shared(page).await?.1, playground.digest().to_string());

            // A file dropped on the page is opened, too.
            page.go("?seed=43&paused").await?;
            page.shows("timer", "Cluster time", "0.000").await?;
            let script = "const carried = new DataTransfer();
                carried.items.add(new File([arguments[0]], 'run.kvorum'));
                const drop = { dataTransfer: carried, bubbles: true, cancelable: true };
                document.body.dispatchEvent(new DragEvent('drop', drop));";
            page.driver().execute(script, vec![json!(text)]).await?;
            page.shows("timer", "Cluster time", "1.000").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn undo_and_the_next_landmark_work_by_key() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=42&paused", site.url()), async |page| {
            page.find("button", "Play").await?;
            page.press("]").await?;
            let leader = page.leader(&[]).await?;
            let elected = page.text("timer", "Cluster time").await?;
            page.press_on(leader, "Kill").await?;
            page.shows("group", &format!("n{leader}"), "Down").await?;
            page.press_with_control("z").await?;
            page.find("button", &format!("Kill n{leader}")).await?;
            assert_eq!(page.text("timer", "Cluster time").await?, elected);
            page.press("z").await?;
            page.press("z").await?;
            page.press("n").await?;
            page.choose("What to go to", "violation").await?;
            page.click("button", "Previous violation").await?;
            page.sees("There was no violation before this instant.").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

/// Runs a script on every stored run.
async fn storage(page: &Page, script: &str) -> WebDriverResult<()> {
    let script = format!(
        "const done = arguments[0];
        const open = indexedDB.open('kvorum');
        open.onsuccess = () => {{
            const change = open.result.transaction('runs', 'readwrite');
            const runs = change.objectStore('runs');
            const all = runs.getAll();
            all.onsuccess = () => all.result.forEach(run => {{ {script} }});
            change.oncomplete = () => {{ open.result.close(); done(true); }};
        }};"
    );
    page.driver().execute_async(&script, Vec::new()).await.map(drop)
}

/// The offer of a notice belongs to its message.
#[tokio::test]
async fn another_problem_does_not_offer_to_open_the_run_refused_before() -> Outcome {
    let link = include_str!("../recorded/link-1-before-mending.txt").trim();
    Window::LAPTOP
        .open(&format!("?seed=1&paused#{link}"), async |page| {
            page.find("button", "Open it all the same").await?;
            page.choose("What to go to", "violation").await?;
            page.click("button", "Previous violation").await?;
            page.sees("There was no violation before this instant.").await?;
            page.is_gone("button", "Open it all the same").await?;
            Ok(())
        })
        .await
}

/// A link of a version that behaved differently: this is reported, nothing changes, and it opens on
/// demand.
#[tokio::test]
async fn a_link_of_an_earlier_version_opens_on_demand() -> Outcome {
    let link = include_str!("../recorded/link-1-before-mending.txt").trim();
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}?seed=1&paused#{link}", site.url()), async |page| {
            page.sees("made by another version").await?;
            page.shows("timer", "Cluster time", "0.000").await?;
            page.click("button", "Open it all the same").await?;
            page.shows("timer", "Cluster time", "4.700").await?;
            page.sees("shape = round").await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}
