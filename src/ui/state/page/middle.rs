//! The middle of the page: which view stands there, what is open on the stage, and the note over it.

use crate::playground::view::NodeNumber;

/// Which view stands in the middle of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewMode {
    #[default]
    Stage,
    SplitView,
    Matrix,
    Spacetime,
    Clients,
    Charts,
    Difference,
    Rules,
}

impl ViewMode {
    /// Whether it is the stage itself.
    pub fn is_stage(self) -> bool {
        self == Self::Stage
    }
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
    /// The form for requests.
    Request,
    /// The messages in flight.
    Messages,
    /// One of them.
    Message(u64),
}

impl Opened {
    /// Whether it shows messages in flight, which can only be read while time stands still.
    pub fn wants_a_pause(self) -> bool {
        matches!(self, Self::Messages | Self::Message(_))
    }
}

/// What is said over the stage of what was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Empty where there is nothing to say.
    pub text: String,
    /// The branch that it offers to compare with.
    pub compare: Option<usize>,
}

impl From<String> for Note {
    fn from(text: String) -> Self {
        Self { text, compare: None }
    }
}

/// What the middle of the page can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MiddleMessage {
    /// Shows another view.
    View(ViewMode),
    /// Opens something on the stage in place of what is open, or closes it.
    Open(Option<Opened>),
    /// Writes a note over the stage. An empty one takes the note away.
    Note(Note),
}

/// What a message has changed on the stage, for the code that moves the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageChange {
    /// Something is open where nothing was.
    Opened,
    /// What was open is closed.
    Closed,
    /// What is open is open still, or something else in its place. Or nothing is.
    Same,
}

/// What stands in the middle of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Middle {
    view_mode: ViewMode,
    opened: Option<Opened>,
    note: Note,
}

impl Middle {
    pub fn update(&mut self, message: MiddleMessage) -> StageChange {
        match message {
            MiddleMessage::View(view_mode) => {
                (self.view_mode, self.note) = (view_mode, Note::default());
                StageChange::Same
            }
            MiddleMessage::Open(opened) => {
                self.note = Note::default();
                self.open(opened)
            }
            MiddleMessage::Note(note) => {
                self.note = note;
                StageChange::Same
            }
        }
    }

    fn open(&mut self, opened: Option<Opened>) -> StageChange {
        let before = std::mem::replace(&mut self.opened, opened);
        match (before, opened) {
            (None, Some(_)) => StageChange::Opened,
            (Some(_), None) => StageChange::Closed,
            (None, None) | (Some(_), Some(_)) => StageChange::Same,
        }
    }

    /// Closes the card of a node or a message that is gone: `has` is asked for nodes, `is_in_flight` for messages.
    pub fn close_what_is_gone(
        &mut self,
        has: impl Fn(NodeNumber) -> bool,
        is_in_flight: impl Fn(u64) -> bool,
    ) -> StageChange {
        let is_there = match self.opened {
            None | Some(Opened::Messages | Opened::Request) => true,
            Some(Opened::Menu(node) | Opened::Links(node)) => has(node),
            Some(Opened::Link(a, b)) => has(a) && has(b),
            Some(Opened::Message(id)) => is_in_flight(id),
        };
        if is_there {
            return StageChange::Same;
        }
        if let Some(Opened::Message(id)) = self.opened {
            self.note = format!("Message m{id} is no longer in flight.").into();
        }
        self.open(None)
    }

    /// Another cluster has begun: what is open is about the one before.
    pub fn forget_opened(&mut self) {
        self.opened = None;
    }

    pub fn view_mode(&self) -> ViewMode {
        self.view_mode
    }

    pub fn opened(&self) -> Option<Opened> {
        self.opened
    }

    pub fn note(&self) -> &Note {
        &self.note
    }
}

#[cfg(test)]
mod tests {
    use super::{Middle, MiddleMessage, Opened, StageChange, ViewMode};

    fn note(text: &str) -> MiddleMessage {
        MiddleMessage::Note(text.to_string().into())
    }

    #[test]
    fn a_note_goes_with_the_next_view_and_with_what_opens() {
        for message in [MiddleMessage::View(ViewMode::Matrix), MiddleMessage::Open(None)] {
            let mut middle = Middle::default();
            middle.update(note("Paused."));
            assert_eq!(middle.note().text, "Paused.");
            middle.update(message);
            assert_eq!(middle.note().text, "");
        }
    }

    #[test]
    fn only_the_first_of_several_cards_is_opened_and_only_the_last_is_closed() {
        let mut middle = Middle::default();
        let mut open = |opened| middle.update(MiddleMessage::Open(opened));
        assert_eq!(open(None), StageChange::Same);
        assert_eq!(open(Some(Opened::Messages)), StageChange::Opened);
        assert_eq!(open(Some(Opened::Message(7))), StageChange::Same);
        assert_eq!(open(None), StageChange::Closed);
    }

    #[test]
    fn a_card_closes_when_its_node_or_its_message_is_gone() {
        let cases = [
            (Opened::Menu(4), StageChange::Closed, ""),
            (Opened::Links(4), StageChange::Closed, ""),
            (Opened::Link(1, 4), StageChange::Closed, ""),
            (Opened::Link(4, 5), StageChange::Closed, ""),
            (Opened::Message(7), StageChange::Closed, "Message m7 is no longer in flight."),
            (Opened::Menu(3), StageChange::Same, ""),
            (Opened::Link(1, 3), StageChange::Same, ""),
            (Opened::Message(8), StageChange::Same, ""),
            (Opened::Messages, StageChange::Same, ""),
        ];
        for (opened, change, note) in cases {
            let mut middle = Middle::default();
            middle.update(MiddleMessage::Open(Some(opened)));
            assert_eq!(middle.close_what_is_gone(|node| node <= 3, |id| id == 8), change);
            assert_eq!(middle.opened().is_none(), change == StageChange::Closed, "{opened:?}");
            assert_eq!(middle.note().text, note);
        }
    }
}
