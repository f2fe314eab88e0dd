//! Claims of the paper (sections 6 and 7) and of the thesis (3.10, 4, 6.4, 10.2.1), one test each, by telling
//! one server exactly what happens. The claims of the paper's section 5 and 8 and of the thesis's 9.6
//! stand in `src/raft/tests.rs`, those of 6.3 in `src/store/tests.rs`.
#![cfg(not(target_arch = "wasm32"))]

use kvorum::raft::{
    Appended, Change, Config, Data, Durable, Effects, Entry, Envelope, Index, Input, Log, Message,
    Node, NodeId, Payload, Position, ReadAnswer, ReadId, ReadMode, Refusal, Settings, Snapshot,
    SnapshotInfo, Term, Write,
};
use kvorum::rng::Rng;
use kvorum::time::Time;

/// A second and more after the servers have started: nobody protects a leader of before that.
fn at(millis: u64) -> Time {
    Time::from_micros(1_000_000 + millis * 1_000)
}

fn index(number: u64) -> Index {
    Index::new(number).expect("an index is 1 or more")
}

fn position(term: u64, number: u64) -> Position {
    Position { term: Term(term), index: index(number) }
}

fn entries(terms: &[u64]) -> Vec<Entry> {
    terms.iter().map(|term| Entry { term: Term(*term), payload: Payload::Noop }).collect()
}

struct Server {
    node: Node,
    writes: Vec<Write>,
}

impl Server {
    fn new(id: u32, size: u32, term: u64, log: &[u64]) -> Self {
        let log = Log::new(None, entries(log));
        Self::with(id, size, Durable { current_term: Term(term), log, ..Durable::default() })
    }

    fn with(id: u32, size: u32, durable: Durable) -> Self {
        let config = Config::new((1..=size).map(NodeId));
        let (settings, rng) = (Settings::default(), Rng::new(7, id.into()));
        let node = Node::start(NodeId(id), settings, config, durable, rng, Time::ZERO);
        Self { node, writes: Vec::new() }
    }

    fn step(&mut self, now: Time, input: Input) -> Effects {
        let mut effects = Effects::default();
        self.node.step(now, input, &mut effects);
        self.writes.extend(effects.write.clone());
        effects
    }

    fn receive(&mut self, now: Time, from: u32, term: u64, message: Message) -> Effects {
        let to = self.node.id();
        let envelope = Envelope { from: NodeId(from), to, term: Term(term), message };
        self.step(now, Input::Receive(envelope))
    }

    fn sync(&mut self, now: Time) -> Effects {
        let ticket = self.writes.last().expect("something was written").ticket;
        self.step(now, Input::Durable(ticket))
    }

    /// A leader of term 2 whose no-op, entry 1, is committed; all others have answered round 0.
    fn leader(size: u32) -> Self {
        let mut server = Self::new(1, size, 1, &[]);
        assert!(server.node.expire_election_timer(at(1)));
        server.step(at(1), Input::Tick);
        for voter in 2..=size {
            server.receive(at(1), voter, 1, Message::PreVoteResponse { vote_granted: true });
        }
        server.sync(at(1));
        for voter in 2..=size {
            server.receive(at(1), voter, 2, Message::RequestVoteResponse { vote_granted: true });
        }
        assert!(server.node.is_leader());
        server.sync(at(2));
        for voter in 2..=size {
            server.matched(at(2), voter, 1, 0);
        }
        assert_eq!(server.node.commit_index(), Some(index(1)));
        while server.node.apply_next().is_some() {}
        server
    }

    fn matched(&mut self, now: Time, from: u32, number: u64, round: u64) -> Effects {
        let result = Appended::Matched { match_index: Index::new(number) };
        self.receive(now, from, 2, Message::AppendEntriesResponse { result, round })
    }

    fn propose(&mut self, now: Time) -> Effects {
        self.step(now, Input::Propose(Data::new(*b"x")))
    }
}

fn sent_to(effects: &Effects, to: u32) -> Vec<&Message> {
    effects.messages.iter().filter(|sent| sent.to == NodeId(to)).map(|sent| &sent.message).collect()
}

fn ask(transfer: bool) -> Message {
    Message::RequestVote { last: Some(position(9, 9)), transfer }
}

fn snapshot(term: u64, number: u64) -> Snapshot {
    let config = Config::new((1..=3).map(NodeId));
    Snapshot::new(position(term, number), config, Data::new(*b"the whole store"))
}

/// The part of a snapshot from `offset` to `end`.
fn part(snapshot: &Snapshot, offset: usize, end: usize) -> Message {
    let bytes = snapshot.data.as_bytes();
    Message::InstallSnapshot {
        about: snapshot.about.clone(),
        offset: offset as u64,
        part: Data::new(&bytes[offset..end]),
        done: end == bytes.len(),
        round: 3,
    }
}

/// Section 6, thesis 4.2.3: who hears from a leader neither votes for another nor takes its term over.
#[test]
fn a_server_that_hears_from_a_leader_ignores_candidates() {
    let mut server = Server::new(1, 3, 4, &[4]);
    let heartbeat =
        Message::AppendEntries { prev: None, entries: Vec::new(), leader_commit: None, round: 1 };
    server.receive(at(0), 2, 4, heartbeat);
    assert!(server.receive(at(149), 3, 7, ask(false)).messages.is_empty());
    assert_eq!(server.node.current_term(), Term(4));
    server.receive(at(150), 3, 7, ask(false));
    assert_eq!(server.node.voted_for(), Some(NodeId(3)), "after the shortest election timeout");
}

/// Thesis 6.4.1: a server that has just started again may have heard from a leader just before.
#[test]
fn a_server_that_has_just_started_votes_for_nobody() {
    let mut server = Server::new(1, 3, 4, &[4]);
    server.receive(Time::from_micros(149_000), 3, 7, ask(false));
    assert_eq!(server.node.voted_for(), None);
    let mut fresh = Server::new(1, 3, 0, &[]);
    fresh.receive(Time::from_micros(1_000), 3, 7, ask(false));
    assert_eq!(fresh.node.voted_for(), Some(NodeId(3)), "one that never lived before may");
}

/// Thesis 3.10: the candidate that the leader has asked to stand is not ignored.
#[test]
fn a_transfer_is_no_disturbance() {
    let mut server = Server::new(2, 3, 2, &[2]);
    let heartbeat =
        Message::AppendEntries { prev: None, entries: Vec::new(), leader_commit: None, round: 1 };
    server.receive(at(0), 1, 2, heartbeat);
    server.receive(at(1), 3, 3, ask(true));
    assert_eq!(server.node.voted_for(), Some(NodeId(3)));
}

/// Thesis 3.10: the leader brings the target up to date first, and takes no proposals meanwhile.
#[test]
fn a_leader_hands_over_when_the_target_has_its_log() {
    let mut server = Server::leader(3);
    server.propose(at(3));
    let effects = server.step(at(3), Input::Transfer(NodeId(3)));
    assert_eq!(effects.transfer, Some(Ok(())));
    assert!(!sent_to(&effects, 3).contains(&&Message::TimeoutNow), "it lacks entry 2");
    let refused = Some(Err(Refusal::Transferring { to: NodeId(3) }));
    assert_eq!(server.propose(at(4)).proposed, refused);
    assert!(sent_to(&server.matched(at(5), 3, 2, 0), 3).contains(&&Message::TimeoutNow));
}

/// Thesis 3.10: if the target does not take over within an election timeout, the leader goes on.
#[test]
fn a_transfer_that_takes_too_long_is_aborted() {
    let mut server = Server::leader(3);
    server.step(at(3), Input::Transfer(NodeId(3)));
    server.matched(at(200), 2, 1, 0);
    server.step(at(303), Input::Tick);
    assert_eq!(server.node.transfer(), None);
    assert!(matches!(server.propose(at(304)).proposed, Some(Ok(_))));
    assert_eq!(server.node.lease_end(), None, "but the target may be elected at any time");
}

/// Thesis 3.10: who is asked to stand does so at once, in a new term, and without asking first.
#[test]
fn the_target_stands_at_once() {
    let mut server = Server::new(2, 3, 2, &[2]);
    server.receive(at(0), 1, 2, Message::TimeoutNow);
    assert_eq!((server.node.current_term(), server.node.voted_for()), (Term(3), Some(NodeId(2))));
    let old = Server::new(2, 3, 2, &[2]).receive(at(0), 1, 1, Message::TimeoutNow);
    assert!(old.write.is_none(), "an old one is ignored");
}

/// Thesis 6.4.1: a lease counts from when the round was sent that a majority has answered, and is shorter
/// than an election timeout by as much as clocks may drift: 150 ms * 90 / 110.
#[test]
fn a_lease_lasts_from_what_a_majority_has_answered() {
    let mut server = Server::leader(3);
    let beat = |server: &mut Server, millis| server.step(at(millis), Input::Tick);
    beat(&mut server, 60);
    beat(&mut server, 120);
    server.matched(at(130), 2, 1, 1);
    let lasts = 150_000 * 90 / 110;
    assert_eq!(server.node.lease_end(), Some(Time::from_micros(1_060_000 + lasts)));
    let read = |server: &mut Server, id, millis| {
        let input = Input::Read(ReadId(id), ReadMode::Lease);
        server.step(at(millis), input).reads
    };
    let ready = ReadAnswer::Ready { id: ReadId(1), read_index: Some(index(1)) };
    assert_eq!(read(&mut server, 1, 182), [ready]);
    assert_eq!(read(&mut server, 2, 183), [], "it is over: a round has to be asked");
}

/// Section 6: a configuration counts from the moment it is in the log; a joint one needs both majorities,
/// and once it is committed the leader goes on to the new one.
#[test]
fn a_joint_configuration_needs_both_majorities() {
    let mut server = Server::leader(3);
    let learn = |id| Input::Change(Change::Learn(NodeId(id)));
    for (id, last) in [(4, 2), (5, 3)] {
        server.step(at(3), learn(id));
        server.sync(at(3));
        server.matched(at(3), 2, last, 0);
    }
    for id in [3, 4, 5] {
        server.matched(at(4), id, 3, 0);
    }
    let members = Change::Members([1, 4, 5].map(NodeId).to_vec());
    server.step(at(5), Input::Change(members));
    let config = server.node.config().clone();
    assert!(config.is_joint(), "{config}");
    server.sync(at(5));
    server.matched(at(6), 4, 4, 0);
    assert_eq!(server.node.commit_index(), Some(index(3)), "two of the new three, one of the old");
    server.matched(at(6), 2, 4, 0);
    assert_eq!(server.node.commit_index(), Some(index(4)));
    assert!(!server.node.config().is_joint(), "on to the new one");
    assert_eq!(server.node.config().voters(), [1, 4, 5].map(NodeId));
    server.sync(at(7));
    server.matched(at(7), 3, 5, 0);
    assert_eq!(server.node.commit_index(), Some(index(4)), "who has left is not counted");
    server.matched(at(7), 5, 5, 0);
    assert_eq!(server.node.commit_index(), Some(index(5)));
}

/// Thesis 4.2.1: a learner does not stand for election.
#[test]
fn a_learner_has_no_election_timer() {
    let mut server = Server::new(4, 3, 2, &[]);
    let config = Config::new((1..=3).map(NodeId)).with_learners([NodeId(4)]);
    let entries = vec![Entry { term: Term(2), payload: Payload::Config(config) }];
    let append = Message::AppendEntries { prev: None, entries, leader_commit: None, round: 1 };
    server.receive(at(0), 1, 2, append);
    assert_eq!(server.node.deadline(), None);
    assert!(!server.node.expire_election_timer(at(1)));
}

/// Section 7: a snapshot replaces the log up to an entry; what a follower lacks before that is sent as the
/// snapshot, in parts.
#[test]
fn a_leader_sends_its_snapshot_for_what_its_log_has_forgotten() {
    let mut server = Server::leader(3);
    let data = Data::new(vec![7; 1_500]);
    server.step(at(3), Input::Snapshot { data, keep: 0 });
    assert_eq!((server.node.log().base(), server.node.log().len()), (Some(position(2, 1)), 0));
    server.step(at(3), Input::Change(Change::Learn(NodeId(4))));
    let missing =
        Appended::Conflict { rejected: index(1), conflict_term: None, first: Index::FIRST };
    let answer = Message::AppendEntriesResponse { result: missing, round: 0 };
    let effects = server.receive(at(4), 4, 2, answer);
    let Message::InstallSnapshot { offset: 0, done: false, part, .. } = sent_to(&effects, 4)[0]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(part.as_bytes().len(), Settings::default().snapshot_chunk);
    let last = position(2, 1);
    let answer = |received, installed| Message::InstallSnapshotResponse {
        last,
        received,
        installed,
        round: 0,
    };
    let effects = server.receive(at(5), 4, 2, answer(1_024, false));
    assert!(matches!(
        sent_to(&effects, 4)[0],
        Message::InstallSnapshot { offset: 1_024, done: true, .. }
    ));
    let effects = server.receive(at(6), 4, 2, answer(0, true));
    assert!(matches!(
        sent_to(&effects, 4)[0],
        Message::AppendEntries { prev: Some(prev), entries, .. }
            if *prev == last && entries.len() == 1
    ));
}

/// Figure 13: parts come in order and are put together; the answer waits for the disk; a log that lacks the
/// snapshot's last entry goes as a whole.
#[test]
fn a_follower_puts_a_snapshot_together() {
    let mut server = Server::new(2, 3, 2, &[1, 1]);
    let whole = snapshot(2, 5);
    let received = |effects: &Effects| match sent_to(effects, 1)[..] {
        [Message::InstallSnapshotResponse { received, installed, .. }] => (*received, *installed),
        _ => panic!("{effects:?}"),
    };
    assert_eq!(received(&server.receive(at(0), 1, 2, part(&whole, 0, 6))), (6, false));
    assert_eq!(received(&server.receive(at(0), 1, 2, part(&whole, 0, 6))), (6, false), "again");
    assert_eq!(received(&server.receive(at(0), 1, 2, part(&whole, 9, 15))), (6, false), "a gap");
    let effects = server.receive(at(0), 1, 2, part(&whole, 6, 15));
    assert_eq!(effects.restore.as_ref(), Some(&whole.data));
    assert_eq!(effects.messages, [], "not before it is on disk");
    assert_eq!(received(&server.sync(at(1))), (0, true));
    let log = server.node.log();
    assert_eq!((log.base(), log.len()), (Some(position(2, 5)), 0));
    assert_eq!(server.node.commit_index(), Some(index(5)));
    let write = server.writes.last().unwrap();
    assert_eq!((write.snapshot.as_ref(), write.base), (Some(&whole), Some(position(2, 5))));
}

/// Figure 13, 6: if the log has the snapshot's last entry, what follows it is kept.
#[test]
fn what_follows_a_snapshot_is_kept() {
    let mut server = Server::new(2, 3, 2, &[1, 2, 2]);
    server.receive(at(0), 1, 2, part(&snapshot(2, 2), 0, 15));
    assert_eq!(server.node.log().last_index(), Some(index(3)));
    assert_eq!(server.node.log().len(), 1);
}

/// A snapshot whose bytes are not those that it was made of is refused, and changes nothing.
#[test]
fn a_damaged_snapshot_is_not_installed() {
    let mut server = Server::new(2, 3, 2, &[1]);
    let whole = snapshot(2, 5);
    let about = SnapshotInfo { checksum: kvorum::digest::Digest(1), ..whole.about.clone() };
    let damaged = Snapshot { about, ..whole };
    let effects = server.receive(at(0), 1, 2, part(&damaged, 0, 15));
    assert_eq!((effects.restore, server.node.commit_index()), (None, None));
    assert_eq!(server.node.log().len(), 1);
}

/// A snapshot of what is committed here already brings nothing, and is answered as installed.
#[test]
fn an_old_snapshot_is_answered_and_not_installed() {
    let mut server = Server::with(
        2,
        3,
        Durable {
            current_term: Term(2),
            log: Log::new(Some(position(2, 9)), Vec::new()),
            snapshot: Some(snapshot(2, 9)),
            ..Durable::default()
        },
    );
    assert_eq!(server.node.last_applied(), Some(index(9)), "a server starts at its snapshot");
    let effects = server.receive(at(0), 1, 2, part(&snapshot(2, 5), 0, 15));
    assert!(matches!(
        sent_to(&effects, 1)[..],
        [Message::InstallSnapshotResponse { installed: true, .. }]
    ));
    assert_eq!(effects.restore, None);
}

/// Thesis 10.2.1: the leader sends entries on while its own write is under way, and counts itself only when
/// that is done.
#[test]
fn a_leader_writes_while_it_sends() {
    let mut server = Server::leader(5);
    let effects = server.propose(at(3));
    assert!(effects.write.is_some() && sent_to(&effects, 2).len() == 1);
    server.matched(at(4), 2, 2, 0);
    server.matched(at(4), 3, 2, 0);
    assert_eq!(
        server.node.commit_index(),
        Some(index(1)),
        "two of five, and it is not on its own disk"
    );
    server.sync(at(5));
    assert_eq!(server.node.commit_index(), Some(index(2)));
}
