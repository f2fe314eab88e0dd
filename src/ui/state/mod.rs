//! What rooms of the page share: the session, what is pointed at, keys, when a frame is drawn, how the page is shown.
//!
//! What decides something without a browser builds natively too, and is tested there.

pub mod ask;
pub mod frame_scheduler;
pub mod keys;
pub mod notice;
pub mod page;

#[cfg(target_arch = "wasm32")]
pub mod frame_context;
#[cfg(target_arch = "wasm32")]
pub mod handles;
#[cfg(target_arch = "wasm32")]
pub mod highlight;
#[cfg(target_arch = "wasm32")]
pub mod playback;
#[cfg(target_arch = "wasm32")]
pub mod pump;
#[cfg(target_arch = "wasm32")]
pub mod screen;
#[cfg(target_arch = "wasm32")]
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod view_choices;
