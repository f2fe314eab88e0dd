//! For each property a history that must be rejected, and a sound one.

use super::*;

fn entry(term: u64, word: &str) -> Entry {
    Entry { term: Term(term), payload: Payload::Command(crate::raft::Data::new(word.as_bytes())) }
}

fn log(entries: &[(u64, &str)]) -> Vec<Entry> {
    entries.iter().map(|(term, word)| entry(*term, word)).collect()
}

fn config() -> &'static Config {
    static CONFIG: std::sync::LazyLock<Config> = std::sync::LazyLock::new(Config::default);
    &CONFIG
}

/// A follower in `term`.
fn sees(node: u32, term: u64, log: &[Entry]) -> Observation<'_> {
    Observation { log, ..Observation::blank(NodeId(node), Term(term), config()) }
}

fn leader(node: u32, term: u64, log: &[Entry]) -> Observation<'_> {
    Observation { is_leader: true, ..sees(node, term, log) }
}

fn committed(observation: Observation<'_>, index: u64) -> Observation<'_> {
    Observation { commit_index: Index::new(index), ..observation }
}

fn applied(observation: Observation<'_>, index: u64, store: u64) -> Observation<'_> {
    let at = committed(observation, index);
    Observation { last_applied: Index::new(index), store_digest: Digest(store), ..at }
}

/// The property that the last of these observations breaks; all earlier ones must be sound.
fn judge(history: &[Observation<'_>]) -> Option<Property> {
    let mut invariants = Invariants::default();
    let (last, before) = history.split_last().unwrap();
    for observation in before {
        assert_eq!(invariants.observe(observation), Ok(()));
    }
    invariants.observe(last).err().map(|violation| violation.property)
}

#[test]
fn two_leaders_of_one_term_break_election_safety() {
    let broken = [leader(1, 2, &[]), leader(2, 2, &[])];
    assert_eq!(judge(&broken), Some(Property::ElectionSafety));
    assert_eq!(judge(&[leader(1, 2, &[]), leader(2, 3, &[])]), None);
    assert_eq!(judge(&[leader(1, 2, &[]), leader(1, 2, &[])]), None);
}

#[test]
fn a_leader_that_restarts_and_leads_the_same_term_with_another_breaks_it_too() {
    let again = Observation { incarnation: 2, ..leader(1, 2, &[]) };
    let other = leader(3, 2, &[]);
    assert_eq!(
        judge(&[leader(1, 2, &[]), sees(1, 2, &[]), again, other]),
        Some(Property::ElectionSafety)
    );
}

#[test]
fn a_leader_that_shortens_or_overwrites_its_log_breaks_append_only() {
    let long = log(&[(1, "a"), (2, "b")]);
    let short = log(&[(1, "a")]);
    let other = log(&[(1, "a"), (2, "c")]);
    let both = Some(Property::LeaderAppendOnly);
    assert_eq!(judge(&[leader(1, 2, &long), leader(1, 2, &short)]), both);
    assert_eq!(judge(&[leader(1, 2, &long), leader(1, 2, &other)]), both);
    assert_eq!(judge(&[leader(1, 2, &short), leader(1, 2, &long)]), None);
    assert_eq!(judge(&[sees(1, 2, &long), sees(1, 3, &short)]), None, "a follower may");
}

#[test]
fn an_overwrite_in_the_middle_is_found_by_the_audit() {
    let before = log(&[(1, "a"), (1, "b"), (1, "c")]);
    let after = log(&[(1, "a"), (1, "x"), (1, "c")]);
    let mut invariants = Invariants::default();
    assert_eq!(invariants.observe(&leader(1, 1, &before)), Ok(()));
    let found = invariants.audit(&leader(1, 1, &after)).unwrap_err();
    assert_eq!(found.property, Property::LeaderAppendOnly);
}

#[test]
fn the_same_index_and_term_after_different_logs_break_log_matching() {
    let one = log(&[(1, "a"), (3, "c")]);
    let two = log(&[(2, "b"), (3, "c")]);
    let same_term = log(&[(1, "z")]);
    assert_eq!(judge(&[sees(1, 3, &one), sees(2, 3, &two)]), Some(Property::LogMatching));
    assert_eq!(judge(&[sees(1, 3, &one), sees(2, 3, &same_term)]), Some(Property::LogMatching));
    let longer = log(&[(1, "a"), (3, "c"), (3, "d")]);
    assert_eq!(judge(&[sees(1, 3, &one), sees(2, 3, &longer)]), None);
}

#[test]
fn a_leader_without_a_committed_entry_breaks_completeness() {
    let full = log(&[(1, "a"), (1, "b")]);
    let short = log(&[(1, "a")]);
    let broken = [committed(leader(1, 1, &full), 2), leader(2, 2, &short)];
    assert_eq!(judge(&broken), Some(Property::LeaderCompleteness));
    let uncommitted = [committed(leader(1, 1, &full), 1), leader(2, 2, &short)];
    assert_eq!(judge(&uncommitted), None);
    let late = [leader(1, 1, &full), leader(2, 2, &short), committed(leader(1, 1, &full), 2)];
    assert_eq!(judge(&late), Some(Property::LeaderCompleteness), "committed after the election");
}

#[test]
fn different_entries_committed_or_applied_break_state_machine_safety() {
    let one = log(&[(1, "a")]);
    let two = log(&[(2, "b")]);
    let broken = [committed(sees(1, 2, &one), 1), committed(sees(2, 2, &two), 1)];
    assert_eq!(judge(&broken), Some(Property::StateMachineSafety));
    let stores = [applied(sees(1, 2, &one), 1, 7), applied(sees(2, 2, &one), 1, 8)];
    assert_eq!(judge(&stores), Some(Property::StateMachineSafety));
    let beyond = [committed(sees(1, 2, &one), 2)];
    assert_eq!(judge(&beyond), Some(Property::StateMachineSafety));
    let early = [Observation { commit_index: None, ..applied(sees(1, 2, &one), 1, 7) }];
    assert_eq!(judge(&early), Some(Property::StateMachineSafety));
    let sound = [applied(sees(1, 2, &one), 1, 7), applied(sees(2, 2, &one), 1, 7)];
    assert_eq!(judge(&sound), None);
}

#[test]
fn a_restart_may_forget_a_commit_but_not_change_it() {
    let one = log(&[(1, "a")]);
    let two = log(&[(2, "b")]);
    let life = |number, seen| Observation { incarnation: number, ..seen };
    let again = [
        applied(sees(1, 1, &one), 1, 7),
        life(2, sees(1, 1, &one)),
        life(2, applied(sees(1, 1, &one), 1, 7)),
    ];
    assert_eq!(judge(&again), None);
    let changed = [
        applied(sees(1, 1, &one), 1, 7),
        life(2, sees(1, 2, &two)),
        life(2, applied(sees(1, 2, &two), 1, 9)),
    ];
    assert_eq!(judge(&changed), Some(Property::StateMachineSafety));
}

/// A server whose log was compacted up to an entry of this term and index.
fn compacted<'a>(observation: Observation<'a>, term: u64, index: u64) -> Observation<'a> {
    let index = Index::new(index).unwrap();
    let base = Some(Position { term: Term(term), index });
    let at = committed(observation, index.get());
    Observation { base, compacted_on_disk: Some(index), ..at }
}

#[test]
fn a_compacted_log_is_judged_like_a_whole_one() {
    let full = log(&[(1, "a"), (2, "b"), (2, "c")]);
    let rest = log(&[(2, "c")]);
    let other = log(&[(3, "x")]);
    let leader_has_all = committed(leader(1, 2, &full), 2);
    let kept = [leader_has_all, compacted(leader(1, 2, &rest), 2, 2)];
    assert_eq!(judge(&kept), None, "it has only compacted");
    let changed = [leader_has_all, compacted(leader(1, 2, &other), 2, 2)];
    assert_eq!(judge(&changed), Some(Property::LeaderAppendOnly));
    let installed = [leader_has_all, compacted(sees(2, 2, &[]), 2, 2)];
    assert_eq!(judge(&installed), None, "a follower goes on from a snapshot");
    let wrong = [leader_has_all, compacted(sees(2, 2, &[]), 1, 2)];
    assert_eq!(judge(&wrong), Some(Property::StateMachineSafety), "that was never committed");
    let early = [leader(1, 2, &full), compacted(sees(2, 2, &[]), 2, 2)];
    assert_eq!(judge(&early), Some(Property::StateMachineSafety), "it was not committed");
    let lacks = [committed(leader(1, 2, &full), 3), compacted(leader(2, 3, &[]), 2, 2)];
    assert_eq!(judge(&lacks), Some(Property::LeaderCompleteness));
}

/// The evidence of the first violation in a history.
fn evidence(history: &[Observation<'_>]) -> Option<Evidence> {
    let mut invariants = Invariants::default();
    history.iter().find_map(|seen| invariants.observe(seen).err()).map(|found| found.evidence)
}

#[test]
fn the_evidence_names_the_first_entry_that_is_wrong() {
    let index = |number| Index::new(number).unwrap();
    let full = log(&[(1, "a"), (1, "b"), (2, "c"), (2, "d")]);
    let changed = log(&[(2, "c"), (2, "x")]);
    let compacted_before_c = compacted(committed(leader(1, 2, &full[2..]), 2), 1, 2);
    let compacted_and_changed = compacted(committed(leader(1, 2, &changed), 2), 1, 2);
    let overwritten = Evidence::Overwritten { leader: NodeId(1), term: Term(2), index: index(4) };
    let overwrites = [committed(leader(1, 2, &full), 2), compacted_before_c, compacted_and_changed];
    assert_eq!(evidence(&overwrites), Some(overwritten));
    let missing = Evidence::Missing { leader: NodeId(2), term: Term(3), index: index(2) };
    let lacks = [committed(leader(1, 2, &full), 3), leader(2, 3, &full[..1])];
    assert_eq!(evidence(&lacks), Some(missing));
}

#[test]
fn a_leader_that_has_compacted_more_than_it_owes_lacks_nothing() {
    let full = log(&[(1, "a"), (2, "b")]);
    let known = [committed(leader(1, 1, &full[..1]), 1), committed(sees(3, 2, &full), 2)];
    let leads = compacted(leader(2, 2, &[]), 2, 2);
    assert_eq!(judge(&[known[0], known[1], leads]), None);
}

#[test]
fn an_audit_of_a_log_that_was_compacted_meanwhile_finds_nothing_wrong() {
    let full = log(&[(1, "a"), (2, "b"), (2, "c")]);
    let mut invariants = Invariants::default();
    assert_eq!(invariants.observe(&committed(leader(1, 2, &full), 2)), Ok(()));
    assert_eq!(invariants.audit(&compacted(leader(1, 2, &full[2..]), 2, 2)), Ok(()));
    assert_eq!(invariants.audit(&compacted(leader(1, 2, &full[2..]), 2, 2)), Ok(()), "nor again");
}

#[test]
fn a_removed_server_is_not_judged() {
    let full = log(&[(1, "a"), (1, "b")]);
    let judge = |is_gone: bool| {
        let mut invariants = Invariants::default();
        assert_eq!(invariants.observe(&leader(1, 1, &full)), Ok(()));
        assert_eq!(invariants.observe(&leader(2, 2, &full[..1])), Ok(()));
        invariants.keep_only(|node| node != NodeId(2) || !is_gone);
        invariants.observe(&committed(leader(1, 1, &full), 2)).err().map(|found| found.property)
    };
    assert_eq!(judge(true), None);
    assert_eq!(judge(false), Some(Property::LeaderCompleteness));
}

#[test]
fn only_what_all_have_compacted_is_forgotten() {
    let full = log(&[(1, "a"), (1, "b"), (1, "c")]);
    let mut invariants = Invariants::default();
    for seen in [applied(leader(1, 1, &full), 3, 7), applied(sees(2, 1, &full), 3, 7)] {
        assert_eq!(invariants.observe(&seen), Ok(()));
    }
    let kept = |invariants: &Invariants| [0, 1, 2].map(|at| invariants.committed.get(at).is_some());
    let one = compacted(applied(leader(1, 1, &full[2..]), 3, 7), 1, 2);
    assert_eq!(invariants.observe(&one), Ok(()));
    assert_eq!(kept(&invariants), [true, true, true], "another still has them");
    let other = compacted(applied(sees(2, 1, &full[2..]), 3, 7), 1, 2);
    assert_eq!(invariants.observe(&other), Ok(()));
    assert_eq!(kept(&invariants), [false, true, true], "the last one compacted is still compared");
}
