//! Bytes of a snapshot: refused with a reason, or a store. The checksum is fixed up, so that the
//! code behind it is reached.
#![no_main]

use kvorum::digest::Digest;
use kvorum::store::Store;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = Store::restore(bytes);
    let whole = [b"kvorumS\x01", &Digest::of(bytes).0.to_le_bytes()[..], bytes].concat();
    if let Ok(store) = Store::restore(&whole) {
        assert_eq!(Store::restore(&store.snapshot(true)).as_ref(), Ok(&store));
    }
});
