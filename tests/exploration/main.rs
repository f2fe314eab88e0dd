//! Exhaustive exploration of all schedules of a small cluster: the real `raft::Node` under the
//! model checker `stateright`.
//!
//! Messages may arrive in any order, any number of times, or never. At any moment an election timer
//! may expire, a disk may finish its write, a client may propose a command, a leader may send a
//! heartbeat or be asked for a membership change, and a server may crash and restart from its disk.
//! With all rules on no property breaks; with a rule switched a nearest counterexample must be
//! found for the property that [`Rule::TABLE`] names.
//!
//! Time is abstracted away: the rules that depend on it (pre-vote, check-quorum, leader stickiness)
//! serve liveness and leases and are off here, so that every order of events is possible. The
//! bounds of the state space are in [`Small`]. If a counterexample is far from the initial state,
//! the exploration begins near it, with prepared disks or after an election. Snapshots and reads
//! are left out.
#![cfg(not(target_arch = "wasm32"))]

mod model;
mod server;

use std::collections::BTreeSet;

use kvorum::raft::{Change, Config, Durable, Entry, Log, NodeId, Payload, Rule, Term};
use model::Small;
use server::entry;
use stateright::{Checker, HasDiscoveries, Model};

/// Explores everything: no property may break. Returns the number of states.
fn explore(small: Small) -> usize {
    let checker = small.checker().spawn_bfs().join();
    for (name, path) in checker.discoveries() {
        println!("{name} falls after {:#?}", path.into_actions());
    }
    println!("{} states, {} steps deep", checker.unique_state_count(), checker.max_depth());
    assert_eq!(checker.discoveries().into_keys().collect::<Vec<_>>(), [""; 0]);
    checker.unique_state_count()
}

/// Whether the property breaks within a limited number of states, the nearest first.
fn falls(property: &'static str, small: Small) -> bool {
    const MOST_STATES: usize = 2_000_000;
    let wanted = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = small.checker().finish_when(wanted).target_state_count(MOST_STATES);
    let checker = checker.spawn_bfs().join();
    let found = checker.discovery(property);
    if let Some(path) = &found {
        println!("{property} falls after {:#?}", path.clone().into_actions());
    }
    println!("{} states", checker.unique_state_count());
    found.is_some()
}

/// A disk in this term, with entries of these terms.
fn disk(term: u64, log: &[u64]) -> Durable {
    let log = Log::new(None, log.iter().copied().map(entry).collect());
    Durable { current_term: Term(term), log, ..Durable::default() }
}

/// The longest test; its name makes it start first.
#[test]
fn a_committed_entry_outlives_every_crash_and_the_next_election() {
    let states = explore(Small { elected: true, timeouts: 1, crashes: 1, ..Small::new(None) });
    assert!(states > 1_500_000, "{states} states");
}

#[test]
fn every_order_of_two_elections_and_a_crash_has_one_leader_a_term() {
    let states = explore(Small { proposals: 0, crashes: 1, ..Small::new(None) });
    assert!(states > 250_000, "{states} states");
}

#[test]
fn every_order_of_a_proposal_and_a_crash_loses_nothing() {
    let states = explore(Small { crashes: 1, most_terms: 1, ..Small::new(None) });
    assert!(states > 40_000, "{states} states");
}

/// Heartbeats tell the followers what is committed, and detect what they have lost.
#[test]
fn every_order_of_a_proposal_a_heartbeat_and_two_crashes_loses_nothing() {
    let bounds =
        Small { elected: true, timeouts: 0, heartbeats: 1, crashes: 2, ..Small::new(None) };
    let states = explore(bounds);
    assert!(states > 150_000, "{states} states");
}

/// Messages of the first election are repeated while n1, maybe after a crash, and another server
/// start new elections.
#[test]
fn old_votes_elect_nobody() {
    let bounds = Small { elected: true, proposals: 0, crashes: 1, ..Small::new(None) };
    let states = explore(bounds);
    assert!(states > 45_000, "{states} states");
}

/// n2 has an entry that no leader knows, and heartbeats carry a commit index that covers it.
#[test]
fn an_entry_that_was_not_compared_is_not_committed() {
    let beginning = vec![disk(1, &[]), disk(1, &[1]), disk(1, &[])];
    let states = explore(Small { beginning, timeouts: 1, heartbeats: 1, ..Small::new(None) });
    assert!(states > 230_000, "{states} states");
}

#[test]
fn every_order_of_repairing_three_different_logs_makes_them_match() {
    let beginning = vec![disk(3, &[1, 2]), disk(3, &[1]), disk(3, &[1, 3])];
    let bounds = Small { most_terms: 4, longest_log: 3, timeouts: 1, ..Small::new(None) };
    let states = explore(Small { beginning, ..bounds });
    assert!(states > 20_000, "{states} states");
}

#[test]
fn without_majorities_two_lead_a_term() {
    let bounds = |off| Small { proposals: 0, ..Small::new(off) };
    assert!(falls("election-safety", bounds(Some(Rule::MajorityQuorum))));
}

#[test]
fn without_growing_terms_a_server_votes_twice_and_two_lead_a_term() {
    let bounds = || Small {
        proposals: 0,
        beginning: vec![disk(1, &[]); 3],
        ..Small::new(Some(Rule::TermGrows))
    };
    assert!(falls("one-vote", bounds()));
    assert!(falls("election-safety", bounds()));
}

#[test]
fn without_votes_on_disk_a_crash_lets_a_server_vote_twice_and_two_lead_a_term() {
    let bounds =
        || Small { proposals: 0, crashes: 1, most_terms: 1, ..Small::new(Some(Rule::VoteOnDisk)) };
    assert!(falls("one-vote", bounds()));
    assert!(falls("election-safety", bounds()));
}

#[test]
fn without_stepping_down_two_lead_a_term() {
    let bounds = Small { proposals: 0, ..Small::new(Some(Rule::StepDown)) };
    assert!(falls("election-safety", bounds));
}

#[test]
fn without_the_election_restriction_a_leader_lacks_what_is_committed() {
    let bounds = Small::new(Some(Rule::ElectionRestriction));
    assert!(falls("leader-completeness", bounds));
}

/// The paper's Figure 8, from (b) on: n1 has an entry of term 1 that n2 has too, n3 one of term 2.
#[test]
fn without_the_current_term_rule_figure_8_happens() {
    let beginning = vec![disk(2, &[1]), disk(2, &[]), disk(2, &[2])];
    let off = Some(Rule::CurrentTermCommit);
    let bounds = Small { most_terms: 4, proposals: 0, beginning, ..Small::new(off) };
    assert!(falls("leader-completeness", bounds));
}

/// n1 is leader. A server that has acknowledged its entry and forgets it helps another to win
/// without it. From the first election on, that would be too far to explore.
#[test]
fn without_the_log_on_disk_a_crash_loses_what_is_committed() {
    let off = Some(Rule::LogOnDisk);
    let bounds = || Small { elected: true, timeouts: 1, crashes: 1, ..Small::new(off) };
    assert!(falls("leader-completeness", bounds()));
}

/// Only n1 has the first entry; others would accept what it appends as a leader without having
/// that.
#[test]
fn without_the_consistency_check_logs_differ() {
    let beginning = vec![disk(1, &[1]), disk(1, &[]), disk(1, &[])];
    let off = Some(Rule::ConsistencyCheck);
    let bounds = Small { proposals: 2, timeouts: 1, longest_log: 3, beginning, ..Small::new(off) };
    assert!(falls("log-matching", bounds));
}

/// The others commit n1's entry, n1 loses it in a crash, and becomes leader again.
#[test]
fn where_the_first_node_leads_it_may_lack_what_is_committed() {
    let bounds = Small { crashes: 1, ..Small::new(Some(Rule::FirstNodeLeads)) };
    assert!(falls("leader-completeness", bounds));
}

/// n1 is leader and is asked for these changes while another server starts an election.
fn changing(switched: Option<Rule>, changes: &[Change]) -> Small {
    let changes = changes.to_vec();
    let small = Small { timeouts: 1, proposals: 0, changes, ..Small::new(switched) };
    Small { elected: true, no_op: true, ..small }
}

/// In the table, quorum-overlap is about two configurations; this tests the consequence of breaking
/// it.
fn breaks_a_change(rule: Rule, small: impl Fn(Option<Rule>) -> Small, least_states: usize) {
    assert!(falls("leader-completeness", small(Some(rule))));
    let states = explore(small(None));
    assert!(states > least_states, "{states} states");
}

#[test]
fn without_joint_consensus_a_change_of_two_servers_splits_the_cluster() {
    let to_one = [Change::Members(vec![NodeId(1)])];
    breaks_a_change(Rule::JointConsensus, |off| changing(off, &to_one), 250_000);
}

#[test]
fn without_waiting_for_the_change_before_two_changes_split_the_cluster() {
    let to_one = [Change::Remove(NodeId(3)), Change::Remove(NodeId(2))];
    breaks_a_change(Rule::OneChangeAtATime, |off| changing(off, &to_one), 100_000);
}

/// The correction of 2015: n2 has removed n4 in an earlier term, and told no one. n1 is leader by
/// the votes of n3 and n4, and removes n2. The majorities of the two changes are disjoint. With the
/// rule on n1 is refused, since it has committed nothing in its term.
#[test]
fn without_a_commit_before_a_change_two_leaders_changes_split_the_cluster() {
    let config = Payload::Config(Config::new([1, 2, 3].map(NodeId)));
    let removed = Log::new(None, vec![Entry { term: Term(1), payload: config }]);
    let unheard = Durable { current_term: Term(1), log: removed, ..Durable::default() };
    let beginning = vec![disk(1, &[]), unheard, disk(1, &[]), disk(1, &[])];
    let bounds = |off| {
        let small = changing(off, &[Change::Remove(NodeId(2))]);
        Small { no_op: false, most_terms: 3, beginning: beginning.clone(), ..small }
    };
    breaks_a_change(Rule::CommitBeforeChange, bounds, 20_000);
}
