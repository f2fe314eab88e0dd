//! The way of a request as a line with stations, and its answer in plain words.

use yew::prelude::{Html, Properties, component, html};

use crate::playground::view::{AnswerKind, JourneyView, StationView};
use crate::ui::format::durations::span;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub journey: JourneyView,
}

/// More stations than this stand below each other.
const MOST_IN_A_ROW: usize = 6;

#[component]
pub fn Journey(props: &Props) -> Html {
    let JourneyView { id, took, answer, stations, .. } = &props.journey;
    let line = props.journey.line();
    let (tone, words) = match answer {
        None => ("waiting", "on its way".to_string()),
        Some(answer) => (tone(answer.kind), answer.text.clone()),
    };
    let layout = if stations.len() > MOST_IN_A_ROW { "list" } else { "line" };
    html! {
        <article class="journey" data-request={id.to_string()} aria-label={format!("Request {line}")} data-tone={tone}>
            <p class="journey-head">
                <code>{ line }</code>
                <span class="journey-answer">{ words }</span>
                <span class="journey-took">{ span(*took) }</span>
            </p>
            <ol class="stations" data-layout={layout}>{ for stations.iter().enumerate().map(|(number, _)| station(stations, number)) }</ol>
        </article>
    }
}

fn tone(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Success => "success",
        AnswerKind::Negative => "negative",
        AnswerKind::Unknown => "unknown",
    }
}

fn station(stations: &[StationView], number: usize) -> Html {
    let Some(station) = stations.get(number) else {
        return html! { <li /> };
    };
    let before =
        number.checked_sub(1).and_then(|before| stations.get(before)).and_then(|before| before.at);
    let leg = station.at.zip(before).map(|(at, before)| span(at.saturating_sub(before)));
    let state = match (station.failed, station.at) {
        (true, _) => "failed",
        (false, Some(_)) => "passed",
        (false, None) => "ahead",
    };
    html! {
        <li key={number} class="station" data-state={state} title={station.title.clone()}>
            <span class="station-leg">{ leg }</span>
            <span class="station-dot" aria-hidden="true" />
            <span class="station-label">{ &station.label }</span>
        </li>
    }
}
