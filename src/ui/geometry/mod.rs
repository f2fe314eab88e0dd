//! Where things lie: the layout of the stage, the paths of messages, the outline of a partition, scales.
//!
//! This room knows no browser: it is built and tested natively too.

pub mod layout;
pub mod message_path;
pub mod partition_outline;
pub mod scale;
