//! A request's trace as a line of hops, and its answer in plain words.

use yew::prelude::{Html, Properties, component, html};

use crate::playground::view::{AnswerKind, HopView, RequestTraceView};
use crate::ui::format::durations::span;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub request_trace: RequestTraceView,
}

/// More hops than this stand below each other.
const MOST_IN_A_ROW: usize = 6;

#[component]
pub fn RequestTrace(props: &Props) -> Html {
    let RequestTraceView { id, took, answer, hops, .. } = &props.request_trace;
    let line = props.request_trace.line();
    let (tone, words) = match answer {
        None => ("waiting", "on its way".to_string()),
        Some(answer) => (tone(answer.kind), answer.text.clone()),
    };
    let layout = if hops.len() > MOST_IN_A_ROW { "list" } else { "line" };
    html! {
        <article class="journey" data-request={id.to_string()} aria-label={format!("Request {line}")} data-tone={tone}>
            <p class="journey-head">
                <code>{ line }</code>
                <span class="journey-answer">{ words }</span>
                <span class="journey-took">{ span(*took) }</span>
            </p>
            <ol role="list" class="hops" data-layout={layout}>{ for hops.iter().enumerate().map(|(number, _)| hop(hops, number)) }</ol>
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

fn hop(hops: &[HopView], number: usize) -> Html {
    let Some(hop) = hops.get(number) else {
        return html! { <li /> };
    };
    let before =
        number.checked_sub(1).and_then(|before| hops.get(before)).and_then(|before| before.at);
    let leg = hop.at.zip(before).map(|(at, before)| span(at - before));
    let state = match (hop.failed, hop.at) {
        (true, _) => "failed",
        (false, Some(_)) => "passed",
        (false, None) => "ahead",
    };
    html! {
        <li key={number} class="hop" data-state={state} title={hop.title.clone()}>
            <span class="hop-leg">{ leg }</span>
            <span class="hop-dot" aria-hidden="true" />
            <span class="hop-label">{ &hop.label }</span>
        </li>
    }
}
