//! What a story amounts to over cluster time: how much was answered and committed, how long a commit took,
//! who stood for election and who led.
//!
//! Counted once, when something is played for the first time, in intervals that double their width when
//! there are too many, so that an hour costs no more than a second. Nothing of it belongs to a playback:
//! there is one tally for each story, from its beginning to its end. Where a story leaves another in the
//! midst of an interval, that interval counts from there on only, and says so by what it does not cover.

use std::collections::{BTreeMap, VecDeque};

use crate::cluster::{Answer, Fact, Fault, What};
use crate::playground::view::NodeNumber;
use crate::playground::view::micros;
use crate::raft::{NodeId, Note};
use crate::recording::RunPosition;

/// The width of an interval at first, in microseconds.
const SHORTEST: u64 = 10_000;

/// How many intervals are kept; with more, each two become one.
const MOST: usize = 128;

/// How many reigns are kept.
const REIGNS: usize = 4_096;

/// How many entries are followed on their way to being committed, and how many of those that were.
const FOLLOWED: usize = 4_096;

/// How finely latencies are told apart: to one part in so many.
const PARTS_LOG2: u32 = 6;

/// A story over cluster time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charts {
    /// How wide each interval is, in microseconds.
    pub width: u64,
    /// From the beginning to the end of what was played, without gaps; the last may be shorter.
    pub intervals: Vec<Interval>,
    /// Who led, in the order in which they began.
    pub reigns: Vec<Reign>,
}

/// What happened in an interval. Times are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: u64,
    pub to: u64,
    /// How much of it is counted: not what was before another story was left in its midst.
    pub covered: u64,
    /// Requests that were answered, whatever the answer was.
    pub answers: u64,
    /// Entries that were committed.
    pub commits: u64,
    /// How often a server stood for election.
    pub candidacies: u64,
    /// `None` where nothing was committed that its leader had appended.
    pub latency: Option<Latency>,
}

/// How long it took from when a leader appended an entry until it knew that it is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Rounded up by at most a sixty-fourth.
    pub median: u64,
    pub worst: u64,
}

/// A server led a term, or believed that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reign {
    pub node: NodeNumber,
    pub term: u64,
    pub from: u64,
    /// `None` while it lasts.
    pub to: Option<u64>,
}

impl Charts {
    /// The interval that this instant is in.
    pub fn interval(&self, at: u64) -> Option<&Interval> {
        let place = usize::try_from(at.checked_div(self.width)?).ok()?;
        self.intervals.get(place).or(self.intervals.last().filter(|last| last.to == at))
    }

    /// So many in an interval, as thousandths in a second; `None` where too little of it is counted to say.
    pub fn rate(&self, interval: &Interval, count: u64) -> Option<u64> {
        let is_enough = interval.covered > 0 && interval.covered * 2 >= self.width;
        is_enough.then(|| count.saturating_mul(1_000_000_000) / interval.covered)
    }

    /// Who led at this instant; where several believed it, the one of the latest term.
    pub fn reign(&self, at: u64) -> Option<&Reign> {
        let lasts = |reign: &&Reign| reign.from <= at && reign.to.is_none_or(|to| at < to);
        self.reigns.iter().filter(lasts).max_by_key(|reign| reign.term)
    }
}

/// Counts as a story is played.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    width: u64,
    buckets: Vec<Bucket>,
    reigns: VecDeque<Led>,
    /// Entries that leaders have appended and that are not yet known to be committed.
    open: VecDeque<Proposal>,
    /// The latest of those that are, and since when; for a story that leaves this one before.
    closed: VecDeque<(Proposal, RunPosition)>,
    /// Where something was counted last.
    last: RunPosition,
}

/// An interval while it is counted.
#[derive(Clone, Debug, Default)]
struct Bucket {
    /// How much of it is not counted.
    missing: u64,
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
    /// Takes a fact in, and where it was told.
    pub(crate) fn note(&mut self, at: RunPosition, fact: &Fact) {
        match &fact.what {
            What::Answered { answer, .. } if *answer != Answer::Unknown => {
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

    /// Another story begins after this place: what it has of this one.
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
        let place = self.place(micros(end.instant.at));
        self.buckets.truncate(place + 1);
        if let Some(bucket) = self.buckets.get_mut(place) {
            // What of it came before can't be told from what came after.
            *bucket = Bucket { missing: micros(end.instant.at) % self.width, ..Bucket::default() };
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

    /// All of it, for a story that was played up to `end`.
    pub(crate) fn charts(&self, end: u64) -> Charts {
        let end = end.max(micros(self.last.instant.at));
        let (mut width, mut wider) = (self.width, None::<Vec<Bucket>>);
        while place(end, width) >= MOST {
            wider = Some(joined(wider.as_deref().unwrap_or(&self.buckets)));
            width *= 2;
        }
        let buckets = wider.as_deref().unwrap_or(&self.buckets);
        let nothing = Bucket::default();
        let count = usize::try_from(end.div_ceil(width)).unwrap_or(MOST).max(buckets.len());
        let interval = |place: usize| {
            let from = place as u64 * width;
            let to = (from + width).min(end).max(from);
            let bucket = buckets.get(place).unwrap_or(&nothing);
            Interval {
                from,
                to,
                covered: (to - from).saturating_sub(bucket.missing),
                answers: bucket.answers,
                commits: bucket.commits,
                candidacies: bucket.candidacies,
                latency: bucket.latencies.latency(),
            }
        };
        let reign = |led: &Led| Reign {
            node: led.node.0,
            term: led.term,
            from: micros(led.from.instant.at),
            to: led.to.map(|to| micros(to.instant.at)),
        };
        let reigns = self.reigns.iter().map(reign).collect();
        Charts { width, intervals: (0..count).map(interval).collect(), reigns }
    }

    fn place(&self, at: u64) -> usize {
        place(at, self.width)
    }

    /// The interval of a place.
    fn bucket(&mut self, place: RunPosition) -> &mut Bucket {
        let at = micros(place.instant.at);
        while self.place(at) >= MOST {
            self.buckets = joined(&self.buckets);
            self.width *= 2;
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

    /// The server leads no longer, if it did.
    fn reign_ends(&mut self, node: NodeId, at: RunPosition) {
        let lasting = self.reigns.iter_mut().filter(|led| led.node == node && led.to.is_none());
        lasting.for_each(|led| led.to = Some(at));
    }

    /// Entries up to `last` are committed, as their leader knows now. What an earlier leader had appended
    /// counts too, but took no time that could be told.
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
            bucket.latencies.add(at.instant.at.since(since.instant.at).as_micros(), 1);
        }
    }
}

fn place(at: u64, width: u64) -> usize {
    usize::try_from(at / width).unwrap_or(usize::MAX)
}

/// Each two as one.
fn joined(buckets: &[Bucket]) -> Vec<Bucket> {
    let join = |pair: &[Bucket]| {
        let mut sum = Bucket::default();
        for bucket in pair {
            sum.missing += bucket.missing;
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

/// At the end, in place of the oldest if there are too many.
fn push<T>(queue: &mut VecDeque<T>, new: T, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(new);
}

/// How many latencies there were of each class: from one power of two to the next there are equally
/// many classes, so that a median is known to the same share of itself, however long it is.
#[derive(Clone, Debug, Default)]
struct Latencies {
    /// In ascending order.
    classes: Vec<(u16, u64)>,
    worst: u64,
}

impl Latencies {
    fn add(&mut self, latency: u64, count: u64) {
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
fn class(latency: u64) -> u16 {
    let shift = latency.checked_ilog2().unwrap_or(0).saturating_sub(PARTS_LOG2);
    let class = (u64::from(shift) << PARTS_LOG2) + (latency >> shift);
    // At most 58 * 64 + 127.
    u16::try_from(class).unwrap_or(u16::MAX)
}

/// The greatest latency of a class.
fn greatest(class: u16) -> u64 {
    let parts = 1_u64 << PARTS_LOG2;
    let class = u64::from(class);
    let shift = (class / parts).saturating_sub(1);
    let least = class - shift * parts;
    (least << shift) + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests;
