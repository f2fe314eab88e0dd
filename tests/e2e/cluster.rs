//! A cluster on the page: its leader, its cards, a request and its answer, a console line.

#![allow(dead_code, reason = "the words are there before every test that says them")]

use thirtyfour::Key;
use thirtyfour::error::WebDriverResult;

use crate::page::Page;

impl Page {
    /// The leader in the header, as soon as it is none of `not`.
    pub(crate) async fn leader(&self, not: &[u32]) -> WebDriverResult<u32> {
        self.until(&format!("a leader that is none of {not:?}"), async || {
            let leader = self.leader_now().await?;
            Ok(leader.filter(|leader| !not.contains(leader)))
        })
        .await
    }

    /// The current leader.
    pub(crate) async fn leader_now(&self) -> WebDriverResult<Option<u32>> {
        let chips = self.text("list", "The cluster now").await?;
        let name = chips.split_once("Leader n").map(|(_, rest)| rest);
        Ok(name.and_then(|rest| rest.split(' ').next()?.parse().ok()))
    }

    /// The text of a node's card.
    pub(crate) async fn card(&self, node: u32) -> WebDriverResult<String> {
        self.text("group", &format!("n{node}")).await
    }

    /// The digest of a node's store, such as `#a41f`; `None` while it is down.
    pub(crate) async fn digest(&self, node: u32) -> WebDriverResult<Option<String>> {
        let card = self.card(node).await?;
        let is_digest = |word: &&str| word.len() == 5 && word.starts_with('#');
        Ok(card.split(' ').find(is_digest).map(str::to_owned))
    }

    /// Waits until the stores of these nodes have the same digest, and returns it.
    pub(crate) async fn agree(&self, nodes: &[u32]) -> WebDriverResult<String> {
        self.until(&format!("the same digest on the cards of {nodes:?}"), async || {
            let mut agreed = None;
            for node in nodes {
                let digest = self.digest(*node).await?;
                if digest.is_none() || agreed.as_ref().is_some_and(|agreed| *agreed != digest) {
                    return Ok(None);
                }
                agreed = Some(digest);
            }
            Ok(agreed.flatten())
        })
        .await
    }

    /// Presses a button of a node's card, such as "Kill".
    pub(crate) async fn press_on(&self, node: u32, verb: &str) -> WebDriverResult<()> {
        self.click("button", &format!("{verb} n{node}")).await
    }

    /// Sets a key with the form, through this node.
    pub(crate) async fn set(&self, key: &str, value: &str, via: u32) -> WebDriverResult<()> {
        self.fill("Key", key).await?;
        self.fill("Value", value).await?;
        self.choose("Node", &format!("n{via}")).await?;
        self.click("button", "Set").await
    }

    /// Gets a key with the form, through any node.
    pub(crate) async fn get(&self, key: &str) -> WebDriverResult<()> {
        self.fill("Key", key).await?;
        self.choose("Node", "any node").await?;
        self.click("button", "Get").await
    }

    /// Waits for the answer to a request of the form. Only one such request may be shown.
    pub(crate) async fn answered(&self, request: &str, answer: &str) -> WebDriverResult<()> {
        self.shows("article", &format!("Request {request}"), answer).await
    }

    /// Types a line into the console.
    pub(crate) async fn type_line(&self, line: &str) -> WebDriverResult<()> {
        self.click("tab", "Console").await?;
        self.fill("Console", line).await?;
        self.find("textbox", "Console").await?.send_keys(Key::Enter + "").await
    }

    /// Types a line into the console and waits until it is accepted.
    pub(crate) async fn take_line(&self, line: &str) -> WebDriverResult<()> {
        self.type_line(line).await?;
        self.shows("log", "Console output", line).await
    }

    /// Types a line into the console and waits until exactly these lines follow it.
    pub(crate) async fn console_answers(&self, line: &str, answer: &[&str]) -> WebDriverResult<()> {
        self.type_line(line).await?;
        self.until(&format!("{answer:?} in the console after {line:?}"), async || {
            let said = self.said_since(line).await?;
            Ok(said.windows(answer.len().max(1)).any(|said| said == answer).then_some(()))
        })
        .await
    }

    /// The console's output since this line was typed last.
    pub(crate) async fn said_since(&self, line: &str) -> WebDriverResult<Vec<String>> {
        let output = self.find("log", "Console output").await?;
        let ask = "return [...arguments[0].querySelectorAll('li')].map(line => line.innerText)";
        let shown = self.driver().execute(ask, vec![output.to_json()?]).await?;
        let lines: Vec<String> = shown.convert()?;
        let typed = lines.iter().rposition(|shown| shown == line);
        Ok(typed.map(|typed| lines.into_iter().skip(typed + 1).collect()).unwrap_or_default())
    }
}
