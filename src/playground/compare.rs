//! Two stories side by side: the first step at which they part, and how the nodes differ at the instant
//! that is shown.
//!
//! Both are found piece by piece while real time advances. Up to where their recordings differ two
//! stories are the same, so only from there on they are played beside each other.

use super::difference::of_clusters;
use super::tape::{Destination, Scene, Tape};
use super::travel::STEPS;
use super::view::{ComparisonView, Parting, PartingStep};
use super::{Playground, Problem, micros};
use crate::recording::Instant;

/// How many steps two stories are followed in which nothing differs, although their actions do.
const MOST_STEPS: u32 = 20_000;

/// The comparison of the story that is shown with another.
#[derive(Debug)]
pub(super) struct Comparison {
    /// The place of the other one.
    with: usize,
    /// The place of the one it is compared with.
    ours: usize,
    /// The other one, at the instant that is shown or on the way to it.
    scene: Scene,
    is_there: bool,
    search: Search,
}

/// The search for the first step that differs.
#[derive(Debug)]
enum Search {
    /// On the way to the first action that the two do not have in common; on whose tape.
    SettingOut {
        branch: usize,
        scene: Box<Scene>,
        act: usize,
    },
    /// Both from there on, and how many steps they may still be followed.
    Following {
        ours: Box<Scene>,
        theirs: Box<Scene>,
        left: u32,
    },
    Over(Parting),
}

impl Playground {
    /// Begins to compare another story with the one that is shown, or stops.
    pub(super) fn compare(&mut self, with: Option<usize>) -> Result<(), Problem> {
        let Some(with) = with else {
            self.comparison = None;
            return Ok(());
        };
        if with >= self.branches.len() || with == self.current {
            return Err(Problem::NoBranch);
        }
        let scene =
            self.branches[with].tape.set_out(Destination::Time(self.scene.instant().at), None);
        let search = self.begin_search(self.current, with);
        let ours = self.current;
        self.comparison = Some(Comparison { with, ours, scene, is_there: false, search });
        self.go_on_comparing();
        Ok(())
    }

    fn begin_search(&self, ours: usize, theirs: usize) -> Search {
        let actions = |branch: usize| &self.branches[branch].tape.recording.actions;
        let (mine, others) = (actions(ours), actions(theirs));
        let act = mine.iter().zip(others).take_while(|(mine, other)| mine == other).count();
        let branch = match (mine.get(act), others.get(act)) {
            (None, None) => return Search::Over(Parting::Nowhere),
            (Some(mine), Some(other)) if other.when < mine.when => theirs,
            (Some(_), _) => ours,
            (None, Some(_)) => theirs,
        };
        let scene = self.branches[branch].tape.set_out(Destination::Act(act), None);
        Search::SettingOut { branch, scene: Box::new(scene), act }
    }

    /// Goes on with the comparison, if there is one, and follows the instant that is shown.
    pub(super) fn go_on_comparing(&mut self) {
        let Some(mut comparison) = self.comparison.take() else { return };
        if comparison.ours != self.current {
            // Another story is shown by now: it is compared with that, if it is another.
            let with = comparison.with;
            if with != self.current {
                // The story is there, as it was before.
                let _ = self.compare(Some(with));
            }
            return;
        }
        let shown = self.scene.instant();
        self.follow(&mut comparison, shown);
        if self.search(&mut comparison) {
            self.revision += 1;
        }
        self.comparison = Some(comparison);
    }

    /// Moves the other story to the instant that is shown.
    fn follow(&mut self, comparison: &mut Comparison, shown: Instant) {
        let tape = &mut self.branches[comparison.with].tape;
        let to = Destination::Time(shown.at);
        let wanted = shown.at.min(tape.end().at);
        if comparison.is_there && comparison.scene.instant().at == wanted {
            return;
        }
        if comparison.scene.instant().at > wanted {
            comparison.scene = tape.set_out(to, None);
        }
        comparison.is_there = tape.approach(&mut comparison.scene, to, STEPS);
        self.revision += 1;
    }

    /// Whether something came of it.
    fn search(&mut self, comparison: &mut Comparison) -> bool {
        match &mut comparison.search {
            Search::Over(_) => return false,
            Search::SettingOut { branch, scene, act } => {
                let tape = &mut self.branches[*branch].tape;
                if tape.approach(scene, Destination::Act(*act), STEPS) {
                    let (ours, theirs) = (scene.clone(), scene.clone());
                    comparison.search = Search::Following { ours, theirs, left: MOST_STEPS };
                }
            }
            Search::Following { ours, theirs, left } => {
                for _ in 0..STEPS / 2 {
                    let mine = step(&mut self.branches[comparison.ours].tape, ours);
                    let other = step(&mut self.branches[comparison.with].tape, theirs);
                    *left = left.saturating_sub(1);
                    let are_same = ours.run.cluster().digest() == theirs.run.cluster().digest();
                    if !are_same || mine.is_none() != other.is_none() {
                        let parting = Parting::At { ours: mine, theirs: other };
                        comparison.search = Search::Over(parting);
                        break;
                    }
                    if mine.is_none() || *left == 0 {
                        comparison.search = Search::Over(Parting::Nowhere);
                        break;
                    }
                }
            }
        }
        true
    }

    pub(super) fn comparison_view(&self) -> Option<ComparisonView> {
        let comparison = self.comparison.as_ref()?;
        let parting = match &comparison.search {
            Search::Over(parting) => Some(parting.clone()),
            _ => None,
        };
        let at = micros(comparison.scene.instant().at);
        let nodes = comparison
            .is_there
            .then(|| of_clusters(self.run().cluster(), comparison.scene.run.cluster()));
        Some(ComparisonView { with: comparison.with, at, parting, nodes })
    }
}

/// Does what comes next in a story, as far as it was played, and says what it was.
fn step(tape: &mut Tape, scene: &mut Scene) -> Option<PartingStep> {
    if !tape.goes_on_after(scene) {
        return None;
    }
    let acts = tape.acts_done(scene);
    let told = scene.history.numbers().end;
    tape.go_on(scene, crate::time::Time::END)?;
    let text = if tape.acts_done(scene) > acts {
        tape.recording.actions.get(acts).map(|timed| format!("you did `{}`", timed.action))
    } else {
        let numbers = told.max(scene.history.numbers().start)..scene.history.numbers().end;
        let mut sentences: Vec<_> =
            numbers.filter_map(|number| scene.history.sentence(number, 0)).collect();
        sentences.sort_by_key(|sentence| sentence.detail);
        sentences.into_iter().next().map(|sentence| sentence.text)
    };
    let Instant { events, at } = scene.instant();
    Some(PartingStep { at: micros(at), events, text })
}

#[cfg(test)]
mod tests;
