//! The core in WebAssembly, in a real browser: the same digests as natively.
#![cfg(target_arch = "wasm32")]

mod recorded;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_recorded_run_has_its_digests() {
    assert_eq!(recorded::digests(), include_str!("recorded/digests.txt"));
}
