//! The branch that is shown, beside another.

use super::jobs::comparison::Comparison;
use super::projection::{cluster, motion};
use super::view::{ClockView, Motion, View, micros};
use super::{Playground, Problem};

impl Playground {
    /// Begins to compare another branch with the one that is shown, or stops.
    pub(super) fn compare(&mut self, with: Option<usize>) -> Result<(), Problem> {
        let Some(with) = with else {
            self.shown.comparison = None;
            return Ok(());
        };
        if with >= self.shown.run.branches.len() || with == self.shown.run.current {
            return Err(Problem::NoBranch);
        }
        self.shown.comparison = Some(Comparison::new(&self.shown.run, with));
        self.go_on_comparing();
        Ok(())
    }

    /// Goes on with the comparison, if there is one, and follows the instant that is shown.
    pub(super) fn go_on_comparing(&mut self) {
        let Some(mut comparison) = self.shown.comparison.take() else { return };
        let (with, ours) = comparison.branches();
        if ours != self.shown.run.current {
            // Another branch is shown by now: it is compared with that, if it is another.
            if with != self.shown.run.current {
                // The branch is there, as it was before.
                let _ = self.compare(Some(with));
            }
            return;
        }
        if comparison.go_on(&mut self.shown.run) {
            self.revision += 1;
        }
        self.shown.comparison = Some(comparison);
    }

    /// The branch that is compared with, at the instant that is shown: what belongs to a cluster, and how far
    /// it was played.
    pub fn other_view(&self) -> Option<View> {
        let comparison = self.shown.comparison.as_ref()?;
        let (with, _) = comparison.branches();
        let of = comparison.playback().run.cluster();
        let clock = ClockView {
            now: micros(of.now()),
            events: of.events(),
            end: micros(self.shown.run.branches.get(with)?.history.end().at),
            ..ClockView::default()
        };
        Some(View { clock, ..cluster::of_scene(comparison.playback()) })
    }

    /// What moves in the branch that is compared with, at the instant that is shown.
    pub fn other_motion(&self) -> Option<Motion> {
        let comparison = self.shown.comparison.as_ref()?;
        Some(motion::motion(comparison.playback().run.cluster(), self.passing()))
    }

    /// When the branch that is shown and the one that it is compared with part, in microseconds.
    pub fn parting(&self) -> Option<u64> {
        self.shown.comparison.as_ref()?.parting()
    }
}
