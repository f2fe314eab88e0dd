//! `headless swarm`: many runs on all cores. It prints one line per finding that replays it and, on
//! request, shrinks the first finding and prints it as a link.

use std::io::IsTerminal as _;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use kvorum::check::Property;
use kvorum::cluster::FaultKind;
use kvorum::counts::counted;
use kvorum::playground::{Bookmark, Speed};
use kvorum::raft::Rule;
use kvorum::swarm::{Effort, Finding, MOST_NODES, Report, Search, Shrunk, Size, shrink};
use kvorum::time::Duration;
use serde_json::json;

/// What to do with findings.
#[derive(Clone, Copy)]
pub(super) struct Order {
    /// Stop at the first.
    pub(super) first: bool,
    /// Shrink the first.
    pub(super) shrink: bool,
    /// Print a link to the first.
    pub(super) link: bool,
    /// Print one JSON object.
    pub(super) json: bool,
}

/// The search as given on the command line.
pub(super) struct Asked {
    pub(super) seeds: String,
    pub(super) rules: Vec<String>,
    pub(super) property: Option<String>,
    pub(super) most_nodes: u32,
    pub(super) faults: Vec<String>,
}

impl Asked {
    /// Parses the arguments; the error says what is wrong with them.
    fn read(&self) -> Result<(Range<u64>, Search), String> {
        let seeds = parse(&self.seeds).ok_or_else(|| {
            format!("`--seeds` takes a range such as 0..1000, not `{}`", self.seeds)
        })?;
        let named = |name: &String| {
            let names = Rule::TABLE.iter().map(|about| about.name);
            Rule::named(name).ok_or_else(|| unknown("rule", name, names))
        };
        let switched: Vec<Rule> = self.rules.iter().map(named).collect::<Result<_, _>>()?;
        let wanted = match (self.property.as_deref(), switched.as_slice()) {
            (Some("any"), _) => None,
            (Some(name), _) => Some(Property::named(name).ok_or_else(|| {
                let names = Property::ALL.iter().map(|property| property.name());
                unknown("property", name, ["any"].into_iter().chain(names))
            })?),
            (None, [rule]) => Search::for_rule(*rule).wanted,
            (None, _) => None,
        };
        let named = |name: &String| {
            let names = FaultKind::ALL.iter().map(|kind| kind.name());
            FaultKind::named(name).ok_or_else(|| unknown("kind of fault", name, names))
        };
        let mut faults: Vec<FaultKind> = self.faults.iter().map(named).collect::<Result<_, _>>()?;
        if faults.is_empty() {
            faults = Search::usual_faults(&switched);
        }
        Ok((seeds, Search { switched, wanted, most_nodes: self.most_nodes, faults }))
    }

    /// The command that runs this seed again.
    fn line(&self, seed: u64) -> String {
        let mut line = format!("headless swarm --seeds {seed}..{}", seed + 1);
        for rule in &self.rules {
            line += &format!(" --rule-off {rule}");
        }
        if self.most_nodes != MOST_NODES {
            line += &format!(" --most-nodes {}", self.most_nodes);
        }
        if !self.faults.is_empty() {
            line += &format!(" --faults {}", self.faults.join(","));
        }
        line
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    format!("there is no {what} `{name}`; there are {}", known.join(", "))
}

/// Runs the seeds and prints the findings.
pub(super) fn swarm(asked: &Asked, order: Order) -> ExitCode {
    let (seeds, search) = match asked.read() {
        Ok(read) => read,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let progress = std::io::stderr().is_terminal();
    let (total, findings) = run_all(seeds, &search, order.first, progress);
    let small = findings.first().filter(|_| order.shrink || order.link).map(|report| {
        let small =
            shrink_first(&search, report, if order.shrink { Effort::default() } else { Effort(0) });
        small.map(|small| (fragment(&small), small))
    });

    let replay = |seed: u64| asked.line(seed);
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
            "{}, {}, {} of cluster time, {}",
            counted(total.done, "run", "runs"),
            counted(total.events, "event", "events"),
            Duration::from_secs(total.lasted.as_micros() / 1_000_000),
            counted(findings.len() as u64, "finding", "findings")
        );
        match small {
            Some(Some((link, small))) => tell(&small, order, &link),
            Some(None) => {
                println!("No property breaks in a replay; the servers do not agree.")
            }
            None => {}
        }
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shrinks a finding with this effort; `None` if it has no property that breaks in a replay.
fn shrink_first(search: &Search, report: &Report, effort: Effort) -> Option<Shrunk> {
    let Some(Finding::Broken(_, violation)) = report.finding else { return None };
    let (_, recording) = search.record(report.seed);
    let is_terminal = std::io::stderr().is_terminal();
    shrink(&recording, violation.property, effort, |Size { nodes, actions, events }| {
        if is_terminal {
            eprint!("\r{}{:20}\r", in_words(Size { nodes, actions, events }), "");
        }
    })
}

/// The fragment of a link to where the property breaks.
fn fragment(small: &Shrunk) -> String {
    let Shrunk { recording, shown, digest, .. } = small.clone();
    Bookmark { recording, shown, done: None, digest: Some(digest), speed: Speed::default() }
        .to_fragment()
}

fn in_words(Size { nodes, actions, events }: Size) -> String {
    let nodes = counted(nodes.into(), "node", "nodes");
    let actions = counted(actions as u64, "action", "actions");
    format!("{nodes}, {actions}, {}", counted(events, "event", "events"))
}

fn size(Size { nodes, actions, events }: Size) -> serde_json::Value {
    json!({ "nodes": nodes, "actions": actions, "events": events })
}

fn tell(small: &Shrunk, order: Order, link: &str) {
    if order.shrink {
        let tries = counted(small.tries.into(), "try", "tries");
        println!("\nshrunk with {tries} to {}", in_words(small.after));
        println!("it was found with {}", in_words(small.before));
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
            let runs = counted(runs, "run", "runs");
            let findings = counted(self.findings.len() as u64, "finding", "findings");
            eprint!("\r[{:30}] {}/{runs}, {findings}", "#".repeat(bar), self.done);
        }
    }
}
