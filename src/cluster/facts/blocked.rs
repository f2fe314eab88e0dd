//! What a server is blocked on, as it can be seen from outside.
//!
//! Nothing of this is stored: it follows from the state whenever it is asked for, and so lasts exactly as long as it
//! is so. Only what was told of it is remembered, so that it is told once, when it begins.

use std::fmt;

use super::super::Cluster;
use super::super::machine::server::{Server, Status};
use super::fact::{Topic, What};
use super::sentences::OfNeeded;
use crate::counts::{counted, noun};
use crate::raft::{Agreement, Index, Message, Node, NodeId, Role, Rule};
use crate::time::Duration;

/// A server that can't go on for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub node: NodeId,
    pub on: BlockedOn,
}

/// What it is blocked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockedOn {
    /// Its disk: a write takes longer than the shortest election timeout, and this waits for it.
    Disk(Awaited),
    /// The leader: it believes that the server has entries up to this one, but their disk has lost them.
    LostEntries { leader: NodeId, last: Index },
    /// Votes: as a candidate it can't get more than these.
    Votes { in_reach: Agreement, others: Vec<Obstacle> },
    /// Copies of this entry: as the leader it can't get more than these.
    Copies { of: Index, in_reach: Agreement, others: Vec<Obstacle> },
    /// The log of this server, which votes as soon as it has caught up (thesis, section 4.2.1), and what keeps it.
    Learner { learner: NodeId, obstacle: Option<ObstacleKind> },
    /// The commit of its last change of the members, before which it takes no other one (thesis, section 4.1).
    Change(Index),
}

/// What waits for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A candidate's vote for itself, and with it the request for those of others.
    OwnVote,
    /// The vote for this candidate.
    Vote(NodeId),
    /// A leader's own copy of its entries.
    OwnCopy,
    /// The answer to this leader.
    Answer(NodeId),
}

/// Why the vote or the copy of some servers can't be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub kind: ObstacleKind,
    pub nodes: Vec<NodeId>,
}

/// Why the vote or the copy of a server can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObstacleKind {
    Down,
    Paused,
    /// The links are cut in both directions.
    OutOfReach,
    /// The link to it is cut.
    Deaf,
    /// The link from it is cut.
    Mute,
    /// Its disk is too slow.
    Disk,
    /// It has lost entries that the leader believes it to have.
    Lost,
    /// It leads.
    Leads,
    /// It hears this leader, and votes for nobody else meanwhile (thesis, sections 4.2.3 and 9.6).
    Hears(NodeId),
    /// Its log is newer than the candidate's (paper, section 5.4.1).
    NewerLog,
}

impl BlockedOn {
    /// What it is about, for filters and colours.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Votes { .. } | Self::Disk(Awaited::OwnVote | Awaited::Vote(_)) => Topic::Election,
            Self::Disk(Awaited::OwnCopy | Awaited::Answer(_)) | Self::LostEntries { .. } => {
                Topic::Replication
            }
            Self::Copies { .. } => Topic::Commit,
            Self::Learner { .. } | Self::Change(_) => Topic::Membership,
        }
    }
}

impl Cluster {
    /// What a server is blocked on, if anything can be seen that does not pass by itself.
    pub fn blocked(&self, id: NodeId) -> Option<Blocked> {
        let server = self.servers.get(&id)?;
        let on = self.lost_entries(server).or_else(|| {
            let node = server.node().filter(|_| server.status() == Status::Running)?;
            match node.role() {
                Role::Candidate(_) => self.votes(server, node).or_else(|| self.disk(server, node)),
                Role::Follower { .. } => self.disk(server, node),
                Role::Leader(_) => self
                    .copies(server, node)
                    .or_else(|| self.disk(server, node))
                    .or_else(|| self.learner(node))
                    .or_else(|| node.pending_config().map(BlockedOn::Change)),
            }
        })?;
        Some(Blocked { node: id, on })
    }

    /// Tells what a server is blocked on, once, until it is blocked on nothing.
    pub(in crate::cluster) fn tell_blocked(&mut self, id: NodeId) {
        let blocked = self.blocked(id);
        let Some(server) = self.servers.get_mut(&id) else { return };
        let Some(blocked) = blocked else {
            // Without a leader one attempt to elect one follows the other.
            let goes_on = server.node().is_some_and(|node| node.leader().is_none());
            server.told_blocked.retain(|on| goes_on && on.topic() == Topic::Election);
            return;
        };
        // A change is told when it is proposed.
        let is_told =
            matches!(blocked.on, BlockedOn::Change(_)) || server.told_blocked.contains(&blocked.on);
        if !is_told {
            server.told_blocked.push(blocked.on.clone());
            self.tell(What::Blocked(Box::new(blocked)));
        }
    }

    /// Whether it was told that a server has lost entries on which the leader counts.
    pub(in crate::cluster) fn has_told_lost(&self, id: NodeId) -> bool {
        let is_lost = |on: &BlockedOn| matches!(on, BlockedOn::LostEntries { .. });
        let told =
            self.servers.get(&id).is_some_and(|server| server.told_blocked.iter().any(is_lost));
        told && self.blocked(id).is_some_and(|blocked| is_lost(&blocked.on))
    }

    /// Entries that the leader believes a server to have, and that its disk has lost.
    fn lost_entries(&self, server: &Server) -> Option<BlockedOn> {
        // Without the rule a leader takes back what it believes.
        if !self.obeys(Rule::LogOnDisk) {
            return None;
        }
        let leader = self.leader().filter(|leader| *leader != server.id)?;
        let Role::Leader(state) = self.servers.get(&leader)?.node()?.role() else { return None };
        let last = state.followers().get(&server.id)?.match_index?;
        let log = server.node().map_or(&server.disk.durable().log, Node::log);
        (log.last_index() < Some(last)).then_some(BlockedOn::LostEntries { leader, last })
    }

    /// What waits for a disk that takes long.
    fn disk(&self, server: &Server, node: &Node) -> Option<BlockedOn> {
        if !server.disk.hangs(self.now, self.settings.election_timeout_min) {
            return None;
        }
        let held = node.held_back().next().map(|(_, envelope)| match envelope.message {
            Message::RequestVote { .. } => Awaited::OwnVote,
            Message::RequestVoteResponse { .. } => Awaited::Vote(envelope.to),
            _ => Awaited::Answer(envelope.to),
        });
        let own = || (node.is_leader() && self.obeys(Rule::LogOnDisk)).then_some(Awaited::OwnCopy);
        held.or_else(own).map(BlockedOn::Disk)
    }

    /// As a candidate it can't get enough votes as things are.
    fn votes(&self, server: &Server, node: &Node) -> Option<BlockedOn> {
        let obstacles = |with_logs: bool| {
            node.config().all_voters().filter_map(move |voter| {
                let kind = self.vote_obstacle(server, node, voter, with_logs)?;
                Some((voter, kind))
            })
        };
        let in_reach = |with_logs: bool| {
            let missing: Vec<NodeId> = obstacles(with_logs).map(|(voter, _)| voter).collect();
            node.agreement_of(|voter| !missing.contains(&voter))
        };
        if self.takes_too_long(server.disk.fsync()) {
            // It asks nobody before its own vote is on disk.
            let obstacle = Obstacle { kind: ObstacleKind::Disk, nodes: vec![server.id] };
            let in_reach = node.agreement_of(|_| false);
            return Some(BlockedOn::Votes { in_reach, others: vec![obstacle] });
        }
        let agreement = in_reach(true);
        if agreement.decides() || self.obeys(Rule::FirstNodeLeads) {
            return None;
        }
        // An old log hinders nobody else.
        if in_reach(false).decides() && self.another_can_win(server.id) {
            return None;
        }
        let others = grouped(obstacles(true));
        Some(BlockedOn::Votes { in_reach: agreement, others })
    }

    /// Whether another server than this one could win an election.
    fn another_can_win(&self, than: NodeId) -> bool {
        let mut others = self
            .servers
            .values()
            .filter(|server| server.id != than && server.status() == Status::Running);
        others.any(|server| {
            server.node().is_some_and(|node| {
                let obstacle = |voter| self.vote_obstacle(server, node, voter, true);
                node.config().is_voter(server.id)
                    && node.agreement_of(|voter| obstacle(voter).is_none()).decides()
            })
        })
    }

    /// Why a candidate can't get the vote of a server; `with_logs` if the logs are compared too.
    fn vote_obstacle(
        &self,
        candidate: &Server,
        node: &Node,
        voter: NodeId,
        with_logs: bool,
    ) -> Option<ObstacleKind> {
        if voter == candidate.id {
            return None;
        }
        if let Some(kind) = self.unreachable(candidate.id, voter) {
            return Some(kind);
        }
        let server = self.servers.get(&voter)?;
        let other = server.node()?;
        let stays = self.obeys(Rule::PreVote) || self.obeys(Rule::LeaderStickiness);
        if let Some(leader) = other.leader().filter(|leader| *leader != candidate.id && stays)
            && self.leads_and_reaches(leader, other)
        {
            let is_leader = leader == voter;
            return Some(if is_leader { ObstacleKind::Leads } else { ObstacleKind::Hears(leader) });
        }
        let is_newer = other.log().last() > node.log().last();
        // The candidate's own term and vote are written first, then the voter's.
        if self.takes_too_long(candidate.disk.fsync() + server.disk.fsync()) {
            return Some(ObstacleKind::Disk);
        }
        (with_logs && is_newer && self.obeys(Rule::ElectionRestriction))
            .then_some(ObstacleKind::NewerLog)
    }

    /// Whether writing votes takes longer than any candidate waits for them.
    fn takes_too_long(&self, writes: Duration) -> bool {
        self.obeys(Rule::VoteOnDisk) && writes > self.settings.election_timeout_max
    }

    fn leads_and_reaches(&self, leader: NodeId, follower: &Node) -> bool {
        let server = self.servers.get(&leader);
        let leads = server.is_some_and(|server| {
            server.status() == Status::Running && server.node().is_some_and(Node::is_leader)
        });
        leads && (leader == follower.id() || !self.network.is_cut(leader, follower.id()))
    }

    /// As the leader it has entries that are not committed, and the copies in its reach are too few.
    fn copies(&self, server: &Server, node: &Node) -> Option<BlockedOn> {
        if node.commit_index() >= node.log().last_index() {
            return None;
        }
        let limit = self.settings.election_timeout_min;
        let hangs = |server: &Server| server.disk.hangs(self.now, limit);
        let obstacle = |voter: NodeId| {
            if voter != server.id
                && let Some(kind) = self.unreachable(server.id, voter)
            {
                return Some(kind);
            }
            let other = self.servers.get(&voter)?;
            if voter != server.id && self.lost_entries(other).is_some() {
                return Some(ObstacleKind::Lost);
            }
            (self.obeys(Rule::LogOnDisk) && hangs(other)).then_some(ObstacleKind::Disk)
        };
        let in_reach = node.agreement_of(|voter| obstacle(voter).is_none());
        if in_reach.decides() {
            return None;
        }
        let voters = node.config().all_voters();
        let others = grouped(voters.filter_map(|voter| Some((voter, obstacle(voter)?))));
        Some(BlockedOn::Copies { of: Index::after(node.commit_index()), in_reach, others })
    }

    fn learner(&self, node: &Node) -> Option<BlockedOn> {
        let learner = node.awaits_to_catch_up()?;
        let obstacle = self.unreachable(node.id(), learner);
        Some(BlockedOn::Learner { learner, obstacle })
    }

    /// Why one server can't ask another and be answered.
    fn unreachable(&self, one: NodeId, other: NodeId) -> Option<ObstacleKind> {
        let to = self.network.is_cut(one, other);
        let from = self.network.is_cut(other, one);
        match self.servers.get(&other).map_or(Status::Down, Server::status) {
            Status::Down => Some(ObstacleKind::Down),
            Status::Paused => Some(ObstacleKind::Paused),
            Status::Running if to && from => Some(ObstacleKind::OutOfReach),
            Status::Running if to => Some(ObstacleKind::Deaf),
            Status::Running => from.then_some(ObstacleKind::Mute),
        }
    }

    fn obeys(&self, rule: Rule) -> bool {
        self.settings.rules.on(rule)
    }
}

/// The servers with the same obstacle together, in the order in which it comes first.
fn grouped(obstacles: impl Iterator<Item = (NodeId, ObstacleKind)>) -> Vec<Obstacle> {
    let mut groups: Vec<Obstacle> = Vec::new();
    for (node, kind) in obstacles {
        match groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => group.nodes.push(node),
            None => groups.push(Obstacle { kind, nodes: vec![node] }),
        }
    }
    groups.iter_mut().for_each(|group| group.nodes.sort_unstable());
    groups
}

/// A plain sentence.
impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.node;
        match &self.on {
            BlockedOn::Disk(awaited) => write_disk(f, node, *awaited),
            BlockedOn::LostEntries { leader, last } => write!(
                f,
                "{leader} believes that {node} holds the entries up to {last}, which {node} has lost: as long as \
                 {leader} leads this term, {node} gets no entries (§5.3)."
            ),
            BlockedOn::Votes { in_reach, others } => {
                let votes = OfNeeded(*in_reach);
                write!(f, "{node} can't be elected as things are. Votes in its reach: {votes}")?;
                write_obstacles(f, node, others)?;
                write!(f, " (§5.2).")
            }
            BlockedOn::Copies { of, in_reach, others } => {
                let copies = OfNeeded(*in_reach);
                write!(
                    f,
                    "{node} can't commit entry {of} as things are. Copies in its reach: {copies}"
                )?;
                write_obstacles(f, node, others)?;
                write!(f, " (§5.3).")
            }
            BlockedOn::Learner { learner, obstacle } => {
                let kept = match obstacle {
                    Some(ObstacleKind::Down) => ", which is down,",
                    Some(ObstacleKind::Paused) => ", which is paused,",
                    Some(_) => ", which can't be reached,",
                    None => "",
                };
                write!(
                    f,
                    "{node} waits for {learner}{kept} to catch up with its log before {learner} gets a vote \
                     (thesis §4.2.1)."
                )
            }
            BlockedOn::Change(index) => write!(
                f,
                "{node} takes no other change of the members until entry {index}, the last one, is committed \
                 (thesis §4.1)."
            ),
        }
    }
}

fn write_disk(f: &mut fmt::Formatter<'_>, node: NodeId, awaited: Awaited) -> fmt::Result {
    write!(f, "{node} waits for its disk: ")?;
    match awaited {
        Awaited::OwnVote => {
            write!(f, "it asks for votes when its own is on disk, and not before (Figure 2).")
        }
        Awaited::Vote(candidate) => {
            write!(
                f,
                "its vote for {candidate} leaves when it is on disk, and not before (Figure 2)."
            )
        }
        Awaited::OwnCopy => write!(
            f,
            "until its own copy of its entries is on disk, only the copies of others count (thesis §10.2.1)."
        ),
        Awaited::Answer(leader) => write!(
            f,
            "its answer to {leader} leaves when the entries are on disk, and not before (Figure 2)."
        ),
    }
}

/// `; n2 is down; n3 and n4 can't be reached`.
fn write_obstacles(f: &mut fmt::Formatter<'_>, node: NodeId, others: &[Obstacle]) -> fmt::Result {
    others.iter().try_for_each(|obstacle| {
        write!(f, "; ")?;
        write_obstacle(f, node, obstacle)
    })
}

fn write_obstacle(f: &mut fmt::Formatter<'_>, node: NodeId, obstacle: &Obstacle) -> fmt::Result {
    write_nodes(f, &obstacle.nodes)?;
    let verb = |one, many| noun(obstacle.nodes.len() as u64, one, many);
    match obstacle.kind {
        ObstacleKind::Down => write!(f, " {} down", verb("is", "are")),
        ObstacleKind::Paused => write!(f, " {} paused", verb("is", "are")),
        ObstacleKind::OutOfReach => write!(f, " can't be reached"),
        ObstacleKind::Deaf => write!(f, " {} not hear {node}", verb("does", "do")),
        ObstacleKind::Mute => write!(f, " can't answer {node}"),
        ObstacleKind::Disk => write!(f, " {} for a slow disk", verb("waits", "wait")),
        ObstacleKind::Lost => write!(f, " {} lost earlier entries", verb("has", "have")),
        ObstacleKind::Leads => write!(f, " {}", verb("leads", "lead")),
        ObstacleKind::Hears(leader) => {
            write!(f, " {} the leader {leader}", verb("hears", "hear"))
        }
        ObstacleKind::NewerLog => {
            write!(f, " {} than {node}", verb("has a newer log", "have newer logs"))
        }
    }
}

/// `n1`, `n1 and n2`, `n1, n2 and n3`, `12 nodes`.
fn write_nodes(f: &mut fmt::Formatter<'_>, nodes: &[NodeId]) -> fmt::Result {
    const NAMED: usize = 5;
    match nodes {
        [first @ .., before, last] if nodes.len() <= NAMED => {
            first.iter().try_for_each(|node| write!(f, "{node}, "))?;
            write!(f, "{before} and {last}")
        }
        [node] => write!(f, "{node}"),
        nodes => f.write_str(&counted(nodes.len() as u64, "node", "nodes")),
    }
}
