//! Any line and any script gets a result, and the text of an action parses to the same action. What completion offers
//! can stand there, and a name that stands for servers is gone once the line is run.
#![no_main]

use kvorum::cluster::{Action, Cluster, ClusterConfig};
use kvorum::script::{Command, complete, parse_line, parse_script};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = parse_script(text);
    for word in complete(text, &["n1".to_string()], &["color".to_string()]) {
        let begun = text.rfind(char::is_whitespace).map_or(0, |at| {
            at + text[at..].chars().next().map_or(0, char::len_utf8)
        });
        let read = parse_line(&format!("{}{word}", &text[..begun]));
        assert!(read.map_or_else(|mistake| mistake.found.is_empty(), |command| command.is_some()));
    }
    if let Ok(Some(command)) = parse_line(text) {
        check(command);
    }
});

fn check(command: Command) {
    match command {
        Command::Act { action, .. } | Command::At { action, .. } => reads_again(action),
        Command::Together(actions) => actions.into_iter().for_each(reads_again),
        Command::Repeat(repeat) => repeat.commands.into_iter().for_each(check),
        Command::Unresolved(unresolved) => {
            let cluster = Cluster::new(ClusterConfig { nodes: 3, seed: 1 });
            if let Ok(command) = unresolved.resolve(&cluster) {
                assert!(!matches!(command, Command::Unresolved(_)));
                check(command);
            }
        }
        _ => {}
    }
}

fn reads_again(action: Action) {
    let again = parse_line(&action.to_string());
    assert_eq!(again, Ok(Some(Command::Act { action, background: false })));
}
