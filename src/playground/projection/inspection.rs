//! What the stage's controls need: the details of a message, and the actions that would repair
//! everything.
//!
//! Nothing is changed here: every change is an [`Action`] like any other.

use crate::cluster::Action;
use crate::cluster::{
    ClockChange, Cluster, Disk, DiskState, Flight, LinkChange, Offset, Rate, Server, Status,
};
use crate::playground::view::MessageDetail;
use crate::time::Duration;

/// The details of a message in flight; `None` once it has arrived or is lost.
pub(crate) fn message(cluster: &Cluster, id: u64) -> Option<MessageDetail> {
    cluster.network().flights().find(|flight| flight.id.0 == id).map(detail)
}

/// The oldest messages in flight, at most `most` and the oldest first, and the number of all.
pub(crate) fn messages(cluster: &Cluster, most: usize) -> (Vec<MessageDetail>, usize) {
    let mut flights: Vec<&Flight> = cluster.network().flights().collect();
    flights.sort_unstable_by_key(|flight| flight.id);
    (flights.iter().take(most).map(|flight| detail(flight)).collect(), flights.len())
}

/// The actions that repair everything broken or slow in the environment: links, processes, disks,
/// clocks. They don't restore what a disk has lost.
pub(crate) fn repairs(cluster: &Cluster) -> impl Iterator<Item = Action> {
    let network = cluster.network();
    let usual = network.default_link();
    let links = network.own_links().map(|((from, to), _)| Action::Link {
        from,
        to,
        change: LinkChange::from(*usual),
    });
    let cuts = network.cuts().next().map(|_| Action::Heal);
    cuts.into_iter().chain(links).chain(cluster.servers().flat_map(repair))
}

/// The actions that repair a server and its machine.
fn repair(server: &Server) -> impl Iterator<Item = Action> {
    let (node, clock) = (server.id(), server.clock());
    let process = match server.status() {
        Status::Down => Some(Action::Restart(node)),
        Status::Paused => Some(Action::Resume(node)),
        Status::Running => None,
    };
    let right = (Rate::TRUE, Offset::Ahead(Duration::ZERO));
    let change = ClockChange { rate: Some(right.0), offset: Some(right.1) };
    let clock = ((clock.rate(), clock.offset()) != right).then_some(Action::Clock { node, change });
    let disk =
        (server.disk().fsync() != Disk::FSYNC).then_some(Action::Disk { node, fsync: Disk::FSYNC });
    let cpu =
        (server.cpu() != Duration::ZERO).then_some(Action::Cpu { node, takes: Duration::ZERO });
    let is_good = server.disk().state() == DiskState::Good;
    let writes = (!is_good).then_some(Action::SetDisk { node, state: DiskState::Good });
    [writes, process, clock, disk, cpu].into_iter().flatten()
}

fn detail(flight: &Flight) -> MessageDetail {
    let fields = flight.body.fields();
    MessageDetail {
        id: flight.id.0,
        kind: flight.body.kind().name(),
        from: flight.from.into(),
        to: flight.to.into(),
        sent_at: flight.sent_at,
        arrives_at: flight.arrives_at,
        lost: flight.lost.map(|loss| loss.to_string()),
        fields: fields.into_iter().map(|(name, value)| (name, value.to_string())).collect(),
    }
}
