//! Charts of a branch over cluster time: requests answered, entries committed, commit latency,
//! elections and leaders.
//!
//! Everything is counted once, when it is played for the first time, in intervals that double their
//! width when there are too many, so an hour costs no more than a second. Nothing of it belongs to
//! a playback: each branch has one tally from its beginning to its end. Where a branch was forked
//! in the middle of an interval, that interval counts from the fork on only, and `covered` says so.

use std::collections::{BTreeMap, VecDeque};

use crate::cluster::{Fact, Fault, What};
use crate::playground::view::NodeNumber;
use crate::raft::{NodeId, Note};
use crate::recording::RunPosition;
use crate::time::{Duration, Time};

/// The initial width of an interval.
const SHORTEST: Duration = Duration::from_millis(10);

/// The maximum number of intervals. Beyond it each two are merged.
const MOST: usize = 128;

/// The maximum number of reigns that are kept.
const REIGNS: usize = 4_096;

/// The maximum number of uncommitted entries that are tracked, and of committed ones.
const FOLLOWED: usize = 4_096;

/// The resolution of latencies: one part in 2 to this power.
const PARTS_LOG2: u32 = 6;

/// A branch over cluster time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charts {
    /// The width of each interval.
    pub width: Duration,
    /// From the beginning to the end of what was played, without gaps; the last one may be shorter.
    pub intervals: Vec<Interval>,
    /// Leaders, in the order in which they were elected.
    pub reigns: Vec<Reign>,
}

/// What happened in an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: Time,
    pub to: Time,
    /// How much of it is counted: not what lies before a fork in the middle of it.
    pub covered: Duration,
    /// Requests that were answered, whatever the answer.
    pub answers: u64,
    /// Entries that were committed.
    pub commits: u64,
    /// Elections that were started.
    pub candidacies: u64,
    /// `None` if no entry was committed that its leader had appended itself.
    pub latency: Option<Latency>,
}

/// Commit latency: from when a leader appended an entry until it knew that the entry is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Rounded up by at most a sixty-fourth.
    pub median: Duration,
    pub worst: Duration,
}

/// The time in which a server was leader of a term, or believed it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reign {
    pub node: NodeNumber,
    pub term: u64,
    pub from: Time,
    /// `None` while it lasts.
    pub to: Option<Time>,
}

impl Charts {
    /// The interval that contains this instant.
    pub fn interval(&self, at: Time) -> Option<&Interval> {
        if self.width == Duration::ZERO {
            return None;
        }
        self.intervals
            .get(place(at, self.width))
            .or(self.intervals.last().filter(|last| last.to == at))
    }

    /// The rate of `count` events in an interval, in thousandths per second; `None` where too
    /// little of it is covered.
    pub fn rate(&self, interval: &Interval, count: u64) -> Option<u64> {
        let covered = interval.covered;
        let is_enough = covered > Duration::ZERO && covered * 2 >= self.width;
        is_enough.then(|| count.saturating_mul(1_000_000_000) / covered.as_micros())
    }

    /// The leader at this instant; of several, the one of the latest term.
    pub fn reign(&self, at: Time) -> Option<&Reign> {
        let lasts = |reign: &&Reign| reign.from <= at && reign.to.is_none_or(|to| at < to);
        self.reigns.iter().filter(lasts).max_by_key(|reign| reign.term)
    }
}

/// Counts while a branch is played.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    width: Duration,
    buckets: Vec<Bucket>,
    reigns: VecDeque<Led>,
    /// Entries that leaders have appended and that are not known to be committed.
    open: VecDeque<Proposal>,
    /// The latest committed entries, and where they were committed; needed for a fork before that.
    closed: VecDeque<(Proposal, RunPosition)>,
    /// The position of the last counted fact.
    last: RunPosition,
}

/// An interval while it is counted.
#[derive(Clone, Debug, Default)]
struct Bucket {
    /// How much of it is not counted.
    missing: Duration,
    answers: u64,
    commits: u64,
    candidacies: u64,
    latencies: Latencies,
}

#[derive(Clone, Copy, Debug)]
struct Led {
    node: NodeId,
    term: u64,
    from: RunPosition,
    to: Option<RunPosition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Proposal {
    leader: NodeId,
    index: u64,
    at: RunPosition,
}

impl Default for Tally {
    fn default() -> Self {
        let last = RunPosition::default();
        let (reigns, open, closed) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { width: SHORTEST, buckets: Vec::new(), reigns, open, closed, last }
    }
}

impl Tally {
    /// Counts a fact, at the position where it was reported.
    pub(crate) fn note(&mut self, at: RunPosition, fact: &Fact) {
        match &fact.what {
            What::Answered { answer, .. } if answer.has_come() => {
                self.bucket(at).answers += 1;
            }
            What::Fault(Fault::Killed { node, .. }) | What::SwitchedOff(node) => {
                self.reign_ends(*node, at);
            }
            What::Server(node, note) => match note {
                Note::StoodForElection { .. } => self.bucket(at).candidacies += 1,
                Note::BecameLeader { term, .. } => self.reign_begins(*node, term.0, at),
                Note::SteppedDown { led: true, .. } => self.reign_ends(*node, at),
                Note::Proposed { position, .. } | Note::ProposedConfig { position, .. } => {
                    let index = position.index.get();
                    push(&mut self.open, Proposal { leader: *node, index, at }, FOLLOWED);
                }
                Note::Committed { last, .. } => self.committed(*node, last.get(), at),
                _ => return,
            },
            _ => return,
        }
        self.last = at;
    }

    /// A copy for a branch that forks at this position.
    pub(crate) fn until(&self, end: RunPosition) -> Self {
        let mut until = self.clone();
        until.forget_after(end);
        until
    }

    fn forget_after(&mut self, end: RunPosition) {
        if self.last <= end {
            return;
        }
        self.last = end;
        let place = self.place(end.instant.at);
        self.buckets.truncate(place + 1);
        if let Some(bucket) = self.buckets.get_mut(place) {
            // The counts before and after the fork can't be separated.
            let missing = end.instant.at.since(begin(place, self.width));
            *bucket = Bucket { missing, ..Bucket::default() };
        }
        self.reigns.retain(|led| led.from <= end);
        for led in &mut self.reigns {
            led.to = led.to.filter(|to| *to <= end);
        }
        let kept = self.closed.partition_point(|(_, closed)| *closed <= end);
        self.open.extend(self.closed.drain(kept..).map(|(proposal, _)| proposal));
        self.open.retain(|proposal| proposal.at <= end);
        self.open.make_contiguous().sort_by_key(|proposal| proposal.at);
        self.reigns.shrink_to_fit();
        self.open.shrink_to_fit();
        self.closed.shrink_to_fit();
    }

    /// The charts, for a branch that was played up to `end`.
    pub(crate) fn charts(&self, end: Time) -> Charts {
        let end = end.max(self.last.instant.at);
        let (mut width, mut wider) = (self.width, None::<Vec<Bucket>>);
        while place(end, width) >= MOST {
            wider = Some(joined(wider.as_deref().unwrap_or(&self.buckets)));
            width = width * 2;
        }
        let buckets = wider.as_deref().unwrap_or(&self.buckets);
        let nothing = Bucket::default();
        let begun = end.as_micros().div_ceil(width.as_micros());
        let count = usize::try_from(begun).unwrap_or(MOST).max(buckets.len());
        let interval = |place: usize| {
            let from = begin(place, width);
            let to = (from + width).min(end).max(from);
            let bucket = buckets.get(place).unwrap_or(&nothing);
            Interval {
                from,
                to,
                covered: to.since(from) - bucket.missing,
                answers: bucket.answers,
                commits: bucket.commits,
                candidacies: bucket.candidacies,
                latency: bucket.latencies.latency(),
            }
        };
        let reign = |led: &Led| Reign {
            node: led.node.0,
            term: led.term,
            from: led.from.instant.at,
            to: led.to.map(|to| to.instant.at),
        };
        let reigns = self.reigns.iter().map(reign).collect();
        Charts { width, intervals: (0..count).map(interval).collect(), reigns }
    }

    fn place(&self, at: Time) -> usize {
        place(at, self.width)
    }

    /// The interval that contains a position.
    fn bucket(&mut self, place: RunPosition) -> &mut Bucket {
        let at = place.instant.at;
        while self.place(at) >= MOST {
            self.buckets = joined(&self.buckets);
            self.width = self.width * 2;
        }
        let place = self.place(at);
        if place >= self.buckets.len() {
            self.buckets.resize_with(place + 1, Bucket::default);
        }
        &mut self.buckets[place]
    }

    fn reign_begins(&mut self, node: NodeId, term: u64, from: RunPosition) {
        self.reign_ends(node, from);
        push(&mut self.reigns, Led { node, term, from, to: None }, REIGNS);
    }

    /// Ends the reign of a server, if it was leader.
    fn reign_ends(&mut self, node: NodeId, at: RunPosition) {
        let lasting = self.reigns.iter_mut().filter(|led| led.node == node && led.to.is_none());
        lasting.for_each(|led| led.to = Some(at));
    }

    /// Counts the entries up to `last` as committed by `leader`. Entries that an earlier leader
    /// appended count too, but have no latency.
    fn committed(&mut self, leader: NodeId, last: u64, at: RunPosition) {
        let mut since: BTreeMap<u64, Option<RunPosition>> = BTreeMap::new();
        let mut still_open = VecDeque::new();
        for proposal in std::mem::take(&mut self.open) {
            if proposal.index > last {
                still_open.push_back(proposal);
                continue;
            }
            let since = since.entry(proposal.index).or_default();
            if proposal.leader == leader {
                *since = Some(proposal.at);
            }
            push(&mut self.closed, (proposal, at), FOLLOWED);
        }
        self.open = still_open;
        let bucket = self.bucket(at);
        bucket.commits += since.len() as u64;
        for since in since.into_values().flatten() {
            bucket.latencies.add(at.instant.at.since(since.instant.at), 1);
        }
    }
}

/// The index of the interval that contains an instant.
fn place(at: Time, width: Duration) -> usize {
    usize::try_from(at.as_micros() / width.as_micros()).unwrap_or(usize::MAX)
}

/// The beginning of an interval.
fn begin(place: usize, width: Duration) -> Time {
    Time::ZERO + width * place as u64
}

/// Merges each two buckets.
fn joined(buckets: &[Bucket]) -> Vec<Bucket> {
    let join = |pair: &[Bucket]| {
        let mut sum = Bucket::default();
        for bucket in pair {
            sum.missing = sum.missing + bucket.missing;
            sum.answers += bucket.answers;
            sum.commits += bucket.commits;
            sum.candidacies += bucket.candidacies;
            let Latencies { classes, worst } = &bucket.latencies;
            classes.iter().for_each(|(class, count)| sum.latencies.add_class(*class, *count));
            sum.latencies.worst = sum.latencies.worst.max(*worst);
        }
        sum
    };
    buckets.chunks(2).map(join).collect()
}

/// Appends to a queue of at most `most` elements; the oldest is dropped.
fn push<T>(queue: &mut VecDeque<T>, new: T, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(new);
}

/// A histogram of latencies. There are equally many classes between any two powers of two, so the
/// median has the same relative error at any magnitude.
#[derive(Clone, Debug, Default)]
struct Latencies {
    /// In ascending order.
    classes: Vec<(u16, u64)>,
    worst: Duration,
}

impl Latencies {
    fn add(&mut self, latency: Duration, count: u64) {
        self.add_class(class(latency), count);
        self.worst = self.worst.max(latency);
    }

    fn add_class(&mut self, class: u16, count: u64) {
        match self.classes.binary_search_by_key(&class, |(class, _)| *class) {
            Ok(place) => self.classes[place].1 += count,
            Err(place) => self.classes.insert(place, (class, count)),
        }
    }

    fn latency(&self) -> Option<Latency> {
        let half = self.classes.iter().map(|(_, count)| count).sum::<u64>().div_ceil(2);
        let mut before = 0;
        let (class, _) = self.classes.iter().find(|(_, count)| {
            before += count;
            before >= half
        })?;
        Some(Latency { median: greatest(*class).min(self.worst), worst: self.worst })
    }
}

/// The class of a latency.
fn class(latency: Duration) -> u16 {
    let latency = latency.as_micros();
    let shift = latency.checked_ilog2().unwrap_or(0).saturating_sub(PARTS_LOG2);
    let class = (u64::from(shift) << PARTS_LOG2) + (latency >> shift);
    // At most 58 * 64 + 127.
    u16::try_from(class).unwrap_or(u16::MAX)
}

/// The greatest latency of a class.
fn greatest(class: u16) -> Duration {
    let parts = 1_u64 << PARTS_LOG2;
    let class = u64::from(class);
    let shift = (class / parts).saturating_sub(1);
    let least = class - shift * parts;
    Duration::from_micros((least << shift) + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests;
