//! The past of a run: branches with keyframes, the event log, the timeline's index, the clients'
//! operations, message traces and charts. All of it belongs to one run, and is as of an instant of
//! one branch.

pub(crate) mod branch;
pub mod charts;
pub(crate) mod event_index;
pub(crate) mod event_log;
pub(crate) mod limits;
pub mod message_trace;
pub(crate) mod names;
pub mod operation_history;
pub(crate) mod playback;
pub(crate) mod run;

pub use limits::Limit;
