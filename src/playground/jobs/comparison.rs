//! Comparison of two branches: the first step at which they diverge, and the other branch at the
//! instant that is shown.
//!
//! Both are computed in pieces while real time advances. Two branches are the same up to where
//! their recordings differ, so only from there on they are played side by side. An action that
//! changes nothing yet, such as a rule switch, makes them diverge only where it has an effect.

use crate::cluster::{Cluster, Server};
use crate::playground::history::branch::{BranchHistory, Destination};
use crate::playground::history::playback::Playback;
use crate::playground::history::run::ShownRun;
use crate::playground::jobs::STEPS;
use crate::playground::projection::difference::of_clusters;
use crate::playground::view::{ComparisonView, Parting, PartingStep};
use crate::recording::Instant;
use crate::time::Time;

/// The maximum number of steps for which two branches with different actions are followed without a
/// difference.
const MOST_STEPS: u32 = 20_000;

/// The number of messages in flight that can be compared in the time of an event.
const MESSAGES_PER_EVENT: usize = 16;

/// The comparison of the branch that is shown with another.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The index of the other branch.
    with: usize,
    /// The index of the branch that was shown at the beginning.
    ours: usize,
    /// The other branch, at the instant that is shown or on the way to it.
    playback: Playback,
    is_there: bool,
    search: DivergenceSearch,
}

/// The search for the first step that differs.
#[derive(Debug)]
enum DivergenceSearch {
    /// Playing up to the first action that the two do not share, on this branch.
    SettingOut {
        branch: usize,
        playback: Box<Playback>,
        act: usize,
    },
    /// Playing both from there on, for at most `left` more steps.
    Following {
        ours: Box<Playback>,
        theirs: Box<Playback>,
        left: u32,
    },
    Over(Parting),
}

impl Comparison {
    /// Whether this branch is one of the two.
    pub(crate) fn is_of(&self, branch: usize) -> bool {
        branch == self.with || branch == self.ours
    }

    /// Begins to compare the branch that is shown with another.
    pub(crate) fn new(run: &ShownRun, with: usize) -> Self {
        let shown = Destination::Time(run.playback.instant().at);
        let playback = run.branches[with].history.set_out(shown, None);
        let (ours, search) = (run.current, DivergenceSearch::new(run, run.current, with));
        Self { with, ours, playback, is_there: false, search }
    }

    /// The other branch, and the one that was shown at the beginning.
    pub(crate) fn branches(&self) -> (usize, usize) {
        (self.with, self.ours)
    }

    /// The other branch, at the instant that is shown or on the way to it.
    pub(crate) fn playback(&self) -> &Playback {
        &self.playback
    }

    /// Continues the search, and follows the instant that is shown. Returns whether anything has
    /// changed.
    pub(crate) fn go_on(&mut self, run: &mut ShownRun) -> bool {
        let (has_moved, has_found) = (self.follow(run), self.search(run));
        has_moved || has_found
    }

    /// Moves the other branch to the instant that is shown. Returns whether its state has changed.
    fn follow(&mut self, run: &mut ShownRun) -> bool {
        let shown = run.playback.instant();
        let history = &mut run.branches[self.with].history;
        let to = Destination::Time(shown.at);
        let wanted = shown.at.min(history.end().at);
        if self.is_there && self.playback.instant().at == wanted {
            return false;
        }
        if self.playback.instant().at > wanted {
            self.playback = history.set_out(to, None);
        }
        let (was_there, events) = (self.is_there, self.playback.instant().events);
        self.is_there = history.approach(&mut self.playback, to, STEPS);
        self.playback.instant().events != events || self.is_there != was_there
    }

    /// Continues the search for the divergence. Returns whether it was still running.
    fn search(&mut self, run: &mut ShownRun) -> bool {
        match &mut self.search {
            DivergenceSearch::Over(_) => return false,
            DivergenceSearch::SettingOut { branch, playback, act } => {
                let history = &mut run.branches[*branch].history;
                if history.approach(playback, Destination::Act(*act), STEPS) {
                    let (ours, theirs) = (playback.clone(), playback.clone());
                    self.search = DivergenceSearch::Following { ours, theirs, left: MOST_STEPS };
                }
            }
            DivergenceSearch::Following { ours, theirs, left } => {
                let places = [self.ours, self.with];
                // The two branches are never the same one.
                let Ok([mine, other]) = run.branches.get_disjoint_mut(places) else {
                    return false;
                };
                let mut work = 0;
                while work < STEPS / 2 {
                    work += 1 + to_look_at(ours) + to_look_at(theirs);
                    *left = left.saturating_sub(1);
                    let met =
                        meet((&mut mine.history, &mut *ours), (&mut other.history, &mut *theirs));
                    let parting = met.or((*left == 0).then_some(Parting::Nowhere));
                    if let Some(parting) = parting {
                        self.search = DivergenceSearch::Over(parting);
                        break;
                    }
                }
            }
        }
        true
    }

    /// The comparison as a page shows it beside `run`.
    pub(crate) fn view(&self, run: &ShownRun) -> ComparisonView {
        let parting = match &self.search {
            DivergenceSearch::Over(parting) => Some(parting.clone()),
            _ => None,
        };
        let at = self.playback.instant().at;
        let nodes = self
            .is_there
            .then(|| of_clusters(run.playback.run.cluster(), self.playback.run.cluster()));
        ComparisonView { with: self.with, at, parting, nodes }
    }

    /// When the two diverge, if known.
    pub(crate) fn parting(&self) -> Option<Time> {
        match &self.search {
            DivergenceSearch::Over(parting) => parting.at(),
            DivergenceSearch::SettingOut { .. } | DivergenceSearch::Following { .. } => None,
        }
    }
}

impl DivergenceSearch {
    fn new(run: &ShownRun, ours: usize, theirs: usize) -> Self {
        let actions = |branch: usize| &run.branches[branch].history.recording.actions;
        let (mine, others) = (actions(ours), actions(theirs));
        let act = mine.iter().zip(others).take_while(|(mine, other)| mine == other).count();
        let branch = match (mine.get(act), others.get(act)) {
            (None, None) => return Self::Over(Parting::Nowhere),
            (Some(mine), Some(other)) if other.when < mine.when => theirs,
            (Some(_), _) => ours,
            (None, Some(_)) => theirs,
        };
        let playback = run.branches[branch].history.set_out(Destination::Act(act), None);
        Self::SettingOut { branch, playback: Box::new(playback), act }
    }
}

/// Advances two branches that are equal so far: by an action that both have, or else by each
/// branch's next actions and one event. Returns `Some` where they diverge or both end.
fn meet(
    (history, ours): (&mut BranchHistory, &mut Playback),
    (other, theirs): (&mut BranchHistory, &mut Playback),
) -> Option<Parting> {
    if let Some(act) = history.act_next(ours)
        && other.act_next(theirs) == Some(act)
    {
        let (mine, other) = (step(history, ours), step(other, theirs));
        // If they diverge here, the same action had different effects.
        return (!is_same(ours, theirs)).then(|| parting(mine, other));
    }
    let (mine, others) = (acts(history, ours), acts(other, theirs));
    let now = ours.instant().at.max(theirs.instant().at);
    rest(ours, now);
    rest(theirs, now);
    if is_same(ours, theirs) {
        let (mine, other) = (step(history, ours), step(other, theirs));
        return match (&mine, &other) {
            (None, None) => Some(Parting::Nowhere),
            (Some(_), Some(_)) if is_same(ours, theirs) => None,
            _ => Some(parting(mine, other)),
        };
    }
    let common = mine.iter().zip(&others).take_while(|(mine, other)| mine == other).count();
    let mine = mine.into_iter().nth(common).or_else(|| step(history, ours));
    let others = others.into_iter().nth(common).or_else(|| step(other, theirs));
    Some(parting(mine, others))
}

/// The work of comparing the messages in flight, in events.
fn to_look_at(playback: &Playback) -> u32 {
    let flights = playback.run.cluster().network().flights().count();
    u32::try_from(flights / MESSAGES_PER_EVENT).unwrap_or(u32::MAX)
}

/// Lets time pass without events, up to the next event at most: the actions of one branch can cause
/// an event before the other branch has any action.
fn rest(playback: &mut Playback, until: Time) {
    let cluster = playback.run.cluster_mut();
    let until = cluster.next_time().map_or(until, |next| next.min(until));
    cluster.rest_until(until);
}

/// Two steps that differ, each with the first text that the other does not have, if any.
fn parting(ours: Option<PlayedStep>, theirs: Option<PlayedStep>) -> Parting {
    let told = |step: &PlayedStep, other: Option<&PlayedStep>| {
        let is_own = |text: &&String| other.is_none_or(|other| !other.told.contains(text));
        let text = step.told.iter().find(is_own).or(step.told.first()).cloned();
        PartingStep { at: step.instant.at, events: step.instant.events, text }
    };
    Parting::At {
        ours: ours.as_ref().map(|step| told(step, theirs.as_ref())),
        theirs: theirs.as_ref().map(|step| told(step, ours.as_ref())),
    }
}

fn is_same(ours: &Playback, theirs: &Playback) -> bool {
    let (mine, other) = (ours.run.cluster(), theirs.run.cluster());
    // A lease's end is in no digest, and what it permits shows only when a read arrives.
    let leases =
        |cluster: &Cluster| -> Vec<_> { cluster.servers().map(Server::lease_end).collect() };
    mine.digest() == other.digest()
        && leases(mine) == leases(other)
        && ours.run.violation().is_some() == theirs.run.violation().is_some()
}

/// Performs all actions of a branch that come before the next event.
fn acts(history: &mut BranchHistory, playback: &mut Playback) -> Vec<PlayedStep> {
    let mut done = Vec::new();
    while history.act_next(playback).is_some() {
        done.extend(step(history, playback));
    }
    done
}

/// An action or an event of a branch.
#[derive(Debug, PartialEq, Eq)]
struct PlayedStep {
    instant: Instant,
    /// Its sentences, the details last.
    told: Vec<String>,
}

/// Performs the next action or event of a branch, as far as the branch was played.
fn step(history: &mut BranchHistory, playback: &mut Playback) -> Option<PlayedStep> {
    if !history.goes_on_after(playback) {
        return None;
    }
    let acts = playback.place().done;
    let told = playback.event_log.numbers().end;
    history.go_on(playback, Time::END)?;
    let told = if playback.place().done > acts {
        let act = history.recording.actions.get(acts);
        act.map(|timed| format!("you did `{}`", timed.action)).into_iter().collect()
    } else {
        let numbers =
            told.max(playback.event_log.numbers().start)..playback.event_log.numbers().end;
        let mut sentences: Vec<_> =
            numbers.filter_map(|number| playback.event_log.sentence(number, 0)).collect();
        sentences.sort_by_key(|sentence| sentence.detail);
        sentences.into_iter().map(|sentence| sentence.text).collect()
    };
    Some(PlayedStep { instant: playback.instant(), told })
}

#[cfg(test)]
mod tests;
