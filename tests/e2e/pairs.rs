//! Every way to show the page with everything that can be open on it: nothing overlaps, nothing is cut off, the stage
//! keeps its room, and nothing scrolls sideways.
//!
//! One browser goes through all pairs. What is on the screen is changed by keys and buttons where the page has them; only
//! another run and another frame are other addresses. `measure.js` tells all that is wrong with a state at once.

use std::fmt::Write as _;
use std::iter;

use kvorum::playground::{Input, Playground, RealTime, Speed};
use serde_json::json;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Scheme, Window};
use crate::page::Page;
use crate::verdicts::broken_run;

/// A way to show the page.
struct Screen {
    name: &'static str,
    size: (u32, u32),
    shown: Shown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Watch,
    Play,
    Study,
    Projector,
    /// In a frame of another page, with these parts.
    Frame(&'static str),
}

use Shown::{Frame, Play, Projector, Study, Watch};

const LAPTOP: (u32, u32) = (1280, 720);
const LARGE: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);
/// A window of 1280 by 720 pixels in which everything is twice as large.
const TWICE: (u32, u32) = (640, 360);

const SCREENS: [Screen; 17] = [
    Screen { name: "watch", size: LAPTOP, shown: Watch },
    Screen { name: "large watch", size: LARGE, shown: Watch },
    Screen { name: "play", size: LAPTOP, shown: Play },
    Screen { name: "large play", size: LARGE, shown: Play },
    Screen { name: "study", size: LAPTOP, shown: Study },
    Screen { name: "large study", size: LARGE, shown: Study },
    Screen { name: "projector", size: LAPTOP, shown: Projector },
    Screen { name: "large projector", size: LARGE, shown: Projector },
    Screen { name: "largest projector", size: (1920, 1080), shown: Projector },
    Screen { name: "phone, watch", size: PHONE, shown: Watch },
    Screen { name: "phone, play", size: PHONE, shown: Play },
    Screen { name: "phone, study", size: PHONE, shown: Study },
    Screen { name: "200 %, watch", size: TWICE, shown: Watch },
    Screen { name: "200 %, play", size: TWICE, shown: Play },
    Screen { name: "200 %, study", size: TWICE, shown: Study },
    Screen { name: "embed", size: (960, 540), shown: Frame("stage,timeline") },
    Screen {
        name: "embed with all parts",
        size: LAPTOP,
        shown: Frame("stage,timeline,request,events,controls"),
    },
];

impl Screen {
    /// Whether the panels beside the stage are sheets.
    fn has_sheets(&self) -> bool {
        self.size.0 < 900
    }

    /// The part of the window's height that the stage has at least.
    fn least(&self) -> f64 {
        if self.size == PHONE { 0.25 } else { 0.4 }
    }

    fn frame(&self) -> Option<&'static str> {
        match self.shown {
            Frame(parts) => Some(parts),
            _ => None,
        }
    }

    /// What can be open on it of what this run has.
    fn opens(&self, run: Run) -> Vec<&'static Open> {
        let is_left_out = |open: &Open| {
            LEFT_OUT.iter().any(|(on, opens, _)| on(self) && opens.contains(&open.name))
        };
        OPENS.iter().filter(|open| open.run == run && !is_left_out(open)).collect()
    }

    /// What `pairs.js` takes.
    fn wanted(&self) -> serde_json::Value {
        let mode = match self.shown {
            Frame(_) => None,
            Watch | Projector => Some("watch"),
            Play => Some("play"),
            Study => Some("study"),
        };
        json!({ "mode": mode, "projector": self.shown == Projector, "least": self.least() })
    }
}

/// What the page is opened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// A leader, some entries, and two branches.
    Plain,
    /// Two sides, each with a leader.
    Parted,
    /// A property that a switched rule has broken.
    Broken,
    /// That, a partition, a lying disk, and an instant of the past.
    All,
    /// A step of a demonstration.
    Demonstration,
    /// A demonstration that the user has disturbed.
    Disturbed,
    /// An act of the tour.
    Tour,
}

const RUNS: [Run; 7] =
    [Run::Plain, Run::Parted, Run::Broken, Run::All, Run::Demonstration, Run::Disturbed, Run::Tour];

/// Something that can be open: how it is opened by `pairs.js`, and what is seen then.
struct Open {
    name: &'static str,
    run: Run,
    go: &'static str,
    shows: &'static str,
}

const fn open(name: &'static str, go: &'static str, shows: &'static str) -> Open {
    Open { name, run: Run::Plain, go, shows }
}

const fn of(run: Run, name: &'static str, shows: &'static str) -> Open {
    Open { name, run, go: "", shows }
}

const TABS: [&str; 6] =
    ["Events", "Inspector", "Verdicts", "Console", "Branches", "two branches compared"];

const OPENS: [Open; 40] = [
    open("nothing", "", ".card"),
    open("the past", "press(','); await frames(1); press(',')", ".card"),
    of(Run::Parted, "a partition", ".card[data-side=B]"),
    of(Run::Broken, "a broken property", ".chip-broken"),
    of(Run::All, "all that can be wrong", ".chip-broken"),
    of(Run::Demonstration, "a demonstration", ".guide"),
    of(Run::Disturbed, "a disturbed demonstration", ".guide-trouble"),
    of(Run::Tour, "the tour", ".guide"),
    // Views.
    open("Logs", "press('w')", ".matrix"),
    open("Space-time", "press('d')", ".spacetime"),
    open(
        "Side by side",
        "press('y'); await until(() => one('.onlooker, .split-view-invitation button')); click('.split-view-invitation button')",
        ".split-view .onlooker",
    ),
    open("Clients", "press('o')", ".clients"),
    open("Charts", "press('C')", ".charts"),
    open("Difference", "press('D')", ".differences .difference"),
    open("Rules", "press('x')", ".laboratory"),
    // Tabs.
    open("Events", "press('e')", ".event-list"),
    open("Inspector", "press('i')", ".inspector"),
    open("Verdicts", "press('j')", ".verdicts"),
    open("Console", "press('c')", ".console"),
    open("Branches", "press('b')", ".branches"),
    open(
        "two branches compared",
        "press('b'); await until(() => one('.branch-row [aria-pressed]'));
            if (!one('.comparison')) click('.branch-row [aria-pressed=false]')",
        ".comparison",
    ),
    // Sheets.
    open("the controls", "named('Controls')?.click()", ".controls[data-open=true]"),
    open("the request form", "press('k')", ".request[data-open=true]"),
    // On the stage.
    open("the request form on the stage", "press('k')", ".request-popup"),
    open("the menu of n1", "click('#more-1')", ".menu"),
    open("the menu of n2", "click('#more-2')", ".menu"),
    open("the menu of n3", "click('#more-3')", ".menu"),
    open(
        "the links of n1",
        "click('#more-1'); await frames(2); item('Links of n1')?.click()",
        ".link-list",
    ),
    open(
        "a link",
        "click('#more-1'); await frames(2); item('Links of n1')?.click();
            await frames(2); click('.link-list button')",
        ".fault-card",
    ),
    open("the messages", "press('m')", ".message-list"),
    open("a message", "press('m'); await frames(2); click('.message-list button')", ".fault-card"),
    // Dialogs.
    open("Help", "press('?')", "dialog[open] .keys"),
    open("Share", "press('s')", ".share[open]"),
    open(
        "the QR code",
        "press('s'); await until(() => named('Show QR code')); named('Show QR code').click()",
        ".code[open] svg",
    ),
    open("Runs", "press('r')", ".runs[open]"),
    open("Commands", "press(':')", ".commands[open]"),
    open("New cluster", "named('New cluster, from the controls')?.click()", "dialog[open] form"),
    open("the menu of demonstrations", "click('#demonstrations')", ".demonstrations-menu"),
    open("the spotlight", "press('l')", ".spotlight:not([hidden])"),
    open("no spotlight", "press('l')", ".card"),
];

type Case = (fn(&Screen) -> bool, &'static [&'static str], &'static str);

/// The pairs that can't be, each with the reason.
const LEFT_OUT: [Case; 9] = [
    (
        |screen| matches!(screen.shown, Watch | Play),
        &TABS,
        "who asks for a tab is shown the mode to study",
    ),
    (|screen| screen.shown == Projector, &TABS, "a projector shows no panels"),
    (
        |screen| screen.frame().is_some_and(|parts| !parts.contains("events")),
        &TABS,
        "the frame's author did not ask for them",
    ),
    (
        |screen| !screen.has_sheets() || screen.shown == Watch,
        &["the controls", "the request form"],
        "only a small screen has sheets, in the modes that have panels; beside the stage they are always there",
    ),
    (
        |screen| {
            matches!(screen.shown, Play | Study)
                || screen.frame().is_some_and(|parts| parts.contains("request"))
        },
        &["the request form on the stage"],
        "there is a form beside the stage",
    ),
    (
        |screen| screen.frame().is_some(),
        &["a demonstration", "a disturbed demonstration", "the tour", "the menu of demonstrations"],
        "a frame does not have the menu of demonstrations",
    ),
    (|screen| screen.frame().is_some(), &["Runs"], "a frame keeps no runs"),
    (
        |screen| {
            matches!(screen.shown, Watch | Projector) || screen.frame() == Some("stage,timeline")
        },
        &["New cluster"],
        "its button is among the controls",
    ),
    (
        |screen| screen.shown != Projector,
        &["the spotlight", "no spotlight"],
        "it is for a projector",
    ),
];

#[tokio::test]
async fn nothing_collides_in_any_pair_of_a_screen_and_what_is_open_on_it() -> Outcome {
    Window::LAPTOP
        .open("?paused", async |page| {
            page.media(Scheme::Light, true).await?;
            let mut wrong = String::new();
            for run in RUNS {
                for frame in
                    iter::once(None).chain(SCREENS.iter().filter_map(Screen::frame).map(Some))
                {
                    let shown =
                        |screen: &&Screen| screen.frame() == frame && !screen.opens(run).is_empty();
                    for (number, screen) in SCREENS.iter().filter(shown).enumerate() {
                        if number == 0 {
                            begin(page, run, frame).await?;
                        }
                        wrong += &measure(page, screen, &screen.opens(run)).await?;
                    }
                }
            }
            assert!(wrong.is_empty(), "{wrong}");
            Ok(())
        })
        .await
}

#[test]
fn every_pair_that_is_left_out_is_one_of_the_table() {
    for (on, opens, why) in LEFT_OUT {
        assert!(SCREENS.iter().any(on), "no screen: {why}");
        for name in opens {
            assert!(OPENS.iter().any(|open| open.name == *name), "nothing is called {name:?}");
        }
    }
}

/// Opens the page on this run.
async fn begin(page: &Page, run: Run, frame: Option<&str>) -> WebDriverResult<()> {
    let frame = frame.map(|parts| format!("&embed={parts}")).unwrap_or_default();
    let link = match run {
        Run::Plain => Some(plain()),
        Run::Parted => Some(parted()),
        Run::Broken => Some(broken_run()),
        Run::All => Some(all()),
        Run::Demonstration | Run::Disturbed | Run::Tour => None,
    };
    let link = link.map(|run| format!("#{}", run.bookmark().to_fragment())).unwrap_or_default();
    let run = format!("{run:?}").to_lowercase();
    page.resize(1440, 900).await?;
    page.go(&format!("?seed=7&paused&speed=1000&pair={run}{frame}{link}")).await?;
    page.find("main", "Stage").await?;
    let wrong = ask(page, prepare(&run), &json!({ "mode": null }), &[]).await?;
    assert!(wrong.is_empty(), "{run}: {wrong:?}");
    Ok(())
}

/// What a link does not have, as `pairs.js` does it.
fn prepare(run: &str) -> &'static str {
    const DEMONSTRATION: &str = "click('#demonstrations');
        await until(() => item('Partition and heal'));
        item('Partition and heal').click();
        await until(() => isShown('.guide'));
        for (let left = 4; left; left -= 1) { click('#guide-next'); await frames(4); }";
    // What is done by hand in between.
    const DISTURBED: &str = "click('#demonstrations');
        await until(() => item('Partition and heal'));
        item('Partition and heal').click();
        await until(() => isShown('.guide'));
        for (let left = 4; left; left -= 1) { click('#guide-next'); await frames(4); }
        press('R'); await until(() => isShown('.guide-trouble'));";
    match run {
        // A pinned instant, a second branch that leaves the first a little before its end, and a node that was chosen.
        "plain" => {
            "press('P'); await frames(2);
            for (let left = 12; left; left -= 1) { press(','); await frames(1); }
            if (one('.tabs')?.checkVisibility()) await line('set color red'); else press('R');
            await frames(2);
            for (let left = 12; left; left -= 1) { press('.'); await frames(1); }
            click('.card-name'); await frames(2); press('n');"
        }
        "all" => "for (let left = 3; left; left -= 1) { press(','); await frames(1); }",
        "demonstration" => DEMONSTRATION,
        "disturbed" => DISTURBED,
        "tour" => {
            "click('#demonstrations'); await until(() => item('Take the tour')); item('Take the tour').click();
            await until(() => isShown('.guide'));"
        }
        _ => "",
    }
}

/// Five nodes with a leader, entries, and one write that is in progress.
fn plain() -> Playground {
    let mut playground = Playground::new(5, 7);
    playground.apply(Input::Speed(Speed::new(1_000))).expect("is done");
    run(&mut playground, 600, "set color blue");
    run(&mut playground, 400, "set shape circle");
    run(&mut playground, 400, "set taste sweet");
    run(&mut playground, 12, "");
    playground
}

/// The leader and one follower on one side, and on the other three nodes, one of which is paused, with another leader.
fn parted() -> Playground {
    let mut playground = plain();
    let leader = playground.view().summary.leader.expect("a leader");
    let side = |with_it: bool| {
        let is_with_it = |node: &u32| [leader, leader % 5 + 1].contains(node) == with_it;
        (1..=5).filter(is_with_it).map(|node| format!("n{node} ")).collect::<String>()
    };
    let line = format!("partition {}| {}", side(true), side(false));
    run(&mut playground, 0, &line);
    run(&mut playground, 0, &format!("pause n{}", (leader + 1) % 5 + 1));
    run(&mut playground, 900, "set color red");
    playground
}

/// Everything that the line at the top tells: a switched rule, what it has broken, a partition, and a lying disk.
fn all() -> Playground {
    let mut playground = broken_run();
    run(&mut playground, 0, "partition n1 | n2 n3");
    run(&mut playground, 0, "disk n1 lies");
    run(&mut playground, 100, "chaos 2%");
    playground
}

/// Takes a line, and lets so many milliseconds pass.
fn run(playground: &mut Playground, millis: u64, line: &str) {
    if !line.is_empty() {
        playground.apply(Input::Console(line.to_owned())).expect("is done");
    }
    playground.apply(Input::Play).expect("plays");
    for _ in 0..millis {
        playground.apply(Input::Advance(RealTime::from_millis(1))).expect("goes on");
    }
    playground.apply(Input::Pause).expect("pauses");
}

/// All that is wrong on this screen, a line for each pair.
async fn measure(page: &Page, screen: &Screen, opens: &[&Open]) -> WebDriverResult<String> {
    page.resize(screen.size.0, screen.size.1).await?;
    let found = ask(page, "", &screen.wanted(), opens).await?;
    let mut wrong = String::new();
    for (name, faults) in found {
        let (width, height) = screen.size;
        // Writing to a text never fails.
        let _ = writeln!(wrong, "\n{} ({width}x{height}) with {name}:", screen.name);
        faults.iter().for_each(|fault| wrong += &format!("    {fault}\n"));
    }
    Ok(wrong)
}

/// What is wrong with each of these states of the page.
async fn ask(
    page: &Page,
    prepare: &str,
    screen: &serde_json::Value,
    opens: &[&Open],
) -> WebDriverResult<Vec<(String, Vec<String>)>> {
    let state = |open: &&Open| {
        let Open { name, go, shows, .. } = open;
        format!("{{ name: {name:?}, shows: {shows:?}, go: async () => {{ {go} }} }},")
    };
    let opens: String = opens.iter().map(state).collect();
    let script = format!(
        "const measure = {MEASURE};\nconst OPENS = [{opens}];
         const prepare = async () => {{ {prepare} }};\n{DRIVE}"
    );
    page.driver().execute_async(&script, vec![screen.clone()]).await?.convert()
}

const MEASURE: &str = include_str!("measure.js");
const DRIVE: &str = include_str!("pairs.js");
