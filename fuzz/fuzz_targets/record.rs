//! A disk record after a crash: refused with a reason, or a write. Length and checksum are fixed
//! up, so that the code behind them is reached.
#![no_main]

use kvorum::cluster::decode_write;
use kvorum::digest::Digest;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = decode_write(bytes);
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let checksum = Digest::of(bytes).0.to_le_bytes();
    let whole = [&length[..], &checksum[..], bytes].concat();
    if let Ok((_, after)) = decode_write(&whole) {
        assert!(after.is_empty());
    }
});
