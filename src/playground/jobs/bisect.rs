//! The turning point of a broken property: the last instant from which the property does not break,
//! with all rules of Raft switched back on and the same actions repeated at the same times.
//!
//! It is found by trials. A trial forks the branch at an instant, switches all rules to their
//! defaults, repeats the later actions except rule switches, and plays until a second after the
//! original break. The trials go backwards from the break, in steps that double, and then bisect
//! between the latest instant that was found to avoid the break and the earliest that was not. So
//! the result is one event: before it the break is avoided, after it the break happens all the
//! same. Other turning points, earlier or later, are not looked for.
//!
//! Everything is played in pieces while real time advances.

use std::collections::VecDeque;

use crate::check::{Property, Run};
use crate::cluster::Action;
use crate::playground::history::branch::Destination;
use crate::playground::history::playback::Playback;
use crate::playground::history::run::ShownRun;
use crate::playground::jobs::STEPS;
use crate::playground::jobs::causality::Reasons;
use crate::playground::view::{Spot, TurningPoint};
use crate::raft::Rule;
use crate::recording::{RunPosition, Timed};
use crate::time::{Duration, Time};

/// The time after the original break up to which a trial is played.
const AFTER: Duration = Duration::from_secs(1);

/// A bisection in progress.
#[derive(Debug)]
pub(crate) struct Bisection {
    property: Property,
    branch: usize,
    /// The number of actions of the branch when the bisection began.
    actions: usize,
    /// The end of each trial, in cluster time.
    until: Time,
    /// The earliest number of events from which a trial broke the property.
    breaks: u64,
    /// The latest position from which a trial did not break it.
    holds: Option<Spot>,
    /// The size of the last step backwards, in events.
    stride: u64,
    trials: u64,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Playing up to the instant from which the trial starts.
    SettingOut { events: u64, playback: Box<Playback> },
    /// Playing from there on; `left` are the actions still to be repeated.
    Trying { from: Spot, run: Box<Run>, left: VecDeque<Timed> },
}

/// What follows a trial.
enum Next {
    Try(u64),
    Found(Spot),
    Never,
}

impl Bisection {
    /// Begins the search for the turning point of a broken property.
    ///
    /// # Errors
    /// A [`TurningPoint`] without a position, with the reason, if there is nothing to search for.
    pub(crate) fn new(
        run: &ShownRun,
        reasons: &Reasons,
        name: &'static str,
    ) -> Result<Self, TurningPoint> {
        let Some((property, until, breaks)) = break_to_avoid(run, reasons, name) else {
            return Err(told(name, None, format!("{name} holds at this instant.")));
        };
        if !has_rules_off(run, breaks.done) {
            let text = "No rule is off in this run: there is nothing to switch back on that would have \
                        avoided it.";
            return Err(told(name, None, text.to_string()));
        }
        let breaks = breaks.instant.events;
        Ok(Self {
            property,
            branch: run.current,
            actions: run.history().recording.actions.len(),
            until: until + AFTER,
            breaks,
            holds: None,
            stride: 1,
            trials: 0,
            stage: Stage::new(run, run.current, breaks.saturating_sub(1)),
        })
    }

    /// Plays the next piece of a trial. Returns the result once it is known.
    pub(crate) fn go_on(&mut self, run: &mut ShownRun) -> Option<TurningPoint> {
        let (from, is_broken) = self.try_on(run)?;
        match self.judged(from, is_broken) {
            Next::Try(events) => {
                self.stage = Stage::new(run, self.branch, events);
                None
            }
            Next::Found(spot) => {
                let property = self.property;
                let text = format!(
                    "Here it could still be avoided: with all rules of Raft switched back on at this instant, \
                     and everything that was done later done again, {property} holds until a second after it \
                     broke. One event later it breaks all the same."
                );
                Some(told(property.name(), Some(spot), text))
            }
            Next::Never => {
                let name = self.property.name();
                let text = format!(
                    "The rules alone do not avoid it: with all of them on from the beginning, what was \
                     done here breaks {name} all the same."
                );
                Some(told(name, None, text))
            }
        }
    }

    /// Plays the next piece of a trial. Once it is over, returns where it started and whether the
    /// property broke.
    fn try_on(&mut self, run: &mut ShownRun) -> Option<(Spot, bool)> {
        match &mut self.stage {
            Stage::SettingOut { events, playback } => {
                let history = &mut run.branches[self.branch].history;
                if history.approach(playback, Destination::Events(*events), STEPS) {
                    let place = playback.place();
                    let from = Spot { run: run.id, branch: self.branch, place };
                    let later = &history.recording.actions[place.done..self.actions];
                    let left = later.iter().filter(|timed| !is_rule(timed)).cloned().collect();
                    let run = Box::new(with_all_rules(playback.run.clone()));
                    self.stage = Stage::Trying { from, run, left };
                }
                None
            }
            Stage::Trying { from, run, left } => {
                play(run, left, self.property, self.until).map(|is_broken| (*from, is_broken))
            }
        }
    }

    /// An estimate of the progress, in percent.
    pub(crate) fn percent(&self) -> u64 {
        let most = 2 * u64::from(u64::BITS - self.breaks.leading_zeros()) + 1;
        (self.trials * 100 / most).min(99)
    }

    /// Takes the result of a trial into account.
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

impl Stage {
    /// A trial from an instant, at its beginning.
    fn new(run: &ShownRun, branch: usize, events: u64) -> Self {
        let playback = run.branches[branch].history.set_out(Destination::Events(events), None);
        Self::SettingOut { events, playback: Box::new(playback) }
    }
}

/// The property and its break: the time, and a position at or after it; from what is shown, or from
/// an explanation that was asked for earlier.
fn break_to_avoid(
    run: &ShownRun,
    reasons: &Reasons,
    name: &str,
) -> Option<(Property, Time, RunPosition)> {
    let property = Property::named(name)?;
    let shown = run.playback.place();
    let later = || {
        let place = reasons.break_of(run.current, name)?;
        Some((property, place.instant.at, place))
    };
    let broken = run.playback.run.violation_of(property);
    broken.map(|(at, _)| (property, *at, shown)).or_else(later)
}

/// Whether the first `done` actions of the run switch some rule away from its default.
fn has_rules_off(run: &ShownRun, done: usize) -> bool {
    run.history().recording.actions[..done].iter().any(|timed| match timed.action {
        Action::Rule { rule, on } => on != rule.on_by_default(),
        _ => false,
    })
}

fn told(property: &'static str, spot: Option<Spot>, text: String) -> TurningPoint {
    let at = spot.map(|spot| spot.place.instant.at);
    TurningPoint { property, spot, at, text }
}

/// Whether the action switches a rule.
fn is_rule(timed: &Timed) -> bool {
    matches!(timed.action, Action::Rule { .. })
}

/// The same run, with all rules at their defaults from now on.
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

/// Plays the next piece of a trial. Once it is over, returns whether the property broke.
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
                // An action of the original run may be refused in this one.
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
    use super::*;
    use crate::playground::Input;
    use crate::playground::Playground;
    use crate::playground::tests::driver::{act, go, pass, play_script, playing};
    use crate::script::Question;

    /// A cluster in which a server that lacks a committed entry is elected leader.
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
        let history = &playground.shown.run.branches[0].history;
        let mut history = history.clone();
        let mut playback = history.set_out(Destination::Events(events), None);
        while !history.approach(&mut playback, Destination::Events(events), STEPS) {}
        let later = &history.recording.actions[playback.place().done..];
        let mut left = later.iter().filter(|timed| !is_rule(timed)).cloned().collect();
        let property = Property::LeaderCompleteness;
        let until = playground.run().violation_of(property).unwrap().0 + AFTER;
        let mut run = with_all_rules(playback.run);
        loop {
            if let Some(is_broken) = play(&mut run, &mut left, property, until) {
                return is_broken;
            }
        }
    }

    #[test]
    fn it_finds_the_event_after_which_the_rules_come_too_late() {
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
        // It is also found from before the break, once an explanation was asked for.
        let text = found_again(&mut playground, end);
        assert!(text.contains("One event later it breaks all the same."));
    }

    /// Asks for the explanation at the end and again at the beginning, then for the turning point.
    fn found_again(playground: &mut Playground, end: crate::recording::Instant) -> String {
        let property = "leader-completeness";
        go(playground, Input::Seek(end.at)).unwrap();
        go(playground, Input::Why(Question::Broken(property))).unwrap();
        let at_the_end = playground.explanation().unwrap();
        go(playground, Input::Seek(Time::ZERO)).unwrap();
        go(playground, Input::Why(Question::Broken(property))).unwrap();
        assert_eq!(playground.explanation().unwrap().answer, at_the_end.answer);
        assert_eq!(playground.instant().events, 0, "asking does not seek");
        go(playground, Input::Avoid(property)).unwrap();
        playground.turning_point().unwrap().text.clone()
    }

    #[test]
    fn without_a_rule_off_or_a_break_it_says_so() {
        let mut playground = playing(3, 5);
        pass(&mut playground, 600);
        let said = |playground: &mut Playground, property| {
            let before = playground.instant();
            go(playground, Input::Avoid(property)).unwrap();
            assert_eq!(playground.instant(), before);
            playground.turning_point().unwrap().text.clone()
        };
        assert_eq!(said(&mut playground, "one-vote"), "one-vote holds at this instant.");
        // A fast clock breaks a lease with all rules on.
        let script = include_str!("../../../tests/scripts/lease-fast-clock.kvorum");
        let mut playground = play_script(script);
        assert!(said(&mut playground, "lease-safety").starts_with("No rule is off"));
    }
}
