//! A recording: the configuration of a run and its timed actions. A run is a function of these, so
//! a recording reproduces the run exactly.
//!
//! Its text is a script that `headless run` executes. A line `at 1.5s 120 kill n1` lets time pass
//! up to 1.5 s, over 120 events since the beginning, and then performs the action.

mod limits;

use std::fmt;

use crate::cluster::{Action, ClusterConfig, DiskState};
use crate::script::{Command, Mistake, parse_script};
use crate::time::Time;
pub use limits::{LIMITS, Limits};

/// An instant of a run: after `events` events, and not before the time `at`. Several actions can
/// share one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    pub events: u64,
    pub at: Time,
}

/// A position in a run: an instant, and the number of recorded actions done by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunPosition {
    pub instant: Instant,
    pub done: usize,
}

/// An action and its instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    pub when: Instant,
    pub action: Action,
}

/// The configuration of a run and its actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    pub cluster_config: ClusterConfig,
    /// In the order of time.
    pub actions: Vec<Timed>,
}

/// The first line of the text; another version is refused.
pub(crate) const VERSION: &str = "# Kvorum recording, version 1";

/// Why a text is not a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It does not begin like a recording.
    NoRecording,
    /// Its version is not supported.
    Version(String),
    /// A line can't be parsed.
    Mistake(Mistake),
    /// A line is not allowed in a recording.
    Line(usize),
    /// It is longer than the limits of a run allow.
    TooLong,
    /// It goes beyond the limits of a run.
    TooFar,
    /// A part is missing or was changed.
    Damaged,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecording => {
                write!(f, "this is not a recording: it does not begin with `{VERSION}`")
            }
            Self::Version(version) => {
                write!(f, "this recording says `{version}`, which is not known here")
            }
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Line(line) => {
                write!(
                    f,
                    "line {line}: a recording has one `cluster` line and then only `at` lines"
                )
            }
            Self::TooLong => write!(f, "this recording is longer than any run"),
            Self::TooFar => write!(f, "this recording goes beyond the limits of a run"),
            Self::Damaged => {
                write!(f, "this recording is damaged: some of it is missing or was changed")
            }
        }
    }
}

impl std::error::Error for Unusable {}

impl Unusable {
    /// The same error, `lines` lines further down.
    pub(crate) fn moved(self, lines: usize) -> Self {
        match self {
            Self::Line(line) => Self::Line(line + lines),
            Self::Mistake(mistake) => {
                Self::Mistake(Mistake { line: mistake.line + lines, ..mistake })
            }
            other => other,
        }
    }
}

impl Recording {
    /// Parses a recording's text.
    ///
    /// # Errors
    ///
    /// [`Unusable::NoRecording`] and [`Unusable::Version`] where the first line is not the one that is known
    /// here. [`Unusable::Mistake`] where a line can't be read. [`Unusable::Line`] where a line does not belong
    /// there, or its time lies before that of an earlier one. [`Unusable::TooLong`] where there are more bytes or
    /// actions than a recording may have.
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        let first = text.lines().next().unwrap_or_default().trim();
        if first != VERSION {
            let other = first.starts_with("# Kvorum recording");
            return Err(if other {
                Unusable::Version(first.chars().take(60).collect())
            } else {
                Unusable::NoRecording
            });
        }
        if text.len() > LIMITS.bytes {
            return Err(Unusable::TooLong);
        }
        let mut lines = parse_script(text).map_err(Unusable::Mistake)?.into_iter();
        let Some((_, Command::Cluster(cluster_config))) = lines.next() else {
            return Err(Unusable::Line(2));
        };
        let mut actions: Vec<Timed> = Vec::new();
        for (number, command) in lines {
            let Command::At { at, events: Some(events), action } = command else {
                return Err(Unusable::Line(number));
            };
            let when = Instant { events, at };
            let last = actions.last().map_or(Instant::default(), |last| last.when);
            if when.events < last.events || when.at < last.at {
                return Err(Unusable::Line(number));
            }
            if actions.len() == LIMITS.actions {
                return Err(Unusable::TooLong);
            }
            actions.push(Timed { when, action });
        }
        Ok(Self { cluster_config, actions })
    }
}

impl Recording {
    /// How the run deviates from Raft: rules that were switched, a disk that was wiped or that
    /// lied. Empty for unmodified Raft.
    pub fn modified(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for word in self.actions.iter().filter_map(|timed| deviation(&timed.action)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(DEVIATIONS_JOINED_BY)
    }
}

const DEVIATIONS_JOINED_BY: &str = ", ";

/// How an action makes a run deviate from Raft, if it does.
fn deviation(action: &Action) -> Option<String> {
    Some(match action {
        Action::Rule { rule, on } if *on != rule.on_by_default() => {
            format!("{rule} {}", if *on { "on" } else { "off" })
        }
        Action::Wipe(node) => format!("disk of {node} wiped"),
        Action::SetDisk { node, state: DiskState::Lying } => format!("disk of {node} lies"),
        _ => return None,
    })
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ClusterConfig { nodes, seed } = self.cluster_config;
        writeln!(f, "{VERSION}\ncluster {nodes} seed {seed}")?;
        let modified = self.modified();
        if !modified.is_empty() {
            writeln!(f, "# Modified, so not Raft as it is: {modified}.")?;
        }
        self.actions.iter().try_for_each(|timed| writeln!(f, "{timed}"))
    }
}

impl Timed {
    /// The number of bytes that it adds to a recording's text, at most.
    pub(crate) fn bytes(&self) -> usize {
        // Deviations from Raft are named once more at the top.
        let named_again = deviation(&self.action);
        let named_again = named_again.map_or(0, |words| words.len() + DEVIATIONS_JOINED_BY.len());
        self.to_string().len() + "\n".len() + named_again
    }
}

impl fmt::Display for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Instant { events, at } = self.when;
        write!(f, "at {} {events} {}", at.since(Time::ZERO), self.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_longer_than_its_parts_say() {
        let head =
            format!("{VERSION}\ncluster 3 seed 9\n# Modified, so not Raft as it is: .\n").len();
        for line in ["rule no-op off", "wipe n2", "disk n3 lies", "disk n3 full", "kill n1"] {
            let text = format!("{VERSION}\ncluster 3 seed 9\nat 1s 100 {line}\n");
            let recording = Recording::parse(&text).unwrap();
            let parts: usize = recording.actions.iter().map(Timed::bytes).sum();
            assert!(recording.to_string().len() <= head + parts, "{line}");
        }
    }

    #[test]
    fn a_recording_holds_single_actions_and_no_names() {
        let recording = |line: &str| {
            Recording::parse(&format!("{VERSION}\ncluster 3 seed 9\nat 1s 100 {line}\n"))
        };
        assert!(recording("kill n1").is_ok());
        for line in ["kill n1 n2", "cut n1 <-> n2", "kill leader", "restart all", "wait leader"] {
            assert!(recording(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_recording_names_its_deviations_from_raft_and_can_be_read_again() {
        let lines = "at 1s 100 rule no-op off\nat 2s 200 rule no-op on\nat 3s 300 rule no-op off\n\
                     at 4s 400 wipe n2\nat 5s 500 disk n3 full\nat 6s 600 disk n3 lies\n";
        let text = format!("{VERSION}\ncluster 3 seed 9\n{lines}");
        let recording = Recording::parse(&text).unwrap();
        assert_eq!(recording.modified(), "no-op off, disk of n2 wiped, disk of n3 lies");
        let told = recording.to_string();
        let modified = "no-op off, disk of n2 wiped, disk of n3 lies";
        assert!(told.contains(&format!("# Modified, so not Raft as it is: {modified}.\n")));
        assert_eq!(Recording::parse(&told).as_ref(), Ok(&recording));
        let plain = format!("{VERSION}\ncluster 3 seed 9\nat 1s 100 kill n1\n");
        assert_eq!(Recording::parse(&plain).unwrap().to_string(), plain);
    }
}
