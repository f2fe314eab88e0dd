//! What the automatic speed does to what a viewer sees, measured in real time.

use crate::playground::view::Speed;
use crate::playground::{Archive, Bookmark, Input, Playground};
use crate::time::{Duration, RealTime, Time};

const FRAME: RealTime = RealTime::from_micros(16_667);

fn automatic(nodes: u32, seed: u64) -> Playground {
    let mut playground = Playground::new(nodes, seed);
    playground.apply(Input::Speed(Speed::AUTOMATIC)).unwrap();
    playground
}

/// Lets real time pass, frame by frame, until `seen`, for at most a minute. Returns the real time
/// in milliseconds.
fn real_time_until(playground: &mut Playground, seen: impl Fn(&Playground) -> bool) -> u64 {
    let frames = (0..60 * 60).take_while(|_| {
        let is_seen = seen(playground);
        if !is_seen {
            playground.apply(Input::Advance(FRAME)).unwrap();
        }
        !is_seen
    });
    let frames = u32::try_from(frames.count()).unwrap();
    assert!(seen(playground), "not seen within a minute");
    u64::try_from((FRAME * frames).as_millis()).unwrap()
}

fn leads(playground: &Playground) -> bool {
    playground.view().summary.leader.is_some()
}

fn play(playground: &mut Playground, line: &str) {
    playground.apply(Input::Console(line.to_string())).unwrap();
    playground.apply(Input::Play).unwrap();
}

/// The real time until there is a leader, and until a second node knows its first entry to be
/// committed.
fn first_election(nodes: u32, seed: u64) -> (u64, u64) {
    let mut playground = automatic(nodes, seed);
    let elected = real_time_until(&mut playground, leads);
    let is_committed = |playground: &Playground| {
        playground.view().nodes.iter().filter(|node| node.commit_index > 0).count() > 1
    };
    (elected, elected + real_time_until(&mut playground, is_committed))
}

#[test]
fn a_first_election_takes_about_ten_seconds() {
    for nodes in [3, 5, 9] {
        let all: Vec<(u64, u64)> = (1..=20).map(|seed| first_election(nodes, seed)).collect();
        let mean = |times: &dyn Fn(&(u64, u64)) -> u64| all.iter().map(times).sum::<u64>() / 20;
        let (elected, committed) = (mean(&|times| times.0), mean(&|times| times.1));
        assert!((6_000..11_000).contains(&elected), "{nodes} nodes: {elected} ms; {all:?}");
        assert!((9_000..16_000).contains(&committed), "{nodes} nodes: {committed} ms; {all:?}");
    }
}

#[test]
fn it_holds_a_moment_on_a_new_leader() {
    let mut playground = automatic(5, 42);
    real_time_until(&mut playground, leads);
    let at = playground.now();
    let seen = real_time_until(&mut playground, |playground| {
        playground.now() > at + Duration::from_millis(6)
    });
    assert!((1_000..3_000).contains(&seen), "6 ms of cluster time took {seen} ms");
}

#[test]
fn silence_passes_quickly_and_a_request_slowly() {
    let mut playground = automatic(5, 42);
    real_time_until(&mut playground, leads);
    let at = playground.now();
    real_time_until(&mut playground, |playground| playground.now() > at + Duration::from_secs(1));
    let silent = playground.speed_now();
    play(&mut playground, "set color green");
    playground.apply(Input::Advance(FRAME)).unwrap();
    let followed = playground.speed_now();
    assert!(silent.get() > 3 * followed.get(), "{silent} in silence, {followed} for a request");
    let took = real_time_until(&mut playground, |playground| {
        playground.view().request_traces.first().is_some_and(|trace| trace.answer.is_some())
    });
    assert!((2_000..12_000).contains(&took), "{took} ms from the request to its answer");
    // It gets quick again by degrees, and within a second or two.
    real_time_until(&mut playground, |playground| playground.speed_now() == silent);
}

#[test]
fn the_run_is_the_same_at_the_automatic_speed() {
    let (mut fixed, mut chosen) = (Playground::new(5, 11), automatic(5, 11));
    real_time_until(&mut chosen, |playground| playground.now() > Time::from_micros(900_000));
    fixed.apply(Input::Speed(Speed::new(1_000))).unwrap();
    while fixed.now() <= chosen.now() {
        fixed.apply(Input::Advance(FRAME)).unwrap();
    }
    fixed.apply(Input::Seek(chosen.now())).unwrap();
    while fixed.progress().is_some() {
        fixed.apply(Input::Advance(FRAME)).unwrap();
    }
    assert_eq!(fixed.digest(), chosen.digest());
}

#[test]
fn a_slow_network_is_followed_as_long_as_a_quick_one() {
    let mut playground = automatic(3, 5);
    play(&mut playground, "network latency 200ms");
    play(&mut playground, "timing election 2s..4s heartbeat 500ms");
    let elected = real_time_until(&mut playground, leads);
    assert!((4_000..20_000).contains(&elected), "{elected} ms");
}

#[test]
fn a_workload_neither_stops_time_nor_rushes_it() {
    let mut playground = automatic(5, 42);
    play(&mut playground, "clients 5 keys 3 writes 50% every 20ms");
    real_time_until(&mut playground, leads);
    let at = playground.now();
    let took = real_time_until(&mut playground, |playground| {
        playground.now() > at + Duration::from_millis(200)
    });
    assert!((2_000..9_000).contains(&took), "{took} ms for 200 ms of a busy cluster");
}

#[test]
fn a_chosen_speed_holds_at_once() {
    let mut playground = automatic(3, 5);
    playground.apply(Input::Advance(FRAME)).unwrap();
    assert_ne!(playground.speed_now(), Speed::new(1_000));
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    assert_eq!(
        (playground.speed(), playground.speed_now()),
        (Speed::new(1_000), Speed::new(1_000))
    );
    let before = playground.now();
    playground.apply(Input::Advance(FRAME)).unwrap();
    assert_eq!(playground.now().since(before), Duration::from_micros(16_667));
}

#[test]
fn links_and_stored_runs_keep_the_automatic_speed() {
    let playground = automatic(3, 5);
    let bookmark = playground.bookmark();
    let read = Bookmark::parse(&bookmark.to_fragment()).unwrap();
    assert_eq!(read.speed, Speed::AUTOMATIC);
    let archive = Archive::parse(&playground.archive().to_string()).unwrap();
    assert_eq!(archive.speed, Speed::AUTOMATIC);
    let half = RealTime::from_millis(500);
    assert_eq!(Speed::passing(Duration::ZERO, half), Speed::SLOWEST, "a speed is never automatic");
}
