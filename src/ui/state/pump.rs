//! The pump: turns the browser's time into cluster time.
//!
//! It is a timer and not an animation frame, so that the speed of the cluster does not depend on the screen. In a
//! hidden tab the cluster stands still, and time that the page was away for is never made up.

use gloo_timers::callback::Interval;

use crate::playground::RealTime;
use crate::ui::state::session::Session;

/// Decides how much real time a tick is worth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pacer {
    last: Option<f64>,
}

impl Pacer {
    /// A tick that comes later than this after the one before counts as one frame.
    pub const LONGEST_GAP_MS: f64 = 250.0;
    /// One frame.
    pub const FRAME: RealTime = RealTime::from_micros(16_667);

    /// A tick at `now_ms`: how much to advance, if at all.
    pub fn tick(&mut self, now_ms: f64, hidden: bool) -> Option<RealTime> {
        if hidden {
            self.last = None;
            return None;
        }
        let passed = now_ms - self.last.replace(now_ms)?;
        if passed <= 0.0 {
            return None;
        }
        if passed > Self::LONGEST_GAP_MS {
            return Some(Self::FRAME);
        }
        // Between 0 and 250,000: it fits.
        Some(RealTime::from_micros((passed * 1_000.0).round() as u64))
    }
}

/// Runs for as long as it is kept.
pub struct Pump {
    _interval: Interval,
}

impl Pump {
    /// A little longer than a frame of most screens, so that hardly any frame has the work of two ticks.
    const INTERVAL_MS: u32 = 17;
    /// The time in which one tick may work on a long job, in milliseconds. The rest is for drawing.
    const BUSY_MS: f64 = 10.0;

    /// Starts to advance the session's cluster.
    pub fn start(session: Session) -> Self {
        let mut pacer = Pacer::default();
        let tick = move || {
            let began = crate::ui::browser::page::now();
            let Some(passed) = pacer.tick(began, crate::ui::browser::page::is_hidden()) else {
                return;
            };
            session.advance(passed);
            while session.look().is_busy()
                && crate::ui::browser::page::now() - began < Self::BUSY_MS
            {
                session.advance(passed);
            }
        };
        Self { _interval: Interval::new(Self::INTERVAL_MS, tick) }
    }
}

impl Session {
    fn advance(&self, real: RealTime) {
        self.pass(real);
        self.advance_lesson(real);
    }
}
