//! When what is on the page is rendered anew.
//!
//! What changes with every event, as the event log, is fed a few times a second, so that a fast run costs no more
//! than a slow one. Where the cluster comes to stand still it is fed at once, before a button says that it stands:
//! who sees it stand reads what it stands at.

/// What a frame renders; none does both, so that none takes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The event log, and what else only grows.
    Feed,
    /// The rest of the page.
    Refresh,
}

/// Decides it, frame by frame.
#[derive(Clone, Copy, Debug)]
pub struct Cadence {
    /// The revisions that were shown last.
    fed: u64,
    rendered: u64,
    fed_at: f64,
    was_playing: bool,
}

impl Default for Cadence {
    fn default() -> Self {
        Self { fed: u64::MAX, rendered: u64::MAX, fed_at: 0.0, was_playing: false }
    }
}

impl Cadence {
    /// The least time between two feeds while time passes, in milliseconds.
    pub const FEED_MS: f64 = 150.0;

    /// What is due in the frame at `now_ms`, if anything is: `revision` is the playground's.
    pub fn frame(&mut self, now_ms: f64, revision: u64, is_playing: bool) -> Option<Due> {
        let has_stopped = std::mem::replace(&mut self.was_playing, is_playing) && !is_playing;
        if self.fed != revision && (has_stopped || now_ms - self.fed_at >= Self::FEED_MS) {
            (self.fed, self.fed_at) = (revision, now_ms);
            return Some(Due::Feed);
        }
        if self.rendered != revision {
            self.rendered = revision;
            return Some(Due::Refresh);
        }
        None
    }
}
