//! The recent past for the space-time diagram: messages that have ended, and the servers' lines.
//!
//! It belongs to a playback, so seeking an instant restores its diagram. It is recorded event by
//! event: what the next event touches is known in advance (`Cluster::upcoming`), and only that is
//! inspected. The number of messages and turns is bounded, since a branch stores many keyframes; of
//! what is older, only the state in which each line enters the diagram is kept.

use std::collections::{BTreeMap, VecDeque};

use crate::cluster::{Cluster, Flight, Loss, Server, Status, Upcoming};
use crate::playground::view::{MessageEnd, NodeNumber, Shape, term_of};
use crate::raft::{NodeId, Role, count};
use crate::time::Time;

/// The maximum number of ended messages, and of turns of the servers' lines.
const KEPT: usize = 600;

/// A message's path, from when it was sent to where it ended or will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageTrace {
    pub id: u64,
    pub shape: Shape,
    pub from: MessageEnd,
    pub to: MessageEnd,
    pub sent_at: Time,
    /// When it ended; for a message in flight, when it is due.
    pub ends_at: Time,
    pub fate: Fate,
    /// The sender's term; 0 for clients' messages.
    pub term: u64,
}

/// The fate of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In flight. `lost`: it will be lost; `cut`: because of a cut link.
    InFlight {
        lost: bool,
        cut: bool,
    },
    Arrived,
    /// The network lost it.
    Lost,
    /// The link is cut.
    Cut,
    /// An action dropped it.
    Dropped,
    /// It arrived at a server that was down.
    Unreachable,
}

/// What a server's line shows from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineState {
    pub status: Status,
    pub term: u64,
    pub leads: bool,
    pub stands: bool,
    pub commit_index: u64,
}

/// A change of a server's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub at: Time,
    pub node: NodeNumber,
    /// `None` when the server was removed.
    pub state: Option<LineState>,
}

/// The space-time diagram of the recent past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spacetime {
    /// The instant that is shown.
    pub now: Time,
    /// The beginning of the diagram; nothing before it is known.
    pub since: Time,
    /// Ended messages in the order of their ends, then those in flight in the order of their ids.
    pub traces: Vec<MessageTrace>,
    /// The state of each line at `since`.
    pub lines: Vec<(NodeNumber, LineState)>,
    /// In the order of time.
    pub turns: Vec<Turn>,
}

/// The part of the recent past that is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessageTraces {
    ended: VecDeque<MessageTrace>,
    /// The number of ended messages in all.
    count: u64,
    turns: VecDeque<Turn>,
    /// The lines before the first kept turn.
    before: BTreeMap<NodeNumber, LineState>,
    /// The lines after the last turn.
    after: BTreeMap<NodeNumber, LineState>,
    /// Everything is known from here on.
    since: Time,
}

/// What an event or an action may change.
#[derive(Debug)]
pub(crate) enum Touch {
    Nothing,
    Server(NodeId),
    /// A message ends; its receiver is touched if it is a server.
    Mail(MessageTrace),
    /// Anything. Holds the messages in flight before.
    Anything(Vec<MessageTrace>),
}

impl Touch {
    /// What the next event will touch, and when it is due.
    pub(crate) fn ahead(cluster: &mut Cluster) -> Option<(Time, Self)> {
        let (at, upcoming) = cluster.upcoming()?;
        let touch = match upcoming {
            Upcoming::Timer(node) | Upcoming::Fsync(node) | Upcoming::Inbox { node, .. } => {
                Self::Server(node)
            }
            Upcoming::Mail(flight) => Self::Mail(trace(flight)),
            Upcoming::ClientTimer(_) | Upcoming::Turn(_) => Self::Nothing,
            Upcoming::Chaos => Self::Anything(Vec::new()),
        };
        Some((at, touch))
    }

    /// Adds what is known only just before the event.
    pub(crate) fn look_closer(&mut self, cluster: &Cluster) {
        match self {
            Self::Nothing | Self::Server(_) => {}
            Self::Mail(trace) => trace.fate = ending(cluster, trace),
            Self::Anything(in_flight) => *in_flight = MessageTraces::flights(cluster),
        }
    }
}

/// The fate of a message that ends now.
fn ending(cluster: &Cluster, trace: &MessageTrace) -> Fate {
    let is_cut = match (trace.from, trace.to) {
        (MessageEnd::Node(from), MessageEnd::Node(to)) => {
            cluster.network().is_cut(NodeId(from), NodeId(to))
        }
        _ => false,
    };
    let is_there = match trace.to {
        MessageEnd::Node(to) => {
            cluster.server(NodeId(to)).is_some_and(|server| server.status() != Status::Down)
        }
        MessageEnd::You | MessageEnd::Named(_) | MessageEnd::Client(_) => true,
    };
    match trace.fate {
        Fate::InFlight { cut, .. } if cut || is_cut => Fate::Cut,
        Fate::InFlight { lost: true, .. } => Fate::Lost,
        Fate::InFlight { lost: false, .. } if !is_there => Fate::Unreachable,
        Fate::InFlight { lost: false, .. } => Fate::Arrived,
        fate => fate,
    }
}

impl MessageTraces {
    /// The traces of a cluster that was just created.
    pub(crate) fn new(cluster: &Cluster) -> Self {
        let state = |server: &Server| (server.id().0, line(server, None));
        let lines: BTreeMap<_, _> = cluster.servers().map(state).collect();
        Self { before: lines.clone(), after: lines, ..Self::default() }
    }

    /// All messages in flight, in the order of their ids.
    pub(crate) fn flights(cluster: &Cluster) -> Vec<MessageTrace> {
        let mut flights: Vec<MessageTrace> = cluster.network().flights().map(trace).collect();
        flights.sort_unstable_by_key(|trace| trace.id);
        flights
    }

    /// Records an event that touched `touch`.
    pub(crate) fn happened(&mut self, cluster: &Cluster, touch: Touch) {
        match touch {
            Touch::Nothing => {}
            Touch::Server(node) => self.look(cluster, node),
            Touch::Mail(trace) => {
                self.end(trace);
                if let MessageEnd::Node(node) = trace.to {
                    self.look(cluster, NodeId(node));
                }
            }
            Touch::Anything(in_flight) => self.acted(cluster, in_flight),
        }
    }

    /// Records an action or a random fault. `before` are the messages that were in flight before,
    /// if any may have been dropped.
    pub(crate) fn acted(&mut self, cluster: &Cluster, before: Vec<MessageTrace>) {
        let left = if before.is_empty() { Vec::new() } else { Self::flights(cluster) };
        let now = cluster.now();
        for trace in before {
            if left.binary_search_by_key(&trace.id, |left| left.id).is_err() {
                self.end(MessageTrace { ends_at: now, fate: Fate::Dropped, ..trace });
            }
        }
        self.look_at_all(cluster);
    }

    /// Whether everything that is kept happened after `earlier`.
    pub(crate) fn has_left_behind(&self, earlier: &Self) -> bool {
        // One more, so that the diagram begins with the end of a message after `earlier`.
        self.count > earlier.count + KEPT as u64
    }

    /// Drops everything that [`has_left_behind`](Self::has_left_behind) compares.
    pub(crate) fn forget(&mut self) {
        (self.ended, self.turns) = (VecDeque::new(), VecDeque::new());
        self.before.clone_from(&self.after);
    }

    pub(crate) fn spacetime(&self, cluster: &Cluster) -> Spacetime {
        Spacetime {
            now: cluster.now(),
            since: self.since,
            traces: self.ended.iter().copied().chain(Self::flights(cluster)).collect(),
            lines: self.before.iter().map(|(node, state)| (*node, *state)).collect(),
            turns: self.turns.iter().copied().collect(),
        }
    }

    fn end(&mut self, trace: MessageTrace) {
        if self.ended.len() == KEPT
            && let Some(gone) = self.ended.pop_front()
        {
            self.forget_until(gone.ends_at);
        }
        self.ended.push_back(trace);
        self.count += 1;
    }

    fn look_at_all(&mut self, cluster: &Cluster) {
        let mut nodes: Vec<NodeId> = cluster.servers().map(Server::id).collect();
        nodes.extend(self.after.keys().map(|node| NodeId(*node)));
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            self.look(cluster, node);
        }
    }

    /// Records a turn if a server's line has changed.
    fn look(&mut self, cluster: &Cluster, id: NodeId) {
        let state = cluster.server(id).map(|server| line(server, self.after.get(&id.0)));
        if self.after.get(&id.0) == state.as_ref() {
            return;
        }
        let turn = Turn { at: cluster.now(), node: id.0, state };
        take(&mut self.after, turn);
        if self.turns.len() == KEPT
            && let Some(gone) = self.turns.front()
        {
            self.forget_until(gone.at);
        }
        self.turns.push_back(turn);
    }

    /// Lets the diagram begin after `at`.
    fn forget_until(&mut self, at: Time) {
        self.since = self.since.max(at);
        while let Some(turn) = self.turns.front().filter(|turn| turn.at <= self.since) {
            take(&mut self.before, *turn);
            self.turns.pop_front();
        }
    }
}

fn take(lines: &mut BTreeMap<NodeNumber, LineState>, turn: Turn) {
    match turn.state {
        Some(state) => lines.insert(turn.node, state),
        None => lines.remove(&turn.node),
    };
}

/// The state of a server's line. A server that is down keeps the term that it had.
fn line(server: &Server, before: Option<&LineState>) -> LineState {
    let status = server.status();
    let Some(node) = server.node() else {
        let (term, commit_index) =
            before.map_or((0, 0), |before| (before.term, before.commit_index));
        return LineState { status, term, leads: false, stands: false, commit_index };
    };
    LineState {
        status,
        term: node.current_term().0,
        leads: matches!(node.role(), Role::Leader(_)),
        stands: matches!(node.role(), Role::Candidate(candidate) if !candidate.is_pre_vote()),
        commit_index: count(node.commit_index()),
    }
}

fn trace(flight: &Flight) -> MessageTrace {
    MessageTrace {
        id: flight.id.0,
        shape: Shape::of(&flight.body),
        from: flight.from.into(),
        to: flight.to.into(),
        sent_at: flight.sent_at,
        ends_at: flight.due,
        fate: Fate::InFlight { lost: flight.lost.is_some(), cut: flight.lost == Some(Loss::Cut) },
        term: term_of(&flight.body),
    }
}

#[cfg(test)]
mod tests;
