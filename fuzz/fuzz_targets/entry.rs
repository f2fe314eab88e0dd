//! Bytes of a log entry: not a request, or one that a store executes.
#![no_main]

use kvorum::store::{Request, Store};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(request) = Request::decode(bytes) {
        assert_eq!(Request::decode(&request.encode()).as_ref(), Some(&request));
        let mut store = Store::new();
        store.apply(&request);
        store.apply(&request);
    }
});
