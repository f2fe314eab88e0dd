//! Notices: messages to the user that do not answer what they have just done.

/// A message to the user that does not answer what they have just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    /// Whether something went wrong.
    pub is_problem: bool,
    /// What can be done about it, each by a button beside it.
    pub offers: Vec<Offer>,
}

/// What a notice offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Opens the refused run all the same, by the times of its actions.
    OpenByTime,
    /// Saves the run as a file.
    Save,
    /// Plays the run from its beginning.
    FromTheStart,
    /// Goes to just before the last action.
    AtTheLastAction,
}

impl Notice {
    pub fn problem(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_problem: true, offers: Vec::new() }
    }

    pub fn news(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_problem: false, offers: Vec::new() }
    }

    /// The same notice with another offer.
    pub fn offering(mut self, offer: Offer) -> Self {
        self.offers.push(offer);
        self
    }
}
