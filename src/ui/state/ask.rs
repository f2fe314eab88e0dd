//! What the user asks of the guide.

/// A request to the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Tour,
    /// The demonstration at this place of the list.
    Demonstration(usize),
    Next,
    Back,
    Leave,
    /// Goes back to where a disturbed demonstration still told the truth.
    Resume,
    /// Whether a demonstration goes on by itself.
    ByItself(bool),
}
