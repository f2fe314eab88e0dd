//! Notices: messages to the user that do not answer what they have just done.

/// A message to the user that does not answer what they have just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    /// Whether something went wrong.
    pub is_problem: bool,
    /// What can be done about it by a button beside it.
    pub offer: Option<Offer>,
}

/// What a notice offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Opens the refused run all the same, by the times of its actions.
    OpenByTime,
    /// Saves the run as a file.
    Save,
}

impl Notice {
    pub fn problem(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_problem: true, offer: None }
    }

    pub fn news(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_problem: false, offer: None }
    }

    /// The same notice with an offer.
    pub fn offering(self, offer: Offer) -> Self {
        Self { offer: Some(offer), ..self }
    }
}
