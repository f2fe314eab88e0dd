//! A page as a user meets it: elements are found by role and accessible name. Waits have a deadline
//! and never a fixed time.
//!
//! How an engine tells roles and names, and what its console says, is in a file of its own for
//! Chromium (`chromium.rs`) and for the others (`tests/engines/sight.rs`).

#![allow(dead_code, reason = "the words are there before every test that says them")]

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{WebDriver, WebElement};
use tokio::time::{sleep, timeout};

/// The result of a test's body: any error fails the test.
pub(crate) type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

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
    /// A page that is not open yet, in a browser that has just started.
    pub(crate) fn new(driver: WebDriver, url: &str) -> Self {
        let home = url.split(['?', '#']).next().unwrap_or_default().to_owned();
        Self { driver, home }
    }

    /// The driver, for everything that has no method here.
    pub(crate) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Opens the page anew in the same browser, with this query.
    pub(crate) async fn go(&self, query: &str) -> WebDriverResult<()> {
        self.goto(&format!("{}{query}", self.home)).await
    }

    /// Opens this address in the same browser.
    pub(crate) async fn goto(&self, url: &str) -> WebDriverResult<()> {
        self.driver.goto(whole(url)).await?;
        self.prepare().await
    }

    /// Opens the page once more, as its address is now.
    pub(crate) async fn reload(&self) -> WebDriverResult<()> {
        self.driver.refresh().await?;
        self.prepare().await
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

    /// Waits until no element has this role and accessible name.
    pub(crate) async fn is_gone(&self, role: &str, name: &str) -> WebDriverResult<()> {
        self.until(&format!("an end of the {role} {name:?}"), async || {
            Ok(self.find_all(role, name).await?.is_empty().then_some(()))
        })
        .await
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

    /// Writes a screenshot to a PNG file.
    pub(crate) async fn screenshot(&self, file: &Path) -> WebDriverResult<()> {
        self.driver.screenshot(file).await
    }

    /// A description of the page for a failure, with a screenshot.
    pub(crate) async fn state(&self) -> String {
        let test = std::thread::current().name().unwrap_or("page").replace("::", "-");
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.png"));
        let seen = match self.screenshot(&picture).await {
            Ok(()) => format!("see {}", picture.display()),
            Err(error) => format!("no picture of it: {error}"),
        };
        let shown = self.script("return document.body.innerText").await.unwrap_or_default();
        let said = self.said().await.unwrap_or_default();
        format!("the page shows {shown}; its console says {said:?}; {seen}")
    }
}
