//! The states of the page that pictures are taken of: to look at, for the README, and for the
//! comparison test.
//!
//! Each state is reproducible: the seed is fixed, the page begins paused, and from there it only
//! steps, event by event, until it shows what the picture needs.

#![allow(dead_code, reason = "the test compares some of what the command takes pictures of")]

use serde_json::json;
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::Scheme;
use crate::page::Page;

/// The content of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The beginning of a cluster.
    Begin,
    /// A leader was just elected.
    Leader,
    /// A candidate collects votes after the leader was killed.
    Election,
    /// A cluster with some history, and a write in progress. The README shows this one.
    Write,
    /// A leader and one follower cut off from three nodes that have elected another leader.
    Partition,
    /// All details of one node.
    Inspector,
    /// A leader that sends its snapshot to a learner.
    Snapshot,
    /// The menu of a node.
    Menu,
    /// An instant of the past, on the second of two branches.
    Past,
    /// Two branches compared.
    Branches,
    /// The link of a run.
    Share,
    /// The runs stored in the browser.
    Runs,
    Console,
    Help,
    /// Two sides that no straight line separates.
    Walls,
    /// Logs that differ, index by index.
    Matrix,
    SpaceTime,
    /// The clients' operations, with a linearization.
    Clients,
    /// The clients' operations, with answers that contradict each other.
    Unordered,
    Charts,
    /// The difference between a pinned instant and the present one.
    Difference,
    /// The middle of a demonstration.
    Demonstration,
    /// The projector mode.
    Projector,
    Three,
    Seven,
    TwentyFive,
    FiftyOne,
}

pub(crate) const STATES: [State; 27] = [
    State::Begin,
    State::Leader,
    State::Election,
    State::Write,
    State::Partition,
    State::Inspector,
    State::Snapshot,
    State::Menu,
    State::Past,
    State::Branches,
    State::Share,
    State::Runs,
    State::Console,
    State::Help,
    State::Walls,
    State::Matrix,
    State::SpaceTime,
    State::Clients,
    State::Unordered,
    State::Charts,
    State::Difference,
    State::Demonstration,
    State::Projector,
    State::Three,
    State::Seven,
    State::TwentyFive,
    State::FiftyOne,
];

impl State {
    /// The name of the state's pictures.
    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Opens the page anew, with a light laptop's settings and reduced motion, and brings it to
    /// this state.
    pub(crate) async fn open(self, page: &Page) -> WebDriverResult<()> {
        page.resize(1440, 900).await?;
        page.media(Scheme::Light, true).await?;
        let (nodes, name) = (self.nodes(), self.name());
        // Only a demonstration plays, each step until its conditions are met.
        let speed = if self == Self::Demonstration { "&speed=2000" } else { "" };
        page.go(&format!("?seed=7&nodes={nodes}&paused{speed}&picture={name}")).await?;
        page.find("button", "Play").await?;
        match self {
            Self::Begin => {}
            Self::Demonstration => demonstration(page).await?,
            Self::FiftyOne => many(page).await?,
            _ => {
                step_until(page, ("list", "The cluster now"), &["Leader n"]).await?;
                let leader = page.leader(&[]).await?;
                self.reach(page, leader).await?;
            }
        }
        // Move the pointer out of the way.
        page.driver().action_chain().move_to(0, 0).perform().await
    }

    fn nodes(self) -> u32 {
        match self {
            Self::Three => 3,
            Self::Seven => 7,
            Self::TwentyFive => 25,
            Self::FiftyOne => 51,
            _ => 5,
        }
    }

    /// Brings a page whose first leader was just elected to this state.
    async fn reach(self, page: &Page, leader: u32) -> WebDriverResult<()> {
        match self {
            Self::Begin | Self::Demonstration | Self::FiftyOne | Self::Leader => Ok(()),
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
            Self::Branches => branches(page, leader).await,
            Self::Share => {
                history(page, leader).await?;
                open(page, "s", ("dialog", "Share this run")).await
            }
            Self::Runs => open(page, "r", ("dialog", "Runs kept in this browser")).await,
            Self::Console => console(page).await,
            Self::Help => open(page, "?", ("dialog", "Keys and legend")).await,
            Self::Walls => walls(page).await,
            Self::Matrix => {
                split(page, leader).await?;
                open(page, "w", ("table", "Logs of all nodes")).await
            }
            Self::SpaceTime => {
                history(page, leader).await?;
                page.press("d").await?;
                page.sees("The latest messages as a table").await
            }
            Self::Clients => {
                history(page, leader).await?;
                page.press("o").await?;
                page.sees("Linearizable:").await
            }
            Self::Unordered => unordered(page, leader).await,
            Self::Charts => {
                history(page, leader).await?;
                open(page, "C", ("heading", "Commit latency")).await
            }
            Self::Difference => difference(page, leader).await,
            Self::Projector => {
                history(page, leader).await?;
                open(page, "p", ("region", "What has just happened")).await
            }
            Self::Three | Self::Seven | Self::TwentyFive => {
                write(page, "color", "blue").await?;
                page.set("shape", "circle", 1).await?;
                step(page, 12).await
            }
        }
    }
}

/// Presses a key, and waits for what it opens.
async fn open(page: &Page, key: &str, (role, name): (&str, &str)) -> WebDriverResult<()> {
    page.press(key).await?;
    page.find(role, name).await.map(drop)
}

/// Two branches are compared.
async fn branches(page: &Page, leader: u32) -> WebDriverResult<()> {
    past(page, leader).await?;
    page.press("b").await?;
    page.click("button", "Compare with branch A").await?;
    page.sees("The first step that differs").await
}

/// The present is compared with an instant that was pinned.
async fn difference(page: &Page, leader: u32) -> WebDriverResult<()> {
    page.press("P").await?;
    page.sees("is pinned").await?;
    history(page, leader).await?;
    page.press("D").await?;
    page.sees("5 nodes differ").await
}

/// A screen size for pictures, in CSS pixels.
pub(crate) type Size = (u32, u32);

/// Shows the page at this size, and waits for the frames to measure, lay out and paint.
pub(crate) async fn fit(page: &Page, (width, height): Size) -> WebDriverResult<()> {
    page.resize(width, height).await?;
    frames(page, 5).await
}

/// Shows the page in this scheme. The canvas checks for a new scheme every 30 frames; animations
/// are over by then.
pub(crate) async fn paint(page: &Page, scheme: Scheme) -> WebDriverResult<()> {
    page.media(scheme, true).await?;
    frames(page, 35).await
}

/// The name of a picture.
pub(crate) fn picture(state: State, (width, height): Size, scheme: Scheme) -> String {
    let word = match scheme {
        Scheme::Light => "light",
        Scheme::Dark => "dark",
    };
    format!("{}-{width}x{height}-{word}.png", state.name())
}

/// Waits until the page has drawn this many frames.
pub(crate) async fn frames(page: &Page, frames: u32) -> WebDriverResult<()> {
    let script = "const [frames, done] = arguments;
        const next = left => left ? requestAnimationFrame(() => next(left - 1)) : done();
        document.fonts.ready.then(() => next(frames));";
    page.driver().execute_async(script, vec![json!(frames)]).await.map(drop)
}

/// Writes through n1, until the answer arrives.
async fn write(page: &Page, key: &str, value: &str) -> WebDriverResult<()> {
    page.set(key, value, 1).await?;
    step_until(page, ("article", &format!("Request set {key} {value}")), &["success"]).await
}

/// A mixed history: writes, a leader that is killed and restarted, and one more write in progress.
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

/// A second branch, forked at an action of the first, and an instant of its past.
async fn past(page: &Page, leader: u32) -> WebDriverResult<()> {
    history(page, leader).await?;
    page.press("u").await?;
    step(page, 120).await?;
    for _ in 0..80 {
        page.click("button", "Step back").await?;
    }
    Ok(())
}

/// The leader and one follower on one side, and on the other three nodes that have elected another
/// leader.
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

/// With read confirmation off, a deposed leader that does not know it serves a stale read.
async fn unordered(page: &Page, leader: u32) -> WebDriverResult<()> {
    page.press("c").await?;
    for rule in ["read-confirmation", "check-quorum"] {
        page.type_line(&format!("rule {rule} off")).await?;
    }
    split(page, leader).await?;
    step_until(page, ("article", "Request set color green"), &["success"]).await?;
    page.press("c").await?;
    page.type_line(&format!("get color from n{leader}")).await?;
    step_until(page, ("list", "The cluster now"), &["linearizability"]).await?;
    page.view("Clients").await?;
    page.sees("Not linearizable").await
}

/// A write among so many entries that stepping from the beginning would take long.
async fn many(page: &Page) -> WebDriverResult<()> {
    page.click("button", "Next election").await?;
    let leader = page.leader(&[]).await?;
    page.set("color", "blue", leader).await?;
    step(page, 40).await
}

/// A partition across the ring: neighbours are on different sides.
async fn walls(page: &Page) -> WebDriverResult<()> {
    write(page, "color", "blue").await?;
    for node in 1..=5 {
        page.tick(&format!("n{node} on side A"), [1, 3].contains(&node)).await?;
    }
    page.click("button", "Partition").await?;
    step(page, 12).await
}

/// A demonstration at one of its middle steps.
async fn demonstration(page: &Page) -> WebDriverResult<()> {
    const SHOWN: u32 = 4;
    page.click("button", "Demonstrations").await?;
    page.click("button", "Partition and heal").await?;
    for number in 1..=SHOWN {
        page.shows("region", "Guide", &format!("Step {number} of")).await?;
        // It is paused once the step's conditions are met.
        page.find("button", "Play").await?;
        if number < SHOWN {
            page.click("button", "Next").await?;
        }
    }
    Ok(())
}

/// A learner that joins after the leader has compacted the beginning of its log.
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

/// A console with an answer, a mistake, and a word to complete.
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

/// Schedules work for after the page has rendered. Timers would wait some milliseconds each.
const SOON: &str = "const { port1, port2 } = new MessageChannel();
    let work;
    port1.onmessage = () => work();
    const soon = it => { work = it; port2.postMessage(0); };";

/// Steps this many events.
async fn step(page: &Page, events: u32) -> WebDriverResult<()> {
    let script = "const next = left => {
            if (left === 0) return done();
            button.click();
            soon(() => next(left - 1));
        };
        next(events);";
    let script = format!("const [button, events, done] = arguments; {SOON} {script}");
    let button = page.find("button", "Step").await?.to_json()?;
    page.driver().execute_async(&script, vec![button, json!(events)]).await.map(drop)
}

/// Steps until an element shows one of these words: exactly to the first event after which it does.
async fn step_until<Words: AsRef<str>>(
    page: &Page,
    (role, name): (&str, &str),
    any: &[Words],
) -> WebDriverResult<()> {
    let any: Vec<&str> = any.iter().map(AsRef::as_ref).collect();
    // In the page, since a state may be a thousand events away.
    let script = "const next = left => {
            const shown = element.innerText.split(/\\s+/).join(' ');
            if (any.some(words => shown.includes(words))) return done(true);
            if (left === 0) return done(false);
            button.click();
            soon(() => next(left - 1));
        };
        next(most);";
    let script = format!("const [button, element, any, most, done] = arguments; {SOON} {script}");
    let button = page.find("button", "Step").await?.to_json()?;
    let element = page.find(role, name).await?.to_json()?;
    let arguments = vec![button, element, json!(any), json!(MOST_EVENTS)];
    let found: bool = page.driver().execute_async(&script, arguments).await?.convert()?;
    assert!(found, "none of {any:?} is in the {role} {name:?} after {MOST_EVENTS} events");
    Ok(())
}

const MOST_EVENTS: u32 = 3_000;
