//! Reading clients' requests: the four about a key, also those of a named client, and `curl`.

use winnow::prelude::ModalResult;

use super::super::Command;
use super::super::curl::Curl;
use super::in_background;
use super::values::{client, key, node, value};
use super::words::{In, name, optional, word};
use crate::cluster::{Action, Consistency, Operation};
use crate::raft::NodeId;
use crate::store::{self, ClientId};

/// What is asked, and the server that is named to be asked.
pub(in crate::script) type Asked = (Operation, Option<NodeId>);

/// Reads what comes after a request's name.
pub(in crate::script) type ReadAsked = fn(In<'_, '_>) -> ModalResult<Asked>;

/// The requests that are about a key: what a named client can ask.
pub(in crate::script) const ABOUT_KEYS: [(&str, ReadAsked); 4] =
    [("set", set), ("get", get), ("delete", delete), ("cas", cas)];

/// A request of the visitor's own client.
pub(in crate::script) fn own(asked: ReadAsked, input: In<'_, '_>) -> ModalResult<Command> {
    request(ClientId::YOU, asked, input)
}

/// A request of a named client.
pub(in crate::script) fn named(input: In<'_, '_>) -> ModalResult<Command> {
    let client = client(input)?;
    let asked = name(input, "`set`, `get`, `delete` or `cas`", ABOUT_KEYS.into_iter())?;
    request(client, asked, input)
}

fn request(client: ClientId, asked: ReadAsked, input: In<'_, '_>) -> ModalResult<Command> {
    let (operation, via) = asked(input)?;
    Ok(in_background(input, Action::Request { client, operation, via }))
}

pub(in crate::script) fn set(input: In<'_, '_>) -> ModalResult<Asked> {
    let (key, value) = (key(input)?, value(input)?);
    write(input, store::Command::Set { key, value })
}

pub(in crate::script) fn get(input: In<'_, '_>) -> ModalResult<Asked> {
    let key = key(input)?;
    let from = if optional(input, "from") { Some(node(input)?) } else { None };
    let consistency = consistency(input);
    Ok((Operation::Read { key, consistency }, from))
}

pub(in crate::script) fn delete(input: In<'_, '_>) -> ModalResult<Asked> {
    let key = key(input)?;
    write(input, store::Command::Delete { key })
}

pub(in crate::script) fn cas(input: In<'_, '_>) -> ModalResult<Asked> {
    let key = key(input)?;
    let (old, new) = (value(input)?, value(input)?);
    write(input, store::Command::Cas { key, old, new })
}

fn write(input: In<'_, '_>, command: store::Command) -> ModalResult<Asked> {
    let via = if optional(input, "via") { Some(node(input)?) } else { None };
    Ok((Operation::Write(command), via))
}

/// How strong a read is, if it is said.
fn consistency(input: In<'_, '_>) -> Consistency {
    let named = Consistency::ALL.into_iter().find(|mode| optional(input, mode.name()));
    named.unwrap_or_default()
}

pub(in crate::script) fn curl(input: In<'_, '_>) -> ModalResult<Command> {
    let what = "a URL such as \"http://localhost:8080/get?key=color\"";
    Ok(Command::Curl(word(input, what, Curl::parse)?))
}
