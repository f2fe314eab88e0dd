//! The playground: the one reducer behind every button, key and console line.
//!
//! [`Playground::apply`] takes an [`Input`] and either follows it or returns a sentence why not,
//! with nothing changed. [`view`] holds plain data for a page to draw. A run that breaks a property
//! stops playing.

mod asking;
mod automatic_speed;
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
mod remarks;
mod runs;
mod script_run;
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
pub use crate::script::Question;
pub use crate::store::{ClientId, Command, Key, LimitError, Value};
pub use crate::time::{Duration, RealTime, Time};
pub use formats::{Archive, ArchivedBranch, BadLink, Bookmark, MARK, MOST_BYTES};
pub use history::Limit;
pub use input::{Input, Problem};
pub use projection::With;
pub use view::{Landmark, RunId, Speed, Spot};

use crate::check::Run;
use crate::cluster::{RequestId, RequestTrace};
use automatic_speed::AutomaticSpeed;
use console::Console;
use history::branch::BranchHistory;
use history::run::ShownRun;
use jobs::Job;
use runs::Shown;
use script_run::ScriptRun;
use view::Remark;

/// The maximum number of events that one `Advance` handles, so that a frame stays short. The rest
/// is not made up later; time just passes more slowly.
const EVENTS_PER_ADVANCE: u32 = 1_000;

/// The longest real time that one `Advance` counts: a page that was suspended goes
/// on where it was.
const LONGEST_ADVANCE: RealTime = RealTime::from_millis(100);

/// A simulated cluster under a user's control.
#[derive(Debug)]
pub struct Playground {
    /// The run that is shown.
    shown: Shown,
    /// The running job.
    job: Option<Job>,
    /// The run that was refused last because it does not reach its instant; until the next input
    /// about a run.
    refused: Option<Box<Archive>>,
    /// The id of the run that was created last.
    last_id: RunId,
    /// The offset of sentence numbers, so that they only grow for a reader.
    numbers: u64,
    /// The jump counter: how often another instant was shown than the one that follows by itself.
    jumps: u64,
    playing: bool,
    speed: Speed,
    automatic_speed: AutomaticSpeed,
    /// The cluster time that is less than a microsecond so far, in thousandths of one.
    leftover: u64,
    revision: u64,
    console: Console,
    remark: Option<Remark>,
    /// The script that is being run in the console.
    script: Option<ScriptRun>,
}

impl Playground {
    /// A cluster of `nodes` servers, playing at the default speed.
    pub fn new(nodes: u32, seed: u64) -> Self {
        let id = RunId::default();
        Self {
            shown: Shown::new(ShownRun::of_new_cluster(id, ClusterConfig { nodes, seed })),
            job: None,
            refused: None,
            last_id: id,
            numbers: 0,
            jumps: 0,
            playing: true,
            speed: Speed::default(),
            automatic_speed: AutomaticSpeed::default(),
            leftover: 0,
            revision: 0,
            console: Console::default(),
            remark: None,
            script: None,
        }
    }

    /// Follows an input.
    ///
    /// # Errors
    ///
    /// Says in a sentence for the person who tried why it can't be done.
    pub fn apply(&mut self, input: Input) -> Result<(), Problem> {
        if let Input::Advance(real) = input {
            return self.pass(real);
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
            Input::Follow(command) => self.follow(command)?,
            Input::Play => self.set_playing(true),
            Input::Pause => self.set_playing(false),
            Input::Step => {
                self.shown.run.check_time()?;
                self.playing = false;
                self.step_and_say()?;
            }
            Input::StepBack => {
                self.playing = false;
                self.step_back()?;
            }
            Input::Seek(at) => {
                self.playing = false;
                self.seek(at)?;
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
            Input::Fork => self.fork()?,
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
                self.stop_script();
            }
            Input::Speed(speed) => self.set_speed(speed),
            Input::Console(line) => {
                self.revision += 1;
                return self.type_text(&line);
            }
            Input::Restart { nodes, seed } => self.found(ClusterConfig { nodes, seed }),
        }
        self.revision += 1;
        Ok(())
    }

    /// Performs an action now. In the past it begins a new branch, unless the recording has the
    /// same action here.
    ///
    /// # Errors
    /// The cluster's refusal, or a limit.
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
        self.shown.run.check_room(std::slice::from_ref(action))?;
        let (history, playback) = self.shown.run.parts();
        if history.goes_on_after(playback) {
            // A refused action begins no branch.
            let mut playback = playback.clone();
            let mut fork = history.fork(&playback);
            let (request, _) = fork.act(&mut playback, action).map_err(Problem::Refused)?;
            self.say_branched(self.shown.run.current);
            self.begin_branch(fork, &playback);
            self.shown.run.playback = playback;
            return Ok(request);
        }
        let (request, finished) = history.act(playback, action).map_err(Problem::Refused)?;
        self.tell_answers(&finished);
        Ok(request)
    }

    /// Advances the running job, or else the cluster, by real time.
    ///
    /// # Errors
    /// The failure of the job, or a limit.
    fn pass(&mut self, real: RealTime) -> Result<(), Problem> {
        if let Some(job) = self.job.take() {
            return self.go_on_with(job);
        }
        let advanced = self.advance(real);
        self.go_on_comparing();
        advanced
    }

    fn advance(&mut self, real: RealTime) -> Result<(), Problem> {
        if !self.playing {
            return Ok(());
        }
        if let Err(limit) = self.shown.run.check_time() {
            self.playing = false;
            self.revision += 1;
            return Err(limit.into());
        }
        let real = real.min(LONGEST_ADVANCE);
        let speed = self.speed_for(real).min(Speed::FASTEST);
        // `LONGEST_ADVANCE` is less than a second.
        let micros = u64::from(real.subsec_micros());
        let scaled = micros * u64::from(speed.get()) + self.leftover;
        let target = self.run().cluster().now() + Duration::from_micros(scaled / 1_000);
        self.leftover = scaled % 1_000;
        let until = if self.speed == Speed::UNBOUNDED { Time::END } else { target };
        for _ in 0..EVENTS_PER_ADVANCE {
            if !self.go_on(until)? {
                // Without a bound this means that no event is left; time passes nevertheless.
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

    /// The number of the speed for the next `real` time.
    fn speed_for(&mut self, real: RealTime) -> Speed {
        match self.speed {
            Speed::AUTOMATIC => {
                self.automatic_speed.look(self.shown.run.playback.run.cluster(), real)
            }
            speed => speed,
        }
    }

    /// Does the next thing up to `until`: a recorded action, an event, or the end of a script's wait.
    /// Returns whether there was one.
    ///
    /// # Errors
    /// The failure of a script that goes on then.
    fn go_on(&mut self, until: Time) -> Result<bool, Problem> {
        let end = self.script_waits_until().filter(|end| *end <= until);
        let known = self.run().violations().len();
        let (history, playback) = self.shown.run.parts();
        let Some(finished) = history.go_on(playback, end.unwrap_or(until)) else {
            let Some(end) = end else { return Ok(false) };
            history.rest(playback, end);
            return if self.run().cluster().now() < end { Ok(false) } else { self.end_wait() };
        };
        self.revision += 1;
        self.tell_answers(&finished);
        self.stop_at_what_breaks(known);
        self.look_for_awaited(&finished);
        self.look_for_script(&finished)?;
        Ok(true)
    }

    /// Pauses if more than `known` properties are broken.
    fn stop_at_what_breaks(&mut self, known: usize) {
        if self.run().violations().len() > known {
            self.playing = false;
        }
    }

    /// Handles exactly one event, after the recorded actions before it.
    ///
    /// # Errors
    /// The failure of a script that goes on then.
    fn step(&mut self) -> Result<(), Problem> {
        let events = self.run().cluster().events();
        while self.run().cluster().events() == events && self.go_on(Time::END)? {}
        Ok(())
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

    /// The playback speed, as it was chosen.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// The speed at which time passes while it plays: never [`Speed::AUTOMATIC`].
    pub fn speed_now(&self) -> Speed {
        match self.speed {
            Speed::AUTOMATIC => self.automatic_speed.speed(self.run().cluster()),
            speed => speed,
        }
    }

    /// Whether the next piece of work can be done at once, since it depends on no clock.
    pub fn is_busy(&self) -> bool {
        let runs_free = self.playing && self.speed == Speed::UNBOUNDED;
        self.progress().is_some() || runs_free
    }

    /// The instant that is shown.
    pub fn now(&self) -> Time {
        self.run().cluster().now()
    }

    /// Increases whenever anything but the clock may have changed.
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
