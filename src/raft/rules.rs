//! Every rule that guards safety or liveness, as a named switch.
//!
//! All guards are on by default. Switching one off lets a person, or the swarm, see what it was good
//! for; such a run is marked as modified for ever. The other direction exists too: a rule that is off
//! by default since it is no Raft, the original store's "the first node in the list leads".

use std::fmt;

/// A rule of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    ElectionRestriction,
    VoteOnDisk,
    LogOnDisk,
    StepDown,
    TermGrows,
    ConsistencyCheck,
    CurrentTermCommit,
    MajorityQuorum,
    JointConsensus,
    CommitBeforeChange,
    OneChangeAtATime,
    NoOp,
    ReadConfirmation,
    LeaderStickiness,
    LeaseDrift,
    DuplicateSuppression,
    SessionsInSnapshots,
    RandomTimeouts,
    PreVote,
    CheckQuorum,
    FirstNodeLeads,
}

/// What is said of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    pub rule: Rule,
    /// Its name in the script language.
    pub name: &'static str,
    /// What it demands, in a few plain words.
    pub title: &'static str,
    /// What it guards, or does.
    pub guards: &'static str,
    /// Where the paper or the thesis has it.
    pub section: &'static str,
    /// The property that falls without it (for `first-node-leads`: with it).
    pub falls: &'static str,
}

const fn about(
    rule: Rule,
    name: &'static str,
    title: &'static str,
    guards: &'static str,
    section: &'static str,
    falls: &'static str,
) -> About {
    About { rule, name, title, guards, section, falls }
}

impl Rule {
    /// The table of all rules, in the order of the enum.
    pub const TABLE: [About; 21] = [
        about(
            Self::ElectionRestriction,
            "election-restriction",
            "Only an up-to-date log can win",
            "no vote for a candidate whose log is less up-to-date",
            "paper 5.4.1",
            "leader-completeness",
        ),
        about(
            Self::VoteOnDisk,
            "vote-on-disk",
            "A vote is written down before it is given",
            "a vote is on disk before it is given",
            "paper Figure 2, persistent state",
            "election-safety",
        ),
        about(
            Self::LogOnDisk,
            "log-on-disk",
            "An entry is written down before it counts",
            "an entry is on disk before it is acknowledged",
            "paper Figure 2, persistent state",
            "leader-completeness",
        ),
        about(
            Self::StepDown,
            "step-down",
            "A higher term ends a leadership",
            "a leader that hears of a higher term becomes a follower",
            "paper 5.1",
            "election-safety",
        ),
        about(
            Self::TermGrows,
            "term-grows",
            "Every candidate begins a new term",
            "every candidacy has a term of its own",
            "paper 5.2",
            "election-safety",
        ),
        about(
            Self::ConsistencyCheck,
            "consistency-check",
            "New entries must fit the log",
            "entries are appended only after the entry that precedes them",
            "paper 5.3",
            "log-matching",
        ),
        about(
            Self::CurrentTermCommit,
            "current-term-commit",
            "A leader commits entries of its own term first",
            "only entries of the leader's own term are committed by counting",
            "paper 5.4.2, Figure 8",
            "leader-completeness",
        ),
        about(
            Self::MajorityQuorum,
            "majority-quorum",
            "Decisions need a majority",
            "elections and commits need more than half of the servers",
            "paper 5.2, 5.3",
            "election-safety",
        ),
        about(
            Self::JointConsensus,
            "joint-consensus",
            "Old and new members decide together",
            "a change of several voters goes through a configuration in which both majorities decide",
            "paper 6, thesis 4.3",
            "quorum-overlap",
        ),
        about(
            Self::CommitBeforeChange,
            "commit-before-change",
            "A new leader commits before it changes members",
            "no membership change before the leader has committed an entry of its own term",
            "correction of 2015 to thesis 4.1",
            "quorum-overlap",
        ),
        about(
            Self::OneChangeAtATime,
            "one-change-at-a-time",
            "Members change one step at a time",
            "a membership change waits until the one before it is committed",
            "thesis 4.1",
            "quorum-overlap",
        ),
        about(
            Self::NoOp,
            "no-op",
            "A new leader writes an empty entry",
            "a leader opens its term with an empty entry",
            "paper 8, thesis 6.4",
            "liveness",
        ),
        about(
            Self::ReadConfirmation,
            "read-confirmation",
            "A read checks that the leader still leads",
            "a leader asks a majority whether it still leads before it answers a read",
            "paper 8, thesis 6.4",
            "linearizability",
        ),
        about(
            Self::LeaderStickiness,
            "leader-stickiness",
            "A leader that is heard is not challenged",
            "no vote, and no new term, for a candidate while a leader is heard",
            "paper 6, thesis 4.2.3",
            "lease-safety",
        ),
        about(
            Self::LeaseDrift,
            "lease-drift",
            "A lease allows for clocks that drift",
            "a lease is shorter than an election timeout by as much as clocks may drift apart",
            "thesis 6.4.1",
            "lease-safety",
        ),
        about(
            Self::DuplicateSuppression,
            "duplicate-suppression",
            "A request that is sent twice counts once",
            "a request that was sent twice is executed once",
            "paper 8, thesis 6.3",
            "exactly-once",
        ),
        about(
            Self::SessionsInSnapshots,
            "sessions-in-snapshots",
            "A snapshot keeps the clients’ sessions",
            "a snapshot holds the clients' sessions, not only the keys",
            "paper 7, thesis 6.3",
            "state-machine-safety",
        ),
        about(
            Self::RandomTimeouts,
            "random-timeouts",
            "Election timeouts are random",
            "election timeouts are chosen at random, so that votes are rarely split",
            "paper 5.2",
            "liveness",
        ),
        about(
            Self::PreVote,
            "prevote",
            "Ask before you stand for election",
            "a server asks whether it could win before it disturbs the others with a new term",
            "thesis 9.6",
            "liveness",
        ),
        about(
            Self::CheckQuorum,
            "check-quorum",
            "A leader without a majority steps down",
            "a leader that hears from no majority for an election timeout steps down",
            "thesis 6.2",
            "liveness",
        ),
        about(
            Self::FirstNodeLeads,
            "first-node-leads",
            "The first node leads, unasked",
            "the original store's election: the first server of the list leads, unasked",
            "none: it is no Raft",
            "leader-completeness",
        ),
    ];

    /// What is said of it.
    pub fn about(self) -> &'static About {
        &Self::TABLE[self as usize]
    }

    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|about| about.name == name).map(|about| about.rule)
    }

    /// Whether it is in force unless somebody switches it.
    pub fn on_by_default(self) -> bool {
        self != Self::FirstNodeLeads
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.about().name)
    }
}

/// Which rules are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    on: u32,
}

impl Default for Rules {
    fn default() -> Self {
        let mut rules = Self { on: 0 };
        for about in &Rule::TABLE {
            rules.set(about.rule, about.rule.on_by_default());
        }
        rules
    }
}

impl Rules {
    /// Whether the rule is in force.
    pub const fn on(self, rule: Rule) -> bool {
        self.on & (1 << rule as u32) != 0
    }

    /// Switches it.
    pub fn set(&mut self, rule: Rule, on: bool) {
        self.on = if on { self.on | (1 << rule as u32) } else { self.on & !(1 << rule as u32) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum_and_names_are_unique() {
        for (at, about) in Rule::TABLE.iter().enumerate() {
            assert_eq!(about.rule as usize, at);
            assert_eq!(Rule::named(about.name), Some(about.rule));
        }
    }

    #[test]
    fn a_switch_changes_one_rule() {
        let mut rules = Rules::default();
        assert!(!rules.on(Rule::FirstNodeLeads));
        rules.set(Rule::NoOp, false);
        assert!(!rules.on(Rule::NoOp) && rules.on(Rule::StepDown));
        rules.set(Rule::NoOp, true);
        assert_eq!(rules, Rules::default());
    }
}
