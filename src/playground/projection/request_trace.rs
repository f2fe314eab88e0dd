//! The trace of a request as a list of hops: those it has passed and those still ahead.

use crate::cluster::{Answer, Cluster, Consistency, Hop, Operation, RequestTrace, YOU};
use crate::playground::view::{AnswerKind, AnswerView, HopView, RequestTraceView};
use crate::raft::{Index, NodeId, Role, majority};
use crate::store::Outcome;
use crate::time::Time;

/// The view of a request.
pub(crate) fn request_trace(request_trace: &RequestTrace, cluster: &Cluster) -> RequestTraceView {
    let began = request_trace.hops.first().map_or(cluster.now(), |(at, _)| *at);
    let ended = request_trace.answer.as_ref().map(|(at, _)| *at);
    let mut hops = passed(request_trace, began);
    match &request_trace.answer {
        Some((at, answer)) => hops.push(HopView {
            label: "answer".to_string(),
            title: format!("The answer reaches {}: {answer}.", request_trace.client),
            at: Some(at.since(began)),
            failed: !answer.has_come(),
        }),
        None => hops.extend(ahead(request_trace, cluster)),
    }
    RequestTraceView {
        id: request_trace.id.0,
        client: request_trace.client.into(),
        operation: request_trace.operation.to_string(),
        took: ended.unwrap_or(cluster.now()).since(began),
        answer: request_trace.answer.as_ref().map(|(_, answer)| answer_view(answer)),
        hops,
    }
}

fn passed(request_trace: &RequestTrace, began: Time) -> Vec<HopView> {
    let client = request_trace.client;
    let (asks, gives_up) = match client {
        YOU => ("You ask".to_string(), "You give up.".to_string()),
        _ => (format!("{client} asks"), format!("{client} gives up.")),
    };
    let mut hops = Vec::new();
    let mut sent_on = false;
    for (at, hop) in &request_trace.hops {
        let (label, title, failed) = match hop {
            Hop::Sent { .. } if std::mem::take(&mut sent_on) => continue,
            Hop::Sent { to, attempt: 1 } => (client.to_string(), format!("{asks} {to}."), false),
            Hop::Sent { to, .. } => ("again".to_string(), format!("{asks} {to}."), false),
            Hop::Received { by } => (by.to_string(), format!("{by} gets the request."), false),
            Hop::Redirected { by, leader: Some(leader) } => {
                replace_last(&mut hops, &format!("{by} does not lead and names {leader}."));
                sent_on = true;
                continue;
            }
            Hop::Redirected { by, leader: None } => {
                replace_last(&mut hops, &format!("{by} knows no leader."));
                continue;
            }
            Hop::Appended { by, position } => {
                hops.pop();
                let title = format!("{by} puts it into its log as entry {}.", position.index);
                (format!("leader {by}"), title, false)
            }
            Hop::Confirming { by } => {
                hops.pop();
                let title = format!("{by} asks the others whether it still leads.");
                (format!("leader {by}"), title, false)
            }
            Hop::Committed { position, .. } => {
                let title = format!("Entry {} is committed and executed.", position.index);
                ("committed".to_string(), title, false)
            }
            Hop::Answered { .. } => continue,
            Hop::Postponed { by, .. } => {
                replace_last(&mut hops, &format!("{by} can't take it on yet."));
                continue;
            }
            Hop::AwaitsLearner { by, learner } => {
                hops.pop();
                let title = format!("{by} goes on when {learner} has caught up.");
                (format!("leader {by}"), title, false)
            }
            Hop::TimedOut { .. } => {
                ("no answer".to_string(), "No answer came in time.".to_string(), true)
            }
            Hop::GaveUp => ("given up".to_string(), gives_up.clone(), true),
        };
        let at = Some(at.since(began));
        hops.push(HopView { label, title, at, failed });
    }
    hops
}

/// An answer of a server is shown at the server's hop.
fn replace_last(hops: &mut [HopView], title: &str) {
    if let Some(last) = hops.last_mut() {
        last.title = title.to_string();
    }
}

/// The hops that will follow if nothing fails.
fn ahead(request_trace: &RequestTrace, cluster: &Cluster) -> Vec<HopView> {
    let future = |label: String, title: String| HopView { label, title, at: None, failed: false };
    let stale = matches!(
        request_trace.operation,
        Operation::Read { consistency: Consistency::Stale | Consistency::Leader, .. }
    );
    let last = request_trace.hops.last().map(|(_, hop)| *hop);
    let mut hops = Vec::new();
    match last {
        Some(Hop::Appended { by, position }) => {
            hops.push(future(copies(cluster, by, position.index), "Waits for a majority.".into()));
        }
        Some(Hop::Confirming { .. }) => {
            hops.push(future("majority".into(), "Waits for a majority.".into()));
        }
        Some(Hop::Committed { .. } | Hop::Answered { .. } | Hop::GaveUp) => {}
        Some(Hop::Sent { to, .. }) => {
            hops.push(future(to.to_string(), format!("On its way to {to}.")));
            if !stale {
                hops.push(future("majority".into(), "A majority has to agree.".into()));
            }
        }
        _ if !stale => {
            hops.push(future("leader".into(), "The leader has to decide.".into()));
            hops.push(future("majority".into(), "A majority has to agree.".into()));
        }
        _ => {}
    }
    hops.push(future("answer".into(), "The answer is still to come.".into()));
    hops
}

/// `2 of 3`: the number of disks that have the entry, and the number it needs.
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
        Answer::Unknown | Answer::Unread | Answer::Outcome(Outcome::Expired(_)) => {
            AnswerKind::Unknown
        }
    };
    AnswerView { kind, text: answer.to_string() }
}

/// When a request began; used to order requests.
pub(crate) fn began(request_trace: &RequestTrace) -> Time {
    request_trace.hops.first().map_or(Time::ZERO, |(at, _)| *at)
}
