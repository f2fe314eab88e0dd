//! The store, its clients' sessions and its snapshots: exactly-once execution for requests in any
//! order.

use std::collections::BTreeMap;

use kvorum::digest::Digest;
use kvorum::store::{
    ClientId, Command, Damaged, Key, Outcome, Request, Seq, SessionId, Stamp, Store, Value,
};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

/// The lifetime of a session in these tests.
const LASTS: u64 = 40;

fn key(number: u64) -> Key {
    Key::new(format!("key {}", number % 3)).expect("a short key")
}

fn value(number: u64) -> Value {
    Value::new(format!("value {number}")).expect("a short value")
}

/// Each session has one request of each number, however often it arrives.
fn command(client: u32, seq: u64) -> Command {
    let number = u64::from(client) * 3 + seq;
    let key = key(number);
    match number % 4 {
        0 => Command::Delete { key },
        1 => Command::Cas { key, old: value(number - 1), new: value(number) },
        _ => Command::Set { key, value: value(number) },
    }
}

/// Requests of a few sessions, with retries, in any order, with stamps that go back and forth.
fn requests() -> impl Strategy<Value = Vec<Request>> {
    let request = (1_u32..4, 0_u64..3, 1_u64..6, 0_u64..4, 1_u64..200).prop_map(
        |(client, opened, seq, known_below, at)| Request {
            session: SessionId { client: ClientId(client), opened: 1 + opened * 50 },
            seq: Seq(seq),
            known_below: Seq(known_below),
            stamp: Stamp { at, session_lasts: LASTS, once: true },
            command: command(client, seq),
        },
    );
    prop::collection::vec(request, 0..60).prop_map(|mut requests| {
        // Stamps mostly increase, and the last ones may be far behind.
        for some in requests.chunks_mut(12) {
            some.sort_by_key(|request| request.stamp.at);
        }
        requests
    })
}

/// A simple model of thesis 6.3.
#[derive(Default)]
struct Plain {
    clock: u64,
    sessions: BTreeMap<SessionId, Session>,
}

#[derive(Default)]
struct Session {
    last_used: u64,
    floor: Seq,
    outcomes: BTreeMap<Seq, Outcome>,
}

impl Plain {
    /// The outcome that the store must give without executing the request, if any.
    fn owes(&mut self, request: &Request) -> Option<Outcome> {
        self.clock = self.clock.max(request.stamp.at);
        let ended = |moment: u64| moment + LASTS <= self.clock;
        self.sessions.retain(|_, session| !ended(session.last_used));
        let id = request.session;
        if ended(id.opened) && !self.sessions.contains_key(&id) {
            return Some(Outcome::Expired(self.clock));
        }
        let session = self.sessions.entry(id).or_default();
        session.last_used = self.clock.max(id.opened);
        session.floor = session.floor.max(request.known_below);
        if request.seq < session.floor {
            return Some(Outcome::Forgotten);
        }
        session.outcomes.get(&request.seq).cloned()
    }

    fn executed(&mut self, request: &Request, outcome: Outcome) {
        let session = self.sessions.entry(request.session).or_default();
        session.outcomes.insert(request.seq, outcome);
    }
}

fn execute(entries: &mut BTreeMap<Key, Value>, command: &Command) -> Outcome {
    let before = entries.get(command.key()).cloned();
    match command {
        Command::Set { key, value } => {
            entries.insert(key.clone(), value.clone());
            Outcome::Written
        }
        Command::Cas { key, old, new } if before.as_ref() == Some(old) => {
            entries.insert(key.clone(), new.clone());
            Outcome::Written
        }
        Command::Cas { .. } => Outcome::Mismatch(before),
        Command::Delete { key } => {
            entries.remove(key).map_or(Outcome::NotFound, |_| Outcome::Deleted)
        }
    }
}

/// A snapshot with this content and a matching checksum.
fn sealed(content: &[u8]) -> Vec<u8> {
    let mark = &Store::new().snapshot(true)[..8];
    [mark, &Digest::of(content).0.to_le_bytes(), content].concat()
}

proptest! {
    #[test]
    fn a_request_is_executed_once_whatever_is_repeated(requests in requests()) {
        let (mut store, mut plain) = (Store::new(), Plain::default());
        let mut entries = BTreeMap::new();
        let mut executed = BTreeMap::new();
        for request in &requests {
            let (outcome, now) = store.apply(request);
            match plain.owes(request) {
                Some(owed) => prop_assert_eq!((&outcome, now), (&owed, false)),
                None => {
                    let expected = execute(&mut entries, &request.command);
                    plain.executed(request, expected.clone());
                    prop_assert_eq!((&outcome, now), (&expected, true));
                }
            }
            let name = (request.session, request.seq);
            if now {
                prop_assert_eq!(executed.insert(name, outcome), None, "a second time");
            } else if outcome.tells() {
                prop_assert_eq!(executed.get(&name), Some(&outcome));
            }
            prop_assert_eq!(store.sessions(), plain.sessions.len());
        }
        let held: BTreeMap<Key, Value> =
            store.entries().map(|(key, value)| (key.clone(), value.clone())).collect();
        prop_assert_eq!(held, entries);
    }

    #[test]
    fn a_snapshot_at_any_point_has_the_same_future(requests in requests(), at in any::<prop::sample::Index>()) {
        let (before, after) = requests.split_at(at.index(requests.len() + 1));
        let mut store = Store::new();
        for request in before {
            store.apply(request);
        }
        let mut restored = Store::restore(&store.snapshot(true)).unwrap();
        prop_assert_eq!(&restored, &store);
        for request in after {
            prop_assert_eq!(restored.apply(request), store.apply(request));
            prop_assert_eq!(restored.digest(), store.digest());
        }
        prop_assert_eq!(&restored, &store);
        prop_assert_eq!(restored.snapshot(true), store.snapshot(true));
    }

    /// What was forgotten has no influence on the digest.
    #[test]
    fn stores_of_the_same_state_have_the_same_digest(requests in requests()) {
        let mut store = Store::new();
        for request in &requests {
            store.apply(request);
        }
        let mut fresh = Store::new();
        for number in 0..3 {
            let late = 1_000 * LASTS;
            let request = Request {
                session: SessionId { client: ClientId(9), opened: late },
                seq: Seq(number + 1),
                known_below: Seq(0),
                stamp: Stamp { at: late, session_lasts: LASTS, once: true },
                command: Command::Set { key: key(number), value: value(number) },
            };
            prop_assert_eq!(store.apply(&request), fresh.apply(&request));
        }
        prop_assert_eq!(store.digest(), fresh.digest());
        prop_assert_eq!(store, fresh);
    }

    #[test]
    fn a_damaged_snapshot_is_refused(
        requests in requests(),
        at in any::<prop::sample::Index>(),
        damage in 1_u8..=255,
        tail in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let mut store = Store::new();
        for request in &requests {
            store.apply(request);
        }
        let whole = store.snapshot(true);
        let mut damaged = whole.clone();
        let at = at.index(whole.len());
        damaged[at] ^= damage;
        prop_assert!(Store::restore(&damaged).is_err());
        prop_assert!(Store::restore(&whole[..at]).is_err());
        prop_assert_eq!(Store::restore(&[&whole[..], &tail].concat()), Err(Damaged::Checksum));
        prop_assert_eq!(Store::restore(&whole), Ok(store));
    }

    /// Also bytes that begin like a snapshot.
    #[test]
    fn bytes_that_are_no_snapshot_break_nothing(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        request in requests(),
    ) {
        for bytes in [sealed(&bytes), bytes] {
            let Ok(mut store) = Store::restore(&bytes) else { continue };
            for request in &request {
                store.apply(request);
            }
            prop_assert_eq!(Store::restore(&store.snapshot(true)), Ok(store));
        }
    }

    #[test]
    fn a_snapshot_with_what_no_store_takes_is_refused(key in 0_usize..300, value in 65_500_usize..65_600) {
        let entries = BTreeMap::from([("k".repeat(key), "v".repeat(value))]);
        let no_sessions = &Store::new().snapshot(true)[16..][1..];
        let content = [&postcard::to_allocvec(&entries).unwrap(), no_sessions].concat();
        let is_legal = (1..=Key::MAX_BYTES).contains(&key) && value <= Value::MAX_BYTES;
        match Store::restore(&sealed(&content)) {
            Ok(store) => prop_assert!(is_legal && store.entries().len() == 1),
            Err(why) => prop_assert_eq!((why, is_legal), (Damaged::Content, false)),
        }
    }
}
