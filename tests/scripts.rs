//! Every script of `tests/scripts` passes, and its output is the one in `tests/golden`. The same
//! holds for every famous run of `famous`. Every demonstration of `lessons` passes as a script.
//!
//! `UPDATE_EXPECT=1 cargo test --test scripts` rewrites the golden files; read the difference
//! before you commit it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use kvorum::cluster::Server;
use kvorum::course::{DEMONSTRATIONS, FAMOUS};
use kvorum::raft::NodeId;
use kvorum::script::{Failure, Runner, Telling};
use serde_json::Value;

/// The files of a folder, all of which must have this extension.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(place).expect("the folder can be read");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    files.sort();
    for file in &files {
        let is_one = file.is_file() && file.extension().is_some_and(|name| name == extension);
        assert!(is_one, "{} would never be run", file.display());
    }
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

fn scripts(folder: &str) -> Vec<PathBuf> {
    files(folder, "kvorum")
}

fn name(file: &Path) -> String {
    file.file_stem().and_then(|name| name.to_str()).expect("a name").to_string()
}

#[test]
fn every_script_has_its_golden_output() {
    for file in scripts("tests/scripts") {
        has_its_golden_output(&file, &name(&file));
    }
}

/// A script that was deleted, or that the test above does not see, leaves its golden file behind.
#[test]
fn every_golden_file_has_its_script() {
    let scripts_told = scripts("tests/scripts").iter().map(|file| name(file)).collect::<Vec<_>>();
    let famous_told =
        scripts("famous").iter().map(|file| format!("famous-{}", name(file))).collect();
    let mut told = [scripts_told, famous_told].concat();
    told.sort();
    let mut golden: Vec<String> =
        files("tests/golden", "txt").iter().map(|file| name(file)).collect();
    golden.sort();
    assert_eq!(golden, told);
}

#[test]
fn every_famous_run_has_its_golden_output_and_is_offered() {
    let mut offered: Vec<&str> = FAMOUS.iter().map(|famous| famous.rule.about().name).collect();
    offered.sort_unstable();
    let files = scripts("famous");
    assert_eq!(files.iter().map(|file| name(file)).collect::<Vec<_>>(), offered);
    for file in files {
        has_its_golden_output(&file, &format!("famous-{}", name(&file)));
    }
}

/// `1 entry` and not `1 entries`: a number of one stands before no noun in the plural, in any sentence that is
/// told. Lines with `>` repeat the script, whose words are fixed.
#[test]
fn one_of_something_is_told_in_the_singular() {
    let told = [files("tests/golden", "txt"), raft_stories()].concat();
    for file in told {
        let text = fs::read_to_string(&file).expect("a story can be read");
        for line in text.lines().filter(|line| !line.starts_with('>')) {
            assert!(!says_one_of_many(line), "{}: {line}", file.display());
        }
    }
    for (line, is_wrong) in [
        ("its log keeps 1 entries (§7).", true),
        ("it is on 1 of 1 disks and", true),
        ("with 1 votes.", true),
        ("with 1 vote of 1 (§5.2).", false),
        ("term 1 is over: n1 votes, 11 nodes, at 1.1 times", false),
    ] {
        assert_eq!(says_one_of_many(line), is_wrong, "{line}");
    }
}

/// Whether a line has the number 1 right before a word in the plural.
fn says_one_of_many(line: &str) -> bool {
    const NO_NOUNS: [&str; 5] = ["is", "was", "has", "as", "its"];
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let next = pair[1].trim_end_matches(|letter: char| !letter.is_alphabetic());
        let is_word = pair[1].starts_with(char::is_alphabetic);
        pair[0] == "1"
            && is_word
            && next.len() > 2
            && next.ends_with('s')
            && !NO_NOUNS.contains(&next)
    })
}

/// What the tests of the protocol alone tell.
fn raft_stories() -> Vec<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raft_scripts");
    let entries = fs::read_dir(place).expect("the folder can be read");
    let entries = entries.map(|entry| entry.expect("an entry can be read").path());
    entries.filter(|file| file.extension().is_some_and(|name| name == "txt")).collect()
}

/// Asserts that the script passes and that its output is the golden file of this name.
fn has_its_golden_output(file: &Path, golden: &str) {
    let text = fs::read_to_string(file).expect("a script can be read");
    let mut runner = Runner::default();
    let result = runner.run_script(&text);
    let mut story = runner.take_story().join("\n");
    story.push('\n');
    assert_eq!(result, Ok(()), "{golden}\n{story}");
    let golden = format!("{}/tests/golden/{golden}.txt", env!("CARGO_MANIFEST_DIR"));
    expect_file![golden].assert_eq(&story);
}

#[test]
fn every_demonstration_passes_as_a_script_and_is_offered() {
    let mut offered: Vec<&str> = DEMONSTRATIONS.iter().map(|offered| offered.name).collect();
    offered.sort_unstable();
    let files = scripts("lessons");
    assert_eq!(files.iter().map(|file| name(file)).collect::<Vec<_>>(), offered);
    for file in files {
        let text = fs::read_to_string(&file).expect("a script can be read");
        let mut runner = Runner::default();
        let result = runner.run_script(&text);
        assert_eq!(result, Ok(()), "{}\n{}", name(&file), runner.take_story().join("\n"));
    }
}

#[test]
fn a_script_that_expects_wrongly_fails_and_names_the_line() {
    let failure = Runner::default()
        .run_script("cluster 3 seed 1\nwait leader\n\nexpect no leader\n")
        .expect_err("somebody leads");
    assert!(matches!(failure, Failure::Unmet { line: 4, .. }), "{failure}");
}

#[test]
fn a_script_with_a_mistake_does_nothing_at_all() {
    let mut runner = Runner::default();
    let failure = runner.run_script("cluster 3\nkill n1\nkil n2\n").expect_err("a mistake");
    let expected = "line 3, column 1: expected a command (help lists them), found `kil`; did you mean `kill n2`?";
    assert_eq!(failure.to_string(), expected);
    assert_eq!(runner.run().cluster().events(), 0);
    assert!(runner.take_story().is_empty());
}

#[test]
fn waiting_for_what_never_comes_ends() {
    let failure = Runner::default()
        .run_script("cluster 2\nkill n1\nwait leader\n")
        .expect_err("nobody can lead");
    assert!(matches!(failure, Failure::Waited { line: 3, .. }), "{failure}");
}

/// A wait that ends without its event, and an expectation that is not met, say what is instead.
#[test]
fn what_does_not_come_says_what_is_instead() {
    let three = "cluster 3 seed 1\ntimeout n3\nwait leader\nset a b\nwait agree\n";
    let cases = [
        ("wait until leader n2 for at most 1s", "n3 leads, not n2"),
        ("wait until n2 leads for at most 1s", "n2 follows"),
        ("wait until no leader for at most 1s", "n3 leads"),
        ("wait until not leader n3 for at most 1s", "n3 leads"),
        ("wait commit 9 for at most 1s", "n1 lags: 2 of 9, n2 lags: 2 of 9, n3 lags: 2 of 9"),
        ("wait until commit at least 9 on n3 for at most 1s", "n3 lags: 2 of 9"),
        ("kill n1 n3\nwait leader for at most 1s", "nobody leads"),
        ("kill n1\nwait until n1 follows for at most 1s", "n1 is down"),
        ("pause n3\nwait until n3 is down for at most 1s", "n3 leads and is paused"),
        ("partition n1 | n2 n3\nset c d\nwait agree for at most 1s", "n1 lags: 2 of 3"),
        (
            "partition n1 | n2 | n3\nset c d &\nwait idle for at most 1s",
            "a request has no answer yet",
        ),
        ("wait until n9 follows for at most 1s", "there is no node n9"),
        ("remove n1\nwait until n1 follows for at most 1s", "n1 was removed"),
        ("wait until members n1 n2 on n3 for at most 1s", "the members of n3: n1 n2 n3, not n1 n2"),
        ("wait until term 5 on n2 for at most 1s", "the term of n2: 1, not 5"),
    ];
    for (script, instead) in cases {
        let failure = Runner::default().run_script(&format!("{three}{script}\n"));
        let failure = failure.expect_err(script).to_string();
        let (line, told) = failure.split_once(": ").expect("a line");
        assert_eq!(line, format!("line {}", 5 + script.lines().count()));
        assert!(told.starts_with("waited 1s of cluster time for "), "{script}: {told}");
        assert!(told.ends_with(&format!(", which did not come: {instead}")), "{script}: {told}");
    }
    let disagree = "partition n1 | n2 n3\nset c d\nexpect agree on n1 n2 n3";
    let failure = Runner::default().run_script(&format!("{three}{disagree}\n"));
    let failure = failure.expect_err("only n3 has applied it").to_string();
    assert!(failure.contains("there are 2 different stores: n1 n2 | n3"), "{failure}");
}

/// Several things are done all or none; a name that stands for nobody is a failure of its own.
#[test]
fn what_is_refused_in_a_line_leaves_nothing_done() {
    let mut runner = Runner::default();
    let failure = runner.run_script("cluster 3\nkill n2\nkill n1 n2\n").expect_err("n2 is down");
    assert_eq!(failure.to_string(), "line 3: n2 is down");
    let is_up = |id| runner.run().cluster().server(NodeId(id)).and_then(Server::node).is_some();
    assert_eq!([1, 2, 3].map(is_up), [true, false, true]);
    let failure = runner.run_script("kill leader\n").expect_err("nobody leads yet");
    let nobody = "line 1: nobody leads at the moment, so `leader` names no node";
    assert_eq!(failure.to_string(), nobody);
    let failure = runner.run_script("resume all\n").expect_err("nobody is paused");
    assert_eq!(failure.to_string(), "line 1: there is no node to resume");
}

/// The number of output lines that contain these words.
fn count(story: &[String], words: &str) -> usize {
    story.iter().filter(|line| line.contains(words)).count()
}

/// Section 7: n3 returns to a leader that takes new snapshots faster than one can be sent. Each
/// transfer is completed, and under the same load n3 catches up in the end: what it lacks is no
/// more than what is in flight to it.
#[test]
fn a_follower_catches_up_while_the_leader_takes_new_snapshots() {
    let slow = "link n1 -> n3 latency 200ms\nlink n3 -> n1 latency 200ms\nsnapshot every 50";
    for (snapshots, lag) in [(slow, 400), ("snapshot every 10 chunk 64", 60)] {
        let mut runner = Runner::default();
        let script = format!(
            "cluster 3 seed 135\ntimeout n1\nwait leader\nexpect leader n1\n{snapshots}\nkill n3\n\
             clients 20 keys 100 writes 100% every 20ms\nwait 3s\n"
        );
        assert_eq!(runner.run_script(&script), Ok(()));
        let away = runner.take_story();
        assert!(count(&away, "n1 takes a snapshot") > 10, "{snapshots}");
        assert_eq!(count(&away, "n3 goes on from n1's snapshot"), 0, "{snapshots}");
        assert_eq!(runner.run_script("restart n3\nwait 15s\nexpect leader n1\n"), Ok(()));
        let story = runner.take_story();
        assert!(count(&story, "n3 goes on from n1's snapshot") >= 1, "{snapshots}");
        assert!(count(&story, "n3 does not answer") <= 1, "that of before, at most: {snapshots}");
        let cluster = runner.run().cluster();
        let applied = |id| {
            let node = cluster.server(NodeId(id)).and_then(Server::node).expect("it runs");
            kvorum::raft::count(node.last_applied())
        };
        let (leader, follower) = (applied(1), applied(3));
        assert!(leader - follower <= lag, "{snapshots}: n3 is at {follower} of {leader}");
    }
}

/// The program's exit code, and that it names the failed line.
#[test]
fn headless_run_exits_by_what_the_scripts_expect() {
    let run = |text: &str| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.kvorum", text.len()));
        fs::write(&file, text).expect("a script can be written");
        let headless = std::process::Command::new(env!("CARGO_BIN_EXE_headless"))
            .arg("run")
            .arg(&file)
            .output()
            .expect("headless can be started");
        (headless.status.code(), String::from_utf8_lossy(&headless.stdout).into_owned())
    };
    assert_eq!(run("cluster 3\nwait leader\nexpect term 1\n").0, Some(0));
    let (code, output) = run("cluster 3\nwait leader\nexpect term 99\n");
    assert_eq!(code, Some(1));
    assert!(output.contains("line 3: not as expected: the highest term: 1, not 99"), "{output}");
}

/// A trace has for each event its kind, the message that arrived with the paper's field names, and
/// the messages sent.
#[test]
fn a_trace_has_every_event_and_every_message_with_its_fields() {
    let mut runner = Runner::new(Telling::Events);
    let script = "cluster 3 seed 1\nwait leader\nset color blue\nkill n1\nwait leader\n";
    assert_eq!(runner.run_script(script), Ok(()));
    let lines: Vec<Value> = runner
        .take_story()
        .iter()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect();
    let events: Vec<u64> = lines.iter().filter_map(|line| line["events"].as_u64()).collect();
    assert_eq!(events, (1..=runner.run().cluster().events()).collect::<Vec<_>>());
    let last = lines.iter().filter_map(|line| line["digest"].as_str()).next_back();
    assert_eq!(last, Some(runner.run().cluster().digest().to_string().as_str()));

    // A message that arrives or is lost was sent before.
    let sent: BTreeMap<u64, &Value> = lines
        .iter()
        .flat_map(|line| line["sends"].as_array().into_iter().flatten())
        .filter_map(|mail| Some((mail["id"].as_u64()?, mail)))
        .collect();
    assert_eq!(sent.len() as u64, runner.run().cluster().network().sent());
    let received: Vec<&Value> = lines.iter().filter_map(|line| line.get("message")).collect();
    assert!(received.len() > 20, "{} messages", received.len());
    for mail in &received {
        assert_eq!(mail["id"].as_u64().and_then(|id| sent.get(&id)), Some(mail));
    }
    let carries = |mail: &&&Value| mail["fields"]["entries"][0] == "2, term 1: set color blue";
    let append = received.iter().find(carries).expect("the entry travelled");
    for (name, value) in [("term", 1), ("prev_log_index", 1), ("prev_log_term", 1)] {
        assert_eq!(append["fields"][name], value, "{name} of {append}");
    }
    let told = |line: &Value| line["told"][0] == "n1 is killed; what was not on its disk is gone.";
    assert_eq!(lines.iter().filter(|line| told(line)).count(), 1);
    assert_eq!(lines[0]["command"], "cluster 3 seed 1");
}
