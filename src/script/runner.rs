//! Executes scripts: natively, as fast as it goes, telling the story as it happens.

use std::fmt;

use super::answers::Answers;
use super::curl::CurlAnswer;
use super::expect::Unmet;
use super::grammar::GRAMMAR;
use super::trace::{self, Event};
use super::{Command, InVain, Mistake, Nobody, Wait, parse_script};
use crate::check::Run;
use crate::cluster::{Action, Answer, ClusterConfig, Fact, Operation, Refused, RequestId, YOU};
use crate::raft::NodeId;
use crate::time::Time;

/// The longest value that the story prints whole.
const LONG: usize = 200;

/// Why a script stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A line that can't be read.
    Mistake(Mistake),
    /// An action that can't be done.
    Refused { line: usize, refused: Refused },
    /// An expectation that is not met.
    Unmet { line: usize, unmet: Unmet },
    /// What was waited for did not come.
    Waited { line: usize, in_vain: InVain },
    /// A name that stands for no server at the moment.
    Nobody { line: usize, nobody: Nobody },
    /// The time or the number of events of an `at` line is not to be had: the line belongs to another run.
    Diverged { line: usize },
    /// A bad request in the original store's words.
    BadRequest { line: usize, body: String },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Refused { line, refused } => write!(f, "line {line}: {refused}"),
            Self::Unmet { line, unmet } => write!(f, "line {line}: not as expected: {unmet}"),
            Self::Waited { line, in_vain } => write!(f, "line {line}: {in_vain}"),
            Self::Nobody { line, nobody } => write!(f, "line {line}: {nobody}"),
            Self::Diverged { line } => write!(
                f,
                "line {line}: this run does not come to that instant: the line was recorded in another"
            ),
            Self::BadRequest { line, body } => write!(f, "line {line}: {body}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Executes commands on a run of its own.
#[derive(Debug)]
pub struct Runner {
    run: Run,
    answers: Answers,
    story: Vec<String>,
    telling: Telling,
}

/// How much of what happens is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Telling {
    /// Sentences, without details.
    #[default]
    Summary,
    /// All sentences.
    Details,
    /// Every event, each as one JSON object.
    Events,
}

impl Default for Runner {
    fn default() -> Self {
        Self::new(Telling::default())
    }
}

impl Runner {
    /// A runner on a cluster of five, that tells so much.
    pub fn new(telling: Telling) -> Self {
        let run = Run::new(ClusterConfig { nodes: 5, seed: 1 });
        Self { run, answers: Answers::default(), story: Vec::new(), telling }
    }

    /// Executes a whole script and stops at the first thing that is wrong. A line that can't be read
    /// is found before anything is done.
    ///
    /// # Errors
    ///
    /// Names the first line that can't be read, is refused, is not as expected, or waits for what does not
    /// come.
    pub fn run_script(&mut self, text: &str) -> Result<(), Failure> {
        let commands = parse_script(text).map_err(Failure::Mistake)?;
        let lines: Vec<&str> = text.lines().collect();
        for (number, command) in commands {
            let line = lines[number - 1].trim();
            self.story.push(match self.telling {
                Telling::Events => trace::note("command", line),
                Telling::Summary | Telling::Details => format!("> {line}"),
            });
            self.execute(number, &command)?;
        }
        Ok(())
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The run alone.
    pub fn into_run(self) -> Run {
        self.run
    }

    /// Takes what happened since it was last taken, one sentence a line.
    pub fn take_story(&mut self) -> Vec<String> {
        std::mem::take(&mut self.story)
    }

    fn execute(&mut self, line: usize, command: &Command) -> Result<(), Failure> {
        match command {
            Command::Cluster(cluster_config) => self.run = Run::new(*cluster_config),
            Command::Act { action, background } => {
                let request = self.act(line, action)?;
                if let Some(id) = request.filter(|_| !background) {
                    self.wait_for_answer(line, id)?;
                }
            }
            Command::Together(actions) => {
                let refused = self.run.cluster().check_all(actions);
                refused.map_err(|refused| Failure::Refused { line, refused })?;
                for action in actions {
                    self.act(line, action)?;
                }
            }
            Command::Repeat(repeat) => {
                repeat.all().try_for_each(|command| self.execute(line, command))?;
            }
            Command::Unresolved(unresolved) => {
                let command = unresolved.resolve(self.run.cluster());
                self.execute(line, &command.map_err(|nobody| Failure::Nobody { line, nobody })?)?;
            }
            Command::At { at, events, action } => {
                self.pass_to(line, *at, *events)?;
                self.act(line, action)?;
            }
            Command::Curl(curl) => {
                let operation = curl
                    .call
                    .clone()
                    .map_err(|answer| Failure::BadRequest { line, body: answer.body })?;
                self.curl(line, operation, curl.via)?;
            }
            Command::Wait(wait) => self.wait(line, wait)?,
            Command::Expect(expect) => expect
                .check(&mut self.run, self.answers.of_last_asker())
                .map_err(|unmet| Failure::Unmet { line, unmet })?,
            Command::Why(_) => {
                let text = "`why` is for the console, where one sees what it is about".to_string();
                self.print(std::iter::once(text));
            }
            Command::Help => {
                let lines = GRAMMAR.iter().map(|form| format!("{} : {}", form.syntax, form.help));
                self.print(lines);
            }
        }
        Ok(())
    }

    fn curl(
        &mut self,
        line: usize,
        operation: Operation,
        via: Option<NodeId>,
    ) -> Result<(), Failure> {
        let action = Action::Request { client: YOU, operation, via };
        if let Some(id) = self.act(line, &action)? {
            let answer = self.wait_for_answer(line, id)?;
            self.print(CurlAnswer::from_answer(&answer).lines());
        }
        Ok(())
    }

    /// Lets time pass up to `at`; over exactly so many events since the beginning, if they are given.
    fn pass_to(&mut self, line: usize, at: Time, events: Option<u64>) -> Result<(), Failure> {
        let comes = |run: &mut Run| run.cluster_mut().next_time();
        let wants_more = |run: &Run| events.is_none_or(|events| run.cluster().events() < events);
        while wants_more(&self.run) && comes(&mut self.run).is_some_and(|next| next <= at) {
            self.step();
            self.keep_answers(None);
        }
        let cluster = self.run.cluster_mut();
        let is_there = events.is_none_or(|events| cluster.events() == events);
        if !is_there || cluster.now() > at || cluster.next_time().is_some_and(|next| next < at) {
            return Err(Failure::Diverged { line });
        }
        cluster.rest_until(at);
        Ok(())
    }

    fn act(&mut self, line: usize, action: &Action) -> Result<Option<RequestId>, Failure> {
        let sent = self.run.cluster().network().sent();
        let result = self.run.apply(action);
        self.tell(None, sent);
        if result.is_ok() {
            self.answers.did(action);
        }
        result.map_err(|refused| Failure::Refused { line, refused })
    }

    fn step(&mut self) -> bool {
        let sent = self.run.cluster().network().sent();
        let traces = self.telling == Telling::Events;
        let event = if traces { Event::next(self.run.cluster_mut()) } else { None };
        let stepped = self.run.step().is_some();
        self.tell(event, sent);
        stepped
    }

    /// Tells what has happened since there were `sent` messages.
    fn tell(&mut self, event: Option<Event>, sent: u64) {
        let details = self.telling != Telling::Summary;
        let facts =
            self.run.cluster_mut().take_facts().filter(|fact| details || !fact.what.is_detail());
        if self.telling == Telling::Events {
            let told: Vec<String> = facts.map(|fact| shortened(fact.what.to_string())).collect();
            self.story.push(trace::line(event, self.run.cluster(), sent, &told));
            return;
        }
        let sentence = |fact: Fact| format!("{} {}", fact.at, shortened(fact.what.to_string()));
        self.story.extend(facts.map(sentence));
    }

    /// Text that is no part of what happened.
    fn print(&mut self, lines: impl IntoIterator<Item = String>) {
        let traces = self.telling == Telling::Events;
        let lines = lines.into_iter();
        self.story
            .extend(lines.map(|line| if traces { trace::note("output", &line) } else { line }));
    }

    fn wait_for_answer(&mut self, line: usize, id: RequestId) -> Result<Answer, Failure> {
        // Background requests that end meanwhile are told in the story.
        let end = self.run.cluster().now() + Wait::LIMIT;
        while self.run.cluster_mut().next_time().is_some_and(|next| next <= end) {
            self.step();
            if let Some(answer) = self.keep_answers(Some(id)) {
                return Ok(answer);
            }
        }
        let what = "an answer".to_string();
        let in_vain = InVain { limit: Wait::LIMIT, what, instead: None };
        Err(Failure::Waited { line, in_vain })
    }

    fn wait(&mut self, line: usize, wait: &Wait) -> Result<(), Failure> {
        let (condition, limit) = match wait {
            Wait::For(span) => (None, *span),
            Wait::Until { condition, at_most } => (Some(condition), at_most.unwrap_or(Wait::LIMIT)),
        };
        let end = self.run.cluster().now() + limit;
        loop {
            let instead = match condition {
                None => None,
                Some(condition) => {
                    match condition.check(&mut self.run, self.answers.of_last_asker()) {
                        Ok(()) => return Ok(()),
                        Err(unmet) => Some(unmet),
                    }
                }
            };
            if self.run.cluster_mut().next_time().is_none_or(|next| next > end) {
                self.run.cluster_mut().rest_until(end);
                return match condition {
                    None => Ok(()),
                    Some(condition) => {
                        let in_vain = InVain { limit, what: condition.to_string(), instead };
                        Err(Failure::Waited { line, in_vain })
                    }
                };
            }
            self.step();
            self.keep_answers(None);
        }
    }

    /// Keeps the answers that have come; returns the one to this request, which is the last of them for its
    /// client.
    fn keep_answers(&mut self, awaited: Option<RequestId>) -> Option<Answer> {
        let mut own = None;
        for request_trace in self.run.cluster_mut().take_finished() {
            let Some((_, answer)) = request_trace.answer else { continue };
            if Some(request_trace.id) == awaited {
                own = Some((request_trace.client, answer));
            } else {
                self.answers.ended(request_trace.client, &answer);
            }
        }
        let (client, answer) = own?;
        self.answers.ended(client, &answer);
        Some(answer)
    }

    /// The time of the run.
    pub fn now(&self) -> Time {
        self.run.cluster().now()
    }
}

/// Lets a run go on for so many events, and takes no note of what happens but to judge it: what the
/// benchmarks measure.
pub fn spin(run: &mut Run, events: u64) {
    for _ in 0..events {
        if run.step().is_none() {
            return;
        }
        run.cluster_mut().take_facts();
        run.cluster_mut().take_finished();
    }
}

/// A sentence without the end of a value that is very long.
fn shortened(mut sentence: String) -> String {
    if let Some((cut, _)) = sentence.char_indices().nth(LONG) {
        sentence.truncate(cut);
        sentence.push('…');
    }
    sentence
}
