//! What differs in the state of servers: since an instant that is pinned, or between two of them.
//!
//! Equal values are left out. The choice of servers is kept in the view choices, so that it is still there after a look
//! at the stage.

use web_sys::HtmlSelectElement;
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{TargetCast, use_force_update};

use crate::counts::counted;
use crate::playground::view::{NodeDifference, NodeNumber, PinView};
use crate::playground::{Input, With};
use crate::ui::format::clock::clock_text;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::state::view_choices::{Compared, ViewChoices};
use crate::ui::widgets::difference_table::difference;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub choices: ViewChoices,
    pub nodes: Vec<NodeNumber>,
    /// Grows when there is something new.
    pub feed: u64,
}

#[component]
pub fn Differences(props: &Props) -> Html {
    let Props { session, choices, nodes, .. } = props;
    let update = use_force_update();
    let on_choice = Callback::from(move |()| update.force_update());
    let Compared { who, with } = choices.get().compared;
    let known = |id: &NodeNumber| nodes.contains(id);
    let (who, with) = (who.filter(known), with.filter(known));
    let pin = session.look().pin();
    let whats = ("What is compared", "All nodes", who);
    let withs = ("What it is compared with", "the pinned instant", with);
    html! {
        <div class="differences">
            <div class="differences-tools">
                { chooser(choices, nodes, whats, &on_choice, |compared, chosen| compared.who = chosen) }
                <span>{ "compared with" }</span>
                { chooser(choices, nodes, withs, &on_choice, |compared, chosen| compared.with = chosen) }
                { pinning(session, pin.as_ref()) }
            </div>
            { result(session, who, with, pin.as_ref()) }
        </div>
    }
}

/// A choice of a node, or of what stands first.
fn chooser(
    choices: &ViewChoices,
    nodes: &[NodeNumber],
    (name, first, chosen): (&'static str, &'static str, Option<NodeNumber>),
    on_choice: &Callback<()>,
    set: fn(&mut Compared, Option<NodeNumber>),
) -> Html {
    let onchange = {
        let (choices, on_choice) = (choices.clone(), on_choice.clone());
        Callback::from(move |event: yew::Event| {
            let value = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            choices.change(|choices| {
                set(&mut choices.compared, value.and_then(|value| value.parse().ok()));
            });
            on_choice.emit(());
        })
    };
    let option = |id: &NodeNumber| {
        html! { <option key={*id} value={id.to_string()} selected={chosen == Some(*id)}>{ format!("n{id}") }</option> }
    };
    html! {
        <select aria-label={name} {onchange}>
            <option key="first" value="" selected={chosen.is_none()}>{ first }</option>
            { for nodes.iter().map(option) }
        </select>
    }
}

/// Pins the instant that is shown, goes to the pinned one, or takes the pin away.
fn pinning(session: &Session, pin: Option<&PinView>) -> Html {
    let send = |input: Input| {
        let session = session.clone();
        Callback::from(move |_: yew::MouseEvent| go_to(&session, input.clone()))
    };
    let is_shown = pin.is_some_and(|pin| pin.is_shown);
    html! {
        <div class="differences-pin">
            <button type="button" class="button" onclick={send(Input::Pin(true))} disabled={is_shown} title="Compare others with this instant (Shift+p)">{ "Pin this instant" }</button>
            if let Some(pin) = pin {
                <button type="button" class="button" onclick={send(Input::Return(pin.spot))} disabled={is_shown}>{ "Go to the pin" }</button>
                <button type="button" class="button" onclick={send(Input::Pin(false))}>{ "Unpin" }</button>
                <span>{ format!("pinned: {} in branch {}", clock_text(pin.at), pin.branch) }</span>
            }
        </div>
    }
}

fn result(
    session: &Session,
    who: Option<NodeNumber>,
    with: Option<NodeNumber>,
    pin: Option<&PinView>,
) -> Html {
    let now = clock_text(session.now());
    let (with, other) = match (with, pin) {
        (Some(node), _) => (With::Node(node), format!("n{node}")),
        (None, Some(pin)) => (With::Pin, format!("pinned, {}", clock_text(pin.at))),
        (None, None) => {
            return html! { <p class="differences-words">{ "Nothing is pinned. Pin this instant and go to an earlier or later one: the differences are then shown here. Or compare one node with another." }</p> };
        }
    };
    let nodes = session.look().differences(who, with);
    let whose = who.map_or("any node".to_string(), |who| format!("n{who}"));
    let words = match (nodes.len(), pin.filter(|_| with == With::Pin)) {
        (0, Some(pin)) if pin.is_shown => {
            format!("Nothing differs: {now} is the pinned instant. Go to another.")
        }
        (0, Some(_)) => format!("Nothing differs of {whose} between {other} and {now}."),
        (0, None) if who.is_some_and(|who| with == With::Node(who)) => {
            format!("Nothing differs: {whose} is compared with itself.")
        }
        (0, None) => format!("Nothing differs between {whose} and {other} at {now}."),
        (count, _) => format!(
            "{} at {now}. What is the same is not shown.",
            counted(count as u64, "node differs", "nodes differ")
        ),
    };
    let table = |node: &NodeDifference| {
        let shown = match with {
            With::Pin => format!("shown, {now}"),
            With::Node(_) => format!("n{}", node.id),
        };
        difference(node, &other, &shown)
    };
    html! {
        <>
            <p class="differences-words" role="status">{ words }</p>
            <div class="differences-nodes" tabindex="0" role="group" aria-label="What differs">{ for nodes.iter().map(table) }</div>
        </>
    }
}
