//! What rooms of the page share: the session, what is pointed at, keys, when a frame is drawn, how the page is shown.

pub mod ask;
pub mod frame_scheduler;
pub mod highlight;
pub mod keys;
pub mod lesson;
pub mod notice;
pub mod opened;
pub mod playback;
pub mod pump;
pub mod screen;
pub mod session;
pub mod span;
pub mod view_mode;
