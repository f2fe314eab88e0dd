//! Links: a branch of a run in the fragment of a URL, with the instant and the speed at which it
//! was shared.
//!
//! The fragment holds a version mark and the recording's actions as text, with times relative to
//! the action before, compressed (`miniz_oxide`) and in the URL-safe alphabet (`base64ct`). Links
//! are untrusted input: a link that is cut, altered, too long or of another version is refused with
//! a reason, and decompression is bounded.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::cluster::ClusterConfig;
use crate::digest::Digest;
use crate::playground::view::Speed;
use crate::recording::{Instant, LIMITS, Recording, Timed};
use crate::script::{Command, parse_line};
use crate::time::{Duration, Time};

/// A recording and the instant that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    pub recording: Recording,
    pub shown: Instant,
    /// The number of its actions done by then, if not all actions of that very instant were done.
    pub done: Option<usize>,
    /// The cluster's digest at that instant; old links have none.
    pub digest: Option<Digest>,
    pub speed: Speed,
}

/// The beginning of a link's fragment.
pub const MARK: &str = "run=";

/// The version of links; it follows the mark.
const VERSION: &str = "1";

/// Why a text can't be opened as a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLink {
    /// It has no mark.
    NoLink,
    /// Its version is not supported.
    Version(String),
    /// It is longer than any link that is made here, or unpacks to more.
    TooLong,
    /// A part is missing or was changed.
    Damaged,
    /// This line, counted from 1, is not an action.
    Line(usize),
    /// It goes beyond the limits of a run.
    TooFar,
}

impl fmt::Display for BadLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLink => write!(f, "this is not a link to a run"),
            Self::Version(version) => {
                write!(f, "this link has version {version}; {VERSION} is known here")
            }
            Self::TooLong => write!(f, "this link is longer than any run"),
            Self::Damaged => {
                write!(f, "this link is damaged: some of it is missing or was changed")
            }
            Self::Line(line) => {
                write!(f, "this link is damaged: line {line} is not an action")
            }
            Self::TooFar => write!(f, "this link goes beyond the limits of a run"),
        }
    }
}

impl std::error::Error for BadLink {}

impl Bookmark {
    /// The fragment of a URL, without the `#`.
    pub fn to_fragment(&self) -> String {
        let text = self.to_text();
        let checksum = Digest::of(text.as_bytes()).0.to_le_bytes();
        let packed = compress_to_vec(text.as_bytes(), 9);
        let bytes = [&checksum[..4], &packed].concat();
        format!("{MARK}{VERSION}.{}", Base64UrlUnpadded::encode_string(&bytes))
    }

    /// Reads a link, or only its fragment.
    ///
    /// # Errors
    ///
    /// [`BadLink::NoLink`] where the text holds none, [`BadLink::Version`] where it is of another version,
    /// [`BadLink::TooLong`] where it holds more than a link may, and [`BadLink::Damaged`] where it was cut or
    /// changed, or what it holds is no run.
    pub fn parse(link: &str) -> Result<Self, BadLink> {
        let start = link.find(MARK).ok_or(BadLink::NoLink)? + MARK.len();
        if link.len() - start > LIMITS.link {
            return Err(BadLink::TooLong);
        }
        let (version, rest) = link[start..].trim().split_once('.').ok_or(BadLink::Damaged)?;
        if version != VERSION {
            return Err(BadLink::Version(version.chars().take(12).collect()));
        }
        let bytes = Base64UrlUnpadded::decode_vec(rest).map_err(|_| BadLink::Damaged)?;
        let (checksum, packed) = bytes.split_first_chunk::<4>().ok_or(BadLink::Damaged)?;
        let text =
            decompress_to_vec_with_limit(packed, LIMITS.branch_bytes).map_err(
                |error| match error.status {
                    miniz_oxide::inflate::TINFLStatus::HasMoreOutput => BadLink::TooLong,
                    _ => BadLink::Damaged,
                },
            )?;
        if Digest::of(&text).0.to_le_bytes()[..4] != checksum[..] {
            return Err(BadLink::Damaged);
        }
        Self::from_text(&String::from_utf8(text).map_err(|_| BadLink::Damaged)?)
    }

    /// The first line is `nodes seed events micros speed`, with the instant and the speed at which
    /// it was shared, then the digest there, and the number of actions done if that is needed. Each
    /// further line is an action, after the number of events and microseconds since the one before.
    fn to_text(&self) -> String {
        let ClusterConfig { nodes, seed } = self.recording.cluster_config;
        let Instant { events, at } = self.shown;
        let mut text = format!("{nodes} {seed} {events} {} {}", at.as_micros(), self.speed.get());
        if let Some(Digest(digest)) = self.digest {
            text.push_str(&format!(" {digest}"));
            // Most links don't need it.
            text.extend(self.done.map(|done| format!(" {done}")));
        }
        let mut last = Instant::default();
        for Timed { when, action } in &self.recording.actions {
            let (events, micros) = (when.events - last.events, when.at.since(last.at).as_micros());
            text.push_str(&format!("\n{events} {micros} {action}"));
            last = *when;
        }
        text
    }

    fn from_text(text: &str) -> Result<Self, BadLink> {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let numbers: Option<Vec<u64>> = first.split(' ').map(|word| word.parse().ok()).collect();
        let numbers = numbers.ok_or(BadLink::Line(1))?;
        let Some((&[nodes, seed, events, micros, speed], rest)) = numbers.split_first_chunk::<5>()
        else {
            return Err(BadLink::Line(1));
        };
        let (digest, done) = match rest {
            [] => (None, None),
            [digest] => (Some(Digest(*digest)), None),
            [digest, done] => (Some(Digest(*digest)), usize::try_from(*done).ok()),
            _ => return Err(BadLink::Line(1)),
        };
        let nodes = u32::try_from(nodes).map_err(|_| BadLink::Line(1))?;
        if nodes == 0 || nodes as usize > crate::cluster::MAX_NODES {
            return Err(BadLink::Line(1));
        }
        let mut when = Instant::default();
        let mut actions = Vec::new();
        for (at, line) in lines.enumerate() {
            if actions.len() == LIMITS.actions {
                return Err(BadLink::TooLong);
            }
            let timed = read_line(line, when).ok_or(BadLink::Line(at + 2))?;
            when = timed.when;
            actions.push(timed);
        }
        let shown = Instant { events, at: Time::from_micros(micros) };
        let (events, at) = (shown.events.max(when.events), shown.at.max(when.at));
        if events > LIMITS.events || at > LIMITS.time {
            return Err(BadLink::TooFar);
        }
        let speed = Speed::new(u32::try_from(speed).unwrap_or(u32::MAX));
        Ok(Self {
            recording: Recording { cluster_config: ClusterConfig { nodes, seed }, actions },
            shown,
            done,
            digest,
            speed,
        })
    }
}

fn read_line(line: &str, last: Instant) -> Option<Timed> {
    let mut words = line.splitn(3, ' ');
    let events = last.events.checked_add(words.next()?.parse().ok()?)?;
    let at = last.at + Duration::from_micros(words.next()?.parse().ok()?);
    match parse_line(words.next()?) {
        Ok(Some(Command::Act { action, background: false })) => {
            Some(Timed { when: Instant { events, at }, action })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bookmark(lines: &[(u64, u64, &str)]) -> Bookmark {
        let timed = |(events, micros, line): &(u64, u64, &str)| {
            let when = Instant { events: *events, at: Time::from_micros(*micros) };
            let Ok(Some(Command::Act { action, .. })) = parse_line(line) else { panic!("{line}") };
            Timed { when, action }
        };
        Bookmark {
            recording: Recording {
                cluster_config: ClusterConfig { nodes: 5, seed: 42 },
                actions: lines.iter().map(timed).collect(),
            },
            shown: Instant { events: 900, at: Time::from_micros(9_000_000) },
            done: None,
            digest: Some(Digest(u64::MAX)),
            speed: Speed::new(200),
        }
    }

    #[test]
    fn a_link_holds_the_run() {
        let bookmark = bookmark(&[
            (3, 70, "kill n1"),
            (3, 70, "set \"a b\" ü via n2"),
            (500, 8_000_000, "heal"),
        ]);
        let fragment = bookmark.to_fragment();
        assert_eq!(Bookmark::parse(&fragment).as_ref(), Ok(&bookmark));
        let link = format!("http://localhost:8080/?seed=3#{fragment}");
        assert_eq!(Bookmark::parse(&link), Ok(bookmark));
        assert!(
            fragment.chars().all(|c| c.is_ascii_alphanumeric() || "=._-".contains(c)),
            "{fragment}"
        );
    }

    /// A link of version 1 must stay readable for ever.
    #[test]
    fn a_link_of_version_1_opens() {
        let kept = include_str!("../../../tests/recorded/link-1.txt");
        let bookmark = Bookmark::parse(kept).unwrap();
        assert_eq!(bookmark.recording.actions.len(), 3);
        assert_eq!(bookmark.recording.cluster_config, ClusterConfig { nodes: 5, seed: 42 });
    }

    #[test]
    fn a_link_that_was_damaged_is_refused() {
        let whole = bookmark(&[(3, 70, "kill n1"), (90, 700, "set color blue")]).to_fragment();
        assert_eq!(Bookmark::parse("https://example.org/#top"), Err(BadLink::NoLink));
        assert_eq!(Bookmark::parse("#run=1"), Err(BadLink::Damaged));
        let other = whole.replacen("1.", "7.", 1);
        assert_eq!(Bookmark::parse(&other), Err(BadLink::Version("7".to_string())));
        for length in MARK.len() + 2..whole.len() {
            assert!(Bookmark::parse(&whole[..length]).is_err(), "{length} characters");
        }
        for at in MARK.len() + 2..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            let same = Bookmark::parse(&altered).ok();
            assert!(same.is_none() || same == Bookmark::parse(&whole).ok(), "character {at}");
        }
        assert_eq!(
            Bookmark::parse(&format!("run=1.{}", "A".repeat(LIMITS.link))),
            Err(BadLink::TooLong)
        );
    }

    /// It is small when packed and larger than any run when unpacked; decompression stops early.
    #[test]
    fn a_decompression_bomb_is_refused() {
        let packed = compress_to_vec(&vec![b'1'; 3 * LIMITS.branch_bytes], 9);
        let bytes = [&[0; 4][..], &packed].concat();
        let link = format!("run=1.{}", Base64UrlUnpadded::encode_string(&bytes));
        assert_eq!(Bookmark::parse(&link), Err(BadLink::TooLong));
    }

    #[test]
    fn a_link_that_leads_too_far_is_refused() {
        let far = Instant { events: LIMITS.events + 1, at: Time::ZERO };
        let link = Bookmark { shown: far, ..bookmark(&[]) }.to_fragment();
        assert_eq!(Bookmark::parse(&link), Err(BadLink::TooFar));
        let late = bookmark(&[(1, 90_000_000_000, "heal")]);
        assert_eq!(Bookmark::parse(&late.to_fragment()), Err(BadLink::TooFar));
    }
}
