//! What a person does with a cluster: the one reducer behind every button, key and console line.
//!
//! [`Playground::apply`] takes an [`Input`] and either does it or says in a sentence why not, with
//! nothing changed. [`view`] holds plain data for a page to draw. A problem stops here; a run that
//! breaks a property stops playing.

mod archive;
mod avoid;
mod build;
pub mod charts;
mod compare;
mod console;
mod difference;
mod following;
mod hands;
mod history;
mod input;
mod job;
mod journey;
pub mod keeping;
pub mod laboratory;
pub mod ledger;
mod link;
mod motion;
mod opening;
pub mod pursuit;
pub mod quest;
mod room;
mod shown;
mod tape;
mod travel;
pub mod view;
pub mod weave;
mod why;

pub use crate::cluster::{
    Action, ClockChange, Consistency, DiskState, Founding, Handling, LinkChange, MessageId,
    Operation, Rate, Timing, Topic, Which, Workload,
};
pub use crate::raft::NodeId;
pub use crate::recording::{Instant, Recording, Timed, Unusable};
pub use crate::rng::Chance;
pub use crate::script::{Question, Wait};
pub use crate::store::{ClientId, Command, Key, LimitError, Value};
pub use crate::time::Duration;
pub use archive::{Archive, MOST_BYTES, Story};
pub use difference::With;
pub use following::Spot;
pub use input::{Input, Landmark, Problem, Speed};
pub use link::{BadLink, Bookmark, MARK};
pub use room::Limit;
pub use shown::RunId;

use crate::check::Run;
use crate::cluster::{Journey, RequestId};
use crate::time::Time;
use console::Console;
use job::Job;
use ledger::Operations;
use shown::Shown;
use tape::Tape;
use view::{ConsoleLine, Motion, Sentence, Timeline, Verdict, View};
use weave::Spacetime;

/// The most events that one `Advance` handles: enough for the highest speed that a frame has room
/// for. What is left is not made up later; time just passes more slowly.
const EVENTS_PER_ADVANCE: u32 = 1_000;

/// The longest real time that one `Advance` counts, in microseconds: a page that was asleep goes on
/// where it was.
const LONGEST_ADVANCE: u64 = 100_000;

/// A cluster under a person's hands.
#[derive(Debug)]
pub struct Playground {
    /// The run that is shown.
    shown: Shown,
    /// What takes long and is under way.
    job: Option<Job>,
    /// The run that was refused last, since it does not come here to its instant: as long as nothing else was
    /// done.
    refused: Option<Box<Archive>>,
    /// What was given to the run that was created last.
    last_id: RunId,
    /// What is added to the numbers of sentences, so that they grow for whoever reads along.
    numbers: u64,
    /// How often another instant was shown than the one that follows by itself.
    jumps: u64,
    playing: bool,
    speed: Speed,
    /// Real time that has not yet made a whole microsecond of cluster time, in thousandths of one.
    leftover: u64,
    revision: u64,
    console: Console,
}

impl Playground {
    /// A cluster of `nodes` servers, playing at the default speed.
    pub fn new(nodes: u32, seed: u64) -> Self {
        let id = RunId::default();
        Self {
            shown: Shown::founded(id, Founding { nodes, seed }),
            job: None,
            refused: None,
            last_id: id,
            numbers: 0,
            jumps: 0,
            playing: true,
            speed: Speed::default(),
            leftover: 0,
            revision: 0,
            console: Console::default(),
        }
    }

    /// The one reducer. Where it returns a problem, nothing has changed but what the console shows.
    pub fn apply(&mut self, input: Input) -> Result<(), Problem> {
        if let Input::Advance(real_micros) = input {
            return self.pass(real_micros);
        }
        if let Err(problem) = self.make_way_for(&input) {
            if let Input::Console(line) = &input {
                self.refuse_line(line, &problem);
            }
            return Err(problem);
        }
        match input {
            Input::Advance(_) => {}
            Input::Act(action) => {
                self.act(&action)?;
            }
            Input::Together(actions) => self.act_together(&actions)?,
            Input::Ask(action) => self.ask(&action)?,
            Input::Await(wait) => self.wait_for(wait),
            Input::Play => self.set_playing(true),
            Input::Pause => self.set_playing(false),
            Input::Step => {
                self.look_for_time()?;
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
            Input::Why(question) => self.ask_why(question, false),
            Input::Avoid(property) => self.avoid(property)?,
            Input::Pin(true) => self.set_pin(),
            Input::Pin(false) => self.shown.pin = None,
            Input::Open(archive) => self.begin_opening(*archive)?,
            Input::OpenByTime => self.begin_opening_by_time(),
            Input::GiveUp => {
                self.end_job();
                self.shown.awaited = None;
            }
            Input::Speed(speed) => self.set_speed(speed),
            Input::Console(line) => {
                self.revision += 1;
                return self.type_line(&line);
            }
            Input::Restart { nodes, seed } => self.found(Founding { nodes, seed }),
        }
        self.revision += 1;
        Ok(())
    }

    /// Does something now. In the past another story begins with it, unless it is what was done then.
    fn act(&mut self, action: &Action) -> Result<Option<RequestId>, Problem> {
        let known = self.run().violations().len();
        let request = self.act_unwatched(action)?;
        self.console.did(action);
        self.stop_at_what_breaks(known);
        Ok(request)
    }

    fn act_unwatched(&mut self, action: &Action) -> Result<Option<RequestId>, Problem> {
        let tape = &mut self.shown.branches[self.shown.current].tape;
        if let Some((request, finished)) = tape.act_again(&mut self.shown.scene, action) {
            self.tell_answers(&finished);
            return Ok(request);
        }
        self.look_for_room(action)?;
        let tape = &mut self.shown.branches[self.shown.current].tape;
        if tape.goes_on_after(&self.shown.scene) {
            // What is refused begins no story.
            let mut scene = self.shown.scene.clone();
            let mut fork = tape.fork(&scene);
            let (request, _) = fork.act(&mut scene, action).map_err(Problem::Refused)?;
            self.begin_branch(fork, &scene);
            self.shown.scene = scene;
            return Ok(request);
        }
        let (request, finished) =
            tape.act(&mut self.shown.scene, action).map_err(Problem::Refused)?;
        self.tell_answers(&finished);
        Ok(request)
    }

    /// Real time passes: for what takes long, and else for the cluster.
    fn pass(&mut self, real_micros: u64) -> Result<(), Problem> {
        if let Some(job) = self.job.take() {
            return self.go_on_with(job);
        }
        let advanced = self.advance(real_micros);
        self.go_on_comparing();
        advanced
    }

    fn advance(&mut self, real_micros: u64) -> Result<(), Problem> {
        if !self.playing {
            return Ok(());
        }
        if let Err(problem) = self.look_for_time() {
            self.playing = false;
            self.revision += 1;
            return Err(problem);
        }
        let speed = self.speed.min(Speed::FASTEST);
        let scaled = real_micros.min(LONGEST_ADVANCE) * u64::from(speed.get()) + self.leftover;
        let target = self.run().cluster().now() + Duration::from_micros(scaled / 1_000);
        self.leftover = scaled % 1_000;
        let until = if self.speed == Speed::UNBOUNDED { Time::END } else { target };
        for _ in 0..EVENTS_PER_ADVANCE {
            if !self.go_on(until) {
                // With no bound nothing is to come at all; time passes all the same.
                let target = target.max(self.run().cluster().now());
                self.shown.branches[self.shown.current].tape.rest(&mut self.shown.scene, target);
                return Ok(());
            }
            if !self.playing {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What comes next, if it comes until then: a recorded action or an event.
    fn go_on(&mut self, until: Time) -> bool {
        let known = self.run().violations().len();
        let tape = &mut self.shown.branches[self.shown.current].tape;
        let Some(finished) = tape.go_on(&mut self.shown.scene, until) else { return false };
        self.revision += 1;
        self.tell_answers(&finished);
        self.stop_at_what_breaks(known);
        self.look_for_awaited(&finished);
        true
    }

    /// A property more than these is broken: time stands still.
    fn stop_at_what_breaks(&mut self, known: usize) {
        if self.run().violations().len() > known {
            self.playing = false;
        }
    }

    /// Handles exactly one event, after what was done before it.
    fn step(&mut self) {
        let events = self.run().cluster().events();
        while self.run().cluster().events() == events && self.go_on(Time::END) {}
    }

    fn tell_answers(&mut self, finished: &[Journey]) {
        for journey in finished {
            if let Some((_, answer)) = &journey.answer {
                self.console.answered(journey, answer);
            }
        }
    }

    /// The run at the instant that is shown.
    fn run(&self) -> &Run {
        &self.shown.scene.run
    }

    fn tape(&self) -> &Tape {
        &self.shown.branches[self.shown.current].tape
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
        self.progress().is_some() || runs_free
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
        motion::motion(self.run().cluster(), self.passing())
    }

    /// How fast time passes, if it does.
    fn passing(&self) -> Option<Speed> {
        self.playing.then_some(self.speed)
    }

    /// The recent past as a space-time diagram, at this instant.
    pub fn spacetime(&self) -> Spacetime {
        self.shown.scene.weave.spacetime(self.run().cluster())
    }

    /// The clients' operations of the recent past, at this instant, and an order that they could have had.
    pub fn operations(&self) -> Operations {
        self.shown.scene.ledger.operations(self.run().cluster().now())
    }

    /// Of [`Playground::operations`].
    pub fn operations_version(&self) -> ledger::Version {
        (self.shown.scene.ledger.count(), self.jumps, self.shown.id)
    }

    /// The sentences from number `from` on, as far as they are kept. The numbers only grow, even where
    /// another instant is shown.
    pub fn sentences(&self, from: u64) -> impl DoubleEndedIterator<Item = Sentence> {
        let history = &self.shown.scene.history;
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
mod person;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
