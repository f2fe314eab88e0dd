//! The answer to "Why?": the list of the events that led to something, the oldest first. A click goes to an event.
//!
//! Each event names its causes by their numbers. Writes to disks are left out unless the user asks for them. An event
//! that was caused by such a write then names the causes of the write.

use std::collections::BTreeSet;
use std::rc::Rc;

use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{use_effect_with, use_state_eq};

use crate::playground::view::{CauseView, Explanation, NodeNumber};
use crate::playground::{Input, Question};
use crate::ui::browser::page;
use crate::ui::state::highlight::{Highlight, Pointer};
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::marked_text::text_with_marks;

/// The node that a question is about, if it is about one.
pub fn node_of(question: &Question) -> Option<NodeNumber> {
    match question {
        Question::Term(node)
        | Question::Vote(node)
        | Question::Role(node)
        | Question::Commit(node)
        | Question::Entry(node, _)
        | Question::Key(node, _) => Some(*node),
        Question::Broken(_) => None,
    }
}

/// The buttons that ask, while one of them has the focus.
const ASKING: &str = ".why:focus, .verdict-asks button:focus";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub pointer: Pointer,
    pub explanation: Rc<Explanation>,
    /// After how many events the instant is that is shown.
    pub events: u64,
}

#[component]
pub fn Reason(props: &Props) -> Html {
    let details = use_state_eq(|| false);
    let Explanation { question, at, answer } = &*props.explanation;
    // The focus moves to the answer only if the button that asked has it still.
    use_effect_with((question.clone(), *at), |_| {
        if page::has(ASKING) {
            page::focus(".reason");
            page::show(".reason");
        }
    });
    let words = match answer {
        Ok(steps) => format!("{} led to this: {question}, at {at}.", counted(steps)),
        Err(instead) => instead.clone(),
    };
    let on_details = {
        let details = details.clone();
        Callback::from(move |_: yew::Event| details.set(!*details))
    };
    let steps = answer.as_ref().map(|steps| shown(steps, *details)).unwrap_or_default();
    let has_details =
        answer.as_ref().is_ok_and(|steps| steps.iter().any(|step| step.kind.is_detail()));
    html! {
        <section class="reason" tabindex="-1" aria-label={format!("Why: {question}")}>
            <p class="reason-words" role="status">{ words }</p>
            <label class="choice" hidden={!has_details}>
                <input type="checkbox" checked={*details} onchange={on_details} /><span>{ "Writes to disk too" }</span>
            </label>
            <ol role="list" class="reason-steps">{ for steps.iter().map(|step| row(props, step)) }</ol>
        </section>
    }
}

/// How many there are before the last, which is what was asked for. Writes are left out of the list at first.
fn counted(steps: &[CauseView]) -> String {
    let before = &steps[..steps.len().saturating_sub(1)];
    let writes = before.iter().filter(|step| step.kind.is_detail()).count();
    let words = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(one.to_string()),
        _ => Some(format!("{count} {many}")),
    };
    let events = words(before.len() - writes, "One event", "events");
    match (events, words(writes, "One write to disk", "writes to disk")) {
        (None, None) => "Nothing else".to_string(),
        (Some(words), None) | (None, Some(words)) => words,
        (Some(events), Some(writes)) => format!("{events} and {}", writes.to_lowercase()),
    }
}

/// A step with the number that is shown, and the numbers of those that it comes of.
struct Row<'a> {
    number: usize,
    step: &'a CauseView,
    from: Vec<usize>,
}

/// The steps that are shown. A step that is left out is replaced by its causes.
fn shown(steps: &[CauseView], details: bool) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    // For each step: its own number, or those that it hands on.
    let mut numbers: Vec<Vec<usize>> = Vec::new();
    for step in steps {
        let causes = step.causes.iter().filter_map(|cause| numbers.get(*cause));
        let from: Vec<usize> =
            causes.flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        if step.kind.is_detail() && !details {
            numbers.push(from);
            continue;
        }
        let number = rows.len() + 1;
        numbers.push(vec![number]);
        rows.push(Row { number, step, from });
    }
    rows
}

fn row(props: &Props, row: &Row<'_>) -> Html {
    let Row { number, step, from } = row;
    let onclick = {
        let (session, pointer) = (props.session.clone(), props.pointer.clone());
        let (spot, node) = (step.spot, step.node);
        Callback::from(move |_: yew::MouseEvent| {
            go_to(&session, Input::Return(spot));
            pointer.point(node.map(Highlight::Node));
        })
    };
    let from: Vec<String> = from.iter().map(ToString::to_string).collect();
    let is_here = step.events == props.events;
    html! {
        <li key={*number} class="reason-step" data-kind={step.kind.name()} aria-current={is_here.then_some("step")} data-node={step.node.map(|node| node.to_string())}>
            <span class="reason-number">{ *number }</span>
            <div>
                <button type="button" class="event-at" aria-label={format!("Go to event {number}, {}", step.at)} {onclick}>{ step.at.to_string() }</button>
                <span class="reason-kind">{ step.kind.name() }</span>
                <span class="reason-from" hidden={from.is_empty()}>{ format!("from {}", from.join(", ")) }</span>
                <p>{ text_with_marks(&step.text, &[]) }</p>
            </div>
        </li>
    }
}

/// A small button that asks for the reason of something: `Why term 3 on n2?`.
pub fn why(session: &Session, question: Question, what: &str) -> Html {
    let onclick = {
        let session = session.clone();
        Callback::from(move |_: yew::MouseEvent| {
            go_to(&session, Input::Why(question.clone()));
        })
    };
    html! {
        <button type="button" class="why" aria-label={format!("Why {what}?")} {onclick}>{ "Why?" }</button>
    }
}
