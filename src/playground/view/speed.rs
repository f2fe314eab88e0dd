//! How fast cluster time passes.

use std::fmt;

use crate::time::{Duration, RealTime};

/// The speed of playback: microseconds of cluster time per millisecond of real time, so 1,000 is
/// real time; or [`Speed::AUTOMATIC`], which has no number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(u32);

impl Speed {
    /// Slow while messages are on their way that a viewer wants to follow, and quick through
    /// silence. In links and stored runs it is the number 0.
    pub const AUTOMATIC: Self = Self(0);
    /// A thousandth of real time.
    pub const SLOWEST: Self = Self(1);
    /// A thousand times real time.
    pub const FASTEST: Self = Self(1_000_000);
    /// As fast as possible: every `Advance` handles as many events as it may.
    pub const UNBOUNDED: Self = Self(u32::MAX);

    /// The speed, clamped to the bounds; 0 is [`Self::AUTOMATIC`].
    pub const fn new(micros_per_milli: u32) -> Self {
        if micros_per_milli == Self::UNBOUNDED.0 {
            Self::UNBOUNDED
        } else if micros_per_milli > Self::FASTEST.0 {
            Self::FASTEST
        } else {
            Self(micros_per_milli)
        }
    }

    /// The speed at which `cluster` passes in `real` time, clamped to the bounds. It is never
    /// [`Self::UNBOUNDED`] and never [`Self::AUTOMATIC`].
    pub fn passing(cluster: Duration, real: RealTime) -> Self {
        let cluster = u128::from(cluster.as_micros());
        let speed = (cluster * 1_000).checked_div(real.as_micros());
        let most = u128::from(Self::FASTEST.0);
        let speed = speed.unwrap_or(most).clamp(Self::SLOWEST.0.into(), most);
        u32::try_from(speed).map_or(Self::FASTEST, Self::new)
    }

    /// How much cluster time passes in `real` time, if the machine is fast enough.
    pub fn covers(self, real: RealTime) -> Duration {
        let cluster = real.as_micros().saturating_mul(u128::from(self.0)) / 1_000;
        Duration::from_micros(u64::try_from(cluster).unwrap_or(u64::MAX))
    }

    /// Microseconds of cluster time per millisecond of real time.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Speed {
    /// Slow enough to follow a heartbeat by eye.
    fn default() -> Self {
        Self(50)
    }
}

/// `auto`, `1/20`, `1×`, `50×`, `max`.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AUTOMATIC => return write!(f, "auto"),
            Self::UNBOUNDED => return write!(f, "max"),
            Self(_) => {}
        }
        if self.0 >= 1_000 {
            let tenths = (u64::from(self.0) + 50) / 100;
            return match tenths % 10 {
                _ if tenths >= 100 => write!(f, "{}×", (tenths + 5) / 10),
                0 => write!(f, "{}×", tenths / 10),
                rest => write!(f, "{}.{rest}×", tenths / 10),
            };
        }
        write!(f, "1/{}", (1_000 + self.0 / 2) / self.0)
    }
}
