//! Demonstrations and the tour.

pub mod demonstrations;
pub mod guide;
