//! What the search in the release page finds without each rule, with two workers and the form's
//! defaults, and how long that takes.
//!
//! `cargo xtask bench` runs it and reads the JSON line it prints; it is not a test.
//! `KVORUM_RULE=no-op,prevote` searches without those only.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../e2e/browser.rs"]
mod browser;
#[path = "../e2e/chromium.rs"]
mod chromium;
#[path = "../e2e/cluster.rs"]
mod cluster;
#[path = "../e2e/finder.rs"]
mod finder;
#[path = "../e2e/hands.rs"]
mod hands;
#[path = "../e2e/page.rs"]
mod page;
#[allow(dead_code, reason = "the end-to-end tests ask more of the site")]
#[path = "../e2e/site.rs"]
mod site;

use std::env;
use std::time::Duration;

use kvorum::raft::Rule;
use serde_json::{Map, Value};

use browser::{Outcome, Window};

/// The timeout of a search.
const MOST: Duration = Duration::from_secs(15 * 60);

/// Makes the page start as many workers as on two cores.
const TWO_CORES: &str = "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 })";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let only = env::var("KVORUM_RULE").ok();
    let is_wanted =
        |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|it| it == name));
    let mut report = Map::new();
    let (mut rules, mut found, mut longest) = (0, 0, 0.0_f64);
    eprintln!(
        "| rule off | property broken | seed | found in, runs | nodes, actions, events \
         | shrunk in | nodes, actions, events |\n|---|---|---|---|---|---|---|"
    );
    for about in Rule::TABLE.iter().filter(|about| is_wanted(about.name)) {
        Window::LAPTOP
            .open("", async |page| {
                let cores = serde_json::json!({ "source": TWO_CORES });
                let cdp = page.driver().cdp();
                cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", cores).await?;
                page.without(about.rule).await?;
                rules += 1;
                let words = match page.finds(MOST).await? {
                    Some(find) => {
                        found += 1;
                        longest = longest.max(find.searched);
                        find.to_string()
                    }
                    None => "nothing".to_owned(),
                };
                eprintln!("| {} | {words} |", about.name);
                report.insert(format!("search_without_{}", about.name), words.into());
                Ok(())
            })
            .await?;
    }
    report.insert("search_rules_found".to_owned(), found.into());
    report.insert("search_rules".to_owned(), rules.into());
    report.insert("search_seconds_longest".to_owned(), longest.into());
    println!("{}", Value::Object(report));
    Ok(())
}
