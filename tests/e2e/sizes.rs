//! Layout from a phone to a laptop: nothing overflows, and no card covers another.

use kvorum::raft::Rule;
use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::{ElementRect, Key};

use crate::browser::{Outcome, Scheme, Window};
use crate::page::Page;
use crate::room::{CUT_OFF, fits};
use crate::states::fit;
use crate::verdicts::broken_link;

const SIZES: [(u32, u32); 5] = [(390, 844), (844, 390), (768, 1024), (1280, 720), (1440, 900)];

#[tokio::test]
async fn cards_have_room_on_every_screen() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            for nodes in [3, 5, 7, 25, 51] {
                page.go(&format!("?seed=42&nodes={nodes}&paused")).await?;
                for (width, height) in SIZES {
                    page.resize(width, height).await?;
                    let context = format!("{nodes} nodes at {width}x{height}");
                    page.until(&format!("cards on the stage with {context}"), async || {
                        fits(page, nodes, f64::from(width)).await
                    })
                    .await?;
                }
            }
            Ok(())
        })
        .await
}

/// The smallest screen that WCAG demands, and common small phones.
#[tokio::test]
async fn the_smallest_phones_have_all_of_it_and_a_stage() -> Outcome {
    Window { width: 320, height: 568, ..Window::LAPTOP }
        .open("?seed=42&paused", async |page| {
            for (width, height) in [(320, 568), (320, 256), (360, 640), (375, 667)] {
                page.resize(width, height).await?;
                page.until(&format!("cards on the stage at {width}x{height}"), async || {
                    fits(page, 5, f64::from(width)).await
                })
                .await?;
                let stage = page.area("main", "Stage").await?;
                assert!(stage.height >= 180.0, "{width}x{height}: {stage:?}");
                for button in ["Demonstrations", "Share…", "Runs…", "Commands…", "Help"] {
                    let area = page.area("button", button).await?;
                    let (left, right) = (area.x, area.x + area.width);
                    assert!(
                        left >= 0.0 && right <= f64::from(width),
                        "{button}, {width}: {area:?}"
                    );
                }
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_rule_that_is_switched_moves_nothing() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            for (width, height) in SIZES {
                page.resize(width, height).await?;
                page.view("Rules").await?;
                let before = page.area("combobox", "More views").await?;
                page.click("switch", Rule::SessionsInSnapshots.about().name).await?;
                page.shows("list", "The cluster now", "sessions-in-snapshots off").await?;
                let after = page.area("combobox", "More views").await?;
                assert_eq!((before.x, before.y), (after.x, after.y), "{width}x{height}");
                page.click("switch", Rule::SessionsInSnapshots.about().name).await?;
                page.until("all rules on again", async || {
                    let now = page.text("list", "The cluster now").await?;
                    Ok((!now.contains("off")).then_some(()))
                })
                .await?;
            }
            Ok(())
        })
        .await
}

/// A broken property, the past, a partition and a lost majority are shown in the one line at the
/// top.
#[tokio::test]
async fn what_goes_wrong_moves_nothing() -> Outcome {
    for (width, height) in [(1280, 720), (1440, 900)] {
        // A browser of its own, since a link that was opened before would continue where it was
        // left.
        Window { width, height, ..Window::LAPTOP }
            .open("?seed=42&paused", async |page| {
                let whole = stage(page).await?;
                page.go(&broken_link()).await?;
                page.find("button", "leader-completeness broken: verdicts").await?;
                assert_eq!(stage(page).await?, whole, "broken, {width}x{height}");
                page.click("button", "Step back").await?;
                page.shows("list", "The cluster now", "The past").await?;
                assert_eq!(stage(page).await?, whole, "the past, {width}x{height}");
                page.type_line("partition n1 | n2 n3").await?;
                page.shows("list", "The cluster now", "Partition 1 | 2").await?;
                page.type_line("kill n1").await?;
                page.shows("list", "The cluster now", "No quorum: 1 of 3 run").await?;
                assert_eq!(stage(page).await?, whole, "parted, {width}x{height}");
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// Selected options are fully visible: the client, the node, the consistency of a read, the state
/// of a disk.
#[tokio::test]
async fn no_choice_is_cut_off() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.click("tab", "Inspector").await?;
            for comparing in [false, true] {
                for (width, height) in SIZES {
                    page.resize(width, height).await?;
                    let cut = page.script(CUT_OFF).await?;
                    assert_eq!(cut, json!([]), "comparing: {comparing}, {width}x{height}");
                }
                page.resize(1440, 900).await?;
                if !comparing {
                    page.click("button", "Compare and set…").await?;
                    page.find("textbox", "Expected").await?;
                }
            }
            Ok(())
        })
        .await
}

/// The marks on a card's edge, of its side and its disk, are whole, opaque, and cover no words.
#[tokio::test]
async fn no_mark_of_a_card_hides_words_or_is_hidden() -> Outcome {
    const PHONE: (u32, u32) = (390, 844);
    for (nodes, (width, height), projector) in [
        (3, (1280, 720), false),
        (5, (1280, 720), false),
        (5, (1280, 720), true),
        (5, PHONE, false),
        (25, (1440, 900), false),
        (25, (1280, 720), true),
        (25, PHONE, false),
        (51, (1280, 720), false),
        (51, PHONE, false),
    ] {
        Window::LAPTOP
            .open(&format!("?seed=42&paused&nodes={nodes}"), async |page| {
                for line in ["disk n1 lies", "disk n2 full", "disk n3 failing"] {
                    page.take_line(line).await?;
                }
                for parted in [false, true] {
                    let context = format!("{nodes} nodes at {width}x{height}, parted: {parted}");
                    if parted {
                        page.take_line("partition n1 n2 | n3").await?;
                    }
                    if projector {
                        page.find("main", "Stage").await?.focus().await?;
                        page.press("p").await?;
                    }
                    fit(page, (width, height)).await?;
                    assert_eq!(page.script(MARKS).await?, json!([]), "{context}");
                    page.resize(1440, 900).await?;
                    if projector {
                        page.press("p").await?;
                    }
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// The faulty marks: transparent ones, those behind another card, and those over words of a card.
const MARKS: &str = "const wrong = [];
    const zoom = document.querySelector('.stage').getBoundingClientRect().width / document.querySelector('.stage').offsetWidth;
    const marks = [...document.querySelectorAll('.card-side, .card-disk, .card-blocked')];
    if (!marks.some(mark => mark.matches('.card-disk'))) wrong.push('no disk is marked');
    const words = [];
    for (const part of document.querySelectorAll('.card-name, .card-term, .card-role, .card-digest')) {
        if (getComputedStyle(part).display === 'none') continue;
        const range = document.createRange();
        range.selectNodeContents(part);
        words.push([part.closest('.card').ariaLabel + ': ' + part.textContent, range.getBoundingClientRect()]);
    }
    // The space of a line above and below its letters.
    const ROOM = 3 * zoom;
    const meet = (a, b, room) => a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - room && b.top < a.bottom - room;
    marks.forEach((mark, number) => {
        const { ariaLabel } = mark.closest('.card');
        const name = ariaLabel + ': ' + mark.textContent;
        const area = mark.getBoundingClientRect();
        const ground = getComputedStyle(mark).backgroundColor;
        if (ground.includes('rgba') || ground === 'transparent') wrong.push(name + ' has no ground');
        for (const y of [area.top + 2, area.bottom - 2]) {
            const hit = document.elementsFromPoint((area.left + area.right) / 2, y);
            const first = hit.find(element => element.closest('.card'));
            if (first?.closest('.card').ariaLabel !== ariaLabel) wrong.push(name + ' is hidden');
        }
        for (const [what, place] of words) if (meet(area, place, ROOM)) wrong.push(name + ' is over ' + what);
        for (const other of marks.slice(number + 1)) {
            if (meet(area, other.getBoundingClientRect(), 1)) wrong.push(name + ' is over ' + other.textContent);
        }
    });
    return wrong;";

/// A lying disk is shown in the line at the top, which stays one line.
#[tokio::test]
async fn a_lying_disk_moves_nothing() -> Outcome {
    for (nodes, (width, height), projector) in
        [(25, (390, 844), false), (5, (390, 844), false), (5, (1280, 720), true)]
    {
        let context = format!("{nodes} nodes at {width}x{height}");
        Window { width, height, ..Window::LAPTOP }
            .open(&format!("?seed=42&paused&nodes={nodes}"), async |page| {
                page.click("button", "Next election").await?;
                page.leader(&[]).await?;
                if projector {
                    page.press("p").await?;
                    page.is_gone("button", "Partition").await?;
                }
                page.find("main", "Stage").await?;
                let whole = stage(page).await?;
                for (line, told) in
                    [("disk n1 lies", "disk of n1 lies"), ("partition n1 | n2", "1 | 1")]
                {
                    page.press(":").await?;
                    page.is_focused("combobox", "Command").await?;
                    page.press(line.to_owned() + Key::Enter).await?;
                    page.shows("list", "The cluster now", told).await?;
                    assert_eq!(stage(page).await?, whole, "{line}, {context}");
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// On a projector a demonstration's sentence is above the stage, and both are complete.
#[tokio::test]
async fn a_projector_shows_a_demonstration() -> Outcome {
    for (width, height) in [(1280, 720), (1440, 900), (390, 844)] {
        Window { width, height, ..Window::LAPTOP }
            .open("?seed=42&speed=1000&paused", async |page| {
                page.click("button", "Demonstrations").await?;
                page.click("button", "First election").await?;
                page.find("region", "Guide").await?;
                page.find("main", "Stage").await?.focus().await?;
                page.press("p").await?;
                page.is_gone("button", "Partition").await?;
                page.until(&format!("cards on the stage at {width}x{height}"), async || {
                    fits(page, 5, f64::from(width)).await
                })
                .await?;
                let guide = page.area("region", "Guide").await?;
                let stage = page.area("main", "Stage").await?;
                assert!((guide.x, guide.y) >= (0.0, 0.0), "{width}x{height}: {guide:?}");
                assert!(guide.x + guide.width <= f64::from(width), "{width}x{height}: {guide:?}");
                assert!(guide.y + guide.height <= stage.y, "{width}x{height}: {guide:?}");
                assert!(stage.height >= 280.0, "{width}x{height}: {stage:?}");
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// The position and size of the stage, as text.
async fn stage(page: &Page) -> WebDriverResult<String> {
    let ElementRect { x, y, width, height } = page.area("main", "Stage").await?;
    Ok(format!("{width} by {height} at {x}, {y}"))
}

/// A projector shows the stage, the latest event, and the path of a request, all larger.
#[tokio::test]
async fn a_projector_shows_less_and_larger() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.click("button", "Next election").await?;
            page.leader(&[]).await?;
            let before = page.area("group", "n1").await?;
            page.press("p").await?;
            page.shows("region", "What has just happened", "opens term 1").await?;
            page.until("no controls", async || {
                let gone = page.find_all("button", "Partition").await?.is_empty();
                Ok(gone.then_some(()))
            })
            .await?;
            page.until("larger cards, each on the stage", async || {
                let after = page.area("group", "n1").await?;
                let is_larger = after.height > before.height;
                Ok(if is_larger { fits(page, 5, 1440.0).await? } else { None })
            })
            .await?;
            page.find("region", "What has just happened").await?;
            page.press("l").await?;
            let light = "const light = document.querySelector('.spotlight');
                return getComputedStyle(light).display !== 'none' && light.style.getPropertyValue('--x')";
            let stage = page.find("main", "Stage").await?;
            page.until("a spotlight around the pointer", async || {
                let pointer = page.driver().action_chain().move_to_element_center(&stage);
                pointer.perform().await?;
                Ok(page.script(light).await?.as_str().filter(|x| x.ends_with("px")).map(drop))
            })
            .await?;
            page.press("lp").await?;
            page.find("button", "Partition").await?;
            Ok(())
        })
        .await
}

/// An embedded page shows the parts that its author asked for, and stores nothing.
#[tokio::test]
async fn a_frame_shows_what_was_asked_for() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&embed", async |page| {
            for (query, shown, hidden) in [
                ("embed", ["Play", "Kill n1"], ["Set", "Share…"]),
                ("embed=stage,request", ["Set", "Kill n1"], ["Play", "Share…"]),
                ("embed=stage,timeline,events", ["Play", "Kill n1"], ["Set", "Partition"]),
            ] {
                page.resize(960, 540).await?;
                page.go(&format!("?seed=42&paused&{query}")).await?;
                for name in shown {
                    page.find("button", name).await?;
                }
                page.find("link", "Open in Kvorum").await?;
                for name in hidden {
                    assert!(page.find_all("button", name).await?.is_empty(), "{name}, {query}");
                }
                for (width, height) in [(960, 540), (390, 600)] {
                    page.resize(width, height).await?;
                    page.until(&format!("cards on the stage with {query}"), async || {
                        fits(page, 5, f64::from(width)).await
                    })
                    .await?;
                }
                let kept = page.script("return Object.keys(sessionStorage).length").await?;
                assert_eq!(kept, 0, "{query}");
            }
            Ok(())
        })
        .await
}

/// On a phone, by touch: a sheet, a write, a node's menu.
#[tokio::test]
async fn a_finger_writes_and_kills() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            page.resize(390, 844).await?;
            page.take_touches().await?;
            page.go("?seed=42&speed=1000").await?;
            page.leader(&[]).await?;
            page.tap("button", "Request").await?;
            page.tap("textbox", "Key").await?;
            page.fill("Key", "color").await?;
            page.tap("textbox", "Value").await?;
            page.fill("Value", "blue").await?;
            page.tap("button", "Set").await?;
            page.answered("set color blue", "success").await?;
            page.tap("button", "Request").await?;
            page.tap("button", "More n1").await?;
            page.tap("button", "Kill n1").await?;
            page.shows("group", "n1", "Down").await?;
            Ok(())
        })
        .await
}

/// With reduced motion each message stays in one place on its path while time passes.
#[tokio::test]
async fn with_less_motion_nothing_travels() -> Outcome {
    Window::LAPTOP
        .open("", async |page| {
            page.media(Scheme::Light, true).await?;
            page.go("?seed=42&speed=1&paused").await?;
            page.find("main", "Stage").await?;
            let blank = look(page).await?;
            // The messages of n1 are in flight longer than any election timeout: at a thousandth of
            // real time nothing is sent or arrives for more than a minute.
            page.type_line("network latency 900ms").await?;
            page.type_line("timeout n1").await?;
            let clock = page.text("timer", "Cluster time").await?;
            page.click("button", "Play").await?;
            let first = look(page).await?;
            assert!(first != blank, "messages are seen");
            page.until("time that passes", async || {
                let now = page.text("timer", "Cluster time").await?;
                Ok((now != clock).then_some(()))
            })
            .await?;
            assert!(first == look(page).await?, "messages stand where they stood");
            let moving =
                "return document.getAnimations().filter(it => it.playState === 'running').length";
            assert_eq!(page.script(moving).await?, 0);
            Ok(())
        })
        .await
}

/// The stage's canvas once the page has read the system's preferences, which it does twice a
/// second.
async fn look(page: &Page) -> WebDriverResult<Value> {
    let picture = "const [done] = arguments;
        const canvas = document.getElementById('stage-canvas');
        const frames = left => left ? requestAnimationFrame(() => frames(left - 1))
            : done(canvas.toDataURL());
        frames(40);";
    Ok(page.driver().execute_async(picture, Vec::new()).await?.json().clone())
}
