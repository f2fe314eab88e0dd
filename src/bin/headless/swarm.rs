//! `headless swarm`: many runs on all cores, and one line for each finding that replays it; the first
//! one made small, and as a link, where that is asked for.

use std::io::IsTerminal as _;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use kvorum::check::Property;
use kvorum::playground::{Bookmark, Speed};
use kvorum::raft::Rule;
use kvorum::swarm::{Effort, Finding, MOST_NODES, Report, Search, Shrunk, Size, shrink};
use kvorum::time::Duration;
use serde_json::json;

/// What is to be done with what is found.
#[derive(Clone, Copy)]
pub(super) struct Order {
    /// Stop at the first.
    pub(super) first: bool,
    /// Make it small.
    pub(super) shrink: bool,
    /// Print its link.
    pub(super) link: bool,
    /// Print one JSON object.
    pub(super) json: bool,
}

/// Runs the seeds `first..end` and prints what was found.
pub(super) fn swarm(
    seeds: &str,
    rules: &[String],
    property: Option<&str>,
    most_nodes: u32,
    order: Order,
) -> ExitCode {
    let Some(seeds) = parse(seeds) else {
        eprintln!("`--seeds` takes a range such as 0..1000, not `{seeds}`");
        return ExitCode::from(2);
    };
    let mut off = Vec::new();
    for name in rules {
        let Some(rule) = Rule::named(name) else {
            let names: Vec<&str> = Rule::TABLE.iter().map(|about| about.name).collect();
            eprintln!("there is no rule `{name}`; the rules are {}", names.join(", "));
            return ExitCode::from(2);
        };
        off.push(rule);
    }
    let wanted = match (property, off.as_slice()) {
        (Some("any"), _) => None,
        (Some(name), _) => {
            let Some(property) = Property::named(name) else {
                let names: Vec<&str> =
                    Property::ALL.iter().map(|property| property.name()).collect();
                eprintln!("there is no property `{name}`; they are any, {}", names.join(", "));
                return ExitCode::from(2);
            };
            Some(property)
        }
        (None, [rule]) => Search::for_rule(*rule).wanted,
        (None, _) => None,
    };
    let search = Search { switched: off.clone(), wanted, most_nodes, ..Search::default() };
    let progress = std::io::stderr().is_terminal();
    let (total, findings) = run_all(seeds.clone(), &search, order.first, progress);
    let small = findings.first().filter(|_| order.shrink || order.link).map(|report| {
        let small =
            make_small(&search, report, if order.shrink { Effort::default() } else { Effort(0) });
        small.map(|small| (fragment(&small), small))
    });

    let replay = |seed: u64| {
        let rules: String = off.iter().map(|rule| format!(" --rule-off {rule}")).collect();
        let most = if most_nodes == MOST_NODES {
            String::new()
        } else {
            format!(" --most-nodes {most_nodes}")
        };
        format!("headless swarm --seeds {seed}..{}{rules}{most}", seed + 1)
    };
    if order.json {
        let found = |report: &Report| {
            let finding = report.finding.map(|finding| finding.to_string());
            json!({ "seed": report.seed, "finding": finding, "replay": replay(report.seed) })
        };
        let small = small.iter().flatten().map(|(link, small)| {
            json!({
                "violation": small.violation.to_string(),
                "at_us": small.shown.at.as_micros(),
                "digest": small.digest.to_string(),
                "before": size(small.before),
                "after": size(small.after),
                "tries": small.tries,
                "link": link,
            })
        });
        println!(
            "{}",
            json!({
                "runs": total.done,
                "events": total.events,
                "cluster_seconds": total.lasted.as_micros() / 1_000_000,
                "findings": findings.iter().map(found).collect::<Vec<_>>(),
                "small": small.collect::<Vec<_>>().first(),
            })
        );
    } else {
        for report in &findings {
            if let Some(finding) = report.finding {
                println!("{}\n  {finding}", replay(report.seed));
            }
        }
        println!(
            "{} runs, {} events, {} of cluster time, {} findings",
            total.done,
            total.events,
            Duration::from_secs(total.lasted.as_micros() / 1_000_000),
            findings.len()
        );
        match small {
            Some(Some((link, small))) => tell(&small, order, &link),
            Some(None) => {
                println!("It breaks no property that could be shown: its servers do not agree.")
            }
            None => {}
        }
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The finding as small as so much effort makes it; `None` where no property of it breaks as one plays.
fn make_small(search: &Search, report: &Report, effort: Effort) -> Option<Shrunk> {
    let Some(Finding::Broken(_, violation)) = report.finding else { return None };
    let (_, recording) = search.record(report.seed);
    let is_terminal = std::io::stderr().is_terminal();
    shrink(&recording, violation.property, effort, |Size { nodes, actions, events }| {
        if is_terminal {
            eprint!("\r{nodes} nodes, {actions} actions, {events} events{:20}\r", "");
        }
    })
}

/// A link's fragment to where it breaks.
fn fragment(small: &Shrunk) -> String {
    let Shrunk { recording, shown, digest, .. } = small.clone();
    Bookmark { recording, shown, digest: Some(digest), speed: Speed::default() }.to_fragment()
}

fn size(Size { nodes, actions, events }: Size) -> serde_json::Value {
    json!({ "nodes": nodes, "actions": actions, "events": events })
}

fn tell(small: &Shrunk, order: Order, link: &str) {
    if order.shrink {
        let words = |Size { nodes, actions, events }: Size| {
            format!("{nodes} nodes, {actions} actions, {events} events")
        };
        println!("\nas small as {} tries made it: {}", small.tries, words(small.after));
        println!("it was found with {}", words(small.before));
        print!("\n{}# at {}: {}\n", small.recording, small.shown.at, small.violation);
    }
    if order.link {
        println!("\nhttp://127.0.0.1:8080/#{link}");
    }
}

fn parse(seeds: &str) -> Option<Range<u64>> {
    let (first, end) = seeds.split_once("..")?;
    let (first, end) = (first.parse().ok()?, end.parse().ok()?);
    (first < end).then_some(first..end)
}

#[derive(Default)]
struct Total {
    events: u64,
    lasted: Duration,
    done: u64,
    findings: Vec<Report>,
}

fn run_all(
    seeds: Range<u64>,
    search: &Search,
    first: bool,
    progress: bool,
) -> (Total, Vec<Report>) {
    let next = AtomicU64::new(seeds.start);
    let total = Mutex::new(Total::default());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let report = search.run(seed);
                    if first && report.finding.is_some() {
                        next.fetch_max(seeds.end, Ordering::Relaxed);
                    }
                    let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    total.take_in(report, &seeds, progress);
                }
            });
        }
    });
    if progress {
        eprint!("\r{:60}\r", "");
    }
    let mut total = total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut findings = std::mem::take(&mut total.findings);
    findings.sort_by_key(|report| report.seed);
    (total, findings)
}

impl Total {
    fn take_in(&mut self, report: Report, seeds: &Range<u64>, progress: bool) {
        self.events += report.events;
        self.lasted = self.lasted + report.lasted;
        self.done += 1;
        if report.finding.is_some() {
            self.findings.push(report);
        }
        let runs = seeds.end - seeds.start;
        if progress && (self.done.is_multiple_of(50) || self.done == runs) {
            let bar = usize::try_from(self.done * 30 / runs).unwrap_or_default();
            let findings = self.findings.len();
            eprint!("\r[{:30}] {}/{runs} runs, {findings} findings", "#".repeat(bar), self.done);
        }
    }
}
