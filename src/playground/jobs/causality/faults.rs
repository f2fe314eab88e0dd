//! Turns faults, and what disks have made durable, into causal events.

use std::rc::Rc;

use crate::cluster::{Fault, What};
use crate::playground::jobs::causality::happening::{Detail, Why};
use crate::playground::jobs::causality::replay::{CausalReplay, Event, Trigger};

impl CausalReplay {
    /// The disk's state causes a server's stop and the loss of writes.
    fn causes_of_fault(&self, fault: &Fault) -> Vec<Why> {
        match fault {
            Fault::Stopped { node, .. } | Fault::Lied { node, .. } => {
                self.disks.get(node).cloned().into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn take_fault_in(&mut self, event: &Event, fault: Fault) -> Why {
        let why = self.tell_of(event, What::Fault(fault.clone()), self.causes_of_fault(&fault));
        match &fault {
            Fault::DiskSet(node, _) => {
                self.disks.insert(*node, Rc::clone(&why));
            }
            Fault::Lied { .. } => self.lies.push(Rc::clone(&why)),
            _ => {}
        }
        let Some(node) = What::Fault(fault.clone()).node() else { return why };
        let (Some(notes), Some(server)) =
            (self.servers.get_mut(&node), self.run.cluster().server(node))
        else {
            return why;
        };
        match &fault {
            Fault::Killed { .. } | Fault::Paused(_) | Fault::Wiped(_) | Fault::Stopped { .. } => {
                notes.stopped = Some(Rc::clone(&why));
            }
            Fault::Restarted { .. } => notes.boot(server, &why),
            Fault::Resumed(_) => notes.stopped = None,
            _ => {}
        }
        why
    }

    /// After an fsync: adds an event if it made a term or a vote durable, of which the cluster
    /// reports no fact.
    pub(super) fn look_at_disk(&mut self, trigger: &Trigger) {
        let Trigger::Fsync(id) = trigger else { return };
        let Some(server) = self.run.cluster().server(*id) else { return };
        let Some(notes) = self.servers.get_mut(id) else { return };
        if !notes.look_at_disk(server) {
            return;
        }
        let (term, vote) = (notes.disk.term.0, notes.disk.vote.as_ref().map(|(vote, _)| *vote));
        let cause = notes.disk.vote.as_ref().map_or(&notes.disk.term.1, |(_, why)| why);
        let causes = vec![Rc::clone(cause)];
        let why = self.tell(Detail::Kept { node: *id, term, vote }, causes, false);
        if let Some(notes) = self.servers.get_mut(id) {
            notes.kept = Some(why);
        }
    }
}
