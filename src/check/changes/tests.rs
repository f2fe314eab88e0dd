//! Histories that must be rejected, each with a sound one.

use super::super::Run;
use super::*;
use crate::cluster::{Action, ClusterConfig, LinkChange};
use crate::rng::Chance;

const N1: NodeId = NodeId(1);
const N4: NodeId = NodeId(4);
const ADD_4: Change = Change::Add(N4);
const REMOVE_2: Change = Change::Remove(NodeId(2));

fn config(voters: &[u32], learners: &[u32]) -> Config {
    let ids = |ids: &[u32]| ids.iter().copied().map(NodeId).collect::<Vec<_>>();
    Config::with_all(ids(voters), [], ids(learners))
}

/// n1 leads term 2 with this configuration.
fn leads(config: &Config) -> Observation<'_> {
    Observation { is_leader: true, ..Observation::blank(N1, Term(2), config) }
}

/// A judge that has seen n1 lead three voters, and a client request a change.
fn asked(change: &Change) -> Changes {
    let three = config(&[1, 2, 3], &[]);
    let mut changes = Changes::default();
    assert_eq!(changes.observe(&leads(&three), &[]), Ok(()));
    changes.began(RequestId(1), change, &three);
    changes
}

fn accepts(changes: &mut Changes, change: &Change) {
    changes.accepted(N1, Term(2), RequestId(1), Some(change));
}

fn refuses(changes: &mut Changes) {
    changes.refused(N1, Term(2), RequestId(1));
}

fn sees(changes: &mut Changes, config: &Config, goals: &[Change]) -> Option<Evidence> {
    let result = changes.observe(&leads(config), goals);
    result.err().map(|violation| {
        assert_eq!(violation.property, Property::RefusedStaysRefused);
        violation.evidence
    })
}

#[test]
fn a_refused_change_that_is_made_later_is_rejected() {
    let (three, learns) = (config(&[1, 2, 3], &[]), config(&[1, 2, 3], &[4]));
    let four = config(&[1, 2, 3, 4], &[]);
    let unasked = Some(Evidence::Unasked { leader: N1, term: Term(2), node: N4 });
    let mut changes = asked(&ADD_4);
    refuses(&mut changes);
    assert_eq!(sees(&mut changes, &three, &[]), None);
    let mut directly = changes.clone();
    assert_eq!(sees(&mut directly, &four, &[]), unasked);
    assert_eq!(sees(&mut changes, &learns, &[]), unasked);

    let mut changes = asked(&ADD_4);
    accepts(&mut changes, &ADD_4);
    assert_eq!(sees(&mut changes, &learns, &[ADD_4]), None);
    assert_eq!(sees(&mut changes, &four, &[]), None);
    assert!(sees(&mut changes, &three, &[]).is_some(), "no client has asked for that");
}

#[test]
fn a_learner_gets_no_vote_unless_a_client_asks_for_it() {
    let (learns, four) = (config(&[1, 2, 3], &[4]), config(&[1, 2, 3, 4], &[]));
    let mut changes = asked(&Change::Learn(N4));
    accepts(&mut changes, &Change::Learn(N4));
    assert_eq!(sees(&mut changes, &learns, &[]), None);
    assert!(sees(&mut changes, &four, &[]).is_some());
}

#[test]
fn members_are_removed_only_on_request() {
    let two = config(&[1, 3], &[]);
    let mut changes = asked(&REMOVE_2);
    accepts(&mut changes, &REMOVE_2);
    assert_eq!(sees(&mut changes, &two, &[]), None);
    let mut changes = asked(&REMOVE_2);
    assert!(sees(&mut changes, &two, &[]).is_some(), "it was not accepted");
    let members = Change::Members(vec![N1, NodeId(3)]);
    let mut changes = asked(&members);
    accepts(&mut changes, &members);
    assert_eq!(sees(&mut changes, &two, &[]), None);
}

#[test]
fn a_voter_is_demoted_only_on_request() {
    let demoted = config(&[1, 3], &[2]);
    let demote = Change::Demote(NodeId(2));
    let mut changes = asked(&demote);
    let mut unasked = changes.clone();
    accepts(&mut changes, &demote);
    assert_eq!(sees(&mut changes, &demoted, &[]), None);
    assert!(sees(&mut unasked, &demoted, &[]).is_some());
    assert!(is_so(&demote, &demoted) && !is_so(&demote, &config(&[1, 2, 3], &[])));
}

/// A leader completes what an earlier one has begun, once the joint configuration is in force.
#[test]
fn a_joint_configuration_may_be_left_by_any_leader() {
    let joint = Config::with_all([N1, N4], [N1, NodeId(2), NodeId(3)], []);
    let mut changes = Changes::default();
    assert_eq!(changes.observe(&leads(&joint), &[]), Ok(()));
    assert_eq!(sees(&mut changes, &config(&[1, 4], &[]), &[]), None);
    assert!(sees(&mut changes, &config(&[1], &[]), &[]).is_some());
}

/// A late attempt is accepted although its client has given up.
#[test]
fn an_accepted_change_may_happen_though_no_client_waits() {
    let (three, learns) = (config(&[1, 2, 3], &[]), config(&[1, 2, 3], &[4]));
    let mut changes = Changes::default();
    assert_eq!(sees(&mut changes, &three, &[]), None);
    changes.accepted(N1, Term(2), RequestId(7), Some(&ADD_4));
    assert_eq!(sees(&mut changes, &learns, &[ADD_4]), None);
}

#[test]
fn a_refusal_that_begins_or_ends_a_change_is_rejected() {
    let three = config(&[1, 2, 3], &[]);
    let judge = |accepted, before: &[Change], after: &[Change]| {
        let mut changes = asked(&REMOVE_2);
        assert_eq!(sees(&mut changes, &three, before), None);
        if accepted {
            accepts(&mut changes, &REMOVE_2);
        } else {
            refuses(&mut changes);
        }
        sees(&mut changes, &three, after)
    };
    let request = RequestId(1);
    let in_part = Some(Evidence::RefusedInPart { leader: N1, term: Term(2), request });
    assert_eq!(judge(false, &[], &[REMOVE_2]), in_part, "it is made later");
    assert_eq!(judge(false, &[ADD_4], &[]), in_part, "it has ended another");
    assert_eq!(judge(false, &[ADD_4], &[ADD_4]), None);
    assert_eq!(judge(true, &[ADD_4], &[REMOVE_2]), None, "what is accepted may");
    // In another term, or as a follower, it carries out no change.
    let mut changes = asked(&REMOVE_2);
    assert_eq!(sees(&mut changes, &three, &[ADD_4]), None);
    refuses(&mut changes);
    let follows = Observation { is_leader: false, ..leads(&three) };
    assert_eq!(changes.observe(&follows, &[]), Ok(()));
    assert_eq!(sees(&mut changes, &three, &[]), None);
}

/// A run of three servers led by n1.
fn run() -> Run {
    let mut run = Run::new(ClusterConfig { nodes: 3, seed: 118 });
    run.apply(&Action::Timeout(N1)).unwrap();
    pass(&mut run, 500);
    assert_eq!(run.cluster().leader(), Some(N1));
    run
}

fn pass(run: &mut Run, millis: u64) {
    let until = run.cluster().now() + Duration::from_millis(millis);
    while run.cluster_mut().next_time().is_some_and(|next| next <= until) {
        run.step();
    }
    run.cluster_mut().rest_until(until);
    assert_eq!(run.violation(), None);
}

/// The judge's verdict on an answer that ends this change, `millis` milliseconds after n1 has made
/// it; `first` is called before.
fn answered(
    answer: &Answer,
    millis: u64,
    first: impl FnOnce(&mut Changes, &mut Run),
) -> Option<Property> {
    let mut run = run();
    let change = Change::Learn(N4);
    let mut changes = Changes::default();
    changes.began(RequestId(1), &change, run.cluster().members());
    run.apply(&Action::Learn(N4)).unwrap();
    let term = run.cluster().server(N1).and_then(Server::node).unwrap().current_term();
    changes.accepted(N1, term, RequestId(1), Some(&change));
    while !is_so(&change, run.cluster().members()) {
        run.step();
        changes.look(run.cluster());
    }
    first(&mut changes, &mut run);
    pass(&mut run, millis);
    changes.look(run.cluster());
    let result = changes.ended(RequestId(1), answer, run.cluster());
    result.err().map(|violation| violation.property)
}

#[test]
fn a_change_that_is_made_and_not_answered_is_rejected() {
    let owed = Some(Property::AnsweredChanges);
    let unknown = |millis, action: Option<Action>| {
        answered(&Answer::Unknown, millis, |_, run| {
            action.iter().for_each(|action| assert!(run.apply(action).is_ok()));
        })
    };
    assert_eq!(unknown(2_000, None), owed);
    assert_eq!(answered(&Answer::Changed, 2_000, |_, _| ()), None);
    assert_eq!(unknown(900, None), None, "the answer may be under way");
    assert_eq!(unknown(2_000, Some(Action::Pause(N1))), None, "the leader is paused");
    assert_eq!(unknown(2_000, Some(Action::Kill(N1))), None);
    let change = LinkChange { loss: Chance::from_ppm(10_000), ..LinkChange::default() };
    assert_eq!(unknown(2_000, Some(Action::Network(change))), None, "it may be lost");
    let by_hand = answered(&Answer::Unknown, 2_000, |changes, _| changes.disturb());
    assert_eq!(by_hand, None, "it was lost by hand");
}

#[test]
fn an_answer_for_a_change_that_never_happened_is_rejected() {
    let cluster = Cluster::new(ClusterConfig { nodes: 3, seed: 118 });
    let judge = |change: &Change| {
        let mut changes = Changes::default();
        changes.began(RequestId(1), change, cluster.members());
        changes.look(&cluster);
        changes.ended(RequestId(1), &Answer::Changed, &cluster).is_err()
    };
    let voters = |ids: &[u32]| Change::Members(ids.iter().copied().map(NodeId).collect());
    assert!(judge(&voters(&[1, 2])) && !judge(&voters(&[1, 2, 3])));
    assert!(judge(&ADD_4) && !judge(&Change::Add(N1)));
    assert!(judge(&REMOVE_2) && !judge(&Change::Remove(N4)));
    assert!(judge(&Change::Learn(N4)) && !judge(&Change::Learn(N1)));
    let mut later = Changes::default();
    later.began(RequestId(1), &REMOVE_2, &config(&[1, 3], &[]));
    later.look(&cluster);
    let told = later.ended(RequestId(1), &Answer::Changed, &cluster);
    assert_eq!(told, Ok(()), "it had happened before it was requested, and may be undone by now");
}
