//! Output of parallel commands: each line is prefixed by the name of its source.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, pipe};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::tools::shown;

/// Which lines of a command are shown while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    All,
    /// Only the number of packages that cargo has built so far; if the command fails, its last
    /// lines.
    Progress,
}

/// The number of packages between two progress lines.
const EVERY: usize = 50;
/// The number of last lines of a failed command that are shown.
const LAST: usize = 60;

pub(crate) struct Voice {
    name: String,
}

impl Voice {
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    pub(crate) fn say(&self, line: &str) {
        println!("{}: {line}", self.name);
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    ///
    /// If it can't be started, or says that it failed.
    pub(crate) fn run(&self, command: &mut Command, which: Shown) -> Result<()> {
        let mut last = VecDeque::new();
        let mut built = 0;
        let result = hear(command, |line| {
            let is_package = line.trim_start().starts_with("Compiling ");
            built += usize::from(is_package);
            match which {
                Shown::All => self.say(line),
                Shown::Progress if is_package && built.is_multiple_of(EVERY) => {
                    self.say(&format!("{built} packages begun"));
                }
                Shown::Progress => {}
            }
            if last.len() == LAST {
                last.pop_front();
            }
            last.push_back(line.to_owned());
        });
        if result.is_err() && which == Shown::Progress {
            last.iter().for_each(|line| self.say(line));
        }
        result
    }
}

/// Runs a command to its end and passes on each line of its standard output and error, in order.
///
/// # Errors
///
/// If it can't be started, or says that it failed.
pub(crate) fn hear(command: &mut Command, mut each: impl FnMut(&str)) -> Result<()> {
    let (reader, writer) = pipe().context("There is no pipe.")?;
    let errors = writer.try_clone().context("There is no pipe.")?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(errors)
        .spawn()
        .with_context(|| format!("`{}` did not start.", shown(command)))?;
    // The reader ends once no process can write any more.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.with_context(|| format!("`{}` cannot be heard.", shown(command)))?;
        each(String::from_utf8_lossy(&line).trim_end());
    }
    let status = child.wait().with_context(|| format!("`{}` got lost.", shown(command)))?;
    ensure!(status.success(), "`{}` failed ({status}).", shown(command));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn standard_output_and_error_stay_in_order() {
        let mut lines = Vec::new();
        let mut command = shell("echo one; echo two >&2; echo three");
        hear(&mut command, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two", "three"]);
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = Voice::of("test").run(&mut shell("exit 3"), Shown::Progress).unwrap_err();
        assert!(error.to_string().contains("`sh -c exit 3` failed"), "{error}");
    }
}
