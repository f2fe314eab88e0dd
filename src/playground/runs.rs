//! The run that is shown, and everything that belongs to it: its branches, the instant, and results
//! of jobs. Also how another run replaces it, and how it is stored.
//!
//! A run is replaced as a whole ([`Playground::replace_run`]), so that nothing of the previous one
//! can remain. Each run has a [`RunId`], which is drawn when the run is created or begins to be
//! opened.

use super::automatic_speed::AutomaticSpeed;
use super::formats::{Archive, ArchivedBranch};
use super::history::run::{Branch, ShownRun};
use super::jobs::Job;
use super::jobs::awaiting::Awaited;
use super::jobs::causality::Reasons;
use super::jobs::comparison::Comparison;
use super::jobs::opening::{Diverged, Opening};
use super::projection::difference::Pin;
use super::view::{RunId, Speed, TurningPoint};
use super::{Playground, Problem};
use crate::cluster::ClusterConfig;

/// The run that is shown, and results about it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) run: ShownRun,
    /// The condition that time passes for.
    pub(super) awaited: Option<Awaited>,
    pub(super) comparison: Option<Comparison>,
    pub(super) pin: Option<Box<Pin>>,
    pub(super) reasons: Reasons,
    pub(super) turning_point: Option<TurningPoint>,
}

impl Shown {
    pub(super) fn new(run: ShownRun) -> Self {
        Self {
            run,
            awaited: None,
            comparison: None,
            pin: None,
            reasons: Reasons::default(),
            turning_point: None,
        }
    }

    /// Folds the branches that were not shown for longest: only their actions are kept.
    pub(super) fn fold_branches(&mut self) {
        let compared = self.comparison.as_ref();
        self.run.fold_branches(|branch| compared.is_some_and(|compared| compared.is_of(branch)));
    }
}

impl Playground {
    /// Draws the id of a run that is created or begins to be opened.
    fn draw_id(&mut self) -> RunId {
        self.last_id = self.last_id.next();
        self.last_id
    }

    /// Replaces the run by a new cluster; speed, playback and console stay.
    pub(super) fn found(&mut self, cluster_config: ClusterConfig) {
        let id = self.draw_id();
        self.replace_run(ShownRun::of_new_cluster(id, cluster_config));
    }

    /// Replaces the run that is shown, and ends its jobs.
    pub(super) fn replace_run(&mut self, run: ShownRun) {
        self.end_job();
        (self.refused, self.remark) = (None, None);
        self.leave_for(&run.playback);
        self.shown = Shown::new(run);
    }

    /// The id of the run that is shown.
    pub fn run_id(&self) -> RunId {
        self.shown.run.id
    }

    /// The id of the run that is being opened: [`Playground::run_id`] returns it once the run is
    /// open. Each [`Input::Open`](super::Input::Open) and
    /// [`Input::OpenByTime`](super::Input::OpenByTime) draws a new id; the id of an opening that
    /// fails or is cancelled is not reused.
    pub fn opening_id(&self) -> Option<RunId> {
        match &self.job {
            Some(Job::Opening(opening)) => Some(opening.id()),
            _ => None,
        }
    }

    /// Starts to open a run, in place of the running job.
    ///
    /// # Errors
    /// [`Problem::NothingToOpen`] if the archive has no branch.
    pub(super) fn begin_opening(&mut self, archive: Archive) -> Result<(), Problem> {
        let id = self.draw_id();
        let opening = Opening::new(id, archive).ok_or(Problem::NothingToOpen)?;
        self.begin_job(Job::Opening(Box::new(opening)));
        Ok(())
    }

    /// Starts to open by time the run that was refused last, if there is one.
    pub(super) fn begin_opening_by_time(&mut self) {
        let Some(archive) = self.refused.take() else { return };
        let id = self.draw_id();
        if let Some(opening) = Opening::by_time(id, *archive) {
            self.begin_job(Job::Opening(Box::new(opening)));
        }
    }

    /// Whether a run was refused that can be opened by time, and no input about a run has followed.
    pub fn can_open_by_time(&self) -> bool {
        self.refused.is_some()
    }

    /// Plays the next piece of a run that is being opened.
    ///
    /// # Errors
    /// [`Problem::Diverged`] if it does not reach its instant, and those of [`Self::arrive`].
    pub(super) fn go_on_opening(&mut self, mut opening: Box<Opening>) -> Result<(), Problem> {
        match opening.go_on() {
            None => {
                self.job = Some(Job::Opening(opening));
                Ok(())
            }
            Some(Err(Diverged)) => {
                self.refused = Some(Box::new(opening.archive));
                Err(Problem::Diverged)
            }
            Some(Ok(())) => {
                let shown = opening.shown_by_time();
                (self.speed, self.playing) = (opening.archive.speed, opening.archive.playing);
                self.replace_run(opening.into_run());
                shown.map_or(Ok(()), |shown| self.seek(shown))
            }
        }
    }

    /// Plays or pauses; also the run that is being opened, once it is open.
    pub(super) fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
        if let Some(Job::Opening(opening)) = &mut self.job {
            opening.archive.playing = playing;
        }
    }

    /// Sets the playback speed; also of the run that is being opened.
    pub(super) fn set_speed(&mut self, speed: Speed) {
        (self.speed, self.automatic_speed) = (speed, AutomaticSpeed::default());
        if let Some(Job::Opening(opening)) = &mut self.job {
            opening.archive.speed = speed;
        }
    }

    /// The whole run, to be stored.
    pub fn archive(&self) -> Archive {
        let branch = |(place, branch): (usize, &Branch)| {
            let is_current = place == self.shown.run.current;
            let done = branch.history.done_of_the_instant(&self.shown.run.playback);
            ArchivedBranch {
                name: branch.name.clone(),
                left: branch.left,
                recording: branch.history.recording.clone(),
                played: branch.history.end(),
                shown: if is_current { self.instant() } else { branch.at },
                done: done.filter(|_| is_current),
                digest: is_current.then(|| self.digest()),
            }
        };
        Archive {
            branches: self.shown.run.branches.iter().enumerate().map(branch).collect(),
            current: self.shown.run.current,
            speed: self.speed,
            playing: self.playing,
        }
    }
}

#[cfg(test)]
mod tests;
