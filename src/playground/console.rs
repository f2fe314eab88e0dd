//! The console: the script language, one line at a time, in a cluster that plays on by itself.
//!
//! Unlike a script it never waits: the answer to a request is printed when it arrives.

use std::collections::{BTreeMap, VecDeque};

use crate::cluster::{Action, Answer, RequestId, RequestTrace, YOU};
use crate::counts::counted;
use crate::playground::input::Class;
use crate::playground::view::{ConsoleKind, ConsoleLine, Explanation};
use crate::playground::{Playground, Problem};
use crate::script::{Answers, Command, Curl, CurlAnswer, GRAMMAR, parse_line};

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
        self.print(ConsoleKind::Output, text);
    }

    fn print(&mut self, kind: ConsoleKind, text: String) {
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(ConsoleLine { id: self.next_id, kind, text });
        self.next_id += 1;
    }
}

/// The class of an input line.
pub(crate) fn class_of(line: &str) -> Class {
    match parse_line(line) {
        Ok(Some(command)) => match command {
            Command::Cluster(_) => Class::BeginsRun,
            Command::Act { .. } | Command::Curl(_) | Command::Expect(_) | Command::Why(_) => {
                Class::AtInstant
            }
            Command::At { .. } | Command::Wait(_) | Command::Help => Class::Playback,
        },
        Ok(None) | Err(_) => Class::Playback,
    }
}

impl Playground {
    /// Executes a line and prints the result.
    ///
    /// # Errors
    /// The problem, which is printed too.
    pub(crate) fn type_line(&mut self, line: &str) -> Result<(), Problem> {
        if line.trim().is_empty() {
            return Ok(());
        }
        self.console.print(ConsoleKind::Input, line.trim().to_string());
        let result = match parse_line(line) {
            Ok(None) => Ok(()),
            Ok(Some(command)) => self.execute(command),
            Err(mistake) => Err(Problem::Mistake(mistake)),
        };
        if let Err(problem) = &result {
            self.console.print(ConsoleKind::Error, problem.to_string());
        }
        result
    }

    /// Prints a line that can't be executed at the moment, and why.
    pub(crate) fn refuse_line(&mut self, line: &str, problem: &Problem) {
        self.revision += 1;
        self.console.print(ConsoleKind::Input, line.trim().to_string());
        self.console.print(ConsoleKind::Error, problem.to_string());
    }

    fn execute(&mut self, command: Command) -> Result<(), Problem> {
        match command {
            Command::Cluster(cluster_config) => {
                self.found(cluster_config);
                let text = format!(
                    "a new cluster of {}",
                    counted(cluster_config.nodes.into(), "node", "nodes")
                );
                self.console.print(ConsoleKind::Output, text);
            }
            Command::Act { action, .. } => {
                let request = self.act(&action)?;
                if let Some(id) = request {
                    self.console.asked.insert(id, Style::Plain);
                }
            }
            Command::Curl(curl) => self.curl(curl)?,
            Command::At { .. } | Command::Wait(_) => {
                let text =
                    "time passes by itself here; `wait` and `at` are for scripts".to_string();
                self.console.print(ConsoleKind::Output, text);
            }
            Command::Expect(expect) => {
                let answer = self.console.last_answer().cloned();
                let met = expect.check(&mut self.shown.run.playback.run, answer.as_ref());
                met.map_err(|unmet| Problem::Unmet(unmet.to_string()))?;
                self.console.print(ConsoleKind::Output, "as expected".to_string());
            }
            Command::Why(question) => self.ask_why(question, true),
            Command::Help => {
                for form in GRAMMAR {
                    let text = format!("{} : {}", form.syntax, form.help);
                    self.console.print(ConsoleKind::Output, text);
                }
            }
        }
        Ok(())
    }

    fn curl(&mut self, curl: Curl) -> Result<(), Problem> {
        match curl.call {
            Ok(operation) => {
                let request =
                    self.act(&Action::Request { client: YOU, operation, via: curl.via })?;
                if let Some(id) = request {
                    self.console.asked.insert(id, Style::Curl);
                }
            }
            Err(answer) => self.console.print_curl(&answer),
        }
        Ok(())
    }
}
