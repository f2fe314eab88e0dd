//! Maps runs to entries of the browser's storage.
//!
//! Each run has its own entry, whose id is drawn when the run is first saved. No other run ever
//! writes to it, so no run overwrites another, whatever is opened, cancelled or started meanwhile,
//! in this tab or another. A run that is opened from an entry continues in a new entry, and the old
//! entry is deleted in the same transaction that saves the new one. Both share the *line* of the
//! first entry, by which a tab finds a run that another tab has opened since.

use crate::playground::view::RunId;
use crate::time::Time;

/// A storage entry of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// The id of the first entry of this line, or its own.
    pub line: String,
    pub name: String,
    /// The entry to delete when this one is saved, since its run continues here.
    pub replaces: Option<String>,
    /// What was saved last: the playground's revision and the time.
    state: Option<(u64, Time)>,
    was_kept: bool,
}

impl Entry {
    /// The entry of a new run.
    pub fn new(id: String, name: String) -> Self {
        Self { line: id.clone(), id, name, ..Self::default() }
    }

    /// The entry of a run that is opened from the entry `from` with this line.
    pub fn of_kept(id: String, name: String, from: &str, line: &str) -> Self {
        let (line, replaces) = (line.to_string(), Some(from.to_string()));
        Self { id, line, name, replaces, ..Self::default() }
    }

    /// Renames it; the new name has to be saved.
    pub fn rename(&mut self, name: String) {
        (self.name, self.state) = (name, None);
    }

    /// Whether `state` has to be saved; from then on it counts as saved.
    pub fn take_up(&mut self, state: (u64, Time)) -> bool {
        self.state.replace(state) != Some(state)
    }

    /// Saving has failed and must be retried.
    pub fn is_lost(&mut self) {
        self.state = None;
    }
}

/// The entries of the run that is shown, and of the one that is being opened from the storage.
#[derive(Debug, Default)]
pub struct Keeping {
    shown: Option<(RunId, Entry)>,
    coming: Option<(RunId, Entry)>,
}

impl Keeping {
    /// Registers that a run is being opened from an entry. The opening may still fail.
    pub fn expect(&mut self, run: RunId, entry: Entry) {
        self.coming = Some((run, entry));
    }

    /// The entry of the run that is shown; `fresh` creates it for a run that was not opened from
    /// one.
    pub fn entry(&mut self, run: RunId, fresh: impl FnOnce() -> Entry) -> &mut Entry {
        if let Some(come) = self.coming.take_if(|(coming, _)| *coming == run) {
            self.shown = Some(come);
        }
        let known = self.shown.take().filter(|(shown, _)| *shown == run);
        &mut self.shown.insert(known.unwrap_or_else(|| (run, fresh()))).1
    }

    /// The entry of a run, if it has one.
    pub fn known(&self, run: RunId) -> Option<&Entry> {
        let mut known = [&self.coming, &self.shown].into_iter().flatten();
        known.find(|(of, _)| *of == run).map(|(_, entry)| entry)
    }

    /// Registers that the entry with this id was saved and the one it replaces deleted. Returns
    /// whether there is one entry more than before.
    pub fn is_kept(&mut self, id: &str) -> bool {
        let Some((_, entry)) = self.shown.as_mut().filter(|(_, entry)| entry.id == id) else {
            return false;
        };
        let was_kept = std::mem::replace(&mut entry.was_kept, true);
        entry.replaces.take().is_none() && !was_kept
    }

    /// Registers that saving the entry with this id has failed.
    pub fn is_lost(&mut self, id: &str) {
        let shown = self.shown.as_mut().filter(|(_, entry)| entry.id == id);
        shown.into_iter().for_each(|(_, entry)| entry.is_lost());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::cluster::Action;
    use crate::playground::formats::Archive;
    use crate::playground::formats::entry::{Entry, Keeping};
    use crate::playground::{Input, Playground, RealTime};
    use crate::raft::NodeId;
    use crate::time::Time;

    /// A page without a browser: a playground whose runs are saved.
    struct Page {
        playground: Playground,
        keeping: Keeping,
        /// The saved texts by their ids.
        kept: BTreeMap<String, String>,
        drawn: u32,
    }

    impl Page {
        /// A page on which a long run of seed 7 was saved before.
        fn new() -> Self {
            let mut before = Playground::new(5, 7);
            before.apply(Input::Act(Action::Kill(NodeId(1)))).expect("it runs");
            for _ in 0..400 {
                before
                    .apply(Input::Speed(crate::playground::view::Speed::FASTEST))
                    .expect("a speed");
                before.apply(Input::Advance(RealTime::from_millis(100))).expect("time passes");
            }
            let kept = BTreeMap::from([("old".to_string(), before.archive().to_string())]);
            let playground = Playground::new(3, 8);
            let mut page = Self { playground, keeping: Keeping::default(), kept, drawn: 0 };
            page.act(1);
            page.save();
            page
        }

        fn apply(&mut self, input: Input) {
            self.playground.apply(input).expect("it can be done");
        }

        fn act(&mut self, node: u32) {
            self.apply(Input::Act(Action::Kill(NodeId(node))));
        }

        fn save(&mut self) {
            self.drawn += 1;
            let fresh = || Entry::new(format!("new{}", self.drawn), self.playground.title());
            let entry = self.keeping.entry(self.playground.run_id(), fresh).clone();
            self.kept.insert(entry.id.clone(), self.playground.archive().to_string());
            entry.replaces.and_then(|old| self.kept.remove(&old));
            self.keeping.is_kept(&entry.id);
        }

        /// Starts to open the run saved under this id.
        fn open(&mut self, id: &str) {
            let archive = Archive::parse(&self.kept[id]).expect("it was kept");
            self.apply(Input::Open(Box::new(archive)));
            self.drawn += 1;
            let run = self.playground.opening_id().expect("it takes a while");
            let entry = Entry::of_kept(format!("new{}", self.drawn), String::new(), id, "old");
            self.keeping.expect(run, entry);
        }

        fn wait(&mut self) {
            while self.playground.opening_id().is_some() {
                self.apply(Input::Advance(RealTime::ZERO));
            }
        }

        /// The seed and the number of actions of each saved run.
        fn runs(&self) -> Vec<(u64, usize)> {
            let run = |text: &String| {
                let archive = Archive::parse(text).expect("it was kept");
                let recording = &archive.branches[0].recording;
                (recording.cluster_config.seed, recording.actions.len())
            };
            let mut runs: Vec<(u64, usize)> = self.kept.values().map(run).collect();
            runs.sort_unstable();
            runs
        }
    }

    #[test]
    fn an_opened_run_continues_in_a_new_entry_that_replaces_the_old_one() {
        let mut page = Page::new();
        page.open("old");
        page.wait();
        assert_eq!(page.runs(), [(7, 1), (8, 1)], "both are kept until it is saved");
        page.act(2);
        page.save();
        assert_eq!(page.runs(), [(7, 2), (8, 1)]);
        assert!(!page.kept.contains_key("old"));
        page.act(3);
        page.save();
        assert_eq!(page.runs(), [(7, 3), (8, 1)], "later it stays in that entry");
    }

    #[test]
    fn a_new_cluster_during_an_opening_does_not_replace_the_run_being_opened() {
        let mut page = Page::new();
        page.open("old");
        page.apply(Input::Restart { nodes: 3, seed: 9 });
        page.apply(Input::GiveUp);
        page.act(2);
        page.save();
        assert_eq!(page.runs(), [(7, 1), (8, 1), (9, 1)]);
    }

    #[test]
    fn another_run_opened_instead_does_not_replace_it_either() {
        let mut page = Page::new();
        let other = Playground::new(3, 10).archive();
        page.open("old");
        page.apply(Input::Open(Box::new(other)));
        page.wait();
        page.act(2);
        page.save();
        assert_eq!(page.runs(), [(7, 1), (8, 1), (10, 1)]);
    }

    #[test]
    fn a_run_keeps_its_entry_when_an_opening_is_cancelled() {
        let mut page = Page::new();
        page.open("old");
        page.apply(Input::GiveUp);
        page.act(2);
        page.save();
        assert_eq!(page.runs(), [(7, 1), (8, 2)]);
    }

    #[test]
    fn a_state_is_saved_once_and_retried_after_a_failure() {
        let mut entry = Entry::new("a".to_string(), "name".to_string());
        let state = (1, Time::from_micros(5));
        assert!(entry.take_up(state));
        assert!(!entry.take_up(state));
        entry.is_lost();
        assert!(entry.take_up(state));
        entry.rename("another".to_string());
        assert!(entry.take_up(state), "its name is to be kept too");
    }
}
