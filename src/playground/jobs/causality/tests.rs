//! Slices of well-known runs must consist of exactly these events, in this order, each with the
//! indexes of its causes.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;
use crate::playground::Input;
use crate::playground::Playground;
use crate::playground::tests::driver::{go, play_script};
use crate::playground::view::{CauseKind, CauseView};

fn ask(playground: &mut Playground, question: Question) -> Rc<Explanation> {
    go(playground, Input::Why(question)).unwrap();
    playground.explanation().unwrap()
}

/// A line for each event: its index, its kind, its sentence, and the indexes of its causes.
fn told(explanation: &Explanation) -> String {
    let mut text = String::new();
    let steps = match &explanation.answer {
        Ok(steps) => steps,
        Err(instead) => return format!("{instead}\n"),
    };
    for (place, step) in steps.iter().enumerate() {
        let causes: Vec<String> = step.causes.iter().map(ToString::to_string).collect();
        let from =
            if causes.is_empty() { String::new() } else { format!(" <- {}", causes.join(" ")) };
        writeln!(text, "{place} [{}] {}{from}", step.kind.name(), step.text).unwrap();
    }
    text
}

/// Asks these questions at the instant that is shown.
fn check<const N: usize>(playground: &mut Playground, wanted: [(Question, Expect); N]) {
    for (question, wanted) in wanted {
        let explanation = ask(playground, question);
        if let Ok(steps) = &explanation.answer {
            check_closed(steps);
        }
        wanted.assert_eq(&told(&explanation));
    }
}

/// Asserts that every cause comes before its effect, that every event but the last causes another,
/// and that only roots have no causes.
fn check_closed(steps: &[CauseView]) {
    for (place, step) in steps.iter().enumerate() {
        assert!(step.causes.iter().all(|cause| *cause < place), "{step:?}");
        let is_cause = steps.iter().any(|later| later.causes.contains(&place));
        assert_eq!(is_cause, place + 1 < steps.len(), "{step:?}");
        assert!(place == 0 || steps[place - 1].events <= step.events);
        let may_be_root = !matches!(step.kind, CauseKind::Server | CauseKind::Disk);
        assert!(may_be_root || !step.causes.is_empty(), "{step:?}");
    }
}

/// The text of a script in the folder of scripts.
macro_rules! script {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/", $name, ".kvorum"))
    };
}

mod contradictions;

#[test]
fn without_the_commit_rule_of_figure_8_this_led_to_a_leader_without_a_committed_entry() {
    let mut playground = play_script(script!("figure-8-rule-off"));
    check(
        &mut playground,
        [(
            Question::Broken("leader-completeness"),
            expect![[r#"
                    0 [done by you] The rule current-term-commit is off; it says: only entries of the leader's own term are committed by counting.
                    1 [request] You sent `set b one` to n1.
                    2 [server] n1 appends entry 2 and sends it to all (§5.3). <- 1
                    3 [server] n2 appends entry 2 from n1 (§5.3). <- 2
                    4 [disk] n2 has its log on disk up to entry 2. <- 3
                    5 [request] You sent `set b five` to n5.
                    6 [server] n5 appends entry 2 and sends it to all (§5.3). <- 5
                    7 [done by you] You did `timeout n1`.
                    8 [server] n1's election timer ran out after 60 ms; it stands for term 3 (§5.2). <- 7
                    9 [disk] n1 has term 3 and its vote for itself on disk. <- 8
                    10 [server] n1 counts the vote of n1: 1 of 3 needed (§5.2). <- 9
                    11 [server] n2 votes for n1 in term 3: its log is at least as new (term 1, index 2) (§5.4.1). <- 9
                    12 [server] n3 votes for n1 in term 3: its log is at least as new (term 1, index 2) (§5.4.1). <- 9
                    13 [disk] n2 has term 3 and its vote for n1 on disk. <- 11
                    14 [disk] n3 has term 3 and its vote for n1 on disk. <- 12
                    15 [server] n1 counts the vote of n2: 2 of 3 needed (§5.2). <- 13
                    16 [server] n1 counts the vote of n3: 3 of 3 needed (§5.2). <- 14
                    17 [server] n1 becomes leader of term 3 with 3 votes of 5 (§5.2). <- 10 15 16
                    18 [server] n1 hears that n2 has its log up to entry 2 (§5.3). <- 4
                    19 [server] n1 sends n3 its entry 2 (§5.3). <- 17
                    20 [server] n3 appends entry 2 from n1 (§5.3). <- 2 19
                    21 [disk] n3 has its log on disk up to entry 2. <- 20
                    22 [server] n1 hears that n3 has its log up to entry 2 (§5.3). <- 21
                    23 [server] Entry 2 is committed: it is on 3 of 5 disks and of an earlier term, which should not count (§5.4.2). <- 0 2 18 22
                    24 [done by you] You did `timeout n5`.
                    25 [server] n5's election timer ran out after 50 ms; it stands for term 4 (§5.2). <- 24
                    26 [disk] n5 has term 4 and its vote for itself on disk. <- 25
                    27 [server] n5 counts the vote of n5: 1 of 3 needed (§5.2). <- 26
                    28 [server] n2 votes for n5 in term 4: its log is at least as new (term 2, index 2) (§5.4.1). <- 26
                    29 [server] n3 votes for n5 in term 4: its log is at least as new (term 2, index 2) (§5.4.1). <- 26
                    30 [disk] n2 has term 4 and its vote for n5 on disk. <- 28
                    31 [disk] n3 has term 4 and its vote for n5 on disk. <- 29
                    32 [server] n5 counts the vote of n2: 2 of 3 needed (§5.2). <- 30
                    33 [server] n5 counts the vote of n3: 3 of 3 needed (§5.2). <- 31
                    34 [server] n5 becomes leader of term 4 with 3 votes of 5 (§5.2). <- 27 32 33
                    35 [broken] A property is broken. leader-completeness: n5 leads term 4 without the committed entry 2. <- 0 6 23 34
                "#]],
        )],
    );
}

#[test]
fn without_the_commit_rule_of_figure_8_all_else_that_is_so_has_its_reasons_too() {
    let mut playground = play_script(script!("figure-8-rule-off"));
    check(
        &mut playground,
        [
            (
                Question::Term(2),
                expect![[r#"
        0 [done by you] You did `timeout n5`.
        1 [server] n5's election timer ran out after 50 ms; it stands for term 4 (§5.2). <- 0
        2 [server] n2 goes over to term 4: n5 is in it (§5.1). <- 1
    "#]],
            ),
            (
                Question::Vote(3),
                expect![[r#"
        0 [done by you] You did `timeout n5`.
        1 [server] n5's election timer ran out after 50 ms; it stands for term 4 (§5.2). <- 0
        2 [disk] n5 has term 4 and its vote for itself on disk. <- 1
        3 [server] n3 votes for n5 in term 4: its log is at least as new (term 2, index 2) (§5.4.1). <- 2
    "#]],
            ),
            (
                Question::Role(1),
                expect![[r#"
        0 [done by you] n1 is killed; what was not on its disk is gone.
    "#]],
            ),
            (
                Question::Entry(3, 2),
                expect![[r#"
        0 [request] You sent `set b one` to n1.
        1 [server] n1 appends entry 2 and sends it to all (§5.3). <- 0
        2 [done by you] You did `timeout n1`.
        3 [server] n1's election timer ran out after 60 ms; it stands for term 3 (§5.2). <- 2
        4 [disk] n1 has term 3 and its vote for itself on disk. <- 3
        5 [server] n1 counts the vote of n1: 1 of 3 needed (§5.2). <- 4
        6 [server] n2 votes for n1 in term 3: its log is at least as new (term 1, index 2) (§5.4.1). <- 4
        7 [server] n3 votes for n1 in term 3: its log is at least as new (term 1, index 2) (§5.4.1). <- 4
        8 [disk] n2 has term 3 and its vote for n1 on disk. <- 6
        9 [disk] n3 has term 3 and its vote for n1 on disk. <- 7
        10 [server] n1 counts the vote of n2: 2 of 3 needed (§5.2). <- 8
        11 [server] n1 counts the vote of n3: 3 of 3 needed (§5.2). <- 9
        12 [server] n1 becomes leader of term 3 with 3 votes of 5 (§5.2). <- 5 10 11
        13 [server] n1 sends n3 its entry 2 (§5.3). <- 12
        14 [server] n3 appends entry 2 from n1 (§5.3). <- 1 13
    "#]],
            ),
        ],
    );
}

#[test]
fn what_is_not_so_has_no_reason() {
    let mut playground = play_script(script!("figure-8-rule-off"));
    check(
        &mut playground,
        [
            (
                Question::Key(5, "b".to_string()),
                expect![[r#"
        n5 has executed nothing that changes b.
    "#]],
            ),
            (
                Question::Entry(2, 7),
                expect![[r#"
        n2 has no entry 7 in its log.
    "#]],
            ),
            (
                Question::Role(9),
                expect![[r#"
        There is no n9 at this instant.
    "#]],
            ),
            (
                Question::Broken("one-vote"),
                expect![[r#"
        one-vote holds at this instant.
    "#]],
            ),
        ],
    );
}

#[test]
fn a_leadership_is_caused_by_a_timer_and_by_the_votes_counted() {
    let mut playground = play_script(script!("first-election"));
    let leader = playground.view().summary.leader.unwrap();
    check(
        &mut playground,
        [
            (
                Question::Role(leader),
                expect![[r#"
        0 [timer] n4's election timer ran out after 206 ms; it asks who would vote for it in term 1 (thesis §9.6).
        1 [server] n3 would vote for n4 in term 1 (thesis §9.6). <- 0
        2 [server] n5 would vote for n4 in term 1 (thesis §9.6). <- 0
        3 [server] n4 could win, and stands for term 1 (§5.2). <- 0 1 2
        4 [disk] n4 has term 1 and its vote for itself on disk. <- 3
        5 [server] n4 counts the vote of n4: 1 of 3 needed (§5.2). <- 4
        6 [server] n1 votes for n4 in term 1: its log is at least as new (empty) (§5.4.1). <- 4
        7 [disk] n1 has term 1 and its vote for n4 on disk. <- 6
        8 [server] n2 votes for n4 in term 1: its log is at least as new (empty) (§5.4.1). <- 4
        9 [disk] n2 has term 1 and its vote for n4 on disk. <- 8
        10 [server] n4 counts the vote of n1: 2 of 3 needed (§5.2). <- 7
        11 [server] n4 counts the vote of n2: 3 of 3 needed (§5.2). <- 9
        12 [server] n4 becomes leader of term 1 with 3 votes of 5 (§5.2). <- 5 10 11
    "#]],
            ),
            (
                Question::Vote(leader % 3 + 1),
                expect![[r#"
        0 [timer] n4's election timer ran out after 206 ms; it asks who would vote for it in term 1 (thesis §9.6).
        1 [server] n3 would vote for n4 in term 1 (thesis §9.6). <- 0
        2 [server] n5 would vote for n4 in term 1 (thesis §9.6). <- 0
        3 [server] n4 could win, and stands for term 1 (§5.2). <- 0 1 2
        4 [disk] n4 has term 1 and its vote for itself on disk. <- 3
        5 [server] n2 votes for n4 in term 1: its log is at least as new (empty) (§5.4.1). <- 4
    "#]],
            ),
        ],
    );
}

#[test]
fn a_key_is_caused_by_the_commit_and_by_the_request() {
    let mut playground = play_script("cluster 3 seed 5\nwait leader\nset color blue\nwait agree\n");
    check(
        &mut playground,
        [
            (
                Question::Key(2, "color".to_string()),
                expect![[r#"
        0 [request] You sent `set color blue` to n1.
        1 [request] You sent `set color blue` to n2, attempt 2. <- 0
        2 [server] n2 appends entry 2 and sends it to all (§5.3). <- 1
        3 [disk] n2 has its log on disk up to entry 2. <- 2
        4 [server] n3 appends entry 2 from n2 (§5.3). <- 2
        5 [disk] n3 has its log on disk up to entry 2. <- 4
        6 [server] n2 hears that n3 has its log up to entry 2 (§5.3). <- 5
        7 [server] Entry 2 is committed: it is on 2 of 3 disks and of n2's own term (§5.4.2). <- 3 6
        8 [server] n2 executes entry 2, `set color blue`. <- 2 7
    "#]],
            ),
            (
                Question::Commit(2),
                expect![[r#"
        0 [request] You sent `set color blue` to n1.
        1 [request] You sent `set color blue` to n2, attempt 2. <- 0
        2 [server] n2 appends entry 2 and sends it to all (§5.3). <- 1
        3 [disk] n2 has its log on disk up to entry 2. <- 2
        4 [server] n3 appends entry 2 from n2 (§5.3). <- 2
        5 [disk] n3 has its log on disk up to entry 2. <- 4
        6 [server] n2 hears that n3 has its log up to entry 2 (§5.3). <- 5
        7 [server] Entry 2 is committed: it is on 2 of 3 disks and of n2's own term (§5.4.2). <- 3 6
    "#]],
            ),
        ],
    );
}

#[test]
fn what_a_disk_kept_has_causes_from_before_the_crash() {
    let script = "cluster 3 seed 5\nwait leader\nset color blue\nwait agree\n\
                  kill n2\nrestart n2\nwait 1ms\n";
    let mut playground = play_script(script);
    check(
        &mut playground,
        [
            (
                Question::Entry(2, 2),
                expect![[r#"
        0 [request] You sent `set color blue` to n1.
        1 [request] You sent `set color blue` to n2, attempt 2. <- 0
        2 [server] n2 appends entry 2 and sends it to all (§5.3). <- 1
    "#]],
            ),
            (
                Question::Role(2),
                expect![[r#"
        0 [done by you] n2 starts again with the 2 entries on its disk.
    "#]],
            ),
            (
                Question::Commit(2),
                expect![[r#"
        n2 knows of no committed entry.
    "#]],
            ),
        ],
    );
}

#[test]
fn a_key_from_a_snapshot_has_causes_at_its_sender() {
    let script = "cluster 3 seed 5\nsnapshot every 2\nwait leader\nkill n3\nset a one\nset b two\n\
                  set c three\nset d four\nrestart n3\nwait agree\n";
    let mut playground = play_script(script);
    check(
        &mut playground,
        [(
            Question::Key(3, "a".to_string()),
            expect![[r#"
                0 [request] You sent `set a one` to n1.
                1 [request] You sent `set a one` to n2, attempt 2. <- 0
                2 [server] n2 appends entry 2 and sends it to all (§5.3). <- 1
                3 [disk] n2 has its log on disk up to entry 2. <- 2
                4 [server] n1 appends entry 2 from n2 (§5.3). <- 2
                5 [disk] n1 has its log on disk up to entry 2. <- 4
                6 [server] n2 hears that n1 has its log up to entry 2 (§5.3). <- 5
                7 [server] Entry 2 is committed: it is on 2 of 3 disks and of n2's own term (§5.4.2). <- 3 6
                8 [server] n2 executes entry 2, `set a one`. <- 2 7
                9 [server] n2 takes a snapshot as of entry 2; its log keeps 0 entries (§7). <- 5 7
                10 [server] n2 sends n3 its snapshot as of entry 2: its log no longer has what n3 lacks (§7). <- 9
                11 [server] n3 goes on from n2's snapshot as of entry 2 (§7). <- 8 10
            "#]],
        )],
    );
}

#[test]
fn the_console_explains_too() {
    let mut playground = play_script("cluster 3 seed 5\nwait leader\n");
    let from = playground.console(0).count() as u64;
    for line in ["why n2 term", "why n2 key color"] {
        go(&mut playground, Input::Console(line.to_string())).unwrap();
    }
    let lines = playground.console(from).map(|line| line.text.clone() + "\n");
    expect![[r#"
        why n2 term
        1. 0.177s n2's election timer ran out after 177 ms; it asks who would vote for it in term 1 (thesis §9.6).
        2. 0.191s n1 would vote for n2 in term 1 (thesis §9.6). (from 1)
        3. 0.202s n2 could win, and stands for term 1 (§5.2). (from 1, 2)
        why n2 key color
        n2 has executed nothing that changes color.
    "#]].assert_eq(&lines.collect::<String>());
    let refused = playground.apply(Input::Console("why n2 mood".to_string())).unwrap_err();
    assert!(refused.to_string().contains("expected one of term, vote, role, commit, entry, key"));
}

/// The answer to any question in any script is causally closed and leads to roots.
#[test]
fn every_answer_is_causally_closed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let mut scripts: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.sort();
    for script in scripts {
        let mut playground = play_script(&std::fs::read_to_string(&script).unwrap());
        for node in playground.view().nodes {
            let (id, last) = (node.id, node.log_len);
            let keys = node.store.iter().map(|(key, _)| Question::Key(id, key.clone()));
            let entries = node.log.iter().map(|entry| Question::Entry(id, entry.index));
            let others = [Question::Term(id), Question::Vote(id), Question::Role(id)];
            for question in keys.chain(entries).chain(others).chain([Question::Commit(id)]) {
                let explanation = ask(&mut playground, question.clone());
                match &explanation.answer {
                    Ok(steps) => check_closed(steps),
                    Err(_) => assert!(
                        matches!(question, Question::Vote(_)) && node.voted_for.is_none()
                            || matches!(question, Question::Commit(_)) && node.commit_index == 0,
                        "{}: {question}, {last} entries: {explanation:?}",
                        script.display()
                    ),
                }
            }
        }
    }
}
