//! What a keyframe has dropped is complete again wherever a seek ends.

use super::*;
use crate::playground::Input;
use crate::playground::tests::driver::{act, go, playing, shown};
use crate::playground::view::Speed;
use crate::time::{Duration, RealTime};

#[test]
fn the_recent_past_is_complete_however_near_a_keyframe_is() {
    let mut playground = playing(5, 7);
    act(&mut playground, "clients 5 keys 3 writes 50% every 20ms");
    go(&mut playground, Input::Play).unwrap();
    let mut stops = Vec::new();
    while playground.instant().events < 3 * DISTANCE {
        playground.apply(Input::Advance(RealTime::from_millis(90))).unwrap();
        stops.push(shown(&playground));
    }
    let is_near = |kept: &Keyframe| {
        let from = kept.playback.instant();
        stops.iter().any(|stop| (from..kept.whole_from).contains(&stop.0))
    };
    assert!(
        playground.history().keyframes[1..3].iter().all(is_near),
        "the test needs stops near a keyframe"
    );
    for stop in stops.iter().rev() {
        go(&mut playground, Input::Seek(stop.0.at)).unwrap();
        assert!(shown(&playground) == *stop, "at {:?}", stop.0);
    }
}

/// Where less happens on another branch, a replay from the keyframe just before may never have the
/// complete past.
#[test]
fn a_branch_that_begins_near_a_keyframe_remembers_its_past() {
    let mut playground = playing(5, 7);
    act(&mut playground, "clients 5 keys 3 writes 50% every 20ms");
    go(&mut playground, Input::Speed(Speed::UNBOUNDED)).unwrap();
    go(&mut playground, Input::Play).unwrap();
    while playground.instant().events < 2 * DISTANCE {
        playground.apply(Input::Advance(RealTime::from_millis(1))).unwrap();
    }
    let Keyframe { playback, whole_from } = playground.history().keyframes[1].clone();
    go(&mut playground, Input::Seek(playback.instant().at + Duration::from_millis(1))).unwrap();
    act(&mut playground, "clients off");
    while playground.instant() <= whole_from {
        go(&mut playground, Input::Step).unwrap();
    }
    let before = shown(&playground);
    go(&mut playground, Input::Step).unwrap();
    go(&mut playground, Input::StepBack).unwrap();
    assert!(shown(&playground) == before, "at {:?}", before.0);
}
