//! Replication and commitment: the paper's sections 5.3, 5.4.2 and 5.5.

use kvorum::raft::{
    Appended, Data, Effects, Envelope, Input, Message, NodeId, Note, Progress, Refusal, Role, Rule,
    Settings, Term,
};

use crate::server::{Server, heartbeat, index, position, result, sent_to};

/// Section 5.3: the consistency check, and the hint that skips a whole term.
#[test]
fn a_follower_refuses_entries_after_a_gap_or_conflict() {
    let mut server = Server::new(1, 3, 6, &[1, 4, 4, 4]);
    let conflict = |effects: Effects| match result(&effects) {
        Some(Appended::Conflict { rejected, conflict_term, first }) => {
            (rejected.get(), conflict_term.map(|term| term.0), first.get())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(conflict(server.append(2, 6, position(5, 7), &[6])), (7, None, 5));
    assert_eq!(conflict(server.append(2, 6, position(5, 4), &[6])), (4, Some(4), 2));
    assert_eq!(server.node.log().len(), 4, "nothing changed");
}

/// Section 5.3: conflicting entries are replaced, matching ones stay, and the response waits for
/// the disk.
#[test]
fn a_follower_replaces_what_conflicts_and_only_that() {
    let mut server = Server::new(1, 3, 3, &[1, 2, 2]);
    let effects = server.append(2, 3, position(1, 1), &[2, 3]);
    assert_eq!(result(&effects), None, "not before it is on disk");
    assert_eq!(
        effects.write.as_ref().map(|write| (write.first.get(), write.entries.len())),
        Some((3, 1))
    );
    let matched = Some(Appended::Matched { match_index: Some(index(3)) });
    assert_eq!(result(&server.sync()), matched);
    assert_eq!(server.log_terms(), [1, 2, 3]);
}

/// Section 5.5: a delayed AppendEntries must not shorten the log.
#[test]
fn a_late_append_does_not_truncate() {
    let mut server = Server::new(1, 3, 2, &[1, 2, 2, 2]);
    let effects = server.append(2, 2, position(1, 1), &[2]);
    assert_eq!(server.node.log().len(), 4);
    assert_eq!(result(&effects), Some(Appended::Matched { match_index: Some(index(2)) }));
    assert_eq!(effects.write, None);
}

/// Figure 2: commitIndex = min(leaderCommit, index of last new entry): later entries may be another
/// leader's.
#[test]
fn a_follower_commits_only_what_it_knows_to_agree() {
    let mut server = Server::new(1, 3, 2, &[1, 1, 1]);
    server.receive(2, 2, heartbeat(position(1, 1), Some(3)));
    assert_eq!(server.node.commit_index(), Some(index(1)));
}

/// Section 5.4.2, Figure 8: entries of earlier terms are never committed by counting.
#[test]
fn a_leader_commits_no_entry_of_an_earlier_term_by_counting() {
    let mut server = Server::new(1, 5, 2, &[1, 2]);
    server.elect();
    server.sync();
    server.matched(2, 2);
    server.matched(3, 2);
    assert_eq!(server.node.commit_index(), None, "entry 2 is on three of five");
    server.matched(2, 3);
    server.matched(3, 3);
    assert_eq!(server.node.commit_index(), Some(index(3)));
}

/// Section 5.3: nextIndex goes back to where the logs agree, by the hint.
#[test]
fn a_leader_steps_back_over_a_conflicting_term() {
    let mut server = Server::new(1, 3, 6, &[1, 1, 4, 4, 5, 6]);
    server.elect();
    let result =
        Appended::Conflict { rejected: index(6), conflict_term: Some(Term(2)), first: index(3) };
    let term = server.term();
    let effects = server.receive(2, term, Message::AppendEntriesResponse { result, round: 0 });
    let Message::AppendEntries { prev, entries, .. } = &effects.messages[0].message else {
        panic!()
    };
    assert_eq!((*prev, entries.len()), (Some(position(1, 2)), 5));
}

/// Thesis 10.2.1: the number of entries in flight to a follower is bounded.
#[test]
fn a_follower_is_not_flooded() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    server.matched(2, 1);
    let mut sent = 0;
    for _ in 0..1_000 {
        sent += sent_to(&server.propose(), 2).len();
    }
    assert_eq!(sent as u64, Settings::default().max_in_flight);
}

/// Thesis 10.2.2: commands that arrive together are written and sent together.
#[test]
fn a_batch_is_one_write_and_one_message_each() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    for follower in [2, 3] {
        server.matched(follower, 1);
    }
    let batch = |size: u8| Input::ProposeAll((0..size).map(|byte| Data::new([byte])).collect());
    let effects = server.step(batch(5));
    assert_eq!(effects.proposed, Some(Ok(position(2, 6))), "the last of them");
    assert_eq!(effects.write.map(|write| (write.first, write.entries.len())), Some((index(2), 5)));
    let sent: Vec<usize> = effects.messages.iter().map(entries_in).collect();
    assert_eq!(sent, [5, 5]);

    let effects = server.step(batch(70));
    let sent: Vec<usize> = effects.messages.iter().map(entries_in).collect();
    assert_eq!(sent, [64, 64, 6, 6], "no message is larger than may be");

    assert_eq!(server.step(batch(0)).proposed, None);
    let mut follower = Server::new(2, 3, 1, &[]);
    let refused = follower.step(batch(2));
    assert_eq!(
        (refused.proposed, refused.write),
        (Some(Err(Refusal::NotLeader { leader: None })), None)
    );
}

fn entries_in(envelope: &Envelope) -> usize {
    match &envelope.message {
        Message::AppendEntries { entries, .. } => entries.len(),
        _ => 0,
    }
}

/// Figure 2, volatile state on leaders: nextIndex begins after the leader's last entry, and
/// matchIndex at 0.
#[test]
fn a_new_leader_assumes_that_all_logs_match() {
    let mut server = Server::new(1, 3, 2, &[1, 2]);
    let effects = server.elect();
    for follower in [2, 3] {
        let [Message::AppendEntries { prev, entries, .. }] = sent_to(&effects, follower)[..] else {
            panic!("{effects:?}")
        };
        assert_eq!((*prev, entries.len()), (Some(position(2, 2)), 1), "only its no-op");
        let progress = progress(&server, follower);
        assert_eq!((progress.next_index, progress.match_index), (index(3), None));
    }
}

/// A leader's progress for a follower.
fn progress(server: &Server, follower: u32) -> Progress {
    let Role::Leader(leader) = server.node.role() else { panic!("it does not lead") };
    leader.followers()[&NodeId(follower)].clone()
}

/// Figure 3, Leader Append-Only: no message makes a leader delete or overwrite entries.
#[test]
fn a_leader_only_appends() {
    let mut server = Server::leader(3);
    server.propose();
    server.propose();
    let log = server.node.log().clone();
    server.append(3, 1, None, &[1, 1, 1, 1]);
    let result = Appended::Conflict { rejected: index(3), conflict_term: None, first: index(1) };
    server.receive(3, 2, Message::AppendEntriesResponse { result, round: 0 });
    assert_eq!(*server.node.log(), log);
    server.propose();
    assert_eq!(server.node.log().entries()[..3], *log.entries());
}

/// Section 5.3: where the logs diverge, the leader goes back until they agree, and all of Figure
/// 7's followers, with missing or extra entries or both, end with the leader's log.
#[test]
fn every_follower_of_figure_7_is_repaired() {
    const LEADER: &[u64] = &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const FOLLOWERS: [&[u64]; 6] = [
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        &[1, 1, 1, 4],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        &[1, 1, 1, 4, 4, 4, 4],
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    for (name, log) in ["a", "b", "c", "d", "e", "f"].iter().zip(FOLLOWERS) {
        let mut leader = Server::new(1, 7, 7, LEADER);
        let mut follower = Server::new(2, 7, 7, log);
        let mut under_way = leader.elect().messages;
        for _ in 0..100 {
            let Some(envelope) = under_way.pop() else { break };
            let server = match envelope.to {
                NodeId(1) => &mut leader,
                NodeId(2) => &mut follower,
                _ => continue,
            };
            let effects = server.step(Input::Receive(envelope));
            under_way.extend(effects.messages);
            if effects.write.is_some() {
                under_way.extend(server.sync().messages);
            }
        }
        assert_eq!(follower.node.log(), leader.node.log(), "({name})");
        assert_eq!(leader.log_terms(), [LEADER, &[8]].concat(), "({name})");
        assert_eq!(progress(&leader, 2).match_index, Some(index(11)), "({name})");
    }
}

/// Section 5.3 and 5.5: the leader retries entries until the follower has them, also if they are
/// already committed.
#[test]
fn a_leader_sends_again_what_was_lost() {
    let mut server = Server::leader(3);
    assert_eq!(sent_to(&server.propose(), 3).len(), 1, "it gets lost");
    server.sync();
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)));
    for beat in 1..=3 {
        let effects = server.at(beat * 60).step(Input::Tick);
        assert_eq!(sent_to(&effects, 3).len(), 1, "this too");
    }
    let result = Appended::Conflict { rejected: index(2), conflict_term: None, first: index(2) };
    let effects = server.receive(3, 2, Message::AppendEntriesResponse { result, round: 3 });
    let [Message::AppendEntries { prev, entries, .. }] = sent_to(&effects, 3)[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((*prev, entries.len()), (Some(position(2, 1)), 1));
}

/// Section 5.3: entries are committed when a majority has them. A duplicate response counts once, a
/// late one takes nothing back, and one of an earlier term is ignored.
#[test]
fn answers_may_come_twice_late_and_in_any_order() {
    let mut server = Server::leader(5);
    for _ in 0..3 {
        server.propose();
    }
    server.sync();
    let result = Appended::Matched { match_index: Some(index(3)) };
    server.receive(3, 1, Message::AppendEntriesResponse { result, round: 0 });
    for number in [3, 3, 2] {
        server.matched(2, number);
    }
    let result = Appended::Conflict { rejected: index(3), conflict_term: None, first: index(2) };
    server.receive(2, 2, Message::AppendEntriesResponse { result, round: 0 });
    let known = progress(&server, 2);
    assert_eq!((known.match_index, known.next_index), (Some(index(3)), index(5)));
    assert_eq!(server.node.commit_index(), Some(index(1)), "on two of five");
    server.matched(4, 3);
    assert_eq!(server.node.commit_index(), Some(index(3)));
}

/// Section 5.3: followers learn what is committed from the next AppendEntries.
#[test]
fn a_leader_tells_what_is_committed() {
    let mut server = Server::leader(3);
    server.propose();
    server.sync();
    server.matched(2, 2);
    let effects = server.at(60).step(Input::Tick);
    for follower in [2, 3] {
        assert!(matches!(
            sent_to(&effects, follower)[..],
            [Message::AppendEntries { leader_commit: Some(last), .. }] if *last == index(2)
        ));
    }
}

/// Section 5.3: a leader of many servers counts like one of few.
#[test]
fn five_of_nine_servers_commit() {
    let mut server = Server::leader(9);
    server.propose();
    server.sync();
    for (follower, committed) in [(2, 1), (5, 1), (7, 1), (9, 2)] {
        server.matched(follower, 2);
        assert_eq!(server.node.commit_index(), Some(index(committed)), "with {follower}");
    }
}

/// Section 5.3: a commit that a follower already knows is not reported again.
#[test]
fn a_follower_learns_of_a_commit_once() {
    let mut server = Server::new(2, 3, 2, &[2, 2]);
    let mut learns = |commit| -> Vec<Note> {
        let effects = server.receive(1, 2, heartbeat(position(2, 2), Some(commit)));
        let notes = effects.notes.into_iter();
        notes.filter(|note| matches!(note, Note::LearnedCommit { .. })).collect()
    };
    assert_eq!(learns(1), [Note::LearnedCommit { last: index(1) }]);
    assert_eq!(learns(1), []);
    assert_eq!(learns(2), [Note::LearnedCommit { last: index(2) }]);
}

/// Section 5.3 and Figure 2, all servers: committed entries are applied in the order of the log,
/// each once; the commit index never goes back.
#[test]
fn what_is_committed_is_applied_in_order_and_once() {
    let mut server = Server::new(2, 3, 2, &[1, 1, 2]);
    assert!(server.apply().is_empty());
    server.receive(1, 2, heartbeat(position(2, 3), Some(2)));
    assert_eq!(server.apply(), [1, 2]);
    server.receive(1, 2, heartbeat(position(2, 3), Some(3)));
    assert_eq!(server.apply(), [3]);
    server.receive(1, 2, heartbeat(position(2, 3), Some(2)));
    server.receive(1, 2, heartbeat(position(1, 1), Some(1)));
    assert_eq!(server.node.commit_index(), Some(index(3)));
    assert!(server.apply().is_empty());
}

/// Section 5.5: a duplicate AppendEntries changes nothing, and gets the same response.
#[test]
fn an_append_may_come_twice() {
    let mut server = Server::new(2, 3, 1, &[1]);
    server.append(1, 2, position(1, 1), &[2, 2]);
    let first = result(&server.sync());
    assert_eq!(first, Some(Appended::Matched { match_index: Some(index(3)) }));
    let again = server.append(1, 2, position(1, 1), &[2, 2]);
    assert_eq!((result(&again), again.write), (first, None));
    assert_eq!(server.log_terms(), [1, 2, 2]);
}

/// Section 5.4, Leader Completeness: a server asserts that committed entries stay, also if a rule
/// is off that guards only liveness or reads.
#[test]
#[should_panic(expected = "n2: entry 1 is committed and must not be deleted")]
fn a_lost_committed_entry_is_noticed_without_a_rule_that_guards_reads() {
    let mut server = Server::new(2, 3, 2, &[2]);
    server.without(Rule::ReadConfirmation).without(Rule::NoOp);
    server.receive(1, 2, heartbeat(position(2, 1), Some(1)));
    server.append(3, 3, None, &[3]);
}

/// Section 5.3: a server asserts that terms never decrease along a log, unless entries may be
/// appended after a gap.
#[test]
#[should_panic(expected = "n2: terms never decrease along a log")]
fn a_term_that_decreases_is_noticed_without_a_rule_that_guards_elections() {
    let mut server = Server::new(2, 3, 2, &[]);
    server.without(Rule::VoteOnDisk);
    server.append(1, 3, None, &[3, 2]);
}
