//! What stands around the stage: the header, controls, requests, tabs, notices, dialogs.
//!
//! `tabs` has the panels of which one is open: events, inspector, verdicts, console, branches. `controls` has the
//! buttons and sliders for the world.

pub mod commands;
pub mod controls;
pub mod dialogs;
pub mod header;
pub mod invitations;
pub mod modes;
pub mod notices;
pub mod request;
pub mod sheets;
pub mod tabs;
