//! Every script of `tests/scripts` passes, and its story is the one in `tests/golden`.
//!
//! `UPDATE_EXPECT=1 cargo test --test scripts` writes the stories anew; read the difference before you
//! commit it.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use kvorum::script::{Failure, Runner};

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let entries = fs::read_dir(folder).expect("tests/scripts can be read");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    files.sort();
    assert!(files.len() >= 11, "the scripts are there");
    files
}

#[test]
fn every_script_tells_its_golden_story() {
    for file in scripts() {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name").to_string();
        let text = fs::read_to_string(&file).expect("a script can be read");
        let mut runner = Runner::default();
        let result = runner.run_script(&text);
        let mut story = runner.take_story().join("\n");
        story.push('\n');
        assert_eq!(result, Ok(()), "{name}\n{story}");
        let golden = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        expect_file![golden].assert_eq(&story);
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
    let expected = "line 3, column 1: expected a command (help lists them), found `kil`";
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

/// The program itself: what it exits with, and that it names the line.
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
