//! Where a broken property became unavoidable: the last instant from which, with all rules of Raft switched back
//! on and the same things done later at the same times, it does not break.
//!
//! It is found by trying: from an instant the story is forked, all rules are as Raft has them from then on, the
//! later actions are done but for those that switch rules, and it is played until a second after the property
//! broke here. Instants are tried backwards from the break, in steps that double, and then halved between
//! the first that was found to avoid it and the last that was not. So what is found is one event at which it
//! turns: from there it was seen not to break, one event later it was seen to break all the same. Whether an
//! earlier or a later event turns it again is not looked at.
//!
//! All of it is played piece by piece while real time advances.

use std::collections::VecDeque;

use super::following::Spot;
use super::job::Job;
use super::tape::{Destination, Scene};
use super::travel::{Arrival, STEPS};
use super::view::TurningPoint;
use super::{Playground, Problem, micros};
use crate::check::{Property, Run};
use crate::cluster::Action;
use crate::raft::Rule;
use crate::recording::{Place, Timed};
use crate::time::{Duration, Time};

/// How long after the break a trial is played.
const AFTER: Duration = Duration::from_secs(1);

/// The search for the instant.
#[derive(Debug)]
pub(super) struct Avoidance {
    property: Property,
    branch: usize,
    /// How many actions the story had when the search began.
    actions: usize,
    /// Until when each trial is played.
    until: Time,
    /// From here on it breaks, as far as was tried.
    breaks: u64,
    /// From here it does not.
    holds: Option<Spot>,
    /// How far back the next step goes.
    stride: u64,
    trials: u64,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// On the way to the instant that is tried.
    SettingOut { events: u64, scene: Box<Scene> },
    /// From there on, with what is still to be done.
    Trying { from: Spot, run: Box<Run>, left: VecDeque<Timed> },
}

/// What comes after a trial.
enum Next {
    Try(u64),
    Found(Spot),
    Never,
}

impl Avoidance {
    /// How much of it is done, in percent, as far as one can know.
    pub(super) fn percent(&self) -> u64 {
        let most = 2 * u64::from(u64::BITS - self.breaks.leading_zeros()) + 1;
        (self.trials * 100 / most).min(99)
    }

    /// A trial is over.
    fn judged(&mut self, from: Spot, is_broken: bool) -> Next {
        self.trials += 1;
        if is_broken {
            self.breaks = from.place.instant.events;
        } else {
            self.holds = Some(from);
        }
        match self.holds {
            Some(holds) if holds.place.instant.events + 1 >= self.breaks => Next::Found(holds),
            Some(holds) => Next::Try(holds.place.instant.events.midpoint(self.breaks)),
            None if self.breaks == 0 => Next::Never,
            None => {
                self.stride *= 2;
                Next::Try(self.breaks.saturating_sub(self.stride))
            }
        }
    }
}

impl Playground {
    /// Begins to look for the last instant from which this broken property could still have been avoided.
    pub(super) fn avoid(&mut self, name: &'static str) -> Result<(), Problem> {
        self.playing = false;
        self.shown.turning_point = None;
        let Some((property, until, breaks)) = self.break_to_avoid(name) else {
            self.tell_turning_point(name, None, format!("{name} holds at this instant."));
            return Ok(());
        };
        if !self.has_rules_off(breaks.done) {
            let text = "No rule is off in this run: there is nothing to switch back on that would have \
                        avoided it.";
            self.tell_turning_point(name, None, text.to_string());
            return Ok(());
        }
        let breaks = breaks.instant.events;
        let avoidance = Avoidance {
            property,
            branch: self.shown.current,
            actions: self.tape().recording.actions.len(),
            until: until + AFTER,
            breaks,
            holds: None,
            stride: 1,
            trials: 0,
            stage: self.try_from(self.shown.current, breaks.saturating_sub(1)),
        };
        self.end_job();
        self.go_on_avoiding(Box::new(avoidance))
    }

    /// The break of a property, and when it came: before this instant, or later if that is known.
    fn break_to_avoid(&self, name: &str) -> Option<(Property, Time, Place)> {
        let property = Property::named(name)?;
        let shown = self.shown.scene.place();
        let later = || self.break_of(name).map(|place| (property, place.instant.at, place));
        let broken = self.run().violation_of(property);
        broken.map(|(at, _)| (property, *at, shown)).or_else(later)
    }

    /// Whether some rule was switched away from Raft in what was done first.
    fn has_rules_off(&self, done: usize) -> bool {
        self.tape().recording.actions[..done].iter().any(|timed| match timed.action {
            Action::Rule { rule, on } => on != rule.on_by_default(),
            _ => false,
        })
    }

    fn try_from(&self, branch: usize, events: u64) -> Stage {
        let scene = self.shown.branches[branch].tape.set_out(Destination::Events(events), None);
        Stage::SettingOut { events, scene: Box::new(scene) }
    }

    /// Plays the next piece of a trial.
    pub(super) fn go_on_avoiding(&mut self, mut avoidance: Box<Avoidance>) -> Result<(), Problem> {
        self.revision += 1;
        let judged = match &mut avoidance.stage {
            Stage::SettingOut { events, scene } => {
                let tape = &mut self.shown.branches[avoidance.branch].tape;
                if tape.approach(scene, Destination::Events(*events), STEPS) {
                    let place = scene.place();
                    let from = Spot { run: self.shown.id, branch: avoidance.branch, place };
                    let later = &tape.recording.actions[place.done..avoidance.actions];
                    let left = later.iter().filter(|timed| !is_rule(timed)).cloned().collect();
                    let run = Box::new(with_all_rules(scene.run.clone()));
                    avoidance.stage = Stage::Trying { from, run, left };
                }
                None
            }
            Stage::Trying { from, run, left } => {
                let (property, until) = (avoidance.property, avoidance.until);
                play(run, left, property, until).map(|is_broken| (*from, is_broken))
            }
        };
        let Some((from, is_broken)) = judged else {
            self.job = Some(Job::Avoiding(avoidance));
            return Ok(());
        };
        match avoidance.judged(from, is_broken) {
            Next::Try(events) => {
                avoidance.stage = self.try_from(avoidance.branch, events);
                self.job = Some(Job::Avoiding(avoidance));
                Ok(())
            }
            Next::Found(spot) => self.found_turning_point(avoidance.property, spot),
            Next::Never => {
                let name = avoidance.property.name();
                let text = format!(
                    "The rules alone do not avoid it: with all of them on from the beginning, what was \
                     done here breaks {name} all the same."
                );
                self.tell_turning_point(name, None, text);
                Ok(())
            }
        }
    }

    fn found_turning_point(&mut self, property: Property, spot: Spot) -> Result<(), Problem> {
        let text = format!(
            "Here it could still be avoided: with all rules of Raft switched back on at this instant, and \
             everything that was done later done again, {property} holds until a second after it broke. \
             One event later it breaks all the same."
        );
        self.tell_turning_point(property.name(), Some(spot), text);
        self.set_out(spot.branch, Destination::Place(spot.place), Arrival::Show)
    }

    fn tell_turning_point(&mut self, property: &'static str, spot: Option<Spot>, text: String) {
        let at = spot.map(|spot| micros(spot.place.instant.at));
        self.shown.turning_point = Some(TurningPoint { property, spot, at, text });
    }

    /// What was found of where a property became unavoidable.
    pub fn turning_point(&self) -> Option<&TurningPoint> {
        self.shown.turning_point.as_ref()
    }
}

/// Whether it switches a rule.
fn is_rule(timed: &Timed) -> bool {
    matches!(timed.action, Action::Rule { .. })
}

/// The same run, with all rules as Raft has them from now on.
fn with_all_rules(mut run: Run) -> Run {
    for about in &Rule::TABLE {
        let (rule, on) = (about.rule, about.rule.on_by_default());
        if run.cluster().settings().rules.on(rule) != on {
            // A rule can always be switched.
            let _ = run.apply(&Action::Rule { rule, on });
        }
    }
    run
}

/// Plays the next piece of a trial; when that is over, whether the property broke.
fn play(
    run: &mut Run,
    left: &mut VecDeque<Timed>,
    property: Property,
    until: Time,
) -> Option<bool> {
    for _ in 0..STEPS {
        if run.violation_of(property).is_some() {
            return Some(true);
        }
        let next = run.cluster_mut().next_time();
        let act = left.front().map(|timed| timed.when.at);
        match (act, next) {
            (Some(act), next) if act <= until && next.is_none_or(|next| act <= next) => {
                run.cluster_mut().rest_until(act);
                // What made sense in the run that was may be refused in the one that is.
                let _ = left.pop_front().map(|timed| run.apply(&timed.action));
            }
            (_, Some(next)) if next <= until => {
                run.step();
            }
            _ => return Some(false),
        }
        run.cluster_mut().take_facts();
        run.cluster_mut().take_finished();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::person::{act, go, pass, playing, story};
    use super::super::{Input, Question};
    use super::*;

    /// A cluster in which two servers think that they lead, and one of them is read from.
    fn broken() -> Playground {
        let mut playground = playing(3, 5);
        pass(&mut playground, 600);
        act(&mut playground, "rule election-restriction off");
        let leader = playground.view().summary.leader.unwrap();
        let behind = leader % 3 + 1;
        act(&mut playground, &format!("kill n{behind}"));
        act(&mut playground, "set color blue");
        pass(&mut playground, 400);
        act(&mut playground, &format!("kill n{leader}"));
        act(&mut playground, &format!("restart n{behind}"));
        pass(&mut playground, 300);
        act(&mut playground, &format!("timeout n{behind}"));
        pass(&mut playground, 1_000);
        playground
    }

    fn played_from(playground: &Playground, events: u64) -> bool {
        let tape = &playground.shown.branches[0].tape;
        let mut tape = tape.clone();
        let mut scene = tape.set_out(Destination::Events(events), None);
        while !tape.approach(&mut scene, Destination::Events(events), STEPS) {}
        let later = &tape.recording.actions[scene.place().done..];
        let mut left = later.iter().filter(|timed| !is_rule(timed)).cloned().collect();
        let property = Property::LeaderCompleteness;
        let until = playground.run().violation_of(property).unwrap().0 + AFTER;
        let mut run = with_all_rules(scene.run);
        loop {
            if let Some(is_broken) = play(&mut run, &mut left, property, until) {
                return is_broken;
            }
        }
    }

    #[test]
    fn it_goes_to_the_event_after_which_all_rules_come_too_late() {
        let mut playground = broken();
        let end = playground.instant();
        let avoided = |events| !played_from(&playground, events);
        let first = (0..end.events).find(|events| !avoided(*events)).unwrap();
        assert!((first..end.events).all(|events| !avoided(events)), "it turns once");
        go(&mut playground, Input::Avoid("leader-completeness")).unwrap();
        let found = playground.turning_point().unwrap();
        assert_eq!(found.spot.map(|spot| spot.place.instant.events), Some(first - 1));
        assert!(found.text.contains("One event later it breaks all the same."));
        assert_eq!(playground.instant().events, first - 1, "it is shown");
        assert!(playground.run().violation().is_none() && !playground.is_playing());
        // From before the break it is found too, once somebody has asked why.
        let text = found_again(&mut playground, end);
        assert!(text.contains("One event later it breaks all the same."));
    }

    /// Asks why at the end, and then once more, from the beginning, for the turning point.
    fn found_again(playground: &mut Playground, end: crate::playground::Instant) -> String {
        let property = "leader-completeness";
        go(playground, Input::Seek(end.at.as_micros())).unwrap();
        go(playground, Input::Why(Question::Broken(property))).unwrap();
        let at_the_end = playground.explanation().unwrap();
        go(playground, Input::Seek(0)).unwrap();
        go(playground, Input::Why(Question::Broken(property))).unwrap();
        assert_eq!(playground.explanation().unwrap().answer, at_the_end.answer);
        assert_eq!(playground.instant().events, 0, "to ask leads nowhere else");
        go(playground, Input::Avoid(property)).unwrap();
        playground.turning_point().unwrap().text.clone()
    }

    #[test]
    fn where_no_rule_is_off_or_nothing_is_broken_it_says_so() {
        let mut playground = playing(3, 5);
        pass(&mut playground, 600);
        let said = |playground: &mut Playground, property| {
            let before = playground.instant();
            go(playground, Input::Avoid(property)).unwrap();
            assert_eq!(playground.instant(), before);
            playground.turning_point().unwrap().text.clone()
        };
        assert_eq!(said(&mut playground, "one-vote"), "one-vote holds at this instant.");
        // A clock that runs too fast breaks a lease though no rule is off.
        let script = include_str!("../../tests/scripts/lease-fast-clock.kvorum");
        let mut playground = story(script);
        assert!(said(&mut playground, "lease-safety").starts_with("No rule is off"));
    }
}
