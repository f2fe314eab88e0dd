//! One small language for the console, scenarios, lessons, tests and recordings.
//!
//! A line is a command; `#` starts a comment. `grammar.rs` is the table of all commands: each row is what
//! `help` and completion offer, and the function that reads the command. `parse.rs` cuts a line into words and
//! finds its row. `runner.rs` executes whole scripts. `wait.rs` and `expect.rs` judge what a script waits for and
//! expects. `answers.rs` keeps what is expected of an answer. `trace.rs` writes every event down. `question.rs`
//! lists what one can ask the reason of. `curl.rs` reads the HTTP interface of the original store.

mod answers;
mod curl;
mod expect;
mod grammar;
mod parse;
mod question;
mod runner;
mod trace;
mod wait;

pub use answers::Answers;
pub use curl::{Curl, CurlAnswer};
pub use expect::Unmet;
pub use grammar::{Form, GRAMMAR, complete};
pub use parse::{Mistake, parse_line, parse_script};
pub use question::Question;
pub use runner::{Failure, Runner, Telling, spin};

use crate::check::Property;
use crate::cluster::{Action, ClusterConfig};
use crate::raft::{Index, NodeId, Term};
use crate::store::{Key, Value};
use crate::time::{Duration, Time};

/// A line of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A new cluster.
    Cluster(ClusterConfig),
    /// Something done to the cluster. A request is waited for unless `&` stands at the end.
    Act { action: Action, background: bool },
    /// Something done at a given time, over so many events since the beginning: a line of a recording. A
    /// request is not waited for.
    At { at: Time, events: Option<u64>, action: Action },
    /// A request in the words of the original store's HTTP interface.
    Curl(Curl),
    /// Lets time pass.
    Wait(Wait),
    /// Says how things must be now.
    Expect(Expect),
    /// Asks what made something so.
    Why(Question),
    /// Lists the commands.
    Help,
}

/// What a script waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For so long.
    For(Duration),
    /// Until a running server leads.
    Leader,
    /// Until every request has its answer.
    Idle,
    /// Until an entry is committed: that somebody knows it, or that all running members do.
    Commit { index: Index, on_all: bool },
    /// Until all running members have applied the same and their stores agree.
    Agree,
    /// Until things are so.
    Until(Expect),
}

/// How things must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// This server leads, in the highest term of all leaders.
    Leader(NodeId),
    /// No running server leads.
    NoLeader,
    /// The highest term of a running server.
    Term(Term),
    /// The candidate that a server, or every running one, voted for in its term.
    Vote { candidate: NodeId, on: Scope },
    /// The value in a server's own store, or in those of all running servers; `None` for no such key.
    Value { key: Key, value: Option<Value>, on: Scope },
    /// The commit index of a server, or of all running ones.
    Commit { index: Index, on: Scope },
    /// The terms of what a server's log keeps.
    Log { terms: Vec<Term>, on: NodeId },
    /// The voters that were last agreed on, in a configuration that is not joint.
    Members(Vec<NodeId>),
    /// The learners that were last agreed on.
    Learners(Vec<NodeId>),
    /// Whether the server holds a lease now.
    Lease { on: NodeId, held: bool },
    /// The last entry in a server's latest snapshot, or in those of all running ones.
    Snapshot { index: Index, on: Scope },
    /// The stores of all running servers have the same digest.
    Agree,
    /// How the client that asked last was answered last.
    Answer(ExpectedAnswer),
    /// No property is broken.
    Holds,
    /// The clients' history has an order.
    Linearizable,
    /// This property is.
    Violates(Property),
}

/// Where something must be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Node(NodeId),
    All,
}

/// The answer that a script expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedAnswer {
    /// It was done.
    Ok,
    /// There is no such key.
    NotFound,
    /// Compare and set found another value.
    Mismatch,
    /// Nobody answered in time.
    None,
    /// This was read.
    Value(Value),
}
