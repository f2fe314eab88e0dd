//! What takes long: it is done piece by piece while real time advances, and there is one such thing at a time.
//!
//! Whoever begins something that takes long ends what was under way, and so does another run. Only an opening
//! is not ended by what is done to the run that is still shown: that would be lost as soon as the other run
//! is there, so it is refused until then.

use super::avoid::Avoidance;
use super::input::Class;
use super::opening::Opening;
use super::travel::Trip;
use super::view::Progress;
use super::why::Inquiry;
use super::{Input, Playground, Problem};

/// Something that takes long.
#[derive(Debug)]
pub(super) enum Job {
    /// Another run is played up to where it was left.
    Opening(Box<Opening>),
    /// Another instant of the run that is shown is played up to.
    Travelling(Box<Trip>),
    /// What led to something is looked for.
    Asking(Inquiry),
    /// The last instant from which something could be avoided is looked for.
    Avoiding(Box<Avoidance>),
}

impl Job {
    /// Whether another instant is played up to.
    pub(super) fn is_travelling(&self) -> bool {
        matches!(self, Self::Travelling(_))
    }
}

impl Playground {
    /// What takes long begins, and ends what was under way.
    pub(super) fn begin_job(&mut self, job: Job) {
        self.end_job();
        self.job = Some(job);
    }

    /// What is under way ends without having come to its end.
    pub(super) fn end_job(&mut self) {
        if let Some(Job::Asking(inquiry)) = self.job.take() {
            self.give_up_asking(&inquiry);
        }
    }

    /// Does the next piece of what is under way.
    pub(super) fn go_on_with(&mut self, job: Job) -> Result<(), Problem> {
        self.revision += 1;
        match job {
            Job::Opening(opening) => self.go_on_opening(opening),
            Job::Travelling(trip) => self.go_on_travelling(trip),
            Job::Asking(inquiry) => {
                self.go_on_asking(inquiry);
                Ok(())
            }
            Job::Avoiding(avoidance) => self.go_on_avoiding(avoidance),
        }
    }

    /// Sees to what is under way before an input is followed; a problem where that can't be followed as long
    /// as it is.
    pub(super) fn make_way_for(&mut self, input: &Input) -> Result<(), Problem> {
        let class = input.class();
        if class.is_about_a_run() {
            // The offer to open it by its times belongs to the problem that was just told.
            self.refused = None;
        }
        match (&self.job, class) {
            (Some(Job::Opening(_)), Class::Travels | Class::AtInstant | Class::OfRun) => {
                Err(Problem::Opening)
            }
            (Some(Job::Travelling(_)), Class::AtInstant) => self.finish_travelling(),
            // What takes long itself comes in place of what is under way, once it has begun.
            (
                Some(Job::Opening(_) | Job::Travelling(_) | Job::Asking(_) | Job::Avoiding(_))
                | None,
                Class::Time
                | Class::Playback
                | Class::Travels
                | Class::AtInstant
                | Class::OfRun
                | Class::BeginsRun
                | Class::OpensRefused,
            ) => Ok(()),
        }
    }

    /// How much of what takes a while is done.
    pub fn progress(&self) -> Option<Progress> {
        Some(match self.job.as_ref()? {
            Job::Opening(opening) => Progress::Opening(opening.percent()),
            Job::Travelling(trip) => Progress::Travelling(self.percent_gone(trip)),
            Job::Asking(inquiry) => Progress::Explaining(self.percent_asked(inquiry)),
            Job::Avoiding(avoidance) => Progress::Avoiding(avoidance.percent()),
        })
    }
}
