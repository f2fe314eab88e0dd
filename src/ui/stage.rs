//! The stage: links, what the cluster agrees on, moving messages, cards, and the clients.
//!
//! It measures itself and lays the cards out; from then on nothing on it moves but the messages.

use std::rc::Rc;

use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::{Callback, Html, NodeRef, Properties, UseStateSetter, component, html};
use yew::{use_effect_with, use_memo, use_node_ref, use_state, use_state_eq};

use super::card::Card;
use super::icons;
use super::links::{Links, side_letter};
use super::menu::Menu;
use super::ring::{Layout, Rect};
use super::session::Session;
use crate::playground::Action;
use crate::playground::view::{Agreed, NodeNumber, NodeView, Status};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub nodes: Vec<Rc<NodeView>>,
    pub cuts: Vec<(NodeNumber, NodeNumber)>,
    pub sides: Vec<Vec<NodeNumber>>,
    pub agreed: Agreed,
    pub leader: Option<NodeNumber>,
    pub workload: u32,
    pub selected: Option<NodeNumber>,
    pub on_inspect: Callback<NodeNumber>,
}

#[component]
pub fn Stage(props: &Props) -> Html {
    let stage = use_node_ref();
    let size = use_state_eq(|| (0_i32, 0_i32));
    let menu = use_state_eq(|| None::<NodeNumber>);
    let problem = use_state(|| None::<String>);
    use_size(&stage, size.setter());
    let ids: Vec<NodeNumber> = props.nodes.iter().map(|node| node.id).collect();
    let layout = use_memo((*size, ids), |((width, height), ids)| {
        if *width == 0 || *height == 0 {
            // Not measured yet: there is nothing to place.
            return Layout::default();
        }
        Layout::new(f64::from(*width), f64::from(*height), ids)
    });
    props.session.set_scene(|scene| scene.layout = Rc::clone(&layout));
    let on_act = {
        let (session, problem) = (props.session.clone(), problem.setter());
        Callback::from(move |action: Action| problem.set(session.act(action).err()))
    };
    let on_menu = {
        let menu = menu.clone();
        Callback::from(move |node| menu.set(if *menu == Some(node) { None } else { Some(node) }))
    };
    let open = menu.and_then(|open| props.nodes.iter().find(|node| node.id == open));
    let on_close = {
        let menu = menu.setter();
        Callback::from(move |()| menu.set(None))
    };
    let down = props.nodes.iter().filter(|node| node.status == Status::Down).map(|node| node.id);
    html! {
        <main class="stage" ref={stage} aria-label="Stage" tabindex="-1">
            <h2 class="hidden">{ "Stage" }</h2>
            <Links layout={Rc::clone(&layout)} cuts={props.cuts.clone()} sides={props.sides.clone()}
                down={down.collect::<Vec<_>>()} leader={props.leader} />
            if layout.width > 0.0 {
                { centre(&layout, &props.agreed) }
                { client_place("you", "You", icons::person(), layout.you, true) }
                { client_place("clients", "Clients", icons::people(), layout.clients, props.workload > 0) }
            }
            <canvas id="stage-canvas" class="stage-canvas" aria-hidden="true" />
            { for cards(props, &layout, &on_act, &on_menu, *menu) }
            if let Some(node) = open {
                <Menu node={Rc::clone(node)} layout={Rc::clone(&layout)} {on_act}
                    on_inspect={props.on_inspect.clone()} {on_close} />
            }
            <p class="stage-problem" role="alert">{ (*problem).clone() }</p>
        </main>
    }
}

fn cards<'a>(
    props: &'a Props,
    layout: &'a Layout,
    on_act: &'a Callback<Action>,
    on_menu: &'a Callback<NodeNumber>,
    open: Option<NodeNumber>,
) -> impl Iterator<Item = Html> + 'a {
    let several = props.sides.len() > 1;
    props.nodes.iter().filter_map(move |node| {
        let place = *layout.node(node.id)?;
        let side = props.sides.iter().position(|side| side.contains(&node.id)).filter(|_| several);
        Some(html! {
            <Card key={node.id} node={Rc::clone(node)} {place} density={layout.density}
                side={side.map(side_letter)} selected={props.selected == Some(node.id)}
                menu_open={open == Some(node.id)} on_act={on_act.clone()} on_menu={on_menu.clone()}
                on_inspect={props.on_inspect.clone()} />
        })
    })
}

fn at(place: Rect) -> String {
    let Rect { width, height, .. } = place;
    format!("left:{}px;top:{}px;width:{width}px;height:{height}px", place.left(), place.top())
}

/// What most of the running servers have in their stores.
fn centre(layout: &Layout, agreed: &Agreed) -> Html {
    let rows = layout.centre_rows;
    if rows == 0 {
        return html! { <div hidden=true /> };
    }
    let shown = if agreed.len > rows { rows - 1 } else { rows };
    let left_out = agreed.len.saturating_sub(shown.min(agreed.entries.len()));
    let row = |(key, value): &(String, String)| {
        html! { <li key={key.clone()}><span>{ key }</span>{ " = " }<b>{ value }</b></li> }
    };
    html! {
        <section class="agreed" style={at(layout.centre)} aria-label="What the cluster agrees on">
            <p>{ format!("agreed by {} of {}", agreed.count, agreed.of) }</p>
            <ul>
                { for agreed.entries.iter().take(shown).map(row) }
                if agreed.len == 0 {
                    <li class="agreed-empty">{ "nothing stored" }</li>
                }
                if left_out > 0 {
                    <li class="agreed-empty">{ format!("and {left_out} more") }</li>
                }
            </ul>
        </section>
    }
}

fn client_place(
    key: &'static str,
    label: &'static str,
    icon: Html,
    place: Rect,
    shown: bool,
) -> Html {
    html! {
        <div {key} class="client" data-client={key} style={at(place)} hidden={!shown}>
            { icon }<span>{ label }</span>
        </div>
    }
}

/// Keeps the size of the stage in a state.
#[yew::hook]
fn use_size(stage: &NodeRef, size: UseStateSetter<(i32, i32)>) {
    use_effect_with(stage.clone(), move |stage| {
        let element = stage.cast::<Element>();
        let measured = element.clone();
        let measure = move || {
            if let Some(element) = &measured {
                size.set((element.client_width(), element.client_height()));
            }
        };
        measure();
        let callback = Closure::<dyn FnMut()>::new(measure);
        let observer =
            ResizeObserver::new(wasm_bindgen::JsCast::unchecked_ref(callback.as_ref())).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(callback);
        }
    });
}
