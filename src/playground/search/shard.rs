//! A worker's share of a search for a run that breaks a property: it tries its seeds until one
//! breaks the property, shrinks that run and reports it as a link.
//!
//! A worker and the page exchange lines of text, since a worker has its own memory. Both directions
//! are written and read here, by the same types.

use std::fmt;

use crate::check::Property;
use crate::playground::formats::{Archive, Bookmark};
use crate::playground::projection::rules::RuleView;
use crate::playground::view::Speed;
use crate::raft::Rule;
use crate::recording::Instant;
use crate::swarm::{Effort, Finding, Shrunk, shrink};
use crate::time::{RealTime, Time};

pub use crate::cluster::FaultKind;
pub use crate::swarm::{MOST_NODES, Search, Size};

/// The number of events between two progress reports.
const TELLING: u64 = 100_000;

/// The effort for shrinking, in events: a few seconds in a browser.
const EFFORT: Effort = Effort(3_000_000);

/// The real time that a found run takes to play, unless the speed's bounds forbid.
const PLAYED_IN: RealTime = RealTime::from_secs(15);

/// A worker's share of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    pub search: Search,
    /// The seeds are `first` and every `stride`th after it, below `end`.
    pub first: u64,
    pub stride: u64,
    pub end: u64,
}

/// A report of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerReport {
    /// This many more runs, with this many events, broke nothing.
    Ran { runs: u64, events: u64 },
    /// This seed breaks the property. Its run is being shrunk.
    Found { seed: u64 },
    /// The size of the shrunk run so far.
    Smaller(Size),
    /// The run can't be shrunk further.
    Small(Box<Find>),
    /// All seeds were tried.
    Over,
}

/// A run that breaks a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    pub seed: u64,
    pub property: Property,
    /// When it breaks.
    pub at: Time,
    pub before: Size,
    pub after: Size,
    /// The fragment of a link to the instant where it breaks.
    pub link: String,
}

impl Shard {
    /// Tries the seeds of its share, and reports through `tell`.
    pub fn run(mut self, tell: &mut dyn FnMut(&WorkerReport)) {
        let (mut runs, mut events) = (0, 0);
        while self.first < self.end {
            let seed = self.first;
            self.first += self.stride.max(1);
            let report = self.search.run(seed);
            runs += 1;
            events += report.events;
            let found = match report.finding {
                Some(Finding::Broken(_, violation)) => Some(violation.property),
                Some(Finding::Stuck) | None => None,
            };
            if events >= TELLING || found.is_some() || self.first >= self.end {
                tell(&WorkerReport::Ran { runs, events });
                (runs, events) = (0, 0);
            }
            if let Some(property) = found
                && self.shrink_find(seed, property, tell)
            {
                return;
            }
        }
        tell(&WorkerReport::Over);
    }

    /// Shrinks the run of a seed. Returns whether the run breaks the property when it is replayed:
    /// the original break may have been found only by the audit at its end.
    fn shrink_find(
        &self,
        seed: u64,
        property: Property,
        tell: &mut dyn FnMut(&WorkerReport),
    ) -> bool {
        let (_, recording) = self.search.record(seed);
        let mut is_told = false;
        let small = shrink(&recording, property, EFFORT, |size| {
            if !std::mem::replace(&mut is_told, true) {
                tell(&WorkerReport::Found { seed });
            }
            tell(&WorkerReport::Smaller(size));
        });
        let Some(small) = small else { return false };
        tell(&WorkerReport::Small(Box::new(Find::new(seed, property, small))));
        true
    }
}

/// A search with these rules switched, in clusters of at most `most_nodes` servers, for a break of
/// `property` (`None` for any).
pub fn search(
    switched: &[RuleView],
    property: Option<&str>,
    most_nodes: u32,
    faults: Vec<FaultKind>,
) -> Search {
    let switched = switched.iter().map(RuleView::rule).collect();
    Search { switched, wanted: property.and_then(Property::named), most_nodes, faults }
}

impl Find {
    /// The run from its beginning, playing; it pauses where the property breaks.
    pub fn archive(&self) -> Option<Archive> {
        let mut archive = Archive::from(Bookmark::parse(&self.link).ok()?);
        for branch in &mut archive.branches {
            // The link's digest is that of another instant.
            (branch.shown, branch.digest) = (Instant::default(), None);
        }
        archive.playing = true;
        Some(archive)
    }

    fn new(seed: u64, property: Property, small: Shrunk) -> Self {
        let Shrunk { recording, shown, digest, before, after, .. } = small;
        let speed = Speed::passing(shown.at.since(Time::ZERO), PLAYED_IN);
        let at = shown.at;
        let bookmark = Bookmark { recording, shown, done: None, digest: Some(digest), speed };
        Self { seed, property, at, before, after, link: bookmark.to_fragment() }
    }
}

/// `first 0 stride 2 end 20000 nodes 5 property election-safety rules a,b faults kill,cut`.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { search, first, stride, end } = self;
        let property = search.wanted.map_or("any", Property::name);
        let rules: Vec<&str> = search.switched.iter().map(|rule| rule.about().name).collect();
        let faults: Vec<&str> = search.faults.iter().map(|kind| kind.name()).collect();
        let (rules, faults) = (rules.join(","), faults.join(","));
        let nodes = search.most_nodes;
        write!(f, "first {first} stride {stride} end {end} nodes {nodes} property {property} ")?;
        write!(f, "rules {rules} faults {faults}")
    }
}

impl Shard {
    /// Reads what [`Display`](fmt::Display) has written.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let of = |name: &str| {
            let place = words.iter().step_by(2).position(|word| *word == name)?;
            words.get(place * 2 + 1).copied()
        };
        let number = |name: &str| of(name)?.parse::<u64>().ok();
        let names = |name: &str| of(name).map(|list| list.split(',').filter(|it| !it.is_empty()));
        let wanted = match of("property")? {
            "any" => None,
            name => Some(Property::named(name)?),
        };
        let search = Search {
            switched: names("rules")?.map(Rule::named).collect::<Option<_>>()?,
            wanted,
            most_nodes: u32::try_from(number("nodes")?).ok()?,
            faults: names("faults")?.map(FaultKind::named).collect::<Option<_>>()?,
        };
        Some(Self {
            search,
            first: number("first")?,
            stride: number("stride")?,
            end: number("end")?,
        })
    }
}

/// `ran 12 100000`, `found 7`, `smaller 5 20 3000`, `small 7 liveness 900 5 20 3000 3 2 40 run=1...`, `over`.
impl fmt::Display for WorkerReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |Size { nodes, actions, events }: &Size| format!("{nodes} {actions} {events}");
        match self {
            Self::Ran { runs, events } => write!(f, "ran {runs} {events}"),
            Self::Found { seed } => write!(f, "found {seed}"),
            Self::Smaller(size) => write!(f, "smaller {}", words(size)),
            Self::Small(find) => {
                let Find { seed, property, at, before, after, link } = find.as_ref();
                let (at, before, after) = (at.as_micros(), words(before), words(after));
                write!(f, "small {seed} {property} {at} {before} {after} {link}")
            }
            Self::Over => write!(f, "over"),
        }
    }
}

impl WorkerReport {
    /// Reads what [`Display`](fmt::Display) has written.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |word: &str| word.parse::<u64>().ok();
        let size = |words: &[&str]| {
            let [nodes, actions, events] = words else { return None };
            let (nodes, actions) = (nodes.parse().ok()?, actions.parse().ok()?);
            Some(Size { nodes, actions, events: number(events)? })
        };
        Some(match words.as_slice() {
            ["ran", runs, events] => Self::Ran { runs: number(runs)?, events: number(events)? },
            ["found", seed] => Self::Found { seed: number(seed)? },
            ["smaller", rest @ ..] => Self::Smaller(size(rest)?),
            ["small", seed, property, at, sizes @ .., link] => {
                let (before, after) = sizes.split_at_checked(3)?;
                Self::Small(Box::new(Find {
                    seed: number(seed)?,
                    property: Property::named(property)?,
                    at: Time::from_micros(number(at)?),
                    before: size(before)?,
                    after: size(after)?,
                    link: (*link).to_string(),
                }))
            }
            ["over"] => Self::Over,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playground::view::{MarkKind, MarkView};
    use crate::playground::{Input, Playground};

    fn shard(rule: Rule, seeds: std::ops::Range<u64>) -> Shard {
        let search = Search { most_nodes: 5, ..Search::for_rule(rule) };
        Shard { search, first: seeds.start, stride: 1, end: seeds.end }
    }

    fn told(shard: Shard) -> Vec<WorkerReport> {
        let mut all = Vec::new();
        shard.run(&mut |told| all.push(told.clone()));
        all
    }

    #[test]
    fn a_worker_finds_and_shrinks_a_run_and_links_to_where_it_breaks() {
        let all = told(shard(Rule::StepDown, 0..10));
        let Some(WorkerReport::Small(find)) = all.last() else { panic!("{all:?}") };
        assert_eq!((find.seed, find.property), (1, Property::ElectionSafety));
        assert!(find.after < find.before, "{find:?}");
        assert!(all.contains(&WorkerReport::Found { seed: 1 }), "{all:?}");
        let bookmark = Bookmark::parse(&find.link).unwrap();
        assert_eq!(bookmark.shown.at, find.at);
        let line = WorkerReport::Small(find.clone()).to_string();
        let start = format!("small 1 election-safety {} ", find.at.as_micros());
        assert!(line.starts_with(&start), "{line}");

        // It plays from its beginning and pauses where the property breaks.
        let mut playground = Playground::new(1, 0);
        playground.apply(Input::Open(Box::new(find.archive().unwrap()))).unwrap();
        while playground.progress().is_some() {
            playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
        }
        assert!(playground.now() < find.at && playground.is_playing());
        playground.apply(Input::Speed(Speed::FASTEST)).unwrap();
        playground.apply(Input::Advance(RealTime::from_millis(100))).unwrap();
        assert_eq!((playground.now(), playground.is_playing()), (find.at, false));
        for told in &all {
            assert_eq!(WorkerReport::parse(&told.to_string()).as_ref(), Some(told));
        }
    }

    /// Here an action breaks the property, the restart of a server, and not an event.
    #[test]
    fn a_break_by_an_action_is_reported_and_pauses_the_run_too() {
        let all = told(shard(Rule::SessionsInSnapshots, 0..1));
        let Some(WorkerReport::Small(find)) = all.last() else { panic!("{all:?}") };
        let mut playground = Playground::new(1, 0);
        playground.apply(Input::Open(Box::new(find.archive().unwrap()))).unwrap();
        playground.apply(Input::Speed(Speed::UNBOUNDED)).unwrap();
        while playground.progress().is_some() || playground.is_playing() {
            assert!(playground.now() <= find.at, "it has not stopped");
            playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
        }
        let violation = playground.view().summary.violation.unwrap().sentence;
        assert!(violation.contains("state-machine-safety"), "{violation}");
        let marks = playground.timeline().marks();
        let is_it = |mark: &MarkView| mark.kind == MarkKind::Violation && mark.at == find.at;
        assert!(marks.iter().any(is_it), "{marks:?}");
    }

    #[test]
    fn a_search_without_a_find_ends_at_its_last_seed_and_counts_its_runs() {
        let mut shard = shard(Rule::StepDown, 0..7);
        shard.search.switched.clear();
        shard.stride = 2;
        let all = told(shard);
        assert_eq!(all.last(), Some(&WorkerReport::Over));
        let runs =
            |told: &WorkerReport| if let WorkerReport::Ran { runs, .. } = told { *runs } else { 0 };
        assert_eq!(all.iter().map(runs).sum::<u64>(), 4, "seeds 0, 2, 4 and 6: {all:?}");
    }

    #[test]
    fn a_shard_is_read_as_it_was_written_and_nothing_else_is_one() {
        let mut asked = shard(Rule::NoOp, 3..9);
        asked.search.faults = vec![FaultKind::Kill, FaultKind::Cut];
        assert_eq!(Shard::parse(&asked.to_string()), Some(asked));
        let any = Shard { search: Search::default(), first: 0, stride: 2, end: 5 };
        assert_eq!(Shard::parse(&any.to_string()), Some(any));
        for line in
            ["", "first 0", "ran 1", "first 0 stride 1 end 2 nodes 5 property x rules faults"]
        {
            assert_eq!(Shard::parse(line), None, "{line}");
            assert_eq!(WorkerReport::parse(line), None, "{line}");
        }
    }
}
