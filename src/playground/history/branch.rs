//! Time travel: a branch of the story as it can be played again, with keyframes so that no instant is far.
//!
//! A *playback* is all that belongs to an instant. A *branch history* is what was done, with keyframes kept at regular
//! distances: to seek an instant is to take the playback before it and to run on from there, which gives
//! exactly the playback that was, since a run is a function of its configuration and its actions.
//!
//! What a playback remembers of the recent past is bounded, and the way to an instant that is not near brings
//! all of it: so a keyframe forgets it once it may, and who seeks an instant just after that keyframe sets
//! out from the one before.

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

/// How many events lie between two keyframes that are kept, at first.
const DISTANCE: u64 = 12_288;

/// How many keyframes are kept; with more, every second one goes and the distance doubles.
const MOST_SCENES: usize = 256;

/// A keyframe keeps its recent past where to come by it anew would take more than this part of the distance.
const DETOUR: u64 = 8;

/// A keyframe on the way, to set out from.
#[derive(Clone, Debug)]
struct Keyframe {
    playback: Rc<Playback>,
    /// Who sets out from it remembers all that is to be remembered from here on: at once, as long as the
    /// keyframe has its recent past.
    whole_from: Instant,
}

impl Keyframe {
    fn new(playback: &Playback) -> Self {
        Self { playback: Rc::new(playback.clone()), whole_from: playback.instant() }
    }
}

/// Where on a branch somebody wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// This time, with all that happens at it; the end of the branch if that comes first.
    Time(Time),
    /// After exactly so many events, with what was done before the next.
    Events(u64),
    /// After exactly so many events, at this time, with what was done until then.
    Instant(Instant),
    /// After exactly so many events, at this time, with so many of the recorded actions done.
    RunPosition(RunPosition),
    /// Just before this action of the recording.
    Act(usize),
    /// Where the first such thing happens after an instant, or this time if none does until then.
    Landmark { landmark: Landmark, after: Instant, until: Time },
}

/// A branch: what was done, and how far it has been played.
#[derive(Clone, Debug)]
pub(crate) struct BranchHistory {
    pub(crate) recording: Recording,
    /// How far it may be played, and how much may be done.
    pub(crate) limits: Limits,
    /// How long the text of all that was done is, in bytes, at most.
    bytes: usize,
    /// Which of its actions were done together with the one before. A recording's text does not say so.
    joined: BTreeSet<usize>,
    /// Keyframes on the way, by their instants; the first is the beginning.
    keyframes: Vec<Keyframe>,
    distance: u64,
    /// How far it has been played.
    end: Instant,
    /// How far it was played before it was kept.
    kept_end: Instant,
    /// What happened on it, from the beginning to the place up to which notes were taken.
    pub(crate) event_index: EventIndex,
    noted: RunPosition,
    /// When it was shown last, in the playground's jumps.
    pub(crate) seen: u64,
}

impl BranchHistory {
    /// An empty branch, and its beginning.
    pub(crate) fn new(cluster_config: ClusterConfig) -> (Self, Playback) {
        Self::of(Recording { cluster_config, actions: Vec::new() }, Instant::default())
    }

    /// The branch of a recording that was once played up to an instant and is not yet here, and its beginning.
    pub(crate) fn of(mut recording: Recording, kept_end: Instant) -> (Self, Playback) {
        let playback = Playback::new(recording.cluster_config);
        // A cluster has a server at least, whatever was asked for.
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

    /// The last instant that was played, or is recorded.
    pub(crate) fn end(&self) -> Instant {
        let last = self.recording.actions.last().map_or(Instant::default(), |last| last.when);
        self.end.max(self.kept_end).max(last)
    }

    /// The action that was done next, after `playback`.
    fn next_action(&self, playback: &Playback) -> Option<&Timed> {
        self.recording.actions.get(playback.done)
    }

    /// Does something in `playback`, which is to be the end of the branch, and records it.
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

    /// Does something again in `playback`, if it is what the recording has next, at this very instant.
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
        // What was recorded was not refused then, so it is not now.
        let request = playback.act(action).ok()?;
        playback.done += 1;
        Some((request, self.take_notes(playback, before)))
    }

    /// Writes down what has happened in `playback` after a place; on the branch too, where that is new.
    fn take_notes(&mut self, playback: &mut Playback, before: RunPosition) -> Vec<RequestTrace> {
        let is_new = before >= self.noted;
        let finished = playback.take_notes(Some(&mut self.event_index).filter(|_| is_new));
        self.noted = self.noted.max(playback.place());
        finished
    }

    /// Does what comes next in `playback` up to `until`: a recorded action or an event. `None` where nothing
    /// comes until then; else the visitor's requests that have ended.
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
            // What was recorded was not refused then, so it is not now.
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

    /// Lets time pass in `playback`, with nothing in between: up to the next event at most.
    pub(crate) fn rest(&mut self, playback: &mut Playback, until: Time) {
        let cluster = playback.run.cluster_mut();
        let next = cluster.next_time().unwrap_or(Time::END);
        cluster.rest_until(until.min(next).min(self.limits.time));
        self.end = self.end.max(playback.instant());
    }

    /// The playback is there; keeps a copy from time to time.
    fn played(&mut self, playback: &Playback) {
        self.end = self.end.max(playback.instant());
        let kept = self.keyframes.last().map_or(0, |last| last.playback.instant().events);
        if playback.instant().events < kept + self.distance {
            return;
        }
        self.keyframes.push(Keyframe::new(playback));
        if self.keyframes.len() > MOST_SCENES {
            self.distance *= 2;
            let mut at = 0;
            self.keyframes.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }

    /// An event has brought `playback` so far from the last keyframe that this needs its recent past no more.
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

    /// The last keyframe that comes before a destination, to set out from; or `here`, if it is nearer.
    pub(crate) fn set_out(&self, to: Destination, here: Option<&Playback>) -> Playback {
        let kept = &self.keyframes[self.kept_before(to).saturating_sub(1)].playback;
        let is_nearer = |here: &&Playback| {
            self.comes_before(here.instant(), here.done, to) && here.instant() > kept.instant()
        };
        here.filter(is_nearer).map_or_else(|| Playback::clone(kept), Playback::clone)
    }

    /// How many of the kept keyframes come before a destination, and have their recent past again there.
    fn kept_before(&self, to: Destination) -> usize {
        self.keyframes
            .partition_point(|kept| self.comes_before(kept.whole_from, kept.playback.done, to))
    }

    /// Whether the way from an instant, with so much done, to a destination leads on and not back.
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

    /// Goes on in `playback` towards a destination until that was so much work. Whether it is there.
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

    /// Does what comes next on the way to a destination, if anything does.
    fn go_on_to(&mut self, playback: &mut Playback, to: Destination) -> bool {
        let events = playback.instant().events;
        // What is recorded for an instant that never was is never done.
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

    /// Lets the time pass that is left when nothing comes any more on the way.
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
        // Who asks for an instant that never was may ask for one behind the next event.
        if at > playback.instant().at {
            self.rest(playback, at);
        }
    }

    /// What was to be found and did not come.
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

    /// The last thing that was done in `playback` or before it; the first of those that were done together.
    pub(crate) fn last_act(&self, playback: &Playback) -> Option<usize> {
        (0..playback.done).rfind(|act| !self.joined.contains(act))
    }

    /// The last thing that was done in `playback` belongs to the one before.
    pub(crate) fn join_last(&mut self, playback: &Playback) {
        self.joined.extend(playback.done.checked_sub(1));
    }

    /// A branch that goes on from `playback` otherwise.
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

    /// Keeps only what was done, and how far it was played: whoever goes there plays it again. Nobody may be on the
    /// way in it.
    pub(crate) fn fold(&mut self) {
        let (end, seen, limits) = (self.end(), self.seen, self.limits);
        let nothing =
            Recording { cluster_config: self.recording.cluster_config, actions: Vec::new() };
        let (folded, _) = Self::of(std::mem::replace(&mut self.recording, nothing), end);
        *self = Self { joined: std::mem::take(&mut self.joined), seen, limits, ..folded };
    }

    /// Whether there is nothing of it but what was done.
    pub(crate) fn is_folded(&self) -> bool {
        self.noted == RunPosition::default()
    }

    /// Which limit keeps time from passing after `playback`, if one does.
    pub(crate) fn stands_at(&self, playback: &Playback) -> Option<Limit> {
        let Instant { events, at } = playback.instant();
        if at >= self.limits.time {
            return Some(Limit::Time);
        }
        (events >= self.limits.events).then_some(Limit::Events)
    }

    /// How long the text of all that was done is, in bytes, at most.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The same of so many of its actions.
    pub(crate) fn bytes_until(&self, done: usize) -> usize {
        self.recording.actions.iter().take(done).map(Timed::bytes).sum()
    }

    /// How many of its actions were done in `playback`, where not all of those are that came at its instant.
    pub(crate) fn done_of_the_instant(&self, playback: &Playback) -> Option<usize> {
        let next = self.next_action(playback)?;
        (next.when <= playback.instant()).then_some(playback.done)
    }

    /// Whether something recorded is still to be done after `playback`.
    pub(crate) fn acts_after(&self, playback: &Playback) -> bool {
        playback.done < self.recording.actions.len()
    }

    /// What was done next after `playback`, if that comes before the next event.
    pub(crate) fn act_next(&self, playback: &mut Playback) -> Option<&Timed> {
        let next = playback.run.cluster_mut().next_time();
        self.act_before(playback, next)
    }

    /// The action that was done next after `playback`, if that was before the next event, which comes then.
    fn act_before(&self, playback: &Playback, next: Option<Time>) -> Option<&Timed> {
        let events = playback.run.cluster().events();
        let is_next =
            |act: &&Timed| act.when.events == events && next.is_none_or(|next| act.when.at <= next);
        self.next_action(playback).filter(is_next)
    }

    /// Whether the branch has more than the playback.
    pub(crate) fn goes_on_after(&self, playback: &Playback) -> bool {
        playback.done < self.recording.actions.len() || playback.instant() < self.end()
    }
}

#[cfg(test)]
mod tests;
