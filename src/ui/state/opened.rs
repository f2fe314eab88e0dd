//! What of the page is open: a tab, a sheet, a dialog, and what opens on the stage.

use crate::playground::view::NodeNumber;

/// Which of the tabs beside the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Events,
    Inspector,
    Verdicts,
    Console,
    Stories,
}

/// Which panel, where panels are sheets: on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Controls,
    Request,
    Log,
}

/// Which dialog is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    Help,
    New,
    Share,
    Runs,
    Commands,
}

/// What is open on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// What can be done to a node.
    Menu(NodeNumber),
    /// The links of a node.
    Links(NodeNumber),
    /// A link; the lower number first.
    Link(NodeNumber, NodeNumber),
    /// The messages in flight.
    Messages,
    /// One of them.
    Message(u64),
}

impl Opened {
    /// Whether it is about what passes quickly.
    pub fn wants_a_pause(self) -> bool {
        matches!(self, Self::Messages | Self::Message(_))
    }
}
