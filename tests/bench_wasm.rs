//! How many events a second the cluster handles as WebAssembly in a browser. `cargo xtask bench`
//! runs it in release and reads the line it prints; it is no test and `cargo xtask test` skips it.

#![cfg(target_arch = "wasm32")]

use kvorum::script::{Runner, spin};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn events_per_second() {
    const EVENTS: u32 = 1_000_000;
    let mut runner = Runner::default();
    let busy = include_str!("../benches/busy.kvorum");
    assert_eq!(runner.run_script(busy), Ok(()));
    let mut run = runner.into_run();
    let started = js_sys::Date::now();
    spin(&mut run, u64::from(EVENTS));
    let seconds = (js_sys::Date::now() - started).max(1.0) / 1000.0;
    assert_eq!(run.violation(), None);
    console_log!("events_per_second_wasm={:.0}", f64::from(EVENTS) / seconds);
}
