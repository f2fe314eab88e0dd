//! Properties that hold for any input: of the script language and of log entries here, of clients'
//! histories, of the log and of the store in the files beside. Those of quorums and clocks are
//! beside their code in `src`.
#![cfg(not(target_arch = "wasm32"))]

mod history;
mod log;
mod store;

use kvorum::cluster::{Action, Cluster, Consistency, Operation};
use kvorum::raft::NodeId;
use kvorum::script::{Command, Mistake, Runner, complete, parse_line, parse_script};
use kvorum::store::{
    ClientId, Command as Write, Key, Request, Seq, SessionId, Stamp, Store, Value,
};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
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
                 \"a b\" \" # latency loss rule step-down off on all value no leader stale \
                 restart <-> repeat { } ; until leads follows is down for at most 5s not term members agree \
                 commit least learners kil KILL color=blue";
    let words: Vec<&str> = words.split_whitespace().collect();
    prop::collection::vec(prop::sample::select(words), 0..8).prop_map(|words| words.join(" "))
}

/// A correct line that is about several nodes.
fn line_of_several() -> impl Strategy<Value = String> {
    let verb = prop::sample::select(vec!["kill", "restart", "pause", "resume", "wipe"]);
    let node = prop::sample::select(vec!["n1", "n2", "n3", "n4", "leader"]);
    let nodes = prop_oneof![
        1 => Just("all".to_string()),
        4 => prop::collection::vec(node, 1..4).prop_map(|nodes| nodes.join(" ")),
    ];
    (verb, nodes).prop_map(|(verb, nodes)| format!("{verb} {nodes}"))
}

/// What a command does, once the names in it stand for servers.
fn actions_of(command: Command, cluster: &Cluster) -> Vec<Action> {
    match command {
        Command::Act { action, .. } | Command::At { action, .. } => vec![action],
        Command::Together(actions) => actions,
        Command::Repeat(repeat) => {
            let commands = repeat.commands.into_iter();
            commands.flat_map(|command| actions_of(command, cluster)).collect()
        }
        Command::Unresolved(unresolved) => match unresolved.resolve(cluster) {
            Ok(Command::Unresolved(again)) => panic!("{again:?} is resolved"),
            Ok(command) => actions_of(command, cluster),
            Err(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Three servers of which n1 leads.
fn three() -> Cluster {
    let mut runner = Runner::default();
    let script = "cluster 3 seed 1\ntimeout n1\nwait leader\n";
    assert_eq!(runner.run_script(script), Ok(()));
    runner.run().cluster().clone()
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
    fn what_a_line_does_can_be_written_down_and_read_again(line in nearly_a_line()) {
        if let Ok(Some(command)) = parse_line(&line) {
            for action in actions_of(command, &three()) {
                let read = parse_line(&action.to_string());
                prop_assert_eq!(read, Ok(Some(Command::Act { action, background: false })));
            }
        }
    }

    #[test]
    fn what_was_probably_meant_can_be_read_or_is_a_word(line in nearly_a_line()) {
        if let Err(Mistake { meant: Some(meant), .. }) = parse_line(&line) {
            let is_word = !meant.contains(char::is_whitespace);
            prop_assert!(is_word || parse_line(&meant).is_ok(), "{meant}");
            prop_assert!(meant != line.trim());
        }
    }

    #[test]
    fn what_completion_offers_can_stand_there(line in nearly_a_line()) {
        let nodes = ["n1", "n2"].map(str::to_string);
        for word in complete(&format!("{line} "), &nodes, &[]) {
            let read = parse_line(&format!("{line} {word}"));
            prop_assert!(read.map_or_else(|mistake| mistake.found.is_empty(), |read| read.is_some()));
        }
    }

    /// Whatever is refused, the cluster is as it was; and what is not refused was done as if its
    /// actions had been typed one after the other.
    #[test]
    fn of_several_things_all_are_done_or_none(lines in prop::collection::vec(line_of_several(), 1..4)) {
        let mut runner = Runner::default();
        let mut alone = three();
        runner.run_script("cluster 3 seed 1\ntimeout n1\nwait leader\n").expect("a leader");
        for line in lines {
            let before = runner.run().cluster().digest();
            let command = parse_line(&line).expect("a correct line").expect("a command");
            let actions = actions_of(command, &alone);
            let done = runner.run_script(&line);
            match done {
                Ok(()) => {
                    for action in actions {
                        prop_assert!(alone.apply(&action).is_ok());
                    }
                }
                Err(_) => prop_assert_eq!(runner.run().cluster().digest(), before),
            }
            prop_assert_eq!(runner.run().cluster().digest(), alone.digest());
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
