//! Time travel: a branch of the story as it can be played again, with keyframes so that no instant is far.
//!
//! A *scene* is all that belongs to an instant. A *tape* is what was done, with scenes kept at regular
//! distances: to seek an instant is to take the scene before it and to run on from there, which gives
//! exactly the scene that was, since a run is a function of its founding and its actions.
//!
//! What a scene remembers of the recent past is bounded, and the way to an instant that is not near brings
//! all of it: so a kept scene forgets it once it may, and who seeks an instant just after that scene sets
//! out from the one before.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::frame::Scene;
use crate::cluster::{Action, Founding, Journey, Refused, RequestId};
use crate::playground::history::event_index::Track;
use crate::playground::history::limits::Limit;
use crate::playground::history::message_trace::Touch;
use crate::playground::view::Landmark;
use crate::recording::{Instant, LIMITS, Limits, Place, Recording, Timed};
use crate::time::Time;

/// How many events lie between two scenes that are kept, at first.
const DISTANCE: u64 = 12_288;

/// How many scenes are kept; with more, every second one goes and the distance doubles.
const MOST_SCENES: usize = 256;

/// A kept scene keeps its recent past where to come by it anew would take more than this part of the distance.
const DETOUR: u64 = 8;

/// A scene on the way, to set out from.
#[derive(Clone, Debug)]
struct Kept {
    scene: Rc<Scene>,
    /// Who sets out from it remembers all that is to be remembered from here on: at once, as long as the
    /// scene has its recent past.
    whole_from: Instant,
}

impl Kept {
    fn new(scene: &Scene) -> Self {
        Self { scene: Rc::new(scene.clone()), whole_from: scene.instant() }
    }
}

/// Where on a tape somebody wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// This time, with all that happens at it; the end of the tape if that comes first.
    Time(Time),
    /// After exactly so many events, with what was done before the next.
    Events(u64),
    /// After exactly so many events, at this time, with what was done until then.
    Instant(Instant),
    /// After exactly so many events, at this time, with so many of the recorded actions done.
    Place(Place),
    /// Just before this action of the recording.
    Act(usize),
    /// Where the first such thing happens after an instant, or this time if none does until then.
    Landmark { landmark: Landmark, after: Instant, until: Time },
}

/// A branch: what was done, and how far it has been played.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    pub(crate) recording: Recording,
    /// How far it may be played, and how much may be done.
    pub(crate) limits: Limits,
    /// How long the text of all that was done is, in bytes, at most.
    bytes: usize,
    /// Which of its actions were done together with the one before. A recording's text does not say so.
    joined: BTreeSet<usize>,
    /// Scenes on the way, by their instants; the first is the beginning.
    scenes: Vec<Kept>,
    distance: u64,
    /// How far it has been played.
    end: Instant,
    /// How far it was played before it was kept.
    kept_end: Instant,
    /// What happened on it, from the beginning to the place up to which notes were taken.
    pub(crate) track: Track,
    noted: Place,
    /// When it was shown last, in the playground's jumps.
    pub(crate) seen: u64,
}

impl Tape {
    /// An empty tape, and its beginning.
    pub(crate) fn new(founding: Founding) -> (Self, Scene) {
        Self::of(Recording { founding, actions: Vec::new() }, Instant::default())
    }

    /// The tape of a recording that was once played up to an instant and is not yet here, and its beginning.
    pub(crate) fn of(mut recording: Recording, kept_end: Instant) -> (Self, Scene) {
        let scene = Scene::new(recording.founding);
        // A cluster has a server at least, whatever was asked for.
        recording.founding = scene.run.cluster().founding();
        let scenes = vec![Kept::new(&scene)];
        let (end, track) = (scene.instant(), Track::default());
        let (joined, noted) = (BTreeSet::new(), scene.place());
        let (limits, bytes) = (LIMITS, recording.actions.iter().map(Timed::bytes).sum());
        let distance = DISTANCE;
        let tape = Self {
            recording,
            limits,
            bytes,
            joined,
            scenes,
            distance,
            end,
            kept_end,
            track,
            noted,
            seen: 0,
        };
        (tape, scene)
    }

    /// The last instant that was played, or is recorded.
    pub(crate) fn end(&self) -> Instant {
        let last = self.recording.actions.last().map_or(Instant::default(), |last| last.when);
        self.end.max(self.kept_end).max(last)
    }

    /// The action that was done next, after `scene`.
    fn next_action(&self, scene: &Scene) -> Option<&Timed> {
        self.recording.actions.get(scene.done)
    }

    /// Does something in `scene`, which is to be the end of the tape, and records it.
    pub(crate) fn act(
        &mut self,
        scene: &mut Scene,
        action: &Action,
    ) -> Result<(Option<RequestId>, Vec<Journey>), Refused> {
        let before = scene.place();
        let request = scene.act(action)?;
        let timed = Timed { when: before.instant, action: action.clone() };
        self.bytes += timed.bytes();
        self.recording.actions.push(timed);
        scene.done = self.recording.actions.len();
        self.end = before.instant;
        Ok((request, self.take_notes(scene, before)))
    }

    /// Does something again in `scene`, if it is what the recording has next, at this very instant.
    pub(crate) fn act_again(
        &mut self,
        scene: &mut Scene,
        action: &Action,
    ) -> Option<(Option<RequestId>, Vec<Journey>)> {
        let next = self.next_action(scene)?;
        if next.when != scene.instant() || next.action != *action {
            return None;
        }
        let before = scene.place();
        // What was recorded was not refused then, so it is not now.
        let request = scene.act(action).ok()?;
        scene.done += 1;
        Some((request, self.take_notes(scene, before)))
    }

    /// Writes down what has happened in `scene` after a place; on the tape too, where that is new.
    fn take_notes(&mut self, scene: &mut Scene, before: Place) -> Vec<Journey> {
        let is_new = before >= self.noted;
        let finished = scene.take_notes(Some(&mut self.track).filter(|_| is_new));
        self.noted = self.noted.max(scene.place());
        finished
    }

    /// Does what comes next in `scene` up to `until`: a recorded action or an event. `None` where nothing
    /// comes until then; else the visitor's requests that have ended.
    pub(crate) fn go_on(&mut self, scene: &mut Scene, until: Time) -> Option<Vec<Journey>> {
        let ahead = Touch::ahead(scene.run.cluster_mut());
        let next = ahead.as_ref().map(|(at, _)| *at);
        let before = scene.place();
        let until = until.min(self.limits.time);
        if let Some(Timed { when, action }) = self.act_before(scene, next) {
            if when.at > until {
                return None;
            }
            let (at, action) = (when.at, action.clone());
            scene.done += 1;
            scene.run.cluster_mut().rest_until(at);
            // What was recorded was not refused then, so it is not now.
            let _request = scene.act(&action);
        } else {
            let has_room = before.instant.events < self.limits.events;
            let (_, touch) = ahead.filter(|(next, _)| has_room && *next <= until)?;
            scene.step(touch);
            self.lighten(scene);
        }
        let finished = self.take_notes(scene, before);
        self.played(scene);
        Some(finished)
    }

    /// Lets time pass in `scene`, with nothing in between: up to the next event at most.
    pub(crate) fn rest(&mut self, scene: &mut Scene, until: Time) {
        let cluster = scene.run.cluster_mut();
        let next = cluster.next_time().unwrap_or(Time::END);
        cluster.rest_until(until.min(next).min(self.limits.time));
        self.end = self.end.max(scene.instant());
    }

    /// The scene is there; keeps a copy from time to time.
    fn played(&mut self, scene: &Scene) {
        self.end = self.end.max(scene.instant());
        let kept = self.scenes.last().map_or(0, |last| last.scene.instant().events);
        if scene.instant().events < kept + self.distance {
            return;
        }
        self.scenes.push(Kept::new(scene));
        if self.scenes.len() > MOST_SCENES {
            self.distance *= 2;
            let mut at = 0;
            self.scenes.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }

    /// An event has brought `scene` so far from the last kept scene that this needs its recent past no more.
    fn lighten(&mut self, scene: &Scene) {
        if let [.., _, last] = self.scenes.as_mut_slice()
            && last.whole_from == last.scene.instant()
            && scene.instant().events <= last.whole_from.events + self.distance / DETOUR
            && scene.has_left_behind(&last.scene)
        {
            let light = Rc::make_mut(&mut last.scene);
            light.history.forget();
            light.weave.forget();
            last.whole_from = scene.instant();
        }
    }

    /// The last kept scene that comes before a destination, to set out from; or `here`, if it is nearer.
    pub(crate) fn set_out(&self, to: Destination, here: Option<&Scene>) -> Scene {
        let kept = &self.scenes[self.kept_before(to).saturating_sub(1)].scene;
        let is_nearer = |here: &&Scene| {
            self.comes_before(here.instant(), here.done, to) && here.instant() > kept.instant()
        };
        here.filter(is_nearer).map_or_else(|| Scene::clone(kept), Scene::clone)
    }

    /// How many of the kept scenes come before a destination, and have their recent past again there.
    fn kept_before(&self, to: Destination) -> usize {
        self.scenes.partition_point(|kept| self.comes_before(kept.whole_from, kept.scene.done, to))
    }

    /// Whether the way from an instant, with so much done, to a destination leads on and not back.
    fn comes_before(&self, from: Instant, done: usize, to: Destination) -> bool {
        match to {
            Destination::Time(at) => from.at <= at,
            Destination::Events(events) => from.events <= events,
            Destination::Instant(instant) => from <= instant,
            Destination::Place(wanted) => from <= wanted.instant && done <= wanted.done,
            Destination::Act(act) => {
                let when = self.recording.actions.get(act).map(|timed| timed.when);
                done <= act && when.is_none_or(|when| from <= when)
            }
            Destination::Landmark { after, .. } => from <= after,
        }
    }

    /// Goes on in `scene` towards a destination until that was so much work. Whether it is there.
    pub(crate) fn approach(&mut self, scene: &mut Scene, to: Destination, work: u32) -> bool {
        let most = scene.work + u64::from(work);
        while scene.work < most {
            if !self.go_on_to(scene, to) {
                self.arrive(scene, to);
                return true;
            }
        }
        false
    }

    /// Does what comes next on the way to a destination, if anything does.
    fn go_on_to(&mut self, scene: &mut Scene, to: Destination) -> bool {
        let events = scene.instant().events;
        // What is recorded for an instant that never was is never done.
        let acts_by = |tape: &Self, until: Instant| {
            let next = tape.next_action(scene);
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
            Destination::Place(Place { instant, done }) => {
                if events >= instant.events && (scene.done >= done || !acts_by(self, instant)) {
                    return false;
                }
                Time::END
            }
            Destination::Act(act) => {
                let when = self.recording.actions.get(act).map_or(scene.instant(), |act| act.when);
                if events >= when.events && (scene.done >= act || !acts_by(self, when)) {
                    return false;
                }
                Time::END
            }
            Destination::Landmark { landmark, after, until } => {
                if self.track.came(landmark, after) {
                    return false;
                }
                until
            }
        };
        self.go_on(scene, until).is_some()
    }

    /// Lets the time pass that is left when nothing comes any more on the way.
    fn arrive(&mut self, scene: &mut Scene, to: Destination) {
        let at = match to {
            Destination::Time(at) => at.min(self.end().at),
            Destination::Events(_) => return,
            Destination::Instant(instant) | Destination::Place(Place { instant, .. }) => instant.at,
            Destination::Act(act) => match self.recording.actions.get(act) {
                Some(timed) => timed.when.at,
                None => return,
            },
            Destination::Landmark { until, .. } if self.is_missing(to).is_some() => until,
            Destination::Landmark { .. } => return,
        };
        // Who asks for an instant that never was may ask for one behind the next event.
        if at > scene.instant().at {
            self.rest(scene, at);
        }
    }

    /// What was to be found and did not come.
    pub(crate) fn is_missing(&self, to: Destination) -> Option<Landmark> {
        match to {
            Destination::Landmark { landmark, after, .. } if !self.track.came(landmark, after) => {
                Some(landmark)
            }
            _ => None,
        }
    }

    /// The first kept scene that does not come before a destination.
    pub(crate) fn kept_after(&self, to: Destination) -> Option<Instant> {
        self.scenes.get(self.kept_before(to)).map(|kept| kept.scene.instant())
    }

    /// The last thing that was done in `scene` or before it; the first of those that were done together.
    pub(crate) fn last_act(&self, scene: &Scene) -> Option<usize> {
        (0..scene.done).rfind(|act| !self.joined.contains(act))
    }

    /// The last thing that was done in `scene` belongs to the one before.
    pub(crate) fn join_last(&mut self, scene: &Scene) {
        self.joined.extend(scene.done.checked_sub(1));
    }

    /// A tape that goes on from `scene` otherwise.
    pub(crate) fn fork(&self, scene: &Scene) -> Self {
        let (end, noted) = (scene.instant(), scene.place());
        let actions = self.recording.actions.iter().take(scene.done).cloned().collect();
        let is_before = |kept: &&Kept| kept.whole_from <= end && kept.scene.done <= scene.done;
        Self {
            recording: Recording { founding: self.recording.founding, actions },
            joined: self.joined.range(..scene.done).copied().collect(),
            scenes: self.scenes.iter().filter(is_before).cloned().collect(),
            distance: self.distance,
            end,
            kept_end: end,
            track: self.track.until(noted),
            noted,
            seen: self.seen,
            limits: self.limits,
            bytes: self.bytes_until(scene.done),
        }
    }

    /// Keeps only what was done, and how far it was played: whoever goes there plays it again. Nobody may be on the
    /// way in it.
    pub(crate) fn fold(&mut self) {
        let (end, seen, limits) = (self.end(), self.seen, self.limits);
        let nothing = Recording { founding: self.recording.founding, actions: Vec::new() };
        let (folded, _) = Self::of(std::mem::replace(&mut self.recording, nothing), end);
        *self = Self { joined: std::mem::take(&mut self.joined), seen, limits, ..folded };
    }

    /// Whether there is nothing of it but what was done.
    pub(crate) fn is_folded(&self) -> bool {
        self.noted == Place::default()
    }

    /// Which limit keeps time from passing after `scene`, if one does.
    pub(crate) fn stands_at(&self, scene: &Scene) -> Option<Limit> {
        let Instant { events, at } = scene.instant();
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

    /// How many of its actions were done in `scene`, where not all of those are that came at its instant.
    pub(crate) fn done_of_the_instant(&self, scene: &Scene) -> Option<usize> {
        let next = self.next_action(scene)?;
        (next.when <= scene.instant()).then_some(scene.done)
    }

    /// Whether something recorded is still to be done after `scene`.
    pub(crate) fn acts_after(&self, scene: &Scene) -> bool {
        scene.done < self.recording.actions.len()
    }

    /// What was done next after `scene`, if that comes before the next event.
    pub(crate) fn act_next(&self, scene: &mut Scene) -> Option<&Timed> {
        let next = scene.run.cluster_mut().next_time();
        self.act_before(scene, next)
    }

    /// The action that was done next after `scene`, if that was before the next event, which comes then.
    fn act_before(&self, scene: &Scene, next: Option<Time>) -> Option<&Timed> {
        let events = scene.run.cluster().events();
        let is_next =
            |act: &&Timed| act.when.events == events && next.is_none_or(|next| act.when.at <= next);
        self.next_action(scene).filter(is_next)
    }

    /// Whether the tape has more than the scene.
    pub(crate) fn goes_on_after(&self, scene: &Scene) -> bool {
        scene.done < self.recording.actions.len() || scene.instant() < self.end()
    }
}

#[cfg(test)]
mod tests;
