//! A recorded run: actions by event counts, and the digest after every event; and the ends of fifty
//! runs of the swarm. Natively and in WebAssembly the digests must be those of `digests.txt` and
//! `swarm.txt`.

use kvorum::check::Run;
use kvorum::cluster::{ClusterConfig, FaultKind};
use kvorum::digest::Digest;
use kvorum::script::{Command, parse_line};
use kvorum::swarm::Search;

/// The actions, each with the number of events before it.
const ACTIONS: &[(u64, &str)] = &[
    (150, "set color blue via n2"),
    (200, "clients 4 keys 3 writes 60% every 15ms"),
    (600, "kill n1"),
    (900, "partition n2 n3 | n4 n5"),
    (1_300, "restart n1"),
    (1_500, "heal"),
    (1_700, "network latency 2ms..40ms loss 10% duplicate 5%"),
    (2_100, "pause n3"),
    (2_400, "add n6"),
    (2_800, "resume n3"),
    (3_100, "network loss 0% duplicate 0%"),
    (3_200, "disk n4 fsync 25ms"),
    (3_300, "cut n5 -> n2"),
    (3_600, "mend n5 -> n2"),
    (3_700, "remove n2"),
    (4_200, "cas color blue green"),
    (4_300, "drop AppendEntries n4 -> n5"),
    (4_400, "timeout n6"),
    (4_800, "clients off"),
];

const EVENTS: u64 = 6_000;

/// The seeds of the swarm whose runs are recorded too.
pub(crate) const SEEDS: std::ops::Range<u64> = 0..50;

/// One line for each seed of the swarm: the number of events of its run, and the digest at its end.
pub(crate) fn swarm(seeds: std::ops::Range<u64>) -> String {
    // The kinds of faults at the time of the recording.
    let search = Search { faults: FaultKind::first(), ..Search::default() };
    let line = |seed| {
        let report = search.run(seed);
        format!("{seed} {} {}\n", report.events, report.digest)
    };
    seeds.map(line).collect()
}

/// One line for every hundred events: a digest of the digests after each of them.
pub(crate) fn digests() -> String {
    let mut run = Run::new(ClusterConfig { nodes: 5, seed: 42 });
    let mut actions = ACTIONS.iter().peekable();
    let mut sum = Digest::default();
    let mut lines = String::new();
    for event in 1..=EVENTS {
        run.step().expect("there is always something to happen");
        while let Some((_, line)) = actions.next_if(|(after, _)| *after == event) {
            let Ok(Some(Command::Act { action, .. })) = parse_line(line) else {
                panic!("{line} is an action");
            };
            // An impossible action is refused on every platform.
            let refused = run.apply(&action).is_err();
            sum = sum.then(&[u8::from(refused)]);
        }
        sum = sum.then(&run.cluster().digest().0.to_le_bytes());
        if event % 100 == 0 {
            lines.push_str(&format!("{event} {sum}\n"));
        }
    }
    assert_eq!(run.violation(), None);
    lines
}
