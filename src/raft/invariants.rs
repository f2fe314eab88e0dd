//! What a server asserts of itself, and what of Raft each of it rests on.
//!
//! An assertion is skipped only where a rule that it rests on was ever off, or a disk lost data: the damage
//! may show long after. A run in which only rules for liveness were off asserts everything.

use super::rules::{Rule, Rules};

/// What holds at every server at all times, as long as Raft is what is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Invariant {
    /// A term has one leader at most (paper, section 5.2: Election Safety).
    OneLeader,
    /// Terms never decrease along a log (paper, section 5.3).
    SortedTerms,
    /// What is committed here is in this log and stays in it (paper, section 5.4: Leader Completeness).
    CommittedStays,
}

/// All rules that guard safety of the consensus itself. Each of them keeps a committed configuration in
/// force, too, and so keeps any two majorities from missing each other.
const SAFETY: &[Rule] = &[
    Rule::ElectionRestriction,
    Rule::VoteOnDisk,
    Rule::LogOnDisk,
    Rule::StepDown,
    Rule::TermGrows,
    Rule::ConsistencyCheck,
    Rule::CurrentTermCommit,
    Rule::MajorityQuorum,
    Rule::JointConsensus,
    Rule::CommitBeforeChange,
    Rule::OneChangeAtATime,
    Rule::FirstNodeLeads,
];

impl Invariant {
    /// The rules that it rests on.
    const fn rests_on(self) -> &'static [Rule] {
        match self {
            Self::OneLeader | Self::CommittedStays => SAFETY,
            // A leader appends its own term, which is never lower than its log's last one; everybody else has
            // the leader's log up to where the two agree, and what the leader has after that.
            Self::SortedTerms => &[Rule::ConsistencyCheck],
        }
    }

    /// Whether it rests on disks that keep what they were given.
    const fn rests_on_disks(self) -> bool {
        match self {
            Self::OneLeader | Self::CommittedStays => true,
            Self::SortedTerms => false,
        }
    }
}

/// What of Raft was ever done without in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lapses {
    /// A bit for each rule that was ever other than Raft has it.
    rules: u32,
    /// Whether a disk ever lost what it had been given.
    disks: bool,
}

impl Lapses {
    /// From now on these rules are in force.
    pub fn add_rules(&mut self, rules: Rules) {
        for about in &Rule::TABLE {
            if rules.on(about.rule) != about.rule.on_by_default() {
                self.rules |= 1 << about.rule as u32;
            }
        }
    }

    /// A disk has lost what it had been given.
    pub fn add_lost_disk(&mut self) {
        self.disks = true;
    }

    /// Whether all was done as Raft has it.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether the invariant can be counted on all the same.
    pub(super) fn spare(self, invariant: Invariant) -> bool {
        let fell = |rule: &Rule| self.rules & (1 << *rule as u32) != 0;
        !(invariant.rests_on().iter().any(fell) || self.disks && invariant.rests_on_disks())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Invariant; 3] =
        [Invariant::OneLeader, Invariant::SortedTerms, Invariant::CommittedStays];

    #[test]
    fn a_rule_silences_what_rests_on_it_and_nothing_else() {
        assert!(ALL.iter().all(|invariant| Lapses::default().spare(*invariant)));
        for about in &Rule::TABLE {
            let mut rules = Rules::default();
            rules.set(about.rule, !about.rule.on_by_default());
            let mut lapses = Lapses::default();
            lapses.add_rules(rules);
            // It was so once: that it is back in force undoes nothing.
            lapses.add_rules(Rules::default());
            assert!(!lapses.is_empty());
            for invariant in ALL {
                let rests = invariant.rests_on().contains(&about.rule);
                assert_eq!(lapses.spare(invariant), !rests, "{}, {invariant:?}", about.name);
            }
        }
    }

    #[test]
    fn a_rule_that_guards_liveness_or_reads_alone_silences_nothing() {
        let others =
            ["liveness", "linearizability", "lease-safety", "exactly-once", "state-machine-safety"];
        for about in &Rule::TABLE {
            let guards = SAFETY.contains(&about.rule);
            assert_eq!(guards, !others.contains(&about.falls), "{}", about.name);
        }
    }

    #[test]
    fn a_lost_disk_leaves_the_order_of_terms() {
        let mut lapses = Lapses::default();
        lapses.add_lost_disk();
        let spared: Vec<_> = ALL.into_iter().filter(|one| lapses.spare(*one)).collect();
        assert_eq!(spared, [Invariant::SortedTerms]);
    }
}
