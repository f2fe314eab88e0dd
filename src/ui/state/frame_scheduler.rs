//! Decides what a frame does in addition to drawing what moves.
//!
//! No frame does everything, so that no frame takes long. Renderings and the strip of history take turns. While time
//! passes, a rendering comes in every third frame at most, which looks immediate. The event log changes with every
//! event, so it is updated only a few times a second: a fast run costs no more than a slow one. Where frames are slow,
//! the log and renderings take turns. On pause, the event log is updated before the button, so that it shows the
//! instant at which the cluster stands still.

/// What is due in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    /// The event log, and what else only grows.
    Feed,
    /// The rest of the page.
    Refresh,
    /// The strip of history and its slider, which draw themselves only where they have changed.
    #[default]
    History,
}

/// Decides it for one frame after the other.
#[derive(Clone, Copy, Debug)]
pub struct FrameScheduler {
    last: Due,
    /// The revisions of the last feed and of the last rendering.
    fed: u64,
    rendered: u64,
    fed_at: f64,
    rendered_at: f64,
    was_playing: bool,
    has_stopped: bool,
}

impl Default for FrameScheduler {
    fn default() -> Self {
        Self {
            last: Due::default(),
            fed: u64::MAX,
            rendered: u64::MAX,
            fed_at: 0.0,
            rendered_at: 0.0,
            was_playing: false,
            has_stopped: false,
        }
    }
}

impl FrameScheduler {
    /// The least time between two feeds while time passes, in milliseconds.
    pub const FEED_MS: f64 = 150.0;
    /// The least time between two renderings while time passes, in milliseconds: between two and three frames of
    /// most screens.
    pub const REFRESH_MS: f64 = 40.0;

    /// What is due in the frame at `now_ms`: `revision` is the playground's.
    pub fn frame(&mut self, now_ms: f64, revision: u64, is_playing: bool) -> Due {
        self.has_stopped |= std::mem::replace(&mut self.was_playing, is_playing) && !is_playing;
        let is_feed_due =
            self.fed != revision && (self.has_stopped || now_ms - self.fed_at >= Self::FEED_MS);
        let is_refresh_due = self.rendered != revision
            && (!is_playing || now_ms - self.rendered_at >= Self::REFRESH_MS);
        // Where frames are slow, both are due in each.
        let is_turn_of_refresh =
            is_refresh_due && !self.has_stopped && self.rendered_at < self.fed_at;
        self.last = if self.last != Due::History {
            Due::History
        } else if is_feed_due && !is_turn_of_refresh {
            (self.fed, self.fed_at, self.has_stopped) = (revision, now_ms, false);
            Due::Feed
        } else if is_refresh_due {
            (self.rendered, self.rendered_at) = (revision, now_ms);
            Due::Refresh
        } else {
            Due::History
        };
        self.last
    }
}
