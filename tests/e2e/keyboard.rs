//! Everything by keyboard.

use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;

#[tokio::test]
async fn the_keyboard_pauses_steps_shows_the_keys_and_kills() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            // One event at a time while paused.
            let begin = page.text("timer", "Cluster time").await?;
            page.press(".").await?;
            page.until("another time after a step", async || {
                let now = page.text("timer", "Cluster time").await?;
                Ok((now != begin).then_some(()))
            })
            .await?;
            page.find("button", "Play").await?;
            page.press(" ").await?;
            page.leader(&[]).await?;
            page.press(" ").await?;
            page.find("button", "Play").await?;
            let stands = page.text("timer", "Cluster time").await?;
            let events = page.text("log", "Events, newest first").await?;

            page.press("?").await?;
            page.find("dialog", "Keys and legend").await?;
            page.sees("Step: exactly one event, then pause").await?;
            // Behind an open dialog the keys do nothing.
            page.press(".").await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("dialog", "Keys and legend").await?;
            assert_eq!(page.text("timer", "Cluster time").await?, stands);
            assert_eq!(page.text("log", "Events, newest first").await?, events);

            page.tab_to("button", "Kill n1").await?;
            page.press(Key::Enter + "").await?;
            page.shows("group", "n1", "Down").await?;
            let focused = page.focused().await?;
            assert_eq!(focused, ("button".to_owned(), "Restart n1".to_owned()));
            page.press(Key::Enter + "").await?;
            page.find("button", "Kill n1").await?;
            Ok(())
        })
        .await
}

/// The main scenario: a leader, a write, the leader is lost, another one is elected, the write is
/// still there, and the first comes back.
#[tokio::test]
async fn the_main_scenario_needs_no_mouse() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000&paused", async |page| {
            page.press("]").await?;
            let first = page.leader(&[]).await?;
            page.press("k").await?;
            page.is_focused("textbox", "Key").await?;
            page.press("color").await?;
            page.tab_to("textbox", "Value").await?;
            page.press("blue").await?;
            page.tab_to("button", "Set").await?;
            page.press(Key::Enter + "").await?;
            page.press(Key::Escape + "").await?;
            page.press_with_control("k").await?;
            page.is_focused("combobox", "Command").await?;
            page.press("play or" + Key::Enter).await?;
            page.answered("set color blue", "success").await?;

            // The leader's card by its number, and one of its keys.
            card(page, first).await?;
            page.press("k").await?;
            page.shows("group", &format!("n{first}"), "Down").await?;
            page.is_focused("group", &format!("n{first}")).await?;
            let second = page.leader(&[first]).await?;
            page.press("g").await?;
            page.is_focused("group", &format!("n{second}")).await?;
            card(page, first).await?;
            page.press("k").await?;
            page.until("the restarted node", async || {
                Ok((!page.card(first).await?.contains("Down")).then_some(()))
            })
            .await?;
            page.agree(&[1, 2, 3, 4, 5]).await?;

            // From a sentence to its instant, and back to the end.
            page.press(" f").await?;
            page.is_focused("searchbox", "Search the events").await?;
            page.press(format!("n{second} becomes leader")).await?;
            page.sees("1 found").await?;
            page.tab_to("log", "Events, newest first").await?;
            page.press(Key::Down + "").await?;
            let (role, name) = page.focused().await?;
            assert_eq!(role, "button");
            let instant = name.trim_start_matches("Go to ").trim_end_matches('s').to_owned();
            page.press(Key::Enter + "").await?;
            page.shows("timer", "Cluster time", &instant).await?;
            page.is_focused("log", "Events, newest first").await?;
            assert_eq!(page.leader_now().await?, Some(second));
            page.press("n").await?;
            page.agree(&[1, 2, 3, 4, 5]).await?;

            // The focused element disappears, and the focus stays in the page.
            card(page, first).await?;
            page.press("x ").await?;
            page.is_gone("group", &format!("n{first}")).await?;
            page.is_focused("main", "Stage").await?;
            Ok(())
        })
        .await
}

/// Closing something returns the focus to where it was before.
#[tokio::test]
async fn what_is_closed_gives_the_focus_back() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            let demonstrations = "Demonstrations";
            page.click("button", demonstrations).await?;
            page.find("group", "What to show").await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("group", "What to show").await?;
            page.is_focused("button", demonstrations).await?;

            // The list of messages, and the details of one.
            page.until("a message in flight", async || {
                page.click("button", "Step").await?;
                page.press("m").await?;
                let list = page.text("dialog", "Messages in flight").await?;
                page.press(Key::Escape + "").await?;
                page.is_focused("button", "Step").await?;
                Ok((!list.contains("No message")).then_some(()))
            })
            .await?;
            page.press("m").await?;
            page.find("dialog", "Messages in flight").await?;
            page.press(Key::Down + "").await?;
            page.press(Key::Enter + "").await?;
            page.find("button", "Drop").await?;
            page.press(Key::Escape + "").await?;
            page.until("a closed card", async || {
                Ok(page.find_all("button", "Drop").await?.is_empty().then_some(()))
            })
            .await?;
            page.is_focused("button", "Step").await?;

            // A notice of the page.
            page.choose("What to go to", "violation").await?;
            page.click("button", "Previous violation").await?;
            page.sees("There was no violation before this instant.").await?;
            page.click("button", "OK: close this message").await?;
            page.is_gone("button", "OK: close this message").await?;
            page.is_focused("button", "Previous violation").await?;
            Ok(())
        })
        .await
}

/// The client of a request, the state of a disk, and voters.
#[tokio::test]
async fn a_client_a_disk_and_a_vote_need_no_mouse() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&speed=1000&paused", async |page| {
            page.press("]").await?;
            let leader = page.leader(&[]).await?;
            let (disk, voter) = (leader % 5 + 1, (leader + 1) % 5 + 1);
            page.press("k").await?;
            page.is_focused("textbox", "Key").await?;
            page.tab_to("combobox", "As").await?;
            page.press("c2").await?;
            page.tab_to("combobox", "Node").await?;
            page.press(format!("n{leader}")).await?;
            page.tab_to("button", "Set").await?;
            page.press(Key::Enter + "").await?;
            page.press(Key::Escape + "").await?;

            card(page, disk).await?;
            page.press(Key::Enter + "").await?;
            page.tab_to("combobox", &format!("Disk of n{disk}: writes")).await?;
            page.press("lies").await?;
            page.shows("group", &format!("n{disk}"), "disk lies").await?;
            page.shows("list", "The cluster now", &format!("disk of n{disk} lies")).await?;
            page.is_focused("combobox", &format!("Disk of n{disk}: writes")).await?;

            // In a list of choices a digit chooses.
            page.tab_to("slider", &format!("Disk of n{disk}: fsync")).await?;
            card(page, voter).await?;
            page.press("m").await?;
            page.tab_to("button", &format!("Demote n{voter}")).await?;
            page.press(Key::Enter + "").await?;
            page.is_focused("button", &format!("More n{voter}")).await?;
            page.press_with_control("k").await?;
            page.is_focused("combobox", "Command").await?;
            page.press("play or" + Key::Enter).await?;
            page.answered("as c2 set color green", "success").await?;
            page.shows("group", &format!("n{voter}"), "Learner").await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn hiding_or_closing_something_does_not_lose_a_focus_elsewhere() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            // The projector hides the panels.
            page.tab_to("slider", "Duplicates").await?;
            page.press("p").await?;
            page.is_focused("main", "Stage").await?;
            page.press("p").await?;
            page.is_focused("main", "Stage").await?;

            // Opened by a key, left by Tab.
            page.press("m").await?;
            page.find("dialog", "Messages in flight").await?;
            page.tab_to("button", "Help").await?;
            page.press(Key::Escape + "").await?;
            page.is_gone("dialog", "Messages in flight").await?;
            page.is_focused("button", "Help").await?;
            Ok(())
        })
        .await
}

/// Whatever makes what has the focus vanish or refuse it: the stage has it then, and a key goes on working.
#[tokio::test]
async fn the_stage_has_the_focus_of_what_vanishes() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            for (name, vanish) in [
                ("Step", "it.disabled = true"),
                ("Help", "it.style.display = 'none'"),
                ("Runs…", "it.style.visibility = 'hidden'"),
                ("Share…", "it.closest('header, .header').inert = true"),
                ("Add node", "it.remove()"),
            ] {
                let button = page.find("button", name).await?;
                page.driver().execute("arguments[0].focus()", vec![button.to_json()?]).await?;
                page.is_focused("button", name).await?;
                page.script(&format!("const it = document.activeElement; {vanish}")).await?;
                page.is_focused("main", "Stage").await?;
            }

            // A dialog whose opener closed with its opening.
            page.go("?seed=42&paused").await?;
            page.click("button", "Share…").await?;
            page.click("button", "Show QR code").await?;
            page.tab_to("button", "Close").await?;
            page.press(Key::Enter + "").await?;
            page.is_gone("img", "QR code of the link").await?;
            page.is_focused("button", "Show QR code").await?;
            page.press(Key::Escape + "").await?;
            page.is_focused("button", "Share…").await?;

            // Whoever points at nothing wants the focus nowhere.
            page.script("document.activeElement.blur()").await?;
            page.script("document.querySelector('.transport').remove()").await?;
            page.until("no focus", async || {
                let has = page.script("return document.activeElement === document.body").await?;
                Ok(has.as_bool().filter(|is| *is).map(|_| ()))
            })
            .await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_command_is_found_by_typing_and_a_line_is_completed() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.tab_to("button", "Help").await?;
            page.press(":").await?;
            page.is_focused("combobox", "Command").await?;
            page.press("n3 kill").await?;
            page.find("option", "Kill n3 kill n3").await?;
            page.press(Key::Enter + "").await?;
            page.shows("group", "n3", "Down").await?;
            // The palette closes, and the focus returns.
            page.is_focused("button", "Help").await?;

            page.press(":").await?;
            page.is_focused("combobox", "Command").await?;
            page.press("cut n1 -> n").await?;
            page.press(Key::Down + (Key::Enter + "")).await?;
            page.until("the completed line", async || {
                let field = page.find("combobox", "Command").await?;
                let line = field.prop("value").await?.unwrap_or_default();
                Ok((line.starts_with("cut n1 -> n") && line.ends_with(' ')).then_some(()))
            })
            .await?;
            let field = page.find("combobox", "Command").await?;
            field.send_keys(Key::Control + "a").await?;
            field.send_keys("kil n2 n3").await?;
            page.sees("did you mean `kill n2 n3`?").await?;
            field.send_keys(Key::Control + "a").await?;
            field.send_keys("partition n1 n9" + Key::Enter).await?;
            page.sees("There is no node n9").await?;
            field.send_keys(Key::Control + "a").await?;
            field.send_keys("partition n1 n2 | n4 n5" + Key::Enter).await?;
            page.shows("group", "n1", "side A").await?;
            page.is_focused("button", "Help").await?;
            page.press(":").await?;
            page.is_focused("combobox", "Command").await?;
            page.press("keys and what" + Key::Enter).await?;
            page.find("dialog", "Keys and legend").await?;
            page.press(Key::Escape + "").await?;
            page.is_focused("button", "Help").await?;
            Ok(())
        })
        .await
}

async fn card(page: &Page, node: u32) -> WebDriverResult<()> {
    page.press(node.to_string()).await?;
    page.is_focused("group", &format!("n{node}")).await
}

/// The space bar plays and pauses wherever the focus is, and presses nothing; but it writes in a field, ticks a box, and
/// chooses in an open menu.
#[tokio::test]
async fn the_space_bar_plays_and_pauses_wherever_the_focus_is() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.find("button", "Play").await?;
            page.press("]").await?;
            page.leader(&[]).await?;
            let requests =
                async || page.script("return document.querySelectorAll('.journey').length").await;
            let (plays, pauses) = ("Play", "Pause");
            for (role, name) in [
                ("button", "Set"),
                ("button", "Kill n1"),
                ("tab", "Verdicts"),
                ("slider", "Speed"),
                ("slider", "Timeline"),
                ("radio", "Logs"),
                ("button", "Demonstrations"),
                ("button", "Share…"),
            ] {
                let before = requests().await?;
                page.find(role, name).await?.focus().await?;
                for (shown, next) in [(plays, pauses), (pauses, plays)] {
                    page.find("button", shown).await?;
                    page.press(" ").await?;
                    page.find("button", next).await?;
                }
                assert_eq!(requests().await?, before, "{name} is not pressed");
                page.is_gone("dialog", "Share this run").await?;
                page.find("button", "Kill n1").await?;
            }
            page.press("k").await?;
            page.is_focused("textbox", "Key").await?;
            page.press(" ").await?;
            page.find("button", plays).await?;
            page.press(Key::Escape + "").await?;
            page.find("checkbox", "n1 on side A").await?.focus().await?;
            let ticked = async || page.find("checkbox", "n1 on side A").await?.is_selected().await;
            let before = ticked().await?;
            page.press(" ").await?;
            assert_ne!(ticked().await?, before, "it ticks the box");
            page.find("button", plays).await?;
            page.click("button", "More n2").await?;
            page.find("button", "Kill n2").await?.focus().await?;
            page.find("button", plays).await?;
            Ok(())
        })
        .await
}
