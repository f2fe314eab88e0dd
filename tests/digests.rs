//! A recorded run has the recorded digest after every event, natively; `browser_core.rs` tests the
//! same in WebAssembly.

mod recorded;

use expect_test::expect_file;

#[test]
fn a_recorded_run_has_its_digests() {
    expect_file!["recorded/digests.txt"].assert_eq(&recorded::digests());
}

#[test]
fn fifty_runs_of_the_swarm_have_their_digests() {
    expect_file!["recorded/swarm.txt"].assert_eq(&recorded::swarm(recorded::SEEDS));
}
