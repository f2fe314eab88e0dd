//! What a person does with a playground, where they go on the timeline, and why something can't be done.

use std::fmt;

use super::{Archive, Limit, Question, Spot};
use crate::cluster::{Action, Refused};
use crate::script::{Mistake, Wait};
use crate::time::Duration;

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

    /// The speed at which this span of cluster time passes in that much real time, as far as the bounds allow: it
    /// never is the unbounded one.
    pub fn passing(cluster: Duration, real: Duration) -> Self {
        let speed = cluster.as_micros().saturating_mul(1_000).checked_div(real.as_micros());
        let most = u64::from(Self::FASTEST.0);
        u32::try_from(speed.unwrap_or(most).min(most)).map_or(Self::FASTEST, Self::new)
    }

    /// How much cluster time passes in that much real time, if the machine can do it.
    pub fn covers(self, real: Duration) -> Duration {
        Duration::from_micros(real.as_micros().saturating_mul(u64::from(self.0)) / 1_000)
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
    /// Looks for what made something so at the instant that is shown, and pauses. It is found piece by piece
    /// while real time advances.
    Why(Question),
    /// Looks for the last instant from which this broken property could still be avoided by the rules, goes
    /// there, and pauses.
    Avoid(&'static str),
    /// Opens a run that was kept or shared, at the instant at which it was left. It is played up to there
    /// piece by piece while real time advances; until it is there, all stays as it is, and what is to be done
    /// to the run that is still shown is refused. [`Playground::opening_id`](super::Playground::opening_id)
    /// says which run it will be.
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

/// What an input has to do with the run that is shown, and so with what takes long and is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Time passes.
    Time,
    /// It changes how the run is played or looked at, and is done at any instant, whatever is under way.
    Playback,
    /// It goes to an instant that does not hang on the one that is shown.
    Travels,
    /// It is done at the instant that is shown.
    AtInstant,
    /// It changes the run, whatever instant is shown.
    OfRun,
    /// Another run begins, or begins to be opened.
    BeginsRun,
    /// The run that was refused begins to be opened.
    OpensRefused,
}

impl Class {
    /// Whether a person has gone on to something else with it than what they were told last.
    pub(super) fn is_about_a_run(self) -> bool {
        match self {
            Self::Time | Self::Playback | Self::OpensRefused => false,
            Self::Travels | Self::AtInstant | Self::OfRun | Self::BeginsRun => true,
        }
    }
}

impl Input {
    /// What it has to do with the run that is shown.
    pub(super) fn class(&self) -> Class {
        match self {
            Self::Advance(_) => Class::Time,
            Self::Play | Self::Pause | Self::Speed(_) => Class::Playback,
            Self::Pin(false) | Self::Compare(None) | Self::GiveUp => Class::Playback,
            Self::Seek(_) | Self::SeekEnd | Self::Return(_) | Self::Branch(_) => Class::Travels,
            Self::Act(_) | Self::Together(_) | Self::Ask(_) | Self::Await(_) => Class::AtInstant,
            Self::Step | Self::StepBack | Self::Undo => Class::AtInstant,
            Self::Next(_) | Self::Previous(_) => Class::AtInstant,
            Self::Compare(Some(_)) | Self::Pin(true) => Class::AtInstant,
            Self::Why(_) | Self::Avoid(_) => Class::AtInstant,
            Self::Rename(..) => Class::OfRun,
            Self::Restart { .. } | Self::Open(_) => Class::BeginsRun,
            Self::OpenByTime => Class::OpensRefused,
            Self::Console(line) => super::console::class_of(line),
        }
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
    /// None is known before this instant, and some before it are no longer kept.
    NotKept(Landmark),
    /// None came within the time that was looked at.
    NoneAfter(Landmark),
    /// A run that was to be opened does not come to the instant that it names.
    Diverged,
    /// Another instant is being played up to, which takes a while.
    Travelling,
    /// Another run is being opened, which takes a while.
    Opening,
    /// A run that is to be opened has no story.
    NothingToOpen,
    /// A run that went on could not be kept or shared.
    Full(Limit),
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
            Self::NotKept(landmark) => {
                write!(
                    f,
                    "no {landmark} is kept there: only the latest marks of a long story are. \
                     Any earlier instant can still be gone to"
                )
            }
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
            Self::Opening => write!(f, "a run is being opened: wait for it, or stop that"),
            Self::Full(limit) => limit.fmt(f),
            Self::NothingToOpen => write!(f, "there is no run in it that could be opened"),
        }
    }
}

impl std::error::Error for Problem {}
