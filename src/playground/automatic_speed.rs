//! The automatic speed: the viewer's clock runs slowly while something is on its way that a viewer
//! wants to follow, and quickly through silence.
//!
//! It looks at the cluster and changes nothing of it: the run is the same at every speed.

use super::view::Speed;
use crate::cluster::{Body, Cluster, Endpoint, Flight, Server};
use crate::raft::{Appended, Message, NodeId, Role};
use crate::time::RealTime;

/// How long a message that is followed is seen on its way, in real time.
const FLIGHT: RealTime = RealTime::from_millis(1_300);

/// How long a message is seen while a background workload sends messages all the time.
const BUSY_FLIGHT: RealTime = RealTime::from_millis(300);

/// How long an election timeout takes in silence, in real time.
const SILENCE: RealTime = RealTime::from_millis(3_500);

/// How long a new leader is shown, in real time, and how much slower than a message that is
/// followed.
const HOLD: RealTime = RealTime::from_millis(1_500);
const HOLD_FACTOR: u32 = 4;

/// In how much real time the speed doubles when there is nothing to follow any more. It slows down
/// at once, so that nothing is missed.
const DOUBLES: RealTime = RealTime::from_millis(150);

/// What decides the speed at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attention {
    /// A leader was just elected.
    NewLeader,
    /// Votes, a request of the user, or entries are on their way.
    Messages,
    /// A background workload keeps all nodes busy.
    Workload,
    /// Nothing but heartbeats.
    Silence,
}

/// The state of the automatic speed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AutomaticSpeed {
    /// The leader at the last look.
    leader: Option<NodeId>,
    /// The rest of the time for which a new leader is shown.
    hold: RealTime,
    /// The speed since the last look.
    speed: Option<Speed>,
}

impl AutomaticSpeed {
    /// The speed since the last look; that of silence before the first.
    pub(super) fn speed(&self, cluster: &Cluster) -> Speed {
        self.speed.unwrap_or_else(|| target(Attention::Silence, cluster))
    }

    /// Looks at the cluster before `real` time passes, and returns the speed for that time.
    pub(super) fn look(&mut self, cluster: &Cluster, real: RealTime) -> Speed {
        let leader = cluster.leader();
        if leader != self.leader {
            (self.leader, self.hold) = (leader, leader.map_or(RealTime::ZERO, |_| HOLD));
        }
        let attention =
            if self.hold > RealTime::ZERO { Attention::NewLeader } else { attention(cluster) };
        self.hold = self.hold.saturating_sub(real);
        let wanted = target(attention, cluster);
        let most = self.speed.map_or(wanted, |speed| accelerated(speed, real));
        let speed = wanted.min(most);
        self.speed = Some(speed);
        speed
    }
}

/// The greatest speed after `real` time at a lower one.
fn accelerated(speed: Speed, real: RealTime) -> Speed {
    let speed = u128::from(speed.get());
    let more = (speed * real.as_micros()).div_ceil(DOUBLES.as_micros());
    u32::try_from(speed + more).map_or(Speed::FASTEST, Speed::new)
}

/// The speed for what is to be seen.
fn target(attention: Attention, cluster: &Cluster) -> Speed {
    let link = cluster.network().default_link();
    let flight = (link.latency_min + link.latency_max) / 2;
    let settings = cluster.settings();
    let timeout = (settings.election_timeout_min + settings.election_timeout_max) / 2;
    let silence = Speed::passing(timeout, SILENCE);
    let followed = Speed::passing(flight, FLIGHT).min(silence);
    match attention {
        Attention::Silence => silence,
        Attention::Workload => Speed::passing(flight, BUSY_FLIGHT).min(silence),
        Attention::Messages => followed,
        Attention::NewLeader => Speed::passing(flight, FLIGHT * HOLD_FACTOR).min(silence),
    }
}

fn attention(cluster: &Cluster) -> Attention {
    let is_busy = cluster.workload().is_some();
    let mut flights = cluster.network().flights();
    if flights.any(|flight| is_followed(flight, cluster, is_busy)) {
        Attention::Messages
    } else if is_busy {
        Attention::Workload
    } else {
        Attention::Silence
    }
}

/// Whether a viewer wants to follow this message. Beside a workload these are only votes and the
/// requests of clients that are driven by hand.
fn is_followed(flight: &Flight, cluster: &Cluster, is_busy: bool) -> bool {
    let envelope = match &flight.body {
        Body::Raft(envelope) => envelope,
        Body::Request(_) | Body::Answer(_) => {
            return [flight.from, flight.to].iter().any(is_by_hand);
        }
    };
    match &envelope.message {
        Message::PreVote { .. }
        | Message::PreVoteResponse { .. }
        | Message::RequestVote { .. }
        | Message::RequestVoteResponse { .. }
        | Message::TimeoutNow => true,
        Message::AppendEntries { entries, .. } => !is_busy && !entries.is_empty(),
        Message::InstallSnapshot { .. } | Message::InstallSnapshotResponse { .. } => !is_busy,
        Message::AppendEntriesResponse { result, .. } => {
            !is_busy && is_news(result, envelope.from, envelope.to, cluster)
        }
    }
}

fn is_by_hand(end: &Endpoint) -> bool {
    match end {
        Endpoint::Client(client) => client.is_by_hand(),
        Endpoint::Node(_) => false,
    }
}

/// Whether a follower's answer tells its leader more than that it is there.
fn is_news(result: &Appended, follower: NodeId, leader: NodeId, cluster: &Cluster) -> bool {
    let Appended::Matched { match_index } = result else { return true };
    let node = cluster.server(leader).and_then(Server::node);
    let known = node.and_then(|node| match node.role() {
        Role::Leader(leader) => leader.followers().get(&follower),
        Role::Follower { .. } | Role::Candidate(_) => None,
    });
    known.is_some_and(|progress| *match_index > progress.match_index)
}

#[cfg(test)]
mod tests;
