//! Leadership transfer: the thesis's 3.10.

use kvorum::raft::{
    Accepted, Change, Data, Effects, Input, Message, NodeId, Note, Refusal, Term, TransferEnd,
};

use crate::server::{Server, granted, heartbeat, position, sent_to};

/// Thesis 3.10: a candidate that the leader has asked to start is not ignored.
#[test]
fn a_transfer_target_is_not_ignored() {
    let mut server = Server::new(2, 3, 2, &[2]);
    server.at(0).receive(1, 2, heartbeat(None, None));
    let ask = Message::RequestVote { last: Some(position(9, 9)), transfer: true };
    server.at(1).receive(3, 3, ask);
    assert_eq!(server.node.voted_for(), Some(NodeId(3)));
}

/// Thesis 3.10: the leader brings the target up to date first, and accepts no proposals meanwhile.
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

/// Thesis 3.10 and section 7: the target may be brought up to date by a snapshot alone.
#[test]
fn a_leader_hands_over_when_the_target_has_its_snapshot() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    server.matched(2, 1);
    server.apply();
    server.step(Input::Snapshot { data: Data::new(*b"the whole store"), keep: 0 });
    let begun = server.step(transfer(3));
    assert!(matches!(sent_to(&begun, 3)[..], [Message::InstallSnapshot { done: true, .. }]));
    let (last, received, round) = (position(2, 1), 15, 0);
    let has = |installed| Message::InstallSnapshotResponse { last, received, installed, round };
    assert!(!sent_to(&server.receive(3, 2, has(false)), 3).contains(&&Message::TimeoutNow));
    assert!(sent_to(&server.receive(3, 2, has(true)), 3).contains(&&Message::TimeoutNow));
}

/// Thesis 3.10: if the target does not take over within an election timeout, the leader resumes.
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

/// Thesis 3.10: a server that receives TimeoutNow starts an election at once, in a new term and
/// without pre-votes.
#[test]
fn the_target_stands_at_once() {
    let mut server = Server::new(2, 3, 2, &[2]);
    server.receive(1, 2, Message::TimeoutNow);
    assert_eq!((server.node.current_term(), server.node.voted_for()), (Term(3), Some(NodeId(2))));
    let old = Server::new(2, 3, 2, &[2]).receive(1, 1, Message::TimeoutNow);
    assert!(old.write.is_none(), "an old one is ignored");
}

/// Thesis 3.10: the old leader steps down for the target at once, although all hear it.
#[test]
fn the_old_leader_gives_way() {
    let mut server = Server::leader(3);
    server.step(Input::Transfer(NodeId(3)));
    let ask = Message::RequestVote { last: Some(position(2, 1)), transfer: true };
    server.receive(3, 3, ask);
    assert!(!server.node.is_leader());
    assert_eq!(granted(&server.sync()), Some(true));
}

/// Thesis 3.10: leadership is transferred only to voters, and only a voter obeys TimeoutNow.
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

fn transfer(id: u32) -> Input {
    Input::Transfer(NodeId(id))
}

/// How a transfer ended, if one did.
fn ended(effects: &Effects) -> Option<(NodeId, TransferEnd)> {
    effects.notes.iter().find_map(|note| match note {
        Note::TransferEnded { to, why } => Some((*to, *why)),
        _ => None,
    })
}

/// Thesis 3.10: the leader resumes after an election timeout, however often the same transfer is
/// requested meanwhile. A transfer to another server ends the first one and gets a timeout of its
/// own.
#[test]
fn asking_again_does_not_extend_a_transfer() {
    let mut server = Server::leader(3);
    server.at(3).step(transfer(3));
    let again = server.at(200).step(transfer(3));
    assert_eq!((again.transfer, ended(&again)), (Some(Ok(())), None));
    server.matched(2, 1);
    let effects = server.at(303).step(Input::Tick);
    assert_eq!(ended(&effects), Some((NodeId(3), TransferEnd::TooLate)));
    assert!(matches!(server.propose().proposed, Some(Ok(_))));

    server.at(400).step(transfer(3));
    let effects = server.at(450).step(transfer(2));
    assert_eq!(ended(&effects), Some((NodeId(3), TransferEnd::Replaced { by: NodeId(2) })));
    assert_eq!(server.node.transfer().map(|under_way| under_way.to), Some(NodeId(2)));
}

/// Thesis 3.10: a transfer to the leader itself ends a transfer in progress; without one there is
/// nothing to do.
#[test]
fn a_leader_that_is_named_itself_keeps_the_leadership() {
    let mut server = Server::leader(3);
    assert_eq!(server.step(transfer(1)).transfer, Some(Err(Refusal::NoChange)));
    server.step(transfer(3));
    let effects = server.step(transfer(1));
    let recalled = Some((NodeId(3), TransferEnd::Recalled));
    assert_eq!((effects.transfer, ended(&effects)), (Some(Ok(())), recalled));
    assert!(matches!(server.propose().proposed, Some(Ok(_))));
    assert_eq!(server.node.lease_end(), None, "3 was asked to stand already, and may do it");
}

/// Thesis 3.10: what waited for a transfer continues also when the leader keeps the leadership.
#[test]
fn what_waits_for_a_transfer_goes_on_when_it_ends() {
    let mut server = Server::leader(3);
    server.step(Input::Change(Change::Add(NodeId(4))));
    server.sync();
    server.matched(2, 2);
    server.step(transfer(3));
    server.matched(4, 2);
    assert!(!server.node.config().is_voter(NodeId(4)), "it waits");
    server.step(transfer(1));
    assert!(server.node.config().is_voter(NodeId(4)));
}

/// Thesis 3.10 and chapter 4: a transfer to a server that loses its vote ends; the removal does not
/// wait for it.
#[test]
fn a_transfer_ends_when_its_target_is_to_vote_no_longer() {
    let without = Change::Members([1, 2].map(NodeId).to_vec());
    for change in [Change::Remove(NodeId(3)), Change::Demote(NodeId(3)), without] {
        let mut server = Server::leader(3);
        server.step(transfer(3));
        let effects = server.step(Input::Change(change.clone()));
        assert_eq!(effects.change, Some(Ok(Accepted::Proposed(position(2, 2)))), "{change}");
        assert_eq!(ended(&effects), Some((NodeId(3), TransferEnd::LosesVote)), "{change}");
        assert_eq!(server.node.transfer(), None, "{change}");
    }
    let mut server = Server::leader(3);
    server.step(transfer(3));
    let effects = server.step(Input::Change(Change::Remove(NodeId(9))));
    assert_eq!(effects.change, Some(Err(Refusal::NoChange)), "what is refused ends nothing");
    assert_eq!(server.node.transfer().map(|under_way| under_way.to), Some(NodeId(3)));
}

/// Section 6 and thesis 3.10: leadership is not transferred to a server that leaves with a joint
/// configuration.
#[test]
fn a_server_that_leaves_takes_nothing_over() {
    let mut server = Server::leader(3);
    for (id, last) in [(4, 2), (5, 3)] {
        server.step(Input::Change(Change::Learn(NodeId(id))));
        server.sync();
        for follower in [2, 3, id] {
            server.matched(follower, last);
        }
    }
    server.matched(4, 3);
    server.step(Input::Change(Change::Members([1, 4, 5].map(NodeId).to_vec())));
    assert!(server.node.config().is_joint());
    assert_eq!(server.step(transfer(3)).transfer, Some(Err(Refusal::NotVoter(NodeId(3)))));
    assert_eq!(server.step(transfer(4)).transfer, Some(Ok(())));
}
