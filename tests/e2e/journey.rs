//! The main scenario, from the first leader to a healed partition, in a real browser on the release
//! page.

use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::site::Site;

/// Twice real time: fast enough to test, slow enough that every state is drawn.
const FAST: &str = "?seed=42&speed=2000";

#[tokio::test]
async fn a_cluster_survives_its_leader_grows_and_heals() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}{FAST}", site.url()), async |page| {
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
        })
        .await
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

#[tokio::test]
async fn curl_lines_are_answered_as_over_http() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}{FAST}", site.url()), async |page| {
            let set = r#"curl "http://localhost:8080/set?key=myKey&value=myValue""#;
            page.console_answers(set, &[r#"{"status":"success"}"#]).await?;
            let get = r#"curl "http://localhost:8080/get?key=myKey""#;
            page.console_answers(get, &[r#"{"value":"myValue"}"#]).await?;
            let missing = r#"curl "http://localhost:8080/get?key=nothing""#;
            page.console_answers(missing, &["HTTP status 404", "Key not found"]).await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}
