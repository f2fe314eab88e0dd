//! Something that happened, and what made it happen: a stitch of the causal fabric, and the slice of it that
//! leads to one.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::check::Violation;
use crate::cluster::{Action, Answer, Fact, Operation, What};
use crate::playground::view::Spot;
use crate::playground::view::micros;
use crate::playground::view::{CauseKind, CauseView};
use crate::raft::{Index, NodeId, Note, Term};
use crate::recording::RunPosition;
use crate::store::Command;

/// Something that happened; many others may have been caused by it.
pub(crate) type Why = Rc<Happening>;

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Happening {
    /// Grows from each to the next, so that causes have lower numbers.
    pub(crate) number: u64,
    pub(crate) place: RunPosition,
    pub(crate) detail: Detail,
    pub(crate) kind: CauseKind,
    pub(crate) causes: Vec<Why>,
}

impl Happening {
    /// Whether a server asks here who would vote for it.
    pub(crate) fn asks_for_pre_votes(&self) -> bool {
        matches!(self.detail, Detail::Told(What::Server(_, Note::AskedForPreVotes { .. })))
    }

    /// Whether a state machine executes this command here.
    pub(crate) fn executes(&self, wanted: &Command) -> bool {
        matches!(&self.detail, Detail::Executed { command: Some(command), .. } if **command == *wanted)
    }
}

/// What is told of it. Most are never read, so that nothing is put into words before somebody does.
#[derive(Debug)]
pub(crate) enum Detail {
    Founded(u32),
    /// What the cluster has told of itself.
    Told(What),
    /// Something done that the cluster tells nothing of.
    Did(Action),
    TookTerm {
        node: NodeId,
        term: Term,
        from: NodeId,
    },
    /// A disk has a server's term and vote.
    Kept {
        node: NodeId,
        term: Term,
        vote: Option<NodeId>,
    },
    /// A leader hears that a follower has entries on its disk.
    Acknowledged {
        by: NodeId,
        from: NodeId,
        last: Index,
    },
    /// A leader sends what it has had for a while.
    Sent {
        by: NodeId,
        to: NodeId,
        first: Index,
        last: Index,
    },
    Executed {
        node: NodeId,
        index: Index,
        command: Option<Rc<Command>>,
    },
    Answers {
        by: NodeId,
        operation: Operation,
        answer: Answer,
    },
    /// A leader takes on nothing of what a client asks for.
    Refuses {
        by: NodeId,
        operation: Operation,
    },
    Broken(Violation),
}

impl Detail {
    /// What kind of event it is; `by_chance` where a fault came by itself, `uncaused` where nothing made it
    /// happen.
    pub(crate) fn kind(&self, by_chance: bool, uncaused: bool) -> CauseKind {
        match self {
            Self::Told(What::Server(
                _,
                Note::AskedForPreVotes { .. }
                | Note::StoodForElection { .. }
                | Note::SteppedDown { .. },
            )) if uncaused => CauseKind::Timer,
            Self::Founded(_) => CauseKind::Beginning,
            Self::Told(What::Server(_, Note::Persisted { .. })) | Self::Kept { .. } => {
                CauseKind::Disk
            }
            Self::Told(What::Request { .. }) => CauseKind::Request,
            Self::Told(What::Server(..) | What::Answered { .. } | What::SwitchedOff(_)) => {
                CauseKind::Server
            }
            Self::Told(_) if by_chance => CauseKind::Chance,
            Self::Told(_) | Self::Did(_) => CauseKind::Action,
            Self::Broken(_) => CauseKind::Broken,
            Self::TookTerm { .. }
            | Self::Acknowledged { .. }
            | Self::Sent { .. }
            | Self::Executed { .. }
            | Self::Answers { .. }
            | Self::Refuses { .. } => CauseKind::Server,
        }
    }

    /// The server that it happened at.
    pub(crate) fn node(&self) -> Option<NodeId> {
        match self {
            Self::Told(what) => what.node(),
            Self::TookTerm { node, .. } | Self::Kept { node, .. } | Self::Executed { node, .. } => {
                Some(*node)
            }
            Self::Acknowledged { by, .. }
            | Self::Sent { by, .. }
            | Self::Answers { by, .. }
            | Self::Refuses { by, .. } => Some(*by),
            Self::Founded(_) | Self::Did(_) | Self::Broken(_) => None,
        }
    }
}

/// The plain sentence.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Founded(1) => write!(f, "The cluster begins with one server, in term 0."),
            Self::Founded(nodes) => {
                write!(f, "The cluster begins with {nodes} servers, all followers in term 0.")
            }
            Self::Told(what) => what.fmt(f),
            Self::Did(action) => write!(f, "You did `{action}`."),
            Self::TookTerm { node, term, from } => {
                write!(f, "{node} goes over to term {term}: {from} is in it (§5.1).")
            }
            Self::Kept { node, term, vote: Some(vote) } if vote == node => {
                write!(f, "{node} has term {term} and its vote for itself on disk.")
            }
            Self::Kept { node, term, vote: Some(vote) } => {
                write!(f, "{node} has term {term} and its vote for {vote} on disk.")
            }
            Self::Kept { node, term, vote: None } => {
                write!(f, "{node} has term {term} on disk.")
            }
            Self::Acknowledged { by, from, last } => {
                write!(f, "{by} hears that {from} has its log up to entry {last} (§5.3).")
            }
            Self::Sent { by, to, first, last } if first == last => {
                write!(f, "{by} sends {to} its entry {first} (§5.3).")
            }
            Self::Sent { by, to, first, last } => {
                write!(f, "{by} sends {to} its entries {first} to {last} (§5.3).")
            }
            Self::Executed { node, index, command: Some(command) } => {
                write!(f, "{node} executes entry {index}, `{command}`.")
            }
            Self::Executed { node, index, command: None } => {
                write!(f, "{node} comes to entry {index}, which changes no key.")
            }
            Self::Answers { by, operation, answer } => {
                write!(f, "{by} answers `{operation}`: {answer}.")
            }
            Self::Refuses { by, operation } => write!(f, "{by} refuses `{operation}`."),
            Self::Broken(violation) => write!(f, "A property is broken. {violation}."),
        }
    }
}

/// What a fact tells.
impl From<Fact> for Detail {
    fn from(fact: Fact) -> Self {
        Self::Told(fact.what)
    }
}

/// All that led to something and that itself, in the order in which it happened; what was told with the same
/// words at the same event is one. `spot` turns a place into one that can be gone to.
pub(crate) fn slice(end: &Why, spot: impl Fn(RunPosition) -> Spot) -> Vec<CauseView> {
    let mut found: BTreeMap<u64, Why> = BTreeMap::new();
    let mut open = vec![Rc::clone(end)];
    while let Some(next) = open.pop() {
        if found.insert(next.number, Rc::clone(&next)).is_none() {
            open.extend(next.causes.iter().cloned());
        }
    }
    let mut steps: Vec<CauseView> = Vec::new();
    let mut place_of: BTreeMap<u64, usize> = BTreeMap::new();
    for (number, happening) in &found {
        let text = happening.detail.to_string();
        let RunPosition { instant, .. } = happening.place;
        let is_same = |step: &CauseView| step.events == instant.events && step.text == text;
        let known = steps.iter().rposition(is_same);
        let at = known.unwrap_or(steps.len());
        if known.is_none() {
            steps.push(CauseView {
                at: micros(instant.at),
                events: instant.events,
                spot: spot(happening.place),
                node: happening.detail.node().map(|node| node.0),
                text,
                kind: happening.kind,
                causes: Vec::new(),
            });
        }
        place_of.insert(*number, at);
        let causes = happening.causes.iter().filter_map(|cause| place_of.get(&cause.number));
        steps[at].causes.extend(causes.filter(|cause| **cause != at));
    }
    for step in &mut steps {
        step.causes.sort_unstable();
        step.causes.dedup();
    }
    steps
}
