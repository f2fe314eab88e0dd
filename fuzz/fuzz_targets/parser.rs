//! Any line and any script gets a result, and the text of an action parses to the same action.
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
