//! Actions of a user by mouse, touch and keyboard, and what a screen reader announces.

#![allow(dead_code, reason = "the words are there before every test that says them")]

use serde_json::{Value, json};
use thirtyfour::components::SelectElement;
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{ElementRect, Key, TypingData, WebElement};

use crate::page::Page;

impl Page {
    /// Types into the field with this name, replacing its content.
    pub(crate) async fn fill(&self, name: &str, text: &str) -> WebDriverResult<()> {
        let field = self.find("textbox", name).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Delete + text).await
    }

    /// Pastes into the field with this name; for a text that would take long to type.
    pub(crate) async fn paste(&self, name: &str, text: &str) -> WebDriverResult<()> {
        let field = self.find("textbox", name).await?;
        let script = "arguments[0].focus(); arguments[0].select();
            document.execCommand('insertText', false, arguments[1]);";
        self.driver().execute(script, vec![field.to_json()?, json!(text)]).await?;
        let length = field.prop("value").await?.unwrap_or_default().len();
        assert_eq!(length, text.len(), "the field {name:?} takes all that is pasted");
        Ok(())
    }

    /// Chooses an option from the list with this name.
    pub(crate) async fn choose(&self, name: &str, option: &str) -> WebDriverResult<()> {
        let list = self.find("combobox", name).await?;
        SelectElement::new(&list).await?.select_by_exact_text(option).await
    }

    /// Shows another view: by its own button, or from the list of those that have none.
    pub(crate) async fn view(&self, name: &str) -> WebDriverResult<()> {
        if matches!(name, "Stage" | "Logs" | "Space-time") {
            self.click("radio", name).await
        } else {
            self.choose("More views", name).await
        }
    }

    /// Ticks or unticks the box with this name.
    pub(crate) async fn tick(&self, name: &str, ticked: bool) -> WebDriverResult<()> {
        let checkbox = self.find("checkbox", name).await?;
        if checkbox.is_selected().await? != ticked {
            checkbox.click().await?;
        }
        self.until(&format!("ticked = {ticked} for the box {name:?}"), async || {
            Ok((checkbox.is_selected().await? == ticked).then_some(()))
        })
        .await
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) -> WebDriverResult<()> {
        self.driver().action_chain().send_keys(keys).perform().await
    }

    /// Presses a key with Ctrl.
    pub(crate) async fn press_with_control(&self, key: &str) -> WebDriverResult<()> {
        let keys = self.driver().action_chain().key_down(Key::Control).send_keys(key);
        keys.key_up(Key::Control).perform().await
    }

    /// Waits until this element has the keyboard focus.
    pub(crate) async fn is_focused(&self, role: &str, name: &str) -> WebDriverResult<()> {
        self.until(&format!("the focus on the {role} {name:?}"), async || {
            let focused = self.focused().await?;
            Ok((focused == (role.to_owned(), name.to_owned())).then_some(()))
        })
        .await
    }

    /// Presses Tab until this element has the focus.
    pub(crate) async fn tab_to(&self, role: &str, name: &str) -> WebDriverResult<()> {
        let mut passed = Vec::new();
        while passed.len() < MOST_TABS {
            self.press(Key::Tab).await?;
            let focused = self.focused().await?;
            if focused == (role.to_owned(), name.to_owned()) {
                return Ok(());
            }
            passed.push(focused);
        }
        panic!("Tab does not lead to a {role} named {name:?}, only to {passed:?}");
    }

    /// The position and size of an element.
    pub(crate) async fn area(&self, role: &str, name: &str) -> WebDriverResult<ElementRect> {
        let element = self.find(role, name).await?;
        self.area_of(&element).await
    }

    /// The position and size of an element found before. WebDriver's own answer ignores zoom.
    pub(crate) async fn area_of(&self, element: &WebElement) -> WebDriverResult<ElementRect> {
        let ask = "return arguments[0].getBoundingClientRect().toJSON()";
        self.driver().execute(ask, vec![element.to_json()?]).await?.convert()
    }

    /// The centre of a node's card.
    pub(crate) async fn middle(&self, node: u32) -> WebDriverResult<(f64, f64)> {
        let card = self.area("group", &format!("n{node}")).await?;
        Ok((card.x + card.width / 2.0, card.y + card.height / 2.0))
    }

    /// The middle between two cards.
    pub(crate) async fn between(&self, a: u32, b: u32) -> WebDriverResult<(f64, f64)> {
        let (a, b) = (self.middle(a).await?, self.middle(b).await?);
        Ok(((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0))
    }

    /// Draws a line with the mouse.
    pub(crate) async fn drag(&self, way: [(f64, f64); 3]) -> WebDriverResult<()> {
        self.mouse("mousePressed", way[0]).await?;
        self.mouse("mouseMoved", way[1]).await?;
        self.mouse("mouseMoved", way[2]).await?;
        self.mouse("mouseReleased", way[2]).await
    }

    /// Sends a mouse event at a position.
    pub(crate) async fn mouse(&self, kind: &str, (x, y): (f64, f64)) -> WebDriverResult<()> {
        let event = json!({
            "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1,
        });
        self.driver().cdp().send_raw("Input.dispatchMouseEvent", event).await.map(drop)
    }

    /// Enables touch events.
    pub(crate) async fn take_touches(&self) -> WebDriverResult<()> {
        let fingers = json!({ "enabled": true, "maxTouchPoints": 2 });
        self.driver().cdp().send_raw("Emulation.setTouchEmulationEnabled", fingers).await.map(drop)
    }

    /// Sends a touch event; without a position the finger is lifted.
    pub(crate) async fn touch(&self, kind: &str, place: Option<(f64, f64)>) -> WebDriverResult<()> {
        let points: Vec<Value> = place.iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
        let event = json!({ "type": kind, "touchPoints": points });
        self.driver().cdp().send_raw("Input.dispatchTouchEvent", event).await.map(drop)
    }

    /// Taps the centre of an element once it does not move.
    pub(crate) async fn tap(&self, role: &str, name: &str) -> WebDriverResult<()> {
        let element = self.find(role, name).await?;
        let place = self
            .until(&format!("the {role} {name:?} on top of all else"), async || {
                let ask = "const box = arguments[0].getBoundingClientRect();
                    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                    const top = document.elementFromPoint(x, y);
                    return arguments[0].contains(top) ? [x, y] : null;";
                let place = self.driver().execute(ask, vec![element.to_json()?]).await?;
                Ok(serde_json::from_value(place.json().clone())?)
            })
            .await?;
        self.touch("touchStart", Some(place)).await?;
        self.touch("touchEnd", None).await
    }

    /// The text of an element, in one line.
    pub(crate) async fn text(&self, role: &str, name: &str) -> WebDriverResult<String> {
        let element = self.find(role, name).await?;
        self.line(&element).await
    }

    /// The text of an element found before; empty if it is gone.
    pub(crate) async fn line(&self, element: &WebElement) -> WebDriverResult<String> {
        let ask = "return arguments[0].innerText";
        match self.driver().execute(ask, vec![element.to_json()?]).await {
            Ok(shown) => {
                let words = shown.json().as_str().unwrap_or_default().split_whitespace();
                Ok(words.collect::<Vec<_>>().join(" "))
            }
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {
                Ok(String::new())
            }
            Err(error) => Err(error),
        }
    }

    /// Waits until an element's text contains these words.
    pub(crate) async fn shows(&self, role: &str, name: &str, words: &str) -> WebDriverResult<()> {
        self.until(&format!("{words:?} in the {role} {name:?}"), async || {
            Ok(self.text(role, name).await?.contains(words).then_some(()))
        })
        .await
    }
}

/// More than the Tab stops of any page before its last control.
const MOST_TABS: usize = 150;
