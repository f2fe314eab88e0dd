//! Shrinks a run that breaks a property: to the fewest servers, then the fewest actions, then the
//! shortest text and the fewest events.
//!
//! A run is a function of its configuration and its timed actions. So shrinking means to leave out
//! actions, to simplify them or to move them earlier, and to test whether the property still breaks
//! (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). While a run
//! is shrunk, its actions are identified by time only, since the number of events before them
//! changes with everything that is left out. The effort is bounded in events, so no clock is
//! needed.

use super::{Replay, simpler};
use crate::check::{Property, Run, Violation};
use crate::cluster::{Action, ClusterConfig};
use crate::digest::Digest;
use crate::raft::NodeId;
use crate::recording::{Instant, Recording, Timed};
use crate::time::{Duration, Time};

/// The minimum number of servers of a shrunk run: fewer do not show what a majority is.
const FEWEST_NODES: u32 = 3;

/// The number of other seeds that are tried for a smaller cluster, whose timers differ.
const OTHER_SEEDS: u64 = 12;

/// How much later than before a shrunk run may break.
const GRACE: Duration = Duration::from_millis(500);

/// The limit of the effort, in events of all runs that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort(pub u64);

impl Default for Effort {
    /// A few seconds natively.
    fn default() -> Self {
        Self(8_000_000)
    }
}

/// The size of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    pub nodes: u32,
    pub actions: usize,
    pub events: u64,
}

/// A shrunk run and its break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    pub recording: Recording,
    /// The instant at which the property breaks.
    pub shown: Instant,
    /// The cluster's digest there.
    pub digest: Digest,
    pub violation: Violation,
    /// The sizes of the original run and of this one.
    pub before: Size,
    pub after: Size,
    /// The number of runs that were tried.
    pub tries: u32,
}

/// Shrinks a run that breaks `property`, with at most this effort. Calls `smaller` with the
/// original size, and with the size of each run that is smaller than all before. Returns `None`,
/// without a call, if a replay does not break the property.
pub fn shrink(
    recording: &Recording,
    property: Property,
    effort: Effort,
    mut smaller: impl FnMut(Size),
) -> Option<Shrunk> {
    let exact = Played::exactly(recording, property)?;
    let before = exact.size(recording.cluster_config.nodes);
    smaller(before);
    let case = Case::of(recording.cluster_config, &exact.actions);
    let bound = Bound { until: exact.shown.at + GRACE, events: exact.shown.events * 2 };
    let Ok(played) = case.play(property, bound) else {
        // The break depends on an action between two events of one instant.
        return Some(exact.into_shrunk(recording.cluster_config, before, 1));
    };
    let mut search = Shrinking {
        cost: case.cost(&played),
        case,
        played,
        property,
        left: effort.0,
        tries: 1,
        smaller: &mut smaller,
    };
    search.run();
    let Shrinking { case, played, tries, .. } = search;
    Some(played.into_shrunk(case.cluster_config, before, tries))
}

/// A run while it is shrunk.
#[derive(Clone, Debug)]
struct Case {
    cluster_config: ClusterConfig,
    actions: Vec<(Time, Action)>,
}

/// How far a case is played.
#[derive(Clone, Copy, Debug)]
struct Bound {
    until: Time,
    events: u64,
}

/// A case that breaks the property.
#[derive(Debug)]
struct Played {
    /// The actions, without those that were refused.
    actions: Vec<Timed>,
    shown: Instant,
    digest: Digest,
    violation: Violation,
}

impl Played {
    /// The played case, if it breaks the property.
    fn of(replay: Replay, property: Property) -> Option<Self> {
        let (_, violation) = *replay.run().violation_of(property)?;
        let (shown, digest) = (replay.instant(), replay.run().cluster().digest());
        Some(Self { actions: replay.into_actions(), shown, digest, violation })
    }
}

/// What is minimized: servers, then actions, then the sum of events and characters.
type Cost = (u32, usize, u64);

impl Case {
    fn of(cluster_config: ClusterConfig, actions: &[Timed]) -> Self {
        let timed = |timed: &Timed| (timed.when.at, timed.action.clone());
        Self { cluster_config, actions: actions.iter().map(timed).collect() }
    }

    fn cost(&self, played: &Played) -> Cost {
        let letters = |timed: &Timed| {
            let at = timed.when.at.since(Time::ZERO);
            (at.to_string().len() + timed.action.to_string().len()) as u64
        };
        let letters: u64 = played.actions.iter().map(letters).sum();
        (self.cluster_config.nodes, played.actions.len(), played.shown.events + letters)
    }

    /// Plays it until the property breaks.
    ///
    /// # Errors
    /// The number of events played without a break.
    fn play(&self, property: Property, bound: Bound) -> Result<Played, u64> {
        let mut replay = Replay::new(self.cluster_config);
        let goes_on = |run: &Run| {
            run.violation_of(property).is_none() && run.cluster().events() < bound.events
        };
        for (at, action) in &self.actions {
            if *at > bound.until || !replay.pass(*at, goes_on) {
                break;
            }
            replay.act(*at, action);
        }
        replay.pass(bound.until, goes_on);
        let events = replay.instant().events;
        Played::of(replay, property).ok_or(events)
    }
}

impl Played {
    /// The run exactly as it was recorded, up to where the property breaks.
    fn exactly(recording: &Recording, property: Property) -> Option<Self> {
        let mut replay = Replay::new(recording.cluster_config);
        let is_whole = |run: &Run| run.violation_of(property).is_none();
        for Timed { when, action } in &recording.actions {
            let goes_on = |run: &Run| is_whole(run) && run.cluster().events() < when.events;
            replay.pass(Time::END, goes_on);
            if replay.instant().events < when.events {
                break;
            }
            replay.act(when.at, action);
        }
        let until = replay.instant().at + Duration::from_secs(20);
        replay.pass(until, is_whole);
        Self::of(replay, property)
    }

    fn size(&self, nodes: u32) -> Size {
        Size { nodes, actions: self.actions.len(), events: self.shown.events }
    }

    fn into_shrunk(self, cluster_config: ClusterConfig, before: Size, tries: u32) -> Shrunk {
        let after = self.size(cluster_config.nodes);
        let Self { actions, shown, digest, violation } = self;
        let recording = Recording { cluster_config, actions };
        Shrunk { recording, shown, digest, violation, before, after, tries }
    }
}

/// The search for a smaller case.
struct Shrinking<'a> {
    /// The smallest case so far.
    case: Case,
    played: Played,
    cost: Cost,
    property: Property,
    /// The number of events that may still be spent.
    left: u64,
    tries: u32,
    smaller: &'a mut dyn FnMut(Size),
}

impl Shrinking<'_> {
    fn run(&mut self) {
        loop {
            let before = self.cost;
            self.leave_out_actions();
            self.leave_out_nodes();
            self.leave_out_actions();
            self.simplify();
            self.hurry();
            if self.cost == before || self.left == 0 {
                return;
            }
        }
    }

    /// Tries a case. Returns whether it is the smallest so far.
    fn attempt(&mut self, case: Case) -> bool {
        if self.left == 0 {
            return false;
        }
        self.tries += 1;
        let Instant { at, events } = self.played.shown;
        let bound = Bound { until: at + GRACE, events: events + events / 4 + 100 };
        let played = case.play(self.property, bound);
        let spent = played.as_ref().map_or_else(|spent| *spent, |played| played.shown.events);
        self.left = self.left.saturating_sub(spent);
        let Ok(played) = played else { return false };
        let cost = case.cost(&played);
        if cost >= self.cost {
            return false;
        }
        self.case = Case::of(case.cluster_config, &played.actions);
        (self.cost, self.played) = (cost, played);
        (self.smaller)(self.played.size(case.cluster_config.nodes));
        true
    }

    fn attempt_actions(&mut self, actions: Vec<(Time, Action)>) -> bool {
        self.attempt(Case { cluster_config: self.case.cluster_config, actions })
    }

    /// Leaves out many actions at once, then fewer, then single ones, the last ones first. Rule
    /// switches are what the run is about, and stay.
    fn leave_out_actions(&mut self) {
        let mut size = self.case.actions.len().div_ceil(2);
        while size > 0 {
            let mut end = self.case.actions.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let stays = |(place, (_, action)): &(usize, &(Time, Action))| {
                    !(start..end).contains(place) || matches!(action, Action::Rule { .. })
                };
                let actions = self.case.actions.iter().enumerate().filter(stays);
                let actions: Vec<_> = actions.map(|(_, timed)| timed.clone()).collect();
                if actions.len() < self.case.actions.len() {
                    self.attempt_actions(actions);
                }
                end = start.min(self.case.actions.len());
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }

    /// Leaves out a server, with this seed and others.
    fn leave_out_nodes(&mut self) {
        let mut node = self.case.cluster_config.nodes;
        while node > 0 && self.case.cluster_config.nodes > FEWEST_NODES {
            let ClusterConfig { nodes, seed } = self.case.cluster_config;
            let without = |(at, action): &(Time, Action)| {
                Some((*at, simpler::without(action, NodeId(node))?))
            };
            let actions: Vec<_> = self.case.actions.iter().filter_map(without).collect();
            let mut seeds = (0..=OTHER_SEEDS).map(|other| seed.wrapping_add(other));
            let cluster_config = |seed| ClusterConfig { nodes: nodes - 1, seed };
            let is_smaller = seeds.any(|seed| {
                self.attempt(Case {
                    cluster_config: cluster_config(seed),
                    actions: actions.clone(),
                })
            });
            node = if is_smaller { self.case.cluster_config.nodes } else { node - 1 };
        }
    }

    /// Simplifies single actions.
    fn simplify(&mut self) {
        let mut place = 0;
        while let Some((at, action)) = self.case.actions.get(place).cloned() {
            for action in simpler::simpler(&action) {
                let mut actions = self.case.actions.clone();
                if let Some(there) = actions.get_mut(place) {
                    *there = (at, action);
                }
                self.attempt_actions(actions);
            }
            place += 1;
        }
    }

    /// Moves actions earlier, each with all that follow, and to rounder times.
    fn hurry(&mut self) {
        for place in 0..self.case.actions.len() {
            let mut part = 1;
            while part <= 16 {
                let time = |place: usize| self.case.actions.get(place).map(|(at, _)| *at);
                let Some(at) = time(place) else { break };
                let since = place.checked_sub(1).and_then(time).unwrap_or(Time::ZERO);
                let gap = at.since(since);
                let less = Duration::from_micros(gap.as_micros() / part);
                // Large moves are tried first, and again as long as they help.
                if !self.shift(place, less) || gap == Duration::ZERO {
                    part *= 2;
                }
            }
            for unit in [100_000, 10_000, 1_000] {
                if let Some((at, _)) = self.case.actions.get(place) {
                    self.shift(place, Duration::from_micros(at.as_micros() % unit));
                }
            }
        }
    }

    /// Moves an action and all that follow earlier. Returns whether that is the smallest case so
    /// far.
    fn shift(&mut self, place: usize, less: Duration) -> bool {
        if less == Duration::ZERO {
            return false;
        }
        let mut actions = self.case.actions.clone();
        for (at, _) in actions.iter_mut().skip(place) {
            *at = Time::from_micros(at.as_micros().saturating_sub(less.as_micros()));
        }
        let is_ordered = actions.is_sorted_by_key(|(at, _)| *at);
        is_ordered && self.attempt_actions(actions)
    }
}
