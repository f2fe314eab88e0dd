//! Plays a lesson on a playground, step by step.
//!
//! A step does what it does, lets time pass at the visitor's speed until what it waits for has come, and
//! stands still. The visitor may act in between, go back a step, or leave at any time: the cluster is theirs
//! all along.

use crate::course::{Lesson, LessonStep};
use crate::playground::view::JobProgress;
use crate::playground::{Input, Playground, RunId, Speed, Spot};

/// How long a step waits, in microseconds of cluster time, before it says that what it waits for may not
/// come any more.
const PATIENCE: u64 = 5_000_000;

/// How long a sentence stands when the lesson goes on by itself, in microseconds of real time: so long,
/// and longer for each letter.
const STANDS: u64 = 1_500_000;
const STANDS_PER_LETTER: u64 = 45_000;

/// A lesson that is being played.
#[derive(Debug)]
pub struct Player {
    lesson: Lesson,
    /// Which of the playground's runs it plays on.
    run: RunId,
    /// Where to come back to for each step that was begun: where the one before it had come to its end, or
    /// was given up. The last one is on.
    spots: Vec<Spot>,
    /// How much of that step was done.
    done: usize,
    /// Where it came to its end.
    end: Option<Spot>,
    trouble: Option<Trouble>,
    goes_on_by_itself: bool,
    /// For how long the step has stood still, in microseconds of real time.
    stood: u64,
}

/// Why a step does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Something can't be done any more, since the visitor has changed something.
    Refused(String),
    /// What is waited for did not come for long.
    Late(String),
}

/// What a page shows of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    pub title: String,
    pub sentence: String,
    /// Which step it is, from 1, and of how many.
    pub number: usize,
    pub of: usize,
    /// Whether time passes for what the step waits for.
    pub is_waiting: bool,
    pub trouble: Option<Trouble>,
    pub goes_on_by_itself: bool,
}

impl Caption {
    /// Whether no step comes after it.
    pub fn is_last(&self) -> bool {
        self.number == self.of
    }
}

impl Player {
    /// Begins a lesson with a new run, and with its first step.
    pub fn begin(lesson: Lesson, playground: &mut Playground) -> Self {
        let (nodes, seed) = (lesson.cluster_config.nodes, lesson.cluster_config.seed);
        // Neither can be refused.
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
            stood: 0,
        };
        player.begin_step(playground);
        player
    }

    /// Whether the run that it plays on is still the one that is shown.
    pub fn is_on(&self, playground: &Playground) -> bool {
        self.run == playground.run_id()
    }

    /// What is to be shown.
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

    /// Real time has passed, and cluster time with it: goes on where what was waited for has come.
    pub fn advance(&mut self, playground: &mut Playground, real_micros: u64) {
        if !self.is_on(playground) {
            return;
        }
        self.go_on(playground);
        let waits = playground.waits_since();
        if waits.is_some_and(|since| playground.now() > since + PATIENCE) {
            self.trouble = playground.what_is_missing().map(Trouble::Late);
        }
        if waits.is_none() && self.goes_on_by_itself && self.trouble.is_none() {
            self.stood += real_micros;
            let letters = self.step().sentence.chars().count() as u64;
            if self.stood > STANDS + STANDS_PER_LETTER * letters {
                self.next(playground);
            }
        }
    }

    /// What is waited for comes at once; and if nothing is, the next step begins. One that is in trouble
    /// is given up.
    pub fn next(&mut self, playground: &mut Playground) {
        if is_away(playground) || !self.is_on(playground) {
            return;
        }
        if self.trouble.is_some() {
            // To give up can't be refused.
            let _ = playground.apply(Input::GiveUp);
        } else if playground.waits_since().is_some() {
            self.hurry(playground);
            return;
        }
        if self.spots.len() < self.lesson.steps.len() {
            self.begin_step(playground);
        }
    }

    /// Goes to just before the step that is on, as if it had not begun. The first one begins again.
    pub fn back(&mut self, playground: &mut Playground) {
        let is_opening = matches!(playground.progress(), Some(JobProgress::Opening(_)));
        if is_opening || !self.is_on(playground) {
            return;
        }
        let Some(spot) = self.spots.pop() else { return };
        // The story that it lies in is still there. What the visitor did there lies behind it.
        let _ = playground.apply(Input::Return(spot));
        if self.spots.is_empty() {
            self.end = Some(spot);
            self.begin_step(playground);
        } else {
            (self.done, self.end) = (self.step().inputs.len(), Some(spot));
            (self.trouble, self.stood) = (None, 0);
        }
    }

    /// Whether it is to go on by itself when a sentence has stood for a while.
    pub fn go_on_by_itself(&mut self, wanted: bool) {
        (self.goes_on_by_itself, self.stood) = (wanted, 0);
    }

    /// The step that is on.
    fn step(&self) -> &LessonStep {
        &self.lesson.steps[self.spots.len() - 1]
    }

    fn begin_step(&mut self, playground: &mut Playground) {
        self.spots.push(self.end.take().unwrap_or_else(|| playground.spot()));
        (self.done, self.trouble, self.stood) = (0, None, 0);
        self.go_on(playground);
    }

    /// Does what comes next in the step, up to what has to be waited for.
    fn go_on(&mut self, playground: &mut Playground) {
        while playground.waits_since().is_none() && !is_away(playground) {
            if matches!(self.trouble, Some(Trouble::Late(_))) {
                // It came after all.
                self.trouble = None;
            }
            let Some(input) = self.step().inputs.get(self.done).cloned() else {
                if self.trouble.is_none() {
                    self.end.get_or_insert_with(|| playground.spot());
                }
                return;
            };
            self.done += 1;
            if let Err(problem) = playground.apply(input) {
                self.done = self.step().inputs.len();
                self.trouble = Some(Trouble::Refused(problem.to_string()));
            }
            if self.done == self.step().inputs.len() && playground.waits_since().is_none() {
                // It can't be refused.
                let _ = playground.apply(Input::Pause);
            }
        }
    }

    /// Lets the rest of the step happen as fast as it goes.
    fn hurry(&mut self, playground: &mut Playground) {
        let speed = playground.speed();
        // No speed is refused, and time can always pass.
        let _ = playground.apply(Input::Speed(Speed::UNBOUNDED));
        let _ = playground.apply(Input::Play);
        while playground.waits_since().is_some_and(|since| playground.now() <= since + PATIENCE) {
            let before = playground.now();
            let _ = playground.apply(Input::Advance(1));
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

/// Whether the place that it was sent back to is still being looked for, or another run is being opened: then
/// nothing can be done here.
fn is_away(playground: &Playground) -> bool {
    matches!(playground.progress(), Some(JobProgress::Travelling(_) | JobProgress::Opening(_)))
}
