//! One small language for the console, scenarios, lessons, tests and recordings.
//!
//! A line is a command; `#` starts a comment. `grammar.rs` is the table of all commands: each row is what `help`
//! tells, and the function that reads the command. `parse.rs` cuts a line into words and finds its row.
//! `complete.rs` offers the words that can follow. `names.rs` has the names that stand for servers until a line is
//! run. `mistake.rs` tells what is wrong with a line. `runner.rs` executes whole scripts. `wait.rs` and `expect.rs`
//! judge what a script waits for and expects. `answers.rs` keeps what is expected of an answer. `trace.rs` writes
//! every event down. `question.rs` lists what one can ask the reason of. `curl.rs` reads the HTTP interface of the
//! original store.

mod answers;
mod complete;
mod curl;
mod expect;
mod grammar;
mod mistake;
mod names;
mod parse;
mod question;
mod runner;
mod trace;
mod wait;

pub use answers::Answers;
pub use complete::complete;
pub use curl::{Curl, CurlAnswer};
pub use expect::Unmet;
pub use grammar::{Form, GRAMMAR};
pub use mistake::Mistake;
pub use names::{Nobody, Unresolved};
pub use parse::{parse_line, parse_script};
pub use question::Question;
pub use runner::{Failure, Runner, Telling, spin};
pub use wait::{Condition, InVain, Wait};

use crate::check::Property;
use crate::cluster::{Action, ClusterConfig};
use crate::raft::{Index, NodeId, Term};
use crate::store::{Key, Value};
use crate::time::Time;

/// A line of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A new cluster.
    Cluster(ClusterConfig),
    /// Something done to the cluster. A request is waited for unless `&` stands at the end.
    Act { action: Action, background: bool },
    /// Several things done as one: all of them or, where one is refused, none.
    Together(Vec<Action>),
    /// Something done at a given time, over so many events since the beginning: a line of a recording. A
    /// request is not waited for.
    At { at: Time, events: Option<u64>, action: Action },
    /// A request in the words of the original store's HTTP interface.
    Curl(Curl),
    /// Lets time pass.
    Wait(Wait),
    /// Says how things must be now.
    Expect(Expect),
    /// Commands that are done several times.
    Repeat(Repeat),
    /// A command with a name that stands for servers: which they are is seen when it is run.
    Unresolved(Unresolved),
    /// Asks what made something so.
    Why(Question),
    /// Lists the commands.
    Help,
}

/// Commands that are done one after the other, so many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub times: usize,
    pub commands: Vec<Command>,
}

impl Repeat {
    /// The commands in the order in which they are done.
    pub fn all(&self) -> impl Iterator<Item = &Command> {
        std::iter::repeat_n(&self.commands, self.times).flatten()
    }
}

/// How things must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// This server leads, in the highest term of all leaders.
    Leader(NodeId),
    /// This server is not the leader of the highest term.
    NotLeader(NodeId),
    /// No running server leads.
    NoLeader,
    /// What a server is by its own lights, or by its process.
    Standing { node: NodeId, standing: Standing },
    /// The term of a server, or of all running ones; without a scope the highest of a running server.
    Term { term: Term, on: Option<Scope> },
    /// The candidate that a server, or every running one, voted for in its term.
    Vote { candidate: NodeId, on: Scope },
    /// The value in a server's own store, or in those of all running servers; `None` for no such key.
    Value { key: Key, value: Option<Value>, on: Scope },
    /// The commit index of a server, or of all running ones.
    Commit { index: Index, bound: Bound, on: Scope },
    /// The terms of what a server's log keeps.
    Log { terms: Vec<Term>, on: NodeId },
    /// The voters in a server's configuration, or in that of all running ones, which is not joint; without a scope
    /// those that were last agreed on.
    Members { voters: Vec<NodeId>, on: Option<Scope> },
    /// The learners, in the same places.
    Learners { learners: Vec<NodeId>, on: Option<Scope> },
    /// Whether the server holds a lease now.
    Lease { on: NodeId, held: bool },
    /// The last entry in a server's latest snapshot, or in those of all running ones.
    Snapshot { index: Index, on: Scope },
    /// The stores of these servers have the same digest; without any, those of all running servers.
    Agree(Vec<NodeId>),
    /// How the client that asked last was answered last.
    Answer(ExpectedAnswer),
    /// No property is broken.
    Holds,
    /// The clients' history has an order.
    Linearizable,
    /// This property is.
    Violates(Property),
}

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It believes that it leads, whoever leads a higher term.
    Leads,
    /// It follows, or learns.
    Follows,
    /// It stands for election; one that asks for pre-votes does not yet.
    Candidate,
    /// Its process has ended.
    Down,
    /// Its process stands still.
    Paused,
    /// The cluster has agreed to go on without it.
    Removed,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Exactly,
    AtLeast,
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
