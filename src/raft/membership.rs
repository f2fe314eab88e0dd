//! Membership changes (paper, section 6; thesis, chapter 4).
//!
//! A new server comes as a learner, which gets the log and is not counted, until it has caught up. A
//! change of one voter goes over at once: the majorities of the two configurations always intersect
//! (thesis 4.1). A change of more goes through a joint configuration, in which both the old and the new
//! majority must agree (thesis 4.3); once that is committed the leader goes on to the new one. Either
//! way a configuration is in force from the moment it is in the log, and the next change must wait
//! until the last is committed and, as Ongaro's correction of 2015 says, until the leader has committed
//! an entry of its own term.

use super::config::Config;
use super::effects::{Effects, Note, Refusal, StepDown};
use super::leader::Pace;
use super::log::Log;
use super::message::{Index, NodeId, Payload, Position};
use super::node::{Node, Role};
use super::rules::Rule;
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
                Self::Remove(id) => !config.contains(*id),
                Self::Members(voters) => *config.voters() == *Config::new(voters.clone()).voters(),
            }
    }

    /// The servers that it takes in, if they are not in already.
    pub fn wanted(&self) -> &[NodeId] {
        match self {
            Self::Add(id) | Self::Learn(id) => std::slice::from_ref(id),
            Self::Remove(_) => &[],
            Self::Members(voters) => voters,
        }
    }
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
    /// The leader's part of a change: proposes the next step towards it.
    pub(super) fn change(
        &mut self,
        now: Time,
        change: &Change,
        effects: &mut Effects,
    ) -> Result<Position, Refusal> {
        if !self.is_leader() {
            return Err(self.not_leader());
        }
        let goal = match &self.role {
            Role::Leader(leader) => leader.goal.as_ref(),
            _ => None,
        };
        if goal == Some(change) {
            return Err(Refusal::ChangeInProgress);
        }
        self.next_step(now, change, effects)
    }

    /// Proposes the next configuration on the way to what `change` wants, and remembers whether there is
    /// more to do then.
    fn next_step(
        &mut self,
        now: Time,
        change: &Change,
        effects: &mut Effects,
    ) -> Result<Position, Refusal> {
        let waits = !self.config_is_committed() && self.obeys(Rule::OneChangeAtATime)
            || !self.has_committed_own_term() && self.obeys(Rule::CommitBeforeChange);
        if waits {
            return Err(Refusal::ChangeInProgress);
        }
        let next = self.next_config(change);
        let is_last = match &next {
            Ok(config) => change.is_done(config),
            Err(refusal) => !matches!(refusal, Refusal::CatchingUp(_)),
        };
        if let Role::Leader(leader) = &mut self.role {
            leader.goal = (!is_last).then(|| change.clone());
        }
        let config = next?;
        let position = self.propose(now, Payload::Config(config.clone()), effects)?;
        effects.notes.push(Note::ProposedConfig { config, position });
        Ok(position)
    }

    /// Goes on with a change that takes several steps, as far as it can go by now.
    pub(super) fn pursue_goal(&mut self, now: Time, effects: &mut Effects) {
        let Role::Leader(leader) = &self.role else { return };
        if leader.goal.is_some()
            && leader.transfer.is_none()
            && self.config_is_committed()
            && let Some(goal) = leader.goal.clone()
        {
            let _not_yet = self.next_step(now, &goal, effects);
        }
    }

    /// The next configuration on the way to what `change` wants.
    fn next_config(&self, change: &Change) -> Result<Config, Refusal> {
        let config = self.config();
        // Only a committed configuration may be called "so already": another can still be undone.
        if change.is_done(config) {
            return Err(Refusal::NoChange);
        }
        if config.is_joint() && self.obeys(Rule::OneChangeAtATime) {
            return Err(Refusal::ChangeInProgress);
        }
        let target = match change {
            Change::Learn(id) => return Ok(config.with_learners([*id])),
            Change::Remove(id) if config.is_learner(*id) => return Ok(config.without(*id)),
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
            return Ok(config.with_learners(strangers));
        }
        if let Some(behind) = target.voters().iter().find(|id| !self.has_caught_up(**id)) {
            return Err(Refusal::CatchingUp(*behind));
        }
        let changed =
            |one: &[NodeId], other: &[NodeId]| one.iter().filter(|id| !other.contains(id)).count();
        let (old, new) = (config.voters(), target.voters());
        let one_at_most = changed(old, new) + changed(new, old) <= 1;
        let next = config.joint_with(new.iter().copied());
        let direct = one_at_most || !self.obeys(Rule::JointConsensus);
        Ok(if direct { next.after_joint() } else { next })
    }

    /// Whether the server votes already, or could without slowing the others down (thesis 4.2.1).
    fn has_caught_up(&self, id: NodeId) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        self.config().is_voter(id)
            || leader.followers.get(&id).is_some_and(|progress| {
                progress.pace == Pace::Pipeline && progress.match_index >= self.commit_index
            })
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
        self.pursue_goal(now, effects);
        if self.config().is_joint() && self.config_is_committed() {
            let config = self.config().after_joint();
            if let Ok(position) = self.propose(now, Payload::Config(config.clone()), effects) {
                effects.notes.push(Note::ProposedConfig { config, position });
            }
        } else if self.config_is_committed() && !self.config().is_voter(self.id) {
            self.become_follower(None, StepDown::Removed, effects);
        }
    }
}
