//! What a person does with a playground, where they go on the timeline, and why something can't be done.

use std::fmt;

use crate::cluster::{Action, Refused};
use crate::playground::formats::Archive;
use crate::playground::history::Limit;
use crate::playground::view::Spot;
use crate::playground::view::{Landmark, Speed};
use crate::script::Question;
use crate::script::{Mistake, Wait};

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
    /// to the run that is still shown is refused. [`Playground::opening_id`](crate::playground::Playground::opening_id)
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
pub(crate) enum Class {
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
    pub(crate) fn is_about_a_run(self) -> bool {
        match self {
            Self::Time | Self::Playback | Self::OpensRefused => false,
            Self::Travels | Self::AtInstant | Self::OfRun | Self::BeginsRun => true,
        }
    }
}

impl Input {
    /// What it has to do with the run that is shown.
    pub(crate) fn class(&self) -> Class {
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
            Self::Console(line) => crate::playground::console::class_of(line),
        }
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

impl From<Limit> for Problem {
    fn from(limit: Limit) -> Self {
        Self::Full(limit)
    }
}
