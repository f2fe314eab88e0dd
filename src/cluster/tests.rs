//! The world as a whole: elections, faults, and that a run is a function of its seed and actions.

use super::*;
use crate::store::{Command, Key, Value};
use crate::time::Duration;

fn run_until(cluster: &mut Cluster, until: Time) {
    while cluster.next_time().is_some_and(|next| next <= until) {
        cluster.step();
    }
    cluster.rest_until(until);
}

fn set(key: &str, value: &str) -> Operation {
    let (key, value) = (Key::new(key).unwrap(), Value::new(value).unwrap());
    Operation::Write(Command::Set { key, value })
}

#[test]
fn five_servers_elect_a_leader_and_serve_a_write_and_a_read() {
    let mut cluster = Cluster::new(ClusterConfig { nodes: 5, seed: 1 });
    run_until(&mut cluster, Time::from_micros(1_000_000));
    assert!(cluster.leader().is_some());
    let via = Some(NodeId(3));
    cluster.apply(&Action::Request { client: YOU, operation: set("color", "blue"), via }).unwrap();
    run_until(&mut cluster, Time::from_micros(2_000_000));
    let answers: Vec<_> =
        cluster.take_finished().filter_map(|request_trace| request_trace.answer).collect();
    assert!(
        matches!(answers[..], [(_, Answer::Outcome(crate::store::Outcome::Written))]),
        "{answers:?}"
    );
    let digests: std::collections::BTreeSet<_> =
        cluster.servers().map(|server| server.store().unwrap().digest()).collect();
    assert_eq!(digests.len(), 1);
}

#[test]
fn equal_seeds_give_equal_runs_and_others_do_not() {
    let digests = |seed| {
        let mut cluster = Cluster::new(ClusterConfig { nodes: 3, seed });
        (0..500)
            .map(|_| {
                cluster.step();
                cluster.digest()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(digests(5), digests(5));
    assert_ne!(digests(5), digests(6));
}

#[test]
fn refused_actions_change_nothing() {
    let mut cluster = Cluster::new(ClusterConfig { nodes: 1, seed: 1 });
    run_until(&mut cluster, Time::from_micros(500_000));
    let before = cluster.digest();
    let n1 = NodeId(1);
    let n9 = NodeId(9);
    let same = LinkChange {
        latency: Some((Duration::from_millis(9), Duration::from_millis(1))),
        ..LinkChange::default()
    };
    let bad = [
        (Action::Remove(n1), Refused::Last(n1)),
        (Action::Kill(n9), Refused::Unknown(n9)),
        (Action::Restart(n1), Refused::Running(n1)),
        (Action::Resume(n1), Refused::Running(n1)),
        (Action::Add(n1), Refused::Exists(n1)),
        (Action::Cut { from: n1, to: n1 }, Refused::SameNode(n1)),
        (Action::Partition(vec![vec![n1]]), Refused::OneGroup),
        (Action::Partition(vec![vec![n1], vec![n1]]), Refused::TwoGroups(n1)),
        (Action::Network(same), Refused::BadTiming),
        (Action::Timeout(n1), Refused::NoTimer(n1)),
        (
            Action::Request { client: YOU, operation: set("k", "v"), via: Some(n9) },
            Refused::Unknown(n9),
        ),
        (
            Action::Request { client: ClientId(1), operation: set("k", "v"), via: None },
            Refused::NoName(ClientId(1)),
        ),
    ];
    for (action, refused) in bad {
        assert_eq!(cluster.apply(&action), Err(refused), "{action}");
        assert_eq!(cluster.digest(), before, "{action}");
    }
}
