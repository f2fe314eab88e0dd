//! The bottom: play, step, speed, clock and the strip of history.

use yew::prelude::{Callback, Html, Properties, component, html};

use super::icons;
use super::session::Session;
use super::slider::{Slider, nearest};
use crate::playground::{Input, Speed};

/// Microseconds of cluster time per millisecond of real time, from the slowest to the fastest.
pub const SPEEDS: &[u64] = &[
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
    200_000, 500_000, 1_000_000,
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub playing: bool,
    pub speed: Speed,
    /// For those who can't see the strip.
    pub history: String,
}

#[component]
pub fn Transport(props: &Props) -> Html {
    let send = |input: fn() -> Input| {
        let session = props.session.clone();
        Callback::from(move |_: yew::MouseEvent| {
            // Playing and stepping can't be refused.
            let _ = session.apply(input());
        })
    };
    let on_speed = {
        let session = props.session.clone();
        Callback::from(move |speed| set_speed(&session, speed))
    };
    let words = props.speed.to_string();
    html! {
        <footer class="transport" aria-label="Playback">
            <div class="transport-buttons">
                if props.playing {
                    <button type="button" class="button play" onclick={send(|| Input::Pause)} title="Pause (Space)">
                        { icons::pause() }<span class="play-word">{ "Pause" }</span>
                    </button>
                } else {
                    <button type="button" class="button play" onclick={send(|| Input::Play)} title="Play (Space)">
                        { icons::play() }<span class="play-word">{ "Play" }</span>
                    </button>
                }
                <button type="button" class="button" onclick={send(|| Input::Step)} title="One event (.)" aria-label="Step">
                    { icons::step() }<span class="step-word">{ "Step" }</span>
                </button>
            </div>
            <div class="transport-time">
                <span class="clock" id="clock" role="timer" aria-live="off" aria-label="Cluster time" />
                <div class="speed">
                    <span class="speed-name" aria-hidden="true">{ "Speed " }<b>{ words.clone() }</b></span>
                    <Slider name="Speed" stops={SPEEDS} value={u64::from(props.speed.get())} {words} on_change={on_speed} />
                </div>
            </div>
            <div class="timeline">
                <canvas id="timeline-canvas" role="img" aria-label="Timeline" aria-describedby="timeline-words" />
                <p class="hidden" id="timeline-words">{ &props.history }</p>
            </div>
        </footer>
    }
}

fn set_speed(session: &Session, speed: u64) {
    let speed = Speed::new(u32::try_from(speed).unwrap_or(u32::MAX));
    // Every speed within the bounds is accepted.
    let _ = session.apply(Input::Speed(speed));
}

/// The next round speed.
pub fn change_speed(session: &Session, speed: Speed, faster: bool) {
    let position = nearest(SPEEDS, u64::from(speed.get()));
    let next = if faster { position + 1 } else { position.saturating_sub(1) };
    if let Some(speed) = SPEEDS.get(next) {
        set_speed(session, *speed);
    }
}
