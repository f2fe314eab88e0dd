//! The bottom: play, step, speed, clock and the strip of history.

use web_sys::HtmlSelectElement;
use yew::TargetCast;
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::playground::view::BranchView;
use crate::playground::{Input, Landmark, Speed};
use crate::ui::format::clock::clock_text;
use crate::ui::state::page::span::Span;
use crate::ui::state::page::timeline::TimelineMessage;
use crate::ui::state::playback::{SPEEDS, go_to, set_speed};
use crate::ui::state::session::Session;
use crate::ui::timeline::scrubber::Scrubber;
use crate::ui::widgets::icons;
use crate::ui::widgets::slider::Slider;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub playing: bool,
    pub speed: Speed,
    /// Whether the branch goes on after the instant that is shown.
    pub past: bool,
    pub branches: Vec<BranchView>,
    /// What of the history the strip shows.
    pub span: Span,
    /// Whether there is more than the strip shows.
    pub is_zoomed: bool,
    /// What the two buttons go to.
    pub landmark: Landmark,
    pub on_timeline: Callback<TimelineMessage>,
}

#[component]
pub fn Transport(props: &Props) -> Html {
    let send = |input: fn() -> Input| {
        let session = props.session.clone();
        Callback::from(move |_: yew::MouseEvent| go_to(&session, input()))
    };
    let on_speed = {
        let session = props.session.clone();
        Callback::from(move |speed| set_speed(&session, speed))
    };
    let Props { playing, speed, past, .. } = *props;
    let words = speed.to_string();
    let is_automatic = speed == Speed::AUTOMATIC;
    // The automatic speed has no place of its own on the slider. From there the arrow keys begin in the middle.
    let fixed = if is_automatic { Speed::default() } else { speed };
    html! {
        <footer class="transport" aria-label="Playback" data-past={past.then_some("true")}>
            <div class="transport-buttons">
                <button type="button" class="button" onclick={send(|| Input::StepBack)} title="One event back (,)" aria-label="Step back">
                    { icons::step_back() }
                </button>
                if playing {
                    <button type="button" class="button play" onclick={send(|| Input::Pause)} title="Pause (Space)">
                        { icons::pause() }<span class="play-word">{ "Pause" }</span>
                    </button>
                } else {
                    <button type="button" class="button play" onclick={send(|| Input::Play)} title="Play (Space)">
                        { icons::play() }<span class="play-word">{ "Play" }</span>
                    </button>
                }
                <button type="button" class="button" onclick={send(|| Input::Step)} title="One event (.)" aria-label="Step">
                    { icons::step() }
                </button>
                <button type="button" class="button" onclick={send(|| Input::SeekEnd)} disabled={!past} title="To the end of the branch (n)" aria-label="To the end">
                    { icons::end() }
                </button>
                <button type="button" class="button" onclick={send(|| Input::Undo)} title="Take back the last thing you did (u)" aria-label="Undo">
                    { icons::undo() }
                </button>
                { branches(props) }
            </div>
            { landmarks(props) }
            <div class="transport-time">
                <span class="clock" id="clock" role="timer" aria-live="off" aria-label="Cluster time" />
                <div class="speed">
                    <span class="speed-name" aria-hidden="true">{ "Speed " }<b>{ words.clone() }</b></span>
                    <Slider name="Speed" stops={SPEEDS} value={u64::from(fixed.get())} {words} on_change={on_speed} />
                    <button type="button" class="button auto-speed" aria-pressed={is_automatic.to_string()} onclick={send(|| Input::Speed(Speed::AUTOMATIC))}
                        title="Slow while something is on its way, quick through silence (0)" aria-label="Auto speed">{ "Auto" }</button>
                </div>
            </div>
            <div class="timeline">
                <Scrubber session={props.session.clone()} span={props.span} />
            </div>
        </footer>
    }
}

/// To the next or previous of what is chosen, and closer or wider.
fn landmarks(props: &Props) -> Html {
    let go = |make: fn(Landmark) -> Input| {
        let (session, landmark) = (props.session.clone(), props.landmark);
        Callback::from(move |_: yew::MouseEvent| go_to(&session, make(landmark)))
    };
    let onchange = props.on_timeline.reform(|event: yew::Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        let place = select.and_then(|select| usize::try_from(select.selected_index()).ok());
        let landmark = place.and_then(|place| Landmark::ALL.get(place)).copied();
        TimelineMessage::Landmark(landmark.unwrap_or(Landmark::Election))
    });
    let zoom = |message| props.on_timeline.reform(move |_: yew::MouseEvent| message);
    let option = |landmark: &Landmark| {
        let words = landmark.to_string();
        html! { <option key={words.clone()} selected={*landmark == props.landmark}>{ words }</option> }
    };
    let name = props.landmark;
    html! {
        <div class="landmarks">
            <button type="button" class="button" onclick={go(Input::Previous)} title={format!("To the {name} before ([)")} aria-label={format!("Previous {name}")}>
                { icons::previous_mark() }
            </button>
            <select class="landmark" aria-label="What to go to" {onchange}>{ for Landmark::ALL.iter().map(option) }</select>
            <button type="button" class="button" onclick={go(Input::Next)} title={format!("To the next {name} (])")} aria-label={format!("Next {name}")}>
                { icons::next_mark() }
            </button>
            <button type="button" class="button zoom" onclick={zoom(TimelineMessage::ZoomOut)} disabled={!props.is_zoomed}
                title="More of the timeline (Shift+z)" aria-label="Zoom out">{ icons::wider() }</button>
            <button type="button" class="button zoom" onclick={zoom(TimelineMessage::ZoomIn)} title="Closer to now (z)" aria-label="Zoom in">{ icons::closer() }</button>
        </div>
    }
}

fn branches(props: &Props) -> Html {
    let onchange = {
        let session = props.session.clone();
        Callback::from(move |event: yew::Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(number) = select.and_then(|select| select.value().parse().ok()) {
                // Only those that there are can be chosen.
                let _ = session.apply(Input::Branch(number));
            }
        })
    };
    let option = |(place, branch): (usize, &BranchView)| {
        let left = branch.left.and_then(|(from, at)| Some((props.branches.get(from)?, at)));
        let words = left.map_or(String::new(), |(from, at)| {
            format!("it left {} at {}", from.name, clock_text(at))
        });
        html! { <option key={place} value={place.to_string()} selected={branch.current} title={words}>{ &branch.name }</option> }
    };
    html! {
        <select class="branch" aria-label="Branch" title="Which branch of the run is shown" disabled={props.branches.len() < 2} {onchange}>
            { for props.branches.iter().enumerate().map(option) }
        </select>
    }
}
