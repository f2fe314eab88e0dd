//! Which entry of the browser's storage belongs to which run.
//!
//! Each run has an entry of its own, whose id is drawn with the run's first saving: nobody else ever writes under
//! it, so that no run is kept in place of another, whatever is opened, stopped or begun meanwhile, in this tab or in
//! another. A run that is opened from an entry goes on in a new one, and the one that it came from goes in the same
//! moment in which the new one is kept. Both have the *line* of the first in common, by which a tab finds again what
//! another tab has opened since.

use crate::playground::view::RunId;

/// An entry to keep a run under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// The id of the first entry that this one goes on from, or its own.
    pub line: String,
    pub name: String,
    /// The entry that goes when this one is kept: its run goes on in this one.
    pub replaces: Option<String>,
    /// What was kept last: the playground's revision and the time.
    state: Option<(u64, u64)>,
    was_kept: bool,
}

impl Entry {
    /// Of a run that is new here.
    pub fn new(id: String, name: String) -> Self {
        Self { line: id.clone(), id, name, ..Self::default() }
    }

    /// Of a run that is opened from an entry with this id and line.
    pub fn of_kept(id: String, name: String, from: &str, line: &str) -> Self {
        let (line, replaces) = (line.to_string(), Some(from.to_string()));
        Self { id, line, name, replaces, ..Self::default() }
    }

    /// Names it, which is to be kept.
    pub fn rename(&mut self, name: String) {
        (self.name, self.state) = (name, None);
    }

    /// Whether there is something to keep at this state; then it counts as kept.
    pub fn take_up(&mut self, state: (u64, u64)) -> bool {
        self.state.replace(state) != Some(state)
    }

    /// It could not be kept: it is to be tried again.
    pub fn is_lost(&mut self) {
        self.state = None;
    }
}

/// Knows the entry of the run that is shown, and of one that is being opened from the storage.
#[derive(Debug, Default)]
pub struct Keeping {
    shown: Option<(RunId, Entry)>,
    coming: Option<(RunId, Entry)>,
}

impl Keeping {
    /// This run is being opened from an entry. Whether it ever comes to be shown is left open.
    pub fn expect(&mut self, run: RunId, entry: Entry) {
        self.coming = Some((run, entry));
    }

    /// The entry of the run that is shown; `fresh` makes it where the run was not opened from one.
    pub fn entry(&mut self, run: RunId, fresh: impl FnOnce() -> Entry) -> &mut Entry {
        if let Some(come) = self.coming.take_if(|(coming, _)| *coming == run) {
            self.shown = Some(come);
        }
        let known = self.shown.take().filter(|(shown, _)| *shown == run);
        &mut self.shown.insert(known.unwrap_or_else(|| (run, fresh()))).1
    }

    /// The entry of this run, if it has one by now.
    pub fn known(&self, run: RunId) -> Option<&Entry> {
        let mut known = [&self.coming, &self.shown].into_iter().flatten();
        known.find(|(of, _)| *of == run).map(|(_, entry)| entry)
    }

    /// The run with this id was kept, and what it replaced is gone. Whether that is one more than there were.
    pub fn is_kept(&mut self, id: &str) -> bool {
        let Some((_, entry)) = self.shown.as_mut().filter(|(_, entry)| entry.id == id) else {
            return false;
        };
        let was_kept = std::mem::replace(&mut entry.was_kept, true);
        entry.replaces.take().is_none() && !was_kept
    }

    /// The run with this id could not be kept.
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
    use crate::playground::{Input, Playground};
    use crate::raft::NodeId;

    /// A page without a browser: a playground whose runs are kept.
    struct Page {
        playground: Playground,
        keeping: Keeping,
        /// The texts that are kept, by their ids.
        kept: BTreeMap<String, String>,
        drawn: u32,
    }

    impl Page {
        /// With a long run kept before, of seed 7.
        fn new() -> Self {
            let mut before = Playground::new(5, 7);
            before.apply(Input::Act(Action::Kill(NodeId(1)))).expect("it runs");
            for _ in 0..400 {
                before
                    .apply(Input::Speed(crate::playground::view::Speed::FASTEST))
                    .expect("a speed");
                before.apply(Input::Advance(100_000)).expect("time passes");
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

        /// Begins to open the run that is kept under this id.
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
                self.apply(Input::Advance(0));
            }
        }

        /// Each kept run: its seed, and how much was done in it.
        fn runs(&self) -> Vec<(u64, usize)> {
            let run = |text: &String| {
                let archive = Archive::parse(text).expect("it was kept");
                let recording = &archive.stories[0].recording;
                (recording.cluster_config.seed, recording.actions.len())
            };
            let mut runs: Vec<(u64, usize)> = self.kept.values().map(run).collect();
            runs.sort_unstable();
            runs
        }
    }

    #[test]
    fn a_run_that_is_opened_goes_on_in_an_entry_of_its_own_in_place_of_the_one_it_came_from() {
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
        assert_eq!(page.runs(), [(7, 3), (8, 1)], "from then on it is the same entry");
    }

    #[test]
    fn a_new_cluster_during_the_opening_is_not_kept_in_place_of_what_was_opened() {
        let mut page = Page::new();
        page.open("old");
        page.apply(Input::Restart { nodes: 3, seed: 9 });
        page.apply(Input::GiveUp);
        page.act(2);
        page.save();
        assert_eq!(page.runs(), [(7, 1), (8, 1), (9, 1)]);
    }

    #[test]
    fn nor_is_another_run_that_is_opened_instead() {
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
    fn a_run_stays_under_its_entry_where_an_opening_is_given_up() {
        let mut page = Page::new();
        page.open("old");
        page.apply(Input::GiveUp);
        page.act(2);
        page.save();
        assert_eq!(page.runs(), [(7, 1), (8, 2)]);
    }

    #[test]
    fn a_state_is_kept_once_and_again_where_that_failed() {
        let mut entry = Entry::new("a".to_string(), "name".to_string());
        assert!(entry.take_up((1, 5)));
        assert!(!entry.take_up((1, 5)));
        entry.is_lost();
        assert!(entry.take_up((1, 5)));
        entry.rename("another".to_string());
        assert!(entry.take_up((1, 5)), "its name is to be kept too");
    }
}
