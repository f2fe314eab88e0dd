//! A page as a user meets it: elements are found by role and name in the browser's accessibility
//! tree. Waits have a deadline and never a fixed time.

#![allow(dead_code, reason = "the words are there before every test that says them")]

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::cdp::domains::emulation::{MediaFeature, SetEmulatedMedia};
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{BrowserLogEntry, WebDriver, WebElement};
use tokio::time::{sleep, timeout};

use crate::browser::{Scheme, Window};

/// Long enough for a busy machine with two cores; a working page answers at once.
const DEADLINE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) struct Page {
    driver: WebDriver,
    /// The address without a query.
    home: String,
}

/// An address that shows all of the page at a speed that stays, unless it says otherwise: most tests are about one part
/// of it, and must not depend on what a first visit shows.
fn whole(url: &str) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(a, b)| (a, Some(b)));
    let mut address = address.to_owned();
    for (name, usual) in [("mode", "study"), ("speed", "50")] {
        let has = |start: char| address.contains(&format!("{start}{name}="));
        if !has('?') && !has('&') {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(&format!("{name}={usual}"));
        }
    }
    fragment.map_or(address.clone(), |fragment| format!("{address}#{fragment}"))
}

impl Page {
    /// Opens a page in a browser that has just started.
    pub(crate) async fn open(
        driver: WebDriver,
        url: &str,
        window: Window,
    ) -> WebDriverResult<Self> {
        let home = url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let page = Self { driver, home };
        page.resize(window.width, window.height).await?;
        page.media(window.scheme, false).await?;
        page.driver.cdp().send_raw("Accessibility.enable", ()).await?;
        page.driver.goto(whole(url)).await?;
        Ok(page)
    }

    /// The driver, for everything that has no method here.
    pub(crate) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Sets the size of the viewport, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> WebDriverResult<()> {
        self.driver.cdp().emulation().set_device_metrics_override(width, height, 1.0, false).await
    }

    /// Opens the page anew in the same browser, with this query.
    pub(crate) async fn go(&self, query: &str) -> WebDriverResult<()> {
        self.driver.goto(whole(&format!("{}{query}", self.home))).await
    }

    /// Sets the preferences of the system.
    pub(crate) async fn media(&self, scheme: Scheme, reduced_motion: bool) -> WebDriverResult<()> {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let motion = if reduced_motion { "reduce" } else { "no-preference" };
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", motion)]
            .map(|(name, value)| MediaFeature { name: name.to_owned(), value: value.to_owned() });
        let media = SetEmulatedMedia { media: None, features: Some(features.into()) };
        self.driver.cdp().send(media).await?;
        Ok(())
    }

    /// The one element with this role and accessible name, as soon as it is there.
    ///
    /// # Panics
    /// If it does not appear, or if there are several: users could not distinguish them either.
    pub(crate) async fn find(&self, role: &str, name: &str) -> WebDriverResult<WebElement> {
        let found = self
            .until(&format!("a {role} named {name:?}"), async || {
                let found = self.find_all(role, name).await?;
                Ok((!found.is_empty()).then_some(found))
            })
            .await?;
        assert_eq!(found.len(), 1, "several elements are a {role} named {name:?}");
        Ok(found.into_iter().next().expect("one element"))
    }

    /// All elements with this role and accessible name that are there now.
    pub(crate) async fn find_all(
        &self,
        role: &str,
        name: &str,
    ) -> WebDriverResult<Vec<WebElement>> {
        let mut found = Vec::new();
        for node in self.accessible(role, name).await? {
            found.extend(self.element(&node["backendDOMNodeId"]).await?);
        }
        Ok(found)
    }

    /// Waits until no element has this role and accessible name.
    pub(crate) async fn is_gone(&self, role: &str, name: &str) -> WebDriverResult<()> {
        self.until(&format!("an end of the {role} {name:?}"), async || {
            Ok(self.find_all(role, name).await?.is_empty().then_some(()))
        })
        .await
    }

    /// The accessibility nodes with this role and name, as the browser describes them to a screen
    /// reader.
    pub(crate) async fn accessible(&self, role: &str, name: &str) -> WebDriverResult<Vec<Value>> {
        let cdp = self.driver.cdp();
        let document = cdp.send_raw("DOM.getDocument", json!({ "depth": 0 })).await?;
        let query = json!({ "nodeId": document["root"]["nodeId"], "accessibleName": name });
        let mut answer = cdp.send_raw("Accessibility.queryAXTree", query).await?;
        // Without this check a missing list would look like a page without elements.
        let nodes = answer["nodes"].as_array_mut().expect("a list of nodes");
        let is_it =
            |node: &Value| node["ignored"] == json!(false) && is_role(&node["role"]["value"], role);
        Ok(std::mem::take(nodes).into_iter().filter(is_it).collect())
    }

    /// Clicks the element with this role and name.
    pub(crate) async fn click(&self, role: &str, name: &str) -> WebDriverResult<()> {
        self.find(role, name).await?.click().await
    }

    /// Waits until the page shows this text somewhere.
    pub(crate) async fn sees(&self, text: &str) -> WebDriverResult<()> {
        self.until(&format!("the text {text:?}"), async || {
            let shown = self.script("return document.body.innerText").await?;
            Ok(shown.as_str().is_some_and(|shown| shown.contains(text)).then_some(()))
        })
        .await
    }

    /// The result of a script in the page.
    pub(crate) async fn script(&self, script: &str) -> WebDriverResult<Value> {
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// Polls until there is an answer.
    ///
    /// # Panics
    /// If there is none before the deadline; `what` names what is awaited.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        mut ask: impl AsyncFnMut() -> WebDriverResult<Option<T>>,
    ) -> WebDriverResult<T> {
        let answer = async {
            loop {
                if let Some(answer) = ask().await? {
                    return Ok(answer);
                }
                sleep(PAUSE).await;
            }
        };
        match timeout(DEADLINE, answer).await {
            Ok(answer) => answer,
            Err(_) => panic!("{what} did not come within {DEADLINE:?}; {}", self.state().await),
        }
    }

    /// The console messages since the last call.
    pub(crate) async fn console(&self) -> WebDriverResult<Vec<BrowserLogEntry>> {
        self.driver.browser_log().await
    }

    /// The errors among the console messages since the last call.
    pub(crate) async fn console_errors(&self) -> WebDriverResult<Vec<String>> {
        let entries = self.console().await?.into_iter();
        Ok(entries.filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect())
    }

    /// The addresses that the page has requested since the last call, with any result.
    pub(crate) async fn requests(&self) -> WebDriverResult<Vec<String>> {
        let mut addresses = Vec::new();
        for entry in self.driver.get_log("performance").await? {
            let event: Value = serde_json::from_str(&entry.message)?;
            let message = &event["message"];
            let address = match message["method"].as_str() {
                Some("Network.requestWillBeSent") => &message["params"]["request"]["url"],
                Some("Network.webSocketCreated") => &message["params"]["url"],
                _ => continue,
            };
            addresses.extend(address.as_str().map(str::to_owned));
        }
        Ok(addresses)
    }

    /// Writes a screenshot to a PNG file.
    pub(crate) async fn screenshot(&self, file: &Path) -> WebDriverResult<()> {
        self.driver.screenshot(file).await
    }

    /// The element of a node of the accessibility tree; `None` if it is gone.
    async fn element(&self, backend_node: &Value) -> WebDriverResult<Option<WebElement>> {
        let cdp = self.driver.cdp();
        let node = json!({ "backendNodeId": backend_node });
        let Ok(resolved) = cdp.send_raw("DOM.resolveNode", node).await else {
            return Ok(None);
        };
        // The two protocols have different ids for elements, and share only the page itself.
        let hand_over = json!({
            "objectId": resolved["object"]["objectId"],
            "functionDeclaration": "function () { window.handedOver = this; }",
        });
        cdp.send_raw("Runtime.callFunctionOn", hand_over).await?;
        let taken = "const it = window.handedOver; delete window.handedOver; return it;";
        // The element may disappear between the two calls.
        match self.driver.execute(taken, Vec::new()).await.and_then(|it| it.element()) {
            Ok(element) => Ok(Some(element)),
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A description of the page for a failure, with a screenshot.
    async fn state(&self) -> String {
        let test = std::thread::current().name().unwrap_or("page").replace("::", "-");
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.png"));
        let seen = match self.screenshot(&picture).await {
            Ok(()) => format!("see {}", picture.display()),
            Err(error) => format!("no picture of it: {error}"),
        };
        let shown = self.script("return document.body.innerText").await.unwrap_or_default();
        let said = self.console().await.unwrap_or_default();
        let said: Vec<_> = said.iter().map(|entry| entry.message.as_str()).collect();
        format!("the page shows {shown}; its console says {said:?}; {seen}")
    }
}

/// Chromium says "image" where ARIA says "img", and agrees on the rest.
fn is_role(said: &Value, wanted: &str) -> bool {
    said.as_str().is_some_and(|said| said == wanted || (wanted == "img" && said == "image"))
}
