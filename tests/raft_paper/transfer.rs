//! Leadership transfer: the thesis's 3.10.

use kvorum::raft::{Change, Input, Message, NodeId, Refusal, Term};

use crate::server::{Server, granted, heartbeat, position, sent_to};

/// Thesis 3.10: the candidate that the leader has asked to stand is not ignored.
#[test]
fn a_transfer_is_no_disturbance() {
    let mut server = Server::new(2, 3, 2, &[2]);
    server.at(0).receive(1, 2, heartbeat(None, None));
    let ask = Message::RequestVote { last: Some(position(9, 9)), transfer: true };
    server.at(1).receive(3, 3, ask);
    assert_eq!(server.node.voted_for(), Some(NodeId(3)));
}

/// Thesis 3.10: the leader brings the target up to date first, and takes no proposals meanwhile.
#[test]
fn a_leader_hands_over_when_the_target_has_its_log() {
    let mut server = Server::leader(3);
    server.propose();
    let effects = server.step(Input::Transfer(NodeId(3)));
    assert_eq!(effects.transfer, Some(Ok(())));
    assert!(!sent_to(&effects, 3).contains(&&Message::TimeoutNow), "it lacks entry 2");
    let refused = Some(Err(Refusal::Transferring { to: NodeId(3) }));
    assert_eq!(server.propose().proposed, refused);
    assert!(sent_to(&server.matched(3, 2), 3).contains(&&Message::TimeoutNow));
}

/// Thesis 3.10: if the target does not take over within an election timeout, the leader goes on.
#[test]
fn a_transfer_that_takes_too_long_is_aborted() {
    let mut server = Server::leader(3);
    server.at(3).step(Input::Transfer(NodeId(3)));
    server.at(200).matched(2, 1);
    server.at(303).step(Input::Tick);
    assert_eq!(server.node.transfer(), None);
    assert!(matches!(server.at(304).propose().proposed, Some(Ok(_))));
    assert_eq!(server.node.lease_end(), None, "but the target may be elected at any time");
}

/// Thesis 3.10: who is asked to stand does so at once, in a new term, and without asking first.
#[test]
fn the_target_stands_at_once() {
    let mut server = Server::new(2, 3, 2, &[2]);
    server.receive(1, 2, Message::TimeoutNow);
    assert_eq!((server.node.current_term(), server.node.voted_for()), (Term(3), Some(NodeId(2))));
    let old = Server::new(2, 3, 2, &[2]).receive(1, 1, Message::TimeoutNow);
    assert!(old.write.is_none(), "an old one is ignored");
}

/// Thesis 3.10: the old leader gives way to the target at once, although it is heard by all.
#[test]
fn the_old_leader_gives_way() {
    let mut server = Server::leader(3);
    server.step(Input::Transfer(NodeId(3)));
    let ask = Message::RequestVote { last: Some(position(2, 1)), transfer: true };
    server.receive(3, 3, ask);
    assert!(!server.node.is_leader());
    assert_eq!(granted(&server.sync()), Some(true));
}

/// Thesis 3.10: only a server that votes can be handed over to, and only such a one stands.
#[test]
fn a_learner_takes_nothing_over() {
    let mut server = Server::leader(3);
    server.step(Input::Change(Change::Learn(NodeId(4))));
    let refused = server.step(Input::Transfer(NodeId(4))).transfer;
    assert_eq!(refused, Some(Err(Refusal::NotVoter(NodeId(4)))));
    let mut learner = Server::new(4, 3, 2, &[2]);
    learner.receive(1, 2, Message::TimeoutNow);
    assert_eq!(learner.term(), 2);
}
