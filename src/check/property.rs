//! The properties that every run must have, and the evidence when one is broken.

use std::fmt;

use crate::cluster::RequestId;
use crate::raft::{Index, NodeId, Term};
use crate::store::{ClientId, Seq};
use crate::time::Time;

/// A property that every run must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// At most one leader can be elected in a given term (section 5.2).
    ElectionSafety,
    /// A leader never overwrites or deletes entries in its log (section 5.3).
    LeaderAppendOnly,
    /// Two logs with an entry of the same index and term are identical up to there (section 5.3).
    LogMatching,
    /// A committed entry is in the logs of the leaders of all higher terms (section 5.4).
    LeaderCompleteness,
    /// No two servers apply different entries at the same index (section 5.4.3).
    StateMachineSafety,
    /// A server gives at most one vote in a term (section 5.2).
    OneVote,
    /// While a server runs, its term and its commit index only grow (Figure 2).
    Monotonic,
    /// A leader's quorums share a server with every majority of the last committed configuration
    /// (section 6).
    QuorumOverlap,
    /// No server is elected while another leader may still answer reads by its lease (thesis
    /// 6.4.1).
    LeaseSafety,
    /// A request is executed once, however often it was sent (section 8).
    ExactlyOnce,
    /// An answered write was executed, and keeps its index in the log.
    AcknowledgedWrites,
    /// A refused request changes nothing, now or later (section 6).
    RefusedStaysRefused,
    /// A membership change that was answered has happened, and one that has happened is answered
    /// (section 6).
    AnsweredChanges,
    /// The clients' history is one that a single store could have given.
    Linearizability,
    /// A leadership transfer ends in time, however often it is requested (thesis 3.10).
    TransferEnds,
    /// A server that runs and is connected to the leader catches up, or makes progress (section 7).
    CatchUp,
    /// With a connected majority there is a leader, and it commits, within a bounded time.
    Liveness,
}

impl Property {
    /// All properties.
    pub const ALL: [Self; 17] = [
        Self::ElectionSafety,
        Self::LeaderAppendOnly,
        Self::LogMatching,
        Self::LeaderCompleteness,
        Self::StateMachineSafety,
        Self::OneVote,
        Self::Monotonic,
        Self::QuorumOverlap,
        Self::LeaseSafety,
        Self::ExactlyOnce,
        Self::AcknowledgedWrites,
        Self::RefusedStaysRefused,
        Self::AnsweredChanges,
        Self::Linearizability,
        Self::TransferEnds,
        Self::CatchUp,
        Self::Liveness,
    ];

    /// Its name in the script language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ElectionSafety => "election-safety",
            Self::LeaderAppendOnly => "leader-append-only",
            Self::LogMatching => "log-matching",
            Self::LeaderCompleteness => "leader-completeness",
            Self::StateMachineSafety => "state-machine-safety",
            Self::OneVote => "one-vote",
            Self::Monotonic => "monotonic",
            Self::QuorumOverlap => "quorum-overlap",
            Self::LeaseSafety => "lease-safety",
            Self::ExactlyOnce => "exactly-once",
            Self::AcknowledgedWrites => "acknowledged-writes",
            Self::RefusedStaysRefused => "refused-stays-refused",
            Self::AnsweredChanges => "answered-changes",
            Self::Linearizability => "linearizability",
            Self::TransferEnds => "transfer-ends",
            Self::CatchUp => "catch-up",
            Self::Liveness => "liveness",
        }
    }

    /// What it demands, in a few plain words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ElectionSafety => "One leader in a term",
            Self::LeaderAppendOnly => "A leader only appends",
            Self::LogMatching => "Equal entries have equal logs before them",
            Self::LeaderCompleteness => "A new leader has all that is committed",
            Self::StateMachineSafety => "All stores do the same",
            Self::OneVote => "One vote in a term",
            Self::Monotonic => "Terms and commits only grow",
            Self::QuorumOverlap => "Any two majorities meet",
            Self::LeaseSafety => "Nobody is elected while a lease runs",
            Self::ExactlyOnce => "Each request is done once",
            Self::AcknowledgedWrites => "No answered write is lost",
            Self::RefusedStaysRefused => "A refusal changes nothing",
            Self::AnsweredChanges => "Changes of members are answered truly",
            Self::Linearizability => "Clients see a single store",
            Self::TransferEnds => "A transfer ends",
            Self::CatchUp => "Followers catch up",
            Self::Liveness => "A connected majority gets on",
        }
    }

    /// What it demands, in a plain sentence.
    pub const fn means(self) -> &'static str {
        match self {
            Self::ElectionSafety => "At most one leader is elected in a term.",
            Self::LeaderAppendOnly => {
                "A leader never overwrites or deletes entries in its own log."
            }
            Self::LogMatching => {
                "Two logs with an entry of the same index and term are the same up to there."
            }
            Self::LeaderCompleteness => {
                "A committed entry is in the logs of the leaders of all later terms."
            }
            Self::StateMachineSafety => {
                "No two servers execute different entries at the same index."
            }
            Self::OneVote => "A server gives at most one vote in a term.",
            Self::Monotonic => "While a server runs, its term and its commit index only grow.",
            Self::QuorumOverlap => {
                "Whoever is elected needs a majority that shares a server with every majority of the \
                 members that were agreed on last."
            }
            Self::LeaseSafety => {
                "Nobody is elected while another leader may still answer reads by its lease."
            }
            Self::ExactlyOnce => "A request is executed once, however often it was sent.",
            Self::AcknowledgedWrites => {
                "A write that was answered was executed, and stays where it is in the log."
            }
            Self::RefusedStaysRefused => {
                "What a leader has refused to do changes nothing, now or later."
            }
            Self::AnsweredChanges => {
                "A membership change that was answered has happened, and one that has happened is \
                 answered while its leader leads."
            }
            Self::Linearizability => {
                "The answers that clients got are those that a single store could have given."
            }
            Self::TransferEnds => {
                "A transfer of the leadership ends in time, however often it is asked for."
            }
            Self::CatchUp => {
                "A node that runs and is connected to the leader catches up, or comes nearer."
            }
            Self::Liveness => {
                "With a connected majority there is a leader before long, and it commits."
            }
        }
    }

    /// The section of the paper or the thesis.
    pub const fn section(self) -> &'static str {
        match self {
            Self::ElectionSafety => "paper 5.2, Figure 3",
            Self::OneVote => "paper 5.2, Figure 2",
            Self::LeaderAppendOnly | Self::LogMatching => "paper 5.3, Figure 3",
            Self::LeaderCompleteness => "paper 5.4, Figure 3",
            Self::StateMachineSafety => "paper 5.4.3, Figure 3",
            Self::Monotonic => "paper 5.1, Figure 2",
            Self::QuorumOverlap => "paper 6, thesis 4.1",
            Self::LeaseSafety => "thesis 6.4.1",
            Self::ExactlyOnce => "paper 8, thesis 6.3",
            Self::AcknowledgedWrites => "paper 5.3, 5.4",
            Self::RefusedStaysRefused => "paper 6, thesis 3.10, 4.1",
            Self::AnsweredChanges => "paper 6, thesis 6.2",
            Self::Linearizability => "paper 8, thesis 6.4",
            Self::TransferEnds => "thesis 3.10",
            Self::CatchUp => "paper 5.3, 7",
            Self::Liveness => "paper 5.6, thesis 9",
        }
    }

    /// The property of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|property| property.name() == name)
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A broken property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    pub property: Property,
    pub evidence: Evidence,
}

/// What contradicts a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Both servers led this term.
    TwoLeaders { term: Term, first: NodeId, second: NodeId },
    /// The leader's log differs from what it was, from this index on.
    Overwritten { leader: NodeId, term: Term, index: Index },
    /// This server's entry, or one before it, differs from another's of the same index and term.
    Mismatch { node: NodeId, index: Index, term: Term },
    /// The leader lacks what was committed at this index.
    Missing { leader: NodeId, term: Term, index: Index },
    /// This server commits or applies another entry than an earlier server did.
    Different { node: NodeId, index: Index },
    /// This server applied the same entries as another, but its store differs.
    Diverged { node: NodeId, index: Index },
    /// It commits or applies an entry that it does not have.
    Beyond { node: NodeId, index: Index },
    /// It voted for both candidates in this term.
    TwoVotes { node: NodeId, term: Term, first: NodeId, second: NodeId },
    /// Its term went back.
    TermWentBack { node: NodeId, from: Term, to: Term },
    /// Its commit index went back.
    CommitWentBack { node: NodeId, from: Index },
    /// A majority of the leader's configuration shares no server with a majority of the last
    /// committed configuration.
    NoOverlap { leader: NodeId, term: Term },
    /// The leader of `term` was elected although the lease of `older` lasts until `until`.
    LeaseOverlap { leader: NodeId, term: Term, older: NodeId, until: Time },
    /// The request was executed at both indexes.
    Twice { client: ClientId, seq: Seq, first: Index, second: Index },
    /// A write was answered that no server has executed.
    NeverExecuted { request: RequestId },
    /// The answered write of this client was at this index, where this server has something else.
    LostWrite { node: NodeId, client: ClientId, seq: Seq, index: Index },
    /// The leader has refused this request, but its log or its pending changes have changed.
    RefusedInPart { leader: NodeId, term: Term, request: RequestId },
    /// The leader has changed the membership of this server without having accepted a request for
    /// it.
    Unasked { leader: NodeId, term: Term, node: NodeId },
    /// This change was answered as done, but no committed configuration has matched it since it was
    /// requested.
    NeverSo { request: RequestId },
    /// This change is done since `since`, its leader knows it and still leads, and the client was
    /// not told.
    NotTold { request: RequestId, leader: NodeId, since: Time },
    /// The leader's transfer to this server goes on after its deadline, or its deadline was put
    /// off.
    TransferGoesOn { leader: NodeId, term: Term, to: NodeId },
    /// This server is behind the leader, and has made no progress since `since`.
    LeftBehind { node: NodeId, leader: NodeId, since: Time },
    /// No order of the clients' operations explains the answer to this request.
    NoOrder { request: RequestId },
    /// There has been no leader, or no commit of pending entries, since `since`.
    Stalled { since: Time },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.property, self.evidence)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoLeaders { term, first, second } => {
                write!(f, "{first} and {second} have both led term {term}")
            }
            Self::Overwritten { leader, term, index } => {
                write!(f, "{leader}, leading term {term}, has changed its own log at entry {index}")
            }
            Self::Mismatch { node, index, term } => write!(
                f,
                "{node} has an entry {index} of term {term}, but not the log before it that another \
                 server with that entry has"
            ),
            Self::Missing { leader, term, index } => {
                write!(f, "{leader} leads term {term} without the committed entry {index}")
            }
            Self::Different { node, index } => {
                write!(f, "{node} has another entry {index} committed than a server before it")
            }
            Self::Diverged { node, index } => write!(
                f,
                "{node} has applied the same entries up to {index} as another, but its store differs"
            ),
            Self::Beyond { node, index } => {
                write!(f, "{node} counts entry {index} as committed and does not have it")
            }
            Self::TwoVotes { node, term, first, second } => {
                write!(f, "{node} has voted for {first} and for {second} in term {term}")
            }
            Self::TermWentBack { node, from, to } => {
                write!(f, "the term of {node} went back from {from} to {to}")
            }
            Self::CommitWentBack { node, from } => {
                write!(f, "the commit index of {node} went back from {from}")
            }
            Self::NoOverlap { leader, term } => write!(
                f,
                "{leader} leads term {term} in a configuration of which a majority shares no server with \
                 a majority of the one that was committed last"
            ),
            Self::LeaseOverlap { leader, term, older, until } => write!(
                f,
                "{leader} leads term {term} while the lease of {older} lasts until {until}"
            ),
            Self::TransferGoesOn { leader, term, to } => write!(
                f,
                "{leader}, leading term {term}, goes on with its transfer to {to} after the deadline"
            ),
            Self::LeftBehind { node, leader, since } => write!(
                f,
                "since {since} {node} is connected to the leader {leader}, but does not catch up"
            ),
            Self::Twice { .. }
            | Self::NeverExecuted { .. }
            | Self::LostWrite { .. }
            | Self::RefusedInPart { .. }
            | Self::Unasked { .. }
            | Self::NeverSo { .. }
            | Self::NotTold { .. }
            | Self::NoOrder { .. } => self.write_of_requests(f),
            Self::Stalled { since } => write!(
                f,
                "since {since} a majority is connected, but nobody leads or nothing is committed"
            ),
        }
    }
}

impl Evidence {
    /// Writes what contradicts a client's request; `fmt` writes all else.
    fn write_of_requests(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice { client, seq, first, second } => write!(
                f,
                "request {} of {client} was executed as entry {first} and again as entry {second}",
                seq.0
            ),
            Self::NeverExecuted { request } => {
                write!(f, "request {} was answered, but no server has executed it", request.0)
            }
            Self::LostWrite { node, client, seq, index } => write!(
                f,
                "entry {index} was request {} of {client}, which was answered; {node} has another there",
                seq.0
            ),
            Self::RefusedInPart { leader, term, request } => write!(
                f,
                "{leader}, leading term {term}, has refused request {}, but changed its log or its \
                 pending changes",
                request.0
            ),
            Self::Unasked { leader, term, node } => write!(
                f,
                "{leader}, leading term {term}, has changed the membership of {node} without having \
                 accepted a request for it"
            ),
            Self::NeverSo { request } => write!(
                f,
                "the change of request {} was answered as done, but the members were never so",
                request.0
            ),
            Self::NotTold { request, leader, since } => write!(
                f,
                "the change of request {} is done since {since}, as its leader {leader} knows, but the \
                 client was not told",
                request.0
            ),
            Self::NoOrder { request } => write!(
                f,
                "no order of the clients' operations explains the answer to request {}",
                request.0
            ),
            Self::TwoLeaders { .. }
            | Self::Overwritten { .. }
            | Self::Mismatch { .. }
            | Self::Missing { .. }
            | Self::Different { .. }
            | Self::Diverged { .. }
            | Self::Beyond { .. }
            | Self::TwoVotes { .. }
            | Self::TermWentBack { .. }
            | Self::CommitWentBack { .. }
            | Self::NoOverlap { .. }
            | Self::LeaseOverlap { .. }
            | Self::TransferGoesOn { .. }
            | Self::LeftBehind { .. }
            | Self::Stalled { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_found_by_its_name_and_by_no_other() {
        for property in Property::ALL {
            assert_eq!(Property::named(property.name()), Some(property));
        }
        assert_eq!(Property::named("safety"), None);
    }
}
