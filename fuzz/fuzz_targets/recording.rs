//! Recordings, archives and links: refused with a reason, or the same after being written and read
//! again.
#![no_main]

use kvorum::playground::{Archive, Bookmark, Recording};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(recording) = Recording::parse(text) {
        assert_eq!(Recording::parse(&recording.to_string()), Ok(recording));
    }
    if let Ok(archive) = Archive::parse(text) {
        assert_eq!(Archive::parse(&archive.to_string()), Ok(archive));
    }
    if let Ok(bookmark) = Bookmark::parse(text) {
        assert_eq!(Bookmark::parse(&bookmark.to_fragment()), Ok(bookmark));
    }
});
