//! The page's own state, which no run contains: which panels are open, what stands in the middle, and how much of the
//! timeline is shown.
//!
//! Each state has an enum of the messages that change it. Nothing here needs a browser.

pub mod caption;
pub mod middle;
pub mod panels;
pub mod span;
pub mod timeline;
