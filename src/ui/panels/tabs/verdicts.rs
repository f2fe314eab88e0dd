//! What the judges say: every property with its meaning, broken ones first. A broken property has the facts that
//! contradict each other, the events that led to it, and where it became unavoidable.
//!
//! A property that breaks after the instant that is shown is listed too, so that it stays there when the user goes back
//! along the events that led to it.

use std::rc::Rc;

use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{use_effect_with, use_state_eq};

use crate::playground::view::{
    CauseView, Contradiction, ContraryFact, Explanation, TurningPoint, Verdict,
};
use crate::playground::{Input, Question, Time};
use crate::ui::format::sentences::sentence;
use crate::ui::panels::tabs::reason::Reason;
use crate::ui::state::highlight::{Highlight, Pointer};
use crate::ui::state::page::middle::ViewMode;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::marked_text::text_with_marks;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub pointer: Pointer,
    /// Grows when there is something new.
    pub feed: u64,
    /// What was asked last, with its answer.
    pub reason: Option<Rc<Explanation>>,
    pub on_view_mode: Callback<ViewMode>,
}

/// The property that the view of the clients draws.
const ORDERED: &str = "linearizability";

/// How a property stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Broken,
    /// It breaks after the instant that is shown.
    Later,
    Holds,
}

/// A property, how it stands, and what is known of how it broke.
struct Judged {
    verdict: Verdict,
    standing: Standing,
    found: Option<Contradiction>,
}

#[component]
pub fn Verdicts(props: &Props) -> Html {
    let opened = use_state_eq(|| None::<&'static str>);
    let playground = props.session.look();
    let judged = judged(playground.verdicts(), &playground.contradictions());
    let missing = judged.iter().find(|one| one.standing == Standing::Broken && one.found.is_none());
    let missing = missing.map(|one| one.verdict.property).filter(|_| !playground.is_playing());
    let turning = playground.turning_point().cloned();
    let run = playground.run_id();
    drop(playground);
    {
        // The facts that contradict each other are looked for at once: nobody has to ask.
        let session = props.session.clone();
        use_effect_with((missing, run), move |(missing, _)| {
            if let Some(property) = *missing {
                // Where another instant is still being played up to, it is asked again then.
                let _ = session.apply_quietly(Input::Why(Question::Broken(property)));
            }
        });
    }
    let broken = judged.iter().filter(|one| one.standing == Standing::Broken).count();
    let words = match broken {
        0 => format!("All {} properties hold at this instant.", judged.len()),
        1 => format!("1 of {} properties is broken.", judged.len()),
        _ => format!("{broken} of {} properties are broken.", judged.len()),
    };
    let on_open = {
        let (opened, session) = (opened.clone(), props.session.clone());
        Callback::from(move |property: &'static str| {
            if *opened == Some(property) {
                opened.set(None);
            } else {
                go_to(&session, Input::Why(Question::Broken(property)));
                opened.set(Some(property));
            }
        })
    };
    html! {
        // The list can have the focus, so that the keyboard can scroll it also where it has no button.
        <div class="verdicts" role="group" tabindex="0" aria-label="What the judges say">
            <p class="verdicts-words" role="status">{ words }</p>
            <ul role="list">{ for judged.iter().map(|one| property(props, one, *opened, &on_open, turning.as_ref())) }</ul>
        </div>
    }
}

/// The broken ones first, in the order in which they broke; then those that break later.
fn judged(verdicts: Vec<Verdict>, found: &[Contradiction]) -> Vec<Judged> {
    let judge = |verdict: Verdict| {
        let found = found.iter().find(|found| found.property == verdict.property).cloned();
        let standing = match (&verdict.broken, &found) {
            (Some(_), _) => Standing::Broken,
            (None, Some(_)) => Standing::Later,
            (None, None) => Standing::Holds,
        };
        Judged { verdict, standing, found }
    };
    let mut judged: Vec<Judged> = verdicts.into_iter().map(judge).collect();
    let at = |one: &Judged| one.verdict.broken.as_ref().map_or(Time::END, |(at, _)| *at);
    judged.sort_by_key(|one| (one.standing, at(one)));
    judged
}

fn property(
    props: &Props,
    one: &Judged,
    opened: Option<&'static str>,
    on_open: &Callback<&'static str>,
    turning: Option<&TurningPoint>,
) -> Html {
    let Judged { verdict, standing, found } = one;
    let (key, glyph, word) = match standing {
        Standing::Broken => ("broken", "✕", "broken"),
        Standing::Later => ("later", "◷", "breaks later"),
        Standing::Holds => ("holds", "✓", "holds"),
    };
    html! {
        <li key={verdict.property} class="verdict" data-standing={key}>
            <h3><span class="verdict-mark" aria-hidden="true">{ glyph }</span><span>{ verdict.title }<code class="verdict-name">{ verdict.property }</code></span><span class="verdict-word">{ word }</span></h3>
            <p>{ verdict.means }{ " " }<small>{ verdict.section }</small></p>
            if *standing != Standing::Holds {
                { broken(props, one, found.as_ref()) }
                { asks(props, verdict.property, opened, on_open) }
                { turn(props, turning.filter(|turning| turning.property == verdict.property)) }
                { reason(props, opened.filter(|opened| *opened == verdict.property)) }
            }
        </li>
    }
}

/// What happened, and the facts that contradict each other.
fn broken(props: &Props, one: &Judged, found: Option<&Contradiction>) -> Html {
    let happened = match (&one.verdict.broken, found) {
        (Some((at, how)), _) => {
            let how = how.split_once(": ").map_or(how.as_str(), |(_, how)| how);
            format!("At {at}: {}", sentence(how))
        }
        (None, Some(found)) => format!("It breaks at {}.", found.broken_by.at),
        (None, None) => String::new(),
    };
    let facts = found.map_or_else(Html::default, |found| {
        let name = format!("The facts that contradict {}", found.property);
        html! {
            <div class="contraries" role="group" aria-label={name}>
                { for found.facts.iter().map(|fact| contrary(props, fact)) }
                if one.standing == Standing::Later {
                    <div class="contrary"><h4>{ "Here it breaks" }</h4>{ go(props, &found.broken_by) }</div>
                }
            </div>
        }
    });
    html! {
        <>
            <p class="verdict-how">{ text_with_marks(&happened, &[]) }</p>
            if found.is_some() { { facts } } else { <p class="quiet">{ "Looking for what contradicts it…" }</p> }
        </>
    }
}

fn contrary(props: &Props, fact: &ContraryFact) -> Html {
    html! {
        <div key={fact.title.clone()} class="contrary" data-node={fact.made_by.node.map(|node| node.to_string())}>
            <h4>{ text_with_marks(&fact.title, &[]) }</h4>
            <p>{ text_with_marks(&fact.made_by.text, &[]) }</p>
            { go(props, &fact.made_by) }
        </div>
    }
}

/// A button that goes to where something happened, and marks the node.
fn go(props: &Props, made_by: &CauseView) -> Html {
    let onclick = {
        let (session, pointer) = (props.session.clone(), props.pointer.clone());
        let (spot, node) = (made_by.spot, made_by.node);
        Callback::from(move |_: yew::MouseEvent| {
            go_to(&session, Input::Return(spot));
            pointer.point(node.map(Highlight::Node));
        })
    };
    html! { <button type="button" class="button" {onclick}>{ format!("Go to {}", made_by.at) }</button> }
}

fn asks(
    props: &Props,
    property: &'static str,
    opened: Option<&'static str>,
    on_open: &Callback<&'static str>,
) -> Html {
    let is_open = opened == Some(property);
    let on_avoid = {
        let session = props.session.clone();
        Callback::from(move |_: yew::MouseEvent| go_to(&session, Input::Avoid(property)))
    };
    html! {
        <div class="row verdict-asks">
            <button type="button" class="button" aria-expanded={is_open.to_string()} aria-label={format!("Why is {property} broken?")}
                onclick={on_open.reform(move |_| property)}>{ "Why?" }</button>
            <button type="button" class="button" aria-label={format!("Back to where it became unavoidable: {property}")} onclick={on_avoid}>{ "Back to where it became unavoidable" }</button>
            if property == ORDERED {
                <button type="button" class="button" onclick={props.on_view_mode.reform(|_| ViewMode::Clients)}>{ "See the clients' operations" }</button>
            }
        </div>
    }
}

fn turn(props: &Props, turning: Option<&TurningPoint>) -> Html {
    let there = turning.and_then(|turning| Some((turning.spot?, turning.at?)));
    let button = there.map_or_else(Html::default, |(spot, at)| {
        let session = props.session.clone();
        let onclick =
            Callback::from(move |_: yew::MouseEvent| go_to(&session, Input::Return(spot)));
        html! { <button type="button" class="button" {onclick}>{ format!("Go to {at}") }</button> }
    });
    html! {
        <div class="turning" role="status">
            if let Some(turning) = turning {
                <p>{ text_with_marks(&turning.text, &[]) }</p>
                { button }
            }
        </div>
    }
}

/// What led to it, if that was asked for and is known.
fn reason(props: &Props, opened: Option<&'static str>) -> Html {
    let is_it = |reason: &&Rc<Explanation>| {
        opened.is_some_and(|property| reason.question == Question::Broken(property))
    };
    match props.reason.as_ref().filter(is_it) {
        Some(reason) => {
            let events = props.session.look().instant().events;
            html! { <Reason session={props.session.clone()} pointer={props.pointer.clone()} explanation={Rc::clone(reason)} {events} /> }
        }
        None => html! { <span hidden=true /> },
    }
}
