use super::values::read_duration;
use super::*;
use crate::time::Duration;

fn mistake(line: &str) -> String {
    parse_line(line).unwrap_err().to_string()
}

#[test]
fn nothing_and_comments_say_nothing() {
    for line in ["", "   ", "# a comment", "  # another"] {
        assert_eq!(parse_line(line), Ok(None));
    }
    assert!(matches!(parse_line("heal # now"), Ok(Some(_))));
}

#[test]
fn mistakes_name_the_column_and_what_was_expected() {
    let cases = [
        ("klil n1", "line 1, column 1: expected a command (help lists them), found `klil`"),
        ("members n1 vi", "line 1, column 12: expected the end of the line, found `vi`"),
        ("remove n1 via", "line 1, column 14: expected a node such as n1, but the line ends"),
        (
            "chaos much",
            "line 1, column 7: expected a percentage from 0% to 100%, or `off`, found `much`",
        ),
        (
            "at 5ms at 6ms kill n1",
            "line 1, column 8: expected a number of events, or something to do such as `kill n1`, found `at`",
        ),
        ("  kill", "line 1, column 7: expected a node such as n1, but the line ends"),
        ("kill 1", "line 1, column 6: expected a node such as n1, found `1`"),
        ("kill n0", "line 1, column 6: expected a node such as n1, found `n0`"),
        ("kill n1 n2", "line 1, column 9: expected the end of the line, found `n2`"),
        ("cut n1 n2", "line 1, column 8: expected `->` and a node, found `n2`"),
        (
            "set color",
            "line 1, column 10: expected a value of at most 65536 bytes, but the line ends",
        ),
        ("set \"\" x", "line 1, column 5: expected a key of 1 to 256 bytes, found `\"\"`"),
        (
            "network loss 110%",
            "line 1, column 14: expected a percentage from 0% to 100%, found `110%`",
        ),
        (
            "network",
            "line 1, column 8: expected `latency`, `loss` or `duplicate`, but the line ends",
        ),
        (
            "network loss 1% loss 2%",
            "line 1, column 17: expected `latency`, `loss` or `duplicate`, found `loss`",
        ),
        ("cluster 52", "line 1, column 9: expected a size from 1 to 51, found `52`"),
        (
            "wait soon",
            "line 1, column 6: expected a time such as 1s, `leader`, `idle`, `agree`, `commit` or `until`, found `soon`",
        ),
        (
            "expect color",
            "line 1, column 8: expected one of leader, no, term, vote, value, commit, log, snapshot, members, learners, lease, agree, answer, holds, linearizable, violates, found `color`",
        ),
        (
            "disk n2 empty",
            "line 1, column 9: expected `fsync` and a time such as 40ms, `full`, `failing`, `lies` or `ok`, found `empty`",
        ),
        ("as c0 get k", "line 1, column 4: expected a client from c1 to c100, found `c0`"),
        ("as c101 get k", "line 1, column 4: expected a client from c1 to c100, found `c101`"),
        ("as n2 get k", "line 1, column 4: expected a client from c1 to c100, found `n2`"),
        (
            "as c2 kill n1",
            "line 1, column 7: expected `set`, `get`, `delete` or `cas`, found `kill`",
        ),
        (
            "wait until vote n1",
            "line 1, column 19: expected `on` and a node, or `on all`, but the line ends",
        ),
        (
            "set ä \"open",
            "line 1, column 7: expected a value of at most 65536 bytes, found `\"open`",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(mistake(line), expected, "{line}");
    }
}

#[test]
fn a_script_names_the_line() {
    let error = parse_script("cluster 3\n\n# fine\nkill\n").unwrap_err();
    assert_eq!((error.line, error.column), (4, 5));
}

#[test]
fn actions_print_as_they_are_read() {
    let lines = [
        "add n6",
        "add n6 learner",
        "members n1 n2 n6",
        "members n1 n2 n6 via n3",
        "remove n2",
        "remove n2 via n3",
        "demote n3",
        "demote n3 via n1",
        "kill n1",
        "kill n1 torn",
        "wipe n1",
        "restart n1",
        "pause n1",
        "resume n1",
        "partition n1 n2 | n3 n4 n5",
        "heal",
        "cut n1 -> n3",
        "network latency 5ms..15ms loss 10% duplicate 2.5%",
        "link n1 -> n3 latency 100ms",
        "mend n1 -> n3",
        "clock n3 rate 1.2 offset -2s",
        "cpu n2 5ms",
        "transfer n2",
        "snapshot n1",
        "snapshot every 8 chunk 64",
        "snapshot off",
        "rule step-down off",
        "timeout n3",
        "delay m17 50ms",
        "duplicate AppendEntries n1 -> n3",
        "deliver RequestVote n1 -> n3",
        "chaos 30%",
        "chaos off",
        "disk n2 fsync 40ms",
        "disk n2 full",
        "disk n2 failing",
        "disk n2 lies",
        "disk n2 ok",
        "timing election 150ms..300ms heartbeat 50ms",
        "timing batch 64 session 60s drift 10%",
        "drop AppendEntriesResponse n1 -> n3",
        "clients 5 keys 3 writes 50% every 20ms",
        "clients 5 keys 3 writes 50% every 20ms reads lease",
        "clients off",
        "set color blue via n2",
        "set \"two words\" \"a \\\"b\\\"\\n\"",
        "get color from n3 stale",
        "get color",
        "cas color blue green",
        "as c2 set color blue via n2",
        "as c100 get color from n3 stale",
        "as c1 cas color blue green",
        "as c1 delete color",
    ];
    for line in lines {
        let Ok(Some(Command::Act { action, .. })) = parse_line(line) else { panic!("{line}") };
        assert_eq!(action.to_string(), line);
    }
}

#[test]
fn times_are_exact_or_refused() {
    assert_eq!(read_duration("1.5s"), Some(Duration::from_millis(1_500)));
    assert_eq!(read_duration("0.5us"), None);
    assert_eq!(read_duration("5"), None);
    assert_eq!(read_duration("-5ms"), None);
    assert_eq!(read_duration("99999999999999999999s"), None);
    assert_eq!(read_duration("2m"), Some(Duration::from_secs(120)));
}
