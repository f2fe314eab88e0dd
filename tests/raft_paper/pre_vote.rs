//! Disruptive servers, and what keeps them from disturbing a leader: the end of the paper's section
//! 6, the thesis's 4.2.3 and 9.6.

use kvorum::raft::{Effects, Input, Message, MessageKind, NodeId, Role, Rule, Term};

use crate::server::{Server, ask, heartbeat, kinds, position};

/// Section 6, thesis 4.2.3: a server that hears from a leader neither votes for another nor adopts
/// its term.
#[test]
fn a_server_that_hears_from_a_leader_ignores_candidates() {
    let mut server = Server::new(1, 3, 4, &[4]);
    server.at(0).receive(2, 4, heartbeat(None, None));
    assert!(server.at(149).receive(3, 7, ask(position(9, 9))).messages.is_empty());
    assert_eq!(server.node.current_term(), Term(4));
    server.at(150).receive(3, 7, ask(position(9, 9)));
    assert_eq!(server.node.voted_for(), Some(NodeId(3)), "after the shortest election timeout");
}

/// Thesis 4.2.3 and 6.4.1: this also holds in a term that it has learned of since from another
/// server, since the leader of the previous term may rely on it.
#[test]
fn a_server_that_has_heard_from_a_leader_votes_for_nobody_in_a_later_term_either() {
    let mut server = Server::new(1, 3, 4, &[4]);
    server.at(0).receive(2, 4, heartbeat(None, None));
    server.at(10).receive(3, 5, Message::PreVoteResponse { vote_granted: false });
    assert_eq!(server.node.current_term(), Term(5));
    let effects = server.at(149).receive(3, 5, ask(position(9, 9)));
    assert_eq!(kinds(&effects), [(3, MessageKind::RequestVoteResponse)]);
    assert_eq!(server.node.voted_for(), None);
    server.at(150).receive(3, 5, ask(position(9, 9)));
    assert_eq!(server.node.voted_for(), Some(NodeId(3)), "after the shortest election timeout");

    let mut server = Server::new(1, 3, 4, &[4]);
    server.at(0).receive(2, 4, heartbeat(None, None));
    let last = Some(position(9, 9));
    server.at(10).receive(3, 5, Message::PreVoteResponse { vote_granted: false });
    server.at(20).receive(3, 5, Message::RequestVote { last, transfer: true });
    assert_eq!(
        server.node.voted_for(),
        Some(NodeId(3)),
        "a candidate that the leader has asked to start"
    );
}

/// Thesis 6.4.1: a server that has just restarted may have heard from a leader just before.
#[test]
fn a_server_that_has_just_started_votes_for_nobody() {
    let mut server = Server::new(1, 3, 4, &[4]);
    server.since_start(149).receive(3, 7, ask(position(9, 9)));
    assert_eq!(server.node.voted_for(), None);
    let mut fresh = Server::new(1, 3, 0, &[]);
    fresh.since_start(1).receive(3, 7, ask(position(9, 9)));
    assert_eq!(fresh.node.voted_for(), Some(NodeId(3)), "one that never lived before may");
}

/// Thesis 9.6: a request for pre-votes changes neither the sender's term nor the receiver's.
#[test]
fn a_pre_vote_changes_nothing() {
    let mut server = Server::new(1, 3, 4, &[4]);
    let effects = server.time_out();
    assert_eq!(kinds(&effects), [(2, MessageKind::PreVote), (3, MessageKind::PreVote)]);
    assert_eq!((server.node.current_term(), effects.write), (Term(4), None));
    server.receive(2, 4, Message::PreVoteResponse { vote_granted: false });
    assert_eq!(server.node.current_term(), Term(4), "not without a majority");
    let mut other = Server::new(2, 3, 4, &[4]);
    let timer = other.node.election_timer();
    let effects = other.receive(1, 4, Message::PreVote { last: Some(position(4, 1)) });
    assert_eq!(effects.messages[0].message, Message::PreVoteResponse { vote_granted: true });
    assert_eq!((other.node.voted_for(), other.node.election_timer()), (None, timer));
}

/// Thesis 9.6: a pre-vote is refused by a server that hears from a leader, or whose log is newer.
#[test]
fn a_pre_vote_is_refused_while_there_is_a_leader() {
    let mut server = Server::new(1, 3, 4, &[4]);
    let ask = |term, number| Message::PreVote { last: Some(position(term, number)) };
    let answer = |effects: Effects| effects.messages[0].message.clone();
    let refused = Message::PreVoteResponse { vote_granted: false };
    assert_eq!(answer(server.receive(3, 4, ask(3, 9))), refused);
    server.append(2, 4, position(4, 1), &[]);
    assert_eq!(answer(server.receive(3, 4, ask(4, 1))), refused);
}

/// Thesis 4.2.3: a leader that hears from a majority is not deposed by a candidate's higher term.
#[test]
fn a_leader_that_is_heard_ignores_candidates() {
    let mut server = Server::leader(3);
    assert_eq!(kinds(&server.at(100).receive(3, 7, ask(position(9, 9)))), []);
    assert_eq!((server.node.is_leader(), server.term()), (true, 2));
    server.at(200).receive(3, 7, ask(position(9, 9)));
    assert_eq!((server.node.is_leader(), server.term()), (false, 7), "nobody has answered since");
}

/// Thesis 9.6: a server begins a new term only when a majority would vote for it, each counted
/// once.
#[test]
fn a_term_begins_when_a_majority_would_vote() {
    let mut server = Server::new(1, 5, 1, &[]);
    server.time_out();
    let would = |vote_granted| Message::PreVoteResponse { vote_granted };
    server.receive(2, 1, would(true));
    server.receive(2, 1, would(true));
    server.receive(3, 1, would(false));
    assert_eq!(server.node.tally(), Some((2, 3)));
    assert_eq!((server.term(), server.node.voted_for()), (1, None));
    server.receive(4, 1, would(true));
    assert_eq!((server.term(), server.node.voted_for()), (2, Some(NodeId(1))));
}

/// Thesis 9.6: a server that was cut off for long comes back in its old term, and follows the
/// leader.
#[test]
fn a_server_that_was_cut_off_comes_back_in_its_old_term() {
    let mut server = Server::new(3, 3, 4, &[4]);
    for timeout in 1..=20 {
        let effects = server.at(timeout * 400).step(Input::Tick);
        assert_eq!(kinds(&effects), [(1, MessageKind::PreVote), (2, MessageKind::PreVote)]);
        assert_eq!(kinds(&server.step(Input::Tick)), [], "a new timeout has begun");
    }
    server.append(1, 4, position(4, 1), &[]);
    assert_eq!((server.term(), server.node.leader()), (4, Some(NodeId(1))));
}

/// Thesis 9.6 and 4.2.3: a request for pre-votes deposes no leader, however high its term. (A
/// server that was cut off right after it started an election, and was removed meanwhile, sends
/// such requests.)
#[test]
fn a_pre_vote_of_a_later_term_disturbs_no_leader() {
    let ask = Message::PreVote { last: Some(position(9, 9)) };
    let refused = Message::PreVoteResponse { vote_granted: false };
    let mut leader = Server::leader(3);
    let effects = leader.at(100).receive(3, 7, ask.clone());
    assert_eq!((leader.node.is_leader(), leader.term()), (true, 2));
    assert_eq!(effects.messages[0].message, refused);
    let mut follower = Server::new(2, 3, 2, &[2]);
    follower.at(0).append(1, 2, position(2, 1), &[]);
    let effects = follower.at(100).receive(3, 7, ask.clone());
    assert_eq!((follower.node.leader(), follower.term()), (Some(NodeId(1)), 2));
    assert_eq!(effects.messages[0].message, refused);
    follower.at(150).receive(3, 7, ask);
    assert_eq!(
        (follower.node.leader(), follower.term()),
        (None, 7),
        "no leader was heard for long"
    );
}

/// Thesis 9.6 and 4.2.3: a server's own vote is like any other, and is refused while it hears from
/// a leader.
#[test]
fn a_server_that_hears_from_a_leader_does_not_vote_for_itself() {
    for (after, own) in [(149, 0), (150, 1)] {
        let mut server = Server::new(1, 3, 4, &[4]);
        server.at(0).receive(2, 4, heartbeat(None, None));
        server.at(after).time_out();
        assert_eq!(server.node.tally(), Some((own, 2)), "after {after} ms");
    }
}

/// Thesis 9.6 and 4.2.3: a candidate's own vote does not count either if it becomes durable while a
/// leader is heard. It counts if the leader has asked the candidate to start, and if no rule
/// protects a leader that is heard.
#[test]
fn a_vote_for_itself_that_comes_to_disk_while_a_leader_is_heard_does_not_count() {
    let own = |after, without: Option<Rule>| {
        let mut server = Server::new(1, 3, 4, &[4]);
        if let Some(rule) = without {
            server.without(rule);
        }
        server.at(0).receive(2, 4, heartbeat(None, None));
        server.at(10).time_out();
        for voter in [2, 3] {
            server.receive(voter, 4, Message::PreVoteResponse { vote_granted: true });
        }
        assert_eq!((server.term(), server.node.tally()), (5, Some((0, 2))));
        server.at(after).sync();
        server.node.tally()
    };
    assert_eq!(own(149, None), Some((0, 2)));
    assert_eq!(own(150, None), Some((1, 2)));
    assert_eq!(own(149, Some(Rule::LeaderStickiness)), Some((1, 2)));

    let mut asked = Server::new(1, 3, 4, &[4]);
    asked.at(0).receive(2, 4, heartbeat(None, None));
    asked.at(10).receive(2, 4, Message::TimeoutNow);
    asked.sync();
    assert_eq!(asked.node.tally(), Some((1, 2)));
}

/// Thesis 9.6: during a pre-vote a server has no vote of its own to count when its disk is done,
/// for example with an entry of the leader that it hears from.
#[test]
fn a_pre_vote_is_not_counted_when_an_entry_comes_to_disk() {
    for after in [149, 150] {
        let mut server = Server::new(1, 3, 4, &[4]);
        server.at(0).append(2, 4, position(4, 1), &[4]);
        server.at(10).time_out();
        server.at(after).sync();
        assert_eq!((server.term(), server.node.tally()), (4, Some((0, 2))), "after {after} ms");
    }
}

/// Thesis 9.6 and 4.2.3: a leader counts as heard for the shortest election timeout, to the
/// millisecond.
#[test]
fn a_pre_vote_is_given_when_a_leader_was_not_heard_for_long_enough() {
    for (after, vote_granted) in [(149, false), (150, true)] {
        let mut server = Server::new(1, 3, 4, &[4]);
        server.at(0).receive(2, 4, heartbeat(None, None));
        let effects =
            server.at(after).receive(3, 4, Message::PreVote { last: Some(position(4, 1)) });
        assert_eq!(effects.messages[0].message, Message::PreVoteResponse { vote_granted });
    }
}

/// Thesis 9.6: a server that requests pre-votes is not yet a candidate of a new term.
#[test]
fn a_candidate_asks_for_pre_votes_first() {
    let mut server = Server::new(1, 3, 4, &[4]);
    let only_asks = |server: &Server| match server.node.role() {
        Role::Candidate(candidate) => Some(candidate.is_pre_vote()),
        _ => None,
    };
    server.time_out();
    assert_eq!(only_asks(&server), Some(true));
    server.receive(2, 4, Message::PreVoteResponse { vote_granted: true });
    assert_eq!(only_asks(&server), Some(false));
}

/// Thesis 9.6: pre-votes are refused while a leader is heard, even with the rule of 4.2.3 off that
/// protects it from candidates.
#[test]
fn a_pre_vote_is_refused_while_a_leader_is_heard_even_without_stickiness() {
    let mut server = Server::new(1, 3, 4, &[4]);
    server.without(Rule::LeaderStickiness);
    server.at(0).receive(2, 4, heartbeat(None, None));
    for (after, vote_granted) in [(149, false), (150, true)] {
        let effects =
            server.at(after).receive(3, 4, Message::PreVote { last: Some(position(4, 1)) });
        assert_eq!(effects.messages[0].message, Message::PreVoteResponse { vote_granted });
    }
}
