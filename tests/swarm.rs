//! A small swarm of random clusters; `headless swarm` runs larger ones.

use kvorum::check::Property;
use kvorum::raft::Rule;
use kvorum::swarm::{Finding, Search};

#[test]
fn random_clusters_under_random_faults_break_nothing() {
    let mut events = 0;
    for seed in 0..200 {
        let report = Search::default().run(seed);
        events += report.events;
        assert_eq!(report.finding, None, "headless swarm --seeds {seed}..{}", seed + 1);
    }
    assert!(events > 500_000, "something happened: {events} events");
}

/// Seeds that once found a bug: each is kept, so that it never comes back.
#[test]
fn seeds_that_once_found_a_bug_find_none() {
    // 41: a change that was not committed yet was reported as done, and its machine switched off.
    // 874, 4066: the last server with the newest log was not a member any more and did not stand.
    // 2071: a machine that was switched off while it was being added was added all the same.
    // 27242, 43922: a server became a member while the answer that it was none was on its way.
    // 10: a client gave its new session the name of the one before.
    for seed in [10, 41, 874, 2071, 4066, 27242, 43922] {
        assert_eq!(
            Search::default().run(seed).finding,
            None,
            "headless swarm --seeds {seed}..{}",
            seed + 1
        );
    }
}

/// For each rule, the seed of a run that breaks the named property without it.
const BROKEN: &[(Rule, u64, Property)] = &[
    (Rule::ElectionRestriction, 2, Property::LeaderCompleteness),
    (Rule::VoteOnDisk, 1295, Property::ElectionSafety),
    (Rule::LogOnDisk, 177, Property::LeaderCompleteness),
    (Rule::StepDown, 1, Property::ElectionSafety),
    (Rule::TermGrows, 17, Property::ElectionSafety),
    (Rule::ConsistencyCheck, 0, Property::LogMatching),
    (Rule::CurrentTermCommit, 1421, Property::LeaderCompleteness),
    (Rule::MajorityQuorum, 7, Property::ElectionSafety),
    (Rule::JointConsensus, 1, Property::QuorumOverlap),
    (Rule::CommitBeforeChange, 4665, Property::QuorumOverlap),
    (Rule::OneChangeAtATime, 2, Property::QuorumOverlap),
    (Rule::NoOp, 13, Property::Liveness),
    (Rule::ReadConfirmation, 6684, Property::Linearizability),
    (Rule::LeaderStickiness, 171, Property::LeaseSafety),
    (Rule::LeaseDrift, 28, Property::LeaseSafety),
    (Rule::DuplicateSuppression, 0, Property::ExactlyOnce),
    (Rule::SessionsInSnapshots, 0, Property::StateMachineSafety),
    (Rule::RandomTimeouts, 17, Property::Liveness),
    (Rule::PreVote, 74, Property::Liveness),
    (Rule::CheckQuorum, 7, Property::Liveness),
    (Rule::FirstNodeLeads, 1, Property::LeaderCompleteness),
];

#[test]
fn without_a_rule_its_property_falls() {
    for (rule, seed, property) in BROKEN {
        let line = format!("headless swarm --seeds {seed}..{} --rule-off {rule}", seed + 1);
        assert_eq!(rule.about().falls, property.name());
        let Some(Finding::Broken(_, violation)) = Search::for_rule(*rule).run(*seed).finding else {
            panic!("{line} breaks nothing");
        };
        assert_eq!(violation.property, *property, "{line}");
        assert_eq!(Search::default().run(*seed).finding, None, "{line}, but with the rule");
    }
}

/// Whatever rule is off, nothing may panic.
#[test]
fn without_any_one_rule_the_world_goes_on() {
    for about in &Rule::TABLE {
        for seed in 0..5 {
            assert!(Search::for_rule(about.rule).run(seed).events > 0, "{} {seed}", about.name);
        }
    }
}
