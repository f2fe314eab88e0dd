use super::super::{Nobody, Wait};
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

/// Lines that can't be read, and what is said of them.
const MISTAKES: &[(&str, &str)] = &[
    (
        "klil n1",
        "line 1, column 1: expected a command (help lists them), found `klil`; did you mean `kill n1`?",
    ),
    (
        "members n1 vi",
        "line 1, column 12: expected a node such as n1, or `via` and a node, found `vi`; did you mean `via`?",
    ),
    ("remove n1 via", "line 1, column 14: expected a node such as n1, but the line ends"),
    (
        "chaos much",
        "line 1, column 7: expected a percentage from 0% to 100%, or `off`, found `much`",
    ),
    (
        "at 5ms at 6ms kill n1",
        "line 1, column 8: expected a number of events, or something to do such as `kill n1`, found `at`",
    ),
    ("  kill", "line 1, column 7: expected a node such as n1, or `all`, but the line ends"),
    (
        "kill 1",
        "line 1, column 6: expected a node such as n1, or `all`, found `1`; did you mean `kill n1`?",
    ),
    ("kill n0", "line 1, column 6: expected a node such as n1, or `all`, found `n0`"),
    ("timeout n1 n2", "line 1, column 12: expected the end of the line, found `n2`"),
    ("cut n1 n2", "line 1, column 8: expected `->` or `<->`, and a node, found `n2`"),
    ("set color", "line 1, column 10: expected a value of at most 65536 bytes, but the line ends"),
    ("set \"\" x", "line 1, column 5: expected a key of 1 to 256 bytes, found `\"\"`"),
    ("network loss 110%", "line 1, column 14: expected a percentage from 0% to 100%, found `110%`"),
    ("network", "line 1, column 8: expected `latency`, `loss` or `duplicate`, but the line ends"),
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
        "line 1, column 8: expected a node such as n1, or one of `leader`, `not`, `no`, `term`, `vote`, `value`, `commit`, `log`, `snapshot`, `members`, `learners`, `lease`, `agree`, `answer`, `holds`, `linearizable`, `violates`, found `color`",
    ),
    (
        "disk n2 empty",
        "line 1, column 9: expected `fsync` and a time such as 40ms, `full`, `failing`, `lies` or `ok`, found `empty`",
    ),
    ("as c0 get k", "line 1, column 4: expected a client from c1 to c100, found `c0`"),
    ("as c101 get k", "line 1, column 4: expected a client from c1 to c100, found `c101`"),
    ("as n2 get k", "line 1, column 4: expected a client from c1 to c100, found `n2`"),
    ("as c2 kill n1", "line 1, column 7: expected `set`, `get`, `delete` or `cas`, found `kill`"),
    (
        "wait until vote n1",
        "line 1, column 19: expected `on` and a node, or `on all`, but the line ends",
    ),
    ("set ä \"open", "line 1, column 7: expected a value of at most 65536 bytes, found `\"open`"),
];

#[test]
fn mistakes_name_the_column_and_what_was_expected() {
    for (line, expected) in MISTAKES {
        assert_eq!(mistake(line), *expected, "{line}");
    }
}

#[test]
fn a_mistake_says_what_was_probably_meant() {
    let meant = |line: &str| parse_line(line).unwrap_err().meant;
    let cases = [
        ("kil n2", "kill n2"),
        ("KILL n2", "kill n2"),
        ("KILL N2", "kill n2"),
        ("kill N2", "kill n2"),
        ("kill n2 tron", "kill n2 torn"),
        ("set color=blue", "set color blue"),
        ("partion n1 n2 | n3", "partition n1 n2 | n3"),
        ("rule prevot off", "rule prevote off"),
        ("rule prevote of", "rule prevote off"),
        ("expect violates election-saftey", "expect violates election-safety"),
        ("drop requestvote n1 -> n3", "drop RequestVote n1 -> n3"),
        ("wait untl leader n1", "wait until leader n1"),
        ("expect n1 leds", "expect n1 leads"),
        ("at 5ms kil n2", "at 5ms kill n2"),
        ("repeat 2 { kil n1; restart n1 }", "repeat 2 { kill n1; restart n1 }"),
        // The rest of the line is wrong too: only the word is named.
        ("kil n2 n3 what", "kill"),
    ];
    for (line, expected) in cases {
        assert_eq!(meant(line).as_deref(), Some(expected), "{line}");
    }
    for line in ["explode n1", "x", "set k", "expect color", "kill n0", "set \"a=b\""] {
        assert_eq!(meant(line), None, "{line}");
    }
}

#[test]
fn several_things_are_one_command_and_single_actions() {
    let together = |line: &str| match parse_line(line) {
        Ok(Some(Command::Together(actions))) => actions.iter().map(ToString::to_string).collect(),
        other => vec![format!("{other:?}")],
    };
    assert_eq!(together("kill n1 n2"), ["kill n1", "kill n2"]);
    assert_eq!(together("kill n1 n2 torn"), ["kill n1 torn", "kill n2 torn"]);
    assert_eq!(together("restart n1 n2 n3"), ["restart n1", "restart n2", "restart n3"]);
    assert_eq!(together("cut n1 <-> n3"), ["cut n1 -> n3", "cut n3 -> n1"]);
    assert_eq!(together("mend n1 <-> n3"), ["mend n1 -> n3", "mend n3 -> n1"]);
    let link = ["link n1 -> n3 loss 5%", "link n3 -> n1 loss 5%"];
    assert_eq!(together("link n1 <-> n3 loss 5%"), link);
}

#[test]
fn names_stand_where_a_node_can_and_only_there() {
    let named = [
        "kill leader",
        "kill leader n2",
        "restart all",
        "set color red via leader",
        "get color from leader stale",
        "partition leader | n2 n3",
        "cut leader <-> n3",
        "link leader -> n3 loss 5%",
        "drop RequestVote leader -> n3",
        "snapshot leader",
        "members n1 leader via leader",
        "disk leader full",
        "expect value k v on leader",
        "expect vote leader on all",
        "expect not leader leader",
        "wait until commit 3 on leader for at most 1s",
        "why leader term",
    ];
    for line in named {
        let read = parse_line(line);
        assert!(matches!(read, Ok(Some(Command::Unresolved(_)))), "{line}: {read:?}");
    }
    for line in ["expect leader leads", "wait until leader follows", "at 1s kill leader"] {
        assert!(parse_line(line).is_err(), "{line}");
    }
    for line in ["wait leader", "expect leader n1", "get color leader", "set leader all"] {
        let read = parse_line(line);
        assert!(matches!(read, Ok(Some(ref read)) if !matches!(read, Command::Unresolved(_))));
    }
}

#[test]
fn names_stand_for_the_servers_of_the_instant() {
    let mut runner = super::super::Runner::default();
    runner.run_script("cluster 3 seed 1\ntimeout n2\nwait leader\nkill n3").unwrap();
    let resolve = |line: &str| match parse_line(line) {
        Ok(Some(Command::Unresolved(unresolved))) => unresolved.resolve(runner.run().cluster()),
        other => panic!("{other:?}"),
    };
    assert_eq!(Ok(resolve("kill leader").unwrap()), parse_line("kill n2").map(Option::unwrap));
    assert_eq!(Ok(resolve("restart all").unwrap()), parse_line("restart n3").map(Option::unwrap));
    assert_eq!(Ok(resolve("pause all").unwrap()), parse_line("pause n1 n2").map(Option::unwrap));
    assert_eq!(Ok(resolve("wipe all").unwrap()), parse_line("wipe n1 n2 n3").map(Option::unwrap));
    assert_eq!(resolve("resume all"), Err(Nobody::Is("resume")));
    let expected = parse_line("set color red via n2 &").map(Option::unwrap);
    assert_eq!(Ok(resolve("set color red via leader &").unwrap()), expected);
}

#[test]
fn a_repetition_is_bounded_and_not_nested() {
    let read = |line: &str| match parse_line(line) {
        Ok(Some(Command::Repeat(repeat))) => Ok(repeat.all().count()),
        Err(mistake) => Err(mistake.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(read("repeat 5 { kill n1; wait 200ms; restart n1; wait leader }"), Ok(20));
    assert_eq!(read("repeat 2 {kill n1;restart n1}  # twice"), Ok(4));
    assert_eq!(read("repeat 2 { set a \"x;y}\" & ; kill leader }"), Ok(4));
    assert_eq!(read("repeat 1000 { step }").unwrap_err().split(',').next(), Some("line 1"));
    assert_eq!(read("repeat 500 { kill n1; restart n1 }"), Ok(1_000));
    let cases = [
        (
            "repeat 501 { kill n1; restart n1 }",
            "column 8: expected fewer times, with no more than 1000 commands in all, found `501`",
        ),
        ("repeat 0 { heal }", "column 8: expected a number of times from 1 to 1000, found `0`"),
        ("repeat 2 heal", "column 10: expected `{` and a command, found `heal`"),
        (
            "repeat 2 { repeat 2 { heal } }",
            "column 12: expected something to do, to wait for or to expect, found `repeat`",
        ),
        (
            "repeat 2 { heal",
            "column 16: expected `;` and another command, or `}`, but the line ends",
        ),
        ("repeat 2 { heal } heal", "column 19: expected the end of the line, found `heal`"),
        ("repeat 2 { }", "column 12: expected a command (help lists them), found `}`"),
    ];
    for (line, expected) in cases {
        assert_eq!(read(line), Err(format!("line 1, {expected}")), "{line}");
    }
    // Elsewhere a semicolon and braces are letters.
    assert!(matches!(parse_line("set a x;y}"), Ok(Some(Command::Act { .. }))));
}

#[test]
fn a_wait_can_have_a_limit_of_its_own() {
    let at_most = |line: &str| match parse_line(line) {
        Ok(Some(Command::Wait(Wait::Until { at_most, .. }))) => at_most,
        other => panic!("{other:?}"),
    };
    let five = Some(Duration::from_secs(5));
    for wait in ["leader", "idle", "agree", "commit 3", "commit 3 on all", "until no leader"] {
        assert_eq!(at_most(&format!("wait {wait}")), None);
        assert_eq!(at_most(&format!("wait {wait} for at most 5s")), five, "{wait}");
    }
    assert_eq!(at_most("wait until members n1 n2 for at most 5s"), five);
    assert_eq!(at_most("wait until agree on n1 n2 for at most 5s"), five);
    assert!(parse_line("wait 2s for at most 5s").is_err(), "a span has its end");
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
