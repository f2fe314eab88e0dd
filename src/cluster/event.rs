//! The event queue: what is scheduled, in the order in which it will happen.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::clients::client::RequestId;
use super::network::{Flight, MessageId, Slot};
use crate::raft::NodeId;
use crate::store::ClientId;
use crate::time::Time;

/// What is scheduled. Each names the state in which it was scheduled, so that it can be told when it
/// is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// A server's own timer. Never in the queue: the servers know their deadlines.
    Timer(NodeId),
    /// A message comes to the end of its flight.
    Mail(Slot, MessageId),
    /// A disk is done, of a machine in its n-th life.
    Fsync(NodeId, u32),
    /// A process that was paused turns to the next thing that waited.
    Inbox(NodeId, u32),
    /// The n-th timer of a request ends: an attempt, or a pause between two.
    ClientTimer(RequestId, u32),
    /// A client of the n-th workload takes its turn.
    Turn(ClientId, u64),
    /// The n-th setting of the dial of faults lets one come.
    Chaos(u64),
}

/// What the next event will be, for whoever looks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upcoming<'a> {
    /// A server's election timeout, or a leader's heartbeat.
    Timer(NodeId),
    /// A message comes to the end of its flight.
    Mail(&'a Flight),
    /// The disk of a server is done with a write.
    Fsync(NodeId),
    /// A process that was paused, or is slow, turns to what waited: a message, or its disk's answer.
    Inbox { node: NodeId, mail: Option<&'a Flight> },
    /// A client waited long enough for an answer, or between two attempts.
    ClientTimer(RequestId),
    /// A client of the workload sends its next request.
    Turn(ClientId),
    /// A fault comes at random, or one ends.
    Chaos,
}

/// Events by time and, at one time, in the order of their scheduling.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<(Time, u64, Event)>>,
    scheduled: u64,
    /// Counts the workloads.
    pub(super) workloads: u64,
}

impl Queue {
    pub(super) fn push(&mut self, at: Time, event: Event) {
        self.scheduled += 1;
        self.heap.push(Reverse((at, self.scheduled, event)));
    }

    pub(super) fn peek(&self) -> Option<(Time, Event)> {
        self.heap.peek().map(|Reverse((at, _, event))| (*at, *event))
    }

    pub(super) fn pop(&mut self) {
        self.heap.pop();
    }
}
