//! The run that is shown, and all that belongs to it: its branches, the instant, and what was found of them; how
//! another comes in its place, and how it is kept.
//!
//! Another run comes in place of it as a whole ([`Playground::replace_run`]), so that nothing of the one
//! before can stay. Each run has a [`RunId`], which is drawn when the run is created or begins to be opened.

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

/// The run that is shown, and what was found of it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) run: ShownRun,
    /// What time passes for.
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

    /// Of the branches that nobody has looked at for long only what was done in them is kept.
    pub(super) fn fold_branches(&mut self) {
        let compared = self.comparison.as_ref();
        self.run.fold_branches(|branch| compared.is_some_and(|compared| compared.is_of(branch)));
    }
}

impl Playground {
    /// Draws the id of a run that is created, or begins to be opened.
    fn draw_id(&mut self) -> RunId {
        self.last_id = self.last_id.next();
        self.last_id
    }

    /// A new cluster in place of the old one; speed, playback and console stay.
    pub(super) fn found(&mut self, cluster_config: ClusterConfig) {
        let id = self.draw_id();
        self.replace_run(ShownRun::founded(id, cluster_config));
    }

    /// Another run comes in place of the one that is shown. What was under way for that ends.
    pub(super) fn replace_run(&mut self, run: ShownRun) {
        self.end_job();
        self.refused = None;
        self.leave_for(&run.playback);
        self.shown = Shown::new(run);
    }

    /// Which run is shown.
    pub fn run_id(&self) -> RunId {
        self.shown.run.id
    }

    /// Which run is being opened: the id that [`Playground::run_id`] says once that is there. It is given
    /// anew with every [`Input::Open`](super::Input::Open) and [`Input::OpenByTime`](super::Input::OpenByTime)
    /// that begins, and an opening that fails or is given up takes it along.
    pub fn opening_id(&self) -> Option<RunId> {
        match &self.job {
            Some(Job::Opening(opening)) => Some(opening.id()),
            _ => None,
        }
    }

    /// Begins to open a run in place of whatever was under way.
    pub(super) fn begin_opening(&mut self, archive: Archive) -> Result<(), Problem> {
        let id = self.draw_id();
        let opening = Opening::new(id, archive).ok_or(Problem::NothingToOpen)?;
        self.begin_job(Job::Opening(Box::new(opening)));
        Ok(())
    }

    /// Opens by time what was refused last since it does not come here to its instant, if there is such a run.
    pub(super) fn begin_opening_by_time(&mut self) {
        let Some(archive) = self.refused.take() else { return };
        let id = self.draw_id();
        if let Some(opening) = Opening::by_time(id, *archive) {
            self.begin_job(Job::Opening(Box::new(opening)));
        }
    }

    /// Whether a run was refused that can be opened by time: it is the problem that was told last, and nothing
    /// else was done since.
    pub fn can_open_by_time(&self) -> bool {
        self.refused.is_some()
    }

    /// Plays the next piece of a run that is being opened.
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

    /// Lets time pass or stand still; in a run that is being opened, too, once it is there.
    pub(super) fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
        if let Some(Job::Opening(opening)) = &mut self.job {
            opening.archive.playing = playing;
        }
    }

    /// The same of how fast it passes.
    pub(super) fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
        if let Some(Job::Opening(opening)) = &mut self.job {
            opening.archive.speed = speed;
        }
    }

    /// The whole run, to be kept.
    pub fn archive(&self) -> Archive {
        let story = |(place, branch): (usize, &Branch)| {
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
            stories: self.shown.run.branches.iter().enumerate().map(story).collect(),
            current: self.shown.run.current,
            speed: self.speed,
            playing: self.playing,
        }
    }
}

#[cfg(test)]
mod tests;
