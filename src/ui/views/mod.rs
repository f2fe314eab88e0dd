//! What stands in the place of the stage: logs, space-time, clients, charts, differences.

pub mod charts;
pub mod clients;
pub mod difference;
pub mod frame;
pub mod matrix;
pub mod spacetime;
