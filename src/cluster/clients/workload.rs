//! The background workload: clients that write and read small keys at a steady pace.

use std::fmt;

use super::client::{Consistency, Operation};
use crate::rng::{Chance, Rng};
use crate::store::{ClientId, Command, Key, LimitError, Value};
use crate::time::Duration;

/// A background workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// How many clients take part.
    pub clients: u32,
    /// Over how many keys.
    pub keys: u32,
    /// How likely an operation is a write.
    pub writes: Chance,
    /// How long each client waits between its operations; one that has no answer yet skips its turn.
    pub every: Duration,
    /// How strong its reads are.
    pub reads: Consistency,
}

const _: () = assert!(
    Workload::MAX_CLIENTS <= ClientId::LAST_OF_WORKLOADS,
    "a workload's clients have no names"
);

impl Workload {
    /// The most clients.
    pub const MAX_CLIENTS: u32 = 100;
    /// The most keys.
    pub const MAX_KEYS: u32 = 1_000;

    /// One operation of one client; `number` makes what it writes unique.
    pub(in crate::cluster) fn operation(
        &self,
        rng: &mut Rng,
        number: u64,
    ) -> Result<Operation, LimitError> {
        let key = Key::new(format!("k{}", rng.range(1..=u64::from(self.keys))))?;
        if rng.happens(self.writes) {
            let value = Value::new(format!("v{number}"))?;
            return Ok(Operation::Write(Command::Set { key, value }));
        }
        Ok(Operation::Read { key, consistency: self.reads })
    }
}

/// As the script language writes it, without the leading `clients`.
impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clients, keys, writes, every, reads } = self;
        write!(f, "{clients} keys {keys} writes {writes} every {every}")?;
        match reads {
            Consistency::Linearizable => Ok(()),
            weaker => write!(f, " reads {}", weaker.name()),
        }
    }
}
