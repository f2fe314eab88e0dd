//! Plays a lesson on a playground, step by step.
//!
//! A step performs its actions, lets time pass at the user's speed until its conditions are met,
//! and pauses. The user may act in between, go back a step, or leave at any time.

use crate::course::{Lesson, LessonStep};
use crate::playground::view::JobProgress;
use crate::playground::{Input, Playground, RunId, Speed, Spot};
use crate::time::RealTime;

/// How long a sentence is shown when the lesson advances automatically: a base, and an addition for
/// each character.
const STANDS: RealTime = RealTime::from_millis(1_500);
const STANDS_PER_LETTER: RealTime = RealTime::from_millis(45);

/// A lesson that is being played.
#[derive(Debug)]
pub struct Player {
    lesson: Lesson,
    /// The run that it plays on.
    run: RunId,
    /// For each step that was begun, the position to return to: where the step before it ended or
    /// was given up. The last one belongs to the current step.
    spots: Vec<Spot>,
    /// The number of inputs of the current step that were applied.
    done: usize,
    /// Where the current step ended.
    end: Option<Spot>,
    trouble: Option<Trouble>,
    goes_on_by_itself: bool,
    /// How long the step has been paused.
    stood: RealTime,
    /// The branch and the number of its actions after the lesson's last input: whoever else acts changes them.
    /// `None` where the playground still goes to the position that the lesson asked for.
    left_at: Option<(usize, usize)>,
    /// Whether a branch is to begin before the next input, without what the user did.
    forks: bool,
}

/// Why a step does not continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// An input was refused, since the user has changed something.
    Refused(String),
    /// A condition was not met for long.
    Late(String),
    /// The user has changed the run: what the lesson says next may no longer be so.
    Disturbed,
}

/// What a page shows of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    pub title: String,
    pub sentence: String,
    /// The number of the step, from 1, and the number of all steps.
    pub number: usize,
    pub of: usize,
    /// Whether time passes until a condition is met.
    pub is_waiting: bool,
    pub trouble: Option<Trouble>,
    pub goes_on_by_itself: bool,
}

impl Caption {
    /// Whether this is the last step.
    pub fn is_last(&self) -> bool {
        self.number == self.of
    }
}

impl Player {
    /// Begins a lesson with a new run, and with its first step.
    pub fn begin(lesson: Lesson, playground: &mut Playground) -> Self {
        let (nodes, seed) = (lesson.cluster_config.nodes, lesson.cluster_config.seed);
        // Neither input can be refused.
        let _ = playground.apply(Input::Restart { nodes, seed });
        let _ = playground.apply(Input::Pause);
        let mut player = Self {
            lesson,
            run: playground.run_id(),
            spots: Vec::new(),
            done: 0,
            end: None,
            trouble: None,
            goes_on_by_itself: false,
            stood: RealTime::ZERO,
            left_at: None,
            forks: false,
        };
        player.begin_step(playground);
        player
    }

    /// Whether the run that it plays on is still shown.
    pub fn is_on(&self, playground: &Playground) -> bool {
        self.run == playground.run_id()
    }

    /// The caption of the current step.
    pub fn caption(&self, playground: &Playground) -> Caption {
        Caption {
            title: self.lesson.title.clone(),
            sentence: self.step().sentence.clone(),
            number: self.spots.len(),
            of: self.lesson.steps.len(),
            is_waiting: playground.waits_since().is_some(),
            trouble: self.trouble.clone(),
            goes_on_by_itself: self.goes_on_by_itself,
        }
    }

    /// Why the current step does not continue, if it does not.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Continues after real time has passed, and cluster time with it: applies the inputs whose
    /// conditions are met.
    pub fn advance(&mut self, playground: &mut Playground, real: RealTime) {
        if !self.is_on(playground) || self.is_disturbed(playground) {
            return;
        }
        self.go_on(playground);
        let waits = playground.waits_since();
        if playground.waits_too_long() {
            self.trouble = playground.what_is_missing().map(Trouble::Late);
        }
        if waits.is_none() && self.goes_on_by_itself && self.trouble.is_none() {
            self.stood += real;
            let letters = u32::try_from(self.step().sentence.chars().count()).unwrap_or(u32::MAX);
            if self.stood > STANDS + STANDS_PER_LETTER * letters {
                self.next(playground);
            }
        }
    }

    /// Finishes a wait at once; without a wait, begins the next step. A step in trouble is given
    /// up.
    pub fn next(&mut self, playground: &mut Playground) {
        if is_away(playground) || !self.is_on(playground) || self.is_disturbed(playground) {
            return;
        }
        if self.trouble.is_some() {
            // This input can't be refused.
            let _ = playground.apply(Input::GiveUp);
        } else if playground.waits_since().is_some() {
            self.hurry(playground);
            return;
        }
        if self.spots.len() < self.lesson.steps.len() {
            self.begin_step(playground);
        }
    }

    /// Plays all steps before this one at once, and begins it. Steps are counted from 1; a greater number than there are
    /// means the last. It stops at a step that can't be done.
    pub fn skip_to(&mut self, step: usize, playground: &mut Playground) {
        while self.spots.len() < step.min(self.lesson.steps.len()) && self.trouble.is_none() {
            if playground.waits_since().is_some() {
                self.hurry(playground);
            }
            if playground.waits_since().is_some() {
                return;
            }
            self.begin_step(playground);
        }
    }

    /// Goes back to just before the current step, as if it had not begun. The first step begins
    /// again.
    pub fn back(&mut self, playground: &mut Playground) {
        let is_opening = matches!(playground.progress(), Some(JobProgress::Opening(_)));
        if is_opening || !self.is_on(playground) {
            return;
        }
        let Some(spot) = self.spots.pop() else { return };
        // The branch of that position still exists. What the user did there comes after it.
        let _ = playground.apply(Input::Return(spot));
        self.left_at = None;
        if self.spots.is_empty() {
            self.end = Some(spot);
            self.begin_step(playground);
        } else {
            (self.done, self.end) = (self.step().inputs.len(), Some(spot));
            (self.trouble, self.stood) = (None, RealTime::ZERO);
        }
    }

    /// Goes back to where the current step began, and begins it again. What the user changed stays in a branch of its own.
    pub fn resume(&mut self, playground: &mut Playground) {
        let is_opening = matches!(playground.progress(), Some(JobProgress::Opening(_)));
        if is_opening || !self.is_on(playground) {
            return;
        }
        let Some(spot) = self.spots.pop() else { return };
        // The branch of that position still exists.
        let _ = playground.apply(Input::Return(spot));
        (self.left_at, self.forks) = (None, true);
        (self.end, self.trouble) = (Some(spot), None);
        self.begin_step(playground);
    }

    /// Whether somebody else has acted since the lesson's last input. Once noticed, the lesson stands until it is
    /// resumed or left.
    fn is_disturbed(&mut self, playground: &Playground) -> bool {
        if !is_away(playground) {
            let acts = acts(playground);
            if *self.left_at.get_or_insert(acts) != acts {
                self.trouble = Some(Trouble::Disturbed);
            }
        }
        self.trouble == Some(Trouble::Disturbed)
    }

    /// Sets whether it advances automatically once a sentence was shown for a while.
    pub fn go_on_by_itself(&mut self, wanted: bool) {
        (self.goes_on_by_itself, self.stood) = (wanted, RealTime::ZERO);
    }

    /// The current step.
    fn step(&self) -> &LessonStep {
        &self.lesson.steps[self.spots.len() - 1]
    }

    fn begin_step(&mut self, playground: &mut Playground) {
        self.spots.push(self.end.take().unwrap_or_else(|| playground.spot()));
        (self.done, self.trouble, self.stood) = (0, None, RealTime::ZERO);
        self.go_on(playground);
    }

    /// Begins a branch without what the user did, if that is due. The positions to return to are the same in it.
    fn leave_disturbed_branch(&mut self, playground: &mut Playground) {
        if !self.forks || is_away(playground) {
            return;
        }
        let disturbed = playground.branch();
        self.forks = false;
        match playground.apply(Input::Fork) {
            Ok(()) => {
                let of_it = self.spots.iter_mut().filter(|spot| spot.branch == disturbed);
                of_it.for_each(|spot| spot.branch = playground.branch());
            }
            Err(problem) => {
                self.done = self.step().inputs.len();
                self.trouble = Some(Trouble::Refused(problem.to_string()));
            }
        }
    }

    /// Applies the next inputs of the step, up to one that has to be waited for.
    fn go_on(&mut self, playground: &mut Playground) {
        self.leave_disturbed_branch(playground);
        while playground.waits_since().is_none() && !is_away(playground) {
            if matches!(self.trouble, Some(Trouble::Late(_))) {
                // The condition was met after all.
                self.trouble = None;
            }
            let Some(input) = self.step().inputs.get(self.done).cloned() else {
                if self.trouble.is_none() {
                    self.end.get_or_insert_with(|| playground.spot());
                }
                return;
            };
            self.done += 1;
            let result = playground.apply(input);
            self.left_at = None;
            if let Err(problem) = result {
                self.done = self.step().inputs.len();
                self.trouble = Some(Trouble::Refused(problem.to_string()));
            }
            if self.done == self.step().inputs.len() && playground.waits_since().is_none() {
                // This input can't be refused.
                let _ = playground.apply(Input::Pause);
            }
        }
    }

    /// Plays the rest of the step at the highest speed.
    fn hurry(&mut self, playground: &mut Playground) {
        let speed = playground.speed();
        // No speed is refused, and time can always pass.
        let _ = playground.apply(Input::Speed(Speed::UNBOUNDED));
        let _ = playground.apply(Input::Play);
        while playground.waits_since().is_some() && !playground.waits_too_long() {
            let before = playground.now();
            let _ = playground.apply(Input::Advance(RealTime::from_micros(1)));
            self.go_on(playground);
            if playground.waits_since().is_some()
                && (playground.now() == before || !playground.is_playing())
            {
                break;
            }
        }
        let _ = playground.apply(Input::Speed(speed));
    }
}

/// The branch that is shown, and how many actions it has.
fn acts(playground: &Playground) -> (usize, usize) {
    (playground.branch(), playground.recording().actions.len())
}

/// Whether a seek or the opening of another run is in progress; then no input can be applied.
fn is_away(playground: &Playground) -> bool {
    matches!(playground.progress(), Some(JobProgress::Travelling(_) | JobProgress::Opening(_)))
}
