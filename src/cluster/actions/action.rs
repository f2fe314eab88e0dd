//! Everything that a person or a script can do to a cluster, in the words of the script language.

use std::fmt;

use super::super::clients::client::{Consistency, Operation};
use super::super::clients::workload::Workload;
use super::super::machine::clock::{Offset, Rate};
use super::super::machine::disk::DiskState;
use super::super::network::{LinkChange, MessageId};
use crate::raft::{MessageKind, NodeId, Refusal, Rule};
use crate::rng::Chance;
use crate::store::ClientId;
use crate::time::Duration;

/// Something done to a cluster from outside. Its `Display` is the line of the script language that
/// does the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Starts a blank server and asks the cluster to take it in.
    Add(NodeId),
    /// Starts a blank server and asks the cluster to let it learn the log, without a vote.
    Learn(NodeId),
    /// Asks the cluster to go over to these voters; blank servers are started for those that are new.
    Members(Vec<NodeId>),
    /// Asks the cluster to go on without the server, which is switched off when that is agreed.
    Remove(NodeId),
    /// Asks the cluster to take the server's vote away, and to let it learn the log.
    Demote(NodeId),
    /// The process ends at once; what was not on disk is lost.
    Kill(NodeId),
    /// The same, and the last write to its disk may be left torn.
    KillTorn(NodeId),
    /// The process ends and its disk is emptied, which Raft does not provide for.
    Wipe(NodeId),
    /// The process starts again with what is on its disk.
    Restart(NodeId),
    /// The process stands still; it keeps its memory and its messages wait.
    Pause(NodeId),
    /// The paused process goes on.
    Resume(NodeId),
    /// Cuts every link between servers of different groups; those not named form a group together.
    Partition(Vec<Vec<NodeId>>),
    /// Mends all links.
    Heal,
    /// Cuts the way from one server to another.
    Cut { from: NodeId, to: NodeId },
    /// Mends that way.
    Mend { from: NodeId, to: NodeId },
    /// Changes all links.
    Network(LinkChange),
    /// Changes one link, one way.
    Link { from: NodeId, to: NodeId, change: LinkChange },
    /// Changes how long a server's disk takes to make writes durable.
    Disk { node: NodeId, fsync: Duration },
    /// Changes how a server's disk treats writes.
    SetDisk { node: NodeId, state: DiskState },
    /// Changes a machine's clock from now on.
    Clock { node: NodeId, change: ClockChange },
    /// Changes how long a machine's processor takes for whatever comes in.
    Cpu { node: NodeId, takes: Duration },
    /// Hands the leadership over.
    Transfer(NodeId),
    /// Lets a server take a snapshot and forget its log up to there.
    Snapshot(NodeId),
    /// Changes when servers take snapshots of their own accord, and how much of one a message brings.
    Snapshots { every: Option<u64>, chunk: Option<u32> },
    /// Changes the servers' timing.
    Timing(Timing),
    /// Switches a rule of the protocol, for all servers.
    Rule { rule: Rule, on: bool },
    /// Lets a server's election timer run out now.
    Timeout(NodeId),
    /// Does something to a message in flight.
    Mail { which: Which, handling: Handling },
    /// Sends a client's request, to a given server or to whom the client thinks best.
    Request { client: ClientId, operation: Operation, via: Option<NodeId> },
    /// Starts, changes or ends the background workload.
    Clients(Option<Workload>),
    /// Lets faults come at random from now on, the more the greater the chance; `None` ends that, and what
    /// is broken by then stays so.
    Chaos(Option<Chance>),
}

/// A message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The oldest of a kind on a link.
    Oldest { kind: MessageKind, from: NodeId, to: NodeId },
    /// The one with this number.
    Numbered(MessageId),
}

/// What is done to a message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// It is lost, here and now.
    Drop,
    /// It arrives so much later.
    Delay(Duration),
    /// A copy of it travels too, as if it were sent now.
    Duplicate,
    /// It arrives now.
    Deliver,
}

/// A change of the servers' timing; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The shortest and the longest election timeout.
    pub election: Option<(Duration, Duration)>,
    /// The heartbeat interval.
    pub heartbeat: Option<Duration>,
    /// The most entries in one AppendEntries.
    pub batch: Option<u32>,
    /// How long a client session lasts that is not used.
    pub session: Option<Duration>,
    /// By how many percent clocks may be fast or slow, as leases assume.
    pub drift: Option<u8>,
}

/// A change of a clock; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockChange {
    pub rate: Option<Rate>,
    pub offset: Option<Offset>,
}

/// Why an action can't be done. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such server.
    Unknown(NodeId),
    /// There is one already.
    Exists(NodeId),
    /// There was one once, or its name comes before that of another.
    UsedName(NodeId),
    /// Its number is too high for a name.
    HighName(NodeId),
    /// The cluster is as large as it may be.
    Full,
    /// It is the last server.
    Last(NodeId),
    /// It is down already.
    Down(NodeId),
    /// It runs.
    Running(NodeId),
    /// It is paused already.
    Paused(NodeId),
    /// A link needs two ends.
    SameNode(NodeId),
    /// The server stands in two groups.
    TwoGroups(NodeId),
    /// A partition needs two groups.
    OneGroup,
    /// There is no leader that could do it.
    NoLeader,
    /// The leader does not do it.
    Refused(Refusal),
    /// It has applied nothing since its last snapshot.
    NothingNew(NodeId),
    /// It has no election timer: it leads, is paused, or is not a member.
    NoTimer(NodeId),
    /// There is no such message in flight.
    NoMessage(Which),
    /// A range whose end lies before its beginning, or a span that is too short.
    BadTiming,
    /// A workload without clients, keys or a pace.
    EmptyWorkload,
    /// More clients or keys than there may be.
    LargeWorkload,
    /// The client belongs to the workload, and only the workload lets it ask.
    NoName(ClientId),
}

impl Action {
    /// Whose request it sends, if it sends one: changes of the membership are the visitor's.
    pub fn asker(&self) -> Option<ClientId> {
        match self {
            Self::Request { client, .. } => Some(*client),
            Self::Add(_)
            | Self::Learn(_)
            | Self::Members(_)
            | Self::Remove(_)
            | Self::Demote(_) => Some(ClientId::YOU),
            _ => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add(node) => write!(f, "add {node}"),
            Self::Remove(node) => write!(f, "remove {node}"),
            Self::Demote(node) => write!(f, "demote {node}"),
            Self::Learn(node) => write!(f, "add {node} learner"),
            Self::Members(nodes) => write!(f, "members {}", join(nodes.iter())),
            Self::Kill(node) => write!(f, "kill {node}"),
            Self::KillTorn(node) => write!(f, "kill {node} torn"),
            Self::Wipe(node) => write!(f, "wipe {node}"),
            Self::Restart(node) => write!(f, "restart {node}"),
            Self::Pause(node) => write!(f, "pause {node}"),
            Self::Resume(node) => write!(f, "resume {node}"),
            Self::Partition(groups) => {
                let group = |nodes: &Vec<NodeId>| join(nodes.iter());
                let groups: Vec<String> = groups.iter().map(group).collect();
                write!(f, "partition {}", groups.join(" | "))
            }
            Self::Heal => write!(f, "heal"),
            Self::Cut { from, to } => write!(f, "cut {from} -> {to}"),
            Self::Mend { from, to } => write!(f, "mend {from} -> {to}"),
            Self::Network(change) => write!(f, "network{change}"),
            Self::Link { from, to, change } => write!(f, "link {from} -> {to}{change}"),
            Self::Disk { node, fsync } => write!(f, "disk {node} fsync {fsync}"),
            Self::SetDisk { node, state } => write!(f, "disk {node} {state}"),
            Self::Clock { node, change } => write!(f, "clock {node}{change}"),
            Self::Cpu { node, takes } => write!(f, "cpu {node} {takes}"),
            Self::Transfer(node) => write!(f, "transfer {node}"),
            Self::Snapshot(node) => write!(f, "snapshot {node}"),
            Self::Snapshots { every, chunk } => {
                match every {
                    Some(entries) => write!(f, "snapshot every {entries}")?,
                    None => write!(f, "snapshot off")?,
                }
                chunk.iter().try_for_each(|chunk| write!(f, " chunk {chunk}"))
            }
            Self::Timing(timing) => write!(f, "timing{timing}"),
            Self::Rule { rule, on } => write!(f, "rule {rule} {}", if *on { "on" } else { "off" }),
            Self::Timeout(node) => write!(f, "timeout {node}"),
            Self::Mail { which, handling } => match handling {
                Handling::Drop => write!(f, "drop {which}"),
                Handling::Delay(span) => write!(f, "delay {which} {span}"),
                Handling::Duplicate => write!(f, "duplicate {which}"),
                Handling::Deliver => write!(f, "deliver {which}"),
            },
            Self::Request { client, operation, via } => {
                if *client != ClientId::YOU {
                    write!(f, "as {client} ")?;
                }
                write_request(f, operation, *via)
            }
            Self::Clients(None) => write!(f, "clients off"),
            Self::Clients(Some(workload)) => write!(f, "clients {workload}"),
            Self::Chaos(None) => write!(f, "chaos off"),
            Self::Chaos(Some(chance)) => write!(f, "chaos {chance}"),
        }
    }
}

fn join<T: fmt::Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

fn write_request(
    f: &mut fmt::Formatter<'_>,
    operation: &Operation,
    via: Option<NodeId>,
) -> fmt::Result {
    match (operation, via) {
        // Changes of the membership are actions of their own. They travel as requests.
        (Operation::Read { consistency, .. }, from) => {
            write!(f, "{operation}")?;
            from.iter().try_for_each(|node| write!(f, " from {node}"))?;
            match consistency {
                Consistency::Linearizable => Ok(()),
                weaker => write!(f, " {}", weaker.name()),
            }
        }
        (_, Some(node)) => write!(f, "{operation} via {node}"),
        (_, None) => write!(f, "{operation}"),
    }
}

/// `RequestVote n1 -> n3`, `m17`.
impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oldest { kind, from, to } => write!(f, "{kind} {from} -> {to}"),
            Self::Numbered(id) => write!(f, "m{}", id.0),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((min, max)) = self.election {
            write!(f, " election {min}..{max}")?;
        }
        if let Some(heartbeat) = self.heartbeat {
            write!(f, " heartbeat {heartbeat}")?;
        }
        self.batch.iter().try_for_each(|batch| write!(f, " batch {batch}"))?;
        self.session.iter().try_for_each(|session| write!(f, " session {session}"))?;
        self.drift.iter().try_for_each(|drift| write!(f, " drift {drift}%"))
    }
}

impl fmt::Display for ClockChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rate.iter().try_for_each(|rate| write!(f, " rate {rate}"))?;
        self.offset.iter().try_for_each(|offset| write!(f, " offset {offset}"))
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(node) => write!(f, "there is no node {node}"),
            Self::Exists(node) => write!(f, "there is a node {node} already"),
            Self::UsedName(node) => {
                write!(f, "the name {node} is used up; new nodes get higher numbers")
            }
            Self::Full => {
                write!(f, "the cluster has {} nodes, which is the most", super::super::MAX_NODES)
            }
            Self::Last(node) => write!(f, "{node} is the last node and can't be removed"),
            Self::Down(node) => write!(f, "{node} is down"),
            Self::Running(node) => write!(f, "{node} is running"),
            Self::Paused(node) => write!(f, "{node} is paused already"),
            Self::SameNode(node) => write!(f, "{node} has no link to itself"),
            Self::TwoGroups(node) => write!(f, "{node} can't be in two groups"),
            Self::OneGroup => write!(f, "a partition needs nodes on two sides"),
            Self::NoLeader => write!(f, "there is no leader at the moment"),
            Self::Refused(Refusal::NotVoter(node)) => {
                write!(f, "{node} has no vote, so it can't lead")
            }
            Self::Refused(Refusal::NoChange) => write!(f, "it leads already"),
            Self::Refused(_) => write!(f, "the leader can't do that now"),
            Self::NothingNew(node) => {
                write!(f, "{node} has applied nothing since its last snapshot")
            }
            Self::NoTimer(node) => write!(f, "{node} has no election timer that could run out"),
            Self::NoMessage(Which::Oldest { kind, from, to }) => {
                write!(f, "no {kind} from {from} to {to} is in flight")
            }
            Self::NoMessage(which) => write!(f, "the message {which} is no longer in flight"),
            Self::HighName(node) => {
                write!(f, "{node} is too high a number for a name: n9999 is the last")
            }
            Self::BadTiming => write!(
                f,
                "a timer needs 1ms at least, a batch an entry, a part of a snapshot a byte, and a range must not end before it begins"
            ),
            Self::EmptyWorkload => {
                write!(f, "a workload needs a client, a key and a pace of 1ms at least")
            }
            Self::NoName(client) => {
                write!(f, "{client} is a client of the workload; named clients are c1 to c100")
            }
            Self::LargeWorkload => write!(
                f,
                "a workload has at most {} clients and {} keys",
                Workload::MAX_CLIENTS,
                Workload::MAX_KEYS
            ),
        }
    }
}

impl std::error::Error for Refused {}
