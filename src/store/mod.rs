//! The replicated state machine: a key-value store.
//!
//! [`Store::apply`] is deterministic: the same requests in the same order give the same outcomes and
//! the same [`Store::digest`] on every server. It knows nothing of logs, terms or servers. Reading
//! does not go through the log; who may read when is the servers' business.

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

/// Why a text cannot be a key or a value. Refused before it enters any log.
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

    /// `text` as a key, if it is within the limits.
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

    /// `text` as a value, if it is within the limit.
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

/// A write. Its result may depend on the state; the state after it depends on nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Gives `key` the value.
    Set { key: Key, value: Value },
    /// Takes `key` away.
    Delete { key: Key },
    /// Compare and set: gives `key` the `new` value if it has the `old` one.
    Cas { key: Key, old: Value, new: Value },
}

impl Command {
    /// The key that the command is about.
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

/// A text as the script language writes it: in quotes where it is not a plain word.
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

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The key has the value now.
    Written,
    /// The key is gone.
    Deleted,
    /// There was no such key to delete.
    NotFound,
    /// Compare and set found this instead of the old value, and changed nothing.
    Mismatch(Option<Value>),
    /// The client has already said that it knows the outcome of this request.
    Forgotten,
    /// The client's session has expired: it may have been executed before, and is not executed now. This
    /// is the store's time, in microseconds: a session that was opened now would be new.
    Expired(u64),
}

impl Outcome {
    /// Whether it tells what the command did: it was executed, now or before.
    pub fn tells(&self) -> bool {
        !matches!(self, Self::Forgotten | Self::Expired(_))
    }
}

/// The state machine of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    entries: BTreeMap<Key, Value>,
    sessions: Sessions,
    /// The sum (exclusive or) of the entries' digests, kept up as they change.
    entries_digest: u64,
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Executes a request that the cluster has agreed on, once: a request that was already executed
    /// gets the outcome it had then (thesis, section 6.3). The outcome, and whether it was executed now.
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

    /// How many client sessions it remembers.
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

    /// The value of `key` in this store, as it stands.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.entries.get(key)
    }

    /// All keys with their values, in the order of the keys.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.entries.iter()
    }

    /// One number for the entries and the sessions: servers that applied the same requests have the
    /// same.
    pub fn digest(&self) -> Digest {
        Digest(self.entries_digest ^ self.sessions.digest())
    }
}

fn entry_digest(key: &Key, value: &Value) -> u64 {
    Digester::new(1).bytes(key.0.as_bytes()).bytes(value.0.as_bytes()).finish().0
}

#[cfg(test)]
mod tests;
