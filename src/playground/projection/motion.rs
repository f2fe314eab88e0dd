//! What moves: messages in flight and election timers.

use crate::cluster::{Body, Cluster, Flight, Status};
use crate::playground::view::Speed;
use crate::playground::view::{MessageView, Motion, Shape, term_of};
use crate::raft::Message;
use crate::time::{Duration, RealTime, Time};

/// The shortest real time for which a label can be read.
const READABLE: RealTime = RealTime::from_millis(150);

/// Everything that moves, as of now, at a playback speed or paused (`None`). A message that arrives
/// before it could be read has no label.
pub(crate) fn motion(cluster: &Cluster, passing: Option<Speed>) -> Motion {
    let now = cluster.now();
    // The cluster time that passes in `READABLE`.
    let readable = passing.map_or(Duration::ZERO, |speed| speed.covers(READABLE));
    let mut messages: Vec<MessageView> =
        cluster.network().flights().map(|flight| message(flight, now, readable)).collect();
    messages.sort_unstable_by_key(|message| message.id);
    let timers = cluster
        .servers()
        .filter(|server| server.status() != Status::Down)
        .filter_map(|server| {
            let (set_at, deadline) = server.election_timer()?;
            Some((server.id().0, 1.0 - share(set_at, deadline, now)))
        })
        .collect();
    Motion { messages, timers }
}

fn message(flight: &Flight, now: Time, readable: Duration) -> MessageView {
    let is_readable = flight.arrives_at.since(flight.sent_at) >= readable;
    MessageView {
        id: flight.id.0,
        shape: Shape::of(&flight.body),
        from: flight.from.into(),
        to: flight.to.into(),
        progress: share(flight.sent_at, flight.arrives_at, now),
        lost: flight.lost.is_some(),
        term: term_of(&flight.body),
        label: if is_readable { label(&flight.body) } else { String::new() },
    }
}

/// The label of a message.
fn label(body: &Body) -> String {
    let Body::Raft(envelope) = body else { return String::new() };
    match &envelope.message {
        Message::PreVote { .. } | Message::PreVoteResponse { .. } => "pre".to_string(),
        Message::AppendEntries { prev, entries, .. } if !entries.is_empty() => {
            let first = prev.map_or(0, |prev| prev.index.get()) + 1;
            let last = first + entries.len() as u64 - 1;
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        }
        Message::InstallSnapshot { about, .. } => about.last.index.to_string(),
        _ => String::new(),
    }
}

/// The fraction of the time between two instants that has passed, 0 to 1.
fn share(from: Time, to: Time, now: Time) -> f32 {
    let whole = to.since(from).as_micros();
    if whole == 0 {
        return 1.0;
    }
    let part = now.since(from).as_micros().min(whole);
    part as f32 / whole as f32
}
