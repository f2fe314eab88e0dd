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
    Request { client: ClientId(1), seq: Seq(seq), known_below: Seq(0), once: true, command }
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
    assert_eq!(store.apply(&request(1, cas("a", "b"))), Outcome::Mismatch(None));
    assert_eq!(store.apply(&request(2, set("k", "a"))), Outcome::Written);
    assert_eq!(store.apply(&request(3, cas("x", "y"))), Outcome::Mismatch(Some(value("a"))));
    assert_eq!(store.apply(&request(4, cas("a", "b"))), Outcome::Written);
    assert_eq!(store.get(&key("k")), Some(&value("b")));
    let delete = || Command::Delete { key: key("k") };
    assert_eq!(store.apply(&request(5, delete())), Outcome::Deleted);
    assert_eq!(store.apply(&request(6, delete())), Outcome::NotFound);
    assert_eq!(store.get(&key("k")), None);
}

#[test]
fn a_retry_is_answered_and_not_executed() {
    let mut store = Store::new();
    store.apply(&request(1, set("k", "a")));
    store.apply(&request(2, set("k", "b")));
    assert_eq!(store.apply(&request(1, set("k", "a"))), Outcome::Written);
    assert_eq!(store.get(&key("k")), Some(&value("b")), "the retry must not write again");
}

#[test]
fn what_a_client_knows_is_forgotten_and_never_executed_again() {
    let mut store = Store::new();
    store.apply(&request(1, set("k", "a")));
    let later = Request { known_below: Seq(2), ..request(2, set("k", "b")) };
    store.apply(&later);
    // A copy of the first request that was long in the network, with the floor it left with ...
    let late = Request { known_below: Seq(0), ..request(1, set("k", "a")) };
    assert_eq!(store.apply(&late), Outcome::Forgotten);
    assert_eq!(store.get(&key("k")), Some(&value("b")));
}

#[test]
fn the_digest_tells_states_apart_and_not_how_they_came_about() {
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
}
