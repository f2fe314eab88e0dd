//! Membership changes (paper, section 6; thesis, chapter 4).
//!
//! A new server comes as a learner, which gets the log and is not counted, until it has caught up. A
//! change of one voter goes over at once: the majorities of the two configurations always intersect
//! (thesis 4.1). A change of more goes through a joint configuration, in which both the old and the new
//! majority must agree (thesis 4.3); once that is committed the leader goes on to the new one. Either
//! way a configuration is in force from the moment it is in the log, and the next change must wait
//! until the last is committed and, as Ongaro's correction of 2015 says, until the leader has committed
//! an entry of its own term.

use std::fmt;

use super::config::Config;
use super::effects::{Effects, Note, Refusal, StepDown};
use super::leader::ProgressState;
use super::log::Log;
use super::message::{Index, NodeId, Payload, Position};
use super::node::{Node, Role};
use super::rules::Rule;
use super::transfer::TransferEnd;
use crate::time::Time;

/// A change of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The server becomes a voter, and a learner before that.
    Add(NodeId),
    /// The server becomes a learner and stays one.
    Learn(NodeId),
    /// The server is a member no longer.
    Remove(NodeId),
    /// The voter becomes a learner and stays one: it gets the log, and is not counted.
    Demote(NodeId),
    /// These are to be the voters.
    Members(Vec<NodeId>),
}

impl Change {
    /// Whether the configuration is as the change wants it.
    pub fn is_done(&self, config: &Config) -> bool {
        !config.is_joint()
            && match self {
                Self::Add(id) => config.is_voter(*id),
                Self::Learn(id) => config.contains(*id),
                Self::Demote(id) => config.is_learner(*id),
                Self::Remove(id) => !config.contains(*id),
                Self::Members(voters) => *config.voters() == *Config::new(voters.clone()).voters(),
            }
    }

    /// The servers that it takes in, if they are not in already.
    pub fn wanted(&self) -> &[NodeId] {
        match self {
            Self::Add(id) | Self::Learn(id) => std::slice::from_ref(id),
            Self::Remove(_) | Self::Demote(_) => &[],
            Self::Members(voters) => voters,
        }
    }

    /// The servers that it names.
    pub fn named(&self) -> &[NodeId] {
        match self {
            Self::Add(id) | Self::Learn(id) | Self::Remove(id) | Self::Demote(id) => {
                std::slice::from_ref(id)
            }
            Self::Members(voters) => voters,
        }
    }

    /// Whether it wants the server to vote; `None` where it leaves that as it is.
    fn wants_vote_of(&self, id: NodeId) -> Option<bool> {
        match self {
            Self::Add(own) => (*own == id).then_some(true),
            Self::Learn(_) => None,
            Self::Remove(own) | Self::Demote(own) => (*own == id).then_some(false),
            Self::Members(voters) => Some(voters.contains(&id)),
        }
    }

    /// Whether no configuration can be as both want it.
    fn contradicts(&self, other: &Self) -> bool {
        let differs = |id: &NodeId| {
            let wanted = (self.wants_vote_of(*id), other.wants_vote_of(*id));
            matches!(wanted, (Some(one), Some(other)) if one != other)
        };
        self.named().iter().chain(other.named()).any(differs)
    }
}

/// As the script language writes it.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add(node) => write!(f, "add {node}"),
            Self::Learn(node) => write!(f, "add {node} learner"),
            Self::Remove(node) => write!(f, "remove {node}"),
            Self::Demote(node) => write!(f, "demote {node}"),
            Self::Members(voters) => {
                write!(f, "members")?;
                voters.iter().try_for_each(|voter| write!(f, " {voter}"))
            }
        }
    }
}

/// How the leader has taken a change on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Its first step, which may be the only one, stands here in the log.
    Proposed(Position),
    /// Its next step is proposed as soon as this server has learned the log (thesis, section 4.2.1).
    CatchingUp(NodeId),
}

/// The next step towards what a change wants.
enum NextStep {
    Propose(Config),
    CatchUp(NodeId),
}

/// The configurations of a server: the one that holds before its log, and those in its log.
#[derive(Clone, Debug)]
pub(super) struct Configs {
    /// With the index that it was in force at, where that was compacted.
    initial: (Option<Index>, Config),
    in_log: Vec<(Index, Config)>,
}

impl Configs {
    /// The configurations of a server that starts with this log, where `initial` held at an index, or
    /// holds before the first.
    pub(super) fn new(initial: (Option<Index>, Config), log: &Log) -> Self {
        let mut in_log = Vec::new();
        let mut index = log.first_index();
        for entry in log.entries() {
            if let Payload::Config(config) = &entry.payload
                && Some(index) > initial.0
            {
                in_log.push((index, config.clone()));
            }
            index = index.next();
        }
        Self { initial, in_log }
    }

    /// The configuration in force: the latest in the log.
    pub(super) fn current(&self) -> &Config {
        self.in_log.last().map_or(&self.initial.1, |(_, config)| config)
    }

    /// The configuration that was in force before the current one.
    fn previous(&self) -> &Config {
        let before = self.in_log.len().checked_sub(2).and_then(|at| self.in_log.get(at));
        before.map_or(&self.initial.1, |(_, config)| config)
    }

    /// The configuration that was in force at `index`.
    pub(super) fn as_of(&self, index: Index) -> &Config {
        let before = self.in_log.iter().rev().find(|(at, _)| *at <= index);
        before.map_or(&self.initial.1, |(_, config)| config)
    }

    /// A snapshot has taken the place of the log up to `index`, where `config` was in force.
    pub(super) fn rebase(&mut self, index: Index, config: Config) {
        self.in_log.retain(|(at, _)| *at > index);
        self.initial = (Some(index), config);
    }

    /// Where the configuration in force stands in the log.
    fn current_index(&self) -> Option<Index> {
        self.in_log.last().map_or(self.initial.0, |(index, _)| Some(*index))
    }
}

impl Node {
    /// The changes of the membership of which not all steps are done, as far as this server goes on with
    /// them as the leader.
    pub fn goals(&self) -> &[Change] {
        match &self.role {
            Role::Leader(leader) => &leader.goals,
            _ => &[],
        }
    }

    /// The leader's part of a change: takes the first step towards it, and remembers it until all are
    /// done. A refused one changes nothing, now or later; an accepted one ends those under way that want
    /// the contrary.
    pub(super) fn change(
        &mut self,
        now: Time,
        change: &Change,
        effects: &mut Effects,
    ) -> Result<Accepted, Refusal> {
        let Role::Leader(leader) = &self.role else { return Err(self.not_leader()) };
        if leader.goals.contains(change) {
            return Err(Refusal::ChangeInProgress);
        }
        let handed_over = leader.transfer.is_some();
        let accepted = self.next_step(now, change, effects)?;
        if let Role::Leader(leader) = &mut self.role {
            leader.goals.retain(|goal| {
                let ends = goal.contradicts(change);
                if ends {
                    let (ended, by) = (goal.clone(), change.clone());
                    effects.notes.push(Note::ChangeEnded { ended, by });
                }
                !ends
            });
            leader.goals.push(change.clone());
        }
        self.forget_reached_goals();
        if handed_over {
            // It has ended the transfer, which others may have waited for.
            self.after_commit(now, effects);
        }
        Ok(accepted)
    }

    /// Takes the next step on the way to what `change` wants, or tells what it waits for.
    fn next_step(
        &mut self,
        now: Time,
        change: &Change,
        effects: &mut Effects,
    ) -> Result<Accepted, Refusal> {
        let waits = !self.config_is_committed() && self.obeys(Rule::OneChangeAtATime)
            || !self.has_committed_own_term() && self.obeys(Rule::CommitBeforeChange);
        if waits {
            return Err(Refusal::ChangeInProgress);
        }
        let step = self.next_config(change)?;
        // A server that is to vote no longer is not handed over to.
        let names = |to| change.wants_vote_of(to) == Some(false);
        if self.transfer().is_some_and(|transfer| names(transfer.to)) {
            self.end_transfer(TransferEnd::LosesVote, effects);
        }
        self.check_open()?;
        match step {
            NextStep::CatchUp(id) => Ok(Accepted::CatchingUp(id)),
            NextStep::Propose(config) => {
                let position = self.propose(now, Payload::Config(config.clone()), effects)?;
                effects.notes.push(Note::ProposedConfig { config, position });
                Ok(Accepted::Proposed(position))
            }
        }
    }

    /// Goes on with the changes that take several steps, as far as it can go by now. One that waits for a
    /// server to catch up holds no other up.
    pub(super) fn pursue_goals(&mut self, now: Time, effects: &mut Effects) {
        let Role::Leader(leader) = &self.role else { return };
        if leader.goals.is_empty() || leader.transfer.is_some() || !self.config_is_committed() {
            return;
        }
        for goal in leader.goals.clone() {
            if !matches!(self.next_step(now, &goal, effects), Ok(Accepted::CatchingUp(_))) {
                break;
            }
        }
        self.forget_reached_goals();
    }

    /// Forgets the changes whose last step is in the log.
    fn forget_reached_goals(&mut self) {
        let config = self.configs.current();
        if let Role::Leader(leader) = &mut self.role {
            leader.goals.retain(|goal| !goal.is_done(config));
        }
    }

    /// The next step on the way to what `change` wants.
    fn next_config(&self, change: &Change) -> Result<NextStep, Refusal> {
        let config = self.config();
        // Only a committed configuration may be called "so already": another can still be undone.
        if change.is_done(config) {
            return Err(Refusal::NoChange);
        }
        if config.is_joint() && self.obeys(Rule::OneChangeAtATime) {
            return Err(Refusal::ChangeInProgress);
        }
        let target = match change {
            Change::Learn(id) => return Ok(NextStep::Propose(config.with_learners([*id]))),
            Change::Remove(id) if config.is_learner(*id) => {
                return Ok(NextStep::Propose(config.without(*id)));
            }
            Change::Demote(id) if !config.is_voter(*id) => return Err(Refusal::NotVoter(*id)),
            // One voter less: the two majorities intersect (thesis 4.1).
            Change::Demote(id) => match config.demoted(*id) {
                config if config.voters().is_empty() => return Err(Refusal::LastServer),
                config => return Ok(NextStep::Propose(config)),
            },
            Change::Add(id) => config.with_voter(*id),
            Change::Remove(id) => config.without(*id),
            Change::Members(voters) => Config::new(voters.clone()),
        };
        if target.voters().is_empty() {
            return Err(Refusal::LastServer);
        }
        let strangers: Vec<NodeId> =
            target.voters().iter().copied().filter(|id| !config.contains(*id)).collect();
        if !strangers.is_empty() {
            return Ok(NextStep::Propose(config.with_learners(strangers)));
        }
        if let Some(behind) = target.voters().iter().find(|id| !self.has_caught_up(**id)) {
            return Ok(NextStep::CatchUp(*behind));
        }
        let changed =
            |one: &[NodeId], other: &[NodeId]| one.iter().filter(|id| !other.contains(id)).count();
        let (old, new) = (config.voters(), target.voters());
        let one_at_most = changed(old, new) + changed(new, old) <= 1;
        let next = config.joint_with(new.iter().copied());
        let direct = one_at_most || !self.obeys(Rule::JointConsensus);
        Ok(NextStep::Propose(if direct { next.after_joint() } else { next }))
    }

    /// Whether the server votes already, or could without slowing the others down (thesis 4.2.1).
    fn has_caught_up(&self, id: NodeId) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        self.config().is_voter(id)
            || leader.followers.get(&id).is_some_and(|progress| {
                progress.state == ProgressState::Pipeline
                    && progress.match_index >= self.commit_index
            })
    }

    /// As the leader, where all is committed of its changes that is in its log: the server that it waits for,
    /// before the next step of a change (thesis, section 4.2.1).
    pub fn awaits_to_catch_up(&self) -> Option<NodeId> {
        self.goals().iter().find_map(|goal| match self.next_config(goal) {
            Ok(NextStep::CatchUp(id)) if self.config_is_committed() => Some(id),
            _ => None,
        })
    }

    /// Where the configuration in force stands in the log, as long as that is not known to be committed.
    pub fn pending_config(&self) -> Option<Index> {
        self.configs.current_index().filter(|_| !self.config_is_committed())
    }

    /// Whether the configuration in force is known to be committed.
    pub(super) fn config_is_committed(&self) -> bool {
        self.configs.current_index() <= self.commit_index
    }

    /// Whether the server votes, or did until a change that is not committed yet (thesis, section
    /// 4.2.2: the others may need it until then, since its log may be the newest).
    pub(super) fn counts_as_voter(&self) -> bool {
        self.config().is_voter(self.id)
            || !self.config_is_committed() && self.configs.previous().is_voter(self.id)
    }

    /// A configuration has come into the log at `index`, and is in force.
    pub(super) fn adopt_config(&mut self, index: Index, config: Config) {
        self.configs.in_log.push((index, config));
    }

    /// The log lost its entries from `index` on, so an earlier configuration is in force again.
    pub(super) fn forget_configs_from(&mut self, index: Index) {
        self.configs.in_log.retain(|(at, _)| *at < index);
    }

    /// The commit index grew. A leader goes on from a committed joint configuration to the new one, and
    /// steps down once a configuration without it is committed (thesis, section 4.2.2).
    pub(super) fn after_commit(&mut self, now: Time, effects: &mut Effects) {
        if !self.is_leader() || !self.config_is_committed() {
            return;
        }
        self.pursue_goals(now, effects);
        if self.config().is_joint() && self.config_is_committed() {
            let config = self.config().after_joint();
            if let Ok(position) = self.propose(now, Payload::Config(config.clone()), effects) {
                effects.notes.push(Note::ProposedConfig { config, position });
            }
        } else if self.config_is_committed() && !self.config().is_voter(self.id) {
            let learns = self.config().is_learner(self.id);
            let why = if learns { StepDown::Demoted } else { StepDown::Removed };
            self.become_follower(None, why, effects);
        }
    }
}
