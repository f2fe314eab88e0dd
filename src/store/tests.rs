use super::*;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn value(text: &str) -> Value {
    Value::new(text).unwrap()
}

fn set(name: &str, to: &str) -> Command {
    Command::Set { key: key(name), value: value(to) }
}

fn request(seq: u64, command: Command) -> Request {
    Request {
        session: SessionId { client: ClientId(1), opened: 0 },
        seq: Seq(seq),
        known_below: Seq(0),
        stamp: Stamp::default(),
        command,
    }
}

#[test]
fn keys_and_values_are_limited_to_the_byte() {
    assert_eq!(Key::new(""), Err(LimitError::EmptyKey));
    assert!(Key::new("k".repeat(256)).is_ok());
    assert_eq!(Key::new("k".repeat(257)), Err(LimitError::LongKey(257)));
    assert_eq!(Key::new("ä".repeat(129)), Err(LimitError::LongKey(258)));
    assert!(Value::new("").is_ok());
    assert!(Value::new("v".repeat(65_536)).is_ok());
    assert_eq!(Value::new("v".repeat(65_537)), Err(LimitError::LongValue(65_537)));
}

#[test]
fn each_command_does_what_it_says() {
    let mut store = Store::new();
    let cas =
        |old: &str, new: &str| Command::Cas { key: key("k"), old: value(old), new: value(new) };
    assert_eq!(store.apply(&request(1, cas("a", "b"))).0, Outcome::Mismatch(None));
    assert_eq!(store.apply(&request(2, set("k", "a"))).0, Outcome::Written);
    assert_eq!(store.apply(&request(3, cas("x", "y"))).0, Outcome::Mismatch(Some(value("a"))));
    assert_eq!(store.apply(&request(4, cas("a", "b"))).0, Outcome::Written);
    assert_eq!(store.get(&key("k")), Some(&value("b")));
    let delete = || Command::Delete { key: key("k") };
    assert_eq!(store.apply(&request(5, delete())).0, Outcome::Deleted);
    assert_eq!(store.apply(&request(6, delete())).0, Outcome::NotFound);
    assert_eq!(store.get(&key("k")), None);
}

#[test]
fn a_retry_is_answered_and_not_executed() {
    let mut store = Store::new();
    store.apply(&request(1, set("k", "a")));
    store.apply(&request(2, set("k", "b")));
    assert_eq!(store.apply(&request(1, set("k", "a"))).0, Outcome::Written);
    assert_eq!(store.get(&key("k")), Some(&value("b")), "the retry must not write again");
}

#[test]
fn what_a_client_knows_is_forgotten_and_never_executed_again() {
    let mut store = Store::new();
    store.apply(&request(1, set("k", "a")));
    let later = Request { known_below: Seq(2), ..request(2, set("k", "b")) };
    store.apply(&later);
    // A late copy of the first request, with its old `known_below`.
    let late = Request { known_below: Seq(0), ..request(1, set("k", "a")) };
    assert_eq!(store.apply(&late).0, Outcome::Forgotten);
    assert_eq!(store.get(&key("k")), Some(&value("b")));
}

#[test]
fn the_digest_depends_on_the_state_and_not_on_its_history() {
    let mut one = Store::new();
    let mut two = Store::new();
    one.apply(&request(1, set("a", "1")));
    one.apply(&request(2, set("b", "2")));
    two.apply(&request(1, set("a", "0")));
    assert_ne!(one.digest(), two.digest());
    two.apply(&request(2, set("b", "2")));
    assert_ne!(one.digest(), two.digest());
    two.apply(&request(3, set("a", "1")));
    one.apply(&request(3, Command::Delete { key: key("c") }));
    assert_eq!(one.digest(), two.digest());
    assert_ne!(one.digest(), Store::new().digest());
    for seq in 4..=6 {
        one.apply(&request(seq, Command::Delete { key: key("c") }));
    }
    two.apply(&request(4, set("c", "3")));
    two.apply(&request(5, set("d", "4")));
    two.apply(&request(6, Command::Delete { key: key("d") }));
    assert_ne!(one.digest(), two.digest());
    one.apply(&request(7, set("c", "3")));
    two.apply(&request(7, set("c", "3")));
    assert_eq!(one.digest(), two.digest(), "what was deleted leaves no trace");
}

/// Thesis 6.3: all servers expire a session at the same entry, and never execute its later
/// requests.
#[test]
fn a_session_expires_and_its_later_requests_are_refused() {
    let stamp = |at| Stamp { at, session_lasts: 100, once: true };
    let session = |client, opened| SessionId { client: ClientId(client), opened };
    let mut store = Store::new();
    let first = Request { stamp: stamp(10), session: session(1, 10), ..request(1, set("k", "a")) };
    assert_eq!(store.apply(&first), (Outcome::Written, true));
    let other =
        Request { stamp: stamp(150), session: session(2, 149), ..request(1, set("k", "b")) };
    assert_eq!(store.apply(&other), (Outcome::Written, true));
    assert_eq!(store.sessions(), 1, "the first was not used for more than 100");
    let retry = Request { stamp: stamp(151), ..first.clone() };
    assert_eq!(store.apply(&retry), (Outcome::Expired(151), false));
    assert_eq!(store.get(&key("k")), Some(&value("b")));
    // The session of a client whose clock is ahead lives as long, and then is refused too.
    let ahead =
        Request { stamp: stamp(152), session: session(3, 400), ..request(1, set("k", "c")) };
    assert_eq!(store.apply(&ahead), (Outcome::Written, true));
    let late = Request { stamp: stamp(400), ..other.clone() };
    assert_eq!(store.apply(&late).0, Outcome::Expired(400));
    assert!(!store.apply(&Request { stamp: stamp(499), ..ahead.clone() }).1, "a duplicate");
    assert_eq!(store.apply(&Request { stamp: stamp(700), ..late }).0, Outcome::Expired(700));
    assert_eq!(store.apply(&Request { stamp: stamp(700), ..ahead }).0, Outcome::Expired(700));
}

#[test]
fn a_session_expires_after_exactly_its_lifetime() {
    let session = SessionId { client: ClientId(1), opened: 10 };
    let first = |at| Request {
        stamp: Stamp { at, session_lasts: 100, once: true },
        session,
        ..request(1, set("k", "a"))
    };
    let mut store = Store::new();
    assert_eq!(store.sessions(), 0);
    assert_eq!(store.apply(&first(10)), (Outcome::Written, true));
    let mut in_time = store.clone();
    assert_eq!(in_time.apply(&first(109)), (Outcome::Written, false));
    assert_eq!(in_time.sessions(), 1);
    assert_eq!(store.apply(&first(110)), (Outcome::Expired(110), false));
    assert_eq!(store.sessions(), 0);
}

#[test]
fn only_refusals_do_not_tell_what_the_command_did() {
    let told = [Outcome::Written, Outcome::Deleted, Outcome::NotFound, Outcome::Mismatch(None)];
    assert!(told.iter().all(Outcome::tells));
    assert!(![Outcome::Forgotten, Outcome::Expired(1)].iter().any(Outcome::tells));
}

#[test]
fn a_snapshot_holds_the_store_and_its_sessions() {
    let mut store = Store::new();
    store.apply(&request(1, set("k", "a")));
    store.apply(&request(2, set("l", "b")));
    let mut restored = Store::restore(&store.snapshot(true)).unwrap();
    assert_eq!(restored, store);
    assert!(!restored.apply(&request(2, set("l", "b"))).1, "a duplicate");
    let mut forgetful = Store::restore(&store.snapshot(false)).unwrap();
    assert_ne!(forgetful.digest(), store.digest());
    assert!(forgetful.apply(&request(2, set("l", "b"))).1);
}

#[test]
fn a_damaged_snapshot_is_refused_with_a_reason() {
    let mut store = Store::new();
    store.apply(&request(1, set("k", "a")));
    let whole = store.snapshot(true);
    assert_eq!(Store::restore(b""), Err(Damaged::NoSnapshot));
    assert_eq!(Store::restore(b"something else"), Err(Damaged::NoSnapshot));
    assert_eq!(Store::restore(&whole[..12]), Err(Damaged::Checksum));
    assert_eq!(Store::restore(&whole[..whole.len() - 1]), Err(Damaged::Checksum));
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(Store::restore(&bytes).is_err(), "byte {at}");
    }
    let mut newer = whole;
    newer[7] = 9;
    assert_eq!(Store::restore(&newer), Err(Damaged::Version(9)));
}

#[test]
fn a_whole_snapshot_of_what_no_store_can_hold_is_refused() {
    let holding = |key: Key, value: Value| {
        let mut store = Store::new();
        store.put(&key, &value);
        Store::restore(&store.snapshot(true)).err()
    };
    assert_eq!(holding(key("k"), value("v")), None);
    assert_eq!(holding(Key(String::new().into()), value("v")), Some(Damaged::Content));
    assert_eq!(holding(key("k"), Value("v".repeat(65_537).into())), Some(Damaged::Content));
}

#[test]
fn no_two_clients_share_an_id_or_a_name() {
    let named: Vec<ClientId> = (0..200).filter_map(ClientId::named).collect();
    assert_eq!(named.len(), 100);
    let of_workloads = (1..=ClientId::LAST_OF_WORKLOADS).map(ClientId);
    let all: Vec<ClientId> =
        [ClientId::YOU].into_iter().chain(of_workloads).chain(named.iter().copied()).collect();
    let ids: std::collections::BTreeSet<ClientId> = all.iter().copied().collect();
    let names: std::collections::BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!((ids.len(), names.len()), (all.len(), all.len()));
    assert!(named.iter().all(|client| client.is_by_hand()) && ClientId::YOU.is_by_hand());
    assert!(!ClientId(1).is_by_hand() && !ClientId(ClientId::LAST_OF_WORKLOADS).is_by_hand());
    assert_eq!(ClientId::named(7).and_then(ClientId::name), Some(7));
}
