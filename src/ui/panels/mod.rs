//! What stands around the stage: the header, controls, requests, the event log, the inspector, verdicts, the console, dialogs.

pub mod branches;
pub mod chaos;
pub mod commands;
pub mod console;
pub mod controls;
pub mod dialogs;
pub mod events;
pub mod header;
pub mod inspector;
pub mod machine;
pub mod notices;
pub mod partition;
pub mod reason;
pub mod request;
pub mod sheets;
pub mod tabs;
pub mod verdicts;
