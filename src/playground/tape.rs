//! Time travel: a branch of the story as it can be played again, with keyframes so that no instant is far.
//!
//! A *scene* is all that belongs to an instant. A *tape* is what was done, with scenes kept at regular
//! distances: to seek an instant is to take the scene before it and to run on from there, which gives
//! exactly the scene that was, since a run is a function of its founding and its actions.

use std::collections::VecDeque;
use std::rc::Rc;

use super::history::{History, Track};
use super::recording::{Instant, Recording, Timed};
use crate::check::Run;
use crate::cluster::{Action, Founding, Journey, Refused, RequestId, YOU};
use crate::time::Time;

/// How many of the visitor's requests are shown.
pub(super) const JOURNEYS: usize = 5;

/// How many events lie between two scenes that are kept, at first.
const DISTANCE: u64 = 16_384;

/// How many scenes are kept; with more, every second one goes and the distance doubles.
const MOST_SCENES: usize = 256;

/// All that belongs to an instant.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) run: Run,
    pub(super) history: History,
    /// The visitor's latest requests that have ended, the newest first.
    pub(super) ended: VecDeque<Journey>,
    /// How many of the tape's actions were done.
    done: usize,
}

impl Scene {
    fn new(founding: Founding) -> Self {
        let (history, ended) = (History::default(), VecDeque::new());
        Self { run: Run::new(founding), history, ended, done: 0 }
    }

    /// Where this scene belongs.
    pub(super) fn instant(&self) -> Instant {
        Instant { events: self.run.cluster().events(), at: self.run.cluster().now() }
    }

    /// Writes down what has happened. Returns the visitor's requests that have ended.
    fn take_notes(&mut self, mut track: Option<&mut Track>) -> Vec<Journey> {
        for fact in self.run.cluster_mut().take_facts() {
            if let Some(track) = &mut track {
                track.note(&fact);
            }
            self.history.note(fact);
        }
        let finished = self.run.cluster_mut().take_finished();
        let own: Vec<Journey> = finished.filter(|journey| journey.client == YOU).collect();
        for journey in &own {
            self.ended.push_front(journey.clone());
        }
        self.ended.truncate(JOURNEYS);
        own
    }
}

/// A branch: what was done, and how far it has been played.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    pub(super) recording: Recording,
    /// Scenes on the way, by their instants; the first is the beginning.
    scenes: Vec<Rc<Scene>>,
    distance: u64,
    /// How far it has been played.
    end: Instant,
    /// What happened on it, from the beginning to the end.
    pub(super) track: Track,
}

impl Tape {
    /// An empty tape, and its beginning.
    pub(super) fn new(founding: Founding) -> (Self, Scene) {
        Self::of(Recording { founding, actions: Vec::new() })
    }

    /// The tape of a recording, not played yet, and its beginning.
    pub(super) fn of(recording: Recording) -> (Self, Scene) {
        let scene = Scene::new(recording.founding);
        let scenes = vec![Rc::new(scene.clone())];
        let (end, track) = (scene.instant(), Track::default());
        (Self { recording, scenes, distance: DISTANCE, end, track }, scene)
    }

    /// The last instant that was played, or is recorded.
    pub(super) fn end(&self) -> Instant {
        let last = self.recording.actions.last().map_or(Instant::default(), |last| last.when);
        self.end.max(last)
    }

    /// The action that was done next, after `scene`.
    fn next_action(&self, scene: &Scene) -> Option<&Timed> {
        self.recording.actions.get(scene.done)
    }

    /// Does something in `scene`, which is to be the end of the tape, and records it.
    pub(super) fn act(
        &mut self,
        scene: &mut Scene,
        action: &Action,
    ) -> Result<(Option<RequestId>, Vec<Journey>), Refused> {
        let when = scene.instant();
        let request = scene.run.apply(action)?;
        self.recording.actions.push(Timed { when, action: action.clone() });
        scene.done = self.recording.actions.len();
        self.end = when;
        Ok((request, scene.take_notes(Some(&mut self.track))))
    }

    /// Does what comes next in `scene` up to `until`: a recorded action or an event. `None` where nothing
    /// comes until then; else the visitor's requests that have ended.
    pub(super) fn go_on(&mut self, scene: &mut Scene, until: Time) -> Option<Vec<Journey>> {
        let next = scene.run.cluster_mut().next_time();
        let events = scene.run.cluster().events();
        let is_new = scene.instant() >= self.end;
        if let Some(Timed { when, action }) = self.next_action(scene)
            && when.events == events
            && next.is_none_or(|next| when.at <= next)
        {
            if when.at > until {
                return None;
            }
            let (at, action) = (when.at, action.clone());
            scene.done += 1;
            scene.run.cluster_mut().rest_until(at);
            // What was recorded was not refused then, so it is not now.
            let _request = scene.run.apply(&action);
        } else {
            if next.is_none_or(|next| next > until) {
                return None;
            }
            let sound = scene.run.violation().is_none();
            scene.run.step();
            if let Some((at, violation)) = scene.run.violation().filter(|_| sound) {
                let (at, violation) = (*at, *violation);
                let finished = scene.take_notes(Some(&mut self.track).filter(|_| is_new));
                scene.history.violated(at, &violation);
                if is_new {
                    self.track.violated(at);
                }
                self.played(scene);
                return Some(finished);
            }
        }
        let finished = scene.take_notes(Some(&mut self.track).filter(|_| is_new));
        self.played(scene);
        Some(finished)
    }

    /// Lets time pass in `scene`, with nothing in between.
    pub(super) fn rest(&mut self, scene: &mut Scene, until: Time) {
        scene.run.cluster_mut().rest_until(until);
        self.end = self.end.max(scene.instant());
    }

    /// The scene is there; keeps a copy from time to time.
    fn played(&mut self, scene: &Scene) {
        self.end = self.end.max(scene.instant());
        let kept = self.scenes.last().map_or(0, |last| last.instant().events);
        if scene.instant().events < kept + self.distance {
            return;
        }
        self.scenes.push(Rc::new(scene.clone()));
        if self.scenes.len() > MOST_SCENES {
            self.distance *= 2;
            let mut at = 0;
            self.scenes.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }

    /// The last kept scene of those for which `is_before` holds; they come first.
    fn kept_scene(&self, is_before: impl Fn(&Scene) -> bool) -> Scene {
        let after = self.scenes.partition_point(|scene| is_before(scene));
        Scene::clone(&self.scenes[after.saturating_sub(1)])
    }

    /// The scene at this time, with all that happens at it; at the end of the tape if that comes first.
    pub(super) fn scene_at(&mut self, to: Time) -> Scene {
        let to = to.min(self.end().at);
        let mut scene = self.kept_scene(|kept| kept.instant().at <= to);
        while self.go_on(&mut scene, to).is_some() {}
        self.rest(&mut scene, to);
        scene
    }

    /// The scene after exactly so many events, with what was done before the next.
    pub(super) fn scene_after_events(&mut self, events: u64) -> Scene {
        let mut scene = self.kept_scene(|kept| kept.instant().events <= events);
        let acts_next = |tape: &Self, scene: &Scene| {
            tape.next_action(scene).is_some_and(|next| next.when.events == events)
        };
        while (scene.instant().events < events || acts_next(self, &scene))
            && self.go_on(&mut scene, Time::END).is_some()
        {}
        scene
    }

    /// The scene just before the last thing that was done in `scene` or before it.
    pub(super) fn scene_before_act(&mut self, scene: &Scene) -> Option<Scene> {
        let last = scene.done.checked_sub(1)?;
        let when = self.recording.actions.get(last)?.when;
        let mut scene = self.kept_scene(|kept| kept.instant() <= when && kept.done <= last);
        while (scene.done < last || scene.instant().events < when.events)
            && self.go_on(&mut scene, Time::END).is_some()
        {}
        self.rest(&mut scene, when.at);
        Some(scene)
    }

    /// A tape that goes on from `scene` otherwise.
    pub(super) fn fork(&self, scene: &Scene) -> Self {
        let end = scene.instant();
        let mut fork = self.clone();
        fork.recording.actions.truncate(scene.done);
        fork.scenes.retain(|kept| kept.instant() <= end && kept.done <= scene.done);
        fork.end = end;
        fork.track.forget_after(end.at);
        fork
    }

    /// Whether something recorded is still to be done after `scene`.
    pub(super) fn acts_after(&self, scene: &Scene) -> bool {
        scene.done < self.recording.actions.len()
    }

    /// How many of the recorded actions were done in `scene` or before it.
    pub(super) fn acts_done(&self, scene: &Scene) -> usize {
        scene.done
    }

    /// Whether the tape has more than the scene.
    pub(super) fn goes_on_after(&self, scene: &Scene) -> bool {
        scene.done < self.recording.actions.len() || scene.instant() < self.end
    }
}
