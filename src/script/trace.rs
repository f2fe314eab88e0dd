//! A trace: every event of a run with what came in, what was sent and what was told, one JSON object a
//! line, for other programs to read.
//!
//! Deliberately lacks the servers' states: what an event led to is told in sentences and messages, and
//! the digest tells two runs apart.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cluster::{Cluster, Endpoint, FieldValue, Flight, Upcoming};

/// What is written down of an event before it happens.
#[derive(Serialize)]
pub(super) struct Event {
    at_us: u64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Mail>,
}

/// A message.
#[derive(Serialize)]
struct Mail {
    id: u64,
    kind: String,
    from: String,
    to: String,
    sent_at_us: u64,
    arrives_at_us: u64,
    /// Why it never arrives, if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<String>,
    fields: BTreeMap<&'static str, FieldValue>,
}

/// A line: an event, or something that was done, and what came of it.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
    #[serde(flatten)]
    event: Option<Event>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sends: Vec<Mail>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    told: &'a [String],
    digest: String,
}

impl Event {
    /// The next event of a cluster.
    pub(super) fn next(cluster: &mut Cluster) -> Option<Self> {
        let (at, upcoming) = cluster.upcoming()?;
        let (kind, node, request, mail) = match upcoming {
            Upcoming::Timer(node) => ("timer", Some(node.to_string()), None, None),
            Upcoming::Mail(flight) => ("message", receiver(flight), None, Some(flight)),
            Upcoming::Fsync(node) => ("fsync", Some(node.to_string()), None, None),
            Upcoming::Inbox { node, mail } => ("inbox", Some(node.to_string()), None, mail),
            Upcoming::ClientTimer(request) => ("client-timer", None, Some(request.0), None),
            Upcoming::Chaos => ("chaos", None, None, None),
            Upcoming::Turn(client) => ("turn", Some(client.to_string()), None, None),
        };
        let message = mail.map(Mail::of);
        Some(Self { at_us: at.as_micros(), kind, node, request, message })
    }
}

fn receiver(flight: &Flight) -> Option<String> {
    flight.lost.is_none().then(|| flight.to.to_string())
}

impl Mail {
    fn of(flight: &Flight) -> Self {
        let name = |end: Endpoint| end.to_string();
        Self {
            id: flight.id.0,
            kind: flight.body.kind().to_string(),
            from: name(flight.from),
            to: name(flight.to),
            sent_at_us: flight.sent_at.as_micros(),
            arrives_at_us: flight.arrives_at.as_micros(),
            lost: flight.lost.map(|loss| loss.to_string()),
            fields: flight.body.fields().into_iter().collect(),
        }
    }
}

/// The line for an event that has happened, or for what was done where there is none: with the messages
/// that were sent since there were `sent` of them, and what was told.
pub(super) fn line(event: Option<Event>, cluster: &Cluster, sent: u64, told: &[String]) -> String {
    let network = cluster.network();
    let mut sends: Vec<Mail> =
        network.flights().filter(|flight| flight.id.0 > sent).map(Mail::of).collect();
    sends.sort_unstable_by_key(|mail| mail.id);
    let events = event.is_some().then(|| cluster.events());
    let line = Line { events, event, sends, told, digest: cluster.digest().to_string() };
    // Numbers and texts only: nothing that JSON lacks.
    serde_json::to_string(&line).unwrap_or_default()
}

/// The line for a text that is no event: a command of the script, or what is printed.
pub(super) fn note(kind: &'static str, text: &str) -> String {
    serde_json::to_string(&BTreeMap::from([(kind, text)])).unwrap_or_default()
}
