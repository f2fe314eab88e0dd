//! The comparison of the branch that is shown with another.

use super::jobs::comparison::Comparison;
use super::projection::{cluster, motion};
use super::view::{ClockView, Motion, View};
use super::{Playground, Problem};
use crate::time::Time;

impl Playground {
    /// Starts to compare another branch with the one that is shown, or stops (`None`).
    ///
    /// # Errors
    /// [`Problem::NoBranch`] if there is no such branch or it is the one that is shown.
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

    /// Continues the comparison, if there is one, and follows the instant that is shown.
    pub(super) fn go_on_comparing(&mut self) {
        let Some(mut comparison) = self.shown.comparison.take() else { return };
        let (with, ours) = comparison.branches();
        if ours != self.shown.run.current {
            // The user has switched branches: compare with the new one, unless it is the other
            // branch.
            if with != self.shown.run.current {
                // That branch exists, as before.
                let _ = self.compare(Some(with));
            }
            return;
        }
        if comparison.go_on(&mut self.shown.run) {
            self.revision += 1;
        }
        self.shown.comparison = Some(comparison);
    }

    /// The other branch of the comparison at the instant that is shown: its cluster, and how far it
    /// was played.
    pub fn other_view(&self) -> Option<View> {
        let comparison = self.shown.comparison.as_ref()?;
        let (with, _) = comparison.branches();
        let of = comparison.playback().run.cluster();
        let clock = ClockView {
            now: of.now(),
            events: of.events(),
            end: self.shown.run.branches.get(with)?.history.end().at,
            ..ClockView::default()
        };
        Some(View { clock, ..cluster::of_playback(comparison.playback()) })
    }

    /// What moves on the other branch of the comparison.
    pub fn other_motion(&self) -> Option<Motion> {
        let comparison = self.shown.comparison.as_ref()?;
        Some(motion::motion(comparison.playback().run.cluster(), self.passing()))
    }

    /// When the compared branches diverge, if known.
    pub fn parting(&self) -> Option<Time> {
        self.shown.comparison.as_ref()?.parting()
    }
}
