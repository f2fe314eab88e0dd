//! The timeline: how much of it is shown, and what its buttons go to.

use crate::playground::{Duration, Landmark, Time};
use crate::ui::state::page::span::Span;

/// What the timeline can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineMessage {
    /// The buttons for next and previous go to these from now on.
    Landmark(Landmark),
    /// Shows less time around now, so that it is seen larger.
    ZoomIn,
    /// Shows more time.
    ZoomOut,
}

/// How the timeline is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    landmark: Landmark,
    /// How much of it is shown; `None` for all.
    width: Option<Duration>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { landmark: Landmark::Election, width: None }
    }
}

impl Timeline {
    /// `shown` is what of the run is shown now, which goes to `end`.
    pub fn update(&mut self, message: TimelineMessage, shown: Span, end: Time) {
        match message {
            TimelineMessage::Landmark(landmark) => self.landmark = landmark,
            TimelineMessage::ZoomIn => self.width = shown.zoomed(true, end),
            TimelineMessage::ZoomOut => self.width = shown.zoomed(false, end),
        }
    }

    pub fn landmark(&self) -> Landmark {
        self.landmark
    }

    /// What of a run that goes to `end` is shown at `now`.
    pub fn span(&self, now: Time, end: Time) -> Span {
        Span::new(now, end, self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::{Timeline, TimelineMessage};
    use crate::playground::{Landmark, Time};

    #[test]
    fn zooming_in_shows_less_and_zooming_out_again_shows_all() {
        let (now, end) = (Time::from_micros(4_000_000), Time::from_micros(9_000_000));
        let mut timeline = Timeline::default();
        let whole = timeline.span(now, end);
        timeline.update(TimelineMessage::ZoomIn, whole, end);
        let closer = timeline.span(now, end);
        assert!(closer.width < whole.width && (closer.from..closer.to()).contains(&now));
        timeline.update(TimelineMessage::ZoomOut, closer, end);
        assert_eq!(timeline.span(now, end), whole);
    }

    #[test]
    fn another_landmark_does_not_change_what_is_shown() {
        let mut timeline = Timeline::default();
        let end = Time::from_micros(9_000_000);
        let span = timeline.span(Time::ZERO, end);
        timeline.update(TimelineMessage::Landmark(Landmark::Fault), span, end);
        assert_eq!(timeline.landmark(), Landmark::Fault);
        assert_eq!(timeline.span(Time::ZERO, end), span);
    }
}
