//! `headless replay`: plays what the page shares and saves, and refuses damaged input with a
//! reason.

#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kvorum::course::FAMOUS;
use kvorum::playground::{Input, Playground, RealTime, Speed};
use serde_json::Value;

fn replay(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headless"));
    command.arg("replay").args(arguments).output().expect("headless can be started")
}

/// Half a second, a killed node, a write, and half a second more.
fn a_run() -> Playground {
    let mut playground = Playground::new(5, 42);
    let mut inputs = vec![Input::Speed(Speed::new(1_000))];
    inputs.extend(vec![Input::Advance(RealTime::from_millis(1)); 500]);
    inputs.push(Input::Console("kill n2".to_string()));
    inputs.push(Input::Console("set color blue".to_string()));
    inputs.extend(vec![Input::Advance(RealTime::from_millis(1)); 500]);
    for input in inputs {
        playground.apply(input).expect("all of it can be done");
    }
    playground
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the folder for tests can be written to");
    path
}

fn digest(output: &Output) -> String {
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(object["verdicts"]["linearizability"], "holds");
    object["digest"].as_str().expect("a digest").to_string()
}

#[test]
fn a_link_and_a_file_are_played_to_the_same_digest() {
    let playground = a_run();
    let link = format!("http://localhost:8080/#{}", playground.bookmark().to_fragment());
    let kept = file("kept.kvorum", &playground.archive().to_string());
    let linked = file("link.txt", &link);
    for run in [link.as_str(), &kept.to_string_lossy(), &linked.to_string_lossy()] {
        let output = replay(&[run, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{run}");
        assert_eq!(digest(&output), playground.digest().to_string(), "{run}");
    }
    let text = String::from_utf8(replay(&[&link]).stdout).expect("text");
    for words in ["at 1.000000 s", "n2: down", "color = blue", "election-safety: holds"] {
        assert!(text.contains(words), "{words} is not in:\n{text}");
    }
}

/// A famous run ends where its property breaks.
#[test]
fn a_broken_run_is_told_with_the_microsecond_at_which_it_broke() {
    let archive = FAMOUS[0].archive().expect("it is a famous run's script");
    let (at, property) = (archive.branches[0].played.at.as_micros(), FAMOUS[0].rule.about().falls);
    let kept = file("broken.kvorum", &archive.to_string());
    let output = replay(&[&kept.to_string_lossy(), "--end"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).expect("text");
    let line = format!("{property}: BROKEN at {at} us: ");
    assert!(text.contains(&line), "{line} is not in:\n{text}");
    let output = replay(&[&kept.to_string_lossy(), "--end", "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(object["verdicts"][property]["broken_at_us"], at);
    assert_eq!(object["at_us"], at);
}

/// A file saved by the page is a script too.
#[test]
fn a_saved_run_can_be_run_as_a_script() {
    let kept = file("script.kvorum", &a_run().archive().to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_headless"));
    let output = command.arg("run").arg(kept).output().expect("headless can be started");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn what_is_no_run_is_refused_with_a_reason() {
    let playground = a_run();
    let link = playground.bookmark().to_fragment();
    let text = playground.archive().to_string();
    let cut = file("cut.kvorum", &text[..text.len() - 30]);
    let mut other = playground.bookmark();
    other.recording.actions[1].when.events += 1;
    let cases = [
        (link[..link.len() - 9].to_string(), "damaged"),
        (cut.to_string_lossy().into_owned(), "damaged"),
        (other.to_fragment(), "does not reach the instant"),
        ("no/such/file".to_string(), "no/such/file"),
    ];
    for (run, reason) in cases {
        let output = replay(&[&run]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{run}: {said}");
        assert!(said.contains(reason), "{run}: {said}");
    }
}
