//! Digests: one 64-bit number for a piece of state, the same natively and in WebAssembly.
//!
//! They are XXH64 of `xxhash-rust`, whose result is fixed by a written specification. Numbers are
//! hashed as little-endian 64-bit words, never as `usize`. A digest detects differences; it does
//! not protect against an adversary.

use std::fmt;

use xxhash_rust::xxh64::{Xxh64, xxh64};

/// The digest of a piece of state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(pub u64);

impl Digest {
    /// The digest of `bytes` alone.
    pub fn of(bytes: &[u8]) -> Self {
        Self::default().then(bytes)
    }

    /// The digest of `bytes` following after `self`.
    pub fn then(self, bytes: &[u8]) -> Self {
        Self(xxh64(bytes, self.0))
    }
}

/// As the page shows it: 16 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Builds the digest of something made of several parts.
pub struct Digester(Xxh64);

impl Digester {
    /// An empty digester; `domain` is the seed that separates digests of different kinds.
    pub fn new(domain: u64) -> Self {
        Self(Xxh64::new(domain))
    }

    /// Adds a number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Adds a number that may be missing; a missing one differs from every present one.
    pub fn optional(&mut self, number: Option<u64>) -> &mut Self {
        self.number(u64::from(number.is_some())).number(number.unwrap_or_default())
    }

    /// Adds bytes with their length, so that adjacent fields can't be confused.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
        self
    }

    /// The digest of everything that was added.
    pub fn finish(&self) -> Digest {
        Digest(self.0.digest())
    }
}
