//! What a person does with a cluster: the one reducer behind every button, key and console line.
//!
//! [`Playground::apply`] takes an [`Input`] and either does it or says in a sentence why not, with
//! nothing changed. [`view`] holds plain data for a page to draw. A problem stops here; a run that
//! breaks a property stops playing.

mod asking;
mod comparing;
mod console;
mod following;
pub mod formats;
pub mod history;
mod input;
mod jobs;
mod looking;
mod navigation;
pub mod projection;
mod runs;
pub mod search;
pub mod view;
mod working;

pub use crate::cluster::{
    Action, ClockChange, ClusterConfig, Consistency, DiskState, Handling, LinkChange, MessageId,
    Operation, Rate, Timing, Topic, Which, Workload,
};
pub use crate::raft::NodeId;
pub use crate::recording::{Instant, Recording, Timed, Unusable};
pub use crate::rng::Chance;
pub use crate::script::{Question, Wait};
pub use crate::store::{ClientId, Command, Key, LimitError, Value};
pub use crate::time::Duration;
pub use formats::{Archive, ArchivedBranch, BadLink, Bookmark, MARK, MOST_BYTES};
pub use history::Limit;
pub use input::{Input, Problem};
pub use projection::With;
pub use view::{Landmark, RunId, Speed, Spot};

use crate::check::Run;
use crate::cluster::{RequestId, RequestTrace};
use crate::time::Time;
use console::Console;
use history::branch::BranchHistory;
use history::run::ShownRun;
use jobs::Job;
use runs::Shown;

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
            shown: Shown::new(ShownRun::founded(id, ClusterConfig { nodes, seed })),
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
    ///
    /// # Errors
    ///
    /// Says in a sentence for the person who tried why it can't be done.
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
                self.shown.run.look_for_time()?;
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
            Input::SeekEnd => self.seek(self.history().end().at)?,
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
            Input::Restart { nodes, seed } => self.found(ClusterConfig { nodes, seed }),
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
        let (history, playback) = self.shown.run.parts();
        if let Some((request, finished)) = history.act_again(playback, action) {
            self.tell_answers(&finished);
            return Ok(request);
        }
        self.shown.run.look_for_room(action)?;
        let (history, playback) = self.shown.run.parts();
        if history.goes_on_after(playback) {
            // What is refused begins no branch.
            let mut playback = playback.clone();
            let mut fork = history.fork(&playback);
            let (request, _) = fork.act(&mut playback, action).map_err(Problem::Refused)?;
            self.begin_branch(fork, &playback);
            self.shown.run.playback = playback;
            return Ok(request);
        }
        let (request, finished) = history.act(playback, action).map_err(Problem::Refused)?;
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
        if let Err(limit) = self.shown.run.look_for_time() {
            self.playing = false;
            self.revision += 1;
            return Err(limit.into());
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
                let (history, playback) = self.shown.run.parts();
                history.rest(playback, target);
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
        let (history, playback) = self.shown.run.parts();
        let Some(finished) = history.go_on(playback, until) else { return false };
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

    fn tell_answers(&mut self, finished: &[RequestTrace]) {
        for request_trace in finished {
            if let Some((_, answer)) = &request_trace.answer {
                self.console.answered(request_trace, answer);
            }
        }
    }

    /// The run at the instant that is shown.
    fn run(&self) -> &Run {
        &self.shown.run.playback.run
    }

    fn history(&self) -> &BranchHistory {
        self.shown.run.history()
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
}

#[cfg(test)]
mod tests;
