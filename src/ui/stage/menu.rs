//! The menu of a node, which opens beside its card.
//!
//! The menu has every action, also those that a small card has no room for. Escape and a click elsewhere close it.

use std::rc::Rc;

use yew::prelude::{Callback, Html, Properties, component, html, use_effect_with};

use crate::playground::view::{NodeNumber, NodeView, RoleView, Status};
use crate::playground::{Action, NodeId};
use crate::ui::browser::page;
use crate::ui::geometry::layout::{Density, Layout};
use crate::ui::state::page::middle::Opened;
use crate::ui::widgets::popup::{beside, keys};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub node: Rc<NodeView>,
    pub layout: Rc<Layout>,
    pub on_act: Callback<Action>,
    pub on_inspect: Callback<NodeNumber>,
    pub on_open: Callback<Option<Opened>>,
    pub on_close: Callback<()>,
}

const WIDTH: f64 = 236.0;
/// The height of an item, of which some take two lines.
const ITEM: f64 = 46.0;

#[component]
pub fn Menu(props: &Props) -> Html {
    let id = props.node.id;
    use_effect_with(id, move |_| page::focus(".menu button"));
    let Some(card) = props.layout.node(id).copied() else {
        return html! { <div hidden=true /> };
    };
    let items = items(&props.node, props.layout.density);
    let count = f64::from(u32::try_from(items.len() + 3).unwrap_or(u32::MAX));
    let (style, _) = beside(&props.layout, &card, (WIDTH, 12.0 + ITEM * count));
    let on_key = keys(&props.on_close, Some(id));
    let on_links = props.on_open.reform(move |_| Some(Opened::Links(id)));
    let on_inspect = {
        let (on_inspect, on_close) = (props.on_inspect.clone(), props.on_close.clone());
        Callback::from(move |()| {
            on_close.emit(());
            on_inspect.emit(id);
        })
    };
    let on_why = {
        let on_inspect = on_inspect.clone();
        Callback::from(move |()| {
            on_inspect.emit(());
            page::focus_soon(".inspector .why");
        })
    };
    html! {
        <>
            <div class="menu-back" onclick={props.on_close.reform(|_| ())} />
            <div class="menu" role="group" aria-label={format!("Actions of n{id}")} {style} onkeydown={on_key}>
                { for items.into_iter().map(|(verb, hint, action)| item(props, verb, hint, action)) }
                if props.layout.nodes.len() > 1 {
                    <button type="button" class="menu-item" onclick={on_links}>{ format!("Links of n{id}…") }<small>{ "cut, slow or lossy" }</small></button>
                }
                <button type="button" class="menu-item" aria-description="what led to its role, term, vote, log or keys" onclick={on_why.reform(|_| ())}>{ format!("Why is n{id} so…") }<small aria-hidden="true">{ "what led to its role, term, vote, log or keys" }</small></button>
                <button type="button" class="menu-item" onclick={on_inspect.reform(|_| ())}>{ format!("Inspect n{id}…") }<small>{ "all of it; its disk, clock, processor" }</small></button>
            </div>
        </>
    }
}

type Item = (&'static str, &'static str, Action);

/// What can be done to a node in this state. On full cards the first two have buttons of their own.
fn items(node: &NodeView, density: Density) -> Vec<Item> {
    let (status, id) = (node.status, NodeId(node.id));
    let mut items = Vec::new();
    let own_buttons = density == Density::Full;
    match status {
        Status::Down if own_buttons => {}
        Status::Down => items.push(("Restart", "with what is on its disk", Action::Restart(id))),
        Status::Running | Status::Paused if own_buttons => {}
        Status::Running => {
            items.push(("Kill", "the process ends at once", Action::Kill(id)));
            items.push(("Pause", "it stands still", Action::Pause(id)));
        }
        Status::Paused => {
            items.push(("Kill", "the process ends at once", Action::Kill(id)));
            items.push(("Resume", "it goes on", Action::Resume(id)));
        }
    }
    if status == Status::Running && node.role != Some(RoleView::Leader) {
        items.push(("Time out", "its election timer runs out now", Action::Timeout(id)));
        items.push(("Hand over to", "the leader asks it to stand at once", Action::Transfer(id)));
    }
    if status != Status::Down {
        items.push(("Take snapshot of", "its log forgets what is in it", Action::Snapshot(id)));
        items.push(("Crash", "in the middle of a write to its disk", Action::KillTorn(id)));
    }
    items.push(if node.is_learner {
        ("Give a vote to", "once it has the log", Action::Add(id))
    } else {
        ("Demote", "it keeps the log and loses its vote", Action::Demote(id))
    });
    items.push(("Remove", "the cluster goes on without it", Action::Remove(id)));
    items
}

fn item(props: &Props, verb: &'static str, hint: &'static str, action: Action) -> Html {
    let name = format!("{verb} n{}", props.node.id);
    let onclick = {
        let (on_act, on_close, id) = (props.on_act.clone(), props.on_close.clone(), props.node.id);
        Callback::from(move |_| {
            on_close.emit(());
            on_act.emit(action.clone());
            page::focus(&format!("#more-{id}"));
        })
    };
    html! {
        // The hint describes it and is no part of its name.
        <button type="button" class="menu-item" aria-description={hint} {onclick}>
            { name }<small aria-hidden="true">{ hint }</small>
        </button>
    }
}
