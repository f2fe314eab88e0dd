//! The stage: links, what is committed, moving messages, cards, and the clients.
//!
//! The stage measures itself and lays the cards out. After that only messages move. The gestures of the pointer are in
//! [`crate::ui::stage::gestures`].

use std::rc::Rc;

use yew::prelude::{Callback, Html, NodeRef, Properties, UseStateSetter, component, html};
use yew::{use_callback, use_memo, use_node_ref, use_state, use_state_eq};

use crate::playground::view::{Committed, NodeNumber, NodeView};
use crate::playground::{Action, NodeId};
use crate::ui::format::words::{committed_words, side_letter};
use crate::ui::geometry::layout::{Layout, Rect};
use crate::ui::stage::card::Card;
use crate::ui::stage::data::{Marked, Overlay, StageCallbacks, StageView};
use crate::ui::stage::gestures::{Drawn, Gesture, use_gestures};
use crate::ui::stage::link_card::{LinkCard, LinkList, way_of};
use crate::ui::stage::links::Links;
use crate::ui::stage::menu::Menu;
use crate::ui::stage::message_card::{MessageCard, MessageList};
use crate::ui::state::frame_context::FrameContext;
use crate::ui::state::page::middle::Opened;
use crate::ui::state::session::Session;
use crate::ui::widgets::icons;
use crate::ui::widgets::note::note;
use crate::ui::widgets::popup::{beside, keys};
use crate::ui::widgets::size::use_size;

/// The width and the most height of the form for requests, in pixels.
const REQUEST: (f64, f64) = (320.0, 330.0);

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub frame: FrameContext,
    pub view: StageView,
    pub marked: Marked,
    pub overlay: Overlay,
    pub callbacks: StageCallbacks,
    /// Whether the cards are read from far.
    pub large: bool,
    /// The form for requests, while it is open on the stage.
    pub children: Html,
}

#[component]
pub fn Stage(props: &Props) -> Html {
    let Props { session, frame, view, overlay, callbacks, .. } = props;
    let stage = use_node_ref();
    let problem = use_state(|| None::<String>);
    let layout = use_layout(&stage, &view.nodes);
    frame.change(|rendered| rendered.layout = Rc::clone(&layout));
    let on_act = {
        let problem = problem.setter();
        use_callback(session.clone(), move |action: Action, session| {
            problem.set(session.act(action).err());
        })
    };
    // The callback is made anew only when something else is open, since a card with another callback is rendered again.
    let on_menu =
        use_callback((overlay.opened, callbacks.on_open.clone()), |node, (open, on_open)| {
            let menu = Some(Opened::Menu(node));
            on_open.emit(if *open == menu { None } else { menu });
        });
    let lines = view.lines(&layout);
    let gestures = {
        let on_gesture = on_gesture(callbacks, &on_act, problem.setter());
        let (session, frame) = (session.clone(), frame.clone());
        let drawn = Drawn { session, frame, layout: Rc::clone(&layout), links: lines.clone() };
        use_gestures(&stage, drawn, on_gesture)
    };
    // While a line is drawn, the stage shows the partition that it would make.
    let preview = gestures.preview.filter(|sides| !sides.iter().any(Vec::is_empty));
    let is_preview = preview.is_some();
    let sides = preview.map_or_else(|| view.sides.clone(), Vec::from);
    let opened_link = match overlay.opened {
        Some(Opened::Link(a, b)) => Some((a, b)),
        _ => None,
    };
    html! {
        <main class="stage" ref={stage} aria-label="Stage" tabindex="-1" data-drawing={is_preview.then_some("true")}
            onpointerdown={gestures.on_down} onpointermove={gestures.on_move} onpointerup={gestures.on_up} onpointercancel={gestures.on_cancel}>
            <h2 class="hidden">{ "Stage" }</h2>
            <Links layout={Rc::clone(&layout)} cuts={view.cuts.clone()} links={view.links.clone()} latency={view.network.latency.1}
                sides={sides.clone()} {is_preview} down={view.down()} {lines} opened={opened_link} />
            if layout.width > 0.0 {
                <Centre layout={Rc::clone(&layout)} committed={view.committed.clone()} name="What is committed" />
                <Clients layout={Rc::clone(&layout)} are_others={view.network.has_other_clients()} on_request={Some(callbacks.on_request.clone())} />
            }
            <canvas id="stage-canvas" class="stage-canvas" aria-hidden="true" data-in-rows={layout.in_rows.then_some("true")} />
            { for cards(props, &layout, &sides, (&on_act, &on_menu)) }
            <div key={format!("{:?}", overlay.opened)} class="opened">{ opened(props, &layout, &on_act) }</div>
            <p class="stage-problem" role="alert">{ (*problem).clone() }</p>
            { note(session, &overlay.note, problem.is_some()) }
        </main>
    }
}

/// The menu, list or card that is open, beside the thing that it is about.
fn opened(props: &Props, layout: &Rc<Layout>, on_act: &Callback<Action>) -> Html {
    let Props { session, frame, view, overlay, callbacks, .. } = props;
    let (layout, on_act, on_open) = (Rc::clone(layout), on_act.clone(), callbacks.on_open.clone());
    let on_close = on_open.reform(|()| None);
    let nothing = || html! { <div hidden=true /> };
    match overlay.opened {
        None => nothing(),
        Some(Opened::Menu(id)) => match view.node(id) {
            None => nothing(),
            Some(node) => html! {
                <Menu node={Rc::clone(node)} {layout} {on_act} on_inspect={callbacks.on_inspect.clone()} {on_open} {on_close} />
            },
        },
        Some(Opened::Links(node)) => html! {
            <LinkList {layout} {node} cuts={view.cuts.clone()} links={view.links.clone()} {on_open} />
        },
        Some(Opened::Link(a, b)) => {
            let way = |(from, to)| {
                let is_cut = view.cuts.contains(&(from, to));
                (way_of(&view.links, &view.network, from, to), is_cut)
            };
            let ways = [(a, b), (b, a)].map(way);
            html! { <LinkCard {layout} {ways} network={view.network} {on_act} {on_close} /> }
        }
        Some(Opened::Request) => request(props, &layout, &on_close),
        Some(Opened::Messages) => html! {
            <MessageList session={session.clone()} revision={overlay.revision} {on_open} />
        },
        Some(Opened::Message(id)) => match session.look().message(id) {
            None => nothing(),
            Some(message) => html! {
                <MessageCard session={session.clone()} frame={frame.clone()} {layout} {message} {on_act} {on_close} />
            },
        },
    }
}

/// The form for requests, beside the user.
fn request(props: &Props, layout: &Layout, on_close: &Callback<()>) -> Html {
    let (style, _) = beside(layout, &layout.you, REQUEST);
    html! {
        <section class="menu request-popup" role="dialog" aria-label="Your request" {style} onkeydown={keys(on_close, None)}>
            { props.children.clone() }
            <button type="button" class="button" onclick={on_close.reform(|_| ())}>{ "Close" }</button>
        </section>
    }
}

/// Does what a gesture means.
fn on_gesture(
    callbacks: &StageCallbacks,
    on_act: &Callback<Action>,
    problem: UseStateSetter<Option<String>>,
) -> Callback<Gesture> {
    let (on_act, StageCallbacks { on_open, on_note, .. }) = (on_act.clone(), callbacks.clone());
    let nobody = "That line separates nobody: all nodes are on one side of it.";
    Callback::from(move |gesture| {
        problem.set(None);
        match gesture {
            Gesture::Message(id) => on_open.emit(Some(Opened::Message(id))),
            Gesture::Link(a, b) => on_open.emit(Some(Opened::Link(a, b))),
            Gesture::Nothing => on_open.emit(None),
            Gesture::Line(sides) if sides.iter().any(Vec::is_empty) => {
                on_note.emit(nobody.to_string());
            }
            Gesture::Line(sides) => {
                on_note.emit(String::new());
                let named = |side: Vec<NodeNumber>| side.into_iter().map(NodeId).collect();
                on_act.emit(Action::Partition(sides.map(named).to_vec()));
            }
        }
    })
}

fn cards<'a>(
    props: &'a Props,
    layout: &'a Layout,
    sides: &'a [Vec<NodeNumber>],
    (on_act, on_menu): (&'a Callback<Action>, &'a Callback<NodeNumber>),
) -> impl Iterator<Item = Html> + 'a {
    let several = sides.len() > 1;
    let Props { view, marked, overlay, callbacks, .. } = props;
    view.nodes.iter().filter_map(move |node| {
        let place = *layout.node(node.id)?;
        let side = sides.iter().position(|side| side.contains(&node.id)).filter(|_| several);
        Some(html! {
            <Card key={node.id} node={Rc::clone(node)} {place} density={layout.density} large={props.large}
                side={side.map(side_letter)} selected={marked.selected == Some(node.id)} named={marked.named.contains(&node.id)}
                menu_open={overlay.opened == Some(Opened::Menu(node.id))} on_act={on_act.clone()} on_menu={on_menu.clone()}
                on_inspect={callbacks.on_inspect.clone()} />
        })
    })
}

#[derive(Properties, PartialEq)]
pub struct CentreProps {
    pub layout: Rc<Layout>,
    pub committed: Option<Committed>,
    pub name: &'static str,
}

/// What is committed, and who lags behind it.
#[component]
pub fn Centre(props: &CentreProps) -> Html {
    let CentreProps { layout, committed, name } = props;
    let rows = layout.centre_rows;
    if rows == 0 {
        return html! { <div hidden=true /> };
    }
    let (entries, len) =
        committed.as_ref().map_or((&[][..], 0), |store| (&store.entries[..], store.len));
    let shown = if len > rows { rows - 1 } else { rows };
    let left_out = len.saturating_sub(shown.min(entries.len()));
    let row = |(key, value): &(String, String)| {
        html! { <li key={key.clone()}><span>{ key }</span>{ " = " }<b>{ value }</b></li> }
    };
    html! {
        <section class="committed" style={layout.centre.style()} aria-label={*name}>
            <p>{ committed_words(committed.as_ref()) }</p>
            <ul role="list">
                { for entries.iter().take(shown).map(row) }
                if len == 0 {
                    <li class="committed-empty">{ "nothing stored" }</li>
                }
                if left_out > 0 {
                    <li class="committed-empty">{ format!("and {left_out} more") }</li>
                }
            </ul>
        </section>
    }
}

#[derive(Properties, PartialEq)]
pub struct ClientsProps {
    pub layout: Rc<Layout>,
    /// Whether clients of the workload or with names take part.
    pub are_others: bool,
    /// Runs when the user asks for the form for requests; `None` on the stage of another branch.
    #[prop_or_default]
    pub on_request: Option<Callback<()>>,
}

/// The visitor, and all other clients if there are some.
#[component]
pub fn Clients(props: &ClientsProps) -> Html {
    let ClientsProps { layout, are_others, on_request } = props;
    let you = match on_request {
        None => client_place("you", "You", icons::person(), layout.you, true),
        Some(on_request) => html! {
            <button key="you" type="button" class="client" data-client="you" style={layout.you.style()} title="Set or get a key (k)"
                onclick={on_request.reform(|_: web_sys::MouseEvent| ())}>{ icons::person() }<span>{ "You" }</span></button>
        },
    };
    html! {
        <>
            { you }
            { client_place("clients", "Clients", icons::people(), layout.clients, *are_others) }
        </>
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
        <div {key} class="client" data-client={key} style={place.style()} hidden={!shown}>
            { icon }<span>{ label }</span>
        </div>
    }
}

/// Lays the nodes out on a stage, whenever it has another size or other nodes.
#[yew::hook]
pub fn use_layout(stage: &NodeRef, nodes: &[Rc<NodeView>]) -> Rc<Layout> {
    let size = use_state_eq(|| (0_i32, 0_i32));
    use_size(stage, size.setter());
    let ids: Vec<NodeNumber> = nodes.iter().map(|node| node.id).collect();
    use_memo((*size, ids), |((width, height), ids)| {
        if *width == 0 || *height == 0 {
            // The stage was not measured yet, so there is no place for a card.
            return Layout::default();
        }
        Layout::new(f64::from(*width), f64::from(*height), ids)
    })
}
