//! One server at a time, told exactly what happens: the rules of Figure 2 as examples.

use super::*;
use crate::rng::Rng;
use crate::time::Time;

const T0: Time = Time::ZERO;

/// A second and more after the servers have started: nobody protects a leader of before that.
fn at(millis: u64) -> Time {
    Time::from_micros(1_000_000 + millis * 1_000)
}

fn index(number: u64) -> Index {
    Index::new(number).unwrap()
}

fn position(term: u64, number: u64) -> Option<Position> {
    Some(Position { term: Term(term), index: index(number) })
}

fn entry(term: u64) -> Entry {
    Entry { term: Term(term), payload: Payload::Noop }
}

fn entries(terms: &[u64]) -> Vec<Entry> {
    terms.iter().map(|term| entry(*term)).collect()
}

/// A server under test: one of `size`, with this on its disk. What it writes is durable when the test
/// says so.
struct Server {
    node: Node,
    writes: Vec<Write>,
}

impl Server {
    fn new(id: u32, size: u32, term: u64, log: &[u64]) -> Self {
        let durable = Durable {
            current_term: Term(term),
            log: Log::new(None, entries(log)),
            ..Durable::default()
        };
        let config = Config::new((1..=size).map(NodeId));
        let rng = Rng::new(7, id.into());
        let node = Node::start(NodeId(id), Settings::default(), config, durable, rng, T0);
        Self { node, writes: Vec::new() }
    }

    fn step(&mut self, now: Time, input: Input) -> Effects {
        let mut effects = Effects::default();
        self.node.step(now, input, &mut effects);
        self.writes.extend(effects.write.clone());
        effects
    }

    fn receive(&mut self, from: u32, term: u64, message: Message) -> Effects {
        let to = self.node.id();
        let envelope = Envelope { from: NodeId(from), to, term: Term(term), message };
        self.step(at(1), Input::Receive(envelope))
    }

    fn append(&mut self, from: u32, term: u64, prev: Option<Position>, terms: &[u64]) -> Effects {
        let (entries, leader_commit) = (entries(terms), None);
        self.receive(from, term, Message::AppendEntries { prev, entries, leader_commit, round: 1 })
    }

    /// The disk is done with all that was asked of it.
    fn sync(&mut self) -> Effects {
        let ticket = self.writes.last().unwrap().ticket;
        self.step(at(2), Input::Durable(ticket))
    }

    /// Lets the timer run out, and the others vote.
    fn elect(&mut self) -> Effects {
        assert!(self.node.expire_election_timer(at(1)));
        self.step(at(1), Input::Tick);
        let needed = majority(self.node.config().voters()) - 1;
        let voters: Vec<NodeId> = self
            .node
            .config()
            .voters()
            .iter()
            .copied()
            .filter(|id| *id != self.node.id())
            .collect();
        let term = self.node.current_term().0;
        for voter in voters.iter().take(needed) {
            self.receive(voter.0, term, Message::PreVoteResponse { vote_granted: true });
        }
        self.sync();
        let mut last = Effects::default();
        for voter in voters.iter().take(needed) {
            let vote = Message::RequestVoteResponse { vote_granted: true };
            last = self.receive(voter.0, self.node.current_term().0, vote);
        }
        assert!(self.node.is_leader());
        last
    }

    fn matched(&mut self, from: u32, number: u64) -> Effects {
        let result = Appended::Matched { match_index: Index::new(number) };
        let term = self.node.current_term().0;
        self.receive(from, term, Message::AppendEntriesResponse { result, round: 0 })
    }
}

fn kinds(effects: &Effects) -> Vec<(u32, MessageKind)> {
    effects.messages.iter().map(|envelope| (envelope.to.0, envelope.message.kind())).collect()
}

fn granted(effects: &Effects) -> Option<bool> {
    effects.messages.iter().find_map(|envelope| match envelope.message {
        Message::RequestVoteResponse { vote_granted } => Some(vote_granted),
        _ => None,
    })
}

fn result(effects: &Effects) -> Option<Appended> {
    effects.messages.iter().find_map(|envelope| match envelope.message {
        Message::AppendEntriesResponse { result, .. } => Some(result),
        _ => None,
    })
}

/// Section 5.2: a candidate increments its term, votes for itself and asks all others, but not before
/// its own vote is on disk.
#[test]
fn a_candidate_asks_for_votes_once_its_own_is_on_disk() {
    let mut server = Server::new(1, 3, 4, &[1, 4]);
    assert!(server.node.expire_election_timer(at(1)));
    server.step(at(1), Input::Tick);
    let effects = server.receive(2, 4, Message::PreVoteResponse { vote_granted: true });
    assert_eq!(kinds(&effects), []);
    let write = effects.write.unwrap();
    assert_eq!((write.current_term, write.voted_for), (Term(5), Some(NodeId(1))));
    let effects = server.sync();
    let asked = MessageKind::RequestVote;
    assert_eq!(kinds(&effects), [(2, asked), (3, asked)]);
    let last = position(4, 2);
    assert!(
        effects
            .messages
            .iter()
            .all(|sent| sent.message == Message::RequestVote { last, transfer: false })
    );
}

/// Thesis 9.6: a server that asks for pre-votes changes nothing, neither its own term nor another's.
#[test]
fn a_pre_vote_changes_nothing() {
    let mut server = Server::new(1, 3, 4, &[4]);
    assert!(server.node.expire_election_timer(at(1)));
    let effects = server.step(at(1), Input::Tick);
    assert_eq!(kinds(&effects), [(2, MessageKind::PreVote), (3, MessageKind::PreVote)]);
    assert_eq!((server.node.current_term(), effects.write), (Term(4), None));
    server.receive(2, 4, Message::PreVoteResponse { vote_granted: false });
    assert_eq!(server.node.current_term(), Term(4), "not without a majority");
    let mut other = Server::new(2, 3, 4, &[4]);
    let timer = other.node.election_timer();
    let effects = other.receive(1, 4, Message::PreVote { last: position(4, 1) });
    assert_eq!(effects.messages[0].message, Message::PreVoteResponse { vote_granted: true });
    assert_eq!((other.node.voted_for(), other.node.election_timer()), (None, timer));
}

/// Thesis 9.6: nobody would vote for a candidate while it hears from a leader, or if the candidate's
/// log is older.
#[test]
fn a_pre_vote_is_refused_while_there_is_a_leader() {
    let mut server = Server::new(1, 3, 4, &[4]);
    let ask = |last| Message::PreVote { last };
    let answer = |effects: Effects| effects.messages[0].message.clone();
    let refused = Message::PreVoteResponse { vote_granted: false };
    assert_eq!(answer(server.receive(3, 4, ask(position(3, 9)))), refused);
    server.append(2, 4, position(4, 1), &[]);
    assert_eq!(answer(server.receive(3, 4, ask(position(4, 1)))), refused);
}

/// Thesis 6.2: a leader that hears from no majority steps down, and tells its readers.
#[test]
fn a_leader_without_a_majority_steps_down() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.step(at(5), Input::Read(ReadId(1), ReadMode::ReadIndex));
    let patience = Settings::default().election_timeout_max.as_micros() / 1_000;
    server.step(at(patience), Input::Tick);
    assert!(server.node.is_leader());
    let effects = server.step(at(patience + 100), Input::Tick);
    assert!(!server.node.is_leader());
    assert_eq!(effects.reads, [ReadAnswer::NotLeader { id: ReadId(1), leader: None }]);
}

/// Section 5.2: one vote per term, first come first served; the same candidate may ask again.
#[test]
fn one_vote_per_term_and_it_waits_for_the_disk() {
    let mut server = Server::new(1, 3, 1, &[]);
    let ask = Message::RequestVote { last: None, transfer: false };
    let effects = server.receive(2, 2, ask.clone());
    assert_eq!(granted(&effects), None, "not before it is on disk");
    assert_eq!(granted(&server.sync()), Some(true));
    assert_eq!(granted(&server.receive(3, 2, ask.clone())), Some(false));
    assert_eq!(granted(&server.receive(2, 2, ask.clone())), Some(true), "asked again");
    assert_eq!(granted(&server.receive(3, 1, ask)), Some(false), "an old term");
}

/// Section 5.4.1: no vote for a candidate whose log is less up-to-date.
#[test]
fn the_election_restriction() {
    let vote = |last| {
        let mut server = Server::new(1, 3, 3, &[1, 2, 2]);
        let effects = server.receive(2, 4, Message::RequestVote { last, transfer: false });
        granted(&effects).unwrap_or_else(|| granted(&server.sync()).unwrap())
    };
    assert!(vote(position(2, 3)), "equal");
    assert!(vote(position(3, 1)), "a later term wins over a longer log");
    assert!(vote(position(2, 4)), "longer");
    assert!(!vote(position(2, 2)), "shorter");
    assert!(!vote(position(1, 9)), "an older term, however long");
    assert!(!vote(None));
}

/// A promise of an earlier term is void when the term moves on before the disk is done.
#[test]
fn a_vote_of_a_past_term_is_not_sent() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.receive(2, 2, Message::RequestVote { last: None, transfer: false });
    server.receive(3, 3, Message::RequestVote { last: None, transfer: false });
    let effects = server.sync();
    let sent: Vec<_> = effects.messages.iter().map(|sent| (sent.to.0, sent.term.0)).collect();
    assert_eq!(sent, [(3, 3)]);
}

/// Section 5.3: the consistency check, and the hint that leads back over a whole term.
#[test]
fn a_follower_refuses_what_does_not_follow() {
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

/// Section 5.3: conflicting entries give way, agreeing ones stay, and the answer waits for the disk.
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
    let terms: Vec<u64> = server.node.log().entries().iter().map(|entry| entry.term.0).collect();
    assert_eq!(terms, [1, 2, 3]);
}

/// An AppendEntries that was long in the network must not shorten the log.
#[test]
fn a_late_append_does_not_truncate() {
    let mut server = Server::new(1, 3, 2, &[1, 2, 2, 2]);
    let effects = server.append(2, 2, position(1, 1), &[2]);
    assert_eq!(server.node.log().len(), 4);
    assert_eq!(result(&effects), Some(Appended::Matched { match_index: Some(index(2)) }));
    assert_eq!(effects.write, None);
}

/// Figure 2: commitIndex = min(leaderCommit, index of last new entry): what follows it may be of
/// another leader.
#[test]
fn a_follower_commits_only_what_it_knows_to_agree() {
    let mut server = Server::new(1, 3, 2, &[1, 1, 1]);
    let (prev, leader_commit) = (position(1, 1), Some(index(3)));
    let heartbeat = Message::AppendEntries { prev, entries: Vec::new(), leader_commit, round: 1 };
    server.receive(2, 2, heartbeat);
    assert_eq!(server.node.commit_index(), Some(index(1)));
}

/// Section 5.1: an old leader is told the new term and steps down.
#[test]
fn a_higher_term_ends_leadership_and_candidacy() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    let effects = server.receive(2, 9, Message::RequestVoteResponse { vote_granted: false });
    assert!(matches!(server.node.role(), Role::Follower { leader: None }));
    assert_eq!(server.node.current_term(), Term(9));
    assert_eq!(
        effects.write.map(|write| (write.current_term, write.voted_for)),
        Some((Term(9), None))
    );
    let effects = server.append(3, 2, None, &[2]);
    assert!(matches!(result(&effects), Some(Appended::Conflict { .. })), "an old leader");
    assert_eq!(effects.messages[0].term, Term(9));
}

/// Section 8 and 5.4.2: the no-op is committed once a majority has it on disk; the leader's own copy
/// counts only when its own disk has it (thesis 10.2.1).
#[test]
fn a_leader_counts_itself_only_when_its_disk_is_done() {
    let mut server = Server::new(1, 3, 1, &[1, 1]);
    let effects = server.elect();
    assert_eq!(effects.messages.len(), 2, "sent while its own write is under way");
    server.matched(2, 3);
    assert_eq!(server.node.commit_index(), None);
    server.sync();
    assert_eq!(server.node.commit_index(), Some(index(3)), "with it, all before it");
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
    let term = server.node.current_term().0;
    let effects = server.receive(2, term, Message::AppendEntriesResponse { result, round: 0 });
    let Message::AppendEntries { prev, entries, .. } = &effects.messages[0].message else {
        panic!()
    };
    assert_eq!((*prev, entries.len()), (position(1, 2), 5));
}

/// Thesis 6.4: a read needs a commit of the leader's own term, and a round of heartbeats sent after it
/// came; an answer to an earlier round proves nothing.
#[test]
fn a_read_waits_for_a_commit_and_a_round() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    let id = ReadId(5);
    let effects = server.step(at(3), Input::Read(id, ReadMode::ReadIndex));
    assert_eq!((effects.reads.len(), effects.messages.len()), (0, 0), "nothing is committed yet");
    server.sync();
    let effects = server.matched(2, 1);
    assert_eq!(effects.reads, [], "a round must be answered that began after the read");
    let round = effects.messages.iter().find_map(|sent| match &sent.message {
        Message::AppendEntries { round, .. } => Some(*round),
        _ => None,
    });
    let result = Appended::Matched { match_index: Some(index(1)) };
    let answer = Message::AppendEntriesResponse { result, round: round.unwrap() };
    let effects = server.receive(3, 2, answer);
    let read_index = Some(index(1));
    assert_eq!(effects.reads, [ReadAnswer::Ready { id, read_index }]);
}

/// Who does not lead sends readers and writers on, and a leader that is deposed fails its reads.
#[test]
fn readers_are_sent_on() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.append(2, 1, None, &[1]);
    let id = ReadId(1);
    let effects = server.step(at(3), Input::Read(id, ReadMode::ReadIndex));
    assert_eq!(effects.reads, [ReadAnswer::NotLeader { id, leader: Some(NodeId(2)) }]);
    let effects = server.step(at(3), Input::Propose(Data::new(*b"x")));
    let refusal = Refusal::NotLeader { leader: Some(NodeId(2)) };
    assert_eq!(effects.proposed, Some(Err(refusal)));
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.step(at(3), Input::Read(id, ReadMode::ReadIndex));
    let effects = server.append(3, 9, None, &[9]);
    assert_eq!(effects.reads, [ReadAnswer::NotLeader { id, leader: None }]);
}

/// Thesis 4.1 with the correction of 2015: one change at a time, and none before the leader's term
/// has a commit.
#[test]
fn changes_of_the_membership_come_one_at_a_time() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    let add = |id| Input::Change(Change::Add(NodeId(id)));
    let early = server.step(at(3), add(4));
    assert_eq!(early.proposed, Some(Err(Refusal::ChangeInProgress)));
    server.sync();
    server.matched(2, 1);
    assert!(matches!(server.step(at(3), add(4)).proposed, Some(Ok(_))));
    assert!(server.node.config().is_learner(NodeId(4)), "first it learns, in force at once");
    for id in [4, 5] {
        let effects = server.step(at(3), add(id));
        assert_eq!(effects.proposed, Some(Err(Refusal::ChangeInProgress)));
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
    assert_eq!(server.step(at(3), add(4)).proposed, Some(Err(Refusal::NoChange)));
}

/// Thesis 4.2.2: a leader that removes itself leads until that is committed, and does not count itself.
#[test]
fn a_leader_that_leaves_steps_down_when_that_is_committed() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    server.matched(2, 1);
    let leave = server.step(at(3), Input::Change(Change::Remove(NodeId(1))));
    assert!(matches!(leave.proposed, Some(Ok(_))));
    server.sync();
    server.matched(2, 2);
    assert!(server.node.is_leader(), "its own copy does not count");
    server.matched(3, 2);
    assert!(!server.node.is_leader());
    assert_eq!(server.node.commit_index(), Some(index(2)));
}

/// A configuration that loses its place in the log is not in force any more.
#[test]
fn a_truncated_configuration_is_undone() {
    let mut server = Server::new(1, 3, 1, &[1]);
    let config = Payload::Config(Config::new((1..=4).map(NodeId)));
    let added = vec![Entry { term: Term(1), payload: config }];
    let (prev, leader_commit) = (position(1, 1), None);
    server.receive(2, 1, Message::AppendEntries { prev, entries: added, leader_commit, round: 1 });
    assert_eq!(server.node.config().voters().len(), 4);
    server.append(3, 2, prev, &[2]);
    assert_eq!(server.node.config().voters().len(), 3);
}

/// What is on disk after a crash is what the server starts with; a server that was never told of a
/// cluster does not stand for election.
#[test]
fn a_blank_server_waits() {
    let durable = Durable::default();
    let rng = Rng::new(1, 1);
    let mut node = Node::start(NodeId(9), Settings::default(), Config::default(), durable, rng, T0);
    assert_eq!(node.deadline(), None);
    assert!(!node.expire_election_timer(at(1)));
}

/// The only server of a cluster elects itself and commits alone, when its disk is done.
#[test]
fn a_cluster_of_one_needs_only_its_disk() {
    let mut server = Server::new(1, 1, 0, &[]);
    assert!(server.node.expire_election_timer(at(1)));
    server.step(at(1), Input::Tick);
    assert!(!server.node.is_leader());
    server.sync();
    assert!(server.node.is_leader());
    server.sync();
    assert_eq!(server.node.commit_index(), Some(index(1)));
}

/// The number of entries on their way to a follower is bounded.
#[test]
fn a_follower_is_not_flooded() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    server.matched(2, 1);
    let mut sent = 0;
    for _ in 0..1_000 {
        let effects = server.step(at(3), Input::Propose(Data::new(*b"x")));
        sent += effects.messages.iter().filter(|envelope| envelope.to == NodeId(2)).count();
    }
    assert_eq!(sent as u64, Settings::default().max_in_flight);
}

/// Thesis 10.2.2: commands that come together are written and sent together.
#[test]
fn a_batch_is_one_write_and_one_message_each() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.sync();
    for follower in [2, 3] {
        server.matched(follower, 1);
    }
    let batch = |size: u8| Input::ProposeAll((0..size).map(|byte| Data::new([byte])).collect());
    let effects = server.step(at(3), batch(5));
    assert_eq!(effects.proposed.and_then(Result::ok), position(2, 6), "the last of them");
    assert_eq!(effects.write.map(|write| (write.first, write.entries.len())), Some((index(2), 5)));
    let sent: Vec<usize> = effects.messages.iter().map(entries_in).collect();
    assert_eq!(sent, [5, 5]);

    let effects = server.step(at(3), batch(70));
    let sent: Vec<usize> = effects.messages.iter().map(entries_in).collect();
    assert_eq!(sent, [64, 64, 6, 6], "no message is larger than may be");

    assert_eq!(server.step(at(3), batch(0)).proposed, None);
    let mut follower = Server::new(2, 3, 1, &[]);
    let refused = follower.step(at(3), batch(2));
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
