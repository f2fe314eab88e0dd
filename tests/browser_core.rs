//! The core as WebAssembly in a real browser has the same digests as natively. The runs of the
//! swarm are spread over several tests, each of which has a time limit.
#![cfg(target_arch = "wasm32")]

mod recorded;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_recorded_run_has_its_digests() {
    assert_eq!(recorded::digests(), include_str!("recorded/digests.txt"));
}

/// Compares the digests of a fifth of the seeds with the record of the swarm.
fn check_swarm(part: u64) {
    let (first, end) = (recorded::SEEDS.start, recorded::SEEDS.end);
    let fifth = (end - first) / 5;
    assert_eq!(first + 5 * fifth, end, "every seed is in one of the parts");
    let seeds = first + part * fifth..first + (part + 1) * fifth;
    let kept = include_str!("recorded/swarm.txt").lines();
    let kept = kept.skip((part * fifth) as usize).take(fifth as usize);
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    assert_eq!(recorded::swarm(seeds), kept);
}

#[wasm_bindgen_test]
fn the_swarm_has_its_digests_1() {
    check_swarm(0);
}

#[wasm_bindgen_test]
fn the_swarm_has_its_digests_2() {
    check_swarm(1);
}

#[wasm_bindgen_test]
fn the_swarm_has_its_digests_3() {
    check_swarm(2);
}

#[wasm_bindgen_test]
fn the_swarm_has_its_digests_4() {
    check_swarm(3);
}

#[wasm_bindgen_test]
fn the_swarm_has_its_digests_5() {
    check_swarm(4);
}
