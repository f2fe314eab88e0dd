//! How what comes in reaches a process: messages at the end of their flights, and the answers of its disk.
//!
//! A process that is paused or slow comes to it later, in the order in which it came.

use super::super::Cluster;
use super::super::event::Event;
use super::super::facts::fact::{Fault, What};
use super::super::network::{Body, Endpoint, Flight, Loss};
use super::disk::{DiskState, Synced};
use super::server::Waiting;
use crate::raft::{Input, NodeId};
use crate::time::Duration;

impl Cluster {
    /// The end of a message's flight.
    pub(in crate::cluster) fn deliver(&mut self, flight: Flight) -> Option<NodeId> {
        if flight.lost.is_some() {
            self.tell_lost(&flight);
            return None;
        }
        match flight.to {
            Endpoint::Client(_) => {
                if let Body::Answer(answer) = flight.body {
                    self.on_answer(answer);
                }
                None
            }
            Endpoint::Node(to) => {
                let Some(server) =
                    self.servers.get_mut(&to).filter(|server| server.process.is_some())
                else {
                    self.tell_lost(&Flight { lost: Some(Loss::Unreachable), ..flight });
                    return None;
                };
                if server.paused || server.cpu > Duration::ZERO {
                    self.let_wait(to, Waiting::Mail(flight));
                    return None;
                }
                self.receive(to, flight.body)
            }
        }
    }

    fn receive(&mut self, to: NodeId, body: Body) -> Option<NodeId> {
        match body {
            Body::Raft(envelope) => self.step_node(to, Input::Receive(envelope)),
            Body::Request(request) => self.serve(to, request),
            Body::Answer(_) => None,
        }
    }

    pub(in crate::cluster) fn tell_lost(&mut self, flight: &Flight) {
        let loss = flight.lost.unwrap_or(Loss::Chance);
        let kind = flight.body.kind();
        self.tell(What::Lost { kind, from: flight.from, to: flight.to, loss });
    }

    pub(in crate::cluster) fn finish_fsync(&mut self, id: NodeId) -> Option<NodeId> {
        let server = self.servers.get_mut(&id)?;
        let waiting = match server.disk.complete(self.now) {
            Synced::Done { last, next } => {
                if next {
                    let done = self.now + server.disk.answers_after();
                    self.queue.push(done, Event::Fsync(id, server.incarnation));
                }
                Waiting::Durable(last?)
            }
            Synced::Refused => Waiting::Refused,
        };
        if server.paused || server.cpu > Duration::ZERO {
            self.let_wait(id, waiting);
            return None;
        }
        self.turn_to(id, waiting)
    }

    /// A process turns to something that has come in.
    fn turn_to(&mut self, id: NodeId, waiting: Waiting) -> Option<NodeId> {
        match waiting {
            Waiting::Mail(flight) => self.receive(id, flight.body),
            Waiting::Durable(ticket) => self.step_node(id, Input::Durable(ticket)),
            Waiting::Refused => Some(self.stop_for_disk(id)),
        }
    }

    /// A server that can't write can't keep its promises, and does not know what of the write is on disk: it
    /// stops, as etcd and databases do.
    fn stop_for_disk(&mut self, id: NodeId) -> NodeId {
        let state = self.servers.get(&id).map_or(DiskState::Good, |server| server.disk.state());
        self.tell(What::Fault(Fault::Stopped { node: id, state }));
        self.end_process(id, false);
        id
    }

    /// Puts something into the inbox of a paused or slow process. A slow one comes to it when it is done
    /// with all that came before.
    fn let_wait(&mut self, id: NodeId, waiting: Waiting) {
        let Some(server) = self.servers.get_mut(&id) else { return };
        server.inbox.push_back(waiting);
        if !server.paused {
            server.busy_until = server.busy_until.max(self.now) + server.cpu;
            self.queue.push(server.busy_until, Event::Inbox(id, server.incarnation));
        }
    }

    pub(in crate::cluster) fn open_inbox(&mut self, id: NodeId) -> Option<NodeId> {
        let waiting = self.servers.get_mut(&id)?.inbox.pop_front()?;
        self.turn_to(id, waiting)
    }
}
