//! Which view stands in the middle of the page.

/// The view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewMode {
    #[default]
    Stage,
    Beside,
    Matrix,
    Spacetime,
    Clients,
    Charts,
    Difference,
    Rules,
}
