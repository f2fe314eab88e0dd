//! What a message says, field by field, by the paper's names: for a card that is opened and for traces.
//!
//! Deliberately no encoding that could be read back: messages are never taken from outside.

use std::fmt;

use serde::Serialize;

use super::super::clients::client::{Call, Reply};
use super::super::network::Body;
use crate::raft::{Appended, Entry, Envelope, Index, Message, Payload, Position, Term, count};
use crate::store::Request;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    /// A term, an index, a number of bytes.
    Number(u64),
    Text(String),
    List(Vec<String>),
    /// There is none, such as an index of an empty log.
    None(()),
}

/// A field of a message: its name, and what stands there.
pub type Field = (&'static str, Value);

/// `yes`, `8`, `n2`, `none`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(true) => write!(f, "yes"),
            Self::Flag(false) => write!(f, "no"),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List(items) if items.is_empty() => write!(f, "none"),
            Self::List(items) => f.write_str(&items.join("; ")),
            Self::None(()) => write!(f, "none"),
        }
    }
}

impl Body {
    /// All its fields, the term first.
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::Raft(envelope) => raft_fields(envelope),
            Self::Request(request) => {
                let mut fields = vec![
                    ("client", text(request.client)),
                    ("request", Value::Number(request.id.0)),
                    ("attempt", Value::Number(request.attempt.into())),
                ];
                match &request.call {
                    Call::Write(Request { session, seq, command, .. }) => fields.extend([
                        ("operation", text(command)),
                        ("session_opened_us", Value::Number(session.opened)),
                        ("seq", Value::Number(seq.0)),
                    ]),
                    Call::Read { key, consistency } => fields.extend([
                        ("operation", Value::Text(format!("get {key}"))),
                        ("consistency", text(consistency.name())),
                    ]),
                    Call::Change(change) => {
                        let operation = super::super::Operation::Change(change.clone());
                        fields.push(("operation", text(operation)));
                    }
                }
                fields
            }
            Self::Answer(answer) => vec![
                ("request", Value::Number(answer.id.0)),
                ("attempt", Value::Number(answer.attempt.into())),
                (
                    "reply",
                    match &answer.reply {
                        Reply::Done(answer) => text(answer),
                        Reply::Redirect(Some(leader)) => {
                            Value::Text(format!("ask {leader}, the leader"))
                        }
                        Reply::Redirect(None) => text("no leader is known"),
                        Reply::Busy => text("ask again later"),
                    },
                ),
            ],
        }
    }
}

/// The fields of Figure 2 and Figure 13, of the thesis's section 9.6 and 3.10, and Kvorum's own: what
/// rounds (thesis 6.4) and hints (paper 5.3) need.
fn raft_fields(envelope: &Envelope) -> Vec<Field> {
    let Envelope { from, term, message, .. } = envelope;
    let mut fields = vec![("term", number(*term))];
    let add = &mut |more: &[Field]| fields.extend_from_slice(more);
    match message {
        Message::PreVote { last } => add(&last_log(*last)),
        Message::RequestVote { last, transfer } => {
            add(&[("candidate_id", text(from))]);
            add(&last_log(*last));
            add(&[("transfer", Value::Flag(*transfer))]);
        }
        Message::PreVoteResponse { vote_granted }
        | Message::RequestVoteResponse { vote_granted } => {
            add(&[("vote_granted", Value::Flag(*vote_granted))]);
        }
        Message::AppendEntries { prev, entries, leader_commit, round } => add(&[
            ("leader_id", text(from)),
            ("prev_log_index", place(prev.map(|prev| prev.index))),
            ("prev_log_term", prev.map_or(Value::None(()), |prev| number(prev.term))),
            ("entries", list(*prev, entries)),
            ("leader_commit", place(*leader_commit)),
            ("round", Value::Number(*round)),
        ]),
        Message::AppendEntriesResponse { result, round } => {
            add(&match result {
                Appended::Matched { match_index } => {
                    vec![("success", Value::Flag(true)), ("match_index", place(*match_index))]
                }
                Appended::Conflict { rejected, conflict_term, first } => vec![
                    ("success", Value::Flag(false)),
                    ("rejected_index", place(Some(*rejected))),
                    ("conflict_term", conflict_term.map_or(Value::None(()), number)),
                    ("first_index", place(Some(*first))),
                ],
                Appended::Outdated => vec![("success", Value::Flag(false))],
            });
            add(&[("round", Value::Number(*round))]);
        }
        Message::InstallSnapshot { about, offset, part, done, round } => add(&[
            ("leader_id", text(from)),
            ("last_included_index", place(Some(about.last.index))),
            ("last_included_term", number(about.last.term)),
            ("configuration", text(&about.config)),
            ("offset", Value::Number(*offset)),
            ("bytes", Value::Number(part.as_bytes().len() as u64)),
            ("done", Value::Flag(*done)),
            ("round", Value::Number(*round)),
        ]),
        Message::InstallSnapshotResponse { last, received, installed, round } => add(&[
            ("last_included_index", place(Some(last.index))),
            ("received", Value::Number(*received)),
            ("installed", Value::Flag(*installed)),
            ("round", Value::Number(*round)),
        ]),
        Message::TimeoutNow => add(&[("leader_id", text(from))]),
    }
    fields
}

fn last_log(last: Option<Position>) -> [Field; 2] {
    [
        ("last_log_index", place(last.map(|last| last.index))),
        ("last_log_term", last.map_or(Value::None(()), |last| number(last.term))),
    ]
}

fn list(prev: Option<Position>, entries: &[Entry]) -> Value {
    let first = count(prev.map(|prev| prev.index)) + 1;
    let item = |(index, entry): (u64, &Entry)| {
        format!("{index}, term {}: {}", entry.term, what(&entry.payload))
    };
    Value::List((first..).zip(entries).map(item).collect())
}

fn number(term: Term) -> Value {
    Value::Number(term.0)
}

fn place(index: Option<Index>) -> Value {
    index.map_or(Value::None(()), |index| Value::Number(index.get()))
}

fn text(item: impl fmt::Display) -> Value {
    Value::Text(item.to_string())
}

/// What an entry does: `set color blue`, `empty`, `members n1 n2 n3`.
pub fn what(payload: &Payload) -> String {
    match payload {
        Payload::Noop => "empty".to_string(),
        Payload::Command(data) => Request::decode(data.as_bytes())
            .map_or("unreadable".to_string(), |request| request.command.to_string()),
        Payload::Config(config) => format!("members {config}"),
    }
}
