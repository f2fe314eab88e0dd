//! Two stories side by side: the first step at which they part, and the other one as it is at the instant
//! that is shown.
//!
//! Both are found piece by piece while real time advances. Up to where their recordings differ two
//! stories are the same, so only from there on they are played beside each other. What is done in one of
//! them and changes nothing yet, as a rule that is switched, parts them only where it has an effect.

use crate::cluster::{Cluster, Server};
use crate::playground::history::branch::{Destination, Tape};
use crate::playground::history::frame::Scene;
use crate::playground::history::run::ShownRun;
use crate::playground::jobs::STEPS;
use crate::playground::projection::difference::of_clusters;
use crate::playground::view::{ComparisonView, Parting, PartingStep, micros};
use crate::recording::Instant;
use crate::time::Time;

/// How many steps two stories are followed in which nothing differs, although their actions do.
const MOST_STEPS: u32 = 20_000;

/// So many messages in flight are looked at in the time of an event.
const MESSAGES_PER_EVENT: usize = 16;

/// The comparison of the story that is shown with another.
#[derive(Debug)]
pub(crate) struct Comparison {
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
    pub(crate) fn is_of(&self, branch: usize) -> bool {
        branch == self.with || branch == self.ours
    }

    /// Begins to compare the branch that is shown with another.
    pub(crate) fn new(run: &ShownRun, with: usize) -> Self {
        let shown = Destination::Time(run.scene.instant().at);
        let scene = run.branches[with].tape.set_out(shown, None);
        let (ours, search) = (run.current, Search::new(run, run.current, with));
        Self { with, ours, scene, is_there: false, search }
    }

    /// The other branch, and the one that it is compared with.
    pub(crate) fn branches(&self) -> (usize, usize) {
        (self.with, self.ours)
    }

    /// The other one, at the instant that is shown or on the way to it.
    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Goes on, and follows the instant that is shown. Whether anything came of it.
    pub(crate) fn go_on(&mut self, run: &mut ShownRun) -> bool {
        let (has_moved, has_found) = (self.follow(run), self.search(run));
        has_moved || has_found
    }

    /// Moves the other branch to the instant that is shown. Whether another state is there.
    fn follow(&mut self, run: &mut ShownRun) -> bool {
        let shown = run.scene.instant();
        let tape = &mut run.branches[self.with].tape;
        let to = Destination::Time(shown.at);
        let wanted = shown.at.min(tape.end().at);
        if self.is_there && self.scene.instant().at == wanted {
            return false;
        }
        if self.scene.instant().at > wanted {
            self.scene = tape.set_out(to, None);
        }
        let (was_there, events) = (self.is_there, self.scene.instant().events);
        self.is_there = tape.approach(&mut self.scene, to, STEPS);
        self.scene.instant().events != events || self.is_there != was_there
    }

    /// Whether something came of it.
    fn search(&mut self, run: &mut ShownRun) -> bool {
        match &mut self.search {
            Search::Over(_) => return false,
            Search::SettingOut { branch, scene, act } => {
                let tape = &mut run.branches[*branch].tape;
                if tape.approach(scene, Destination::Act(*act), STEPS) {
                    let (ours, theirs) = (scene.clone(), scene.clone());
                    self.search = Search::Following { ours, theirs, left: MOST_STEPS };
                }
            }
            Search::Following { ours, theirs, left } => {
                let places = [self.ours, self.with];
                // Two stories that are compared are not one.
                let Ok([mine, other]) = run.branches.get_disjoint_mut(places) else {
                    return false;
                };
                let mut work = 0;
                while work < STEPS / 2 {
                    work += 1 + to_look_at(ours) + to_look_at(theirs);
                    *left = left.saturating_sub(1);
                    let met = meet((&mut mine.tape, &mut *ours), (&mut other.tape, &mut *theirs));
                    let parting = met.or((*left == 0).then_some(Parting::Nowhere));
                    if let Some(parting) = parting {
                        self.search = Search::Over(parting);
                        break;
                    }
                }
            }
        }
        true
    }

    /// As a page shows it beside `run`.
    pub(crate) fn view(&self, run: &ShownRun) -> ComparisonView {
        let parting = match &self.search {
            Search::Over(parting) => Some(parting.clone()),
            _ => None,
        };
        let at = micros(self.scene.instant().at);
        let nodes =
            self.is_there.then(|| of_clusters(run.scene.run.cluster(), self.scene.run.cluster()));
        ComparisonView { with: self.with, at, parting, nodes }
    }

    /// When the two part, in microseconds, as far as that is known.
    pub(crate) fn parting(&self) -> Option<u64> {
        match &self.search {
            Search::Over(parting) => parting.at(),
            Search::SettingOut { .. } | Search::Following { .. } => None,
        }
    }
}

impl Search {
    fn new(run: &ShownRun, ours: usize, theirs: usize) -> Self {
        let actions = |branch: usize| &run.branches[branch].tape.recording.actions;
        let (mine, others) = (actions(ours), actions(theirs));
        let act = mine.iter().zip(others).take_while(|(mine, other)| mine == other).count();
        let branch = match (mine.get(act), others.get(act)) {
            (None, None) => return Self::Over(Parting::Nowhere),
            (Some(mine), Some(other)) if other.when < mine.when => theirs,
            (Some(_), _) => ours,
            (None, Some(_)) => theirs,
        };
        let scene = run.branches[branch].tape.set_out(Destination::Act(act), None);
        Self::SettingOut { branch, scene: Box::new(scene), act }
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
