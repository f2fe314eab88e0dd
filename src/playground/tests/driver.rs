//! Helpers with which the tests of this folder drive a playground as a user would, and observe it.

use crate::cluster::ClusterConfig;
use crate::digest::Digest;
use crate::playground::history::message_trace::Spacetime;
use crate::playground::history::operation_history::Operations;
use crate::playground::view::Speed;
use crate::playground::{Input, Playground, Problem};
use crate::recording::Instant;
use crate::script::{Command, Wait, parse_script};
use crate::time::{Duration, RealTime};

/// A cluster that is played in real time.
pub(crate) fn playing(nodes: u32, seed: u64) -> Playground {
    let mut playground = Playground::new(nodes, seed);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    playground
}

/// Lets milliseconds of cluster time pass, in real time, and pauses.
pub(crate) fn pass(playground: &mut Playground, millis: u64) {
    playground.apply(Input::Play).unwrap();
    for _ in 0..millis {
        playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
    }
    playground.apply(Input::Pause).unwrap();
}

/// Applies an input that may take a while, and waits for its end.
pub(crate) fn go(playground: &mut Playground, input: Input) -> Result<(), Problem> {
    playground.apply(input)?;
    while playground.progress().is_some() {
        playground.apply(Input::Advance(RealTime::from_millis(16)))?;
    }
    Ok(())
}

/// Types a line that is not refused.
pub(crate) fn act(playground: &mut Playground, line: &str) {
    playground.apply(Input::Console(line.to_string())).unwrap();
}

/// Everything that is shown, except the numbers of sentences and the console.
pub(crate) fn shown(
    playground: &Playground,
) -> (Instant, Digest, Vec<String>, Spacetime, Operations) {
    let told = playground.sentences(0).map(|sentence| sentence.text).collect();
    (
        playground.instant(),
        playground.digest(),
        told,
        playground.spacetime(),
        playground.operations(),
    )
}

/// Plays a script to its end as a user would, and pauses there. Its expectations are tested
/// elsewhere.
pub(crate) fn play_script(script: &str) -> Playground {
    let lines = parse_script(script).unwrap();
    let mut lines = lines.into_iter().flat_map(|(_, command)| match command {
        Command::Repeat(repeat) => repeat.all().cloned().collect(),
        command => vec![command],
    });
    let Some(Command::Cluster(cluster_config)) = lines.next() else { panic!("no cluster") };
    let mut playground = Playground::new(cluster_config.nodes, cluster_config.seed);
    playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
    playground.apply(Input::Pause).unwrap();
    for command in lines {
        match command {
            Command::At { at, action, .. } => {
                let missing = at.since(playground.now());
                pass_on(&mut playground, missing);
                playground.apply(Input::Act(action)).unwrap();
            }
            Command::Wait(Wait::For(span)) => pass_on(&mut playground, span),
            Command::Cluster(ClusterConfig { nodes, seed }) => {
                playground.apply(Input::Restart { nodes, seed }).unwrap();
            }
            Command::Expect(_) => {}
            command => playground.apply(Input::Follow(command)).unwrap(),
        }
        // A run that breaks a property pauses there, whatever is awaited.
        while playground.waits_since().is_some() && playground.is_playing() {
            playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
        }
        playground.apply(Input::GiveUp).unwrap();
    }
    playground
}

/// Lets cluster time pass, whatever breaks.
fn pass_on(playground: &mut Playground, span: Duration) {
    playground.apply(Input::Play).unwrap();
    for _ in 0..span.as_millis() {
        playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
        playground.apply(Input::Play).unwrap();
    }
    playground.apply(Input::Pause).unwrap();
}
