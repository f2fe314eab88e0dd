//! What happened, one fact at a time, and the plain sentence for each.

use std::fmt;

use super::action::ClockChange;
use super::client::{Answer, Operation, RequestId, Station};
use super::disk::Recovered;
use super::network::{Body, Endpoint, Loss};
use crate::raft::{
    Certainty, MessageKind, NodeId, Note, Position, RefusedVote, Rule, StepDown, count,
};
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
    /// A client's request went a step further.
    Request { id: RequestId, client: ClientId, operation: Operation, station: Station },
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
                Note::ProposedConfig { .. } => Topic::Membership,
                Note::TransferBegan { .. }
                | Note::AskedToStand { .. }
                | Note::TransferAborted { .. } => Topic::Election,
                Note::TookSnapshot { .. }
                | Note::SendsSnapshot { .. }
                | Note::InstalledSnapshot { .. }
                | Note::RefusedSnapshot { .. } => Topic::Replication,
                Note::ConfirmedRead { .. } => Topic::Client,
                Note::Proposed { .. }
                | Note::Appended { .. }
                | Note::Truncated { .. }
                | Note::Conflicted { .. }
                | Note::SteppedBack { .. }
                | Note::Persisted { .. } => Topic::Replication,
            },
            Self::Fault(_) | Self::Lost { .. } | Self::Switched(..) => Topic::Fault,
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

    /// The server that it is about first of all.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Self::Server(node, _) | Self::Started(node) | Self::SwitchedOff(node) => Some(*node),
            Self::Fault(
                Fault::Killed { node, .. }
                | Fault::Wiped(node)
                | Fault::ClockSet(node, _)
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
            Self::Server(node, note) => write_note(f, *node, note),
            Self::Fault(fault) => fault.fmt(f),
            Self::Switched(rule, on) => {
                let now = if *on { "on" } else { "off" };
                write!(f, "The rule {rule} is {now}: {}.", rule.about().guards)
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
            Self::Request { client, operation, station, .. } => {
                write_station(f, Who(*client), operation, station)
            }
            Self::Answered { client, operation, answer, .. } => {
                write!(f, "{} asked for `{operation}` and got: {answer}.", Who(*client).capital())
            }
        }
    }
}

impl fmt::Display for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raft(kind) => kind.fmt(f),
            Self::Request => write!(f, "request"),
            Self::Answer => write!(f, "answer"),
        }
    }
}

/// The visitor is "you"; the clients of the workload have names.
struct Who(ClientId);

impl Who {
    fn capital(&self) -> String {
        if self.0 == super::YOU { "You".to_string() } else { self.0.to_string() }
    }
}

fn write_station(
    f: &mut fmt::Formatter<'_>,
    who: Who,
    operation: &Operation,
    station: &Station,
) -> fmt::Result {
    match station {
        Station::Sent { to, attempt: 1 } => {
            write!(f, "{} sent `{operation}` to {to}.", who.capital())
        }
        Station::Sent { to, attempt } => {
            write!(f, "{} sent `{operation}` to {to}, attempt {attempt}.", who.capital())
        }
        Station::Received { by } => write!(f, "{by} gets `{operation}`."),
        Station::Redirected { by, leader: Some(leader) } => {
            write!(f, "{by} does not lead and sends the client on to {leader}.")
        }
        Station::Redirected { by, leader: None } => {
            write!(f, "{by} does not lead and knows no leader; the client asks again soon.")
        }
        Station::Appended { by, position } => {
            write!(f, "{by} puts `{operation}` into its log as entry {}.", position.index)
        }
        Station::Confirming { by } => {
            write!(
                f,
                "{by} asks the others whether it still leads, before it answers `{operation}`."
            )
        }
        Station::Committed { by, position } => {
            write!(f, "{by} executes entry {}, `{operation}`.", position.index)
        }
        Station::Answered { by } => write!(f, "{by} answers `{operation}`."),
        Station::TimedOut { attempt } => {
            write!(f, "No answer to `{operation}`, attempt {attempt}.")
        }
        Station::GaveUp => write!(f, "The client gives `{operation}` up."),
    }
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
            Self::ClockSet(node, ClockChange { rate, offset }) => {
                write!(f, "The clock of {node}")?;
                rate.iter()
                    .try_for_each(|rate| write!(f, " runs at {rate} times the true rate"))?;
                let and = if rate.is_some() && offset.is_some() { " and" } else { "" };
                offset.iter().try_for_each(|by| write!(f, "{and} is off by {by}"))?;
                write!(f, ".")
            }
            Self::Restarted { node, entries, snapshot, recovered } => {
                match entries {
                    0 => write!(f, "{node} starts again with an empty log")?,
                    1 => write!(f, "{node} starts again with the one entry on its disk")?,
                    _ => write!(f, "{node} starts again with the {entries} entries on its disk")?,
                }
                if *snapshot > 0 {
                    write!(f, ", the first {snapshot} as a snapshot")?;
                }
                match recovered.whole {
                    0 => {}
                    1 => write!(f, "; the last write was whole after all")?,
                    writes => write!(f, "; the last {writes} writes were whole after all")?,
                }
                match recovered.torn_bytes {
                    0 => write!(f, "."),
                    bytes => {
                        write!(f, "; a torn record of {bytes} bytes at the end is cut off.")
                    }
                }
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

/// `no entry` or `term 2, index 6`.
struct Last(Option<Position>);

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(position) => position.fmt(f),
            None => write!(f, "empty"),
        }
    }
}

fn write_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::Proposed { position, noop: true } => write!(
            f,
            "{node} opens term {} with an empty entry {} (§8).",
            position.term, position.index
        ),
        Note::Proposed { position, noop: false } => {
            write!(f, "{node} appends entry {} and sends it to all.", position.index)
        }
        Note::ProposedConfig { config, position } => {
            let kind = if config.is_joint() { "joint configuration" } else { "configuration" };
            write!(f, "{node} appends entry {}, the {kind}: {config} (§6).", position.index)
        }
        Note::Committed { last, copies, of, own_term, on_disk } => {
            let place = if *on_disk { "disks" } else { "servers, on disk or not," };
            let term = if *own_term {
                format!("of {node}'s own term (§5.4.2)")
            } else {
                "of an earlier term, which should not count (§5.4.2)".to_string()
            };
            write!(f, "Entry {last} is committed: it is on {copies} of {of} {place} and {term}.")
        }
        Note::LearnedCommit { last } => write!(f, "{node} learns that entry {last} is committed."),
        Note::ConfirmedRead { read_index, by: Certainty::Lease } => write!(
            f,
            "{node} holds a lease: it may answer reads as of entry {} without asking (thesis §6.4.1).",
            count(*read_index)
        ),
        Note::ConfirmedRead { read_index, by: Certainty::None } => {
            write!(
                f,
                "{node} answers a read as of entry {}, and has asked nobody.",
                count(*read_index)
            )
        }
        Note::ConfirmedRead { read_index, by: Certainty::Round } => write!(
            f,
            "A majority confirms that {node} leads: it may answer reads as of entry {} (§8).",
            count(*read_index)
        ),
        Note::Persisted { last } => {
            write!(f, "{node} has its log on disk up to entry {}.", count(*last))
        }
        _ => write_election_note(f, node, note),
    }
}

fn write_election_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::AskedForPreVotes { term, waited } => write!(
            f,
            "{node}'s election timer ran out after {} ms; it asks who would vote for it in term {term}.",
            waited.as_micros() / 1_000
        ),
        Note::AnsweredPreVote { candidate, term, refused: None } => {
            write!(f, "{node} would vote for {candidate} in term {term}.")
        }
        Note::AnsweredPreVote { candidate, term, refused: Some(why) } => {
            write_refusal(f, node, "would not vote", *candidate, term.0, why)
        }
        Note::StoodForElection { term, transfer: true, .. } => {
            write!(
                f,
                "{node} stands for term {term} at once: the leader has asked it to (thesis §3.10)."
            )
        }
        Note::StoodForElection { term, waited: None, .. } => {
            write!(f, "{node} could win, and stands for term {term}.")
        }
        Note::StoodForElection { term, waited: Some(waited), .. } => write!(
            f,
            "{node}'s election timer ran out after {} ms; it stands for term {term}.",
            waited.as_micros() / 1_000
        ),
        Note::Voted { candidate, term, newer: Some(own), .. } => {
            write!(
                f,
                "{node} votes for {candidate} in term {term}, although its own log is newer ({own})."
            )
        }
        Note::Voted { candidate, term, last, newer: None } => write!(
            f,
            "{node} votes for {candidate} in term {term}: its log is at least as new ({}).",
            Last(*last)
        ),
        Note::RefusedVote { candidate, term, why } => {
            write_refusal(f, node, "does not vote", *candidate, term.0, why)
        }
        Note::CountedVote { from, votes, needed } => {
            write!(f, "{node} counts the vote of {from}: {votes} of {needed} needed.")
        }
        Note::BecameLeader { term, votes, of } => {
            write!(f, "{node} becomes leader of term {term} with {votes} votes of {of}.")
        }
        Note::SteppedDown { led, term, why } => {
            let what = if *led { "leads no longer" } else { "is no candidate any more" };
            match why {
                StepDown::HigherTerm { from } => {
                    write!(f, "{node} {what}: {from} is in the higher term {term} (§5.1).")
                }
                StepDown::LeaderExists(leader) => {
                    write!(f, "{node} {what}: {leader} leads term {term} (§5.2).")
                }
                StepDown::NoQuorum => {
                    write!(f, "{node} {what}: it has not heard from a majority (thesis §6.2).")
                }
                StepDown::Removed => write!(f, "{node} {what}: it is no longer a member."),
            }
        }
        _ => write_log_note(f, node, note),
    }
}

fn write_log_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::Appended { from, first, last } if first == last => {
            write!(f, "{node} appends entry {first} from {from}.")
        }
        Note::Appended { from, first, last } => {
            write!(f, "{node} appends entries {first} to {last} from {from}.")
        }
        Note::Truncated { first, last } if first == last => {
            write!(f, "{node} deletes its entry {first}: it conflicts with the leader's (§5.3).")
        }
        Note::Truncated { first, last } => write!(
            f,
            "{node} deletes its entries {first} to {last}: they conflict with the leader's (§5.3)."
        ),
        Note::Conflicted { leader, prev, found: Some(found) } => write!(
            f,
            "{node} refuses entries from {leader}: at index {} it has term {found}, not {} (§5.3).",
            prev.index, prev.term
        ),
        Note::Conflicted { leader, prev, found: None } => write!(
            f,
            "{node} refuses entries from {leader}: it has nothing at index {} (§5.3).",
            prev.index
        ),
        Note::SteppedBack { follower, next_index } => {
            write!(f, "{node} goes back to entry {next_index} for {follower}.")
        }
        _ => write_snapshot_note(f, node, note),
    }
}

fn write_snapshot_note(f: &mut fmt::Formatter<'_>, node: NodeId, note: &Note) -> fmt::Result {
    match note {
        Note::TookSnapshot { last, kept } => write!(
            f,
            "{node} takes a snapshot as of entry {}; its log keeps {kept} entries (§7).",
            last.index
        ),
        Note::SendsSnapshot { follower, last } => write!(
            f,
            "{node} sends {follower} its snapshot as of entry {}: its log no longer has what {follower} \
             lacks (§7).",
            last.index
        ),
        Note::InstalledSnapshot { from, last, .. } => {
            write!(f, "{node} goes on from {from}'s snapshot as of entry {} (§7).", last.index)
        }
        Note::RefusedSnapshot { leader, last } => write!(
            f,
            "{node} refuses {leader}'s snapshot as of entry {}: its checksum does not fit.",
            last.index
        ),
        Note::TransferBegan { to } => write!(
            f,
            "{node} is to hand over to {to}, and takes no new commands meanwhile (thesis §3.10)."
        ),
        Note::AskedToStand { to } => {
            write!(f, "{node} asks {to}, which has all of its log, to stand for election at once.")
        }
        Note::TransferAborted { to } => {
            write!(f, "{node} goes on leading: {to} has not taken over in time (thesis §3.10).")
        }
        // The others stand in the functions above.
        _ => Ok(()),
    }
}

fn write_refusal(
    f: &mut fmt::Formatter<'_>,
    node: NodeId,
    what: &str,
    candidate: NodeId,
    term: u64,
    why: &RefusedVote,
) -> fmt::Result {
    write!(f, "{node} {what} for {candidate}: ")?;
    match why {
        RefusedVote::OldTerm { current_term } => {
            write!(f, "it is in term {current_term} already (§5.1).")
        }
        RefusedVote::VotedFor(own) if *own == node => {
            write!(f, "it stands for term {term} itself (§5.2).")
        }
        RefusedVote::VotedFor(other) => {
            write!(f, "in term {term} it has voted for {other} (§5.2).")
        }
        RefusedVote::HasLeader(leader) if *leader == node => {
            write!(f, "it leads (thesis §9.6).")
        }
        RefusedVote::HasLeader(leader) => {
            write!(f, "it has heard from its leader {leader} lately (thesis §4.2.3).")
        }
        RefusedVote::JustStarted => write!(
            f,
            "it has just started, and may have heard from a leader before (thesis §6.4.1)."
        ),
        RefusedVote::LogIsNewer { own, candidates } => {
            write!(f, "its own log is newer ({own} against {}) (§5.4.1).", Last(*candidates))
        }
    }
}
