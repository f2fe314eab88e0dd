//! The clients' operations of the recent past, and a linearization of them.
//!
//! It belongs to a playback, so seeking an instant restores it. It holds a bounded number of call
//! events, and the judge's state before the first of them: the possible states of each key.
//! Linearizations are searched for only on request.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::check::{Linearizability, Run, conflict};
use crate::cluster::{Answer, CallEvent, Operation, RequestId};
use crate::playground::view::MessageEnd;
use crate::playground::view::RunId;
use crate::store::{ClientId, Command, Key, Outcome};
use crate::time::{Duration, Time};

/// The number of call events after which a stretch ends.
const STRETCH: usize = 160;

/// A value that differs whenever the operations do, apart from the current time: clients' calls,
/// the jump counter, the run.
pub type Version = (u64, u64, RunId);

/// The kept operations of the clients, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Operations that ended before this time are not included.
    pub since: Time,
    /// In the order of the keys.
    pub keys: Vec<KeyHistory>,
}

/// The operations on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHistory {
    pub key: String,
    /// In the order in which they were invoked.
    pub bars: Vec<Bar>,
    /// The number of rows needed so that no bar covers another.
    pub rows: usize,
    pub standing: OperationStatus,
}

/// Whether the operations on a key can be linearized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationStatus {
    /// They can: the order as indexes of bars, without pending operations that need not have taken
    /// effect.
    Ordered(Vec<usize>),
    /// They cannot. `bars` is a minimal set of operations without an order, of those that are
    /// shown; `others` is an order of all others. Both are indexes of bars.
    Contradictory { bars: Vec<usize>, others: Vec<usize> },
    /// Too many operations were pending at the same time to try all orders.
    Undecided,
}

/// An operation of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub id: u64,
    pub client: MessageEnd,
    /// As the script language writes it: `set color blue`.
    pub operation: String,
    /// What it did, without its key: `set blue`, `get → blue`, `get …`.
    pub label: String,
    pub began: Time,
    /// `None` while it is pending.
    pub ended: Option<Time>,
    /// The answer to its client, or that the client gave up.
    pub answer: Option<String>,
    /// Whether the client can't know if it took effect: it may at any time after its invocation.
    pub is_unknown: bool,
    /// Whether it must have a place in the order: a read with weaker consistency need not.
    pub is_judged: bool,
    pub is_write: bool,
    pub row: usize,
    /// If it is in the order: an instant at which it could have taken effect.
    pub effect: Option<Time>,
}

/// The kept call events of clients: the last stretch and the one before.
#[derive(Clone, Debug, Default)]
pub(crate) struct OperationHistory {
    earlier: Stretch,
    last: Stretch,
    /// The number of call events in all.
    count: u64,
}

/// Consecutive call events.
#[derive(Clone, Debug, Default)]
struct Stretch {
    calls: Vec<Rc<Call>>,
    /// The judge's state before the first call, and the invocations that were pending then.
    before: Rc<Linearizability>,
    under_way: Vec<Rc<Call>>,
    since: Time,
}

/// A call event and its time.
#[derive(Debug)]
struct Call {
    at: Time,
    event: CallEvent,
}

impl Call {
    fn id(&self) -> RequestId {
        match &self.event {
            CallEvent::Began { id, .. } | CallEvent::Ended { id, .. } => *id,
        }
    }

    fn is_beginning(&self) -> bool {
        matches!(self.event, CallEvent::Began { .. })
    }
}

impl Stretch {
    /// An empty stretch that begins now, after `before`.
    fn after(before: &Self, run: &Run) -> Self {
        let ended = before.calls.iter().filter(|call| !call.is_beginning());
        let ended: BTreeSet<RequestId> = ended.map(|call| call.id()).collect();
        let known = before.under_way.iter().chain(&before.calls);
        let under_way = known.filter(|call| call.is_beginning() && !ended.contains(&call.id()));
        Self {
            calls: Vec::new(),
            before: Rc::new(run.linearizability().clone()),
            under_way: under_way.cloned().collect(),
            since: run.cluster().now(),
        }
    }
}

impl OperationHistory {
    /// Adds the call events of the last event or action, which the judge has seen.
    pub(crate) fn happened(&mut self, run: &Run) {
        let at = run.cluster().now();
        for event in run.cluster().calls() {
            self.last.calls.push(Rc::new(Call { at, event: event.clone() }));
            self.count += 1;
        }
        if self.last.calls.len() >= STRETCH {
            let next = Stretch::after(&self.last, run);
            self.earlier = std::mem::replace(&mut self.last, next);
        }
    }

    /// Increases with every call event.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The kept call events, the earliest first.
    fn calls(&self) -> impl Iterator<Item = &Rc<Call>> {
        self.earlier.calls.iter().chain(&self.last.calls)
    }

    /// All kept operations, with their orders.
    pub(crate) fn operations(&self, now: Time) -> Operations {
        let mut histories: BTreeMap<&Key, Vec<Bar>> = BTreeMap::new();
        let mut key_of: BTreeMap<RequestId, &Key> = BTreeMap::new();
        for call in self.earlier.under_way.iter().chain(self.calls()) {
            match &call.event {
                CallEvent::Began { id, client, operation } => {
                    let Some(key) = operation.key() else { continue };
                    key_of.insert(*id, key);
                    histories.entry(key).or_default().push(bar(*id, *client, operation, call.at));
                }
                CallEvent::Ended { id, answer, .. } => {
                    let bars = key_of.get(id).and_then(|key| histories.get_mut(key));
                    let bars = bars.into_iter().flatten();
                    bars.filter(|bar| bar.id == id.0).for_each(|bar| bar.end(answer, call.at));
                }
            }
        }
        let found = self.judged();
        let keys = histories.into_iter().map(|(key, mut bars)| {
            bars.sort_by_key(|bar| (bar.began, bar.id));
            let rows = set_in_rows(&mut bars, now);
            let standing = found.standing(key, &bars);
            let order = match &standing {
                OperationStatus::Ordered(order)
                | OperationStatus::Contradictory { others: order, .. } => order,
                OperationStatus::Undecided => &Vec::new(),
            };
            set_effects(&mut bars, order, now);
            KeyHistory { key: key.to_string(), bars, rows, standing }
        });
        Operations { since: self.earlier.since, keys: keys.collect() }
    }

    /// Searches for orders, and for the conflicting operations where there is none.
    fn judged(&self) -> Found {
        let mut judge = self.earlier.before.with_orders();
        let mut found = Found::default();
        for (place, call) in self.calls().enumerate() {
            match &call.event {
                CallEvent::Began { id, operation, .. } => judge.began(*id, operation),
                CallEvent::Ended { id, answer, .. } => {
                    if let Err(key) = judge.ended(*id, answer) {
                        let until_here = self.calls().take(place + 1);
                        let events: Vec<CallEvent> =
                            until_here.map(|call| call.event.clone()).collect();
                        let without_order = || conflict(&self.earlier.before, &events, &key);
                        found.contradictory.entry(key.clone()).or_insert_with(without_order);
                    }
                }
            }
        }
        found.orders = judge.orders().map(|(key, order)| (key.clone(), order)).collect();
        found
    }
}

/// The result of the search for each key.
#[derive(Default)]
struct Found {
    orders: BTreeMap<Key, Option<Vec<RequestId>>>,
    contradictory: BTreeMap<Key, BTreeSet<RequestId>>,
}

impl Found {
    /// The result for one key, as indexes of its bars.
    fn standing(&self, key: &Key, bars: &[Bar]) -> OperationStatus {
        let place = |id: &RequestId| bars.iter().position(|bar| bar.id == id.0);
        let order = match self.orders.get(key) {
            Some(Some(order)) => order.iter().filter_map(place).collect(),
            Some(None) if !self.contradictory.contains_key(key) => {
                return OperationStatus::Undecided;
            }
            Some(None) | None => Vec::new(),
        };
        match self.contradictory.get(key) {
            Some(ids) => {
                let bars = ids.iter().filter_map(place).collect();
                OperationStatus::Contradictory { bars, others: order }
            }
            None => OperationStatus::Ordered(order),
        }
    }
}

fn bar(id: RequestId, client: ClientId, operation: &Operation, at: Time) -> Bar {
    let label = match operation {
        Operation::Read { .. } => "get …".to_string(),
        Operation::Write(Command::Set { value, .. }) => format!("set {value}"),
        Operation::Write(Command::Delete { .. }) => "delete".to_string(),
        Operation::Write(Command::Cas { old, new, .. }) => format!("cas {old} {new}"),
        Operation::Change(_) => operation.to_string(),
    };
    Bar {
        id: id.0,
        client: client.into(),
        operation: operation.to_string(),
        label,
        began: at,
        ended: None,
        answer: None,
        is_unknown: false,
        is_judged: operation.ordered_key().is_some(),
        is_write: matches!(operation, Operation::Write(_)),
        row: 0,
        effect: None,
    }
}

impl Bar {
    fn end(&mut self, answer: &Answer, at: Time) {
        self.ended = Some(at);
        self.answer = Some(answer.to_string());
        let is_lost = matches!(answer, Answer::Outcome(Outcome::Expired(_) | Outcome::Forgotten));
        self.is_unknown = is_lost || !answer.has_come();
        self.label = match answer {
            _ if self.is_unknown => format!("{} ?", self.label.trim_end_matches(" …")),
            Answer::Value(Some(value)) => format!("get → {value}"),
            Answer::Value(None) => "get → nothing".to_string(),
            Answer::Outcome(Outcome::Mismatch(_) | Outcome::NotFound) => {
                format!("{} ✕", self.label)
            }
            _ => std::mem::take(&mut self.label),
        };
    }

    /// The latest time at which it could have taken effect.
    fn open_until(&self, now: Time) -> Time {
        self.ended.filter(|_| !self.is_unknown).unwrap_or(now)
    }
}

/// Puts each bar into the first row that is free when it begins. Returns the number of rows.
fn set_in_rows(bars: &mut [Bar], now: Time) -> usize {
    let mut free_from: Vec<Time> = Vec::new();
    for bar in bars {
        let until = bar.ended.unwrap_or(now) + Duration::from_micros(1);
        bar.row = free_from.iter().position(|free| *free <= bar.began).unwrap_or(free_from.len());
        match free_from.get_mut(bar.row) {
            Some(free) => *free = until,
            None => free_from.push(until),
        }
    }
    free_from.len()
}

/// Gives each operation of an order an instant at which it could have taken effect: between its
/// invocation and its end, in ascending order.
fn set_effects(bars: &mut [Bar], order: &[usize], now: Time) {
    let mut latest: Vec<Time> = order.iter().map(|place| bars[*place].open_until(now)).collect();
    for place in (1..latest.len()).rev() {
        latest[place - 1] = latest[place - 1].min(latest[place]);
    }
    let mut before = Time::ZERO;
    for (place, latest_here) in latest.iter().enumerate() {
        let earliest = bars[order[place]].began.max(before);
        // Leave room for later operations with the same deadline.
        let soon = order[place..].iter().take_while(|later| bars[**later].began <= *latest_here);
        let room = latest_here.since(earliest);
        before = earliest + room / (soon.count() as u64 + 1);
        bars[order[place]].effect = Some(before);
    }
}

#[cfg(test)]
mod tests;
