//! What a person is told though they asked for nothing just now.

/// Something that a person is told, though they asked for nothing just now.
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
    /// To open the run by its times that it says was refused.
    OpenByTime,
    /// To save the run as a file.
    Save,
}

impl Notice {
    pub fn problem(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_problem: true, offer: None }
    }

    pub fn news(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_problem: false, offer: None }
    }

    /// The same with something that can be done about it.
    pub fn offering(self, offer: Offer) -> Self {
        Self { offer: Some(offer), ..self }
    }
}
