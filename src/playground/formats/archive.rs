//! The text format of a whole run, for a file or for the browser's storage: all branches, which one
//! was shown, and at which instant.
//!
//! The text is the branches' recordings one after the other, so `headless run` plays it and people
//! can read it. Other data of a branch is in lines that begin with `#:`, which are comments in a
//! script. The first of these lines holds a checksum of everything after it. To edit a file by
//! hand, remove that line.

use std::fmt::{self, Write};

use crate::digest::Digest;
use crate::playground::formats::Bookmark;
use crate::playground::history::names::{letters, tidy_name};
use crate::playground::view::Speed;
use crate::recording::{Instant, LIMITS, Recording, Unusable, VERSION};
use crate::time::Time;

/// The greatest length of a text that is read, in bytes.
pub const MOST_BYTES: usize = LIMITS.bytes;

/// A run to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    pub branches: Vec<ArchivedBranch>,
    /// The index of the branch that is shown.
    pub current: usize,
    pub speed: Speed,
    pub playing: bool,
}

/// A branch to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedBranch {
    pub name: String,
    /// The index of the branch that it was forked from, and when.
    pub left: Option<(usize, Time)>,
    pub recording: Recording,
    /// How far it was played.
    pub played: Instant,
    pub shown: Instant,
    /// The number of its actions done at the instant that is shown, if not all actions of that very
    /// instant were done.
    pub done: Option<usize>,
    /// The cluster's digest at the instant that is shown, if known.
    pub digest: Option<Digest>,
}

impl From<Bookmark> for Archive {
    fn from(bookmark: Bookmark) -> Self {
        let Bookmark { recording, shown, done, digest, speed } = bookmark;
        let name = letters(0);
        let branch =
            ArchivedBranch { name, left: None, recording, played: shown, shown, done, digest };
        Self { branches: vec![branch], current: 0, speed, playing: false }
    }
}

impl Archive {
    /// Whether a text is meant to be one: it has a recording's first line, of whatever version.
    pub fn is_meant(text: &str) -> bool {
        text.lines().any(|line| line.starts_with("# Kvorum recording"))
    }

    /// Reads a text written by [`Display`](fmt::Display), or a single recording.
    ///
    /// # Errors
    ///
    /// Those of [`Recording::parse`] for each story; [`Unusable::TooLong`] where there are more bytes or
    /// stories than an archive may have; [`Unusable::Damaged`] where its checksum is another, or a story
    /// begins in one that is not there.
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        if text.len() > MOST_BYTES {
            return Err(Unusable::TooLong);
        }
        check_sum(text)?;
        let mut archive =
            Self { branches: Vec::new(), current: 0, speed: Speed::default(), playing: false };
        for (first_line, chunk) in chunks(text) {
            if archive.branches.len() == LIMITS.branches {
                return Err(Unusable::TooLong);
            }
            let recording = Recording::parse(chunk).map_err(|error| error.moved(first_line))?;
            archive.read_branch(recording, chunk).map_err(|error| error.moved(first_line))?;
        }
        let count = archive.branches.len();
        let is_unknown =
            |branch: &ArchivedBranch| branch.left.is_some_and(|(from, _)| from >= count);
        if archive.branches.iter().any(is_unknown) {
            return Err(Unusable::Damaged);
        }
        Ok(archive)
    }

    fn read_branch(&mut self, recording: Recording, chunk: &str) -> Result<(), Unusable> {
        let place = self.branches.len();
        let last = recording.actions.last().map_or(Instant::default(), |last| last.when);
        let mut branch = ArchivedBranch {
            name: letters(place),
            left: None,
            recording,
            played: last,
            shown: last,
            done: None,
            digest: None,
        };
        for (number, line) in chunk.lines().enumerate() {
            let Some(words) = line.strip_prefix("#: ") else { continue };
            let wrong = Unusable::Line(number + 1);
            let (what, rest) = words.split_once(' ').ok_or(wrong.clone())?;
            match what {
                "checksum" => {}
                "story" => branch.name = tidy_name(rest).ok_or(wrong)?,
                "left" => {
                    let [from, at] = numbers(rest).ok_or(wrong.clone())?;
                    branch.left =
                        Some((usize::try_from(from).map_err(|_| wrong)?, Time::from_micros(at)));
                }
                "played" => branch.played = instant(rest).ok_or(wrong)?,
                "shown" => (branch.shown, branch.done) = shown(rest).ok_or(wrong)?,
                "digest" => {
                    branch.digest = Some(Digest(u64::from_str_radix(rest, 16).map_err(|_| wrong)?));
                }
                "speed" => {
                    let (speed, playing) = rest.split_once(' ').ok_or(wrong.clone())?;
                    self.speed = Speed::new(speed.parse().map_err(|_| wrong)?);
                    (self.current, self.playing) = (place, playing == "playing");
                }
                _ => return Err(wrong),
            }
        }
        let far = branch.played.max(branch.shown).max(last);
        if far.events > LIMITS.events || far.at > LIMITS.time {
            return Err(Unusable::TooFar);
        }
        self.branches.push(branch);
        Ok(())
    }
}

/// Checks the checksum, if there is one.
fn check_sum(text: &str) -> Result<(), Unusable> {
    let Some(rest) = text.strip_prefix(VERSION).map(|rest| rest.trim_start_matches(['\r', '\n']))
    else {
        return Ok(());
    };
    let Some((sum, rest)) = rest.strip_prefix(CHECKSUM).and_then(|rest| rest.split_once('\n'))
    else {
        return Ok(());
    };
    // Some editors change line ends, which is harmless.
    let is_right = |text: &str| Digest::of(text.as_bytes()).to_string() == sum.trim();
    if is_right(rest) || is_right(&rest.replace('\r', "")) {
        return Ok(());
    }
    Err(Unusable::Damaged)
}

const CHECKSUM: &str = "#: checksum ";

/// The recordings in a text, each with the number of lines before it.
fn chunks(text: &str) -> Vec<(usize, &str)> {
    let mut starts = vec![(0, 0)];
    let (mut line, mut at) = (0, 0);
    for piece in text.split_inclusive('\n') {
        if at > 0 && piece.trim_end() == VERSION {
            starts.push((line, at));
        }
        line += 1;
        at += piece.len();
    }
    let ends = starts.iter().skip(1).map(|(_, at)| *at).chain([text.len()]);
    starts.iter().zip(ends).map(|((line, at), end)| (*line, &text[*at..end])).collect()
}

fn numbers<const N: usize>(text: &str) -> Option<[u64; N]> {
    let numbers: Option<Vec<u64>> = text.split(' ').map(|word| word.parse().ok()).collect();
    numbers?.try_into().ok()
}

fn instant(text: &str) -> Option<Instant> {
    numbers(text).map(|[events, at]| Instant { events, at: Time::from_micros(at) })
}

/// An instant and, if given, the number of actions done by then.
fn shown(text: &str) -> Option<(Instant, Option<usize>)> {
    let place = match numbers(text) {
        Some([events, at, done]) => {
            let done = usize::try_from(done).ok()?;
            (Instant { events, at: Time::from_micros(at) }, Some(done))
        }
        None => (instant(text)?, None),
    };
    Some(place)
}

impl fmt::Display for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (place, branch) in self.branches.iter().enumerate() {
            if place > 0 {
                writeln!(text, "{VERSION}")?;
            }
            writeln!(text, "#: story {}", branch.name)?;
            if let Some((from, at)) = branch.left {
                writeln!(text, "#: left {from} {}", at.as_micros())?;
            }
            let [played, shown] = [branch.played, branch.shown]
                .map(|Instant { events, at }| format!("{events} {}", at.as_micros()));
            let done = branch.done.map_or(String::new(), |done| format!(" {done}"));
            writeln!(text, "#: played {played}\n#: shown {shown}{done}")?;
            if let Some(digest) = branch.digest {
                writeln!(text, "#: digest {digest}")?;
            }
            if place == self.current {
                let playing = if self.playing { "playing" } else { "paused" };
                writeln!(text, "#: speed {} {playing}", self.speed.get())?;
            }
            let recording = branch.recording.to_string();
            text.push_str(recording.strip_prefix(VERSION).unwrap_or(&recording).trim_start());
        }
        writeln!(f, "{VERSION}\n{CHECKSUM}{}", Digest::of(text.as_bytes()))?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(name: &str, left: Option<(usize, Time)>, lines: &str) -> ArchivedBranch {
        let text = format!("{VERSION}\ncluster 3 seed 9\n{lines}");
        let recording = Recording::parse(&text).unwrap();
        let played = Instant { events: 900, at: Time::from_micros(9_000_000) };
        let shown = Instant { events: 300, at: Time::from_micros(2_500_000) };
        let (name, digest) = (name.to_string(), Some(Digest(77)));
        ArchivedBranch { name, left, recording, played, shown, done: left.map(|_| 1), digest }
    }

    fn archive() -> Archive {
        let branches = vec![
            branch("A", None, "at 1s 100 kill n1\nat 2s 200 set \"# a\" b"),
            branch(
                "what if",
                Some((0, Time::from_micros(1_500_000))),
                "at 1s 100 kill n1\nat 1.5s 150 heal",
            ),
        ];
        Archive { branches, current: 1, speed: Speed::new(200), playing: true }
    }

    #[test]
    fn an_archive_is_read_as_it_was_written_and_is_a_script() {
        let text = archive().to_string();
        assert_eq!(Archive::parse(&text), Ok(archive()));
        let instants = "#: left 0 1500000\n#: played 900 9000000\n#: shown 300 2500000 1\n";
        assert!(text.contains(instants), "in microseconds: {text}");
        assert_eq!(Archive::parse(&text.replace('\n', "\r\n")), Ok(archive()));
        assert!(crate::script::parse_script(&text).is_ok());
    }

    #[test]
    fn a_recording_alone_is_an_archive_of_one_story() {
        let alone = Archive::parse(&archive().branches[0].recording.to_string()).unwrap();
        assert_eq!((alone.branches.len(), alone.branches[0].name.as_str()), (1, "A"));
        assert_eq!(alone.branches[0].shown.events, 200, "shown at its end");
    }

    #[test]
    fn an_archive_that_was_cut_or_changed_is_refused() {
        let text = archive().to_string();
        let whole_lines = text.match_indices('\n').map(|(at, _)| at + 1);
        for at in whole_lines.filter(|at| *at < text.len()).skip(2) {
            assert_eq!(Archive::parse(&text[..at]), Err(Unusable::Damaged), "{at}");
        }
        assert_eq!(Archive::parse(&text.replace("kill n1", "kill n2")), Err(Unusable::Damaged));
        let edited: String = text
            .lines()
            .filter(|line| !line.contains("checksum"))
            .fold(String::new(), |text, line| text + &line.replace("kill n1", "kill n2") + "\n");
        assert!(
            Archive::parse(&edited).is_ok(),
            "without the checksum line the rest may be changed"
        );
        let refused = |from: &str, to: &str| Archive::parse(&edited.replacen(from, to, 1)).err();
        assert_eq!(refused("left 0", "left 7"), Some(Unusable::Damaged));
        assert_eq!(refused("#: shown 300", "#: shown x"), Some(Unusable::Line(4)));
        assert_eq!(refused("#: left 0 ", "#: left 0 1 "), Some(Unusable::Line(11)));
        assert_eq!(refused("#: played 900", "#: played 99999999999"), Some(Unusable::TooFar));
        assert_eq!(
            refused("seed 9", "seed x").map(|error| error.to_string().contains("line 6")),
            Some(true)
        );
        assert_eq!(Archive::parse(&"x".repeat(MOST_BYTES + 1)), Err(Unusable::TooLong));
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(tidy_name("  what\nif  "), Some("what if".to_string()));
        assert_eq!(tidy_name(" \t"), None);
        assert_eq!(tidy_name(&"é".repeat(90)).map(|name| name.chars().count()), Some(40));
    }
}
