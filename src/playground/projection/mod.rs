//! Projects a cluster's state to the plain data of [`view`](super::view).

pub(crate) mod cluster;
pub(crate) mod difference;
pub(crate) mod inspection;
pub(crate) mod motion;
pub(crate) mod request_trace;
pub mod rules;

pub use difference::With;
