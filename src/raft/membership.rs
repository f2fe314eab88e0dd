//! Membership changes, one server at a time (thesis, section 4.1).
//!
//! The majorities of two configurations that differ by one server always intersect, so a server can
//! go over to the new one as soon as it has it in its log. The next change must wait until the last
//! is committed, and, as Ongaro's correction of 2015 says, until the leader has committed an entry of
//! its own term.

use super::effects::{Effects, Note, Refusal, StepDown};
use super::log::Log;
use super::message::{Config, Index, NodeId, Payload, Position};
use super::node::Node;
use super::rules::Rule;
use crate::time::Time;

/// A change of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The server becomes a member.
    Add(NodeId),
    /// The server is a member no longer.
    Remove(NodeId),
}

/// The configurations of a server: that of its start, and those in its log.
#[derive(Clone, Debug)]
pub(super) struct Configs {
    initial: Config,
    in_log: Vec<(Index, Config)>,
}

impl Configs {
    pub(super) fn new(initial: Config, log: &Log) -> Self {
        let mut in_log = Vec::new();
        let mut index = Index::FIRST;
        for entry in log.entries() {
            if let Payload::Config(config) = &entry.payload {
                in_log.push((index, config.clone()));
            }
            index = index.next();
        }
        Self { initial, in_log }
    }

    /// The configuration in force: the latest in the log.
    pub(super) fn current(&self) -> &Config {
        self.in_log.last().map_or(&self.initial, |(_, config)| config)
    }

    /// Where the configuration in force stands in the log.
    fn current_index(&self) -> Option<Index> {
        self.in_log.last().map(|(index, _)| *index)
    }
}

impl Node {
    /// The leader's part of a change.
    pub(super) fn change(
        &mut self,
        now: Time,
        change: Change,
        effects: &mut Effects,
    ) -> Result<Position, Refusal> {
        if !self.is_leader() {
            return Err(self.not_leader());
        }
        let committed = self.log.position(self.commit_index);
        let own_term_committed = committed.is_some_and(|last| last.term == self.current_term);
        let waits = !self.config_is_committed() && self.obeys(Rule::OneChangeAtATime)
            || !own_term_committed && self.obeys(Rule::CommitBeforeChange);
        if waits {
            return Err(Refusal::ChangeInProgress);
        }
        // Only a committed configuration may be called "so already": another can still be undone.
        let config = self.config();
        let new = match change {
            Change::Add(id) if config.contains(id) => return Err(Refusal::NoChange),
            Change::Remove(id) if !config.contains(id) => return Err(Refusal::NoChange),
            Change::Add(id) => config.with(id),
            Change::Remove(_) if config.voters().len() == 1 => return Err(Refusal::LastServer),
            Change::Remove(id) => config.without(id),
        };
        let position = self.propose(now, Payload::Config(new), effects)?;
        effects.notes.push(Note::ProposedChange { change, position });
        Ok(position)
    }

    /// Whether the configuration in force is known to be committed.
    pub(super) fn config_is_committed(&self) -> bool {
        self.configs.current_index() <= self.commit_index
    }

    /// A configuration has come into the log at `index`, and is in force.
    pub(super) fn adopt_config(&mut self, index: Index, config: Config) {
        self.configs.in_log.push((index, config));
    }

    /// The log lost its entries from `index` on, so an earlier configuration is in force again.
    pub(super) fn forget_configs_from(&mut self, index: Index) {
        self.configs.in_log.retain(|(at, _)| *at < index);
    }

    /// The commit index grew: a leader that is no longer a member steps down once the configuration
    /// without it is committed (thesis, section 4.2.2).
    pub(super) fn after_commit(&mut self, effects: &mut Effects) {
        if self.is_leader() && self.config_is_committed() && !self.config().contains(self.id) {
            self.become_follower(None, StepDown::Removed, effects);
        }
    }
}
