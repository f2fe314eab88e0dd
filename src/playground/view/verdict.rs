//! Verdicts of the judges, the facts that contradict a property, and causes.

use crate::playground::view::NodeNumber;
use crate::playground::view::Spot;
use crate::script::Question;
use crate::time::Time;

/// The judges' verdict on a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `election-safety`.
    pub property: &'static str,
    /// What it demands, in a few plain words.
    pub title: &'static str,
    /// What it demands, in a plain sentence.
    pub means: &'static str,
    /// The section of the paper or the thesis.
    pub section: &'static str,
    /// When it broke, and a sentence that says how; `None` while it holds.
    pub broken: Option<(Time, String)>,
}

/// The facts that contradict each other where a property was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub property: &'static str,
    /// The event at which it broke.
    pub broken_by: CauseView,
    /// The older one first.
    pub facts: Vec<ContraryFact>,
}

/// One of the facts of a [`Contradiction`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContraryFact {
    /// The fact in short: `n5 leads term 4`.
    pub title: String,
    /// The event that established it.
    pub made_by: CauseView,
}

/// The last instant at which a broken property could still be avoided with all rules on, or why
/// there is no such instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurningPoint {
    pub property: &'static str,
    /// The position and the time of that instant.
    pub spot: Option<Spot>,
    pub at: Option<Time>,
    /// The result, in plain words.
    pub text: String,
}

/// All causes of something, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub question: Question,
    /// The instant as of which it is explained.
    pub at: Time,
    /// The causes in the order of time, ending with the event that was asked for; or why there is
    /// no answer.
    pub answer: Result<Vec<CauseView>, String>,
}

/// An event in an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseView {
    pub at: Time,
    /// The number of events before and including it.
    pub events: u64,
    /// Where to return to.
    pub spot: Spot,
    /// The server it happened on, if any.
    pub node: Option<NodeNumber>,
    /// A plain sentence.
    pub text: String,
    pub kind: CauseKind,
    /// The indexes in the list of its direct causes; empty for a root.
    pub causes: Vec<usize>,
}

/// The kind of a [`CauseView`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    /// The configuration of the cluster.
    Beginning,
    /// A timer expired.
    Timer,
    /// An action of the user.
    Action,
    /// A random fault.
    Chance,
    /// A client made a request.
    Request,
    /// A server changed its state.
    Server,
    /// A disk finished a write.
    Disk,
    /// A property was broken.
    Broken,
}

impl CauseKind {
    /// Its name: `timer`, `done by you`.
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
