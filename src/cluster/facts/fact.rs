//! What happened, one fact at a time, and the plain sentence for each.

use std::fmt;

use super::super::actions::action::{ClockChange, Handling};
use super::super::clients::client::{Answer, Hop, Operation, Postponement, RequestId};
use super::super::machine::disk::{DiskState, Recovered};
use super::super::network::{Body, Endpoint, Loss};
use super::blocked::Blocked;
use super::sentences;
use crate::counts::{counted, noun};
use crate::raft::{MessageKind, NodeId, Note, RefusedVote, Rule};
use crate::store::ClientId;
use crate::time::Time;

/// Something that happened at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub at: Time,
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A server did or decided something.
    Server(NodeId, Note),
    /// A server can't go on without something, from now on.
    Blocked(Box<Blocked>),
    /// A fault, or the end of one.
    Fault(Fault),
    /// A rule was switched on or off.
    Switched(Rule, bool),
    /// A server entered or left the world.
    Started(NodeId),
    /// The configuration without the server is committed; it is switched off.
    SwitchedOff(NodeId),
    /// A message was lost.
    Lost { kind: MailKind, from: Endpoint, to: Endpoint, loss: Loss },
    /// Somebody took a message in hand, and did not drop it.
    Handled { kind: MailKind, from: Endpoint, to: Endpoint, handling: Handling },
    /// A client's request went a step further.
    Request { id: RequestId, client: ClientId, operation: Operation, hop: Hop },
    /// A client's request ended.
    Answered { id: RequestId, client: ClientId, operation: Operation, answer: Answer },
}

/// The kinds of all messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    Raft(MessageKind),
    Request,
    Answer,
}

/// A fault of the world, or its repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The last write to its disk may be torn.
    Killed {
        node: NodeId,
        torn: bool,
    },
    /// Its disk is empty.
    Wiped(NodeId),
    /// With so many entries on its disk, the first of them only as a snapshot, and what it found behind
    /// the last durable write.
    Restarted {
        node: NodeId,
        entries: u64,
        snapshot: u64,
        recovered: Recovered,
    },
    ClockSet(NodeId, ClockChange),
    /// Its disk treats writes so from now on.
    DiskSet(NodeId, DiskState),
    /// Its disk is so and refused a write: the server has stopped.
    Stopped {
        node: NodeId,
        state: DiskState,
    },
    /// So many writes are lost that its disk had reported as durable.
    Lied {
        node: NodeId,
        lost: usize,
    },
    Paused(NodeId),
    Resumed(NodeId),
    Partitioned(Vec<Vec<NodeId>>),
    Healed,
    Cut(NodeId, NodeId),
    Mended(NodeId, NodeId),
}

/// What a fact is about, for filters and colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    Election,
    Replication,
    Commit,
    Membership,
    Fault,
    Client,
}

impl Body {
    /// What kind of message it is.
    pub fn kind(&self) -> MailKind {
        match self {
            Self::Raft(envelope) => MailKind::Raft(envelope.message.kind()),
            Self::Request(_) => MailKind::Request,
            Self::Answer(_) => MailKind::Answer,
        }
    }
}

impl MailKind {
    /// The paper's word for it; a client's is a request or an answer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raft(kind) => kind.name(),
            Self::Request => "request",
            Self::Answer => "answer",
        }
    }
}

impl What {
    /// What it is about.
    pub fn topic(&self) -> Topic {
        match self {
            Self::Server(_, note) => match note {
                Note::StoodForElection { .. }
                | Note::AskedForPreVotes { .. }
                | Note::AnsweredPreVote { .. }
                | Note::Voted { .. }
                | Note::RefusedVote { .. }
                | Note::CountedVote { .. }
                | Note::BecameLeader { .. }
                | Note::SteppedDown { .. } => Topic::Election,
                Note::Committed { .. } | Note::LearnedCommit { .. } => Topic::Commit,
                Note::ProposedConfig { .. } | Note::ChangeEnded { .. } => Topic::Membership,
                Note::TransferBegan { .. }
                | Note::AskedToStand { .. }
                | Note::TransferEnded { .. } => Topic::Election,
                Note::TookSnapshot { .. }
                | Note::SendsSnapshot { .. }
                | Note::GaveUpSnapshot { .. }
                | Note::InstalledSnapshot { .. }
                | Note::RefusedSnapshot { .. } => Topic::Replication,
                Note::ConfirmedRead { .. } => Topic::Client,
                Note::Proposed { .. }
                | Note::Appended { .. }
                | Note::Truncated { .. }
                | Note::Conflicted { .. }
                | Note::SteppedBack { .. }
                | Note::IgnoredAnswer { .. }
                | Note::Persisted { .. } => Topic::Replication,
            },
            Self::Fault(_) | Self::Lost { .. } | Self::Handled { .. } | Self::Switched(..) => {
                Topic::Fault
            }
            Self::Blocked(blocked) => blocked.on.topic(),
            Self::Started(_) | Self::SwitchedOff(_) => Topic::Membership,
            Self::Request { .. } | Self::Answered { .. } => Topic::Client,
        }
    }

    /// Whether it is a detail that a summary may leave out.
    pub fn is_detail(&self) -> bool {
        match self {
            Self::Server(_, note) => matches!(
                note,
                Note::CountedVote { .. }
                    | Note::AnsweredPreVote {
                        refused: None | Some(RefusedVote::OldTerm { .. }),
                        ..
                    }
                    | Note::Proposed { noop: false, .. }
                    | Note::Persisted { .. }
                    | Note::SteppedBack { .. }
                    | Note::ConfirmedRead { .. }
                    | Note::LearnedCommit { .. }
            ),
            Self::Lost { loss, .. } => *loss != Loss::Dropped,
            _ => false,
        }
    }

    /// Whether it must not be missed: there is a new leader.
    pub fn is_headline(&self) -> bool {
        matches!(self, Self::Server(_, Note::BecameLeader { .. }))
    }

    /// The server that it is about first of all.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Self::Server(node, _) | Self::Started(node) | Self::SwitchedOff(node) => Some(*node),
            Self::Blocked(blocked) => Some(blocked.node),
            Self::Fault(
                Fault::Killed { node, .. }
                | Fault::Wiped(node)
                | Fault::ClockSet(node, _)
                | Fault::DiskSet(node, _)
                | Fault::Stopped { node, .. }
                | Fault::Lied { node, .. }
                | Fault::Restarted { node, .. }
                | Fault::Paused(node)
                | Fault::Resumed(node),
            ) => Some(*node),
            _ => None,
        }
    }
}

/// The sentence, without the time.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(node, note) => sentences::write_note(f, *node, note),
            Self::Blocked(blocked) => blocked.fmt(f),
            Self::Fault(fault) => fault.fmt(f),
            Self::Switched(rule, on) => {
                let now = if *on { "on" } else { "off" };
                let says = if *on { ":" } else { "; it says:" };
                write!(f, "The rule {rule} is {now}{says} {}.", rule.about().guards)
            }
            Self::Started(node) => {
                write!(f, "{node} starts with an empty disk and waits to be taken in.")
            }
            Self::SwitchedOff(node) => {
                write!(f, "{node} is no longer a member and is switched off.")
            }
            Self::Lost { kind, from, to, loss } => {
                write!(f, "The {kind} from {from} to {to} is lost: {loss}.")
            }
            Self::Handled { kind, from, to, handling } => {
                write!(f, "The {kind} from {from} to {to} ")?;
                match handling {
                    Handling::Drop => write!(f, "is dropped by hand."),
                    Handling::Delay(by) => write!(f, "is delayed by {by}."),
                    Handling::Duplicate => write!(f, "is duplicated: a copy of it travels too."),
                    Handling::Deliver => write!(f, "is delivered at once, by hand."),
                }
            }
            Self::Request { client, operation, hop, .. } => {
                write_station(f, Who(*client), operation, hop)
            }
            Self::Answered { client, operation, answer, .. } => {
                write!(f, "{} asked for `{operation}` and got: {answer}.", Who(*client).capital())
            }
        }
    }
}

impl fmt::Display for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A client at the beginning of a sentence.
struct Who(ClientId);

impl Who {
    fn capital(&self) -> String {
        if self.0 == super::super::YOU { "You".to_string() } else { self.0.to_string() }
    }
}

fn write_station(
    f: &mut fmt::Formatter<'_>,
    who: Who,
    operation: &Operation,
    hop: &Hop,
) -> fmt::Result {
    match hop {
        Hop::Sent { to, attempt: 1 } => {
            write!(f, "{} sent `{operation}` to {to}.", who.capital())
        }
        Hop::Sent { to, attempt } => {
            write!(f, "{} sent `{operation}` to {to}, attempt {attempt}.", who.capital())
        }
        Hop::Received { by } => write!(f, "{by} gets `{operation}`."),
        Hop::Redirected { by, leader: Some(leader) } => {
            write!(f, "{by} does not lead and sends the client on to {leader}.")
        }
        Hop::Redirected { by, leader: None } => {
            write!(f, "{by} does not lead and knows no leader; the client asks again soon.")
        }
        Hop::Appended { by, position } => {
            write!(f, "{by} puts `{operation}` into its log as entry {}.", position.index)
        }
        Hop::Confirming { by } => {
            write!(
                f,
                "{by} asks the others whether it still leads, before it answers `{operation}`."
            )
        }
        Hop::Committed { by, position } => {
            write!(f, "{by} executes entry {}, `{operation}`.", position.index)
        }
        Hop::Answered { by } => write!(f, "{by} answers `{operation}`."),
        Hop::Postponed { by, why } => write_postponed(f, *by, operation, *why),
        Hop::AwaitsLearner { by, learner } => write!(
            f,
            "{by} goes on with `{operation}` when {learner} has caught up with its log (thesis §4.2.1)."
        ),
        Hop::TimedOut { attempt } => {
            write!(f, "No answer to `{operation}`, attempt {attempt}.")
        }
        Hop::GaveUp => write!(f, "The client gives `{operation}` up."),
    }
}

fn write_postponed(
    f: &mut fmt::Formatter<'_>,
    by: NodeId,
    operation: &Operation,
    why: Postponement,
) -> fmt::Result {
    write!(f, "{by} can't take `{operation}` on yet: ")?;
    match why {
        Postponement::HandsOver(to) => {
            write!(f, "it hands over to {to}")?;
        }
        Postponement::ChangePending(index) => write!(
            f,
            "entry {index}, an earlier change of the members, is not committed (thesis §4.1)"
        )?,
        Postponement::NewTerm => {
            write!(f, "it has committed no entry of its own term (thesis §4.1)")?;
        }
        Postponement::CatchesUp(learner) => write!(
            f,
            "the same change waits until {learner} has caught up with its log (thesis §4.2.1)"
        )?,
        Postponement::UnderWay => write!(f, "the same change is under way")?,
    }
    write!(f, "; the client asks again soon.")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed { node, torn: false } => {
                write!(f, "{node} is killed; what was not on its disk is gone.")
            }
            Self::Killed { node, torn: true } => write!(
                f,
                "{node} is killed while it writes; the last record on its disk may be torn."
            ),
            Self::Wiped(node) => {
                write!(f, "The disk of {node} is wiped: its term, vote and log are gone.")
            }
            Self::ClockSet(node, change) => write_clock(f, *node, *change),
            Self::DiskSet(node, state) => write_disk(f, *node, *state),
            Self::Stopped { node, state: DiskState::Full } => write!(
                f,
                "{node} stops: its disk is full, and what it can't write it must not promise."
            ),
            Self::Stopped { node, .. } => {
                write!(f, "{node} stops: an fsync failed, and it can't know what is on its disk.")
            }
            Self::Lied { node, lost } => write!(
                f,
                "The disk of {node} had lied: {} that it had reported as done {} lost.",
                counted(*lost as u64, "write", "writes"),
                noun(*lost as u64, "is", "are")
            ),
            Self::Restarted { node, entries, snapshot, recovered } => {
                write!(f, "{node} starts again ")?;
                write_found(f, *entries, *snapshot, *recovered)
            }
            Self::Paused(node) => write!(f, "{node} is paused; its messages wait."),
            Self::Resumed(node) => write!(f, "{node} goes on."),
            Self::Partitioned(groups) => {
                let side = |group: &Vec<NodeId>| {
                    group.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
                };
                let sides: Vec<String> = groups.iter().map(side).collect();
                write!(f, "The network is split: {}.", sides.join(" | "))
            }
            Self::Healed => write!(f, "All links are mended."),
            Self::Cut(from, to) => write!(f, "The link from {from} to {to} is cut."),
            Self::Mended(from, to) => write!(f, "The link from {from} to {to} is mended."),
        }
    }
}

fn write_clock(f: &mut fmt::Formatter<'_>, node: NodeId, change: ClockChange) -> fmt::Result {
    let ClockChange { rate, offset } = change;
    write!(f, "The clock of {node}")?;
    rate.iter().try_for_each(|rate| write!(f, " runs at {rate} times the true rate"))?;
    let and = if rate.is_some() && offset.is_some() { " and" } else { "" };
    offset.iter().try_for_each(|by| write!(f, "{and} is off by {by}"))?;
    write!(f, ".")
}

fn write_disk(f: &mut fmt::Formatter<'_>, node: NodeId, state: DiskState) -> fmt::Result {
    match state {
        DiskState::Good => write!(f, "The disk of {node} takes writes again."),
        DiskState::Full => {
            write!(f, "The disk of {node} is full: it takes no more writes.")
        }
        DiskState::Failing => {
            write!(f, "The disk of {node} fails: each fsync ends in an error.")
        }
        DiskState::Lying => write!(
            f,
            "The disk of {node} lies: it reports writes as done that a crash will lose, so Raft promises nothing."
        ),
    }
}

/// Writes what a process found on its disk when it started again.
fn write_found(
    f: &mut fmt::Formatter<'_>,
    entries: u64,
    snapshot: u64,
    recovered: Recovered,
) -> fmt::Result {
    match entries {
        0 => write!(f, "with an empty log")?,
        1 => write!(f, "with the one entry on its disk")?,
        _ => write!(f, "with the {} on its disk", counted(entries, "entry", "entries"))?,
    }
    if snapshot > 0 {
        write!(f, ", the first {snapshot} as a snapshot")?;
    }
    match recovered.whole {
        0 => {}
        1 => write!(f, "; the last write was whole after all")?,
        writes => write!(
            f,
            "; the last {} were whole after all",
            counted(writes as u64, "write", "writes")
        )?,
    }
    match recovered.torn_bytes {
        0 => write!(f, "."),
        bytes => {
            let bytes = counted(bytes as u64, "byte", "bytes");
            write!(f, "; a torn record of {bytes} at the end is cut off.")
        }
    }
}
