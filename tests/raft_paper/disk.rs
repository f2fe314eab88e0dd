//! What is on disk and what may be lost: Figure 2's persistent state, the thesis's 3.8 and 10.2.1.

use kvorum::raft::{Appended, Effects, Input, Message, Note, Role, Term};

use crate::server::{Server, ask, granted, heartbeat, index, position, result, sent_to};

/// Section 8 and 5.4.2: the no-op is committed once a majority has it on disk; the leader counts
/// its own copy only once its own disk has it (thesis 10.2.1).
#[test]
fn a_leader_counts_itself_only_when_its_disk_is_done() {
    let mut server = Server::new(1, 3, 1, &[1, 1]);
    let effects = server.elect();
    assert_eq!(effects.messages.len(), 2, "sent while its own write is in progress");
    server.matched(2, 3);
    assert_eq!(server.node.commit_index(), None);
    server.sync();
    assert_eq!(server.node.commit_index(), Some(index(3)), "with it, all before it");
}

/// Thesis 10.2.1: the leader sends entries while its own write is in progress, and counts itself
/// only when that is done.
#[test]
fn a_leader_writes_while_it_sends() {
    let mut server = Server::leader(5);
    let effects = server.propose();
    assert!(effects.write.is_some() && sent_to(&effects, 2).len() == 1);
    server.matched(2, 2);
    server.matched(3, 2);
    assert_eq!(
        server.node.commit_index(),
        Some(index(1)),
        "two of five, and it is not on its own disk"
    );
    server.sync();
    assert_eq!(server.node.commit_index(), Some(index(2)));
}

/// Thesis 10.2.1: the leader may commit an entry that only a majority of the others have on disk.
#[test]
fn followers_alone_can_commit() {
    let mut server = Server::leader(5);
    server.propose();
    for follower in [2, 3, 4] {
        server.matched(follower, 2);
    }
    assert_eq!(server.node.commit_index(), Some(index(2)));
    assert_eq!(server.node.durable_index(), Some(index(1)), "its own write is still in progress");
}

/// Figure 2, persistent state: a vote is not forgotten, or there could be two in one term. A
/// candidate that did not receive it may ask again (section 5.5).
#[test]
fn a_vote_survives_a_crash() {
    for term_before in [1, 2] {
        let mut server = Server::new(1, 3, term_before, &[]);
        server.receive(2, 2, ask(None));
        server.sync();
        server.crash();
        assert_eq!(server.node.current_term(), Term(2));
        assert_eq!(granted(&server.receive(3, 2, ask(None))), Some(false));
        assert_eq!(granted(&server.receive(2, 2, ask(None))), Some(true));
    }
}

/// Figure 2, persistent state: an acknowledged entry survives a crash, with the term that the
/// leader wrote it in. A leader that did not receive the acknowledgement may send it again (section
/// 5.5).
#[test]
fn an_acknowledged_entry_survives_a_crash() {
    let mut server = Server::new(2, 3, 1, &[1]);
    server.append(1, 2, position(1, 1), &[2]);
    let matched = Some(Appended::Matched { match_index: Some(index(2)) });
    assert_eq!(result(&server.sync()), matched);
    server.crash();
    assert_eq!((server.node.current_term(), server.log_terms()), (Term(2), vec![1, 2]));
    let again = server.append(1, 2, position(1, 1), &[2]);
    assert_eq!((result(&again), again.write), (matched, None));
}

/// Section 5.3: entries replaced by the leader's do not come back.
#[test]
fn a_replaced_entry_does_not_come_back_after_a_crash() {
    let mut server = Server::new(2, 3, 2, &[1, 2, 2]);
    server.append(1, 3, position(1, 1), &[3]);
    server.sync();
    server.crash();
    assert_eq!(server.log_terms(), [1, 3]);
}

/// Figure 2: "updated on stable storage before responding": what a crash can lose was never
/// acknowledged.
#[test]
fn what_a_crash_loses_was_not_acknowledged() {
    let mut server = Server::new(1, 3, 1, &[]);
    assert_eq!(granted(&server.receive(2, 2, ask(None))), None);
    server.crash();
    assert_eq!((server.node.current_term(), server.node.voted_for()), (Term(1), None));
    assert_eq!(result(&server.append(3, 1, None, &[1])), None);
    server.crash();
    assert!(server.node.log().is_empty());
}

/// Thesis 3.8: the commit index need not be on disk. A server learns it again from the leader, and
/// its state machine starts again with the first entry.
#[test]
fn the_commit_index_may_be_forgotten() {
    let mut server = Server::new(2, 3, 1, &[1, 1]);
    for _ in 0..2 {
        assert_eq!((server.node.commit_index(), server.node.last_applied()), (None, None));
        server.receive(1, 1, heartbeat(position(1, 2), Some(2)));
        assert_eq!(server.apply(), [1, 2]);
        server.crash();
    }
}

/// Section 5.2: servers start as followers, former leaders too. A former leader of a term has voted
/// for itself in it, is no longer its leader, and learns what is committed by an entry of the next
/// term (section 5.4.2).
#[test]
fn a_leader_that_crashes_comes_back_as_a_follower() {
    let mut server = Server::leader(3);
    server.crash();
    assert!(matches!(server.node.role(), Role::Follower { leader: None }));
    assert_eq!((server.term(), server.node.commit_index()), (2, None));
    assert_eq!(granted(&server.receive(3, 2, ask(position(9, 9)))), Some(false));
    server.at(500).elect();
    server.sync();
    server.matched(2, 1);
    assert_eq!((server.term(), server.node.commit_index()), (3, None), "not by counting");
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)));
}

/// Figure 2, persistent state: a candidate's own vote counts once it is on disk, not once an
/// earlier write is.
#[test]
fn a_candidate_counts_its_vote_only_when_that_is_on_disk() {
    let mut server = Server::new(1, 3, 1, &[]);
    let entry = server.append(2, 1, None, &[1]).write.expect("an entry is to be written");
    server.at(500).time_out();
    server.receive(3, 1, Message::PreVoteResponse { vote_granted: true });
    assert_eq!((server.term(), server.node.awaits_disk()), (2, true));
    server.step(Input::Durable(entry.ticket));
    assert_eq!(server.node.tally(), Some((0, 2)));
    server.sync();
    assert_eq!((server.node.tally(), server.node.awaits_disk()), (Some((1, 2)), false));
}

/// A note tells how far the log is on disk whenever that has changed, and only then.
#[test]
fn progress_of_the_disk_is_noted_once() {
    let mut server = Server::new(2, 3, 2, &[]);
    let told = |effects: Effects| {
        effects.notes.into_iter().any(|note| matches!(note, Note::Persisted { .. }))
    };
    server.append(1, 2, None, &[2]);
    assert!(told(server.sync()));
    server.at(500).receive(3, 3, ask(position(9, 9)));
    assert!(!told(server.sync()), "a vote is no entry");
}

/// Effects of one step are not part of the next.
#[test]
fn emptied_effects_are_as_new() {
    let mut effects = Server::leader(3).propose();
    assert_ne!(effects, Effects::default());
    effects.clear();
    assert_eq!(effects, Effects::default());
}
