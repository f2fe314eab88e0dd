//! The inputs of a playground, their classes, and why an input can be refused.

use std::fmt;

use crate::cluster::{Action, Refused};
use crate::playground::formats::Archive;
use crate::playground::history::Limit;
use crate::playground::view::Spot;
use crate::playground::view::{Landmark, Speed};
use crate::script::{Command, InVain, Mistake, Nobody, Question};
use crate::time::{RealTime, Time};

/// An input of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Performs an action.
    Act(Action),
    /// Performs several actions as one, which are undone together. Actions that are refused are
    /// skipped.
    Together(Vec<Action>),
    /// Does a command of a script. If it is a request or a wait, lets time pass until its end, and
    /// pauses.
    Follow(Command),
    /// Lets time pass.
    Play,
    Pause,
    /// Handles exactly one event, and pauses.
    Step,
    /// Goes back by one event, and pauses.
    StepBack,
    /// Goes to this instant, and pauses there.
    Seek(Time),
    /// Goes to the end of what was played.
    SeekEnd,
    /// Returns to a position, and pauses there.
    Return(Spot),
    /// Undoes the last action, by a new branch that starts just before it.
    Undo,
    /// Begins a branch at this instant, without what comes after it in the one that is shown. At the
    /// end of a branch it changes nothing.
    Fork,
    /// Goes to the first such landmark after this instant, and pauses. If none was played yet, time
    /// passes until one comes, for at most a minute of cluster time.
    Next(Landmark),
    /// Goes to the last such landmark before this instant, and pauses.
    Previous(Landmark),
    /// Switches to another branch, at the instant where that was left.
    Branch(usize),
    /// Renames a branch.
    Rename(usize, String),
    /// Compares another branch with the one that is shown, or stops comparing.
    Compare(Option<usize>),
    /// Pins the instant that is shown, so that others are compared with it, or removes the pin.
    Pin(bool),
    /// Finds what caused something, as of the instant that is shown, and pauses. The answer is
    /// computed in pieces while real time advances.
    Why(Question),
    /// Finds the last instant from which a broken property could still be avoided by the rules,
    /// goes there, and pauses.
    Avoid(&'static str),
    /// Opens a stored or shared run at the instant at which it was left. The run is played up to
    /// there in pieces while real time advances. Until then nothing else changes, and changes of
    /// the current run are refused.
    /// [`Playground::opening_id`](crate::playground::Playground::opening_id) returns the id that
    /// the run will have.
    Open(Box<Archive>),
    /// Opens the run that was just refused because it was made by a version that behaves
    /// differently: its actions are repeated at the same times, whatever the result.
    OpenByTime,
    /// Cancels what takes a while: the opening of a run, a long seek, a wait, or a script.
    GiveUp,
    /// Changes the playback speed.
    Speed(Speed),
    /// Tells that this much real time has passed.
    Advance(RealTime),
    /// A line typed into the console, or a script of several lines.
    Console(String),
    /// Replaces the run by a new cluster.
    Restart {
        nodes: u32,
        seed: u64,
    },
}

/// How an input relates to the run that is shown, and so to a running job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Time passes.
    Time,
    /// It changes how the run is played or viewed, and is accepted at any time.
    Playback,
    /// It goes to an instant that does not depend on the one that is shown.
    Travels,
    /// It applies to the instant that is shown.
    AtInstant,
    /// It changes the run, whatever instant is shown.
    OfRun,
    /// It starts another run, or starts to open one.
    BeginsRun,
    /// It starts to open the run that was refused.
    OpensRefused,
}

impl Class {
    /// Whether the user has moved on, so that the offer to open a refused run by time is withdrawn.
    pub(crate) fn is_about_a_run(self) -> bool {
        match self {
            Self::Time | Self::Playback | Self::OpensRefused => false,
            Self::Travels | Self::AtInstant | Self::OfRun | Self::BeginsRun => true,
        }
    }
}

impl Input {
    /// How it relates to the run that is shown.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Advance(_) => Class::Time,
            Self::Play | Self::Pause | Self::Speed(_) => Class::Playback,
            Self::Pin(false) | Self::Compare(None) | Self::GiveUp => Class::Playback,
            Self::Seek(_) | Self::SeekEnd | Self::Return(_) | Self::Branch(_) => Class::Travels,
            Self::Act(_) | Self::Together(_) | Self::Follow(_) => Class::AtInstant,
            Self::Step | Self::StepBack | Self::Undo | Self::Fork => Class::AtInstant,
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

/// Why an input can't be followed, as a sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The cluster refuses the action.
    Refused(Refused),
    /// The line can't be parsed.
    Mistake(Mistake),
    /// An expectation typed into the console is not met.
    Unmet(String),
    /// A name stands for no server at the moment.
    Nobody(Nobody),
    /// A script waited for what did not come.
    Waited(InVain),
    /// A script's request in the original store's words is bad: what that would have answered.
    BadRequest(String),
    /// A line of a script, from 1, and what is wrong with it.
    InScript(usize, Box<Self>),
    /// Another script is still being run.
    ScriptRuns,
    /// A script has a `cluster` line after others.
    LateCluster(usize),
    /// The time of an `at` line is over.
    IsOver,
    /// The line belongs to a recording.
    Recorded,
    /// There is no action to undo.
    NothingToUndo,
    /// There is no such branch.
    NoBranch,
    /// The name is empty.
    NoName,
    /// There is no such landmark before this instant.
    NoneBefore(Landmark),
    /// No such landmark is known, and some marks there were dropped.
    NotKept(Landmark),
    /// No such landmark came within the time that was searched.
    NoneAfter(Landmark),
    /// The run does not reach the instant at which it was left.
    Diverged,
    /// Another instant is being played up to.
    Travelling,
    /// Another run is being opened.
    Opening,
    /// The run to be opened has no branch.
    NothingToOpen,
    /// A limit was reached beyond which the run could not be saved or shared.
    Full(Limit),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Unmet(how) => write!(f, "not as expected: {how}"),
            Self::Nobody(nobody) => nobody.fmt(f),
            Self::Waited(in_vain) => in_vain.fmt(f),
            Self::BadRequest(answer) => answer.fmt(f),
            Self::InScript(line, problem) => write!(f, "line {line}: {problem}"),
            Self::ScriptRuns => {
                write!(f, "a script is still being run: wait for its end, or stop it")
            }
            Self::LateCluster(line) => {
                write!(f, "line {line}: a new cluster begins in the first line of a script")
            }
            Self::IsOver => write!(f, "that time is over in this run"),
            Self::Recorded => write!(
                f,
                "a line with a number of events belongs to a recording, which is opened as a file"
            ),
            Self::NothingToUndo => write!(f, "there is nothing to take back"),
            Self::NoBranch => write!(f, "there is no such branch"),
            Self::NoName => write!(f, "a branch's name has at least one letter"),
            Self::NoneBefore(landmark) => write!(f, "there was no {landmark} before this instant"),
            Self::NotKept(landmark) => {
                write!(
                    f,
                    "no {landmark} is kept there: only the latest marks of a long story are. \
                     You can still go to any earlier instant"
                )
            }
            Self::NoneAfter(landmark) => {
                write!(f, "no {landmark} came within a minute of cluster time")
            }
            Self::Diverged => write!(
                f,
                "this run does not reach the instant at which it was left: \
                 it was changed, or made by another version"
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
