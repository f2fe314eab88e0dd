//! What a step of a node asks for, and what it has to tell.

use super::config::Config;
use super::disk_promises::Write;
use super::membership::{Accepted, Change};
use super::message::{Data, Envelope, Index, NodeId, Position, Term};
use super::quorum::Agreement;
use super::reads::Certainty;
use super::transfer::TransferEnd;
use crate::time::Duration;

/// What the host is to do after a step. The docs of this module (`raft/mod.rs`) say in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Messages to send.
    pub messages: Vec<Envelope>,
    /// What to bring to disk; the node waits for its ticket.
    pub write: Option<Write>,
    /// The state machine is to go on from a snapshot with these bytes, before it applies anything more.
    pub restore: Option<Data>,
    /// Reads that are decided.
    pub reads: Vec<ReadAnswer>,
    /// What became of `Input::Propose`; of `Input::ProposeAll` the last position, the others stand right
    /// before it.
    pub proposed: Option<Result<Position, Refusal>>,
    /// What became of `Input::Change`.
    pub change: Option<Result<Accepted, Refusal>>,
    /// What became of `Input::Transfer`.
    pub transfer: Option<Result<(), Refusal>>,
    /// What happened and why, for people who watch. Nothing depends on it.
    pub notes: Vec<Note>,
}

impl Effects {
    /// Empties it for the next step and keeps the allocations.
    pub fn clear(&mut self) {
        self.messages.clear();
        self.write = None;
        self.restore = None;
        self.reads.clear();
        self.proposed = None;
        self.change = None;
        self.transfer = None;
        self.notes.clear();
    }
}

/// A name that the host gives to a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadId(pub u64);

/// A decided read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAnswer {
    /// The state machine may serve the read once it has applied this index.
    Ready { id: ReadId, read_index: Option<Index> },
    /// This server can't serve it: it is no leader, or no longer.
    NotLeader { id: ReadId, leader: Option<NodeId> },
}

/// Why a proposal was not taken: nothing of it has happened, and nothing of it will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This server is no leader; it may know who is.
    NotLeader { leader: Option<NodeId> },
    /// An earlier membership change is not committed yet (thesis, section 4.1), or no entry of the
    /// leader's own term is (the correction of 2015 to it).
    ChangeInProgress,
    /// The configuration is so already.
    NoChange,
    /// The last voter can't be removed, nor lose its vote.
    LastServer,
    /// The leader hands over to this server and takes no proposals meanwhile.
    Transferring { to: NodeId },
    /// This server does not vote, so it can't lead.
    NotVoter(NodeId),
}

/// Something that a watcher would want to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The election timer ran out; the server asks whether it could win this term.
    AskedForPreVotes { term: Term, waited: Duration },
    /// It would vote for the candidate, or would not.
    AnsweredPreVote { candidate: NodeId, term: Term, refused: Option<RefusedVote> },
    /// The server stands for election. `waited` is how long its election timer ran; `None` where it has asked
    /// for pre-votes before, or where the leader has asked it to stand (`transfer`).
    StoodForElection { term: Term, waited: Option<Duration>, transfer: bool },
    /// It voted for the candidate; `last` is the candidate's last entry. `newer` is its own, where that
    /// should have kept it from voting.
    Voted { candidate: NodeId, term: Term, last: Option<Position>, newer: Option<Position> },
    /// It did not vote for the candidate.
    RefusedVote { candidate: NodeId, term: Term, why: RefusedVote },
    /// A vote came in; all that the candidate has now.
    CountedVote { from: NodeId, votes: Agreement },
    /// It leads.
    BecameLeader { term: Term, votes: Agreement },
    /// It leads no longer, or is no candidate any more.
    SteppedDown { led: bool, term: Term, why: StepDown },
    /// As the leader it added an entry to its log; a `noop` opens its term.
    Proposed { position: Position, noop: bool },
    /// As the leader it proposes this configuration.
    ProposedConfig { config: Config, position: Position },
    /// As the leader it ends a change, since it has accepted a later one that wants the contrary.
    ChangeEnded { ended: Change, by: Change },
    /// It has a snapshot of its state machine; so many entries of the log are kept.
    TookSnapshot { last: Position, kept: u64 },
    /// As the leader it sends a snapshot: the log no longer has what the follower lacks.
    SendsSnapshot { follower: NodeId, last: Position },
    /// As the leader it gives up the sending of a snapshot.
    GaveUpSnapshot { follower: NodeId, last: Position, why: GivenUp },
    /// As a follower it goes on from the leader's snapshot, with so many entries after it.
    InstalledSnapshot { from: NodeId, last: Position, kept: u64 },
    /// The bytes of a snapshot are not those that it was made of.
    RefusedSnapshot { leader: NodeId, last: Position },
    /// As the leader it brings `to` up to date, to hand over.
    TransferBegan { to: NodeId },
    /// It asks `to` to stand for election.
    AskedToStand { to: NodeId },
    /// It does not hand over to `to` any more, and goes on leading.
    TransferEnded { to: NodeId, why: TransferEnd },
    /// As a follower it added the leader's entries.
    Appended { from: NodeId, first: Index, last: Index },
    /// As a follower it deleted entries that conflict with the leader's.
    Truncated { first: Index, last: Index },
    /// As a follower it lacks the entry before the entries that it was sent.
    Conflicted { leader: NodeId, prev: Position, found: Option<Term> },
    /// The leader steps back to an earlier entry for this follower.
    SteppedBack { follower: NodeId, next_index: Index },
    /// Entries up to here are committed, known to the leader since so many servers have it.
    Committed { last: Index, copies: Agreement, own_term: bool, on_disk: bool },
    /// A follower learned that entries up to here are committed.
    LearnedCommit { last: Index },
    /// A read may be served at this index. `by` is what makes the leader sure that it leads.
    ConfirmedRead { read_index: Option<Index>, by: Certainty },
    /// As the leader it ignores an answer to a round of messages that it has not begun. It has begun `begun`
    /// rounds.
    IgnoredAnswer { from: NodeId, round: u64, begun: u64 },
    /// The disk has what was written up to here.
    Persisted { last: Option<Index> },
}

/// Why the sending of a snapshot can no longer help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// The follower does not answer, and the log no longer has what follows the snapshot.
    Silent,
    /// The follower has those entries already: an answer came late.
    Overtaken,
}

/// Why a server did not vote for a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedVote {
    /// The candidate's term is old.
    OldTerm { current_term: Term },
    /// It voted for another in this term.
    VotedFor(NodeId),
    /// It has heard from a leader lately (thesis, sections 4.2.3 and 9.6).
    HasLeader(NodeId),
    /// It has heard from the leader of an earlier term lately, or may have (thesis, section 4.2.3).
    HeardLately,
    /// It has started lately, and may have heard from a leader just before.
    JustStarted,
    /// Its own log is more up-to-date (paper, section 5.4.1).
    LogIsNewer { own: Position, candidates: Option<Position> },
}

/// Why a server stepped down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepDown {
    /// It heard of a higher term.
    HigherTerm { from: NodeId },
    /// The term has a leader already.
    LeaderExists(NodeId),
    /// It is no longer in the configuration (thesis, section 4.2.2).
    Removed,
    /// It has no vote in the configuration any more, and learns (thesis, section 4.2.2).
    Demoted,
    /// It has heard from no majority for an election timeout (thesis, section 6.2).
    NoQuorum,
}
