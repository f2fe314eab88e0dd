//! Measurements for the bench: the monkey's longest task, and whether memory levels off when the
//! same is repeated.

use std::error::Error;

use serde_json::{Map, Value, json};
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::monkey::hands::Hands;
use crate::monkey::let_loose;
use crate::monkey::play::{Limit, Script};
use crate::monkey::sight::Look;
use crate::monkey::step::{Press, Step, timeline};
use crate::page::Page;
use crate::site::Site;

const SEEDS: [u64; 3] = [1, 2, 3];
const STEPS: usize = 150;

/// The number of repetitions.
const ROUNDS: usize = 20;

/// The number of other branches that are begun in a round.
const BRANCHES: u32 = 5;

/// Prints one JSON object.
pub(crate) async fn measure() -> Outcome {
    let mut report = Map::new();
    let mut longest = 0;
    for seed in SEEDS {
        let play = let_loose(&Script::Drawn { seed, limit: Limit::Steps(STEPS) }).await?;
        longest = longest.max(play.longest.0);
    }
    report.insert("monkey_longest_task_ms".to_owned(), longest.into());
    report.insert("logs_51_longest_task_ms".to_owned(), logs().await?.into());
    let sizes = repeat().await?;
    let names = ["memory_mb_after_once", "memory_mb_after_half", "memory_mb_after_repeat"];
    for (name, round) in names.into_iter().zip([1, ROUNDS / 2, ROUNDS]) {
        report.insert(name.to_owned(), sizes.get(round - 1).copied().unwrap_or(f64::NAN).into());
    }
    println!("{}", Value::Object(report));
    Ok(())
}

/// The longest task in milliseconds while the logs of 51 busy nodes are shown; 0 if none takes 50.
async fn logs() -> Result<u32, Box<dyn Error + Send + Sync>> {
    let (site, mut longest) = (Site::open().await, 0);
    Window::LAPTOP
        .visit(&site.url(), async |page| {
            let query = "?seed=42&nodes=51&speed=1000&paused";
            let mut hands = Hands::on(page, (1440, 900), query).await?;
            let click = |role: &str, name: &str| Step::Click {
                role: role.to_owned(),
                name: name.to_owned(),
                nth: 0,
                part: 50,
            };
            hands.perform(&Step::Line("clients 5 keys 5 writes 50% every 20ms".to_owned())).await?;
            hands.perform(&click("button", "Play")).await?;
            hands.perform(&Step::Wait(2_000)).await?;
            // What came before the logs were shown does not count.
            while hands.look().await?.is_none() {}
            hands.perform(&click("radio", "Logs")).await?;
            hands.perform(&Step::Wait(6_000)).await?;
            longest = settled(page, &hands).await?.long.into_iter().max().unwrap_or(0);
            Ok(())
        })
        .await?;
    Ok(longest)
}

/// Megabytes of the page's scripts and its program after each round.
async fn repeat() -> Result<Vec<f64>, Box<dyn Error + Send + Sync>> {
    let (site, mut sizes) = (Site::open().await, Vec::new());
    Window::LAPTOP
        .visit(&site.url(), async |page| {
            let query = "?seed=1&speed=1000000&paused";
            let mut hands = Hands::on(page, (1440, 900), query).await?;
            for round in 1..=ROUNDS {
                do_the_same(&mut hands).await?;
                let look = settled(page, &hands).await?;
                eprintln!(
                    "round {round}: {} + {} MB, {} elements",
                    look.heap, look.wasm, look.elements
                );
                sizes.push(((look.heap + look.wasm) * 10.0).round() / 10.0);
            }
            Ok(())
        })
        .await?;
    Ok(sizes)
}

/// Plays a busy branch, begins others at instants of its past, and shows each in every view.
async fn do_the_same(hands: &mut Hands<'_>) -> WebDriverResult<()> {
    let click = |role: &str, name: &str| Step::Click {
        role: role.to_owned(),
        name: name.to_owned(),
        nth: 0,
        part: 50,
    };
    let mut steps = vec![
        Step::Line("cluster 5 seed 1".to_owned()),
        Step::Line("clients 5 keys 3 writes 50% every 20ms".to_owned()),
        click("button", "Play"),
        Step::Wait(4_000),
        click("button", "Pause"),
    ];
    for branch in 1..=BRANCHES {
        steps.extend([
            timeline(branch * 90 / BRANCHES),
            Step::Line(format!("set story {branch}")),
            Step::Press(Press::Key('b')),
            click("button", "Compare with branch A"),
        ]);
        steps.extend("ywdoCDv".chars().map(|key| Step::Press(Press::Key(key))));
    }
    for step in &steps {
        hands.perform(step).await?;
        while hands.is_working().await? {}
    }
    Ok(())
}

/// The page after garbage collection.
async fn settled(page: &Page, hands: &Hands<'_>) -> WebDriverResult<Look> {
    for _ in 0..2 {
        page.driver().cdp().send_raw("HeapProfiler.collectGarbage", json!({})).await?;
    }
    loop {
        if let Some(look) = hands.look().await? {
            return Ok(look);
        }
    }
}
