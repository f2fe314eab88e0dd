//! Snapshots: the store as bytes, and back.
//!
//! A snapshot is a mark with a version, the checksum of the rest, and the store encoded with
//! `postcard`, like log entries. The bytes are untrusted input: a snapshot that is damaged, cut or
//! of another version is refused with a reason.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::clients::Sessions;
use super::{Key, Store, Value, entry_digest};
use crate::digest::Digest;

/// The beginning of every snapshot; the last byte is the version.
const MARK: [u8; 8] = *b"kvorumS\x01";

/// Why bytes are not a snapshot of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damaged {
    /// They do not begin like a snapshot.
    NoSnapshot,
    /// Their version is not supported.
    Version(u8),
    /// The checksum does not match.
    Checksum,
    /// The checksum matches, but the content is not that of a store.
    Content,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSnapshot => write!(f, "this is not a snapshot of a store"),
            Self::Version(version) => {
                write!(f, "this snapshot has version {version}; {} is known here", MARK[7])
            }
            Self::Checksum => write!(f, "this snapshot is damaged: its checksum does not fit"),
            Self::Content => {
                write!(f, "this snapshot is damaged: its content is not that of a store")
            }
        }
    }
}

impl std::error::Error for Damaged {}

/// The content of a snapshot.
#[derive(Serialize, Deserialize)]
struct Content {
    entries: BTreeMap<Key, Value>,
    sessions: Sessions,
}

impl Store {
    /// The store as bytes. `with_sessions` is `false` only when the rule that keeps sessions in
    /// snapshots is off.
    pub fn snapshot(&self, with_sessions: bool) -> Vec<u8> {
        let sessions = if with_sessions { self.sessions.clone() } else { Sessions::default() };
        let content = Content { entries: self.entries.clone(), sessions };
        let content = postcard::to_allocvec(&content).unwrap_or_default();
        let checksum = Digest::of(&content).0.to_le_bytes();
        [&MARK[..], &checksum, &content].concat()
    }

    /// Restores the store from a snapshot's bytes.
    ///
    /// # Errors
    ///
    /// [`Damaged::NoSnapshot`] where the bytes do not begin like a snapshot, [`Damaged::Version`] where they
    /// are of another version, [`Damaged::Checksum`] where they were changed or cut short, and
    /// [`Damaged::Content`] where they hold what no store can.
    pub fn restore(bytes: &[u8]) -> Result<Self, Damaged> {
        let (mark, rest) = bytes.split_first_chunk::<8>().ok_or(Damaged::NoSnapshot)?;
        if mark[..7] != MARK[..7] {
            return Err(Damaged::NoSnapshot);
        }
        if mark[7] != MARK[7] {
            return Err(Damaged::Version(mark[7]));
        }
        let (checksum, content) = rest.split_first_chunk::<8>().ok_or(Damaged::Checksum)?;
        if Digest::of(content).0.to_le_bytes() != *checksum {
            return Err(Damaged::Checksum);
        }
        let content: Content = postcard::from_bytes(content).map_err(|_| Damaged::Content)?;
        let Content { entries, sessions } = content;
        let legal = |(key, value): (&Key, &Value)| {
            Key::new(key.as_str()).is_ok() && Value::new(value.as_str()).is_ok()
        };
        if !entries.iter().all(legal) {
            return Err(Damaged::Content);
        }
        let digests = entries.iter().map(|(key, value)| entry_digest(key, value));
        let entries_digest = digests.fold(0, |sum, digest| sum ^ digest);
        Ok(Self { entries, sessions, entries_digest })
    }
}
