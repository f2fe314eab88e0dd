//! A process and all that it starts. They end with it when it is dropped, also after a panic.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The time that a process has to end by itself.
const GRACE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) struct Process(Child);

impl Process {
    /// Starts it in a process group of its own, without input.
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        Self(child.unwrap_or_else(|error| panic!("{} does not start: {error}", name.display())))
    }

    /// What it writes, if its output is piped.
    pub(crate) fn output(&mut self) -> std::process::ChildStdout {
        self.0.stdout.take().expect("its output is piped, and was not taken before")
    }

    /// Sends a signal to all of the group. By the shell, since every system has one, and not every one
    /// a program `kill`.
    fn signal(&self, signal: &str) {
        let script = "kill -s \"$0\" -- \"-$1\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, signal, &self.0.id().to_string()]);
        let _ = shell.stderr(Stdio::null()).status();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal("TERM");
        let mut waited = Duration::ZERO;
        while self.0.try_wait().is_ok_and(|ended| ended.is_none()) && waited < GRACE {
            sleep(PAUSE);
            waited += PAUSE;
        }
        self.signal("KILL");
        let _ = self.0.wait();
    }
}
