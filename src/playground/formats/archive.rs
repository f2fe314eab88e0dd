//! A whole run to keep: all its stories, which of them was shown, and where, as a text for a file or for
//! the browser's storage.
//!
//! The text is the stories' recordings one after the other, so that `headless run` plays it and people
//! read it; what else belongs to a story stands in lines that begin with `#:`, comments to a script. The
//! first of these holds a checksum of all that follows it. Whoever changes a file by hand takes that line
//! out.

use std::fmt::{self, Write};

use crate::digest::Digest;
use crate::playground::formats::Bookmark;
use crate::playground::history::names::{letters, tidy_name};
use crate::playground::view::Speed;
use crate::recording::{Instant, LIMITS, Recording, Unusable, VERSION};
use crate::time::Time;

/// The longest text that is read, in bytes.
pub const MOST_BYTES: usize = LIMITS.bytes;

/// A run to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    pub stories: Vec<ArchivedBranch>,
    /// The place of the one that is shown.
    pub current: usize,
    pub speed: Speed,
    pub playing: bool,
}

/// A story to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedBranch {
    pub name: String,
    /// The place of the story that it left, and when, in microseconds.
    pub left: Option<(usize, u64)>,
    pub recording: Recording,
    /// How far it was played.
    pub played: Instant,
    pub shown: Instant,
    /// How many of its actions were done at the instant that is shown, where some that came at that very
    /// instant were not.
    pub done: Option<usize>,
    /// What the cluster's digest is at the instant that is shown, if that is known.
    pub digest: Option<Digest>,
}

impl From<Bookmark> for Archive {
    fn from(bookmark: Bookmark) -> Self {
        let Bookmark { recording, shown, done, digest, speed } = bookmark;
        let name = letters(0);
        let story =
            ArchivedBranch { name, left: None, recording, played: shown, shown, done, digest };
        Self { stories: vec![story], current: 0, speed, playing: false }
    }
}

impl Archive {
    /// Reads what [`Display`](fmt::Display) has written, or a recording alone.
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
            Self { stories: Vec::new(), current: 0, speed: Speed::default(), playing: false };
        for (first_line, chunk) in chunks(text) {
            if archive.stories.len() == LIMITS.stories {
                return Err(Unusable::TooLong);
            }
            let recording = Recording::parse(chunk).map_err(|error| error.moved(first_line))?;
            archive.read_story(recording, chunk).map_err(|error| error.moved(first_line))?;
        }
        let count = archive.stories.len();
        let is_unknown = |story: &ArchivedBranch| story.left.is_some_and(|(from, _)| from >= count);
        if archive.stories.iter().any(is_unknown) {
            return Err(Unusable::Damaged);
        }
        Ok(archive)
    }

    fn read_story(&mut self, recording: Recording, chunk: &str) -> Result<(), Unusable> {
        let place = self.stories.len();
        let last = recording.actions.last().map_or(Instant::default(), |last| last.when);
        let mut story = ArchivedBranch {
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
                "story" => story.name = tidy_name(rest).ok_or(wrong)?,
                "left" => {
                    let [from, at] = numbers(rest).ok_or(wrong.clone())?;
                    story.left = Some((usize::try_from(from).map_err(|_| wrong)?, at));
                }
                "played" => story.played = instant(rest).ok_or(wrong)?,
                "shown" => (story.shown, story.done) = shown(rest).ok_or(wrong)?,
                "digest" => {
                    story.digest = Some(Digest(u64::from_str_radix(rest, 16).map_err(|_| wrong)?));
                }
                "speed" => {
                    let (speed, playing) = rest.split_once(' ').ok_or(wrong.clone())?;
                    self.speed = Speed::new(speed.parse().map_err(|_| wrong)?);
                    (self.current, self.playing) = (place, playing == "playing");
                }
                _ => return Err(wrong),
            }
        }
        let far = story.played.max(story.shown).max(last);
        if far.events > LIMITS.events || far.at > LIMITS.time {
            return Err(Unusable::TooFar);
        }
        self.stories.push(story);
        Ok(())
    }
}

/// If there is a checksum, it must be that of what comes after it.
fn check_sum(text: &str) -> Result<(), Unusable> {
    let Some(rest) = text.strip_prefix(VERSION).map(|rest| rest.trim_start_matches(['\r', '\n']))
    else {
        return Ok(());
    };
    let Some((sum, rest)) = rest.strip_prefix(CHECKSUM).and_then(|rest| rest.split_once('\n'))
    else {
        return Ok(());
    };
    // Some editors end lines otherwise; that changes nothing.
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

/// An instant, and how many actions were done by then, if that is said.
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
        for (place, story) in self.stories.iter().enumerate() {
            if place > 0 {
                writeln!(text, "{VERSION}")?;
            }
            writeln!(text, "#: story {}", story.name)?;
            if let Some((from, at)) = story.left {
                writeln!(text, "#: left {from} {at}")?;
            }
            let [played, shown] = [story.played, story.shown]
                .map(|Instant { events, at }| format!("{events} {}", at.as_micros()));
            let done = story.done.map_or(String::new(), |done| format!(" {done}"));
            writeln!(text, "#: played {played}\n#: shown {shown}{done}")?;
            if let Some(digest) = story.digest {
                writeln!(text, "#: digest {digest}")?;
            }
            if place == self.current {
                let playing = if self.playing { "playing" } else { "paused" };
                writeln!(text, "#: speed {} {playing}", self.speed.get())?;
            }
            let recording = story.recording.to_string();
            text.push_str(recording.strip_prefix(VERSION).unwrap_or(&recording).trim_start());
        }
        writeln!(f, "{VERSION}\n{CHECKSUM}{}", Digest::of(text.as_bytes()))?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(name: &str, left: Option<(usize, u64)>, lines: &str) -> ArchivedBranch {
        let text = format!("{VERSION}\ncluster 3 seed 9\n{lines}");
        let recording = Recording::parse(&text).unwrap();
        let played = Instant { events: 900, at: Time::from_micros(9_000_000) };
        let shown = Instant { events: 300, at: Time::from_micros(2_500_000) };
        let (name, digest) = (name.to_string(), Some(Digest(77)));
        ArchivedBranch { name, left, recording, played, shown, done: left.map(|_| 1), digest }
    }

    fn archive() -> Archive {
        let stories = vec![
            story("A", None, "at 1s 100 kill n1\nat 2s 200 set \"# a\" b"),
            story("what if", Some((0, 1_500_000)), "at 1s 100 kill n1\nat 1.5s 150 heal"),
        ];
        Archive { stories, current: 1, speed: Speed::new(200), playing: true }
    }

    #[test]
    fn an_archive_is_read_as_it_was_written_and_is_a_script() {
        let text = archive().to_string();
        assert_eq!(Archive::parse(&text), Ok(archive()));
        assert_eq!(Archive::parse(&text.replace('\n', "\r\n")), Ok(archive()));
        assert!(crate::script::parse_script(&text).is_ok());
    }

    #[test]
    fn a_recording_alone_is_an_archive_of_one_story() {
        let alone = Archive::parse(&archive().stories[0].recording.to_string()).unwrap();
        assert_eq!((alone.stories.len(), alone.stories[0].name.as_str()), (1, "A"));
        assert_eq!(alone.stories[0].shown.events, 200, "it is shown at its end");
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
        assert!(Archive::parse(&edited).is_ok(), "whoever takes the line out may change the rest");
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
