//! Time travel: a branch of the run that can be played again, with keyframes so that every instant
//! is near one.
//!
//! A *playback* holds everything that belongs to an instant. A *branch history* holds the recorded
//! actions, and keyframes (copies of the playback) at regular distances. To seek an instant, take
//! the keyframe before it and run on from there. This gives exactly the original playback, since a
//! run is a function of its configuration and its actions.
//!
//! A playback remembers a bounded part of the recent past, and any replay that is long enough
//! rebuilds all of it. So a keyframe drops its recent past once that is possible, and a seek to an
//! instant just after that keyframe starts from the keyframe before.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::playback::Playback;
use crate::cluster::{Action, ClusterConfig, Refused, RequestId, RequestTrace};
use crate::playground::history::event_index::EventIndex;
use crate::playground::history::limits::Limit;
use crate::playground::history::message_trace::Touch;
use crate::playground::view::Landmark;
use crate::recording::{Instant, LIMITS, Limits, Recording, RunPosition, Timed};
use crate::time::Time;

/// The initial number of events between two keyframes.
const DISTANCE: u64 = 12_288;

/// The maximum number of keyframes. Beyond it every second one is dropped and the distance doubles.
const MAX_KEYFRAMES: usize = 256;

/// A keyframe keeps its recent past where rebuilding that would take more than this part of the
/// distance.
const DETOUR: u64 = 8;

/// A copy of the playback to start a replay from.
#[derive(Clone, Debug)]
struct Keyframe {
    playback: Rc<Playback>,
    /// From this instant on, a replay from this keyframe has the complete recent past. It is the
    /// keyframe's own instant as long as the keyframe has its recent past.
    whole_from: Instant,
}

impl Keyframe {
    fn new(playback: &Playback) -> Self {
        Self { playback: Rc::new(playback.clone()), whole_from: playback.instant() }
    }
}

/// A target of a seek on a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// This time, after everything that happens at it; the end of the branch if that comes first.
    Time(Time),
    /// After exactly this number of events, with all actions recorded before the next event.
    Events(u64),
    /// After exactly this number of events, at this time, with all actions recorded until then.
    Instant(Instant),
    /// After exactly this number of events, at this time, with exactly this number of recorded
    /// actions done.
    RunPosition(RunPosition),
    /// Just before this action of the recording.
    Act(usize),
    /// The first such landmark after an instant, or the time `until` if there is none by then.
    Landmark { landmark: Landmark, after: Instant, until: Time },
}

/// A branch: its recorded actions, and how far it has been played.
#[derive(Clone, Debug)]
pub(crate) struct BranchHistory {
    pub(crate) recording: Recording,
    /// The limits on its length and its number of actions.
    pub(crate) limits: Limits,
    /// An upper bound of the length of its actions' text, in bytes.
    bytes: usize,
    /// The actions that were done together with the action before. The text of a recording does not
    /// say so.
    joined: BTreeSet<usize>,
    /// In the order of their instants; the first is the beginning.
    keyframes: Vec<Keyframe>,
    distance: u64,
    /// How far it has been played.
    end: Instant,
    /// How far it had been played when it was stored.
    kept_end: Instant,
    /// What happened on it, from the beginning up to `noted`.
    pub(crate) event_index: EventIndex,
    noted: RunPosition,
    /// When it was shown last: the value of the playground's jump counter.
    pub(crate) seen: u64,
}

impl BranchHistory {
    /// An empty branch, and its beginning.
    pub(crate) fn new(cluster_config: ClusterConfig) -> (Self, Playback) {
        Self::of(Recording { cluster_config, actions: Vec::new() }, Instant::default())
    }

    /// The branch of a stored recording that was played up to `kept_end`, and its beginning.
    /// Nothing of it has been played here yet.
    pub(crate) fn of(mut recording: Recording, kept_end: Instant) -> (Self, Playback) {
        let playback = Playback::new(recording.cluster_config);
        // A cluster has at least one server, whatever was requested.
        recording.cluster_config = playback.run.cluster().cluster_config();
        let keyframes = vec![Keyframe::new(&playback)];
        let (end, event_index) = (playback.instant(), EventIndex::default());
        let (joined, noted) = (BTreeSet::new(), playback.place());
        let (limits, bytes) = (LIMITS, recording.actions.iter().map(Timed::bytes).sum());
        let distance = DISTANCE;
        let history = Self {
            recording,
            limits,
            bytes,
            joined,
            keyframes,
            distance,
            end,
            kept_end,
            event_index,
            noted,
            seen: 0,
        };
        (history, playback)
    }

    /// The last instant that was played or recorded.
    pub(crate) fn end(&self) -> Instant {
        let last = self.recording.actions.last().map_or(Instant::default(), |last| last.when);
        self.end.max(self.kept_end).max(last)
    }

    /// The next recorded action after `playback`.
    fn next_action(&self, playback: &Playback) -> Option<&Timed> {
        self.recording.actions.get(playback.done)
    }

    /// Performs an action in `playback`, which becomes the end of the branch, and records it.
    ///
    /// # Errors
    /// Why the cluster refuses the action; then nothing has changed.
    pub(crate) fn act(
        &mut self,
        playback: &mut Playback,
        action: &Action,
    ) -> Result<(Option<RequestId>, Vec<RequestTrace>), Refused> {
        let before = playback.place();
        let request = playback.act(action)?;
        let timed = Timed { when: before.instant, action: action.clone() };
        self.bytes += timed.bytes();
        self.recording.actions.push(timed);
        playback.done = self.recording.actions.len();
        self.end = before.instant;
        Ok((request, self.take_notes(playback, before)))
    }

    /// Performs an action again in `playback`, if it is the next one of the recording at this very
    /// instant.
    pub(crate) fn act_again(
        &mut self,
        playback: &mut Playback,
        action: &Action,
    ) -> Option<(Option<RequestId>, Vec<RequestTrace>)> {
        let next = self.next_action(playback)?;
        if next.when != playback.instant() || next.action != *action {
            return None;
        }
        let before = playback.place();
        // A recorded action was not refused then, so it is not refused now.
        let request = playback.act(action).ok()?;
        playback.done += 1;
        Some((request, self.take_notes(playback, before)))
    }

    /// Collects what has happened in `playback` since `before`, and adds it to the event index
    /// where it is new to the branch. Returns the requests made by hand that have ended.
    fn take_notes(&mut self, playback: &mut Playback, before: RunPosition) -> Vec<RequestTrace> {
        let is_new = before >= self.noted;
        let finished = playback.take_notes(Some(&mut self.event_index).filter(|_| is_new));
        self.noted = self.noted.max(playback.place());
        finished
    }

    /// Does the next thing in `playback` up to `until`: a recorded action or an event. Returns
    /// `None` if there is nothing until then, else the requests made by hand that have ended.
    pub(crate) fn go_on(
        &mut self,
        playback: &mut Playback,
        until: Time,
    ) -> Option<Vec<RequestTrace>> {
        let ahead = Touch::ahead(playback.run.cluster_mut());
        let next = ahead.as_ref().map(|(at, _)| *at);
        let before = playback.place();
        let until = until.min(self.limits.time);
        if let Some(Timed { when, action }) = self.act_before(playback, next) {
            if when.at > until {
                return None;
            }
            let (at, action) = (when.at, action.clone());
            playback.done += 1;
            playback.run.cluster_mut().rest_until(at);
            // A recorded action was not refused then, so it is not refused now.
            let _request = playback.act(&action);
        } else {
            let has_room = before.instant.events < self.limits.events;
            let (_, touch) = ahead.filter(|(next, _)| has_room && *next <= until)?;
            playback.step(touch);
            self.lighten(playback);
        }
        let finished = self.take_notes(playback, before);
        self.played(playback);
        Some(finished)
    }

    /// Lets time pass in `playback` without events: up to the next event at most.
    pub(crate) fn rest(&mut self, playback: &mut Playback, until: Time) {
        let cluster = playback.run.cluster_mut();
        let next = cluster.next_time().unwrap_or(Time::END);
        cluster.rest_until(until.min(next).min(self.limits.time));
        self.end = self.end.max(playback.instant());
    }

    /// Registers that `playback` was reached, and stores a keyframe at each distance.
    fn played(&mut self, playback: &Playback) {
        self.end = self.end.max(playback.instant());
        let kept = self.keyframes.last().map_or(0, |last| last.playback.instant().events);
        if playback.instant().events < kept + self.distance {
            return;
        }
        self.keyframes.push(Keyframe::new(playback));
        if self.keyframes.len() > MAX_KEYFRAMES {
            self.distance *= 2;
            let mut at = 0;
            self.keyframes.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }

    /// Drops the recent past of the last keyframe, if `playback` is now near enough after it and
    /// has replaced all of it.
    fn lighten(&mut self, playback: &Playback) {
        if let [.., _, last] = self.keyframes.as_mut_slice()
            && last.whole_from == last.playback.instant()
            && playback.instant().events <= last.whole_from.events + self.distance / DETOUR
            && playback.has_left_behind(&last.playback)
        {
            let light = Rc::make_mut(&mut last.playback);
            light.event_log.forget();
            light.message_traces.forget();
            last.whole_from = playback.instant();
        }
    }

    /// The playback to start from: the last keyframe before a destination, or `here` if that is
    /// nearer.
    pub(crate) fn set_out(&self, to: Destination, here: Option<&Playback>) -> Playback {
        let kept = &self.keyframes[self.kept_before(to).saturating_sub(1)].playback;
        let is_nearer = |here: &&Playback| {
            self.comes_before(here.instant(), here.done, to) && here.instant() > kept.instant()
        };
        here.filter(is_nearer).map_or_else(|| Playback::clone(kept), Playback::clone)
    }

    /// The number of keyframes that come before a destination and have their complete recent past
    /// again there.
    fn kept_before(&self, to: Destination) -> usize {
        self.keyframes
            .partition_point(|kept| self.comes_before(kept.whole_from, kept.playback.done, to))
    }

    /// Whether a destination lies ahead of an instant with `done` actions done.
    fn comes_before(&self, from: Instant, done: usize, to: Destination) -> bool {
        match to {
            Destination::Time(at) => from.at <= at,
            Destination::Events(events) => from.events <= events,
            Destination::Instant(instant) => from <= instant,
            Destination::RunPosition(wanted) => from <= wanted.instant && done <= wanted.done,
            Destination::Act(act) => {
                let when = self.recording.actions.get(act).map(|timed| timed.when);
                done <= act && when.is_none_or(|when| from <= when)
            }
            Destination::Landmark { after, .. } => from <= after,
        }
    }

    /// Plays `playback` towards a destination, by at most `work`. Returns whether it has arrived.
    pub(crate) fn approach(&mut self, playback: &mut Playback, to: Destination, work: u32) -> bool {
        let most = playback.work + u64::from(work);
        while playback.work < most {
            if !self.go_on_to(playback, to) {
                self.arrive(playback, to);
                return true;
            }
        }
        false
    }

    /// Does the next thing on the way to a destination. Returns whether there was one.
    fn go_on_to(&mut self, playback: &mut Playback, to: Destination) -> bool {
        let events = playback.instant().events;
        // An action recorded for an instant that never occurs is never done.
        let acts_by = |history: &Self, until: Instant| {
            let next = history.next_action(playback);
            next.is_some_and(|next| next.when.events == events && next.when <= until)
        };
        let until = match to {
            Destination::Time(at) => at.min(self.end().at),
            Destination::Events(wanted) => {
                let last = Instant { events: wanted, at: Time::END };
                if events >= wanted && !acts_by(self, last) {
                    return false;
                }
                Time::END
            }
            Destination::Instant(wanted) => {
                if events >= wanted.events && !acts_by(self, wanted) {
                    return false;
                }
                Time::END
            }
            Destination::RunPosition(RunPosition { instant, done }) => {
                if events >= instant.events && (playback.done >= done || !acts_by(self, instant)) {
                    return false;
                }
                Time::END
            }
            Destination::Act(act) => {
                let when =
                    self.recording.actions.get(act).map_or(playback.instant(), |act| act.when);
                if events >= when.events && (playback.done >= act || !acts_by(self, when)) {
                    return false;
                }
                Time::END
            }
            Destination::Landmark { landmark, after, until } => {
                if self.event_index.came(landmark, after) {
                    return false;
                }
                until
            }
        };
        self.go_on(playback, until).is_some()
    }

    /// Lets the rest of the time pass when nothing else comes on the way.
    fn arrive(&mut self, playback: &mut Playback, to: Destination) {
        let at = match to {
            Destination::Time(at) => at.min(self.end().at),
            Destination::Events(_) => return,
            Destination::Instant(instant)
            | Destination::RunPosition(RunPosition { instant, .. }) => instant.at,
            Destination::Act(act) => match self.recording.actions.get(act) {
                Some(timed) => timed.when.at,
                None => return,
            },
            Destination::Landmark { until, .. } if self.is_missing(to).is_some() => until,
            Destination::Landmark { .. } => return,
        };
        // A requested instant that never occurred may lie behind the next event.
        if at > playback.instant().at {
            self.rest(playback, at);
        }
    }

    /// The landmark that was searched for and not found.
    pub(crate) fn is_missing(&self, to: Destination) -> Option<Landmark> {
        match to {
            Destination::Landmark { landmark, after, .. }
                if !self.event_index.came(landmark, after) =>
            {
                Some(landmark)
            }
            _ => None,
        }
    }

    /// The first keyframe that does not come before a destination.
    pub(crate) fn kept_after(&self, to: Destination) -> Option<Instant> {
        self.keyframes.get(self.kept_before(to)).map(|kept| kept.playback.instant())
    }

    /// The last action done in `playback`; of actions that were done together, the first.
    pub(crate) fn last_act(&self, playback: &Playback) -> Option<usize> {
        (0..playback.done).rfind(|act| !self.joined.contains(act))
    }

    /// Marks the last action of `playback` as done together with the one before.
    pub(crate) fn join_last(&mut self, playback: &Playback) {
        self.joined.extend(playback.done.checked_sub(1));
    }

    /// A new branch that starts at `playback`.
    pub(crate) fn fork(&self, playback: &Playback) -> Self {
        let (end, noted) = (playback.instant(), playback.place());
        let actions = self.recording.actions.iter().take(playback.done).cloned().collect();
        let is_before =
            |kept: &&Keyframe| kept.whole_from <= end && kept.playback.done <= playback.done;
        Self {
            recording: Recording { cluster_config: self.recording.cluster_config, actions },
            joined: self.joined.range(..playback.done).copied().collect(),
            keyframes: self.keyframes.iter().filter(is_before).cloned().collect(),
            distance: self.distance,
            end,
            kept_end: end,
            event_index: self.event_index.until(noted),
            noted,
            seen: self.seen,
            limits: self.limits,
            bytes: self.bytes_until(playback.done),
        }
    }

    /// Keeps only the actions and how far the branch was played: it has to be played again to be
    /// shown. No job may be using the branch.
    pub(crate) fn fold(&mut self) {
        let (end, seen, limits) = (self.end(), self.seen, self.limits);
        let nothing =
            Recording { cluster_config: self.recording.cluster_config, actions: Vec::new() };
        let (folded, _) = Self::of(std::mem::replace(&mut self.recording, nothing), end);
        *self = Self { joined: std::mem::take(&mut self.joined), seen, limits, ..folded };
    }

    /// Whether only the actions are kept.
    pub(crate) fn is_folded(&self) -> bool {
        self.noted == RunPosition::default()
    }

    /// The limit that keeps time from passing after `playback`, if any.
    pub(crate) fn stands_at(&self, playback: &Playback) -> Option<Limit> {
        let Instant { events, at } = playback.instant();
        if at >= self.limits.time {
            return Some(Limit::Time);
        }
        (events >= self.limits.events).then_some(Limit::Events)
    }

    /// An upper bound of the length of its actions' text, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The same for its first `done` actions.
    pub(crate) fn bytes_until(&self, done: usize) -> usize {
        self.recording.actions.iter().take(done).map(Timed::bytes).sum()
    }

    /// The number of actions done in `playback`, if the recording has more at its instant.
    pub(crate) fn done_of_the_instant(&self, playback: &Playback) -> Option<usize> {
        let next = self.next_action(playback)?;
        (next.when <= playback.instant()).then_some(playback.done)
    }

    /// Whether something recorded is still to be done after `playback`.
    pub(crate) fn acts_after(&self, playback: &Playback) -> bool {
        playback.done < self.recording.actions.len()
    }

    /// The next recorded action after `playback`, if it comes before the next event.
    pub(crate) fn act_next(&self, playback: &mut Playback) -> Option<&Timed> {
        let next = playback.run.cluster_mut().next_time();
        self.act_before(playback, next)
    }

    /// The next recorded action after `playback`, if it comes before the next event, which is due
    /// at `next`.
    fn act_before(&self, playback: &Playback, next: Option<Time>) -> Option<&Timed> {
        let events = playback.run.cluster().events();
        let is_next =
            |act: &&Timed| act.when.events == events && next.is_none_or(|next| act.when.at <= next);
        self.next_action(playback).filter(is_next)
    }

    /// Whether the branch goes on after `playback`.
    pub(crate) fn goes_on_after(&self, playback: &Playback) -> bool {
        playback.done < self.recording.actions.len() || playback.instant() < self.end()
    }
}

#[cfg(test)]
mod tests;
