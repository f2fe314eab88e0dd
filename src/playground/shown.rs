//! The run that is shown, and all that belongs to it: its stories, the instant, and what was found of them.
//!
//! Another run comes in place of it as a whole ([`Playground::replace_run`]), so that nothing of the one
//! before can stay. Each run has a [`RunId`], which is drawn when the run is created or begins to be opened.

use std::fmt;

use super::compare::Comparison;
use super::difference::Pin;
use super::following::Awaited;
use super::job::Job;
use super::tape::{Scene, Tape};
use super::view::TurningPoint;
use super::why::Reasons;
use super::{Playground, travel};
use crate::cluster::Founding;
use crate::recording::Instant;

/// Which of a playground's runs one is. No two have the same, also where one was never opened to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(u64);

impl RunId {
    /// That of the run that is created next.
    fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run: all stories that were begun, and what is shown of them.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) id: RunId,
    /// The instant that is shown.
    pub(super) scene: Scene,
    /// All stories that were begun; one of them is played.
    pub(super) branches: Vec<Branch>,
    pub(super) current: usize,
    /// What time passes for.
    pub(super) awaited: Option<Awaited>,
    pub(super) comparison: Option<Comparison>,
    pub(super) pin: Option<Box<Pin>>,
    pub(super) reasons: Reasons,
    pub(super) turning_point: Option<TurningPoint>,
}

/// A story: how it began and how it went on.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) name: String,
    /// The branch that it left, and when, in microseconds.
    pub(super) left: Option<(usize, u64)>,
    pub(super) tape: Tape,
    /// Where it was left for another.
    pub(super) at: Instant,
}

impl Shown {
    /// A new cluster, at its beginning.
    pub(super) fn founded(id: RunId, founding: Founding) -> Self {
        let (tape, scene) = Tape::new(founding);
        let (name, at) = (travel::letters(0), scene.instant());
        Self::new(id, vec![Branch { name, left: None, tape, at }], 0, scene)
    }

    /// These stories, of which the one at this place is shown, at the instant of `scene`.
    pub(super) fn new(id: RunId, branches: Vec<Branch>, current: usize, scene: Scene) -> Self {
        Self {
            id,
            scene,
            branches,
            current,
            awaited: None,
            comparison: None,
            pin: None,
            reasons: Reasons::default(),
            turning_point: None,
        }
    }
}

impl Playground {
    /// Draws the id of a run that is created, or begins to be opened.
    pub(super) fn draw_id(&mut self) -> RunId {
        self.last_id = self.last_id.next();
        self.last_id
    }

    /// A new cluster in place of the old one; speed, playback and console stay.
    pub(super) fn found(&mut self, founding: Founding) {
        let id = self.draw_id();
        self.replace_run(Shown::founded(id, founding));
    }

    /// Another run comes in place of the one that is shown. What was under way for that ends.
    pub(super) fn replace_run(&mut self, run: Shown) {
        self.end_job();
        self.refused = None;
        self.leave_for(&run.scene);
        self.shown = run;
    }

    /// Which run is shown.
    pub fn run_id(&self) -> RunId {
        self.shown.id
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
}
