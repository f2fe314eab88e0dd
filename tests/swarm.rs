//! A small swarm of random clusters, and shrinking of finds; `headless swarm` runs larger ones.

use kvorum::check::Property;
use kvorum::playground::{Bookmark, Input, Playground, RealTime, Speed};
use kvorum::raft::Rule;
use kvorum::swarm::{Effort, Finding, Search, Shrunk, shrink};

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

/// Seeds that once found a bug are kept, so that it never comes back.
#[test]
fn seeds_that_once_found_a_bug_find_none() {
    // 41: a change that was not committed yet was reported as done, and its machine switched off.
    // 874, 4066: the last server with the newest log was not a member any more and did not stand.
    // 2071: a machine that was switched off while it was being added was added all the same.
    // 27242, 43922: a server became a member while the answer that it was none was on its way.
    // 10: a client gave its new session the name of the one before.
    // 125888: a server that was removed and taken back was switched off by one that knew of no members yet.
    // 123138: a follower far behind came nearer, entry by entry, and was given up too early.
    // 825686: an answer to what a leader had sent in an earlier term counted in the one that it led now.
    // 14203, 36979: a server whose disk had failed while it was paused stopped after everything was mended, and
    // the search did not start it again.
    let seeds = [10, 41, 874, 2071, 4066, 14203, 27242, 36979, 43922, 125888, 123138, 825686];
    for seed in seeds {
        assert_eq!(
            Search::default().run(seed).finding,
            None,
            "headless swarm --seeds {seed}..{}",
            seed + 1
        );
    }
}

/// A follower with a slow disk is always a snapshot behind, and the network duplicates its
/// responses. Once each copy was answered, and the copies of those too, until there were millions.
#[test]
fn copies_of_messages_do_not_beget_more() {
    let events = Search::default().run(24846).events;
    assert!(events < 100_000, "headless swarm --seeds 24846..24847: {events} events");
}

/// For each rule, the seed of a run of at most five servers that breaks the named property without
/// it.
const BROKEN: &[(Rule, u64, Property)] = &[
    (Rule::ElectionRestriction, 2, Property::LeaderCompleteness),
    (Rule::VoteOnDisk, 1295, Property::ElectionSafety),
    (Rule::LogOnDisk, 73, Property::LeaderCompleteness),
    (Rule::StepDown, 1, Property::ElectionSafety),
    (Rule::TermGrows, 17, Property::ElectionSafety),
    (Rule::ConsistencyCheck, 0, Property::LogMatching),
    (Rule::CurrentTermCommit, 2439, Property::LeaderCompleteness),
    (Rule::MajorityQuorum, 7, Property::ElectionSafety),
    (Rule::JointConsensus, 1, Property::QuorumOverlap),
    (Rule::CommitBeforeChange, 4665, Property::QuorumOverlap),
    (Rule::OneChangeAtATime, 4, Property::QuorumOverlap),
    (Rule::NoOp, 20, Property::Liveness),
    (Rule::ReadConfirmation, 2915, Property::Linearizability),
    (Rule::LeaderStickiness, 171, Property::LeaseSafety),
    (Rule::LeaseDrift, 618, Property::LeaseSafety),
    (Rule::DuplicateSuppression, 0, Property::ExactlyOnce),
    (Rule::SessionsInSnapshots, 0, Property::StateMachineSafety),
    (Rule::RandomTimeouts, 93, Property::Liveness),
    (Rule::PreVote, 74, Property::Liveness),
    (Rule::CheckQuorum, 7, Property::Liveness),
    (Rule::FirstNodeLeads, 98, Property::LeaderCompleteness),
];

/// A search without a rule, in clusters small enough for the page.
fn without(rule: Rule) -> Search {
    Search { most_nodes: 5, ..Search::for_rule(rule) }
}

#[test]
fn without_a_rule_its_property_falls() {
    let mut rules: Vec<Rule> = BROKEN.iter().map(|(rule, ..)| *rule).collect();
    rules.sort();
    let mut all: Vec<Rule> = Rule::TABLE.iter().map(|about| about.rule).collect();
    all.sort();
    assert_eq!(rules, all, "each rule has its seed");
    for (rule, seed, property) in BROKEN {
        let line = line(*rule, *seed);
        assert_eq!(rule.about().falls, property.name());
        let Some(Finding::Broken(_, violation)) = without(*rule).run(*seed).finding else {
            panic!("{line} breaks nothing");
        };
        assert_eq!(violation.property, *property, "{line}");
        let sound = Search { switched: Vec::new(), ..without(*rule) };
        assert_eq!(sound.run(*seed).finding, None, "{line}, but with the rule");
    }
}

fn line(rule: Rule, seed: u64) -> String {
    format!("headless swarm --seeds {seed}..{} --rule-off {rule} --most-nodes 5", seed + 1)
}

/// A find is shrunk, and the shrunk run breaks the same property when its link is opened.
#[test]
fn a_find_is_shrunk_and_its_link_breaks_the_same_property() {
    for (rule, seed, property) in BROKEN {
        let line = line(*rule, *seed);
        let (_, recording) = without(*rule).record(*seed);
        let mut sizes = Vec::new();
        let small = shrink(&recording, *property, Effort(1_000_000), |size| sizes.push(size));
        let small = small.unwrap_or_else(|| panic!("{line} breaks when it is played again"));
        let Shrunk { before, after, .. } = small;
        println!("| {rule} | {seed} | {before:?} | {after:?} | {} |", small.tries);
        assert!(after.nodes <= 5 && after.actions <= 30, "{line}: {after:?}");
        assert!((after.nodes, after.actions) <= (before.nodes, before.actions), "{line}");
        assert!(sizes.iter().is_sorted_by(|a, b| (a.nodes, a.actions) >= (b.nodes, b.actions)));
        let is_off = |timed: &kvorum::playground::Timed| {
            timed.action.to_string().starts_with(&format!("rule {rule} "))
        };
        assert!(small.recording.actions.iter().any(is_off), "{line}: still without the rule");

        let playground = opened(&small);
        assert_eq!(playground.digest(), small.digest, "{line}");
        let verdicts = playground.verdicts();
        let verdict = verdicts.iter().find(|verdict| verdict.property == property.name());
        assert!(verdict.is_some_and(|verdict| verdict.broken.is_some()), "{line}");
    }
}

/// A playground in which the find's link was opened.
fn opened(small: &Shrunk) -> Playground {
    let Shrunk { recording, shown, digest, .. } = small.clone();
    let (digest, speed) = (Some(digest), Speed::default());
    let bookmark = Bookmark { recording, shown, done: None, digest, speed };
    let read = Bookmark::parse(&bookmark.to_fragment()).expect("it is a link");
    let mut playground = Playground::new(1, 0);
    playground.apply(Input::Open(Box::new(read.into()))).expect("it can be opened");
    while playground.progress().is_some() {
        playground
            .apply(Input::Advance(RealTime::from_millis(1)))
            .expect("it comes to its instant");
    }
    playground
}

/// A run that breaks nothing is not shrunk.
#[test]
fn a_sound_run_is_not_shrunk() {
    let (report, recording) = Search::default().record(3);
    assert_eq!(report.finding, None);
    let small = shrink(&recording, Property::ElectionSafety, Effort(1_000_000), |_| {});
    assert_eq!(small, None);
}

/// With any rule off nothing may panic.
#[test]
fn without_any_one_rule_nothing_panics() {
    for about in &Rule::TABLE {
        for seed in 0..5 {
            assert!(Search::for_rule(about.rule).run(seed).events > 0, "{} {seed}", about.name);
        }
    }
}
