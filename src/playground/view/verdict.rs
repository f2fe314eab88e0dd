//! What the judges say, what contradicts a property, and why something is so.

use crate::playground::view::NodeNumber;
use crate::playground::view::Spot;
use crate::script::Question;

/// What the judges say of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `election-safety`.
    pub property: &'static str,
    /// What it asks for, in a plain sentence.
    pub means: &'static str,
    /// Where the paper or the thesis says so.
    pub section: &'static str,
    /// When it broke, in microseconds, and the sentence that says how; `None` while it holds.
    pub broken: Option<(u64, String)>,
}

/// The facts that contradict each other where a property broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub property: &'static str,
    /// The event at which it broke.
    pub broken_by: CauseView,
    /// The older first.
    pub facts: Vec<ContraryFact>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContraryFact {
    /// What it comes to: `n5 leads term 4`.
    pub title: String,
    /// The happening that made it so.
    pub made_by: CauseView,
}

/// Where a broken property could last be avoided by the rules; or why there is no such instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurningPoint {
    pub property: &'static str,
    /// To go there, and when it is, in microseconds.
    pub spot: Option<Spot>,
    pub at: Option<u64>,
    /// What was found, in plain words.
    pub text: String,
}

/// Why something is so: all that led to it, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub question: Question,
    /// The instant as of which it is told, in microseconds.
    pub at: u64,
    /// In the order in which it happened, what was asked for last; or why there is nothing to tell.
    pub answer: Result<Vec<CauseView>, String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseView {
    /// Microseconds of cluster time.
    pub at: u64,
    /// After so many events.
    pub events: u64,
    /// To go there.
    pub spot: Spot,
    /// The server that it happened at, if at one.
    pub node: Option<NodeNumber>,
    /// A plain sentence.
    pub text: String,
    pub kind: CauseKind,
    /// The places in the list of what caused it; none where it needed no cause.
    pub causes: Vec<usize>,
}

/// What kind of event that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    /// The configuration of the cluster.
    Beginning,
    /// A timer ran out.
    Timer,
    /// Somebody did it.
    Action,
    /// A fault that came by itself.
    Chance,
    /// A client has asked.
    Request,
    /// A server came to it.
    Server,
    /// A disk was done.
    Disk,
    /// A property broke.
    Broken,
}

impl CauseKind {
    /// What it is called: `timer`, `you`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beginning => "beginning",
            Self::Timer => "timer",
            Self::Action => "done by you",
            Self::Chance => "chance",
            Self::Request => "request",
            Self::Server => "server",
            Self::Disk => "disk",
            Self::Broken => "broken",
        }
    }

    /// Whether a summary may leave it out.
    pub const fn is_detail(self) -> bool {
        matches!(self, Self::Disk)
    }
}
