//! What is listed of a broken property: the facts that contradict each other.

use super::*;
use crate::check::{Evidence, Violation};
use crate::cluster::Server;
use crate::raft::Term;

fn contradiction(playground: &mut Playground, property: &'static str) -> String {
    let explanation = ask(playground, Question::Broken(property));
    check_closed(explanation.answer.as_ref().unwrap());
    let found = playground.contradictions();
    let found = found.iter().find(|found| found.property == property).unwrap();
    found.facts.iter().fold(String::new(), |text, fact| {
        text + &format!("{}: {}\n", fact.title, fact.made_by.text)
    })
}

#[test]
fn the_facts_of_a_contradiction_are_listed() {
    let scripts = [
        (script!("figure-8-rule-off"), "leader-completeness"),
        (script!("stale-leader-rule-off"), "linearizability"),
        (script!("lost-answer-rule-off"), "exactly-once"),
        (script!("joint-consensus-rule-off"), "quorum-overlap"),
        (script!("change-before-commit-rule-off"), "quorum-overlap"),
        (script!("lease-drift-rule-off"), "lease-safety"),
        (script!("sessions-in-snapshots-rule-off"), "state-machine-safety"),
        (script!("log-gap"), "log-matching"),
    ];
    let told = scripts.iter().fold(String::new(), |text, (script, property)| {
        let mut playground = play_script(script);
        text + property + "\n" + &contradiction(&mut playground, property) + "\n"
    });
    expect![[r#"
        leader-completeness
        n1 counts entry 2 as committed: `set b one` of term 1: Entry 2 is committed: it is on 3 of 5 disks and of an earlier term, which should not count (§5.4.2).
        n5 leads term 4, and its entry 2 is `set b five` of term 2: n5 becomes leader of term 4 with 3 votes of 5 (§5.2).

        linearizability
        `set color green` was answered: success: You asked for `set color green` and got: success.
        `get color` was answered: blue: You asked for `get color` and got: blue.

        exactly-once
        request 2 of you is executed as entry 3: n1 executes entry 3, `cas count 1 2`.
        request 2 of you is executed as entry 4: n1 executes entry 4, `cas count 1 2`.

        quorum-overlap
        the members that were agreed on are n1 n2 n3, learning n4 n5: Entry 4 is committed: it is on 2 of 3 disks and of n1's own term (§5.4.2).
        n1 leads term 1 with the members n1 n4 n5: n1 appends entry 5, the configuration: n1 n4 n5 (§6).

        quorum-overlap
        the members that were agreed on are n2 n3 n4: Entry 4 is committed: it is on 2 of 3 disks and of n3's own term (§5.4.2).
        n1 leads term 3 with the members n1 n2 n4: n1 becomes leader of term 3 with 2 votes of 3 (§5.2).

        lease-safety
        n1 leads too: its lease lasts until 0.171s: n1 becomes leader of term 1 with 2 votes of 3 (§5.2).
        n2 leads term 2: n2 becomes leader of term 2 with 2 votes of 3 (§5.2).

        state-machine-safety
        the store of n1 after entry 3: n1 executes entry 3, `set b two`.
        the store of n3 after entry 3: n3 goes on from n1's snapshot as of entry 3 (§7).

        log-matching
        entry 1 of n1 is `empty` of term 1: n1 appends entry 1 from n3 (§5.3).
        entry 1 of n4 is `members n1 n2 n3, learning n4` of term 1: n4 appends entry 1 from n3 (§5.3).

    "#]].assert_eq(&told);
}

/// The contradictory facts if a judge found this evidence at the end of a script. With all of Raft
/// in force no server breaks the property.
fn facts(script: &str, property: Property, evidence: impl Fn(&CausalReplay) -> Evidence) -> String {
    let playground = play_script(script);
    let recording = &playground.history().recording;
    let mut replay = CausalReplay::new(recording);
    assert!(replay.approach(recording, playground.shown.run.playback.place(), u64::MAX));
    let evidence = evidence(&replay);
    let found = replay.contradiction(Violation { property, evidence });
    found.iter().fold(format!("{evidence}\n"), |text, fact| {
        text + &format!("{}: {}\n", fact.title, fact.why.detail)
    })
}

/// n3 votes for n1 before its slow disk has the vote, crashes, and votes for n2 in the same term.
const FORGOTTEN: &str = "cluster 3 seed 1\nrule vote-on-disk off\ndisk n3 fsync 50ms\npartition n2\nwait 100ms\n\
                         timeout n1\nwait 70ms\nkill n3\nrestart n3\npartition n1\nwait 1s\n";

/// n3 votes for n1, its disk is wiped, and it votes for n2 in the same term.
const WIPED: &str = "cluster 3 seed 31\ncut n1 -> n2\ncut n2 -> n1\ntimeout n1\nwait leader\nwipe n3\n\
                     partition n1 | n2 n3\nrestart n3\nwait 1s\n";

/// Two leaders of one term: how each came to lead, and who has voted for both.
#[test]
fn two_leaders_are_told_with_both_their_elections() {
    let halved = "cluster 3 seed 7\nrule majority-quorum off\nwait 1s\n";
    let told = [halved, FORGOTTEN, WIPED].into_iter().fold(String::new(), |text, script| {
        let mut playground = play_script(script);
        text + &contradiction(&mut playground, "election-safety") + "\n"
    });
    expect![[r#"
        n3 leads term 1 with the votes of n3: n3 becomes leader of term 1 with 1 vote of 3 (§5.2).
        n2 leads term 1 with the votes of n2: n2 becomes leader of term 1 with 1 vote of 3 (§5.2).

        n3 votes for n1 in term 1: n3 votes for n1 in term 1: its log is at least as new (empty) (§5.4.1).
        n1 leads term 1 with the votes of n1 and n3: n1 becomes leader of term 1 with 2 votes of 3 (§5.2).
        n3 votes for n2 in term 1: n3 votes for n2 in term 1: its log is at least as new (empty) (§5.4.1).
        n2 leads term 1 with the votes of n2 and n3: n2 becomes leader of term 1 with 2 votes of 3 (§5.2).

        n3 votes for n1 in term 1: n3 votes for n1 in term 1: its log is at least as new (empty) (§5.4.1).
        n1 leads term 1 with the votes of n1 and n3: n1 becomes leader of term 1 with 2 votes of 3 (§5.2).
        n3 votes for n2 in term 1: n3 votes for n2 in term 1: its log is at least as new (empty) (§5.4.1).
        n2 leads term 1 with the votes of n2 and n3: n2 becomes leader of term 1 with 2 votes of 3 (§5.2).

    "#]].assert_eq(&told);
}

#[test]
fn the_causes_of_two_leaders_lead_to_both_elections() {
    let mut playground = play_script(WIPED);
    contradiction(&mut playground, "election-safety");
    let told = explained(&mut playground, "election-safety");
    expect![[r#"
        You did `timeout n1`.
        n1's election timer ran out after 0 ms; it asks who would vote for it in term 1 (thesis §9.6).
        n3 would vote for n1 in term 1 (thesis §9.6).
        n1 could win, and stands for term 1 (§5.2).
        n1 has term 1 and its vote for itself on disk.
        n1 counts the vote of n1: 1 of 2 needed (§5.2).
        n3 votes for n1 in term 1: its log is at least as new (empty) (§5.4.1).
        n3 has term 1 and its vote for n1 on disk.
        n1 counts the vote of n3: 2 of 2 needed (§5.2).
        n1 becomes leader of term 1 with 2 votes of 3 (§5.2).
        The disk of n3 is wiped: its term, vote and log are gone.
        n3 starts again with an empty log.
        n2's election timer ran out after 266 ms; it asks who would vote for it in term 1 (thesis §9.6).
        n3 would vote for n2 in term 1 (thesis §9.6).
        n2 could win, and stands for term 1 (§5.2).
        n2 has term 1 and its vote for itself on disk.
        n2 counts the vote of n2: 1 of 2 needed (§5.2).
        n3 votes for n2 in term 1: its log is at least as new (empty) (§5.4.1).
        n3 has term 1 and its vote for n2 on disk.
        n2 counts the vote of n3: 2 of 2 needed (§5.2).
        n2 becomes leader of term 1 with 2 votes of 3 (§5.2).
        A property is broken. election-safety: n1 and n2 have both led term 1.
    "#]].assert_eq(&told);
}

/// A server that votes twice in a term has forgotten its vote, and a rule or a disk let it.
#[test]
fn a_second_vote_is_told_with_what_let_it_be_given() {
    let mut playground = play_script(FORGOTTEN);
    let told = contradiction(&mut playground, "one-vote") + &explained(&mut playground, "one-vote");
    expect![[r#"
        n3 votes for n1 in term 1: n3 votes for n1 in term 1: its log is at least as new (empty) (§5.4.1).
        n3 votes for n2 in term 1: n3 votes for n2 in term 1: its log is at least as new (empty) (§5.4.1).
        The rule vote-on-disk is off; it says: a vote is on disk before it is given.
        You did `timeout n1`.
        n1's election timer ran out after 100 ms; it asks who would vote for it in term 1 (thesis §9.6).
        n3 would vote for n1 in term 1 (thesis §9.6).
        n1 could win, and stands for term 1 (§5.2).
        n1 has term 1 on disk.
        n3 votes for n1 in term 1: its log is at least as new (empty) (§5.4.1).
        n3 is killed; what was not on its disk is gone.
        n3 starts again with an empty log.
        n2's election timer ran out after 195 ms; it asks who would vote for it in term 1 (thesis §9.6).
        n3 would vote for n2 in term 1 (thesis §9.6).
        n2 could win, and stands for term 1 (§5.2).
        n2 has term 1 on disk.
        n3 votes for n2 in term 1: its log is at least as new (empty) (§5.4.1).
        A property is broken. one-vote: n3 has voted for n1 and for n2 in term 1.
    "#]].assert_eq(&told);
}

/// The causes of a broken property, one a line.
fn explained(playground: &mut Playground, property: &'static str) -> String {
    let explanation = ask(playground, Question::Broken(property));
    let causes = explanation.answer.as_ref().unwrap();
    causes.iter().fold(String::new(), |text, cause| text + &cause.text + "\n")
}

const N1: NodeId = NodeId(1);

/// n1 transfers leadership to n3, which it can't reach, and refuses to add n4 meanwhile.
const REFUSED: &str = "cluster 3 seed 118\ntimeout n1\nwait leader\nset a one\nwait agree\n\
                       cut n1 -> n3\nset a two\ntransfer n3\nadd n4 &\nwait 50ms\n";

fn term_of_n1(replay: &CausalReplay) -> Term {
    replay.run.cluster().server(N1).and_then(Server::node).unwrap().current_term()
}

#[test]
fn a_refusal_is_listed_with_what_was_done_all_the_same() {
    let in_part = |replay: &CausalReplay| {
        let request = replay.past.refused.front().unwrap().id;
        Evidence::RefusedInPart { leader: N1, term: term_of_n1(replay), request }
    };
    let unasked = |replay: &CausalReplay| Evidence::Unasked {
        leader: N1,
        term: term_of_n1(replay),
        node: NodeId(4),
    };
    // The client retries when the transfer is given up, and n1 accepts.
    let later = format!("{REFUSED}wait 600ms\n");
    let property = Property::RefusedStaysRefused;
    let told = facts(&later, property, in_part) + &facts(&later, property, unasked);
    expect![[r#"
        n1, leading term 1, has refused request 3, but changed its log or its pending changes
        n1 refuses `add n4` in term 1: n1 refuses `add n4`.
        entry 5 of n1 is `members n1 n2 n3 n4` of term 1: n1 appends entry 5, the configuration: n1 n2 n3 n4 (§6).
        n1, leading term 1, has changed the membership of n4 without having accepted a request for it
        n1 refuses `add n4` in term 1: n1 refuses `add n4`.
        n1 leads term 1 with the members n1 n2 n3 n4: n1 appends entry 5, the configuration: n1 n2 n3 n4 (§6).
        the members that were agreed on are n1 n2 n3 n4: Entry 5 is committed: it is on 3 of 4 disks and of n1's own term (§5.4.2).
    "#]].assert_eq(&told);
}

#[test]
fn an_answer_is_listed_with_the_committed_configuration() {
    let never_so = "cluster 5 seed 42\ntiming election 150ms..2s\nrule read-confirmation off\ntimeout n1\n\
                    wait leader\nset color blue\nwait 200ms\npartition n1 n2 | n3 n4 n5\nwait until leader n4\n\
                    members n2 n3 n4 n5 via n4\nmembers n1 n2 n3 n4 n5 via n1\n";
    let told = contradiction(&mut play_script(never_so), "answered-changes");
    let made = "cluster 3 seed 118\ntimeout n1\nwait leader\nadd n4 learner\nwait agree\n";
    let not_told = facts(made, Property::AnsweredChanges, |replay| {
        let request = replay.past.answered.front().unwrap().id;
        Evidence::NotTold { request, leader: N1, since: replay.run.cluster().now() }
    });
    expect![[r#"
        the members that were agreed on are n2 n3 n4 n5: Entry 4 is committed: it is on 3 of 4 disks and of n4's own term (§5.4.2).
        `members n1 n2 n3 n4 n5` was answered: done: You asked for `members n1 n2 n3 n4 n5` and got: done.
        the change of request 1 is done since 0.222s, as its leader n1 knows, but the client was not told
        n1 counts entry 2 as committed: `members n1 n2 n3, learning n4` of term 1: Entry 2 is committed: it is on 2 of 3 disks and of n1's own term (§5.4.2).
        `add n4 learner` was answered: done: You asked for `add n4 learner` and got: done.
    "#]].assert_eq(&(told + &not_told));
}

#[test]
fn a_transfer_that_goes_on_is_listed_with_its_beginning() {
    let goes_on = |replay: &CausalReplay| {
        let (term, to) = (term_of_n1(replay), NodeId(3));
        Evidence::TransferGoesOn { leader: N1, term, to }
    };
    let asked = "cluster 3 seed 118\ntimeout n1\nwait leader\nset a one\nwait agree\n\
                 cut n1 -> n3\ntransfer n3\nwait 50ms\n";
    let property = Property::TransferEnds;
    let told = facts(REFUSED, property, goes_on) + &facts(asked, property, goes_on);
    expect![[r#"
        n1, leading term 1, goes on with its transfer to n3 after the deadline
        n1 still waits until n3 has all of its log: n1 appends entry 3 and sends it to all (§5.3).
        n1 hands over to n3, for an election timeout at the most: n1 is to hand over to n3, and takes no new commands meanwhile (thesis §3.10).
        n1, leading term 1, goes on with its transfer to n3 after the deadline
        n1 hands over to n3, for an election timeout at the most: n1 is to hand over to n3, and takes no new commands meanwhile (thesis §3.10).
        n1 still waits for n3, which it has asked to stand: n1 asks n3, which has all of its log, to stand for election at once (thesis §3.10).
    "#]].assert_eq(&told);
}

#[test]
fn a_log_that_is_behind_is_listed_with_its_leaders() {
    let behind = |replay: &CausalReplay| {
        let since = replay.run.cluster().now();
        Evidence::LeftBehind { node: NodeId(3), leader: N1, since }
    };
    let nothing = "cluster 3 seed 118\ntimeout n1\nwait leader\ncut n1 -> n3\nset a one\n";
    let property = Property::CatchUp;
    let told = facts(REFUSED, property, behind) + &facts(nothing, property, behind);
    expect![[r#"
        since 0.272s n3 is connected to the leader n1, but does not catch up
        n1 knows that n3 has its log up to entry 2: n1 becomes leader of term 1 with 2 votes of 3 (§5.2).
        the log of n3 ends with entry 2: `set a one` of term 1: n3 appends entry 2 from n1 (§5.3).
        the log of n1 ends with entry 3: `set a two` of term 1: n1 appends entry 3 and sends it to all (§5.3).
        since 0.139s n3 is connected to the leader n1, but does not catch up
        the log of n3 is empty: The cluster begins with 3 servers, all followers in term 0.
        n1 knows of no entry that n3 has: n1 becomes leader of term 1 with 2 votes of 3 (§5.2).
        the log of n1 ends with entry 2: `set a one` of term 1: n1 appends entry 2 and sends it to all (§5.3).
    "#]].assert_eq(&told);
}
