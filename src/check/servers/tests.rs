//! For each property a history that must be rejected, and a sound one.

use super::*;
use crate::raft::Transfer;

fn config(voters: &[u32]) -> Config {
    Config::new(voters.iter().copied().map(NodeId))
}

fn at(millis: u64) -> Time {
    Time::from_micros(millis * 1_000)
}

/// A server of `config` in `term`, leading or not.
fn sees<'a>(node: u32, term: u64, leads: bool, config: &'a Config) -> Observation<'a> {
    Observation { is_leader: leads, ..Observation::blank(NodeId(node), Term(term), config) }
}

fn property(result: Result<(), Violation>) -> Option<Property> {
    result.err().map(|violation| violation.property)
}

#[test]
fn a_second_vote_in_a_term_is_rejected_even_after_a_restart() {
    let mut servers = Servers::default();
    let mut vote = |term, candidate| servers.voted(NodeId(1), Term(term), NodeId(candidate));
    assert_eq!((vote(2, 1), vote(2, 1), vote(3, 2)), (Ok(()), Ok(()), Ok(())));
    assert_eq!(vote(2, 3), Ok(()), "a copy of an old vote is harmless");
    assert_eq!(property(vote(3, 1)), Some(Property::OneVote));
}

#[test]
fn a_term_or_a_commit_index_that_goes_back_is_rejected_within_a_life() {
    let config = config(&[1, 2, 3]);
    let commit =
        |index| Observation { commit_index: Index::new(index), ..sees(1, 4, false, &config) };
    let judge = |history: &[Observation<'_>]| {
        let mut servers = Servers::default();
        history.iter().find_map(|saw| property(servers.observe(at(1), saw)))
    };
    let (four, three) = (sees(1, 4, false, &config), sees(1, 3, false, &config));
    assert_eq!(judge(&[four, three]), Some(Property::Monotonic));
    assert_eq!(judge(&[three, four]), None);
    assert_eq!(judge(&[commit(2), commit(1)]), Some(Property::Monotonic));
    let restarted = Observation { incarnation: 2, ..three };
    assert_eq!(judge(&[commit(2), restarted]), None, "memory does not survive a restart");
}

#[test]
fn majorities_that_may_be_disjoint_are_rejected() {
    let judge = |committed: &Config, acts_by: &Config, term| {
        let mut servers = Servers::default();
        let first = servers.observe(at(1), &sees(1, 2, true, committed));
        servers.committed(committed);
        let then = servers.observe(at(2), &sees(3, term, true, acts_by));
        first.and(then).err().map(|violation| violation.property)
    };
    let broken = Some(Property::QuorumOverlap);
    let three = config(&[1, 2, 3]);
    assert_eq!(judge(&three, &config(&[1, 2, 3, 4]), 3), None, "one server more");
    assert_eq!(judge(&three, &config(&[1, 2, 3, 4, 5]), 3), broken, "two more at once");
    assert_eq!(judge(&three, &config(&[3, 4, 5]), 3), broken);
    let joint = three.joint_with([3, 4, 5].map(NodeId));
    assert_eq!(judge(&three, &joint, 3), None);
    assert_eq!(judge(&joint, &config(&[3, 4, 5]), 3), None);
    assert_eq!(judge(&config(&[3, 4, 5]), &three, 1), None, "an old leader, unaware");
    // Ongaro's correction of 2015: two changes of one server, each from the same configuration.
    assert_eq!(judge(&config(&[2, 3, 4]), &config(&[1, 2, 3, 4, 5]), 3), broken);
}

#[test]
fn an_election_during_anothers_lease_is_rejected() {
    let config = config(&[1, 2, 3]);
    let leased = |until| Observation { lease_end: Some(at(until)), ..sees(1, 2, true, &config) };
    let judge = |until, stopped| {
        let mut servers = Servers::default();
        let first = servers.observe(at(10), &leased(until));
        if stopped {
            servers.keep_only(|node| node != NodeId(1));
        }
        let then = servers.observe(at(100), &sees(2, 3, true, &config));
        first.and(then).err().map(|violation| violation.property)
    };
    assert_eq!(judge(101, false), Some(Property::LeaseSafety));
    assert_eq!(judge(100, false), None, "it ended in time");
    assert_eq!(judge(101, true), None, "its holder is down");
    let mut servers = Servers::default();
    assert_eq!(servers.observe(at(1), &sees(2, 3, true, &config)), Ok(()));
    assert_eq!(property(servers.observe(at(2), &leased(9))), Some(Property::LeaseSafety));
}

#[test]
fn a_leader_is_judged_whenever_it_leads_anew_or_by_another_configuration() {
    let (three, other) = (config(&[1, 2, 3]), config(&[3, 4, 5]));
    let mut servers = Servers::default();
    let leads = |servers: &mut Servers, node, term, config: &Config| {
        property(servers.observe(at(1), &sees(node, term, true, config)))
    };
    let broken = Some(Property::QuorumOverlap);
    assert_eq!(leads(&mut servers, 1, 2, &three), None);
    servers.committed(&three);
    let mut by_another = servers.clone();
    assert_eq!(leads(&mut by_another, 1, 2, &config(&[1, 2, 3, 4])), None, "one server more");
    assert_eq!(leads(&mut by_another, 1, 2, &other), broken, "within its term");
    // Meanwhile another leader has committed another configuration.
    assert_eq!(leads(&mut servers, 3, 3, &three), None);
    servers.committed(&other);
    assert_eq!(leads(&mut servers, 1, 2, &three), None, "the old leader is unaware of it");
    assert_eq!(leads(&mut servers, 1, 4, &three), broken, "as before, but in a new term");
}

#[test]
fn a_transfer_that_is_prolonged_or_never_ends_is_rejected() {
    let config = config(&[1, 2, 3]);
    let pending = |to, deadline| Transfer { to: NodeId(to), deadline: at(deadline), asked: false };
    let leads = |transfer, own| Observation {
        transfer,
        free_at: Some(at(own)),
        ..sees(1, 4, true, &config)
    };
    // Observations at these times of true time and of n1's clock.
    let judge = |history: &[(u64, Option<Transfer>)]| {
        let mut servers = Servers::default();
        history.iter().find_map(|(now, transfer)| {
            property(servers.observe(at(*now), &leads(*transfer, *now)))
        })
    };
    let late = Some(Property::TransferEnds);
    let (to_2, again) = (Some(pending(2, 300)), Some(pending(2, 400)));
    assert_eq!(judge(&[(1, to_2), (100, again)]), late, "a repeated request prolongs it");
    assert_eq!(judge(&[(1, to_2), (100, to_2), (300, None), (310, again)]), None, "a new one");
    assert_eq!(judge(&[(1, to_2), (100, Some(pending(3, 400)))]), None, "to another");
    assert_eq!(judge(&[(1, to_2), (301, to_2), (1_301, to_2)]), None);
    assert_eq!(judge(&[(1, to_2), (301, to_2), (1_302, to_2)]), late, "it is not ended");
    // A leader that is paused or busy can't end it.
    let mut servers = Servers::default();
    for now in [1, 301, 2_000, 4_000] {
        let busy = Observation { free_at: None, ..leads(to_2, now) };
        assert_eq!(servers.observe(at(now), &busy), Ok(()));
    }
    assert_eq!(servers.observe(at(4_001), &leads(to_2, 4_001)), Ok(()), "now it could");
    // In another term it is another transfer.
    let later = Observation { current_term: Term(6), ..leads(again, 100) };
    let mut servers = Servers::default();
    assert_eq!(servers.observe(at(1), &leads(to_2, 1)), Ok(()));
    assert_eq!(servers.observe(at(100), &later), Ok(()));
}
