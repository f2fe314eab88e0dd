//! An event of the causal graph, and the slice of the graph that leads to it.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::check::Violation;
use crate::cluster::{Action, Answer, Fact, Operation, What};
use crate::counts::counted;
use crate::playground::view::Spot;
use crate::playground::view::{CauseKind, CauseView};
use crate::raft::{Index, NodeId, Note, Term};
use crate::recording::RunPosition;
use crate::store::Command;

/// A shared reference to an event; many others may have been caused by it.
pub(crate) type Why = Rc<Happening>;

/// An event of the causal graph.
#[derive(Debug)]
pub(crate) struct Happening {
    /// Increases from each event to the next, so that causes have lower numbers.
    pub(crate) number: u64,
    pub(crate) place: RunPosition,
    pub(crate) detail: Detail,
    pub(crate) kind: CauseKind,
    pub(crate) causes: Vec<Why>,
}

impl Happening {
    /// Whether this is a server's request for pre-votes.
    pub(crate) fn asks_for_pre_votes(&self) -> bool {
        matches!(self.detail, Detail::Told(What::Server(_, Note::AskedForPreVotes { .. })))
    }

    /// Whether this is the execution of this command by a state machine.
    pub(crate) fn executes(&self, wanted: &Command) -> bool {
        matches!(&self.detail, Detail::Executed { command: Some(command), .. } if **command == *wanted)
    }
}

/// What happened. It is formatted only when it is displayed, since most events never are.
#[derive(Debug)]
pub(crate) enum Detail {
    Founded(u32),
    /// A fact of the cluster.
    Told(What),
    /// An action of which the cluster reports no fact.
    Did(Action),
    TookTerm {
        node: NodeId,
        term: Term,
        from: NodeId,
    },
    /// A server's term and vote are durable.
    Kept {
        node: NodeId,
        term: Term,
        vote: Option<NodeId>,
    },
    /// A leader learns that a follower has entries on its disk.
    Acknowledged {
        by: NodeId,
        from: NodeId,
        last: Index,
    },
    /// A leader sends entries that it has had for a while.
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
    /// A leader refuses a client's request.
    Refuses {
        by: NodeId,
        operation: Operation,
    },
    Broken(Violation),
}

impl Detail {
    /// Its kind; `by_chance` for a random fault, `uncaused` if it has no causes.
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

    /// The server that it happened on.
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

/// A plain sentence.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Founded(1) => write!(f, "The cluster begins with one server, in term 0."),
            Self::Founded(nodes) => {
                let servers = counted((*nodes).into(), "server", "servers");
                write!(f, "The cluster begins with {servers}, all followers in term 0.")
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

impl From<Fact> for Detail {
    fn from(fact: Fact) -> Self {
        Self::Told(fact.what)
    }
}

/// An event and all its direct and indirect causes, in the order of time. Events with the same text
/// at the same cluster event are merged. `spot` turns a position into one that can be returned to.
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
                at: instant.at,
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
