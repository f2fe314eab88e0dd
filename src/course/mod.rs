//! Lessons as data: demonstrations that play on a playground, the famous run of each rule, and the
//! tour of the page.
//!
//! A demonstration is a script file of `lessons/`, which `headless run` executes too. Its first two
//! lines are its title and its summary. A comment that begins with `#:` is the sentence of a step,
//! and the lines below it are the step: actions and conditions to wait for. A lesson never waits
//! for seconds, so it plays the same at any speed.
//!
//! [`Player`] plays a demonstration; a [`Famous`] run is opened as a run of two branches. Nothing
//! here depends on a browser.

mod famous;
mod player;
mod tour;

use std::fmt;

pub use crate::course::famous::{FAMOUS, Famous};
pub use crate::course::player::{Caption, Player, Trouble};
pub use crate::course::tour::{ACTS, Act, Tour};

use crate::playground::{ClusterConfig, Input};
use crate::script::{Command, Mistake, Wait, parse_line};

/// A demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demonstration {
    /// The name of its file, without the extension.
    pub name: &'static str,
    /// Its script.
    pub text: &'static str,
}

macro_rules! demonstrations {
    ($($name:literal),* $(,)?) => {
        [$(Demonstration { name: $name, text: include_str!(concat!("../../lessons/", $name, ".kvorum")) }),*]
    };
}

/// All demonstrations, in the order of a course.
pub const DEMONSTRATIONS: [Demonstration; 8] = demonstrations![
    "first-election",
    "leader-lost",
    "split-vote",
    "partition-and-heal",
    "log-repair",
    "stale-read",
    "restart-from-disk",
    "node-joins",
];

impl Demonstration {
    pub fn title(&self) -> &'static str {
        heading(self.text, 0)
    }

    /// Its summary, in a sentence.
    pub fn about(&self) -> &'static str {
        heading(self.text, 1)
    }
}

/// The comment at a line of the head.
fn heading(text: &str, line: usize) -> &str {
    let line = text.lines().nth(line).unwrap_or_default();
    line.strip_prefix('#').map(str::trim).unwrap_or_default()
}

/// A lesson that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub title: String,
    pub cluster_config: ClusterConfig,
    /// In their order; at least one.
    pub steps: Vec<LessonStep>,
}

/// A step of a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonStep {
    /// The sentence that is shown.
    pub sentence: String,
    /// What is done and awaited, in this order.
    pub inputs: Vec<Input>,
}

/// The prefix of a line of a sentence.
const SENTENCE: &str = "#:";

/// Why a script is not a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplayable {
    /// A line can't be parsed.
    Mistake(Mistake),
    /// A line is not allowed in a lesson: it is outside of a step, is another `cluster` line, or
    /// waits for seconds.
    Line(usize),
    /// It has no `cluster` line or no step.
    Empty,
}

impl fmt::Display for Unplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Line(line) => write!(f, "line {line}: a lesson can't have this line here"),
            Self::Empty => write!(f, "a lesson has a `cluster` line and a step"),
        }
    }
}

impl std::error::Error for Unplayable {}

impl Lesson {
    /// Parses a lesson's script.
    ///
    /// # Errors
    ///
    /// Names the first line that can't be read or that no lesson may have in this place; or the script founds
    /// no cluster or has no step.
    pub fn parse(text: &str) -> Result<Self, Unplayable> {
        let mut cluster_config = None;
        let mut steps: Vec<LessonStep> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(words) = line.strip_prefix(SENTENCE) {
                say(&mut steps, words.trim());
                continue;
            }
            let command = parse_line(line);
            let command = command
                .map_err(|mistake| Unplayable::Mistake(Mistake { line: number, ..mistake }))?;
            match (command, steps.last_mut()) {
                (None, _) => {}
                (Some(Command::Cluster(new)), None) if cluster_config.is_none() => {
                    cluster_config = Some(new)
                }
                (Some(command), Some(step)) if is_playable(&command) => {
                    let commands = match command {
                        Command::Repeat(repeat) => repeat.all().cloned().collect(),
                        command => vec![command],
                    };
                    step.inputs.extend(commands.into_iter().map(Input::Follow));
                }
                (Some(_), _) => return Err(Unplayable::Line(number)),
            }
        }
        let cluster_config =
            cluster_config.filter(|_| !steps.is_empty()).ok_or(Unplayable::Empty)?;
        Ok(Self { title: heading(text, 0).to_string(), cluster_config, steps })
    }
}

/// Adds a line of a sentence: it continues the one above, or begins a step.
fn say(steps: &mut Vec<LessonStep>, words: &str) {
    match steps.last_mut() {
        Some(step) if step.inputs.is_empty() => {
            step.sentence.push(' ');
            step.sentence.push_str(words);
        }
        _ => steps.push(LessonStep { sentence: words.to_string(), inputs: Vec::new() }),
    }
}

/// Whether a lesson can have this command in a step: it neither waits for seconds nor begins another
/// run.
fn is_playable(command: &Command) -> bool {
    match command {
        Command::Act { .. }
        | Command::Together(_)
        | Command::Unresolved(_)
        | Command::Wait(Wait::Until { .. })
        | Command::Expect(_)
        | Command::Why(_) => true,
        Command::Repeat(repeat) => repeat.commands.iter().all(is_playable),
        Command::Wait(Wait::For(_))
        | Command::Cluster(_)
        | Command::At { .. }
        | Command::Curl(_)
        | Command::Help => false,
    }
}

#[cfg(test)]
mod tests;
