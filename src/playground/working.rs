//! The running job: how it goes on, and what ends it.
//!
//! A new job ends the running one, and so does another run. Only an opening is not ended by changes
//! of the run that is still shown: they would be lost as soon as the other run is open, so they are
//! refused until then.

use super::input::Class;
use super::jobs::Job;
use super::view::JobProgress;
use super::{Input, Playground, Problem};

impl Playground {
    /// Starts a job, and ends the running one.
    pub(super) fn begin_job(&mut self, job: Job) {
        self.end_job();
        self.job = Some(job);
    }

    /// Ends the running job, unfinished.
    pub(super) fn end_job(&mut self) {
        if let Some(Job::Asking(inquiry)) = self.job.take() {
            self.give_up_asking(&inquiry);
        }
    }

    /// Does the next piece of a job.
    ///
    /// # Errors
    /// The failure of the job.
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

    /// Prepares the running job for an input.
    ///
    /// # Errors
    /// The problem, if the input can't be followed while the job runs.
    pub(super) fn make_way_for(&mut self, input: &Input) -> Result<(), Problem> {
        let class = input.class();
        if class.is_about_a_run() {
            // The offer to open the run by time belongs to the problem shown last.
            self.refused = None;
        }
        match (&self.job, class) {
            (Some(Job::Opening(_)), Class::Travels | Class::AtInstant | Class::OfRun) => {
                Err(Problem::Opening)
            }
            (Some(Job::Seeking(_)), Class::AtInstant) => self.finish_seeking(),
            // A new job replaces the running one once it has begun.
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

    /// The progress of the running job.
    pub fn progress(&self) -> Option<JobProgress> {
        Some(match self.job.as_ref()? {
            Job::Opening(opening) => JobProgress::Opening(opening.percent()),
            Job::Seeking(seek) => JobProgress::Travelling(seek.percent(&self.shown.run)),
            Job::Asking(inquiry) => JobProgress::Explaining(inquiry.percent(&self.shown.reasons)),
            Job::Avoiding(bisection) => JobProgress::Avoiding(bisection.percent()),
        })
    }
}
