//! The famous runs: for each rule the shortest known run that breaks a property without it.
//!
//! A famous run is a script file of `famous/`, which `headless run` executes too. It begins with
//! its title and its description as comments. Then follow the cluster, the rule that is switched,
//! the other actions, all by time, and at the end the property that breaks. On the page it is a run
//! of two branches: the script's, and the same actions at the same times with the rule in force.
//! The files have no recorded event counts: both branches are played when the run is opened, so
//! they are right for this version.

use crate::check::{Property, Run};
use crate::cluster::{Action, ClusterConfig};
use crate::course::{Unplayable, heading};
use crate::playground::{Archive, ArchivedBranch, Speed};
use crate::raft::Rule;
use crate::recording::{Instant, Recording};
use crate::script::{Command, Expect, parse_script};
use crate::swarm::Replay;
use crate::time::{Duration, RealTime, Time};

/// The real time that it takes to watch a famous run.
const WATCHED: RealTime = RealTime::from_secs(20);

/// The longest cluster time to wait for the break after the last action; longer than the patience
/// of liveness.
const LATEST: Duration = Duration::from_secs(20);

/// The shortest known run that breaks a property without a rule (with it, if it is not a rule of
/// Raft).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Famous {
    pub rule: Rule,
    /// Its script.
    pub text: &'static str,
}

macro_rules! famous {
    ($($rule:ident $name:literal),* $(,)?) => {
        [$(Famous {
            rule: Rule::$rule,
            text: include_str!(concat!("../../famous/", $name, ".kvorum")),
        }),*]
    };
}

/// One for each rule, in the order of [`Rule::TABLE`].
pub const FAMOUS: [Famous; Rule::TABLE.len()] = famous![
    ElectionRestriction "election-restriction",
    VoteOnDisk "vote-on-disk",
    LogOnDisk "log-on-disk",
    StepDown "step-down",
    TermGrows "term-grows",
    ConsistencyCheck "consistency-check",
    CurrentTermCommit "current-term-commit",
    MajorityQuorum "majority-quorum",
    JointConsensus "joint-consensus",
    CommitBeforeChange "commit-before-change",
    OneChangeAtATime "one-change-at-a-time",
    NoOp "no-op",
    ReadConfirmation "read-confirmation",
    LeaderStickiness "leader-stickiness",
    LeaseDrift "lease-drift",
    DuplicateSuppression "duplicate-suppression",
    SessionsInSnapshots "sessions-in-snapshots",
    RandomTimeouts "random-timeouts",
    PreVote "prevote",
    CheckQuorum "check-quorum",
    FirstNodeLeads "first-node-leads",
];

impl Famous {
    /// The famous run of a rule.
    pub fn of(rule: Rule) -> &'static Self {
        &FAMOUS[rule as usize]
    }

    pub fn title(&self) -> &'static str {
        heading(self.text, 0)
    }

    /// What goes wrong, in a sentence or two.
    pub fn description(&self) -> String {
        let lines = self.text.lines().skip(1).map_while(|line| line.strip_prefix('#'));
        lines.map(str::trim).collect::<Vec<_>>().join(" ")
    }

    /// The run with its two branches, to be opened: the first breaks the property, the second has
    /// the rule at its default. Both last until the first breaks; the beginning of the first is
    /// shown.
    ///
    /// # Errors
    ///
    /// Those of a script that is no famous run, by its first wrong line. A test reads all that there are.
    pub fn archive(&self) -> Result<Archive, Unplayable> {
        let script = Script::parse(self.text)?;
        let broken = script.play(|_| true, None);
        let end = broken.end.at;
        let is_switch =
            |action: &Action| matches!(action, Action::Rule { rule, .. } if *rule == self.rule);
        let sound = script.play(|action| !is_switch(action), Some(end));
        let (first, second) =
            if self.rule.on_by_default() { ("without", "with") } else { ("with", "without") };
        let branches = vec![
            broken.into_branch(format!("{first} {}", self.rule)),
            sound.into_branch(format!("{second} {}", self.rule)),
        ];
        let speed = Speed::passing(end.since(Time::ZERO), WATCHED);
        Ok(Archive { branches, current: 0, speed, playing: true })
    }
}

/// The parsed script of a famous run.
#[derive(Debug)]
struct Script {
    cluster_config: ClusterConfig,
    actions: Vec<(Time, Action)>,
    /// The property that breaks.
    property: Property,
}

impl Script {
    fn parse(text: &str) -> Result<Self, Unplayable> {
        let (mut cluster_config, mut actions, mut falls) = (None, Vec::new(), None);
        for (number, command) in parse_script(text).map_err(Unplayable::Mistake)? {
            match command {
                Command::Cluster(new) if cluster_config.is_none() => cluster_config = Some(new),
                Command::At { at, action, .. } => actions.push((at, action)),
                Command::Wait(_) => {}
                Command::Expect(Expect::Violates(property)) => falls = Some(property),
                _ => return Err(Unplayable::Line(number)),
            }
        }
        match (cluster_config, falls) {
            (Some(cluster_config), Some(property)) => {
                Ok(Self { cluster_config, actions, property })
            }
            _ => Err(Unplayable::Empty),
        }
    }

    /// Plays its wanted actions, up to a time or to where the property breaks.
    fn play(&self, is_wanted: impl Fn(&Action) -> bool, until: Option<Time>) -> Played {
        let mut replay = Replay::new(self.cluster_config);
        let goes_on = |run: &Run| until.is_some() || run.violation_of(self.property).is_none();
        for (at, action) in self.actions.iter().filter(|(_, action)| is_wanted(action)) {
            replay.pass(*at, goes_on);
            replay.act(*at, action);
        }
        replay.pass(until.unwrap_or(replay.instant().at + LATEST), goes_on);
        let Instant { events, at } = replay.instant();
        let end = Instant { events, at: until.unwrap_or(at) };
        let recording =
            Recording { cluster_config: self.cluster_config, actions: replay.into_actions() };
        Played { recording, end }
    }
}

/// A branch that was played.
#[derive(Debug)]
struct Played {
    recording: Recording,
    end: Instant,
}

impl Played {
    /// The branch, shown at its beginning.
    fn into_branch(self, name: String) -> ArchivedBranch {
        let Self { recording, end } = self;
        let shown = Instant::default();
        ArchivedBranch { name, left: None, recording, played: end, shown, done: None, digest: None }
    }
}
