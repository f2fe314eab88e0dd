//! Benchmarks of the core as WebAssembly in a browser: its speed, and the cost of an hour of
//! history. `cargo xtask bench` runs them with the page's own profile and reads the JSON objects
//! they print; `cargo xtask test` skips them.

#![cfg(target_arch = "wasm32")]

use kvorum::playground::search::shard::{Search, Shard, WorkerReport};
use kvorum::playground::{Duration, Input, Playground, Question, RealTime, Speed, Time};
use kvorum::raft::Rule;
use kvorum::rng::Rng;
use kvorum::script::{Runner, spin};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Milliseconds, to the clock's resolution.
fn now() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or_else(js_sys::Date::now, |performance| performance.now())
}

#[wasm_bindgen_test]
fn events_per_second() {
    const EVENTS: u32 = 1_000_000;
    let mut runner = Runner::default();
    let busy = include_str!("../benches/busy.kvorum");
    assert_eq!(runner.run_script(busy), Ok(()));
    let mut run = runner.into_run();
    let started = now();
    spin(&mut run, u64::from(EVENTS));
    let seconds = (now() - started).max(1.0) / 1_000.0;
    assert_eq!(run.violation(), None);
    console_log!(r#"{{"events_per_second_wasm": {:.0}}}"#, f64::from(EVENTS) / seconds);
}

/// An hour of five nodes with a workload: the memory of its history, and the time to show any
/// instant of it.
#[wasm_bindgen_test]
fn an_hour_of_history() {
    const HOUR: Duration = Duration::from_secs(3_600);
    const SEEKS: usize = 200;
    let before = memory();
    let mut playground = Playground::new(5, 1);
    let workload = include_str!("../benches/hour.kvorum").lines().last().unwrap_or_default();
    let inputs = [Input::Console(workload.to_string()), Input::Speed(Speed::FASTEST), Input::Play];
    for input in inputs {
        assert_eq!(playground.apply(input), Ok(()));
    }
    while playground.now() < Time::ZERO + HOUR {
        assert_eq!(playground.apply(Input::Advance(RealTime::from_millis(1))), Ok(()));
    }
    let megabytes = (memory() - before) / 1e6;

    let mut rng = Rng::new(1, 9);
    let (mut took, mut longest) = (Vec::new(), 0.0_f64);
    for _ in 0..SEEKS {
        let started = now();
        let mut input = Input::Seek(Time::from_micros(rng.range(0..=HOUR.as_micros())));
        loop {
            let piece = now();
            assert_eq!(playground.apply(input), Ok(()));
            longest = longest.max(now() - piece);
            if playground.progress().is_none() {
                break;
            }
            input = Input::Advance(RealTime::from_millis(16));
        }
        took.push(now() - started);
    }
    took.sort_by(f64::total_cmp);
    console_log!(
        r#"{{"rewind_ms_p95": {:.1}, "rewind_ms_median": {:.1}, "rewind_piece_ms_max": {longest:.1}, "history_mb_per_hour": {megabytes:.1}, "history_events_per_hour": {}}}"#,
        took[SEEKS * 95 / 100],
        took[SEEKS / 2],
        playground.instant().events.max(end_events(&mut playground)),
    );
}

/// The first explanation in half an hour of a busy workload, which replays it in pieces; then one
/// later on, and one at an earlier instant.
#[wasm_bindgen_test]
fn why_in_a_long_story() {
    const LONG: Duration = Duration::from_secs(1_800);
    let mut playground = Playground::new(5, 1);
    let workload = "clients 5 keys 3 writes 50% every 20ms".to_string();
    for input in [Input::Console(workload), Input::Speed(Speed::FASTEST), Input::Play] {
        assert_eq!(playground.apply(input), Ok(()));
    }
    while playground.now() < Time::ZERO + LONG {
        assert_eq!(playground.apply(Input::Advance(RealTime::from_millis(1))), Ok(()));
    }
    let mut pieces = Vec::new();
    let mut ask = |playground: &mut Playground| {
        let (started, first) = (now(), pieces.len());
        let mut input = Input::Why(Question::Commit(1));
        loop {
            let piece = now();
            assert_eq!(playground.apply(input), Ok(()));
            pieces.push(now() - piece);
            if playground.progress().is_none() {
                break;
            }
            input = Input::Advance(RealTime::from_millis(16));
        }
        (now() - started, pieces.len() - first)
    };
    let (took, count) = ask(&mut playground);
    assert!(playground.explanation().is_some_and(|found| found.answer.is_ok()));
    assert_eq!(playground.apply(Input::Seek(Time::ZERO + LONG / 2)), Ok(()));
    while playground.progress().is_some() {
        assert_eq!(playground.apply(Input::Advance(RealTime::from_millis(16))), Ok(()));
    }
    let (earlier, _) = ask(&mut playground);
    pieces.sort_by(f64::total_cmp);
    console_log!(
        r#"{{"why_first_ms": {took:.0}, "why_pieces": {count}, "why_earlier_ms": {earlier:.0}, "why_piece_ms_median": {:.1}, "why_piece_ms_p99": {:.1}, "why_piece_ms_max": {:.1}}}"#,
        pieces[pieces.len() / 2],
        pieces[pieces.len() * 99 / 100],
        pieces[pieces.len() - 1],
    );
}

/// What a worker finds without each rule among the first seeds, and how long shrinking takes.
#[wasm_bindgen_test]
fn finds_made_small() {
    const SEEDS: u64 = 100;
    let mut took = Vec::new();
    for about in &Rule::TABLE {
        let search = Search { most_nodes: 5, ..Search::for_rule(about.rule) };
        let mut found = None;
        let shard = Shard { search, first: 0, stride: 1, end: SEEDS };
        shard.run(&mut |told| match told {
            WorkerReport::Found { .. } => found = Some(now()),
            WorkerReport::Small(_) => took.extend(found.map(|found| now() - found)),
            _ => {}
        });
    }
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len() - 1)).copied();
    console_log!(
        r#"{{"shrink_ms_p95": {:.0}, "shrink_ms_median": {:.0}, "shrunk_finds": {}}}"#,
        at(95).unwrap_or_default(),
        at(50).unwrap_or_default(),
        took.len()
    );
}

/// The number of events of the whole hour.
fn end_events(playground: &mut Playground) -> u64 {
    let mut input = Input::SeekEnd;
    while playground.apply(input).is_ok() && playground.progress().is_some() {
        input = Input::Advance(RealTime::from_millis(16));
    }
    playground.instant().events
}

/// The bytes that the program has taken from the browser; it never gives any back.
fn memory() -> f64 {
    let memory: js_sys::WebAssembly::Memory =
        wasm_bindgen::JsCast::unchecked_into(wasm_bindgen::memory());
    let buffer: js_sys::ArrayBuffer = wasm_bindgen::JsCast::unchecked_into(memory.buffer());
    f64::from(buffer.byte_length())
}
