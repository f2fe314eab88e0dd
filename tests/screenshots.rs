//! Pictures of the release page in the states that matter, to look at and for the README.
//!
//! `cargo xtask screenshots` runs it. A picture can be made again at any time: the seed is fixed, the
//! page begins paused, and from there on it only ever steps, event by event, until it says what the
//! picture is to show. `KVORUM_STATE=name` takes the pictures of one state only.

#![cfg(not(target_arch = "wasm32"))]

#[path = "e2e/browser.rs"]
mod browser;
#[path = "e2e/cluster.rs"]
mod cluster;
#[path = "e2e/hands.rs"]
mod hands;
#[path = "e2e/page.rs"]
mod page;
#[allow(dead_code, reason = "the end-to-end tests ask more of the site")]
#[path = "e2e/site.rs"]
mod site;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use browser::{Outcome, Scheme, Window};
use page::Page;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has happened yet.
    Begin,
    /// A leader was just elected.
    Leader,
    /// A candidate collects votes, with the leader before it dead.
    Election,
    /// A cluster with some history, and a write on its way. The README shows this one.
    Write,
    /// A leader and one follower cut off from three nodes that have elected another.
    Partition,
    /// One node in all that is known of it.
    Inspector,
    /// A leader that sends its snapshot to a learner.
    Snapshot,
    /// What else can be done to a node.
    Menu,
    /// An instant before the present, in the second of two stories.
    Past,
    /// Two stories compared.
    Stories,
    /// The link of a run.
    Share,
    /// What is kept in the browser.
    Runs,
    Console,
    Help,
    Three,
    Seven,
    TwentyFive,
}

const STATES: [State; 17] = [
    State::Begin,
    State::Leader,
    State::Election,
    State::Write,
    State::Partition,
    State::Inspector,
    State::Snapshot,
    State::Menu,
    State::Past,
    State::Stories,
    State::Share,
    State::Runs,
    State::Console,
    State::Help,
    State::Three,
    State::Seven,
    State::TwentyFive,
];
const SIZES: [(u32, u32); 3] = [(1440, 900), (1280, 720), (390, 844)];
const SCHEMES: [(Scheme, &str); 2] = [(Scheme::Light, "light"), (Scheme::Dark, "dark")];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let folder = env::var_os("KVORUM_PICTURES").map(PathBuf::from);
    let folder = folder.expect("set KVORUM_PICTURES, or run `cargo xtask screenshots`");
    fs::create_dir_all(&folder)?;
    Window::LAPTOP
        .open("", async |page| {
            let only = env::var("KVORUM_STATE").ok();
            let wanted = |state: &State| {
                only.as_ref().is_none_or(|only| format!("{state:?}").eq_ignore_ascii_case(only))
            };
            for state in STATES.into_iter().filter(wanted) {
                let nodes = state.nodes();
                page.resize(1440, 900).await?;
                page.media(Scheme::Light, true).await?;
                page.go(&format!("?seed=7&nodes={nodes}&paused&picture={state:?}")).await?;
                state.reach(page).await?;
                take(page, &folder, &format!("{state:?}").to_lowercase()).await?;
            }
            Ok(())
        })
        .await
}

/// Takes the pictures of a state: all sizes, light and dark.
async fn take(page: &Page, folder: &Path, name: &str) -> WebDriverResult<()> {
    for (scheme, word) in SCHEMES {
        page.media(scheme, true).await?;
        // The canvas looks for other colours every 30 frames, and what burst is gone by then.
        frames(page, 35).await?;
        for (width, height) in SIZES {
            page.resize(width, height).await?;
            // A new size takes a frame to be measured, one to be laid out, one to be painted.
            frames(page, 5).await?;
            let file = folder.join(format!("{name}-{width}x{height}-{word}.png"));
            page.screenshot(&file).await?;
            println!("{}", file.display());
        }
    }
    Ok(())
}

/// Waits until the page has drawn so many frames.
async fn frames(page: &Page, frames: u32) -> WebDriverResult<()> {
    let script = "const [frames, done] = arguments;
        const next = left => left ? requestAnimationFrame(() => next(left - 1)) : done();
        document.fonts.ready.then(() => next(frames));";
    page.driver().execute_async(script, vec![json!(frames)]).await.map(drop)
}

impl State {
    fn nodes(self) -> u32 {
        match self {
            Self::Three => 3,
            Self::Seven => 7,
            Self::TwentyFive => 25,
            _ => 5,
        }
    }

    /// Leads a page that has just opened to this state.
    async fn reach(self, page: &Page) -> WebDriverResult<()> {
        page.find("button", "Play").await?;
        if self == Self::Begin {
            return Ok(());
        }
        step_until(page, ("list", "The cluster now"), &["Leader n"]).await?;
        let leader = page.leader(&[]).await?;
        match self {
            Self::Begin | Self::Leader => Ok(()),
            Self::Election => {
                write(page, "color", "blue").await?;
                page.press_on(leader, "Kill").await?;
                step_until(page, ("main", "Stage"), &["Candidate 2/3"]).await
            }
            Self::Write => {
                history(page, leader).await?;
                step(page, 3).await
            }
            Self::Partition => split(page, leader).await,
            Self::Inspector => {
                history(page, leader).await?;
                page.press_on(leader, "Inspect").await
            }
            Self::Snapshot => snapshot(page, leader).await,
            Self::Menu => page.press_on(leader, "More").await,
            Self::Past => past(page, leader).await,
            Self::Stories => {
                past(page, leader).await?;
                page.press("b").await?;
                page.click("button", "Compare with story A").await?;
                page.sees("The first step that differs").await
            }
            Self::Share => {
                history(page, leader).await?;
                page.press("s").await?;
                page.find("dialog", "Share this run").await.map(drop)
            }
            Self::Runs => {
                page.press("r").await?;
                page.find("dialog", "Runs kept in this browser").await.map(drop)
            }
            Self::Console => console(page).await,
            Self::Help => {
                page.press("?").await?;
                page.find("dialog", "Keys and legend").await.map(drop)
            }
            Self::Three | Self::Seven | Self::TwentyFive => {
                write(page, "color", "blue").await?;
                page.set("shape", "circle", 1).await?;
                step(page, 12).await
            }
        }
    }
}

/// Writes through n1, until the answer is there.
async fn write(page: &Page, key: &str, value: &str) -> WebDriverResult<()> {
    page.set(key, value, 1).await?;
    step_until(page, ("article", &format!("Request set {key} {value}")), &["success"]).await
}

/// A little of everything: writes, a leader that dies and comes back, and one more write on its way.
async fn history(page: &Page, leader: u32) -> WebDriverResult<()> {
    for (key, value) in [("color", "blue"), ("shape", "circle")] {
        write(page, key, value).await?;
    }
    page.press_on(leader, "Kill").await?;
    step_until(page, ("list", "The cluster now"), &["Leader n"]).await?;
    write(page, "color", "green").await?;
    page.press_on(leader, "Restart").await?;
    write(page, "size", "large").await?;
    page.set("taste", "sweet", leader).await?;
    let put = "puts set taste sweet into its log";
    step_until(page, ("log", "Events, newest first"), &[put]).await
}

/// A second story, which leaves the first where something was done there, and an instant of its past.
async fn past(page: &Page, leader: u32) -> WebDriverResult<()> {
    history(page, leader).await?;
    page.press("u").await?;
    step(page, 120).await?;
    for _ in 0..80 {
        page.click("button", "Step back").await?;
    }
    Ok(())
}

/// The leader and one follower on one side, and on the other three that have elected another.
async fn split(page: &Page, leader: u32) -> WebDriverResult<()> {
    write(page, "color", "blue").await?;
    let with_it = leader % 5 + 1;
    for node in 1..=5 {
        page.tick(&format!("n{node} on side A"), [leader, with_it].contains(&node)).await?;
    }
    page.click("button", "Partition").await?;
    page.set("color", "red", leader).await?;
    let others = (1..=5).filter(|node| ![leader, with_it].contains(node));
    let elected: Vec<String> = others.map(|node| format!("Leader n{node}")).collect();
    step_until(page, ("list", "The cluster now"), &elected).await?;
    let new = page.leader(&[leader]).await?;
    page.set("color", "green", new).await?;
    step(page, 12).await
}

/// A learner that comes when the leader's log no longer begins at the beginning.
async fn snapshot(page: &Page, leader: u32) -> WebDriverResult<()> {
    page.press("c").await?;
    page.type_line("snapshot every 3 chunk 40").await?;
    for (key, value) in [("color", "blue"), ("shape", "circle"), ("size", "large")] {
        write(page, key, value).await?;
    }
    page.press("c").await?;
    page.type_line("add n6 learner").await?;
    page.click("tab", "Events").await?;
    let sends = format!("n{leader} sends n6 its snapshot");
    step_until(page, ("log", "Events, newest first"), &[&sends]).await?;
    step(page, 5).await?;
    page.press_on(leader, "Inspect").await
}

/// A conversation with the console: an answer, a mistake, and a word to complete.
async fn console(page: &Page) -> WebDriverResult<()> {
    // On a phone this opens the sheet, too.
    page.press("c").await?;
    for line in ["set color blue", "curl \"http://localhost:8080/get?key=color\"", "kill"] {
        page.type_line(line).await?;
        step(page, 60).await?;
    }
    page.fill("Console", "p").await?;
    page.press(Key::Tab + "").await
}

/// So many events.
async fn step(page: &Page, events: u32) -> WebDriverResult<()> {
    for _ in 0..events {
        page.click("button", "Step").await?;
    }
    Ok(())
}

/// Steps until an element shows one of these: exactly to the first event after which it does.
async fn step_until<Words: AsRef<str>>(
    page: &Page,
    (role, name): (&str, &str),
    any: &[Words],
) -> WebDriverResult<()> {
    let any: Vec<&str> = any.iter().map(AsRef::as_ref).collect();
    // In the page, since a state may be a thousand events away.
    let script = "const [button, element, any, most, done] = arguments;
        const next = left => {
            const shown = element.innerText.split(/\\s+/).join(' ');
            if (any.some(words => shown.includes(words))) return done(true);
            if (left === 0) return done(false);
            button.click();
            setTimeout(next, 0, left - 1);
        };
        next(most);";
    let button = page.find("button", "Step").await?.to_json()?;
    let element = page.find(role, name).await?.to_json()?;
    let arguments = vec![button, element, json!(any), json!(MOST_EVENTS)];
    let found: bool = page.driver().execute_async(script, arguments).await?.convert()?;
    assert!(found, "none of {any:?} is in the {role} {name:?} after {MOST_EVENTS} events");
    Ok(())
}

const MOST_EVENTS: u32 = 3_000;
