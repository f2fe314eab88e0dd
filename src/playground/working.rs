//! What takes long and is under way: how it goes on, and what ends it.
//!
//! Whoever begins something that takes long ends what was under way, and so does another run. Only an opening
//! is not ended by what is done to the run that is still shown: that would be lost as soon as the other run
//! is there, so it is refused until then.

use super::input::Class;
use super::jobs::Job;
use super::view::JobProgress;
use super::{Input, Playground, Problem};

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
            Job::Seeking(seek) => self.go_on_seeking(seek),
            Job::Asking(inquiry) => {
                self.go_on_asking(inquiry);
                Ok(())
            }
            Job::Avoiding(bisection) => self.go_on_avoiding(bisection),
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
            (Some(Job::Seeking(_)), Class::AtInstant) => self.finish_seeking(),
            // What takes long itself comes in place of what is under way, once it has begun.
            (
                Some(Job::Opening(_) | Job::Seeking(_) | Job::Asking(_) | Job::Avoiding(_)) | None,
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
    pub fn progress(&self) -> Option<JobProgress> {
        Some(match self.job.as_ref()? {
            Job::Opening(opening) => JobProgress::Opening(opening.percent()),
            Job::Seeking(seek) => JobProgress::Travelling(seek.percent(&self.shown.run)),
            Job::Asking(inquiry) => JobProgress::Explaining(inquiry.percent(&self.shown.reasons)),
            Job::Avoiding(bisection) => JobProgress::Avoiding(bisection.percent()),
        })
    }
}
