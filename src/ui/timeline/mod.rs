//! The bottom of the page: the timeline, its slider, and playback.

pub mod scrubber;
pub mod strip;
pub mod transport;
