//! Reads without the log: the paper's section 8, the thesis's 6.4.

use kvorum::raft::{
    Change, Effects, Input, Message, NodeId, Note, ReadAnswer, ReadId, ReadMode, Term,
};
use kvorum::time::Time;

use crate::server::{Server, at, index, position, sent_to};

/// The round of an AppendEntries that is sent.
fn round(effects: &Effects) -> Option<u64> {
    effects.messages.iter().find_map(|sent| match &sent.message {
        Message::AppendEntries { round, .. } => Some(*round),
        _ => None,
    })
}

/// Thesis 6.4: a read needs a commit in the leader's own term, and a round of heartbeats sent after
/// the read arrived; a response to an earlier round proves nothing.
#[test]
fn a_read_waits_for_a_commit_and_a_round() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    let id = ReadId(5);
    let effects = server.step(Input::Read(id, ReadMode::ReadIndex));
    assert_eq!((effects.reads.len(), effects.messages.len()), (0, 0), "nothing is committed yet");
    server.sync();
    let effects = server.matched(2, 1);
    assert_eq!(effects.reads, [], "a round must be answered that began after the read");
    let effects = server.answered(2, 1, round(&effects).unwrap());
    let read_index = Some(index(1));
    assert_eq!(effects.reads, [ReadAnswer::Ready { id, read_index }]);
}

/// Thesis 6.4.1: a lease counts from when the round was sent that a majority has answered, and is
/// shorter than an election timeout by the drift that clocks may have: 150 ms * 90 / 110.
#[test]
fn a_lease_lasts_from_what_a_majority_has_answered() {
    let mut server = Server::leader(3);
    server.at(60).step(Input::Tick);
    server.at(120).step(Input::Tick);
    server.at(130).answered(2, 1, 1);
    let lasts = 150_000 * 90 / 110;
    assert_eq!(server.node.lease_end(), Some(Time::from_micros(1_060_000 + lasts)));
    let read =
        |server: &mut Server, id| server.step(Input::Read(ReadId(id), ReadMode::Lease)).reads;
    let ready = ReadAnswer::Ready { id: ReadId(1), read_index: Some(index(1)) };
    assert_eq!(read(server.at(182), 1), [ready]);
    assert_eq!(read(server.at(183), 2), [], "it is over: a round is needed");
}

/// Thesis 6.4: one round of heartbeats confirms all reads that wait for it.
#[test]
fn reads_share_a_round() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    for id in 1..=3 {
        server.step(Input::Read(ReadId(id), ReadMode::ReadIndex));
    }
    server.sync();
    let effects = server.matched(2, 1);
    assert_eq!(sent_to(&effects, 3).len(), 1);
    let effects = server.answered(2, 1, round(&effects).unwrap());
    let read_index = Some(index(1));
    assert_eq!(effects.reads, [1, 2, 3].map(|id| ReadAnswer::Ready { id: ReadId(id), read_index }));
}

/// Thesis 6.4: the round must be answered by a majority of voters, each counted once.
#[test]
fn a_read_needs_a_majority_of_voters() {
    let mut server = Server::leader(5);
    server.step(Input::Change(Change::Learn(NodeId(6))));
    let id = ReadId(1);
    let round = round(&server.step(Input::Read(id, ReadMode::ReadIndex))).unwrap();
    for from in [2, 2, 6] {
        assert_eq!(server.answered(from, 1, round).reads, []);
    }
    let read_index = Some(index(1));
    assert_eq!(server.answered(3, 1, round).reads, [ReadAnswer::Ready { id, read_index }]);
}

/// Thesis 6.4: a read sees what was committed when it arrived, and need not wait for later commits.
#[test]
fn a_read_index_is_the_commit_index_of_when_the_read_came() {
    let mut server = Server::leader(3);
    let id = ReadId(1);
    let round = round(&server.step(Input::Read(id, ReadMode::ReadIndex))).unwrap();
    server.propose();
    server.sync();
    assert_eq!(server.matched(2, 2).reads, []);
    assert_eq!(server.node.commit_index(), Some(index(2)));
    let read_index = Some(index(1));
    assert_eq!(server.answered(3, 1, round).reads, [ReadAnswer::Ready { id, read_index }]);
}

/// Thesis 6.4.1: a new leader has no lease before a majority has answered it, and serves no reads
/// by it before an entry of its own term is committed.
#[test]
fn a_new_leader_has_no_lease() {
    let mut server = Server::new(1, 3, 1, &[1]);
    server.elect();
    assert_eq!(server.node.lease_end(), None);
    assert_eq!(server.step(Input::Read(ReadId(1), ReadMode::Lease)).reads, []);
    assert_eq!(server.matched(2, 2).reads, [], "the no-op is not on its own disk");
    assert_eq!(server.node.lease_end(), Some(at(1) + server.node.settings().lease()));
    let ready = ReadAnswer::Ready { id: ReadId(1), read_index: Some(index(2)) };
    assert_eq!(server.sync().reads, [ready]);
}

/// Thesis 6.4, 6.4.1: only responses to messages that a leader has sent in this term prove that it
/// is leader. Messages of an earlier term may arrive late, and are refused in this one.
#[test]
fn an_answer_to_what_was_sent_in_an_earlier_term_proves_nothing() {
    let mut leader = Server::leader(3);
    leader.at(500).receive(3, 3, Message::RequestVoteResponse { vote_granted: false });
    leader.elect();
    leader.sync();
    leader.matched(3, 2);
    assert_eq!(leader.node.commit_index(), Some(index(2)));
    let read = |server: &mut Server, mode| server.step(Input::Read(ReadId(1), mode)).reads;
    assert_eq!(read(&mut leader, ReadMode::ReadIndex), []);

    let mut follower = Server::new(2, 3, 4, &[2]);
    let (prev, entries) = (Some(position(2, 1)), Vec::new());
    let old = Message::AppendEntries { prev, entries, leader_commit: None, round: 300 };
    let answer = follower.receive(1, 2, old).messages.remove(0);
    assert_eq!(answer.term, Term(4), "enough for an old leader to step down");
    let before = leader.node.lease_end();
    let effects = leader.at(520).receive(2, 4, answer.message);
    assert_eq!((effects.reads, leader.node.lease_end()), (Vec::new(), before));
    assert_eq!(read(&mut leader, ReadMode::ReadIndex), [], "nor a read that comes later");
    assert_eq!(leader.answered(3, 2, 1).reads.len(), 1, "but this does");
}

/// Thesis 6.4: a response to a round that has not begun is impossible. It confirms no read, not
/// even a later one, and the rest of it is ignored.
#[test]
fn an_answer_to_a_round_that_has_not_begun_is_ignored() {
    let mut server = Server::leader(3);
    let begun = round(&server.at(60).step(Input::Tick)).unwrap();
    let lease = server.node.lease_end();
    let last = position(2, 1);
    let forged = Message::InstallSnapshotResponse { last, received: 0, installed: true, round: 99 };
    let ignored = Note::IgnoredAnswer { from: NodeId(2), round: 99, begun };
    for effects in [server.answered(2, 1, 99), server.receive(2, 2, forged)] {
        assert_eq!(effects.notes, std::slice::from_ref(&ignored));
    }
    assert_eq!(server.node.lease_end(), lease);
    let id = ReadId(1);
    let asked = server.step(Input::Read(id, ReadMode::ReadIndex));
    assert_eq!(asked.reads, []);
    let ready = ReadAnswer::Ready { id, read_index: Some(index(1)) };
    assert_eq!(server.answered(2, 1, round(&asked).unwrap()).reads, [ready]);
}

/// Section 8 warns of this read, and clients may choose it: a leader answers at once from what it
/// has applied, without asking the others whether it is still leader.
#[test]
fn a_leader_answers_a_leader_read_at_once() {
    let mut server = Server::leader(3);
    let id = ReadId(1);
    let effects = server.step(Input::Read(id, ReadMode::Leader));
    assert_eq!(effects.reads, [ReadAnswer::Ready { id, read_index: Some(index(1)) }]);
    assert_eq!(effects.messages, []);
}
