//! Explanations of why something is so, and turning points of broken properties.

use std::rc::Rc;

use super::history::branch::Destination;
use super::jobs::Job;
use super::jobs::bisect::Bisection;
use super::jobs::causality::Inquiry;
use super::jobs::seek::Arrival;
use super::view::{Contradiction, Explanation, TurningPoint};
use super::{Playground, Problem};
use crate::script::Question;

impl Playground {
    /// Starts to find the causes of something at the instant that is shown.
    pub(super) fn ask_why(&mut self, question: Question, for_console: bool) {
        self.playing = false;
        let inquiry = self.shown.reasons.ask(&self.shown.run, question, for_console);
        self.end_job();
        self.go_on_asking(inquiry);
    }

    /// Drops a question that was not answered yet.
    pub(super) fn give_up_asking(&mut self, inquiry: &Inquiry) {
        if inquiry.for_console {
            self.console.asked_in_vain();
        }
    }

    /// Plays the next piece of the replay for an explanation.
    pub(super) fn go_on_asking(&mut self, inquiry: Inquiry) {
        self.revision += 1;
        if !inquiry.go_on(&mut self.shown.reasons, &self.shown.run) {
            self.job = Some(Job::Asking(inquiry));
        } else if let Some(explanation) = &self.shown.reasons.explanation
            && inquiry.for_console
        {
            self.console.explained(explanation);
        }
    }

    /// The latest explanation.
    pub fn explanation(&self) -> Option<Rc<Explanation>> {
        self.shown.reasons.explanation.clone()
    }

    /// The contradictory facts of the properties that broke on this branch, as far as explanations
    /// have found them. Some may break only after the instant that is shown.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        self.shown.reasons.broken_in(self.shown.run.current).cloned().collect()
    }

    /// Starts to find the last instant from which a broken property could still be avoided.
    ///
    /// # Errors
    /// Those of going to that instant, if it is found at once.
    pub(super) fn avoid(&mut self, name: &'static str) -> Result<(), Problem> {
        self.playing = false;
        self.shown.turning_point = None;
        match Bisection::new(&self.shown.run, &self.shown.reasons, name) {
            Err(instead) => {
                self.shown.turning_point = Some(instead);
                Ok(())
            }
            Ok(bisection) => {
                self.end_job();
                self.go_on_avoiding(Box::new(bisection))
            }
        }
    }

    /// Plays the next piece of a trial; once the turning point is found, goes there.
    ///
    /// # Errors
    /// Those of going there.
    pub(super) fn go_on_avoiding(&mut self, mut bisection: Box<Bisection>) -> Result<(), Problem> {
        self.revision += 1;
        match bisection.go_on(&mut self.shown.run) {
            None => {
                self.job = Some(Job::Avoiding(bisection));
                Ok(())
            }
            Some(found) => {
                let spot = found.spot;
                self.shown.turning_point = Some(found);
                let Some(spot) = spot else { return Ok(()) };
                self.set_out(spot.branch, Destination::RunPosition(spot.place), Arrival::Show)
            }
        }
    }

    /// The latest turning point that was found.
    pub fn turning_point(&self) -> Option<&TurningPoint> {
        self.shown.turning_point.as_ref()
    }
}
