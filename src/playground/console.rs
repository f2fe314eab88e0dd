//! The console: the script language, in a cluster that plays on by itself.
//!
//! A line that is typed never waits for an answer: that is printed when it arrives. What waits, and
//! what has several lines, is a script (`script_run.rs`).

use std::collections::{BTreeMap, VecDeque};

use crate::cluster::{Action, Answer, RequestId, RequestTrace, YOU};
use crate::counts::counted;
use crate::playground::input::Class;
use crate::playground::view::{ConsoleKind, ConsoleLine, Explanation};
use crate::playground::{Playground, Problem};
use crate::script::{Answers, Command, Curl, CurlAnswer, GRAMMAR, parse_line, parse_script};

/// The maximum number of lines that are kept.
const LINES: usize = 500;

/// The format in which an answer is printed.
#[derive(Clone, Copy, Debug)]
enum Style {
    Plain,
    Curl,
}

/// The lines of the console, and the requests that it waits for.
#[derive(Debug, Default)]
pub(crate) struct Console {
    lines: VecDeque<ConsoleLine>,
    next_id: u64,
    asked: BTreeMap<RequestId, Style>,
    answers: Answers,
}

impl Console {
    pub(crate) fn lines(&self, from: u64) -> impl DoubleEndedIterator<Item = &ConsoleLine> {
        let first = self.next_id - self.lines.len() as u64;
        let skip = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
        self.lines.range(skip.min(self.lines.len())..)
    }

    /// Prints the answer to a request made by hand, if the request was made here.
    pub(crate) fn answered(&mut self, request_trace: &RequestTrace, answer: &Answer) {
        let client = request_trace.client;
        match self.asked.remove(&request_trace.id) {
            Some(Style::Plain) if client == YOU => {
                self.print(ConsoleKind::Output, answer.to_string());
            }
            Some(Style::Plain) => self.print(ConsoleKind::Output, format!("{client}: {answer}")),
            Some(Style::Curl) => self.print_curl(&CurlAnswer::from_answer(answer)),
            None => {}
        }
        self.answers.ended(client, answer);
    }

    /// Registers an action that was done.
    pub(crate) fn did(&mut self, action: &Action) {
        self.answers.did(action);
    }

    /// The latest answer to the client that asked last.
    pub(crate) fn last_answer(&self) -> Option<&Answer> {
        self.answers.of_last_asker()
    }

    /// Forgets pending requests, whose answers will not arrive any more: the cluster was replaced.
    pub(crate) fn forget_requests(&mut self) {
        self.asked.clear();
        self.answers = Answers::default();
    }

    fn print_curl(&mut self, answer: &CurlAnswer) {
        let kind = if answer.status == 200 { ConsoleKind::Output } else { ConsoleKind::Error };
        for line in answer.lines() {
            self.print(kind, line);
        }
    }

    /// Prints an explanation: one line for each event.
    pub(crate) fn explained(&mut self, explanation: &Explanation) {
        let steps = match &explanation.answer {
            Ok(steps) => steps,
            Err(instead) => return self.print(ConsoleKind::Output, instead.clone()),
        };
        for (place, step) in steps.iter().enumerate() {
            let causes: Vec<String> =
                step.causes.iter().map(|cause| (cause + 1).to_string()).collect();
            let from = match causes.is_empty() {
                true => String::new(),
                false => format!(" (from {})", causes.join(", ")),
            };
            let text = format!("{}. {} {}{from}", place + 1, step.at, step.text);
            self.print(ConsoleKind::Output, text);
        }
    }

    /// Says that an explanation is no longer looked for.
    pub(crate) fn asked_in_vain(&mut self) {
        let text = "The search for the causes was stopped.".to_string();
        self.says(text);
    }

    /// Prints what was typed.
    pub(super) fn echoes(&mut self, line: &str) {
        self.print(ConsoleKind::Input, line.to_string());
    }

    /// Prints an output.
    pub(super) fn says(&mut self, text: String) {
        self.print(ConsoleKind::Output, text);
    }

    /// Prints a problem.
    pub(super) fn complains(&mut self, problem: &Problem) {
        self.print(ConsoleKind::Error, problem.to_string());
    }

    fn print(&mut self, kind: ConsoleKind, text: String) {
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(ConsoleLine { id: self.next_id, kind, text });
        self.next_id += 1;
    }
}

/// The class of a line, or of a script.
pub(crate) fn class_of(text: &str) -> Class {
    let commands = parse_script(text).unwrap_or_default();
    match commands.first() {
        Some((_, Command::Cluster(_))) => Class::BeginsRun,
        None | Some((_, Command::Help)) => Class::Playback,
        Some(_) => Class::AtInstant,
    }
}

/// Whether a line has to be run as a script: it takes time.
fn takes_time(command: &Command) -> bool {
    matches!(command, Command::Wait(_) | Command::At { .. } | Command::Repeat(_))
}

impl Playground {
    /// Executes a line, or a script of several lines, and prints the result.
    ///
    /// # Errors
    /// The problem, which is printed too.
    pub(crate) fn type_text(&mut self, text: &str) -> Result<(), Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let result = if text.contains('\n') {
            self.run_script(text)
        } else {
            self.console.echoes(text);
            self.type_line(text)
        };
        if let Err(problem) = &result {
            self.console.complains(problem);
        }
        result
    }

    fn type_line(&mut self, line: &str) -> Result<(), Problem> {
        match parse_line(line) {
            Ok(None) => Ok(()),
            Ok(Some(command)) if takes_time(&command) => self.run_script(line),
            Ok(Some(Command::Unresolved(unresolved))) => {
                let command = unresolved.resolve(self.run().cluster()).map_err(Problem::Nobody)?;
                match takes_time(&command) {
                    true => self.run_script(line),
                    false => self.execute(command),
                }
            }
            Ok(Some(command)) => self.execute(command),
            Err(mistake) => Err(Problem::Mistake(mistake)),
        }
    }

    /// Prints a line that can't be executed at the moment, and why.
    pub(crate) fn refuse_line(&mut self, line: &str, problem: &Problem) {
        self.revision += 1;
        self.console.echoes(line.trim());
        self.console.complains(problem);
    }

    /// Performs an action and prints what was done; of a request the answer is printed when it
    /// arrives.
    pub(super) fn act_in_console(&mut self, action: &Action) -> Result<Option<RequestId>, Problem> {
        let request = self.act(action)?;
        match request {
            Some(id) => drop(self.console.asked.insert(id, Style::Plain)),
            None => self.console.says(format!("done: {action}")),
        }
        Ok(request)
    }

    /// Executes a command that takes no time.
    pub(super) fn execute(&mut self, command: Command) -> Result<(), Problem> {
        match command {
            Command::Cluster(cluster_config) => {
                self.found(cluster_config);
                let nodes = counted(cluster_config.nodes.into(), "node", "nodes");
                self.console.says(format!("a new cluster of {nodes}"));
            }
            Command::Act { action, .. } => drop(self.act_in_console(&action)?),
            Command::Together(actions) => {
                self.act_all(&actions)?;
                let done: Vec<String> = actions.iter().map(ToString::to_string).collect();
                self.console.says(format!("done: {}", done.join(", ")));
            }
            Command::Curl(curl) => drop(self.curl(curl)?),
            Command::Expect(expect) => {
                let answer = self.console.last_answer().cloned();
                let met = expect.check(&mut self.shown.run.playback.run, answer.as_ref());
                met.map_err(|unmet| Problem::Unmet(unmet.to_string()))?;
                self.console.says("as expected".to_string());
            }
            Command::Why(question) => self.ask_why(question, true),
            Command::Help => {
                for form in GRAMMAR {
                    self.console.says(format!("{} : {}", form.syntax, form.help));
                }
            }
            // A script does these.
            Command::Wait(_) | Command::At { .. } | Command::Repeat(_) | Command::Unresolved(_) => {
            }
        }
        Ok(())
    }

    /// Sends a request in the original store's words, unless it is bad.
    pub(super) fn curl(&mut self, curl: Curl) -> Result<Option<RequestId>, Problem> {
        let operation = match curl.call {
            Ok(operation) => operation,
            Err(answer) => {
                self.console.print_curl(&answer);
                return Ok(None);
            }
        };
        let request = self.act(&Action::Request { client: YOU, operation, via: curl.via })?;
        self.console.asked.extend(request.map(|id| (id, Style::Curl)));
        Ok(request)
    }
}
