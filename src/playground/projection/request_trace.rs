//! The way of a request as a line of stations: those it has passed, and those still ahead.

use crate::cluster::{Answer, Cluster, Consistency, Journey, Operation, Station, YOU};
use crate::playground::view::micros;
use crate::playground::view::{AnswerKind, AnswerView, JourneyView, StationView};
use crate::raft::{Index, NodeId, Role, majority};
use crate::store::Outcome;
use crate::time::Time;

/// A request as a page shows it.
pub(crate) fn journey(journey: &Journey, cluster: &Cluster) -> JourneyView {
    let began = journey.stations.first().map_or(cluster.now(), |(at, _)| *at);
    let ended = journey.answer.as_ref().map(|(at, _)| *at);
    let mut stations = passed(journey, began);
    match &journey.answer {
        Some((at, answer)) => stations.push(StationView {
            label: "answer".to_string(),
            title: format!("The answer reaches {}: {answer}.", journey.client),
            at: Some(at.since(began).as_micros()),
            failed: *answer == Answer::Unknown,
        }),
        None => stations.extend(ahead(journey, cluster)),
    }
    JourneyView {
        id: journey.id.0,
        client: journey.client.into(),
        operation: journey.operation.to_string(),
        took: ended.unwrap_or(cluster.now()).since(began).as_micros(),
        answer: journey.answer.as_ref().map(|(_, answer)| answer_view(answer)),
        stations,
    }
}

fn passed(journey: &Journey, began: Time) -> Vec<StationView> {
    let client = journey.client;
    let (asks, gives_up) = match client {
        YOU => ("You ask".to_string(), "You give up.".to_string()),
        _ => (format!("{client} asks"), format!("{client} gives up.")),
    };
    let mut stations = Vec::new();
    let mut sent_on = false;
    for (at, station) in &journey.stations {
        let (label, title, failed) = match station {
            Station::Sent { .. } if std::mem::take(&mut sent_on) => continue,
            Station::Sent { to, attempt: 1 } => {
                (client.to_string(), format!("{asks} {to}."), false)
            }
            Station::Sent { to, .. } => ("again".to_string(), format!("{asks} {to}."), false),
            Station::Received { by } => (by.to_string(), format!("{by} gets the request."), false),
            Station::Redirected { by, leader: Some(leader) } => {
                replace_last(&mut stations, &format!("{by} does not lead and names {leader}."));
                sent_on = true;
                continue;
            }
            Station::Redirected { by, leader: None } => {
                replace_last(&mut stations, &format!("{by} knows no leader."));
                continue;
            }
            Station::Appended { by, position } => {
                stations.pop();
                let title = format!("{by} puts it into its log as entry {}.", position.index);
                (format!("leader {by}"), title, false)
            }
            Station::Confirming { by } => {
                stations.pop();
                let title = format!("{by} asks the others whether it still leads.");
                (format!("leader {by}"), title, false)
            }
            Station::Committed { position, .. } => {
                let title = format!("Entry {} is committed and executed.", position.index);
                ("committed".to_string(), title, false)
            }
            Station::Answered { .. } => continue,
            Station::TimedOut { .. } => {
                ("no answer".to_string(), "No answer came in time.".to_string(), true)
            }
            Station::GaveUp => ("given up".to_string(), gives_up.clone(), true),
        };
        let at = Some(at.since(began).as_micros());
        stations.push(StationView { label, title, at, failed });
    }
    stations
}

/// What a server answers belongs to its station.
fn replace_last(stations: &mut [StationView], title: &str) {
    if let Some(last) = stations.last_mut() {
        last.title = title.to_string();
    }
}

/// The stations that will follow if all goes well.
fn ahead(journey: &Journey, cluster: &Cluster) -> Vec<StationView> {
    let future =
        |label: String, title: String| StationView { label, title, at: None, failed: false };
    let stale = matches!(
        journey.operation,
        Operation::Read { consistency: Consistency::Stale | Consistency::Leader, .. }
    );
    let last = journey.stations.last().map(|(_, station)| *station);
    let mut stations = Vec::new();
    match last {
        Some(Station::Appended { by, position }) => {
            stations
                .push(future(copies(cluster, by, position.index), "Waits for a majority.".into()));
        }
        Some(Station::Confirming { .. }) => {
            stations.push(future("majority".into(), "Waits for a majority.".into()));
        }
        Some(Station::Committed { .. } | Station::Answered { .. } | Station::GaveUp) => {}
        Some(Station::Sent { to, .. }) => {
            stations.push(future(to.to_string(), format!("On its way to {to}.")));
            if !stale {
                stations.push(future("majority".into(), "A majority has to agree.".into()));
            }
        }
        _ if !stale => {
            stations.push(future("leader".into(), "The leader has to decide.".into()));
            stations.push(future("majority".into(), "A majority has to agree.".into()));
        }
        _ => {}
    }
    stations.push(future("answer".into(), "The answer is still to come.".into()));
    stations
}

/// `2 of 3`: how many disks have the entry, of how many it needs.
fn copies(cluster: &Cluster, leader: NodeId, index: Index) -> String {
    let Some(node) = cluster.server(leader).and_then(crate::cluster::Server::node) else {
        return "majority".to_string();
    };
    let Role::Leader(state) = node.role() else {
        return "majority".to_string();
    };
    let own = usize::from(node.durable_index() >= Some(index) && node.config().contains(leader));
    let others = state.followers().values().filter(|follower| follower.match_index >= Some(index));
    let needed = majority(node.config().voters());
    format!("{} of {needed}", own + others.count())
}

fn answer_view(answer: &Answer) -> AnswerView {
    let kind = match answer {
        Answer::Outcome(Outcome::Written | Outcome::Deleted | Outcome::Forgotten)
        | Answer::Value(Some(_))
        | Answer::Changed => AnswerKind::Success,
        Answer::Outcome(Outcome::NotFound | Outcome::Mismatch(_))
        | Answer::Value(None)
        | Answer::Ended { .. }
        | Answer::Refused(_) => AnswerKind::Negative,
        Answer::Unknown | Answer::Outcome(Outcome::Expired(_)) => AnswerKind::Unknown,
    };
    AnswerView { kind, text: answer.to_string() }
}

/// When a journey began, to order them.
pub(crate) fn began(journey: &Journey) -> u64 {
    journey.stations.first().map_or(0, |(at, _)| micros(*at))
}
