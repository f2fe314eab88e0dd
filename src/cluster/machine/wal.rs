//! The records in which a disk keeps writes: a length, a checksum, and the write by `postcard`.
//!
//! Only what a crash leaves is ever read back, so bytes are made only then. Nothing that is read is
//! trusted: a record that is cut short, damaged or senseless is refused with a reason.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::raft::{
    Config, Data, Entry, Index, NodeId, Payload, Position, Snapshot, Term, Ticket, Write,
};

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There is nothing more.
    End,
    /// They end before the record does.
    CutShort,
    /// They are not those that were written.
    Checksum,
    /// They are whole, but say nothing that could have been written.
    Content,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => write!(f, "there is no record"),
            Self::CutShort => write!(f, "this record is cut short"),
            Self::Checksum => write!(f, "this record is damaged: its checksum does not fit"),
            Self::Content => write!(f, "this record is damaged: nobody could have written it"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// A write in plain numbers.
#[derive(Serialize, Deserialize)]
struct Record {
    ticket: u64,
    current_term: u64,
    voted_for: Option<u32>,
    snapshot: Option<SnapshotRecord>,
    base: Option<(u64, u64)>,
    first: u64,
    entries: Vec<(u64, PayloadRecord)>,
}

#[derive(Serialize, Deserialize)]
struct SnapshotRecord {
    last: (u64, u64),
    config: ConfigRecord,
    data: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct ConfigRecord {
    voters: Vec<u32>,
    outgoing: Vec<u32>,
    learners: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
enum PayloadRecord {
    Noop,
    Command(Vec<u8>),
    Config(ConfigRecord),
}

/// The bytes of a write.
pub(in crate::cluster) fn encode(write: &Write) -> Vec<u8> {
    let position = |position: &Position| (position.term.0, position.index.get());
    let record = Record {
        ticket: write.ticket.0,
        current_term: write.current_term.0,
        voted_for: write.voted_for.map(|id| id.0),
        snapshot: write.snapshot.as_ref().map(|snapshot| SnapshotRecord {
            last: position(&snapshot.about.last),
            config: config_record(&snapshot.about.config),
            data: snapshot.data.as_bytes().to_vec(),
        }),
        base: write.base.as_ref().map(position),
        first: write.first.get(),
        entries: write.entries.iter().map(|entry| (entry.term.0, payload_record(entry))).collect(),
    };
    let content = postcard::to_allocvec(&record).unwrap_or_default();
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&length[..], &Digest::of(&content).0.to_le_bytes(), &content].concat()
}

fn config_record(config: &Config) -> ConfigRecord {
    let numbers = |ids: &[NodeId]| ids.iter().map(|id| id.0).collect();
    ConfigRecord {
        voters: numbers(config.voters()),
        outgoing: numbers(config.outgoing()),
        learners: numbers(config.learners()),
    }
}

fn payload_record(entry: &Entry) -> PayloadRecord {
    match &entry.payload {
        Payload::Noop => PayloadRecord::Noop,
        Payload::Command(data) => PayloadRecord::Command(data.as_bytes().to_vec()),
        Payload::Config(config) => PayloadRecord::Config(config_record(config)),
    }
}

/// The first write in `bytes`, and the bytes after it.
///
/// # Errors
///
/// [`Unreadable::End`] where there are no more bytes. The other errors are what a torn write leaves behind: a
/// record that is cut short, has another checksum, or is no write.
pub fn decode(bytes: &[u8]) -> Result<(Write, &[u8]), Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::End);
    }
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(Unreadable::CutShort)?;
    let (checksum, rest) = rest.split_first_chunk::<8>().ok_or(Unreadable::CutShort)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (content, after) = rest.split_at_checked(length).ok_or(Unreadable::CutShort)?;
    if Digest::of(content).0.to_le_bytes() != *checksum {
        return Err(Unreadable::Checksum);
    }
    let record = postcard::from_bytes(content).map_err(|_| Unreadable::Content)?;
    Ok((write(record).ok_or(Unreadable::Content)?, after))
}

fn write(record: Record) -> Option<Write> {
    let snapshot = match record.snapshot {
        Some(SnapshotRecord { last, config, data }) => {
            Some(Snapshot::new(position(last)?, self::config(config), Data::new(data)))
        }
        None => None,
    };
    let base = match record.base {
        Some(base) => Some(position(base)?),
        None => None,
    };
    let entry = |(term, payload)| {
        let payload = match payload {
            PayloadRecord::Noop => Payload::Noop,
            PayloadRecord::Command(bytes) => Payload::Command(Data::new(bytes)),
            PayloadRecord::Config(record) => Payload::Config(config(record)),
        };
        Entry { term: Term(term), payload }
    };
    Some(Write {
        ticket: Ticket(record.ticket),
        current_term: Term(record.current_term),
        voted_for: record.voted_for.map(NodeId),
        snapshot,
        base,
        first: Index::new(record.first)?,
        entries: record.entries.into_iter().map(entry).collect(),
    })
}

fn position((term, index): (u64, u64)) -> Option<Position> {
    Some(Position { term: Term(term), index: Index::new(index)? })
}

fn config(record: ConfigRecord) -> Config {
    let ids = |numbers: Vec<u32>| numbers.into_iter().map(NodeId);
    Config::with_all(ids(record.voters), ids(record.outgoing), ids(record.learners))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_write() -> Write {
        let at = |term, index| Position { term: Term(term), index: Index::new(index).unwrap() };
        let config = Config::new([NodeId(1), NodeId(2)]).joint_with([NodeId(2), NodeId(3)]);
        let entry = |payload| Entry { term: Term(4), payload };
        Write {
            ticket: Ticket(7),
            current_term: Term(4),
            voted_for: Some(NodeId(2)),
            snapshot: Some(Snapshot::new(at(3, 9), config.clone(), Data::new(*b"bytes"))),
            base: Some(at(2, 5)),
            first: Index::new(10).unwrap(),
            entries: vec![
                entry(Payload::Noop),
                entry(Payload::Command(Data::new(*b"set"))),
                entry(Payload::Config(config.with_learners([NodeId(9)]))),
            ],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = [encode(&a_write()), vec![1, 2, 3]].concat();
        let (write, after) = decode(&bytes).unwrap();
        assert_eq!((write, after), (a_write(), &[1, 2, 3][..]));
        assert_eq!(decode(after), Err(Unreadable::CutShort));
    }

    #[test]
    fn a_record_is_whole_or_refused() {
        let bytes = encode(&a_write());
        assert_eq!(decode(b""), Err(Unreadable::End));
        for length in 1..bytes.len() {
            assert_eq!(decode(&bytes[..length]), Err(Unreadable::CutShort), "{length} bytes");
        }
        for at in 4..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            assert_eq!(decode(&damaged), Err(Unreadable::Checksum), "byte {at}");
        }
        let senseless = [7, 7];
        let record =
            [&2_u32.to_le_bytes()[..], &Digest::of(&senseless).0.to_le_bytes(), &senseless];
        assert_eq!(decode(&record.concat()), Err(Unreadable::Content));
    }
}
