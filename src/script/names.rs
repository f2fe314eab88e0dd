//! Names that stand for servers until a line is run: `leader` for one, `all` for several.
//!
//! A line with such a name is read twice. The first time it is only checked, since nobody can know which servers are
//! meant. It is read again when it is run, with the servers in the places of the names: so what is done, and what a
//! recording holds, has numbers alone.

use std::fmt;

use winnow::prelude::ModalResult;

use super::Command;
use super::parse::command;
use super::parse::words::{In, Reading, Words, expected, optional};
use crate::cluster::{Cluster, Server, Status};
use crate::raft::NodeId;

/// What the names stand for.
#[derive(Clone, Debug, Default)]
pub(super) enum Names {
    /// For servers that are not known yet.
    #[default]
    Unknown,
    /// The names are refused: a line of a recording has numbers.
    Refused,
    /// The servers at the instant at which the line is run.
    Known { leader: Option<NodeId>, servers: Vec<(NodeId, Status)> },
}

/// A line with a name that stands for servers, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved(String);

/// Why a name stands for no server at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nobody {
    /// `leader`: no running server leads.
    Leads,
    /// `all`: there is no server to which this command could be done.
    Is(&'static str),
}

/// `nobody leads at the moment, so `leader` names no node`.
impl fmt::Display for Nobody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leads => write!(f, "nobody leads at the moment, so `leader` names no node"),
            Self::Is(command) => write!(f, "there is no node to {command}"),
        }
    }
}

impl Unresolved {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_string())
    }

    /// The command, with the servers for which its names stand now.
    ///
    /// # Errors
    ///
    /// The name that stands for nobody.
    pub fn resolve(&self, cluster: &Cluster) -> Result<Command, Nobody> {
        let servers = cluster.servers().map(|server| (Server::id(server), server.status()));
        let names = Names::Known { leader: cluster.leader(), servers: servers.collect() };
        let state = Reading { names, ..Reading::default() };
        let mut input = Words { input: &self.0, state };
        // The line was read before, so that nothing else can be wrong with it.
        command(&mut input).map_err(|_| input.state.nobody.unwrap_or(Nobody::Leads))
    }
}

/// Any server, in the place of one that is not known yet: the line is only checked.
const SOMEBODY: NodeId = NodeId(1);

/// The server for which `leader` stands, if that is the next word.
pub(super) fn leader(input: In<'_, '_>) -> Option<ModalResult<NodeId>> {
    let leader = match &input.state.names {
        Names::Refused => return None,
        Names::Unknown => Some(SOMEBODY),
        Names::Known { leader, .. } => *leader,
    };
    optional(input, "leader").then(|| stand_in(input, leader, Nobody::Leads))
}

/// The servers for which `all` stands, if that is the next word: those to which the command can be done.
pub(super) fn all(
    input: In<'_, '_>,
    command: &'static str,
    can_be_done: fn(Status) -> bool,
) -> Option<ModalResult<Vec<NodeId>>> {
    let all = match &input.state.names {
        Names::Refused => return None,
        Names::Unknown => vec![SOMEBODY],
        Names::Known { servers, .. } => {
            let able = servers.iter().filter(|(_, status)| can_be_done(*status));
            able.map(|(node, _)| *node).collect()
        }
    };
    let all = Some(all).filter(|all| !all.is_empty());
    optional(input, "all").then(|| stand_in(input, all, Nobody::Is(command)))
}

fn stand_in<T>(input: In<'_, '_>, meant: Option<T>, nobody: Nobody) -> ModalResult<T> {
    input.state.stands_in |= matches!(input.state.names, Names::Unknown);
    meant.ok_or_else(|| {
        input.state.nobody = Some(nobody);
        expected(input, "a name that stands for a node")
    })
}
