//! No line and no script is too strange to be answered, and what an action prints is read back the same.
#![no_main]

use kvorum::script::{Command, parse_line, parse_script};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = parse_script(text);
    if let Ok(Some(Command::Act { action, .. })) = parse_line(text) {
        let again = parse_line(&action.to_string());
        let same = Command::Act { action, background: false };
        assert_eq!(again, Ok(Some(same)));
    }
});
