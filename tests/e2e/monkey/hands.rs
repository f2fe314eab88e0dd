//! A monkey's hands: how each step is done, with the browser's own keys and pointer wherever there are any.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{Key, WindowHandle};
use tokio::time::sleep;

use super::sight::Look;
use super::step::{Press, Step};
use crate::browser::Scheme;
use crate::page::Page;

const INSIDE: &str = include_str!("inside.js");

pub(crate) struct Hands<'a> {
    page: &'a Page,
    size: (u32, u32),
}

impl<'a> Hands<'a> {
    /// Takes hold of a page, and opens it with this behind its address.
    pub(crate) async fn on(page: &'a Page, size: (u32, u32), query: &str) -> WebDriverResult<Self> {
        let hands = Self { page, size };
        hands.prepare().await?;
        page.go(query).await?;
        Ok(hands)
    }

    /// What every tab needs once.
    async fn prepare(&self) -> WebDriverResult<()> {
        let cdp = self.page.driver().cdp();
        cdp.send_raw("Page.enable", json!({})).await?;
        let script = json!({ "source": INSIDE });
        cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        cdp.send_raw("Browser.setDownloadBehavior", json!({ "behavior": "deny" })).await?;
        Ok(())
    }

    /// The page once what was done is on the screen; `None` while it is being loaded.
    pub(crate) async fn look(&self) -> WebDriverResult<Option<Look>> {
        self.settle().await?;
        self.glance().await
    }

    /// Whether something takes a while, once what was done just now is on the screen. A look tells this too, but what a
    /// script gives stays in the page's memory as long as a driver is attached: 15 KB for each look.
    pub(crate) async fn is_working(&self) -> WebDriverResult<bool> {
        self.settle().await?;
        let works = self.page.script("return window.monkey?.isWorking() ?? true").await?;
        Ok(works.as_bool().unwrap_or(true))
    }

    async fn settle(&self) -> WebDriverResult<()> {
        let settle = "const done = arguments[0];
            if (window.monkey) monkey.settle(() => done()); else done();";
        self.page.driver().execute_async(settle, Vec::new()).await.map(drop)
    }

    /// The page as it is at this moment.
    pub(crate) async fn glance(&self) -> WebDriverResult<Option<Look>> {
        let look = self.page.script("return window.monkey?.look() ?? null").await?;
        Ok(serde_json::from_value(look)?)
    }

    /// Closes what is open over the page as a click beside it does.
    pub(crate) async fn close(&self) -> WebDriverResult<()> {
        let click = "document.querySelector('.menu-back, .demonstrations-back')?.click()";
        self.page.script(click).await.map(drop)
    }

    /// Does a step. Whether it could be done.
    pub(crate) async fn perform(&mut self, step: &Step) -> WebDriverResult<bool> {
        match step {
            Step::Click { role, name, nth, part } => {
                let Some(place) = self.place(role, name, *nth, *part).await? else {
                    return Ok(false);
                };
                self.click(place).await?;
                if role == "link" {
                    // It may open a tab, in front of this one.
                    sleep(Duration::from_millis(500)).await;
                    self.stay_alone().await?;
                }
            }
            Step::Fill { name, nth, text } => {
                let Some(place) = self.place("field", name, *nth, 50).await? else {
                    return Ok(false);
                };
                self.click(place).await?;
                self.page.press_with_control("a").await?;
                self.insert(text).await?;
            }
            Step::Choose { name, nth, option } => {
                let script = "return monkey.choose(...arguments)";
                let given = vec![json!(name), json!(nth), json!(option)];
                let chosen = self.page.driver().execute(script, given).await?;
                return Ok(chosen.json() == &Value::Bool(true));
            }
            Step::Press(press) => {
                self.press(*press).await?;
                if *press == Press::Enter {
                    // On a link it may open a tab: behind that nothing would be drawn, nor answered.
                    self.stay_alone().await?;
                }
            }
            Step::Line(line) => {
                self.press(Press::Key('/')).await?;
                let there = self.page.script("return document.activeElement?.ariaLabel").await?;
                if there != "Console" {
                    return Ok(false);
                }
                self.insert(line).await?;
                self.press(Press::Enter).await?;
                // A letter is a key of the page again.
                let leave = "document.querySelector('[role=tab][aria-selected=true]')?.focus()";
                self.page.script(leave).await?;
            }
            Step::Drag { from, to } => self.drag(*from, *to).await?,
            Step::Link(link) => {
                let script = "location.hash = arguments[0]";
                self.page.driver().execute(script, vec![json!(link)]).await?;
            }
            Step::Go(query) => self.page.go(query).await?,
            Step::Reload => self.page.driver().refresh().await?,
            Step::Storage(what) => {
                let script = "monkey.storage(arguments[0], arguments[1])";
                let done = self.page.driver().execute_async(script, vec![json!(what)]).await?;
                return Ok(done.json() == &Value::Bool(true));
            }
            Step::Quota(bytes) => self.limit(Some(*bytes)).await?,
            Step::OtherTab(millis) => self.visit_in_another_tab(*millis).await?,
            Step::Resize(width, height) => {
                self.size = (*width, *height);
                self.page.resize(*width, *height).await?;
            }
            Step::Scheme { dark, still } => {
                let scheme = if *dark { Scheme::Dark } else { Scheme::Light };
                self.page.media(scheme, *still).await?;
            }
            Step::Wait(millis) => sleep(Duration::from_millis(*millis)).await,
        }
        Ok(true)
    }

    /// Where the pointer would hit a control.
    async fn place(
        &self,
        role: &str,
        name: &str,
        nth: u32,
        part: u32,
    ) -> WebDriverResult<Option<(f64, f64)>> {
        let script = "return window.monkey?.place(...arguments) ?? null";
        let part = f64::from(part.clamp(1, 99)) / 100.0;
        let given = vec![json!(role), json!(name), json!(nth), json!(part)];
        let place = self.page.driver().execute(script, given).await?;
        Ok(serde_json::from_value(place.json().clone())?)
    }

    async fn click(&self, place: (f64, f64)) -> WebDriverResult<()> {
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            self.page.mouse(kind, place).await?;
        }
        Ok(())
    }

    async fn drag(&self, from: (u32, u32), to: (u32, u32)) -> WebDriverResult<()> {
        let (width, height) = self.size;
        let place = |(x, y): (u32, u32)| {
            let along = |part: u32, of: u32| f64::from(part * of.saturating_sub(1)) / 100.0;
            (along(x, width), along(y, height))
        };
        let (from, to) = (place(from), place(to));
        self.page.drag([from, ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0), to]).await
    }

    async fn insert(&self, text: &str) -> WebDriverResult<()> {
        let text = json!({ "text": text });
        self.page.driver().cdp().send_raw("Input.insertText", text).await.map(drop)
    }

    async fn press(&self, press: Press) -> WebDriverResult<()> {
        let key = match press {
            Press::Key(letter) => return self.page.press(letter.to_string()).await,
            Press::Control(letter) => {
                return self.page.press_with_control(&letter.to_string()).await;
            }
            Press::BackTab => {
                let keys = self.page.driver().action_chain().key_down(Key::Shift);
                return keys.send_keys(Key::Tab).key_up(Key::Shift).perform().await;
            }
            Press::Tab => Key::Tab,
            Press::Escape => Key::Escape,
            Press::Enter => Key::Enter,
            Press::Up => Key::Up,
            Press::Down => Key::Down,
            Press::Left => Key::Left,
            Press::Right => Key::Right,
            Press::Home => Key::Home,
            Press::End => Key::End,
            Press::PageUp => Key::PageUp,
            Press::PageDown => Key::PageDown,
            Press::Delete => Key::Delete,
        };
        self.page.press(key).await
    }

    /// How many bytes the browser lets the page keep; `None` for as many as it likes.
    async fn limit(&self, bytes: Option<u64>) -> WebDriverResult<()> {
        let origin = self.page.script("return location.origin").await?;
        let quota = json!({ "origin": origin, "quotaSize": bytes });
        self.page.driver().cdp().send_raw("Storage.overrideQuotaForOrigin", quota).await.map(drop)
    }

    /// A second tab with the same address, for a while, and then only this one again.
    async fn visit_in_another_tab(&self, millis: u64) -> WebDriverResult<()> {
        let driver = self.page.driver();
        let (here, address) = (driver.window().await?, driver.current_url().await?);
        let there = driver.new_tab().await?;
        driver.switch_to_window(there).await?;
        driver.goto(address.as_str()).await?;
        sleep(Duration::from_millis(millis)).await;
        self.close_all_but(here).await
    }

    async fn close_all_but(&self, here: WindowHandle) -> WebDriverResult<()> {
        let driver = self.page.driver();
        for tab in driver.windows().await? {
            if tab != here {
                driver.switch_to_window(tab).await?;
                driver.close_window().await?;
            }
        }
        driver.switch_to_window(here).await
    }

    pub(crate) async fn picture(&self, file: &Path) -> WebDriverResult<()> {
        self.page.screenshot(file).await
    }

    /// Closes what a link has opened beside the page.
    pub(crate) async fn stay_alone(&self) -> WebDriverResult<()> {
        let here = self.page.driver().window().await?;
        self.close_all_but(here).await
    }
}

/// Whether the browser says that nobody answered, and not that something is gone.
pub(crate) fn is_silence(error: &WebDriverErrorInner) -> bool {
    matches!(error, WebDriverErrorInner::ScriptTimeout(_) | WebDriverErrorInner::Timeout(_))
}
