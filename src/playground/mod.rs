//! What a person does with a cluster: the one reducer behind every button, key and console line.
//!
//! [`Playground::apply`] takes an [`Input`] and either does it or says in a sentence why not, with
//! nothing changed. [`view`] holds plain data for a page to draw. A problem stops here; a run that
//! breaks a property stops playing.

mod archive;
mod build;
pub mod charts;
mod compare;
mod console;
mod difference;
mod following;
mod hands;
mod history;
mod journey;
mod link;
mod motion;
mod opening;
mod recording;
mod tape;
mod travel;
pub mod view;
pub mod weave;

use std::fmt;

pub use crate::cluster::{
    Action, ClockChange, Consistency, Founding, Handling, LinkChange, MessageId, Operation, Rate,
    Timing, Topic, Which, Workload,
};
pub use crate::raft::NodeId;
pub use crate::rng::Chance;
pub use crate::script::Wait;
pub use crate::store::{Command, Key, LimitError, Value};
pub use crate::time::Duration;
pub use archive::{Archive, MOST_BYTES, Story};
pub use difference::With;
pub use following::Spot;
pub use link::{BadLink, Bookmark, MARK};
pub use recording::{Instant, Recording, Timed, Unusable};

use crate::check::Run;
use crate::cluster::{Journey, Refused, RequestId};
use crate::script::Mistake;
use crate::time::Time;
use compare::Comparison;
use console::Console;
use difference::Pin;
use following::Awaited;
use opening::Opening;
use tape::{Scene, Tape};
use travel::Trip;
use view::{ConsoleLine, Motion, Sentence, Timeline, Verdict, View};
use weave::Spacetime;

/// The speed of playback: microseconds of cluster time per millisecond of real time, so that 1,000 is
/// as fast as life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(u32);

impl Speed {
    /// A thousandth of life.
    pub const SLOWEST: Self = Self(1);
    /// A thousand times as fast as life.
    pub const FASTEST: Self = Self(1_000_000);
    /// As fast as it goes: every `Advance` handles as many events as one may.
    pub const UNBOUNDED: Self = Self(u32::MAX);

    /// The speed, moved into the bounds.
    pub const fn new(micros_per_milli: u32) -> Self {
        if micros_per_milli < Self::SLOWEST.0 {
            Self::SLOWEST
        } else if micros_per_milli == Self::UNBOUNDED.0 {
            Self::UNBOUNDED
        } else if micros_per_milli > Self::FASTEST.0 {
            Self::FASTEST
        } else {
            Self(micros_per_milli)
        }
    }

    /// Microseconds of cluster time per millisecond of real time.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Speed {
    /// Slow enough to follow a heartbeat by eye.
    fn default() -> Self {
        Self(50)
    }
}

/// `1/20`, `1×`, `50×`, `max`.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::UNBOUNDED {
            return write!(f, "max");
        }
        if self.0 >= 1_000 {
            let tenths = (u64::from(self.0) + 50) / 100;
            return match tenths % 10 {
                _ if tenths >= 100 => write!(f, "{}×", (tenths + 5) / 10),
                0 => write!(f, "{}×", tenths / 10),
                rest => write!(f, "{}.{rest}×", tenths / 10),
            };
        }
        write!(f, "1/{}", (1_000 + self.0 / 2) / self.0)
    }
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Something to the cluster.
    Act(Action),
    /// All of this at once, and it is taken back at once. What is refused of it is left out.
    Together(Vec<Action>),
    /// One thing; where it is a request, time passes until that is answered, and stands still then.
    Ask(Action),
    /// Lets time pass until that has come, and stands still then.
    Await(Wait),
    /// Lets time pass.
    Play,
    /// Stops it.
    Pause,
    /// Handles exactly one event, and pauses.
    Step,
    /// Goes back by one event, and pauses.
    StepBack,
    /// Goes to this time, in microseconds, and pauses there.
    Seek(u64),
    /// Goes to the end of what was played.
    SeekEnd,
    /// Comes back to a place, and pauses there.
    Return(Spot),
    /// Takes back the last thing that was done, by going on otherwise from just before it.
    Undo,
    /// Goes to the first such thing after this instant, and pauses. Where none was played yet, time
    /// passes until it comes, but no more than a minute of it.
    Next(Landmark),
    /// Goes to the last such thing before this instant, and pauses.
    Previous(Landmark),
    /// Goes over to another branch, to where that was left.
    Branch(usize),
    /// Names a branch.
    Rename(usize, String),
    /// Compares another branch with the one that is shown, or no more.
    Compare(Option<usize>),
    /// Pins the instant that is shown, so that others are compared with it; or takes the pin away.
    Pin(bool),
    /// Opens a run that was kept or shared, at the instant at which it was left. It is played up to there
    /// piece by piece while real time advances; until it is there, all stays as it is.
    Open(Box<Archive>),
    /// Opens the run that was just refused since it was made with a version that played differently: what was
    /// done in it is done at the same times, whatever comes of it here.
    OpenByTime,
    /// Gives up what takes a while: the opening of a run, a long way to another instant, or what is
    /// waited for.
    GiveUp,
    /// Changes how fast time passes.
    Speed(Speed),
    /// So many microseconds of real time have passed.
    Advance(u64),
    /// A line typed into the console.
    Console(String),
    /// A new cluster.
    Restart { nodes: u32, seed: u64 },
}

impl Input {
    /// Whether it goes to an instant that does not hang on the one that is shown.
    fn goes_elsewhere(&self) -> bool {
        let goes = matches!(self, Self::Seek(_) | Self::SeekEnd | Self::Return(_));
        goes || matches!(self, Self::Branch(_) | Self::Restart { .. })
    }

    /// Whether it is done at the instant that is shown.
    fn is_about_an_instant(&self) -> bool {
        let goes = matches!(self, Self::Step | Self::StepBack | Self::Undo);
        let goes = goes || matches!(self, Self::Next(_) | Self::Previous(_));
        let acts = matches!(self, Self::Act(_) | Self::Ask(_) | Self::Await(_) | Self::Together(_));
        goes || acts || matches!(self, Self::Console(_) | Self::Compare(_) | Self::Pin(true))
    }
}

/// What one goes to on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landmark {
    /// A leader was elected.
    Election,
    /// A leader saw an entry to be committed.
    Commit,
    /// A fault of the world, or the end of one.
    Fault,
    /// A property broke.
    Violation,
    /// The visitor was answered.
    Answer,
}

impl Landmark {
    pub const ALL: [Self; 5] =
        [Self::Election, Self::Commit, Self::Fault, Self::Violation, Self::Answer];
}

/// `election`, `client answer`.
impl fmt::Display for Landmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Election => "election",
            Self::Commit => "commit",
            Self::Fault => "fault",
            Self::Violation => "violation",
            Self::Answer => "answer to you",
        })
    }
}

/// Why something can't be done, as a sentence for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The cluster refuses it.
    Refused(Refused),
    /// The line can't be read.
    Mistake(Mistake),
    /// An expectation typed into the console is not met.
    Unmet(String),
    /// There is nothing to take back.
    NothingToUndo,
    /// There is no such branch.
    NoBranch,
    /// A name is empty.
    NoName,
    /// There is none before this instant.
    NoneBefore(Landmark),
    /// None came within the time that was looked at.
    NoneAfter(Landmark),
    /// A run that was to be opened does not come to the instant that it names.
    Diverged,
    /// Another instant is being played up to, which takes a while.
    Travelling,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Unmet(how) => write!(f, "not as expected: {how}"),
            Self::NothingToUndo => write!(f, "nothing was done that could be taken back"),
            Self::NoBranch => write!(f, "there is no such story"),
            Self::NoName => write!(f, "a story's name has at least one letter"),
            Self::NoneBefore(landmark) => write!(f, "there was no {landmark} before this instant"),
            Self::NoneAfter(landmark) => {
                write!(f, "no {landmark} came within a minute of cluster time")
            }
            Self::Diverged => write!(
                f,
                "this run does not come here to the instant at which it was left: \
                 it was changed, or made with another version"
            ),
            Self::Travelling => {
                write!(f, "another instant is still being played up to: wait for it, or stop that")
            }
        }
    }
}

impl std::error::Error for Problem {}

/// The most events that one `Advance` handles: enough for the highest speed that a frame has room
/// for. What is left is not made up later; time just passes more slowly.
const EVENTS_PER_ADVANCE: u32 = 1_000;

/// The longest real time that one `Advance` counts, in microseconds: a page that was asleep goes on
/// where it was.
const LONGEST_ADVANCE: u64 = 100_000;

/// A cluster under a person's hands.
#[derive(Debug)]
pub struct Playground {
    /// The instant that is shown.
    scene: Scene,
    /// All stories that were begun; one of them is played.
    branches: Vec<Branch>,
    current: usize,
    /// What is added to the numbers of sentences, so that they grow for whoever reads along.
    numbers: u64,
    /// How often another instant was shown than the one that follows by itself.
    jumps: u64,
    /// How many runs came before this one.
    runs: u64,
    playing: bool,
    speed: Speed,
    /// Real time that has not yet made a whole microsecond of cluster time, in thousandths of one.
    leftover: u64,
    revision: u64,
    console: Console,
    opening: Option<Box<Opening>>,
    /// The run that was refused last, since it does not come here to its instant.
    diverged: Option<Box<Archive>>,
    trip: Option<Trip>,
    /// What time passes for.
    awaited: Option<Awaited>,
    comparison: Option<Comparison>,
    pin: Option<Box<Pin>>,
}

/// A story: how it began and how it went on.
#[derive(Debug)]
struct Branch {
    name: String,
    /// The branch that it left, and when, in microseconds.
    left: Option<(usize, u64)>,
    tape: Tape,
    /// Where it was left for another.
    at: Instant,
}

impl Branch {
    fn first(tape: Tape, scene: &Scene) -> Self {
        Self { name: travel::letters(0), left: None, tape, at: scene.instant() }
    }
}

impl Playground {
    /// A cluster of `nodes` servers, playing at the default speed.
    pub fn new(nodes: u32, seed: u64) -> Self {
        let (tape, scene) = Tape::new(Founding { nodes, seed });
        Self {
            branches: vec![Branch::first(tape, &scene)],
            scene,
            current: 0,
            numbers: 0,
            jumps: 0,
            runs: 0,
            playing: true,
            speed: Speed::default(),
            leftover: 0,
            revision: 0,
            console: Console::default(),
            opening: None,
            diverged: None,
            trip: None,
            awaited: None,
            comparison: None,
            pin: None,
        }
    }

    /// The one reducer. Where it returns a problem, nothing has changed but what the console shows.
    pub fn apply(&mut self, input: Input) -> Result<(), Problem> {
        if let Input::Advance(real_micros) = input {
            return self.pass(real_micros);
        }
        if input.goes_elsewhere() {
            self.trip = None;
        } else if input.is_about_an_instant() {
            let done = self.finish_travelling();
            if let (Err(problem), Input::Console(line)) = (&done, &input) {
                self.refuse_line(line, problem);
            }
            done?;
        }
        match input {
            Input::Advance(_) => {}
            Input::Act(action) => {
                self.act(&action)?;
            }
            Input::Together(actions) => self.act_together(&actions)?,
            Input::Ask(action) => self.ask(&action)?,
            Input::Await(wait) => self.wait_for(wait),
            Input::Play => self.playing = true,
            Input::Pause => self.playing = false,
            Input::Step => {
                self.playing = false;
                self.step();
            }
            Input::StepBack => {
                self.playing = false;
                self.step_back()?;
            }
            Input::Seek(micros) => {
                self.playing = false;
                self.seek(Time::from_micros(micros))?;
            }
            Input::SeekEnd => self.seek(self.tape().end().at)?,
            Input::Return(spot) => self.return_to(spot)?,
            Input::Next(landmark) => {
                self.playing = false;
                self.next_landmark(landmark)?;
            }
            Input::Previous(landmark) => {
                self.previous_landmark(landmark)?;
                self.playing = false;
            }
            Input::Undo => self.undo()?,
            Input::Branch(number) => self.go_over_to(number)?,
            Input::Rename(number, name) => self.rename(number, &name)?,
            Input::Compare(with) => self.compare(with)?,
            Input::Pin(true) => self.set_pin(),
            Input::Pin(false) => self.pin = None,
            Input::Open(archive) => self.begin_opening(*archive),
            Input::OpenByTime => self.begin_opening_by_time(),
            Input::GiveUp => (self.opening, self.trip, self.awaited) = (None, None, None),
            Input::Speed(speed) => self.speed = speed,
            Input::Console(line) => {
                self.revision += 1;
                return self.type_line(&line);
            }
            Input::Restart { nodes, seed } => self.found(Founding { nodes, seed }),
        }
        self.revision += 1;
        Ok(())
    }

    /// A new cluster in place of the old one; speed, playback and console stay.
    fn found(&mut self, founding: Founding) {
        let (tape, scene) = Tape::new(founding);
        self.branches = vec![Branch::first(tape, &scene)];
        (self.current, self.comparison, self.awaited, self.pin) = (0, None, None, None);
        self.runs += 1;
        self.show(scene);
    }

    /// Does something now. In the past another story begins with it, unless it is what was done then.
    fn act(&mut self, action: &Action) -> Result<Option<RequestId>, Problem> {
        let tape = &mut self.branches[self.current].tape;
        if let Some((request, finished)) = tape.act_again(&mut self.scene, action) {
            self.tell_answers(&finished);
            return Ok(request);
        }
        if tape.goes_on_after(&self.scene) {
            // What is refused begins no story.
            let mut scene = self.scene.clone();
            let mut fork = tape.fork(&scene);
            let (request, _) = fork.act(&mut scene, action).map_err(Problem::Refused)?;
            self.begin_branch(fork, &scene);
            self.scene = scene;
            return Ok(request);
        }
        let (request, finished) = tape.act(&mut self.scene, action).map_err(Problem::Refused)?;
        self.tell_answers(&finished);
        Ok(request)
    }

    /// Real time passes: for what takes long, and else for the cluster.
    fn pass(&mut self, real_micros: u64) -> Result<(), Problem> {
        if self.opening.is_some() {
            return self.go_on_opening();
        }
        if self.trip.is_some() {
            return self.go_on_travelling();
        }
        self.advance(real_micros);
        self.go_on_comparing();
        Ok(())
    }

    fn advance(&mut self, real_micros: u64) {
        if !self.playing {
            return;
        }
        let speed = self.speed.min(Speed::FASTEST);
        let scaled = real_micros.min(LONGEST_ADVANCE) * u64::from(speed.0) + self.leftover;
        let target = self.run().cluster().now() + Duration::from_micros(scaled / 1_000);
        self.leftover = scaled % 1_000;
        let until = if self.speed == Speed::UNBOUNDED { Time::END } else { target };
        for _ in 0..EVENTS_PER_ADVANCE {
            if !self.go_on(until) {
                // With no bound nothing is to come at all; time passes all the same.
                let target = target.max(self.run().cluster().now());
                self.branches[self.current].tape.rest(&mut self.scene, target);
                return;
            }
            if !self.playing {
                return;
            }
        }
    }

    /// What comes next, if it comes until then: a recorded action or an event.
    fn go_on(&mut self, until: Time) -> bool {
        let sound = self.run().violation().is_none();
        let tape = &mut self.branches[self.current].tape;
        let Some(finished) = tape.go_on(&mut self.scene, until) else { return false };
        self.revision += 1;
        self.tell_answers(&finished);
        if sound && self.run().violation().is_some() {
            self.playing = false;
        }
        self.look_for_awaited(&finished);
        true
    }

    /// Handles exactly one event, after what was done before it.
    fn step(&mut self) {
        let events = self.run().cluster().events();
        while self.run().cluster().events() == events && self.go_on(Time::END) {}
    }

    fn tell_answers(&mut self, finished: &[Journey]) {
        for journey in finished {
            if let Some((_, answer)) = &journey.answer {
                self.console.answered(journey.id, answer);
            }
        }
    }

    /// The run at the instant that is shown.
    fn run(&self) -> &Run {
        &self.scene.run
    }

    fn tape(&self) -> &Tape {
        &self.branches[self.current].tape
    }

    /// Whether time passes.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// How fast.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether the next piece of what takes long could be done at once: it hangs on no clock.
    pub fn is_busy(&self) -> bool {
        let runs_free = self.playing && self.speed == Speed::UNBOUNDED;
        self.opening.is_some() || self.trip.is_some() || runs_free
    }

    /// Cluster time in microseconds.
    pub fn now(&self) -> u64 {
        self.run().cluster().now().as_micros()
    }

    /// Grows whenever anything but the clock may have changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How often another instant was shown than the one that follows by itself.
    pub fn jumps(&self) -> u64 {
        self.jumps
    }

    /// Grows with every new run: a new cluster, or one that was opened.
    pub fn run_number(&self) -> u64 {
        self.runs
    }

    /// What a run is called as long as nobody has named it.
    pub fn title(&self) -> String {
        let Founding { nodes, seed } = self.recording().founding;
        format!("{nodes} {}, seed {seed}", if nodes == 1 { "node" } else { "nodes" })
    }

    /// All that a page shows, but for what moves.
    pub fn view(&self) -> View {
        build::view(self)
    }

    /// What stands on the timeline of this story.
    pub fn timeline(&self) -> &Timeline {
        self.tape().track.timeline()
    }

    /// What the judges say at this instant.
    pub fn verdicts(&self) -> Vec<Verdict> {
        build::verdicts(self.run())
    }

    /// What moves, at this instant.
    pub fn motion(&self) -> Motion {
        motion::motion(self.run().cluster())
    }

    /// The recent past as a space-time diagram, at this instant.
    pub fn spacetime(&self) -> Spacetime {
        self.scene.weave.spacetime(self.run().cluster())
    }

    /// The sentences from number `from` on, as far as they are kept. The numbers only grow, even where
    /// another instant is shown.
    pub fn sentences(&self, from: u64) -> impl DoubleEndedIterator<Item = Sentence> {
        let history = &self.scene.history;
        let numbers = history.numbers();
        let first = from.saturating_sub(self.numbers).clamp(numbers.start, numbers.end);
        (first..numbers.end).filter_map(|number| history.sentence(number, self.numbers))
    }

    /// The lines of the console from number `from` on, as far as they are kept.
    pub fn console(&self, from: u64) -> impl DoubleEndedIterator<Item = &ConsoleLine> {
        self.console.lines(from)
    }

    /// The name for the next new server.
    pub fn next_node(&self) -> NodeId {
        self.run().cluster().next_node_id()
    }

    /// The words that could stand at the end of a console line.
    pub fn completions(&self, line: &str) -> Vec<String> {
        let cluster = self.run().cluster();
        let nodes: Vec<String> = cluster.servers().map(|server| server.id().to_string()).collect();
        let stores = cluster.servers().filter_map(crate::cluster::Server::store);
        let mut keys: Vec<String> =
            stores.flat_map(|store| store.entries().map(|(key, _)| key.to_string())).collect();
        keys.sort_unstable();
        keys.dedup();
        crate::script::complete(line, &nodes, &keys)
    }
}

/// Microseconds of cluster time, for plain data.
fn micros(at: Time) -> u64 {
    at.as_micros()
}

#[cfg(test)]
mod tests;
