//! What only Chromium's driver knows: the accessibility tree, as the browser describes it to a screen
//! reader, its console, its requests, the viewport and the system's preferences.

#![allow(dead_code, reason = "the words are there before every test that says them")]

use serde_json::{Value, json};
use thirtyfour::cdp::domains::emulation::{MediaFeature, SetEmulatedMedia};
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{BrowserLogEntry, WebDriver, WebElement};

use crate::browser::{Scheme, Window};
use crate::page::Page;

impl Page {
    /// Opens a page in a browser that has just started.
    pub(crate) async fn open(
        driver: WebDriver,
        url: &str,
        window: Window,
    ) -> WebDriverResult<Self> {
        let page = Self::new(driver, url);
        page.resize(window.width, window.height).await?;
        page.media(window.scheme, false).await?;
        page.driver().cdp().send_raw("Accessibility.enable", ()).await?;
        page.goto(url).await?;
        Ok(page)
    }

    /// What is done to each page that has been opened: nothing here.
    pub(crate) async fn prepare(&self) -> WebDriverResult<()> {
        Ok(())
    }

    /// Sets the size of the viewport, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> WebDriverResult<()> {
        self.driver().cdp().emulation().set_device_metrics_override(width, height, 1.0, false).await
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
        self.driver().cdp().send(media).await?;
        Ok(())
    }

    /// Opens the page on a cluster paused at its beginning, with reduced motion.
    pub(crate) async fn begin(&self, query: &str) -> WebDriverResult<()> {
        self.media(Scheme::Light, true).await?;
        self.go(&format!("?seed=42&paused{query}")).await?;
        self.find("button", "Play").await?;
        Ok(())
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

    /// The accessibility nodes with this role and name, as the browser describes them to a screen
    /// reader.
    pub(crate) async fn accessible(&self, role: &str, name: &str) -> WebDriverResult<Vec<Value>> {
        let cdp = self.driver().cdp();
        let document = cdp.send_raw("DOM.getDocument", json!({ "depth": 0 })).await?;
        let query = json!({ "nodeId": document["root"]["nodeId"], "accessibleName": name });
        let mut answer = cdp.send_raw("Accessibility.queryAXTree", query).await?;
        // Without this check a missing list would look like a page without elements.
        let nodes = answer["nodes"].as_array_mut().expect("a list of nodes");
        let is_it =
            |node: &Value| node["ignored"] == json!(false) && is_role(&node["role"]["value"], role);
        Ok(std::mem::take(nodes).into_iter().filter(is_it).collect())
    }

    /// The accessible description of a field, such as its error message.
    pub(crate) async fn described(&self, role: &str, name: &str) -> WebDriverResult<String> {
        let nodes = self.accessible(role, name).await?;
        let said = nodes.first().map(|node| &node["description"]["value"]);
        Ok(said.and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Waits until a field's description contains these words.
    pub(crate) async fn is_described(
        &self,
        role: &str,
        name: &str,
        words: &str,
    ) -> WebDriverResult<()> {
        self.until(&format!("{words:?} beside the {role} {name:?}"), async || {
            Ok(self.described(role, name).await?.contains(words).then_some(()))
        })
        .await
    }

    /// Role and name of the element with the keyboard focus, as a screen reader announces them.
    pub(crate) async fn focused(&self) -> WebDriverResult<(String, String)> {
        let cdp = self.driver().cdp();
        let ask = json!({ "expression": "document.activeElement" });
        let focused = cdp.send_raw("Runtime.evaluate", ask).await?;
        let ask = json!({ "objectId": focused["result"]["objectId"], "fetchRelatives": false });
        let answer = cdp.send_raw("Accessibility.getPartialAXTree", ask).await?;
        let node = &answer["nodes"][0];
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok((word(&node["role"]["value"]), word(&node["name"]["value"])))
    }

    /// The console messages since the last call.
    pub(crate) async fn console(&self) -> WebDriverResult<Vec<BrowserLogEntry>> {
        self.driver().browser_log().await
    }

    /// What the console has said since the last call.
    pub(crate) async fn said(&self) -> WebDriverResult<Vec<String>> {
        Ok(self.console().await?.into_iter().map(|entry| entry.message).collect())
    }

    /// The errors among the console messages since the last call.
    pub(crate) async fn console_errors(&self) -> WebDriverResult<Vec<String>> {
        let entries = self.console().await?.into_iter();
        Ok(entries.filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect())
    }

    /// The addresses that the page has requested since the last call, with any result.
    pub(crate) async fn requests(&self) -> WebDriverResult<Vec<String>> {
        let mut addresses = Vec::new();
        for entry in self.driver().get_log("performance").await? {
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

    /// The element of a node of the accessibility tree; `None` if it is gone.
    async fn element(&self, backend_node: &Value) -> WebDriverResult<Option<WebElement>> {
        let cdp = self.driver().cdp();
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
        match self.driver().execute(taken, Vec::new()).await.and_then(|it| it.element()) {
            Ok(element) => Ok(Some(element)),
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Chromium says "image" where ARIA says "img", and agrees on the rest.
fn is_role(said: &Value, wanted: &str) -> bool {
    said.as_str().is_some_and(|said| said == wanted || (wanted == "img" && said == "image"))
}
