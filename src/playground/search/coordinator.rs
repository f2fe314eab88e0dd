//! The coordinator of a background search: it receives the workers' reports and decides what
//! follows.
//!
//! Reports of a worker that was terminated may still be in transit, even after the next search has
//! begun. So every worker has an id, and reports of workers that are no longer active are ignored.
//! The workers themselves are started, received from and terminated by `ui/search/worker_pool.rs`.
//! There is no clock here: real time is passed in with each report.

use std::ops::Range;

use crate::playground::formats::Archive;
use crate::playground::search::shard::{Find, Search, Shard, Size, WorkerReport};
use crate::time::RealTime;

/// The id of a worker of one search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerId {
    search: u64,
    place: u64,
}

/// A search and its active workers.
#[derive(Debug, Default)]
pub struct Coordinator {
    status: Status,
    /// The parameters of the last search.
    search: Option<Search>,
    /// The number of searches begun so far; it makes worker ids unique.
    before: u64,
    at_work: Vec<WorkerId>,
    /// When the present stage began, as real time since the page began.
    since: RealTime,
}

/// The progress of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    pub stage: Stage,
    /// The number of workers it began with.
    pub workers: u64,
    pub runs: u64,
    pub events: u64,
    /// The duration of the search so far.
    pub searched: RealTime,
    /// The duration of the shrinking so far.
    pub shrunk: RealTime,
}

/// The stage of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// No search has begun.
    #[default]
    None,
    Searching,
    /// This seed breaks the property; its run is being shrunk and has this size now.
    Shrinking(u64, Option<Size>),
    Found(Box<Find>),
    /// All seeds were tried, and nothing was found.
    Over,
    /// The user stopped it; this seed had been found by then.
    Stopped(Option<u64>),
    Failed(String),
}

/// What to do after a report, apart from terminating workers that are no longer active.
#[derive(Debug, PartialEq)]
pub enum News {
    /// Nothing; at most the progress has changed.
    Progress,
    /// Open this run: it plays from its beginning until the property breaks.
    Opens(Box<Archive>),
    /// Tell the user why the search failed.
    Fails(String),
}

impl Status {
    /// Whether workers are active.
    pub fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Searching | Stage::Shrinking(..))
    }
}

impl Coordinator {
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whether this worker is still active.
    pub fn is_at_work(&self, worker: WorkerId) -> bool {
        self.at_work.contains(&worker)
    }

    /// The first seed of a search for which the user asked for `asked`: repeating the same search
    /// continues after the last find.
    pub fn first_seed(&self, search: &Search, asked: u64) -> u64 {
        match &self.status.stage {
            Stage::Found(find) if self.search.as_ref() == Some(search) => {
                asked.max(find.seed.saturating_add(1))
            }
            _ => asked,
        }
    }

    /// Begins a search of these seeds in place of the current one. Returns the shard of each
    /// worker: together they cover every seed once, the first seeds first. `now` is the real
    /// time since the page began.
    pub fn begin(
        &mut self,
        search: &Search,
        seeds: Range<u64>,
        workers: u64,
        now: RealTime,
    ) -> Vec<(WorkerId, Shard)> {
        self.before += 1;
        self.search = Some(search.clone());
        self.status = Status { stage: Stage::Searching, workers, ..Status::default() };
        self.since = now;
        let share = |place| {
            let first = seeds.start.saturating_add(place);
            let shard = Shard { search: search.clone(), first, stride: workers, end: seeds.end };
            (WorkerId { search: self.before, place }, shard)
        };
        let shares: Vec<(WorkerId, Shard)> = (0..workers).map(share).collect();
        self.at_work = shares.iter().map(|(worker_id, _)| *worker_id).collect();
        shares
    }

    /// Handles the report `text` of a worker.
    pub fn hear(&mut self, worker: WorkerId, text: &str, now: RealTime) -> News {
        if !self.is_at_work(worker) {
            return News::Progress;
        }
        self.take_time(now);
        match WorkerReport::parse(text) {
            Some(WorkerReport::Ran { runs, events }) => {
                self.status.runs += runs;
                self.status.events += events;
            }
            Some(WorkerReport::Found { seed }) => {
                self.at_work = vec![worker];
                self.since = now;
                self.status.stage = Stage::Shrinking(seed, None);
            }
            Some(WorkerReport::Smaller(size)) => {
                if let Stage::Shrinking(_, reached) = &mut self.status.stage {
                    *reached = Some(size);
                }
            }
            Some(WorkerReport::Small(find)) => {
                let archive = find.archive();
                self.end(Stage::Found(find));
                return archive.map_or(News::Progress, |archive| News::Opens(Box::new(archive)));
            }
            Some(WorkerReport::Over) => {
                self.at_work.retain(|other| *other != worker);
                if self.at_work.is_empty() {
                    self.end(Stage::Over);
                }
            }
            None => return self.fail(worker, text.strip_prefix("failed ").unwrap_or(text)),
        }
        News::Progress
    }

    /// Handles the failure of a worker, which ends the search.
    pub fn fail(&mut self, worker: WorkerId, why: &str) -> News {
        if !self.is_at_work(worker) {
            return News::Progress;
        }
        self.end(Stage::Failed(why.to_string()));
        News::Fails(why.to_string())
    }

    /// Stops the search on the user's request.
    pub fn stop(&mut self, now: RealTime) {
        self.take_time(now);
        let found = match &self.status.stage {
            Stage::Searching => None,
            Stage::Shrinking(seed, _) => Some(*seed),
            _ => return,
        };
        self.end(Stage::Stopped(found));
    }

    fn end(&mut self, stage: Stage) {
        self.at_work.clear();
        self.status.stage = stage;
    }

    fn take_time(&mut self, now: RealTime) {
        let took = now.saturating_sub(self.since);
        match &self.status.stage {
            Stage::Searching => self.status.searched = took,
            Stage::Shrinking(..) => self.status.shrunk = took,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::Rule;

    const fn ms(millis: u64) -> RealTime {
        RealTime::from_millis(millis)
    }

    fn search(rule: Rule) -> Search {
        Search { most_nodes: 5, ..Search::for_rule(rule) }
    }

    /// The reports of a worker for the run of seed 1, which breaks without this rule.
    fn finds() -> Vec<String> {
        let shard = Shard { search: search(Rule::StepDown), first: 1, stride: 2, end: 9 };
        let mut told = Vec::new();
        shard.run(&mut |it| told.push(it.to_string()));
        told
    }

    /// A search by three workers, begun at 1 s.
    fn begun() -> (Coordinator, Vec<WorkerId>) {
        let mut coordinator = Coordinator::default();
        let shares = coordinator.begin(&search(Rule::StepDown), 0..9, 3, ms(1_000));
        (coordinator, shares.into_iter().map(|(worker_id, _)| worker_id).collect())
    }

    #[test]
    fn the_shards_of_the_workers_cover_every_seed_once() {
        let mut coordinator = Coordinator::default();
        for (seeds, workers) in [(0..9, 3), (5..25, 4), (7..8, 2), (3..3, 2)] {
            let shares = coordinator.begin(&search(Rule::NoOp), seeds.clone(), workers, ms(0));
            let of = |shard: &Shard| {
                (shard.first..shard.end).step_by(usize::try_from(shard.stride).unwrap())
            };
            let mut all: Vec<u64> = shares.iter().flat_map(|(_, shard)| of(shard)).collect();
            all.sort_unstable();
            assert_eq!(all, seeds.collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_find_ends_the_other_workers_and_is_opened_when_it_is_small() {
        let (mut coordinator, workers) = begun();
        assert_eq!(coordinator.hear(workers[0], "ran 4 900", ms(1_500)), News::Progress);
        let told = finds();
        let (last, before) = told.split_last().unwrap();
        for text in before {
            assert_eq!(coordinator.hear(workers[1], text, ms(3_000)), News::Progress, "{text}");
        }
        assert!(matches!(coordinator.status().stage, Stage::Shrinking(1, Some(_))));
        let at_work = workers.iter().filter(|worker_id| coordinator.is_at_work(**worker_id));
        assert_eq!(at_work.collect::<Vec<_>>(), [&workers[1]]);

        let News::Opens(archive) = coordinator.hear(workers[1], last, ms(7_500)) else {
            panic!("{last}")
        };
        assert!(archive.playing);
        let status = coordinator.status();
        assert!(matches!(&status.stage, Stage::Found(find) if find.seed == 1), "{status:?}");
        assert_eq!((status.runs, status.searched, status.shrunk), (5, ms(2_000), ms(4_500)));
        assert!(!coordinator.is_at_work(workers[1]) && !coordinator.status().is_busy());
    }

    #[test]
    fn reports_of_inactive_workers_are_ignored() {
        let told = finds();
        let (mut coordinator, workers) = begun();
        for text in &told[..2] {
            coordinator.hear(workers[1], text, ms(2_000));
        }
        let shrinking = coordinator.status().clone();
        assert!(matches!(shrinking.stage, Stage::Shrinking(1, _)), "{shrinking:?}");
        // These reports were sent before the worker was terminated.
        for text in ["ran 7 100", "found 2", "smaller 3 1 9", "over", "nonsense"] {
            assert_eq!(coordinator.hear(workers[0], text, ms(9_000)), News::Progress);
        }
        assert_eq!(coordinator.fail(workers[2], "it stopped"), News::Progress);
        assert_eq!(coordinator.status(), &shrinking);

        // A worker of the search before is ignored too, whatever its place.
        coordinator.begin(&search(Rule::NoOp), 0..9, 3, ms(10_000));
        let searching = coordinator.status().clone();
        for (worker_id, text) in
            workers.iter().flat_map(|worker_id| told.iter().map(move |it| (worker_id, it)))
        {
            assert_eq!(coordinator.hear(*worker_id, text, ms(11_000)), News::Progress);
        }
        assert_eq!(coordinator.status(), &searching);
    }

    #[test]
    fn it_is_over_when_the_last_worker_has_no_seed_left() {
        let (mut coordinator, workers) = begun();
        for worker_id in &workers {
            assert!(coordinator.status().is_busy());
            coordinator.hear(*worker_id, "ran 3 50", ms(2_000));
            coordinator.hear(*worker_id, "over", ms(2_000));
            // A second report counts nothing.
            coordinator.hear(*worker_id, "over", ms(2_000));
        }
        let status = coordinator.status();
        assert_eq!((&status.stage, status.runs), (&Stage::Over, 9));
    }

    #[test]
    fn repeating_a_search_continues_and_another_starts_anew() {
        let (mut coordinator, workers) = begun();
        let same = search(Rule::StepDown);
        assert_eq!(coordinator.first_seed(&same, 0), 0, "nothing was found yet");
        for text in finds() {
            coordinator.hear(workers[1], &text, ms(2_000));
        }
        assert_eq!(coordinator.first_seed(&same, 0), 2);
        assert_eq!(coordinator.first_seed(&same, 40), 40, "a later seed is respected");
        assert_eq!(coordinator.first_seed(&search(Rule::NoOp), 0), 0);
        let larger = Search { most_nodes: 7, ..same.clone() };
        assert_eq!(coordinator.first_seed(&larger, 0), 0);
        let (mut failed, workers) = begun();
        failed.hear(workers[0], "over", ms(0));
        assert_eq!(failed.first_seed(&same, 0), 0);
    }

    #[test]
    fn a_stopped_search_reports_its_find_and_a_failure_ends_it() {
        let (mut coordinator, workers) = begun();
        coordinator.stop(ms(4_000));
        assert_eq!(
            (&coordinator.status().stage, coordinator.status().searched),
            (&Stage::Stopped(None), ms(3_000))
        );
        assert!(workers.iter().all(|worker_id| !coordinator.is_at_work(*worker_id)));
        let (mut coordinator, workers) = begun();
        coordinator.hear(workers[2], "found 5", ms(2_000));
        coordinator.stop(ms(4_000));
        assert_eq!(coordinator.status().stage, Stage::Stopped(Some(5)));
        coordinator.stop(ms(9_000));
        assert_eq!(coordinator.status().shrunk, ms(2_000), "it is stopped once");

        let (mut coordinator, workers) = begun();
        let fails = News::Fails("no memory is left".to_string());
        assert_eq!(coordinator.hear(workers[1], "failed no memory is left", ms(2_000)), fails);
        assert_eq!(coordinator.status().stage, Stage::Failed("no memory is left".to_string()));
        assert_eq!(coordinator.hear(workers[0], "found 3", ms(2_000)), News::Progress);
    }
}
