//! What clients rely on: the paper's section 8, the thesis's 6.2 and 6.3.

use kvorum::raft::{Data, Input, NodeId, ReadAnswer, ReadId, ReadMode, Refusal, Settings};
use kvorum::store::{
    ClientId, Command, Key, Outcome, Request, Seq, SessionId, Stamp, Store, Value,
};

use crate::server::{Server, ask, position};

/// Thesis 6.2: a leader that does not hear from a majority steps down, and fails its reads.
#[test]
fn a_leader_without_a_majority_steps_down() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.at(5).step(Input::Read(ReadId(1), ReadMode::ReadIndex));
    let patience = Settings::default().election_timeout_max.as_micros() / 1_000;
    server.at(patience).step(Input::Tick);
    assert!(server.node.is_leader());
    let effects = server.at(patience + 100).step(Input::Tick);
    assert!(!server.node.is_leader());
    assert_eq!(effects.reads, [ReadAnswer::NotLeader { id: ReadId(1), leader: None }]);
}

/// Thesis 6.2: a server that is not leader redirects reads and writes, and a leader that is deposed
/// fails its reads.
#[test]
fn readers_are_redirected() {
    let mut server = Server::new(1, 3, 1, &[]);
    server.append(2, 1, None, &[1]);
    let id = ReadId(1);
    let effects = server.step(Input::Read(id, ReadMode::ReadIndex));
    assert_eq!(effects.reads, [ReadAnswer::NotLeader { id, leader: Some(NodeId(2)) }]);
    let effects = server.step(Input::Propose(Data::new(*b"x")));
    let refusal = Refusal::NotLeader { leader: Some(NodeId(2)) };
    assert_eq!(effects.proposed, Some(Err(refusal)));
    let mut server = Server::new(1, 3, 1, &[]);
    server.elect();
    server.step(Input::Read(id, ReadMode::ReadIndex));
    let effects = server.append(3, 9, None, &[9]);
    assert_eq!(effects.reads, [ReadAnswer::NotLeader { id, leader: None }]);
}

/// Thesis 6.2: clients are not redirected to a former leader, or they would go round in circles.
#[test]
fn a_former_leader_is_forgotten() {
    let nobody = Some(Err(Refusal::NotLeader { leader: None }));
    let mut server = Server::new(1, 3, 1, &[]);
    server.append(2, 1, None, &[1]);
    server.at(500).step(Input::Tick);
    assert_eq!(server.propose().proposed, nobody, "its timeout has passed");
    let mut server = Server::new(1, 3, 1, &[]);
    server.append(2, 1, None, &[1]);
    server.at(500).receive(3, 2, ask(position(1, 1)));
    assert_eq!(server.propose().proposed, nobody, "another term has begun");
}

/// A request of a client's session.
fn request(client: u32, seq: u64, command: &Command) -> Request {
    Request {
        session: SessionId { client: ClientId(client), opened: 0 },
        seq: Seq(seq),
        known_below: Seq(0),
        stamp: Stamp::default(),
        command: command.clone(),
    }
}

fn key() -> Key {
    Key::new("k").expect("a key")
}

fn value(text: &str) -> Value {
    Value::new(text).expect("a value")
}

fn cas(old: &str, new: &str) -> Command {
    Command::Cas { key: key(), old: value(old), new: value(new) }
}

fn set(to: &str) -> Command {
    Command::Set { key: key(), value: value(to) }
}

/// Section 8, thesis 6.3: a retried request gets its first answer, whatever has happened since, and
/// is not executed again.
#[test]
fn a_retry_gets_the_first_answer() {
    let mut store = Store::new();
    store.apply(&request(1, 1, &set("a")));
    assert_eq!(store.apply(&request(1, 2, &cas("a", "b"))), (Outcome::Written, true));
    store.apply(&request(2, 1, &set("a")));
    assert_eq!(store.apply(&request(1, 2, &cas("a", "b"))), (Outcome::Written, false));
    assert_eq!(store.get(&key()), Some(&value("a")));
}

/// Thesis 6.3: a client may have several pending requests, which arrive in any order; each client
/// has its own numbers.
#[test]
fn requests_of_a_session_come_in_any_order() {
    let mut store = Store::new();
    for (client, seq) in [(1, 2), (1, 1), (2, 1)] {
        assert!(store.apply(&request(client, seq, &set("a"))).1, "c{client} {seq}");
        assert!(!store.apply(&request(client, seq, &set("a"))).1, "c{client} {seq} again");
    }
}

/// Thesis 6.3: sessions are part of the replicated state. A server that gets the same log, in
/// pieces or by a snapshot, answers every retry like the others.
#[test]
fn all_servers_know_the_same_sessions() {
    let log = [
        request(1, 1, &set("a")),
        request(2, 1, &cas("a", "b")),
        request(1, 1, &set("a")),
        request(2, 2, &cas("a", "c")),
        request(2, 1, &cas("a", "b")),
    ];
    let mut one = Store::new();
    let answers = log.each_ref().map(|request| one.apply(request));
    for covered in 0..log.len() {
        let mut other = Store::new();
        for request in &log[..covered] {
            other.apply(request);
        }
        let mut other = Store::restore(&other.snapshot(true)).unwrap();
        let rest: Vec<_> = log[covered..].iter().map(|request| other.apply(request)).collect();
        assert_eq!(rest, answers[covered..], "after a snapshot of {covered}");
        assert_eq!(other.digest(), one.digest(), "after a snapshot of {covered}");
    }
}
