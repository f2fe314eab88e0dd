//! Completion: the words with which a line can go on. The table of commands names them, and the parser refuses those
//! that can't stand there.

use super::grammar::GRAMMAR;
use super::parse::{parse_line, requests};
use crate::check::Property;
use crate::raft::{MessageKind, Rule};
use crate::store::ClientId;

/// The words that can complete the last word of `line`, or come next after a space. `nodes` and `keys` are the
/// names that exist at the moment.
pub fn complete(line: &str, nodes: &[String], keys: &[String]) -> Vec<String> {
    let begun = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let head = &line[..line.len() - begun.len()];
    let command = last_command(head);
    let mut words: Vec<String> = match command.split_whitespace().next() {
        None => GRAMMAR.iter().map(|form| form.name().to_string()).collect(),
        Some(name) => {
            let forms = GRAMMAR.iter().filter(|form| form.name() == name);
            forms.flat_map(|form| words_of(form.syntax, nodes, keys)).collect()
        }
    };
    words.retain(|word| word.starts_with(begun) && word != begun);
    words.sort_unstable();
    words.dedup();
    words.retain(|word| can_stand(&format!("{head}{word}")));
    words
}

/// The command that is being typed: the last one in braces, or the request of a named client.
fn last_command(head: &str) -> &str {
    let inner = match head.trim_start().starts_with("repeat") {
        true => head.rsplit(['{', ';']).next().unwrap_or_default(),
        false => head,
    };
    named_request(inner).unwrap_or(inner)
}

/// The part of a line after `as c2`, if the line begins so.
fn named_request(line: &str) -> Option<&str> {
    let named = line.trim_start().strip_prefix("as")?.strip_prefix(char::is_whitespace)?;
    named.trim_start().split_once(char::is_whitespace).map(|(_, request)| request)
}

/// Whether a line is a command, or the beginning of one.
fn can_stand(line: &str) -> bool {
    parse_line(line).map_or_else(|mistake| mistake.found.is_empty(), |command| command.is_some())
}

/// The words that a syntax allows, without the command's own name.
fn words_of(syntax: &str, nodes: &[String], keys: &[String]) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '<' | '>' | '{' | '}');
    let parts = syntax.split(|c: char| !is_part(c)).skip(1);
    let mut words = Vec::new();
    for part in parts.filter(|part| !matches!(*part, "" | "-")) {
        match part {
            "NODE" => {
                words.extend_from_slice(nodes);
                words.push("leader".to_string());
            }
            "KEY" => words.extend_from_slice(keys),
            "CLIENT" => words.extend((1..=3).filter_map(ClientId::named).map(|id| id.to_string())),
            "MESSAGE" => words.extend(MessageKind::ALL.iter().map(ToString::to_string)),
            "RULE" => words.extend(Rule::TABLE.iter().map(|about| about.name.into())),
            "PROPERTY" => words.extend(Property::ALL.iter().map(ToString::to_string)),
            "REQUEST" => words.extend(requests::ABOUT_KEYS.iter().map(|(name, _)| (*name).into())),
            "COMMAND" => words.extend(GRAMMAR.iter().map(|form| form.name().into())),
            "EXPECTATION" => {
                let expect = GRAMMAR.iter().filter(|form| form.name() == "expect");
                words.extend(expect.flat_map(|form| words_of(form.syntax, nodes, keys)));
            }
            capital if capital.chars().all(char::is_uppercase) => {}
            word => words.push(word.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        complete(line, &["n1".into(), "n2".into()], &["color".into()])
    }

    #[test]
    fn completion_knows_commands_nodes_keys_and_words() {
        assert_eq!(words("par"), ["partition"]);
        assert_eq!(words("kill "), ["all", "leader", "n1", "n2"]);
        assert_eq!(words("kill n1 "), ["leader", "n1", "n2", "torn"]);
        assert_eq!(words("get c"), ["color"]);
        assert_eq!(words("get color st"), ["stale"]);
        assert_eq!(words("drop RequestVoteR"), ["RequestVoteResponse"]);
        assert_eq!(words("as "), ["c1", "c2", "c3"]);
        assert_eq!(words("as c2 "), ["cas", "delete", "get", "set"]);
        assert_eq!(words("as c2 get c"), ["color"]);
        assert_eq!(words("nonsense "), [""; 0]);
    }

    #[test]
    fn completion_knows_what_is_expected_and_repeated() {
        assert_eq!(words("expect n1 "), ["follows", "is", "leads"]);
        assert_eq!(words("wait until n1 is "), ["candidate", "down", "paused", "removed"]);
        assert_eq!(words("wait leader f"), ["for"]);
        assert_eq!(words("cut n1 "), ["->", "<->"]);
        assert_eq!(words("repeat 5 { ki"), ["kill"]);
        assert_eq!(words("repeat 5 { kill n1; wait l"), ["leader"]);
    }

    #[test]
    fn whatever_completion_offers_can_stand_there() {
        let mut lines: Vec<String> = vec![String::new()];
        for depth in 0..3 {
            let longer = |line: &String| {
                let offered = words(line);
                offered.into_iter().map(move |word| format!("{line}{word} ")).collect::<Vec<_>>()
            };
            lines = lines.iter().flat_map(longer).take(2_000).collect();
            assert!(lines.len() > 30, "depth {depth}");
            assert!(lines.iter().all(|line| can_stand(line.trim_end())));
        }
    }
}
