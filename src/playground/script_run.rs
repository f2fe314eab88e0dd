//! A script that is run in the console: line by line, with all that it waits for.
//!
//! Time passes at the page's speed, and the next line is done at the very event that was awaited: so a
//! script leads to the same run at every speed, and without a page.

use std::collections::VecDeque;

use super::jobs::awaiting::{Awaited, What};
use super::view::ScriptProgress;
use super::{Playground, Problem};
use crate::cluster::RequestTrace;
use crate::script::{Command, Curl, Wait, parse_script};
use crate::time::{Duration, Time};

/// A script that is being run.
#[derive(Debug)]
pub(super) struct ScriptRun {
    text: Vec<String>,
    /// What is still to be done, each with the number of its line.
    rest: VecDeque<(usize, Command)>,
    /// The line that is being done; 0 before the first.
    line: usize,
    awaited: Option<Awaited>,
    /// Whether time passed before.
    was_playing: bool,
}

impl ScriptRun {
    fn is_one_line(&self) -> bool {
        self.text.len() == 1
    }
}

impl Playground {
    /// Runs a script, up to the first line that has to be waited for; the others follow while time
    /// passes. A line that can't be read is found before anything is done.
    ///
    /// # Errors
    /// What is wrong with the script, or with the first line that can't be done.
    pub(super) fn run_script(&mut self, text: &str) -> Result<(), Problem> {
        if self.script.is_some() {
            return Err(Problem::ScriptRuns);
        }
        let rest = VecDeque::from(parse_script(text).map_err(Problem::Mistake)?);
        // The page keeps a run before another takes its place: when it is asked, and not in between.
        let begins = |(_, command): &&(usize, Command)| matches!(command, Command::Cluster(_));
        if let Some((line, _)) = rest.iter().skip(1).find(begins) {
            return Err(Problem::LateCluster(*line));
        }
        let text = text.lines().map(|line| line.trim().to_string()).collect();
        let was_playing = self.playing;
        self.script = Some(ScriptRun { text, rest, line: 0, awaited: None, was_playing });
        self.go_on_with_script()?;
        self.playing |= self.script.is_some();
        Ok(())
    }

    /// Does the next lines of the script, up to one that has to be waited for.
    ///
    /// # Errors
    /// What is wrong with a line. The script has ended then.
    fn go_on_with_script(&mut self) -> Result<(), Problem> {
        self.revision += 1;
        while let Some(mut script) = self.script.take_if(|script| script.awaited.is_none()) {
            let Some((line, command)) = script.rest.pop_front() else {
                self.playing &= script.was_playing;
                if !script.is_one_line() {
                    self.console.says("the script is done".to_string());
                }
                break;
            };
            if script.line != line && !script.is_one_line() {
                self.console.echoes(&script.text[line - 1]);
            }
            script.line = line;
            if let Err(problem) = self.do_line(&mut script, command) {
                self.playing &= script.was_playing;
                return Err(in_script(&script, problem));
            }
            self.script = Some(script);
        }
        Ok(())
    }

    fn do_line(&mut self, script: &mut ScriptRun, command: Command) -> Result<(), Problem> {
        let line = script.line;
        match command {
            Command::Act { action, background } => {
                let request = self.act_in_console(&action)?.filter(|_| !background);
                script.awaited = request.map(|id| self.awaits(What::Answer(id), None));
            }
            Command::Curl(Curl { call: Err(answer), .. }) => {
                return Err(Problem::BadRequest(answer.body));
            }
            Command::Curl(curl) => {
                let request = self.curl(curl)?;
                script.awaited = request.map(|id| self.awaits(What::Answer(id), None));
            }
            Command::Wait(Wait::For(span)) => {
                script.awaited = Some(self.awaits(What::End, Some(span)));
            }
            Command::Wait(Wait::Until { condition, at_most }) => {
                let awaited = self.awaits(What::Met(condition), at_most);
                let last = self.console.last_answer();
                if awaited.has_come(&mut self.shown.run.playback.run, &[], last) {
                    self.tell_wait(&awaited);
                } else {
                    script.awaited = Some(awaited);
                }
            }
            Command::At { events: Some(_), .. } => return Err(Problem::Recorded),
            Command::At { at, events: None, action } => {
                let now = self.run().cluster().now();
                let span = if at < now { None } else { Some(at.since(now)) };
                script.awaited = Some(self.awaits(What::End, Some(span.ok_or(Problem::IsOver)?)));
                script.rest.push_front((line, Command::Act { action, background: true }));
            }
            Command::Repeat(repeat) => {
                let commands: Vec<&Command> = repeat.all().collect();
                for command in commands.into_iter().rev() {
                    script.rest.push_front((line, command.clone()));
                }
            }
            Command::Unresolved(unresolved) => {
                let command = unresolved.resolve(self.run().cluster()).map_err(Problem::Nobody)?;
                script.rest.push_front((line, command));
            }
            Command::Why(question) => {
                let playing = self.playing;
                self.ask_why(question, true);
                self.playing = playing;
            }
            Command::Cluster(_) | Command::Together(_) | Command::Expect(_) | Command::Help => {
                self.execute(command)?;
            }
        }
        Ok(())
    }

    fn awaits(&self, what: What, at_most: Option<Duration>) -> Awaited {
        Awaited { what, since: self.run().cluster().now(), at_most }
    }

    /// When the script's present wait ends, whether or not the awaited has come.
    pub(super) fn script_waits_until(&self) -> Option<Time> {
        Some(self.script.as_ref()?.awaited.as_ref()?.ends())
    }

    /// Goes on with the script if what it waits for has come; called after every event, with the
    /// requests that it ended.
    ///
    /// # Errors
    /// Those of [`Self::go_on_with_script`].
    pub(super) fn look_for_script(&mut self, finished: &[RequestTrace]) -> Result<(), Problem> {
        let Some(script) = &mut self.script else { return Ok(()) };
        let Some(awaited) = &script.awaited else { return Ok(()) };
        let last = self.console.last_answer();
        if !awaited.has_come(&mut self.shown.run.playback.run, finished, last) {
            return Ok(());
        }
        if let Some(awaited) = script.awaited.take() {
            self.tell_wait(&awaited);
        }
        let result = self.go_on_with_script();
        self.tell_problem(result)
    }

    /// The script's wait has ended: a span of time has passed, or the awaited has not come. Returns
    /// that something has happened.
    ///
    /// # Errors
    /// That it has not come, and those of [`Self::go_on_with_script`].
    pub(super) fn end_wait(&mut self) -> Result<bool, Problem> {
        let Some(mut script) = self.script.take() else { return Ok(false) };
        let Some(awaited) = script.awaited.take() else { return Ok(false) };
        let last = self.console.last_answer();
        let result = match awaited.in_vain(&mut self.shown.run.playback.run, last) {
            Some(in_vain) => {
                self.revision += 1;
                self.playing &= script.was_playing;
                Err(in_script(&script, Problem::Waited(in_vain)))
            }
            None => {
                self.tell_wait(&awaited);
                self.script = Some(script);
                self.go_on_with_script()
            }
        };
        self.tell_problem(result).map(|()| true)
    }

    fn tell_wait(&mut self, awaited: &Awaited) {
        let span = self.run().cluster().now().since(awaited.since);
        match &awaited.what {
            // The answer itself is printed.
            What::Answer(_) => {}
            What::End => self.console.says(format!("waited {span}")),
            What::Met(condition) => {
                let span = Time::ZERO + span;
                self.console.says(format!("waited {span} for {condition}"));
            }
        }
    }

    fn tell_problem(&mut self, result: Result<(), Problem>) -> Result<(), Problem> {
        if let Err(problem) = &result {
            self.console.complains(problem);
        }
        result
    }

    /// Stops the script that is being run, if one is.
    pub(super) fn stop_script(&mut self) {
        let Some(script) = self.script.take() else { return };
        self.playing &= script.was_playing;
        let text = match script.is_one_line() {
            true => "stopped".to_string(),
            false => format!("the script was stopped in line {}", script.line),
        };
        self.console.says(text);
    }

    /// How far the script is that is being run.
    pub fn script_progress(&self) -> Option<ScriptProgress> {
        let script = self.script.as_ref()?;
        Some(ScriptProgress { line: script.line, lines: script.text.len() })
    }
}

/// A problem with a line of a script, which is named where there are several.
fn in_script(script: &ScriptRun, problem: Problem) -> Problem {
    match script.is_one_line() {
        true => problem,
        false => Problem::InScript(script.line, Box::new(problem)),
    }
}

#[cfg(test)]
mod tests;
