//! Accessibility: axe-core finds nothing on the page's main states in both themes, and what axe
//! can't judge is tested one by one.
//!
//! `KVORUM_AXE` is the path of axe-core's script. WebDriver injects it past the page's security
//! policy.

use std::{env, fs};

use serde_json::{Value, json};
use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Scheme, Window};
use crate::famous;
use crate::page::Page;
use crate::verdicts::broken_link;

/// The parts of WCAG 2.2 up to AA, and best practices beyond it.
const LEVELS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

struct Axe(String);

impl Axe {
    fn new() -> Self {
        let file = env::var_os("KVORUM_AXE").expect("set KVORUM_AXE, or run `cargo xtask test`");
        Self(fs::read_to_string(file).expect("axe-core's script can be read"))
    }

    /// Asserts that axe finds nothing on the page as it is.
    async fn judge(&self, page: &Page, state: &str) -> Outcome {
        let found = self.found(page).await?;
        assert!(found.is_empty(), "axe on {state}:\n{}", found.join("\n"));
        Ok(())
    }

    /// Asserts that axe finds nothing on the page as it is, light and dark.
    async fn judge_both(&self, page: &Page, state: &str) -> Outcome {
        for (scheme, word) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
            // Set both as the system's scheme and as the user's choice, so that no colour of the
            // other theme remains.
            page.media(scheme, true).await?;
            page.script(&format!("document.documentElement.dataset.theme = '{word}'")).await?;
            let found = self.found(page).await?;
            assert!(found.is_empty(), "axe on {state}, {word}:\n{}", found.join("\n"));
        }
        page.script("document.documentElement.dataset.theme = 'auto'").await?;
        page.media(Scheme::Light, true).await?;
        Ok(())
    }

    async fn found(&self, page: &Page) -> WebDriverResult<Vec<String>> {
        if page.script("return typeof window.axe").await? == "undefined" {
            page.driver().execute(self.0.as_str(), Vec::new()).await?;
        }
        let ask = "const [levels, done] = arguments;
            const rules = { 'label-content-name-mismatch': { enabled: true } };
            axe.run(document, { runOnly: levels, rules, resultTypes: ['violations'] }).then(
                result => done(result.passes.length === 0 ? ['axe looked at nothing'] :
                    result.violations.flatMap(rule => rule.nodes.map(node =>
                    `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))),
                problem => done([String(problem)]));";
        page.driver().execute_async(ask, vec![json!(LEVELS)]).await?.convert()
    }
}

/// Each theme on a page of its own, as a user has it.
#[tokio::test]
async fn axe_finds_nothing_with_an_idle_a_busy_and_a_faulty_cluster() -> Outcome {
    let axe = Axe::new();
    for (scheme, theme) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        Window { scheme, ..Window::LAPTOP }
            .open("?seed=42&paused", async |page| {
                page.find("button", "Play").await?;
                axe.judge(page, &format!("the beginning, {theme}")).await?;
                page.press("]").await?;
                let leader = page.leader(&[]).await?;
                axe.judge(page, &format!("a leader, {theme}")).await?;
                page.press_on(leader, "Kill").await?;
                page.shows("group", &format!("n{leader}"), "Down").await?;
                axe.judge(page, &format!("a dead node, {theme}")).await?;
                page.press(",").await?;
                page.shows("list", "The cluster now", "The past").await?;
                axe.judge(page, &format!("the past, {theme}")).await?;
                page.click("button", "Demonstrations").await?;
                axe.judge(page, &format!("the demonstrations, {theme}")).await?;
                page.press(Key::Escape + "").await?;
                page.is_gone("group", "What to show").await?;
                for tab in ["Inspector", "Verdicts", "Console", "Branches"] {
                    page.click("tab", tab).await?;
                    axe.judge(page, &format!("the tab {tab}, {theme}")).await?;
                }
                for view in ["Logs", "Space-time", "Clients", "Charts", "Difference", "Rules"] {
                    page.view(view).await?;
                    page.press("P").await?;
                    axe.judge(page, &format!("the view {view}, {theme}")).await?;
                }
                page.view("Side by side").await?;
                page.find("region", "Nothing is compared").await?;
                axe.judge(page, &format!("nothing beside it, {theme}")).await?;
                page.view("Difference").await?;
                page.press("n").await?;
                page.sees("1 node differs at").await?;
                axe.judge(page, &format!("what differs, {theme}")).await?;
                page.press("?").await?;
                page.find("button", "Close").await?;
                axe.judge(page, &format!("the help, {theme}")).await?;
                Ok(())
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_in_the_verdicts() -> Outcome {
    let axe = Axe::new();
    Window::LAPTOP
        .open(&broken_link(), async |page| {
            page.click("button", "leader-completeness broken: verdicts").await?;
            page.click("button", "Why is leader-completeness broken?").await?;
            page.sees("led to this: leader-completeness is broken").await?;
            axe.judge_both(page, "a broken property and what led to it").await?;
            page.click("button", "Back to where it became unavoidable: leader-completeness")
                .await?;
            page.sees("One event later it breaks all the same.").await?;
            axe.judge_both(page, "where it became unavoidable").await?;
            page.click("tab", "Inspector").await?;
            page.click("button", "Why term 2 on n1?").await?;
            page.sees("led to this: the term of n1").await?;
            axe.judge_both(page, "why a term is so").await
        })
        .await
}

#[tokio::test]
async fn axe_finds_nothing_in_the_split_view() -> Outcome {
    let axe = Axe::new();
    let phone = Window { width: 390, height: 844, ..Window::LAPTOP };
    for window in [Window::LAPTOP, phone] {
        window
            .open("?seed=42&paused", async |page| {
                famous::open(page).await?;
                page.click("button", "Pause").await?;
                page.click("button", "Go there").await?;
                page.press("n").await?;
                page.shows("region", &format!("Branch without {}", famous::RULE), "broken").await?;
                axe.judge_both(page, "two branches, one of which is broken").await
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_while_a_faulty_cluster_plays() -> Outcome {
    let axe = Axe::new();
    Window::LAPTOP
        .open("", async |page| {
            page.begin("").await?;
            axe.judge_both(page, "a cluster at rest").await?;
            page.click("button", "Next election").await?;
            page.leader(&[]).await?;
            page.click("button", "Step back").await?;
            page.sees("Candidate").await?;
            axe.judge_both(page, "the middle of an election").await?;
            page.take_line("set color blue").await?;
            page.choose("What to go to", "commit").await?;
            page.click("button", "Next commit").await?;
            page.click("button", "Next commit").await?;
            page.click("tab", "Events").await?;
            page.find("searchbox", "Search the events").await?.send_keys("entry").await?;
            axe.judge_both(page, "events and the way of a request").await?;
            page.take_line("partition n1 n2 | n3 n4 n5").await?;
            page.take_line("kill n4").await?;
            page.take_line("pause n5").await?;
            axe.judge_both(page, "a partition with a dead and a paused node, and the console")
                .await?;
            page.click("tab", "Inspector").await?;
            axe.judge_both(page, "the inspector").await?;
            page.click("button", "More n1").await?;
            axe.judge_both(page, "a node's menu").await?;
            page.press(Key::Escape + "").await?;
            page.click("button", "Undo").await?;
            page.click("button", "Step back").await?;
            page.click("tab", "Branches").await?;
            axe.judge_both(page, "the past, and the branches").await
        })
        .await
}

#[tokio::test]
async fn axe_finds_nothing_in_a_dialog() -> Outcome {
    let axe = Axe::new();
    Window::LAPTOP
        .open("", async |page| {
            page.begin("").await?;
            for (button, dialog) in [
                ("Help", "Keys and legend"),
                ("New cluster, from the controls", "New cluster"),
                ("Share…", "Share this run"),
                ("Runs…", "Runs kept in this browser"),
                ("Commands…", "Commands"),
            ] {
                page.click("button", button).await?;
                page.find("dialog", dialog).await?;
                axe.judge_both(page, &format!("the dialog {dialog:?}")).await?;
                page.press(Key::Escape + "").await?;
                page.is_gone("dialog", dialog).await?;
                // The focus returns to the button that opened the dialog.
                assert_eq!(page.focused().await?, ("button".to_owned(), button.to_owned()));
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn axe_finds_nothing_on_a_phone_with_any_sheet() -> Outcome {
    let axe = Axe::new();
    Window::LAPTOP
        .open("", async |page| {
            page.resize(390, 844).await?;
            page.begin("").await?;
            axe.judge_both(page, "a phone").await?;
            for sheet in ["Controls", "Request", "Events"] {
                page.click("button", sheet).await?;
                axe.judge_both(page, &format!("a phone with the sheet {sheet:?}")).await?;
                page.click("button", sheet).await?;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn axe_finds_nothing_with_many_nodes_a_violation_a_projector_or_in_a_frame() -> Outcome {
    let axe = Axe::new();
    Window::LAPTOP
        .open("", async |page| {
            page.begin("&nodes=25").await?;
            axe.judge_both(page, "25 nodes").await?;
            page.begin("&nodes=4&speed=1000").await?;
            page.click("button", "Next election").await?;
            page.leader(&[]).await?;
            for words in ["rule majority-quorum off", "partition n1 n2 | n3 n4"] {
                page.take_line(words).await?;
            }
            // Each half elects a leader, and writes entries that the other does not have.
            page.click("button", "Play").await?;
            page.sees("Leader n").await?;
            page.take_line("set a b via n1").await?;
            page.take_line("set a c via n3").await?;
            page.sees("✕").await?;
            axe.judge_both(page, "a violation").await?;
            page.begin("&projector").await?;
            axe.judge_both(page, "a projector").await?;
            page.begin("&embed=stage,timeline,request,events").await?;
            axe.judge_both(page, "a frame").await
        })
        .await
}

/// With reduced motion a theme changes at once, and not from parent to child, one frame after the
/// other.
#[tokio::test]
async fn with_less_motion_a_theme_changes_at_once() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            page.begin("").await?;
            let ask = "const [done] = arguments;
                const colors = () => [...document.querySelectorAll('.controls *, .card *')]
                    .map(it => getComputedStyle(it).color).join();
                const before = colors();
                document.documentElement.dataset.theme = 'dark';
                const at_once = colors();
                const frames = left => left ? requestAnimationFrame(() => frames(left - 1))
                    : done([before !== at_once, at_once === colors()]);
                frames(20);";
            let answer = page.driver().execute_async(ask, Vec::new()).await?;
            assert_eq!(answer.json(), &json!([true, true]), "[it changes, and to what it stays]");
            Ok(())
        })
        .await
}

/// At double zoom the page has half the size.
#[tokio::test]
async fn at_200_percent_everything_is_reachable() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            page.resize(720, 450).await?;
            page.begin("").await?;
            let wide = "return document.documentElement.scrollWidth <= innerWidth";
            assert_eq!(page.script(wide).await?, true, "nothing sticks out");
            for name in ["Play", "Step", "Share…", "Help", "Controls", "Request", "Events"] {
                page.find("button", name).await?.click().await?;
                page.press(Key::Escape + "").await?;
                if name == "Play" {
                    page.click("button", "Pause").await?;
                }
            }
            Ok(())
        })
        .await
}

/// Roles, durability, faults and cuts are distinguishable with the few colours of a system's own
/// palette.
#[tokio::test]
async fn with_forced_colours_nothing_depends_on_colour() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            page.begin("").await?;
            let features = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
            page.driver().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
            page.click("button", "Next election").await?;
            page.choose("What to go to", "commit").await?;
            page.click("button", "Next commit").await?;
            page.take_line("cut n1 -> n2").await?;
            page.take_line("kill n3").await?;
            let ask = "const borders = query => [...document.querySelectorAll(query)].map(it => {
                    const style = getComputedStyle(it);
                    return `${style.borderTopStyle} ${style.borderTopWidth} ${style.backgroundColor}`;
                });
                const all = {
                    leader: borders('.card[data-role=leader]'),
                    follower: borders('.card[data-role=follower]'),
                    down: borders('.card[data-status=down]'),
                    committed: borders('.block[data-safety=committed]'),
                    cut: [...document.querySelectorAll('.link-mark')]
                        .map(it => getComputedStyle(it).stroke),
                };
                return all;";
            let all = page.script(ask).await?;
            let first = |kind: &str| all[kind][0].as_str().unwrap_or_default().to_owned();
            for kind in ["leader", "follower", "down", "committed", "cut"] {
                assert_ne!(first(kind), "", "there is a {kind}: {all}");
            }
            assert_ne!(first("leader"), first("follower"), "{all}");
            assert_ne!(first("down"), first("follower"), "{all}");
            let ground = page.script("return getComputedStyle(document.body).backgroundColor");
            let ground = ground.await?;
            assert!(!first("committed").contains(ground.as_str().unwrap_or_default()), "{all}");
            assert_ne!(Value::from(first("cut")), ground, "{all}");
            Ok(())
        })
        .await
}

/// Touch targets are larger than those for a mouse, and no target is smaller than required for a
/// mouse.
#[tokio::test]
async fn every_target_is_large_enough() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            for (width, height, least) in [(1440, 900, 24.0), (1280, 720, 24.0), (390, 844, 44.0)] {
                page.resize(width, height).await?;
                page.begin("").await?;
                for panel in ["", "Controls", "Request", "Events"] {
                    if width > 899 && !panel.is_empty() {
                        continue;
                    }
                    if !panel.is_empty() {
                        page.click("button", panel).await?;
                    }
                    let small = too_small(page, least).await?;
                    assert_eq!(small, Vec::<String>::new(), "{width}x{height} {panel}");
                    if !panel.is_empty() {
                        page.click("button", panel).await?;
                    }
                }
            }
            Ok(())
        })
        .await
}

/// The controls smaller than this; a field's label counts as part of it.
async fn too_small(page: &Page, least: f64) -> WebDriverResult<Vec<String>> {
    let ask = "const least = arguments[0] - 0.5;
        return [...document.querySelectorAll('button, select, summary, a, input')].filter(it => {
            const box = it.getBoundingClientRect(), style = getComputedStyle(it);
            return box.width > 1 && box.height > 1 && style.visibility === 'visible'
                && !it.closest('dialog:not([open])') && (box.width < least || box.height < least);
        }).map(it => {
            const box = it.getBoundingClientRect();
            return `${it.ariaLabel || it.innerText || it.id}: ${box.width} x ${box.height}`;
        })";
    page.driver().execute(ask, vec![json!(least)]).await?.convert()
}
