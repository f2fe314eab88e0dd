//! The replicated state machine: a key-value store.
//!
//! [`Store::apply`] is deterministic: the same requests in the same order give the same outcomes
//! and the same [`Store::digest`] on every server. The store knows nothing of logs, terms or
//! servers. Reads do not go through the log; the servers decide who may read when.

mod clients;
mod snapshot;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use clients::{ClientId, Request, Seq, SessionId, Stamp};
pub use snapshot::Damaged;

use crate::digest::{Digest, Digester};
use clients::Sessions;

/// A key: 1 to 256 bytes of UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(Box<str>);

/// A value: up to 64 KiB of UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value(Box<str>);

/// Why a text can't be a key or a value. It is refused before it enters any log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitError {
    /// The key has no characters.
    EmptyKey,
    /// The key has this many bytes, over [`Key::MAX_BYTES`].
    LongKey(usize),
    /// The value has this many bytes, over [`Value::MAX_BYTES`].
    LongValue(usize),
}

impl Key {
    /// The longest key in bytes.
    pub const MAX_BYTES: usize = 256;

    /// Checks `text` as a key.
    ///
    /// # Errors
    ///
    /// [`LimitError::EmptyKey`] where the text is empty, and [`LimitError::LongKey`] where it has more than
    /// [`Key::MAX_BYTES`] bytes.
    pub fn new(text: impl Into<Box<str>>) -> Result<Self, LimitError> {
        let text = text.into();
        match text.len() {
            0 => Err(LimitError::EmptyKey),
            bytes if bytes > Self::MAX_BYTES => Err(LimitError::LongKey(bytes)),
            _ => Ok(Self(text)),
        }
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value {
    /// The longest value in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Checks `text` as a value.
    ///
    /// # Errors
    ///
    /// [`LimitError::LongValue`] where it has more than [`Value::MAX_BYTES`] bytes.
    pub fn new(text: impl Into<Box<str>>) -> Result<Self, LimitError> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(LimitError::LongValue(text.len()));
        }
        Ok(Self(text))
    }

    /// The value's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyKey => write!(f, "a key needs at least one character"),
            Self::LongKey(bytes) => {
                write!(f, "this key has {bytes} bytes; {} are the limit", Key::MAX_BYTES)
            }
            Self::LongValue(bytes) => {
                write!(f, "this value has {bytes} bytes; {} are the limit", Value::MAX_BYTES)
            }
        }
    }
}

impl std::error::Error for LimitError {}

/// A write. Its outcome and the state after it depend only on the state before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Sets `key` to the value.
    Set { key: Key, value: Value },
    /// Deletes `key`.
    Delete { key: Key },
    /// Compare and set: sets `key` to `new` if its value is `old`.
    Cas { key: Key, old: Value, new: Value },
}

impl Command {
    pub fn key(&self) -> &Key {
        match self {
            Self::Set { key, .. } | Self::Delete { key } | Self::Cas { key, .. } => key,
        }
    }
}

/// As the script language writes it.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { key, value } => write!(f, "set {} {}", Word(&key.0), Word(&value.0)),
            Self::Delete { key } => write!(f, "delete {}", Word(&key.0)),
            Self::Cas { key, old, new } => {
                write!(f, "cas {} {} {}", Word(&key.0), Word(&old.0), Word(&new.0))
            }
        }
    }
}

/// A text as the script language writes it: in quotes if it is not a plain word.
pub struct Word<'a>(pub &'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain =
            |c: char| c.is_alphanumeric() || (c.is_ascii_punctuation() && !"\"\\#".contains(c));
        if !self.0.is_empty() && self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// The outcome of a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The key has the value now.
    Written,
    /// The key was deleted.
    Deleted,
    /// There was no such key to delete.
    NotFound,
    /// Compare and set found this value instead of the old one, and changed nothing.
    Mismatch(Option<Value>),
    /// The client has said that it no longer needs the outcome of this request.
    Forgotten,
    /// The client's session has expired: the request may have been executed before, and is not
    /// executed now. Holds the store's time in microseconds; a session opened after that is new.
    Expired(u64),
}

impl Outcome {
    /// Whether it is the outcome of an execution, now or before.
    pub fn tells(&self) -> bool {
        !matches!(self, Self::Forgotten | Self::Expired(_))
    }
}

/// The state machine of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    entries: BTreeMap<Key, Value>,
    sessions: Sessions,
    /// The exclusive or of the entries' digests, updated with every change.
    entries_digest: u64,
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Executes a committed request once: a request that was already executed gets its earlier
    /// outcome (thesis, section 6.3). Returns the outcome, and whether it was executed now.
    pub fn apply(&mut self, request: &Request) -> (Outcome, bool) {
        if let Some(outcome) = self.sessions.outcome(request)
            && request.stamp.once
        {
            return (outcome, false);
        }
        let outcome = self.execute(&request.command);
        self.sessions.record(request, outcome.clone());
        (outcome, true)
    }

    /// The number of client sessions.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    fn execute(&mut self, command: &Command) -> Outcome {
        match command {
            Command::Set { key, value } => {
                self.put(key, value);
                Outcome::Written
            }
            Command::Delete { key } => match self.entries.remove(key) {
                Some(value) => {
                    self.entries_digest ^= entry_digest(key, &value);
                    Outcome::Deleted
                }
                None => Outcome::NotFound,
            },
            Command::Cas { key, old, new } => match self.entries.get(key) {
                Some(value) if value == old => {
                    self.put(key, new);
                    Outcome::Written
                }
                other => Outcome::Mismatch(other.cloned()),
            },
        }
    }

    fn put(&mut self, key: &Key, value: &Value) {
        self.entries_digest ^= entry_digest(key, value);
        if let Some(held) = self.entries.get_mut(key) {
            self.entries_digest ^= entry_digest(key, held);
            *held = value.clone();
        } else {
            self.entries.insert(key.clone(), value.clone());
        }
    }

    /// The value of `key` in this store.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.entries.get(key)
    }

    /// All keys with their values, in the order of the keys.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.entries.iter()
    }

    /// A digest of the entries and the sessions. Servers that applied the same requests have the
    /// same digest.
    pub fn digest(&self) -> Digest {
        Digest(self.entries_digest ^ self.sessions.digest())
    }
}

fn entry_digest(key: &Key, value: &Value) -> u64 {
    Digester::new(1).bytes(key.0.as_bytes()).bytes(value.0.as_bytes()).finish().0
}

#[cfg(test)]
mod tests;
