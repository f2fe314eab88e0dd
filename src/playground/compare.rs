//! Two stories side by side: the first step at which they part, and the other one as it is at the instant
//! that is shown.
//!
//! Both are found piece by piece while real time advances. Up to where their recordings differ two
//! stories are the same, so only from there on they are played beside each other. What is done in one of
//! them and changes nothing yet, as a rule that is switched, parts them only where it has an effect.

use super::difference::of_clusters;
use super::tape::{Destination, Scene, Tape};
use super::travel::STEPS;
use super::view::{ClockView, ComparisonView, Motion, Parting, PartingStep, View};
use super::{Playground, Problem, build, micros, motion};
use crate::cluster::{Cluster, Server};
use crate::recording::Instant;
use crate::time::Time;

/// How many steps two stories are followed in which nothing differs, although their actions do.
const MOST_STEPS: u32 = 20_000;

/// So many messages in flight are looked at in the time of an event.
const MESSAGES_PER_EVENT: usize = 16;

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

impl Comparison {
    /// Whether this story is one of the two.
    pub(super) fn is_of(&self, branch: usize) -> bool {
        branch == self.with || branch == self.ours
    }
}

impl Playground {
    /// Begins to compare another story with the one that is shown, or stops.
    pub(super) fn compare(&mut self, with: Option<usize>) -> Result<(), Problem> {
        let Some(with) = with else {
            self.shown.comparison = None;
            return Ok(());
        };
        if with >= self.shown.branches.len() || with == self.shown.current {
            return Err(Problem::NoBranch);
        }
        let scene = self.shown.branches[with]
            .tape
            .set_out(Destination::Time(self.shown.scene.instant().at), None);
        let search = self.begin_search(self.shown.current, with);
        let ours = self.shown.current;
        self.shown.comparison = Some(Comparison { with, ours, scene, is_there: false, search });
        self.go_on_comparing();
        Ok(())
    }

    fn begin_search(&self, ours: usize, theirs: usize) -> Search {
        let actions = |branch: usize| &self.shown.branches[branch].tape.recording.actions;
        let (mine, others) = (actions(ours), actions(theirs));
        let act = mine.iter().zip(others).take_while(|(mine, other)| mine == other).count();
        let branch = match (mine.get(act), others.get(act)) {
            (None, None) => return Search::Over(Parting::Nowhere),
            (Some(mine), Some(other)) if other.when < mine.when => theirs,
            (Some(_), _) => ours,
            (None, Some(_)) => theirs,
        };
        let scene = self.shown.branches[branch].tape.set_out(Destination::Act(act), None);
        Search::SettingOut { branch, scene: Box::new(scene), act }
    }

    /// Goes on with the comparison, if there is one, and follows the instant that is shown.
    pub(super) fn go_on_comparing(&mut self) {
        let Some(mut comparison) = self.shown.comparison.take() else { return };
        if comparison.ours != self.shown.current {
            // Another story is shown by now: it is compared with that, if it is another.
            let with = comparison.with;
            if with != self.shown.current {
                // The story is there, as it was before.
                let _ = self.compare(Some(with));
            }
            return;
        }
        let shown = self.shown.scene.instant();
        self.follow(&mut comparison, shown);
        if self.search(&mut comparison) {
            self.revision += 1;
        }
        self.shown.comparison = Some(comparison);
    }

    /// Moves the other story to the instant that is shown.
    fn follow(&mut self, comparison: &mut Comparison, shown: Instant) {
        let tape = &mut self.shown.branches[comparison.with].tape;
        let to = Destination::Time(shown.at);
        let wanted = shown.at.min(tape.end().at);
        if comparison.is_there && comparison.scene.instant().at == wanted {
            return;
        }
        if comparison.scene.instant().at > wanted {
            comparison.scene = tape.set_out(to, None);
        }
        let (was_there, events) = (comparison.is_there, comparison.scene.instant().events);
        comparison.is_there = tape.approach(&mut comparison.scene, to, STEPS);
        let has_changed = comparison.scene.instant().events != events;
        if has_changed || comparison.is_there != was_there {
            self.revision += 1;
        }
    }

    /// Whether something came of it.
    fn search(&mut self, comparison: &mut Comparison) -> bool {
        match &mut comparison.search {
            Search::Over(_) => return false,
            Search::SettingOut { branch, scene, act } => {
                let tape = &mut self.shown.branches[*branch].tape;
                if tape.approach(scene, Destination::Act(*act), STEPS) {
                    let (ours, theirs) = (scene.clone(), scene.clone());
                    comparison.search = Search::Following { ours, theirs, left: MOST_STEPS };
                }
            }
            Search::Following { ours, theirs, left } => {
                let places = [comparison.ours, comparison.with];
                // Two stories that are compared are not one.
                let Ok([mine, other]) = self.shown.branches.get_disjoint_mut(places) else {
                    return false;
                };
                let mut work = 0;
                while work < STEPS / 2 {
                    work += 1 + to_look_at(ours) + to_look_at(theirs);
                    *left = left.saturating_sub(1);
                    let met = meet((&mut mine.tape, &mut *ours), (&mut other.tape, &mut *theirs));
                    let parting = met.or((*left == 0).then_some(Parting::Nowhere));
                    if let Some(parting) = parting {
                        comparison.search = Search::Over(parting);
                        break;
                    }
                }
            }
        }
        true
    }

    pub(super) fn comparison_view(&self) -> Option<ComparisonView> {
        let comparison = self.shown.comparison.as_ref()?;
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

    /// The story that is compared with, at the instant that is shown: what belongs to a cluster, and how far
    /// it was played.
    pub fn other_view(&self) -> Option<View> {
        let Comparison { with, scene, .. } = self.shown.comparison.as_ref()?;
        let cluster = scene.run.cluster();
        let clock = ClockView {
            now: micros(cluster.now()),
            events: cluster.events(),
            end: micros(self.shown.branches.get(*with)?.tape.end().at),
            ..ClockView::default()
        };
        Some(View { clock, ..build::of_scene(scene) })
    }

    /// What moves in the story that is compared with, at the instant that is shown.
    pub fn other_motion(&self) -> Option<Motion> {
        let scene = &self.shown.comparison.as_ref()?.scene;
        Some(motion::motion(scene.run.cluster(), self.passing()))
    }

    /// When the story that is shown and the one that it is compared with part, in microseconds.
    pub fn parting(&self) -> Option<u64> {
        match &self.shown.comparison.as_ref()?.search {
            Search::Over(parting) => parting.at(),
            Search::SettingOut { .. } | Search::Following { .. } => None,
        }
    }
}

/// Lets two stories that are the same so far go on: something that is done in both; or else what is done next
/// in each, and one event. `Some` where they part, or both end.
fn meet(
    (tape, ours): (&mut Tape, &mut Scene),
    (other, theirs): (&mut Tape, &mut Scene),
) -> Option<Parting> {
    if let Some(act) = tape.act_next(ours)
        && other.act_next(theirs) == Some(act)
    {
        let (mine, other) = (step(tape, ours), step(other, theirs));
        // Where they part the same was done, and did not do the same.
        return (!is_same(ours, theirs)).then(|| parting(mine, other));
    }
    let (mine, others) = (acts(tape, ours), acts(other, theirs));
    let now = ours.instant().at.max(theirs.instant().at);
    rest(ours, now);
    rest(theirs, now);
    if is_same(ours, theirs) {
        let (mine, other) = (step(tape, ours), step(other, theirs));
        return match (&mine, &other) {
            (None, None) => Some(Parting::Nowhere),
            (Some(_), Some(_)) if is_same(ours, theirs) => None,
            _ => Some(parting(mine, other)),
        };
    }
    let common = mine.iter().zip(&others).take_while(|(mine, other)| mine == other).count();
    let mine = mine.into_iter().nth(common).or_else(|| step(tape, ours));
    let others = others.into_iter().nth(common).or_else(|| step(other, theirs));
    Some(parting(mine, others))
}

/// How much work it is to see whether another scene is the same, in events: of each message in flight.
fn to_look_at(scene: &Scene) -> u32 {
    let flights = scene.run.cluster().network().flights().count();
    u32::try_from(flights / MESSAGES_PER_EVENT).unwrap_or(u32::MAX)
}

/// Lets time pass where nothing happens, up to the next event at most: what was done in one of two stories can
/// make something happen in it before anything is done in the other.
fn rest(scene: &mut Scene, until: Time) {
    let cluster = scene.run.cluster_mut();
    let until = cluster.next_time().map_or(until, |next| next.min(until));
    cluster.rest_until(until);
}

/// Two steps that differ, each with what is told of it alone, if anything is.
fn parting(ours: Option<Step>, theirs: Option<Step>) -> Parting {
    let told = |step: &Step, other: Option<&Step>| {
        let is_own = |text: &&String| other.is_none_or(|other| !other.told.contains(text));
        let text = step.told.iter().find(is_own).or(step.told.first()).cloned();
        PartingStep { at: micros(step.instant.at), events: step.instant.events, text }
    };
    Parting::At {
        ours: ours.as_ref().map(|step| told(step, theirs.as_ref())),
        theirs: theirs.as_ref().map(|step| told(step, ours.as_ref())),
    }
}

fn is_same(ours: &Scene, theirs: &Scene) -> bool {
    let (mine, other) = (ours.run.cluster(), theirs.run.cluster());
    // How long a lease lasts is in no digest, and what a server may do by it shows only when it is asked.
    let leases =
        |cluster: &Cluster| -> Vec<_> { cluster.servers().map(Server::lease_end).collect() };
    mine.digest() == other.digest()
        && leases(mine) == leases(other)
        && ours.run.violation().is_some() == theirs.run.violation().is_some()
}

/// Does all in a story that is done before the next event.
fn acts(tape: &mut Tape, scene: &mut Scene) -> Vec<Step> {
    let mut done = Vec::new();
    while tape.act_next(scene).is_some() {
        done.extend(step(tape, scene));
    }
    done
}

/// Something that was done or happened in a story.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    instant: Instant,
    /// What is told of it, the details last.
    told: Vec<String>,
}

/// Does what comes next in a story, as far as it was played, and says what it was.
fn step(tape: &mut Tape, scene: &mut Scene) -> Option<Step> {
    if !tape.goes_on_after(scene) {
        return None;
    }
    let acts = scene.place().done;
    let told = scene.history.numbers().end;
    tape.go_on(scene, Time::END)?;
    let told = if scene.place().done > acts {
        let act = tape.recording.actions.get(acts);
        act.map(|timed| format!("you did `{}`", timed.action)).into_iter().collect()
    } else {
        let numbers = told.max(scene.history.numbers().start)..scene.history.numbers().end;
        let mut sentences: Vec<_> =
            numbers.filter_map(|number| scene.history.sentence(number, 0)).collect();
        sentences.sort_by_key(|sentence| sentence.detail);
        sentences.into_iter().map(|sentence| sentence.text).collect()
    };
    Some(Step { instant: scene.instant(), told })
}

#[cfg(test)]
mod tests;
