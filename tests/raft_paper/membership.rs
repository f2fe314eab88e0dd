//! Changes of the membership: the paper's section 6, the thesis's 4.1, 4.2 and 4.3.

use kvorum::raft::{
    Accepted, Appended, Change, Config, Durable, Entry, Input, Log, Message, MessageKind, NodeId,
    Note, Payload, Position, Refusal, Term,
};

use crate::server::{
    Server, ask, at, config, entries, granted, heartbeat, index, kinds, position, result, sent_to,
};

fn add(id: u32) -> Input {
    Input::Change(Change::Add(NodeId(id)))
}

fn remove(id: u32) -> Input {
    Input::Change(Change::Remove(NodeId(id)))
}

fn demote(id: u32) -> Input {
    Input::Change(Change::Demote(NodeId(id)))
}

fn members(ids: &[u32]) -> Input {
    Input::Change(Change::Members(ids.iter().copied().map(NodeId).collect()))
}

/// A change that was accepted, and whose next step is at this position of the log.
fn proposed(term: u64, number: u64) -> Option<Result<Accepted, Refusal>> {
    Some(Ok(Accepted::Proposed(position(term, number))))
}

fn learn(id: u32) -> Input {
    Input::Change(Change::Learn(NodeId(id)))
}

/// An AppendEntries with a configuration that is not committed yet.
fn bring(config: Config, prev: Option<Position>) -> Message {
    let entries = vec![Entry { term: Term(2), payload: Payload::Config(config) }];
    Message::AppendEntries { prev, entries, leader_commit: None, round: 1 }
}

/// A leader of the servers 1 to 3 that is changing to 1, 4 and 5, both of which have the whole log.
/// The joint configuration is entry 4, and on no disk yet.
fn joint_leader() -> Server {
    let mut server = Server::leader(3);
    for (id, last) in [(4, 2), (5, 3)] {
        server.step(learn(id));
        server.sync();
        server.matched(2, last);
    }
    for id in [3, 4, 5] {
        server.matched(id, 3);
    }
    server.step(members(&[1, 4, 5]));
    let config = server.node.config().clone();
    assert!(config.is_joint(), "{config}");
    server
}

/// Section 6: a configuration counts from the moment it is in the log; a joint one needs both
/// majorities, and once it is committed the leader goes on to the new one.
#[test]
fn a_joint_configuration_needs_both_majorities() {
    let mut server = joint_leader();
    server.sync();
    server.matched(4, 4);
    assert_eq!(server.node.commit_index(), Some(index(3)), "two of the new three, one of the old");
    server.matched(2, 4);
    assert_eq!(server.node.commit_index(), Some(index(4)));
    assert!(!server.node.config().is_joint(), "on to the new one");
    assert_eq!(server.node.config().voters(), [1, 4, 5].map(NodeId));
    server.sync();
    server.matched(3, 5);
    assert_eq!(server.node.commit_index(), Some(index(4)), "removed servers are not counted");
    server.matched(5, 5);
    assert_eq!(server.node.commit_index(), Some(index(5)));
    assert_eq!(server.node.goals(), [], "it is done");
}

/// Thesis 4.2.1: a learner does not start elections.
#[test]
fn a_learner_has_no_election_timer() {
    let mut server = Server::new(4, 3, 2, &[]);
    server.receive(1, 2, bring(config(3).with_learners([NodeId(4)]), None));
    assert_eq!(server.node.deadline(), None);
    assert!(!server.node.expire_election_timer(at(1)));
}

/// Thesis 4.1 with the correction of 2015: one change at a time, and none before the leader has a
/// commit in its term.
#[test]
fn changes_of_the_membership_come_one_at_a_time() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    let early = server.step(add(4));
    assert_eq!(early.change, Some(Err(Refusal::ChangeInProgress)));
    server.sync();
    server.matched(2, 1);
    assert!(matches!(server.step(add(4)).change, Some(Ok(_))));
    assert!(server.node.config().is_learner(NodeId(4)), "first it learns, in force at once");
    for id in [4, 5] {
        let effects = server.step(add(id));
        assert_eq!(effects.change, Some(Err(Refusal::ChangeInProgress)));
    }
    server.sync();
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)), "two of three: learners do not count");
    assert!(server.node.config().is_learner(NodeId(4)), "it has not caught up");
    server.matched(4, 2);
    assert_eq!(server.node.config().voters().len(), 4, "it has");
    server.sync();
    server.matched(2, 3);
    assert_eq!(server.node.commit_index(), Some(index(2)), "three of four are needed now");
    server.matched(4, 3);
    assert_eq!(server.step(add(4)).change, Some(Err(Refusal::NoChange)));
}

/// A voter that is demoted stays as a learner. This is a change of one voter, so it needs no joint
/// configuration (thesis 4.1), and its copies no longer count from the moment the change is in the
/// log (section 6).
#[test]
fn a_voter_that_is_demoted_learns_on_and_is_not_counted() {
    let mut server = Server::leader(3);
    assert_eq!(server.step(demote(3)).change, proposed(2, 2));
    let now = server.node.config().clone();
    assert_eq!((now.voters(), now.learners()), (&[NodeId(1), NodeId(2)][..], &[NodeId(3)][..]));
    assert!(!now.is_joint());
    server.sync();
    server.matched(3, 2);
    assert_ne!(server.node.commit_index(), Some(index(2)), "a learner's copy");
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)), "both voters have it");
    assert_eq!(server.step(demote(3)).change, Some(Err(Refusal::NoChange)));
    let stranger = Some(Err(Refusal::NotVoter(NodeId(9))));
    assert_eq!(server.step(demote(9)).change, stranger);
    server.step(demote(2));
    server.sync();
    server.matched(2, 3);
    assert_eq!(server.node.config().voters(), [NodeId(1)]);
    assert_eq!(server.step(demote(1)).change, Some(Err(Refusal::LastServer)));
    assert_eq!(server.node.config().voters(), [NodeId(1)], "what is refused changes nothing");
}

/// Thesis 4.2.2: the same as for a leader that removes itself.
#[test]
fn a_leader_that_demotes_itself_steps_down_when_that_is_committed_and_learns() {
    let mut server = Server::leader(3);
    assert!(matches!(server.step(demote(1)).change, Some(Ok(_))));
    server.sync();
    server.matched(2, 2);
    assert!(server.node.is_leader(), "its own copy does not count");
    server.matched(3, 2);
    assert!(!server.node.is_leader());
    assert!(server.node.config().is_learner(NodeId(1)));
    assert_eq!(server.node.deadline(), None, "a learner stands for no election");
}

/// Thesis 4.2.2: a leader that removes itself leads until that is committed, and does not count
/// itself.
#[test]
fn a_leader_that_leaves_steps_down_when_that_is_committed() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    server.matched(2, 1);
    let leave = server.step(remove(1));
    assert!(matches!(leave.change, Some(Ok(_))));
    server.sync();
    server.matched(2, 2);
    assert!(server.node.is_leader(), "its own copy does not count");
    server.matched(3, 2);
    assert!(!server.node.is_leader());
    assert_eq!(server.node.commit_index(), Some(index(2)));
}

/// Thesis 4.1: a configuration that is truncated from the log is no longer in force.
#[test]
fn a_truncated_configuration_is_undone() {
    let mut server = Server::new(1, 3, 1, &[1]);
    let prev = position(1, 1);
    server.receive(2, 2, bring(config(4), Some(prev)));
    assert_eq!(server.node.config().voters().len(), 4);
    server.append(3, 3, prev, &[3]);
    assert_eq!(server.node.config().voters().len(), 3);
}

/// Section 6, thesis 4.3: in a joint configuration a candidate needs both majorities, too.
#[test]
fn a_candidate_needs_both_majorities() {
    let mut server = Server::new(1, 3, 2, &[]);
    server.receive(2, 2, bring(config(3).joint_with([1, 4, 5].map(NodeId)), None));
    server.sync();
    server.at(500).time_out();
    let would = Message::PreVoteResponse { vote_granted: true };
    server.receive(4, 2, would.clone());
    assert_eq!(server.term(), 2, "it could not win the old majority");
    server.receive(2, 2, would);
    assert_eq!(server.term(), 3);
    assert_eq!(kinds(&server.sync()), [4, 5, 2, 3].map(|id| (id, MessageKind::RequestVote)));
    let vote = Message::RequestVoteResponse { vote_granted: true };
    server.receive(4, 3, vote.clone());
    server.receive(5, 3, vote.clone());
    assert!(!server.node.is_leader(), "all of the new, one of the old");
    server.receive(2, 3, vote);
    assert!(server.node.is_leader());
}

/// Section 6: any server of either configuration may lead while it is joint.
#[test]
fn both_halves_may_stand() {
    for id in [1, 2, 5] {
        let mut server = Server::new(id, 3, 2, &[]);
        server.receive(9, 2, bring(config(3).joint_with([1, 4, 5].map(NodeId)), None));
        assert!(server.node.election_timer().is_some(), "n{id}");
        server.receive(9, 2, heartbeat(position(2, 1), Some(1)));
        assert!(server.node.election_timer().is_some(), "n{id}, and it is committed");
    }
}

/// Section 6, thesis 4.2.4: entries go to all servers of both configurations, and clients are
/// served during the change.
#[test]
fn clients_are_served_during_a_change() {
    let mut server = joint_leader();
    let effects = server.propose();
    assert_eq!(effects.proposed, Some(Ok(position(2, 5))));
    for id in 2..=5 {
        assert_eq!(sent_to(&effects, id).len(), 1, "n{id}");
    }
    server.sync();
    server.matched(2, 5);
    server.matched(4, 5);
    assert_eq!(server.node.commit_index(), Some(index(5)));
}

/// Thesis 4.1: a server accepts leaders and candidates that are not in its configuration, since its
/// own may be outdated.
#[test]
fn servers_outside_the_configuration_are_heard() {
    let mut server = Server::new(1, 3, 2, &[2]);
    server.append(9, 2, position(2, 1), &[2]);
    let matched = Appended::Matched { match_index: Some(index(2)) };
    assert_eq!((server.node.leader(), result(&server.sync())), (Some(NodeId(9)), Some(matched)));
    let mut server = Server::new(1, 3, 2, &[2]);
    server.receive(9, 3, ask(position(2, 1)));
    assert_eq!(granted(&server.sync()), Some(true));
}

/// Thesis 4.2.1: learners are neither counted nor asked in elections.
#[test]
fn a_learner_has_no_vote() {
    let mut server = Server::new(1, 3, 2, &[]);
    server.receive(2, 2, bring(config(3).with_learners([NodeId(4)]), None));
    server.sync();
    let asked = MessageKind::RequestVote;
    assert_eq!(kinds(&server.at(500).stand()), [(2, asked), (3, asked)]);
    server.receive(4, 3, Message::RequestVoteResponse { vote_granted: true });
    assert_eq!((server.node.is_leader(), server.node.tally()), (false, Some((1, 2))));
}

/// Thesis 4.2.1: a new server that does not catch up never gets a vote, and blocks nothing.
#[test]
fn a_server_that_does_not_catch_up_blocks_nothing() {
    let mut server = Server::leader(3);
    server.step(add(4));
    server.propose();
    server.sync();
    server.matched(2, 3);
    assert_eq!(server.node.commit_index(), Some(index(3)));
    assert!(server.node.config().is_learner(NodeId(4)));
    assert_eq!(server.step(add(5)).change, proposed(2, 4));
    server.sync();
    server.matched(2, 4);
    let give_up = server.step(remove(4));
    assert_eq!(give_up.change, proposed(2, 5));
    assert!(!server.node.config().contains(NodeId(4)));
}

/// Thesis 4.2.2: a server that is being removed starts elections until that is committed, since its
/// log may be the newest; its own vote does not count.
#[test]
fn a_server_that_leaves_stands_until_that_is_committed() {
    let mut server = Server::new(3, 3, 2, &[2]);
    server.receive(1, 2, bring(config(2), Some(position(2, 1))));
    server.sync();
    server.at(500).time_out();
    server.receive(1, 2, Message::PreVoteResponse { vote_granted: true });
    assert_eq!(server.term(), 2, "one of two");
    server.receive(2, 2, Message::PreVoteResponse { vote_granted: true });
    assert_eq!(server.term(), 3);
    server.sync();
    server.receive(1, 3, Message::RequestVoteResponse { vote_granted: true });
    assert_eq!((server.node.is_leader(), server.node.tally()), (false, Some((1, 2))));
    server.receive(1, 3, heartbeat(position(2, 2), Some(2)));
    assert_eq!(server.node.election_timer(), None, "it is gone");
}

/// A change in progress is not begun again, whatever it waits for.
#[test]
fn a_change_that_goes_on_is_refused_a_second_time() {
    let mut server = Server::leader(3);
    server.step(add(4));
    server.sync();
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)), "it waits for 4 to catch up");
    assert_eq!(server.step(add(4)).change, Some(Err(Refusal::ChangeInProgress)));
}

/// A change whose last step is in the log is no longer in progress: when it is requested again
/// there is no change, also during a leadership transfer, when the leader carries out no changes.
#[test]
fn a_change_that_is_made_does_not_go_on() {
    let mut server = Server::leader(3);
    assert_eq!(server.step(learn(4)).change, proposed(2, 2));
    assert_eq!(server.node.goals(), []);
    server.step(Input::Transfer(NodeId(3)));
    server.sync();
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)));
    assert_eq!(server.step(learn(4)).change, Some(Err(Refusal::NoChange)));
}

/// A cluster keeps its last voter: without one it could not decide anything any more.
#[test]
fn the_last_voter_stays() {
    let mut server = Server::new(1, 1, 1, &[]);
    server.elect();
    server.sync();
    assert_eq!(server.step(remove(1)).change, Some(Err(Refusal::LastServer)));
    assert_eq!(server.step(learn(2)).change, proposed(2, 2));
    server.sync();
    assert_eq!(server.step(remove(2)).change, proposed(2, 3), "a learner may go");
}

/// A leader of the servers 1 to 3 that has accepted 4, which is a learner and has not answered yet.
fn leader_with_a_learner() -> Server {
    let mut server = Server::leader(3);
    assert_eq!(server.step(add(4)).change, proposed(2, 2));
    server.sync();
    server.matched(2, 2);
    assert_eq!(server.node.commit_index(), Some(index(2)));
    server
}

/// Thesis 3.10 and 4: a change that is refused during a transfer is not carried out later either.
#[test]
fn a_change_refused_during_a_transfer_is_not_made_after_it() {
    for is_learner in [false, true] {
        let mut server = Server::leader(3);
        if is_learner {
            server.step(learn(4));
            server.sync();
            server.matched(2, 2);
        }
        let before = server.node.config().clone();
        server.at(10).step(Input::Transfer(NodeId(3)));
        let refused = Some(Err(Refusal::Transferring { to: NodeId(3) }));
        assert_eq!(server.step(add(4)).change, refused);
        server.at(200).matched(2, 1);
        server.at(310).step(Input::Tick);
        assert!(server.node.is_leader() && server.node.transfer().is_none(), "it is given up");
        for (follower, last) in [(2, 2), (4, 2), (2, 3), (4, 3)] {
            server.matched(follower, last);
        }
        assert_eq!(server.node.config(), &before, "the learner is there already: {is_learner}");
    }
}

/// Thesis 4.2.1: an accepted change is completed, whatever is refused meanwhile.
#[test]
fn a_refused_change_ends_no_other() {
    let refusals: [(bool, Input, Refusal); 4] = [
        (true, remove(2), Refusal::Transferring { to: NodeId(3) }),
        (true, learn(5), Refusal::Transferring { to: NodeId(3) }),
        (false, remove(9), Refusal::NoChange),
        (false, members(&[1, 2, 3]), Refusal::NoChange),
    ];
    for (transfers, change, refusal) in refusals {
        let mut server = leader_with_a_learner();
        if transfers {
            server.at(10).step(Input::Transfer(NodeId(3)));
        }
        assert_eq!(server.step(change.clone()).change, Some(Err(refusal)), "{change:?}");
        server.at(200).matched(2, 2);
        server.at(310).step(Input::Tick);
        server.matched(4, 2);
        assert_eq!(server.node.config(), &config(4), "{change:?}");
    }
}

/// Thesis 4.2.1: a change that waits only for a server to catch up is accepted, and continues
/// automatically.
#[test]
fn a_change_that_waits_for_a_server_to_catch_up_is_accepted() {
    let mut server = Server::leader(3);
    server.step(learn(4));
    server.sync();
    server.matched(2, 2);
    let accepted = server.step(add(4)).change;
    assert_eq!(accepted, Some(Ok(Accepted::CatchingUp(NodeId(4)))));
    server.matched(4, 2);
    assert_eq!(server.node.config(), &config(4));
}

/// An accepted change is not ended by one that is compatible with it: here both 4 and 5 become
/// voters.
#[test]
fn changes_that_agree_all_come_to_their_end() {
    let mut server = leader_with_a_learner();
    let mut last = 2;
    let mut commit = |server: &mut Server, from: &[u32]| {
        last += 1;
        server.sync();
        for follower in from {
            server.matched(*follower, last);
        }
        assert_eq!(server.node.commit_index(), Some(index(last)));
    };
    assert_eq!(server.step(add(5)).change, proposed(2, 3));
    commit(&mut server, &[2, 3]);
    assert_eq!(server.node.config(), &config(3).with_learners([4, 5].map(NodeId)));
    server.matched(5, 3);
    assert!(server.node.config().is_voter(NodeId(5)), "4 no longer blocks it");
    commit(&mut server, &[2, 5]);
    server.matched(4, 4);
    assert_eq!(server.node.config(), &config(5));
    commit(&mut server, &[2, 5]);
    assert_eq!(server.step(add(4)).change, Some(Err(Refusal::NoChange)), "all is done");
}

/// Of two contrary changes the one accepted last is carried out, and the end of the other is noted.
#[test]
fn a_contrary_change_ends_an_earlier_one() {
    for by in [Change::Remove(NodeId(4)), Change::Members([1, 2].map(NodeId).to_vec())] {
        let mut server = leader_with_a_learner();
        let effects = server.step(Input::Change(by.clone()));
        assert_eq!(effects.change, proposed(2, 3));
        let ended = Note::ChangeEnded { ended: Change::Add(NodeId(4)), by };
        assert!(effects.notes.contains(&ended), "{:?}", effects.notes);
        server.sync();
        server.matched(2, 3);
        server.matched(3, 3);
        server.matched(4, 3);
        assert!(!server.node.config().is_voter(NodeId(4)), "{}", server.node.config());
    }
}

/// Section 6, thesis 3.10: during a transfer a leader appends nothing. If the transfer is given up,
/// it goes on from a joint configuration to the new one automatically.
#[test]
fn a_joint_configuration_ends_when_a_transfer_is_given_up() {
    let mut server = joint_leader();
    server.step(Input::Transfer(NodeId(5)));
    server.sync();
    for (follower, last) in [(2, 4), (4, 4)] {
        server.at(200).matched(follower, last);
    }
    assert_eq!(server.node.commit_index(), Some(index(4)));
    assert!(server.node.config().is_joint(), "it hands over");
    server.at(310).step(Input::Tick);
    assert_eq!(server.node.transfer(), None);
    assert_eq!(server.node.config().voters(), [1, 4, 5].map(NodeId));
    assert!(!server.node.config().is_joint());
}

/// Thesis 4.1: a configuration that is replaced by another entry is no longer in force, also if it
/// was read from a disk.
#[test]
fn a_configuration_from_the_disk_gives_way_with_its_entry() {
    let mut log = Log::new(None, entries(&[1]));
    log.append(Entry { term: Term(1), payload: Payload::Config(config(4)) });
    let disk = Durable { current_term: Term(1), log, ..Durable::default() };
    let mut server = Server::with(2, 3, disk);
    assert_eq!(*server.node.config(), config(4));
    server.append(1, 2, position(1, 1), &[2]);
    assert_eq!(*server.node.config(), config(3));
}
