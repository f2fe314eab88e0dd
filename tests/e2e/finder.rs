//! The laboratory's search, used like by a user.

#![allow(dead_code, reason = "the words are there before every test that says them")]

use std::fmt;
use std::time::Duration;

use kvorum::playground::search::shard::Size;
use kvorum::raft::Rule;
use thirtyfour::error::WebDriverResult;
use tokio::time::{sleep, timeout};

use crate::page::Page;

const PAUSE: Duration = Duration::from_millis(100);

/// The page's text about a run that it has found and shrunk.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) property: String,
    pub(crate) seed: u64,
    /// The number of runs that were tried.
    pub(crate) runs: u64,
    /// The seconds for the search, and for shrinking.
    pub(crate) searched: f64,
    pub(crate) shrunk: f64,
    pub(crate) before: Size,
    pub(crate) after: Size,
}

impl Page {
    /// Switches a rule in the laboratory, in a new cluster paused at its beginning.
    pub(crate) async fn without(&self, rule: Rule) -> WebDriverResult<()> {
        // Another address is another run, so that no earlier find is continued.
        self.go(&format!("?seed={}&paused", rule as u32)).await?;
        self.view("Rules").await?;
        self.click("switch", rule.about().name).await?;
        let switched = if rule.on_by_default() { "off" } else { "on" };
        self.shows("list", "The cluster now", &format!("{rule} {switched}")).await
    }

    /// Presses Find, and reads the find.
    pub(crate) async fn finds(&self, within: Duration) -> WebDriverResult<Option<Found>> {
        self.click("button", "Find").await?;
        self.found(within).await
    }

    /// Reads the find. `None` if the search ended without one.
    pub(crate) async fn found(&self, within: Duration) -> WebDriverResult<Option<Found>> {
        let said = self.searched(&["as small as it gets", "Nothing was found in"], within).await?;
        Ok(Found::read(&said))
    }

    /// The search's text once it contains one of these words; a search takes as long as the machine
    /// needs.
    pub(crate) async fn searched(
        &self,
        words: &[&str],
        within: Duration,
    ) -> WebDriverResult<String> {
        let mut said = String::new();
        let comes = async {
            loop {
                said = self.text("region", "Find me a schedule").await?;
                if words.iter().any(|words| said.contains(words)) {
                    return Ok(());
                }
                sleep(PAUSE).await;
            }
        };
        match timeout(within, comes).await {
            Ok(came) => came.map(|()| said),
            Err(_) => panic!("{words:?} did not come within {within:?}; the search says {said:?}"),
        }
    }
}

impl Found {
    /// `12 runs, 3,400 events, ... Seed 7 breaks liveness, 0.9 s after the beginning. Found in 0.1 s with 5 nodes, 20
    /// actions, 3,000 events; in 0.4 s made as small as it gets: 3 nodes, 2 actions, 40 events.`
    fn read(said: &str) -> Option<Self> {
        let (told, rest) = said.split_once("Seed ")?;
        let (first, after) = rest.split_once("as small as it gets: ")?;
        let (broken, before) = first.split_once("Found in ")?;
        let (seed, property) = broken.split_once(',')?.0.split_once(" breaks ")?;
        let (with, made) = before.split_once("; in ")?;
        let size = |words: &str| {
            Some(Size {
                nodes: number(words, " node")? as u32,
                actions: number(words, " action")? as usize,
                events: number(words, " event")? as u64,
            })
        };
        Some(Self {
            property: property.to_owned(),
            seed: seed.parse().ok()?,
            runs: number(told, " run")? as u64,
            searched: number(before, " s ")?,
            shrunk: number(made, " s ")?,
            before: size(with)?,
            after: size(after)?,
        })
    }
}

/// The first number that is followed by these words.
pub(crate) fn number(said: &str, words: &str) -> Option<f64> {
    let mut before = said.match_indices(words).map(|(place, _)| &said[..place]);
    before.find_map(|before| before.split_whitespace().last()?.replace(',', "").parse().ok())
}

/// A row of a table.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { property, seed, runs, searched, shrunk, before, after } = self;
        let size = |Size { nodes, actions, events }: &Size| format!("{nodes}, {actions}, {events}");
        write!(f, "{property} | {seed} | {searched:.1} s, {runs} | {} | ", size(before))?;
        write!(f, "{shrunk:.1} s | {}", size(after))
    }
}
