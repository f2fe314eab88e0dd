//! Random users: any inputs in any order, with any time in between. Nothing panics, a refused input
//! changes nothing, no run is replaced by one that was begun before it, the state is always that of
//! the recording, and whatever can be stored or shared opens to the same state.
//!
//! Each seed is one user who gives some dozens of inputs. `KVORUM_SEEDS=0..1000` sets the range of
//! seeds; a seed that fails is printed, and should be added to [`FAILED`].

use crate::check::Property;
use crate::cluster::Action;
use crate::course::{DEMONSTRATIONS, FAMOUS, Lesson, Player, Trouble};
use crate::playground::history::operation_history::Operations;
use crate::playground::view::{JobProgress, Speed, Spot};
use crate::playground::{
    Archive, Bookmark, Input, Landmark, Playground, Problem, RealTime, Time, With,
};
use crate::rng::Rng;
use crate::script::{Command as Line, Condition, Question, Wait, parse_line};

/// Seeds that once failed: a user returned to a position of another run, and time passed over recorded actions of the
/// current one. Seed 33 finds the latter again without `rest` in `jobs/comparison.rs`.
const FAILED: [u64; 4] = [33, 93, 229, 237];

/// The seeds of every run of the tests.
const SEEDS: std::ops::Range<u64> = 0..64;

/// The number of inputs of each user.
const INPUTS: u64 = 60;

/// Lines that may be typed or given by a button.
const LINES: [&str; 44] = [
    "kill n1",
    "kill n2 torn",
    "restart n1",
    "restart n2",
    "pause n3",
    "resume n3",
    "wipe n2",
    "heal",
    "partition n1",
    "partition n1 n2 | n3",
    "cut n1 -> n2",
    "timeout n1",
    "timeout n2",
    "set a b",
    "set \"a b\" \"ü #: story\"",
    "get a",
    "delete a",
    "cas a b c",
    "clients 3 keys 2 writes 50% every 9ms",
    "clients off",
    "network latency 1ms..30ms loss 5%",
    "link n1 -> n3 latency 90ms duplicate 10%",
    "add n4",
    "learn n5",
    "remove n3",
    "members n1 n2",
    "transfer n3",
    "snapshot n1",
    "snapshot every 5 chunk 20",
    "clock n1 rate 1.1",
    "cpu n2 1ms",
    "disk n2 fsync 40ms",
    "rule prevote off",
    "rule majority-quorum off",
    "rule majority-quorum on",
    "chaos 20%",
    "chaos off",
    "drop AppendEntries n1 -> n2",
    "expect leader n1",
    "why n1 term",
    "why n2 role",
    "why n1 key a",
    "help",
    "cluster 3 seed 4",
];

/// Names, several things at once, and scripts. A second user of each seed types them too: the first one still finds
/// what it once found.
const SCRIPTS: [&str; 10] = [
    "kill leader",
    "kill n1 n2",
    "restart all",
    "cut n1 <-> n2",
    "partition leader",
    "wait 30ms",
    "wait leader for at most 400ms",
    "repeat 2 { kill leader; wait 50ms; restart all }",
    "set a b\nexpect answer ok\nkill n1\nwait until n1 leads for at most 300ms\nheal",
    "kill n1\nkil n2",
];

/// Prints the command that reproduces a failure.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            println!("KVORUM_SEEDS={seed}..{} cargo test --lib whatever_a_user_does", seed + 1);
        }
    }
}

/// A user who gives random inputs, and what they have stored.
struct RandomUser {
    rng: Rng,
    lines: Vec<&'static str>,
    playground: Playground,
    /// Stored runs that can be opened.
    kept: Vec<Archive>,
    spots: Vec<Spot>,
    lesson: Option<Player>,
}

#[test]
fn whatever_a_user_does_nothing_breaks_and_the_run_is_that_of_its_recording() {
    let seeds = std::env::var("KVORUM_SEEDS").ok().and_then(|text| {
        let (first, end) = text.split_once("..")?;
        Some(first.parse().ok()?..end.parse().ok()?)
    });
    let seeds: Vec<u64> = match seeds {
        Some(seeds) => seeds.collect(),
        None => FAILED.into_iter().chain(SEEDS).collect(),
    };
    for seed in seeds {
        let _named = Named(seed);
        for lines in [LINES.to_vec(), [&LINES[..], &SCRIPTS].concat()] {
            let mut user = RandomUser::new(seed, lines);
            for _ in 0..INPUTS {
                user.does_something();
            }
            user.waits();
            let archive = user.opens_again();
            visits_every_branch(&archive);
        }
    }
}

impl RandomUser {
    fn new(seed: u64, lines: Vec<&'static str>) -> Self {
        let mut rng = Rng::new(seed, 1);
        let nodes = u32::try_from(rng.range(1..=5)).unwrap();
        let playground = Playground::new(nodes, rng.range(0..=50));
        Self { rng, lines, playground, kept: Vec::new(), spots: Vec::new(), lesson: None }
    }

    fn draw(&mut self, most: u64) -> u64 {
        self.rng.range(0..=most)
    }

    fn place(&mut self, most: usize) -> usize {
        usize::try_from(self.draw(most as u64)).unwrap()
    }

    fn line(&mut self) -> &'static str {
        self.rng.pick(&self.lines).unwrap()
    }

    /// A random action from the lines.
    fn action(&mut self) -> Action {
        loop {
            if let Ok(Some(Line::Act { action, .. })) = parse_line(self.line()) {
                return action;
            }
        }
    }

    fn landmark(&mut self) -> Landmark {
        *self.rng.pick(&Landmark::ALL).unwrap()
    }

    fn property(&mut self) -> &'static str {
        self.rng.pick(&Property::ALL).unwrap().name()
    }

    fn does_something(&mut self) {
        match self.draw(25) {
            0..=5 => self.lets_time_pass(),
            6 => {
                let demonstration = self.rng.pick(&DEMONSTRATIONS).unwrap();
                let lesson = Lesson::parse(demonstration.text).unwrap();
                let before = self.playground.run_id();
                self.lesson = Some(Player::begin(lesson, &mut self.playground));
                assert!(self.playground.run_id() > before);
            }
            7 | 8 => self.follows_the_lesson(),
            9 => {
                self.kept.push(self.playground.archive());
                self.spots.push(self.playground.spot());
            }
            10 => drop(self.opens_again()),
            11 => self.branches_and_compares(),
            _ => {
                let input = self.any_input();
                self.gives(input);
            }
        }
        self.looks();
    }

    /// Acts at an earlier instant, and asks where the branch that begins there parts from another.
    fn branches_and_compares(&mut self) {
        let to = if self.draw(1) == 0 { 0 } else { self.draw(self.playground.end().as_micros()) };
        self.gives(Input::Seek(Time::from_micros(to)));
        self.waits();
        let input = Input::Act(self.action());
        self.gives(input);
        let branches = self.playground.view().branches.len();
        let input = Input::Compare(Some(self.place(branches)));
        self.gives(input);
        self.waits();
    }

    fn follows_the_lesson(&mut self) {
        let choice = self.draw(3);
        let Some(lesson) = &mut self.lesson else { return };
        if !lesson.is_on(&self.playground) {
            self.lesson = None;
            return;
        }
        match choice {
            0 => lesson.back(&mut self.playground),
            1 if lesson.caption(&self.playground).trouble == Some(Trouble::Disturbed) => {
                lesson.resume(&mut self.playground);
            }
            1 => lesson.go_on_by_itself(true),
            _ => lesson.next(&mut self.playground),
        }
    }

    fn lets_time_pass(&mut self) {
        for _ in 0..=self.draw(6) {
            let spans = [0, 1, 999, 16_667, 16_667, 100_000, 3_600_000_000];
            let passed = RealTime::from_micros(*self.rng.pick(&spans).unwrap());
            let (before, opening) = (self.playground.run_id(), self.playground.opening_id());
            // A job may fail here.
            let _ = self.playground.apply(Input::Advance(passed));
            let now = self.playground.run_id();
            assert!(
                now == before || Some(now) == opening,
                "only a run that is being opened replaces the current one"
            );
            if let Some(lesson) = &mut self.lesson {
                lesson.advance(&mut self.playground, passed);
            }
        }
    }

    fn any_input(&mut self) -> Input {
        let end = self.playground.end().as_micros();
        let branches = self.playground.view().branches.len();
        match self.draw(24) {
            0 => Input::Seek(Time::from_micros(self.draw(end + end / 4))),
            1 => *self
                .rng
                .pick(&[Input::SeekEnd, Input::Seek(Time::ZERO)].map(Box::new))
                .unwrap()
                .clone(),
            2 => Input::Step,
            3 => Input::Fork,
            4 => Input::StepBack,
            5 | 6 => Input::Act(self.action()),
            7..=9 => Input::Console(self.line().to_string()),
            10 => Input::Together((0..=self.draw(2)).map(|_| self.action()).collect()),
            11 => Input::Follow(Line::Act { action: self.action(), background: false }),
            12 => Input::Follow(Line::Wait(Wait::until(Condition::Leader))),
            13 => Input::Undo,
            14 => Input::Branch(self.place(branches)),
            15 => Input::Rename(self.place(branches), " a\nb ".to_string()),
            16 => match self.draw(2) {
                0 => Input::Compare(None),
                _ => Input::Compare(Some(self.place(branches))),
            },
            17 => match self.draw(1) {
                0 => Input::Why(Question::Broken(self.property())),
                _ => Input::Why(Question::Role(1)),
            },
            18 => Input::Avoid(self.property()),
            19 => Input::Pin(self.draw(3) > 0),
            20 => self.something_to_open(),
            21 => match self.draw(3) {
                0 => Input::GiveUp,
                1 => Input::OpenByTime,
                2 => Input::Pause,
                _ => Input::Play,
            },
            22 => {
                let speeds =
                    [Speed::AUTOMATIC, Speed::new(1_000), Speed::new(20_000), Speed::UNBOUNDED];
                Input::Speed(*self.rng.pick(&speeds).unwrap())
            }
            23 => match self.draw(3) {
                0 => Input::Restart { nodes: 3, seed: self.draw(50) },
                1 => Input::Previous(self.landmark()),
                _ => Input::Next(self.landmark()),
            },
            _ => match self.rng.pick(&self.spots) {
                Some(spot) => Input::Return(*spot),
                None => Input::Play,
            },
        }
    }

    /// A famous run, a stored run, or a link; sometimes one that does not reach its instant.
    fn something_to_open(&mut self) -> Input {
        let mut archive = match (self.draw(3), self.rng.pick(&self.kept).cloned()) {
            (0, _) | (_, None) => self.rng.pick(&FAMOUS).unwrap().archive().unwrap(),
            (1, Some(_)) => {
                Bookmark::parse(&self.playground.bookmark().to_fragment()).unwrap().into()
            }
            (_, Some(kept)) => kept,
        };
        if self.draw(4) == 0 {
            let current = archive.current;
            archive.branches[current].digest = Some(crate::digest::Digest(1));
        }
        Input::Open(Box::new(archive))
    }

    /// Applies an input, and checks what it must not do.
    fn gives(&mut self, input: Input) {
        let before = (self.playground.run_id(), self.playground.opening_id());
        let state = |playground: &Playground| {
            (playground.instant(), playground.digest(), playground.recording().actions.len())
        };
        let was = state(&self.playground);
        let is_travelling = matches!(self.playground.progress(), Some(JobProgress::Travelling(_)));
        let result = self.playground.apply(input.clone());
        let now = (self.playground.run_id(), self.playground.opening_id());
        // What a script has done before its mistake stays done.
        let is_script = |line: &str| line.contains('\n') || line.starts_with("repeat");
        let is_script = matches!(&input, Input::Console(line) if is_script(line));
        let is_reached = matches!(result, Err(Problem::NoneAfter(_) | Problem::InScript(..)));
        if result.is_err() && !is_script && !is_reached {
            // A short seek is finished before an action.
            assert!(is_travelling || state(&self.playground) == was, "{input:?}: {result:?}");
            assert_eq!(now.0, before.0, "{input:?}: {result:?}");
        }
        match &input {
            Input::Restart { .. } => assert!(now.0 > before.0 && now.1.is_none()),
            Input::Open(_) => assert!(now.0 == before.0 && now.1 > before.1.max(Some(now.0))),
            Input::Console(line) if line.starts_with("cluster") => assert!(now.0 > before.0),
            Input::OpenByTime => assert_eq!(now.0, before.0),
            Input::GiveUp => assert_eq!(now, (before.0, None)),
            _ => assert_eq!(now, before, "{input:?}"),
        }
    }

    /// Reads everything that a page shows.
    fn looks(&mut self) {
        let playground = &mut self.playground;
        let view = playground.view();
        assert_eq!(view.branches.iter().filter(|branch| branch.current).count(), 1);
        assert!(view.clock.now <= view.clock.end, "{:?}", view.clock);
        let _ = (playground.motion(), playground.spacetime(), playground.verdicts());
        let Operations { since, .. } = playground.operations();
        assert!(since <= playground.now());
        let _ = (playground.charts(), playground.pin(), playground.differences(None, With::Pin));
        let _ = (playground.other_view(), playground.other_motion(), playground.parting());
        let _ = (playground.explanation(), playground.contradictions(), playground.rules());
        let _ = (playground.what_is_missing(), playground.repairs(), playground.messages(5));
        let _ = (playground.sentences(0).count(), playground.console(0).count());
        if let Some(JobProgress::Opening(_)) = playground.progress() {
            assert!(playground.opening_id().is_some());
        }
        if let Some(lesson) = &self.lesson {
            let _ = lesson.caption(playground);
        }
    }

    /// Waits until the running job ends.
    fn waits(&mut self) {
        while self.playground.progress().is_some() {
            let _ = self.playground.apply(Input::Advance(RealTime::from_micros(16_667)));
        }
        self.looks();
    }

    /// The run opens to the state that is shown, both as it is stored and as it is shared.
    fn opens_again(&mut self) -> Archive {
        let playground = &self.playground;
        let (archive, bookmark) = (playground.archive(), playground.bookmark());
        assert_eq!(Archive::parse(&archive.to_string()).as_ref(), Ok(&archive));
        assert_eq!(Bookmark::parse(&bookmark.to_fragment()).as_ref(), Ok(&bookmark));
        for archive in [archive.clone(), bookmark.into()] {
            let opened = opened(archive);
            assert_eq!(
                (opened.instant(), opened.digest()),
                (playground.instant(), playground.digest())
            );
            assert_eq!(opened.recording(), playground.recording());
        }
        archive
    }
}

/// A playground in which a run was opened.
fn opened(archive: Archive) -> Playground {
    let mut playground = Playground::new(1, 0);
    playground.apply(Input::Open(Box::new(archive))).unwrap();
    while playground.progress().is_some() {
        playground.apply(Input::Advance(RealTime::ZERO)).unwrap();
    }
    playground
}

/// Each branch of a stored run can be shown at the instant where it was left.
fn visits_every_branch(archive: &Archive) {
    let mut playground = opened(archive.clone());
    playground.apply(Input::Pause).unwrap();
    for (place, branch) in archive.branches.iter().enumerate() {
        if place != archive.current {
            playground.apply(Input::Branch(place)).unwrap();
            while playground.progress().is_some() {
                playground.apply(Input::Advance(RealTime::ZERO)).unwrap();
            }
            assert_eq!(playground.instant(), branch.shown, "branch {}", branch.name);
        }
    }
    assert_eq!(playground.archive().branches.len(), archive.branches.len());
}
