//! Properties that hold for any input: of the script language and of log entries here, of clients'
//! histories, of the log and of the store in the files beside. Those of quorums and clocks are
//! beside their code in `src`.
#![cfg(not(target_arch = "wasm32"))]

mod history;
mod log;
mod store;

use kvorum::cluster::{Action, Consistency, Operation};
use kvorum::raft::NodeId;
use kvorum::script::{Command, parse_line, parse_script};
use kvorum::store::{
    ClientId, Command as Write, Key, Request, Seq, SessionId, Stamp, Store, Value,
};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use proptest::prop_oneof;

fn key() -> impl Strategy<Value = Key> {
    any::<String>().prop_filter_map("a key", |text| Key::new(text).ok())
}

fn value() -> impl Strategy<Value = Value> {
    any::<String>().prop_filter_map("a value", |text| Value::new(text).ok())
}

fn command() -> impl Strategy<Value = Write> {
    prop_oneof![
        (key(), value()).prop_map(|(key, value)| Write::Set { key, value }),
        key().prop_map(|key| Write::Delete { key }),
        (key(), value(), value()).prop_map(|(key, old, new)| Write::Cas { key, old, new }),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let consistency = prop::sample::select(Consistency::ALL.to_vec());
    prop_oneof![
        command().prop_map(Operation::Write),
        (key(), consistency).prop_map(|(key, consistency)| Operation::Read { key, consistency }),
    ]
}

/// Words of the language in any order.
fn nearly_a_line() -> impl Strategy<Value = String> {
    let words = "cluster set get delete cas as c2 c0 curl add remove kill partition cut network link disk \
                 timing timeout drop clients wait expect via from -> | & n1 n99 1 5ms..1ms 3% 200% \
                 \"a b\" \" # latency loss rule step-down off on all value no leader stale";
    let words: Vec<&str> = words.split(' ').collect();
    prop::collection::vec(prop::sample::select(words), 0..8).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_line_is_answered(line in any::<String>()) {
        if let Err(mistake) = parse_line(&line) {
            prop_assert!(mistake.column <= line.chars().count() + 1);
        }
        let _ = parse_script(&line);
    }

    #[test]
    fn nearly_correct_lines_are_answered_too(line in nearly_a_line()) {
        if let Err(mistake) = parse_line(&line) {
            prop_assert!(mistake.column <= line.chars().count() + 1);
            prop_assert!(!mistake.expected.is_empty());
        }
    }

    #[test]
    fn every_request_can_be_written_down_and_read_again(
        operation in operation(),
        via in prop::option::of(1_u32..60),
        name in prop::option::of(1..=ClientId::MOST_NAMED),
    ) {
        let client = name.and_then(ClientId::named).unwrap_or(ClientId::YOU);
        let action = Action::Request { client, operation, via: via.map(NodeId) };
        let read = parse_line(&action.to_string());
        prop_assert_eq!(read, Ok(Some(Command::Act { action, background: false })));
    }

    #[test]
    fn a_log_entry_keeps_its_request(command in command(), seq in 0_u64..9, known in 0_u64..9) {
        let request = Request {
            session: SessionId { client: ClientId(7), opened: 5 },
            seq: Seq(seq),
            known_below: Seq(known),
            stamp: Stamp::default(),
            command,
        };
        prop_assert_eq!(Request::decode(&request.encode()), Some(request));
    }

    #[test]
    fn bytes_that_are_no_request_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(request) = Request::decode(&bytes) {
            Store::new().apply(&request);
        }
    }

    #[test]
    fn applying_a_request_again_changes_nothing(
        commands in prop::collection::vec(command(), 1..8),
        again in 0_usize..8,
    ) {
        let request = |at: usize| Request {
            session: SessionId { client: ClientId(1), opened: 5 },
            seq: Seq(at as u64),
            known_below: Seq(0),
            stamp: Stamp::default(),
            command: commands[at].clone(),
        };
        let mut store = Store::new();
        let outcomes: Vec<_> = (0..commands.len()).map(|at| store.apply(&request(at)).0).collect();
        let before = store.clone();
        let at = again % commands.len();
        prop_assert_eq!(&store.apply(&request(at)), &(outcomes[at].clone(), false));
        prop_assert_eq!(store, before);
    }
}
