//! A node's card: its name, role, term, election timer, the end of its log and its store's digest.
//!
//! A card gets its place from the layout and its data from the view, and asks for everything else through callbacks.
//! The painter turns the ring of the election timer, not a rendering.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::{AttrValue, Callback, Html, Properties, classes, component, html};
use yew::{MouseEvent, TargetCast, use_memo};

use crate::counts::counted;
use crate::playground::view::{
    DiskState, EntryView, NodeNumber, NodeView, RoleView, Safety, Status,
};
use crate::playground::{Action, NodeId};
use crate::ui::canvas::palette::hue;
use crate::ui::format::words::{blocked_words, role_words, safety_key, safety_words};
use crate::ui::geometry::layout::{Density, Rect};
use crate::ui::stage::renderer::{OTHER, RING_LENGTH};
use crate::ui::state::keys::{NodeKey, node_key};
use crate::ui::widgets::icons;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub node: Rc<NodeView>,
    pub place: Rect,
    pub density: Density,
    /// Whether it is read from far: larger, and its buttons come when it is pointed at.
    #[prop_or_default]
    pub large: bool,
    /// The side of a partition that it is on: `A`, `B`.
    #[prop_or_default]
    pub side: Option<char>,
    #[prop_or_default]
    pub selected: bool,
    /// Whether the sentence of a demonstration names the node.
    #[prop_or_default]
    pub named: bool,
    #[prop_or_default]
    pub menu_open: bool,
    /// The branch that it belongs to, where that is only looked at: then there is nothing to press on it.
    #[prop_or_default]
    pub looked_at: Option<AttrValue>,
    #[prop_or_default]
    pub on_act: Callback<Action>,
    #[prop_or_default]
    pub on_menu: Callback<NodeNumber>,
    #[prop_or_default]
    pub on_inspect: Callback<NodeNumber>,
}

impl Props {
    /// The accessible name, which differs between two stages with the same nodes.
    fn name(&self) -> String {
        let id = self.node.id;
        self.looked_at.as_ref().map_or(format!("n{id}"), |branch| format!("n{id} in {branch}"))
    }
}

#[component]
pub fn Card(props: &Props) -> Html {
    let node = &props.node;
    let style = use_memo(props.place, |place| AttrValue::from(place.style()));
    let is_mine = props.looked_at.is_none();
    let density = match props.density {
        Density::Full => "full",
        Density::Narrow => "narrow",
        Density::Brief | Density::Compact => "compact",
    };
    let is_brief = props.density == Density::Brief;
    html! {
        <section class="card" role="group" data-node={node.id.to_string()} aria-label={props.name()} style={(*style).clone()}
            id={is_mine.then(|| format!("card-{}", node.id))} tabindex={is_mine.then_some("-1")}
            onkeydown={keys(props)}
            data-role={role_key(node)} data-status={status_key(node.status)} data-density={density} data-brief={is_brief.then_some("true")}
            data-large={(props.large && !props.density.is_small()).then_some("true")} data-side={props.side.map(|side| side.to_string())}
            data-selected={props.selected.then_some("true")} data-named={props.named.then_some("true")}>
            { props.side.map(|side| html! { <span class="card-side"><span class="card-word">{ "side " }</span>{ side }</span> }) }
            { disk(node) }
            { blocked(node, props.density) }
            <Head node={Rc::clone(node)} density={props.density} large={props.large} {is_mine} on_inspect={props.on_inspect.clone()} />
            if props.density != Density::Compact {
                { log(props, blocks_that_fit(props, node)) }
            }
            if !props.density.is_small() {
                { foot(props) }
            } else {
                <span class="hidden">{ node.digest.as_ref().map(|digest| format!("#{digest}")) }</span>
                if is_mine { { buttons(props) } }
            }
        </section>
    }
}

/// What is wrong with its disk.
fn disk(node: &NodeView) -> Option<Html> {
    let (word, what) = match node.disk {
        DiskState::Good => return None,
        DiskState::Full => ("full", "Its disk takes no more writes"),
        DiskState::Failing => ("fails", "Each fsync ends in an error"),
        DiskState::Lying => ("lies", "A crash will lose writes that its disk reported as done"),
    };
    let then = match (node.disk, node.status) {
        (DiskState::Good | DiskState::Lying, _) => "",
        (_, Status::Running | Status::Paused) => ": it stops at the next one",
        (_, Status::Down) => ": started again, it stops at the next one",
    };
    Some(html! {
        <span class="card-disk" title={format!("{what}{then}")}><span class="card-word">{ "disk " }</span>{ word }</span>
    })
}

/// What it can't go on without, as long as it is so: in words where there is room for them.
fn blocked(node: &NodeView, density: Density) -> Option<Html> {
    let blocked = node.blocked.as_ref()?;
    let is_disk_marked = node.disk != DiskState::Good;
    let words = match (density, is_disk_marked) {
        (Density::Full, false) => blocked_words(&blocked.on),
        (Density::Full | Density::Narrow, true) | (_, false) => "waits".to_string(),
        (Density::Brief | Density::Compact, true) => return None,
    };
    Some(html! { <span class="card-blocked" title={blocked.to_string()}>{ words }</span> })
}

/// The keys of the card, while the card itself has the focus and none of its buttons.
fn keys(props: &Props) -> Callback<KeyboardEvent> {
    let node = Rc::clone(&props.node);
    let (on_act, on_menu) = (props.on_act.clone(), props.on_menu.clone());
    let on_inspect = props.on_inspect.clone();
    Callback::from(move |event: KeyboardEvent| {
        let card = event.target_dyn_into::<Element>().filter(|target| {
            let is_plain = !(event.ctrl_key() || event.alt_key() || event.meta_key());
            is_plain && target.class_list().contains("card")
        });
        let Some((card, key)) = card.zip(node_key(&event.key(), &node)) else {
            return;
        };
        event.prevent_default();
        event.stop_propagation();
        match key {
            NodeKey::Act(action) => on_act.emit(action),
            NodeKey::Inspect => on_inspect.emit(node.id),
            NodeKey::Menu => on_menu.emit(node.id),
            NodeKey::Nothing => {}
            NodeKey::Next => focus_card(card.next_element_sibling()),
            NodeKey::Previous => focus_card(card.previous_element_sibling()),
        }
    })
}

fn focus_card(card: Option<Element>) {
    let card = card.filter(|card| card.class_list().contains("card"));
    if let Some(card) = card.and_then(|card| card.dyn_into::<HtmlElement>().ok()) {
        // It can have the focus.
        let _ = card.focus();
    }
}

/// The role as the styles know it.
fn role_key(node: &NodeView) -> &'static str {
    match (node.status, node.role) {
        (Status::Down, _) | (_, None) => "none",
        (_, Some(RoleView::Leader)) => "leader",
        (_, Some(RoleView::OldLeader)) => "old-leader",
        (_, Some(RoleView::PreCandidate | RoleView::Candidate)) => "candidate",
        (_, Some(RoleView::Follower)) => "follower",
        (_, Some(RoleView::Learner)) => "learner",
        (_, Some(RoleView::Joining)) => "joining",
    }
}

fn status_key(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Down => "down",
    }
}

/// The parts of a card that seldom change. They are a component of their own, since the node changes with every entry.
#[derive(Properties)]
struct HeadProps {
    node: Rc<NodeView>,
    density: Density,
    large: bool,
    is_mine: bool,
    on_inspect: Callback<NodeNumber>,
}

impl PartialEq for HeadProps {
    fn eq(&self, other: &Self) -> bool {
        let said = |Self { node, density, large, is_mine, .. }: &Self| {
            let who = (node.id, node.status, node.role, node.votes);
            (who, node.term, node.voted_for, node.settled, (*density, *large), *is_mine)
        };
        said(self) == said(other) && self.on_inspect == other.on_inspect
    }
}

#[component]
fn Head(props: &HeadProps) -> Html {
    let node = &props.node;
    let name = format!("n{}", node.id);
    let is_full = props.density == Density::Full;
    let words = role_words(node);
    // Large letters have no room for what a paused node was.
    let is_long = props.large && node.status == Status::Paused;
    let term = if is_full { format!("term {}", node.term) } else { format!("T{}", node.term) };
    let on_inspect = {
        let (on_inspect, id) = (props.on_inspect.clone(), node.id);
        Callback::from(move |_| on_inspect.emit(id))
    };
    html! {
        <div class="card-head">
            { badge(props) }
            <div class="card-who">
                <div class="card-title">
                if props.density.is_small() || !props.is_mine {
                    <strong class="card-name">{ name.clone() }</strong>
                } else {
                    <button type="button" class="card-name" onclick={on_inspect}
                        aria-label={format!("Inspect {name}")} title={format!("Inspect {name}")}>{ name.clone() }</button>
                }
                <span class="card-term" data-hue={hue(node.term)} title={format!("{name} is in term {}", node.term)}>{ term }</span>
                </div>
                <div class="card-title">
                    <span class="card-role" title={words.clone()}>{ if is_full && !is_long { words } else { short_words(node) } }</span>
                    if is_full { { vote(node) } }
                </div>
            </div>
        </div>
    }
}

/// The election timer around the shape of the role.
fn badge(props: &HeadProps) -> Html {
    let (node, length) = (&props.node, RING_LENGTH.to_string());
    let stage = if props.is_mine { "" } else { OTHER };
    html! {
        <svg class="badge" viewBox="0 0 36 36" aria-hidden="true">
            <circle class="badge-track" cx="18" cy="18" r="15.5" />
            <circle class="badge-ring" cx="18" cy="18" r="15.5" pathLength={length.clone()}
                stroke-dasharray={length} data-ring={format!("{stage}{}", node.id)} transform="rotate(-90 18 18)" />
            { badge_shape(node) }
        </svg>
    }
}

fn badge_shape(node: &NodeView) -> Html {
    match (node.status, node.role) {
        (Status::Down, _) | (_, None) => {
            html! { <path class="badge-line" d="M13 13l10 10M23 13l-10 10" /> }
        }
        (Status::Paused, _) => {
            html! { <path class="badge-fill" d="M13 12h3.6v12H13zM19.4 12H23v12h-3.6z" /> }
        }
        (_, Some(RoleView::Leader | RoleView::OldLeader)) => html! {
            <path class="badge-fill" d="M10 13.2l4.2 3.6L18 11l3.8 5.8 4.2-3.6-1.6 10.3H11.6z" />
        },
        // A raised hand.
        (_, Some(RoleView::PreCandidate | RoleView::Candidate)) => html! {
            <path class="badge-line" d="M13.6 19.5v-5.2M16.6 18v-6.2M19.6 18v-5.4M22.5 19v-3.6M13.6 19.5l-2.4-1.6M13.6 19.5c0 3.6 1.6 5.6 4.6 5.6s4.3-2.2 4.3-6.1" />
        },
        // An open book.
        (_, Some(RoleView::Learner)) => html! {
            <path class="badge-line" d="M18 14v10M18 14c-1.6-1.4-3.8-1.8-6-1.6v9.8c2.2-.2 4.4.2 6 1.8 1.6-1.6 3.8-2 6-1.8v-9.8c-2.2-.2-4.4.2-6 1.6" />
        },
        (_, Some(RoleView::Joining)) => {
            html! { <path class="badge-line" d="M18 12.5v11M12.5 18h11" /> }
        }
        (_, Some(RoleView::Follower)) => {
            html! { <circle class="badge-fill" cx="18" cy="18" r="4.4" /> }
        }
    }
}

/// How many blocks of the log fit into a card.
fn blocks_that_fit(props: &Props, node: &NodeView) -> usize {
    let digits = node.log_len.max(1).ilog10() + 1;
    // As the styles have it: a gap, then border, padding and digits, but never narrower than high.
    let is_large = props.large && !props.density.is_small();
    let (height, digit) = if is_large { (27.0_f64, 9.8) } else { (19.0, 6.8) };
    let block = 4.0 + height.max(11.0 + digit * f64::from(digits));
    // Without the card's own border and padding, and the mark for what is left out, for which a small one has no room.
    let besides = if props.density.is_small() { 12.5 } else { 27.0 + 18.0 };
    let room = props.place.width - besides;
    // A card has between 1 and 20 of them.
    (room / block).floor().clamp(1.0, 20.0) as usize
}

fn log(props: &Props, most: usize) -> Html {
    let node = &props.node;
    let hidden = node.log.len().saturating_sub(most);
    let is_cut = node.log_len > node.log.len() as u64 || hidden > 0;
    let left_out = is_cut && !props.density.is_small();
    // The entries are in a list of their own, since Yew ignores keys in a list where some elements have none.
    let blocks: Html = node.log.iter().skip(hidden).map(|entry| block(entry, most)).collect();
    html! {
        <ol role="list" class="blocks" aria-label={format!("Log of {}: {}", props.name(), counted(node.log_len, "entry", "entries"))} onmouseover={tell_entry(node)}>
            if node.log.is_empty() {
                <li class="blocks-empty">{ nothing(props) }</li>
            }
            if left_out {
                <li class="blocks-more" aria-hidden="true">{ "…" }</li>
            }
            { blocks }
        </ol>
    }
}

/// What stands in place of a log without entries.
fn nothing(props: &Props) -> &'static str {
    match props.node.status {
        _ if props.density.is_small() => "empty",
        Status::Down => "nothing on disk",
        Status::Running | Status::Paused => "no entries yet",
    }
}

/// Describes an entry when the user points at it, and not before: a fast run has hundreds of entries a second.
fn tell_entry(node: &Rc<NodeView>) -> Callback<MouseEvent> {
    let node = Rc::clone(node);
    Callback::from(move |event: MouseEvent| {
        let Some(block) = event.target_dyn_into::<Element>() else { return };
        let index = block.get_attribute("data-entry").and_then(|index| index.parse().ok());
        let entry = index.and_then(|index: u64| node.log.iter().find(|entry| entry.index == index));
        if let Some(EntryView { index, term, safety, what }) = entry {
            let words = format!("Entry {index}, term {term}: {what} ({})", safety_words(*safety));
            let _ = block.set_attribute("title", &words);
        }
    })
}

/// The element of an entry that is no longer shown is used again, for one that has come since.
fn block(entry: &EntryView, most: usize) -> Html {
    let EntryView { index, term, safety, .. } = *entry;
    html! { <Block key={index % most as u64} {index} {term} {safety} /> }
}

#[derive(Properties, PartialEq)]
struct BlockProps {
    index: u64,
    term: u64,
    safety: Safety,
}

#[component]
fn Block(props: &BlockProps) -> Html {
    let number = AttrValue::from(props.index.to_string());
    html! {
        <li class="block" data-hue={hue(props.term)} data-entry={number.clone()}
            data-safety={safety_key(props.safety)}>{ number }</li>
    }
}

fn foot(props: &Props) -> Html {
    let node = &props.node;
    let digest =
        node.digest.as_ref().map_or_else(|| "off".to_string(), |digest| format!("#{digest}"));
    html! {
        <div class="card-foot">
            <span class="card-digest" title="Digest of the store: equal stores have the same">{ digest }</span>
            <span class="card-buttons">
                if props.looked_at.is_none() { { buttons(props) } }
            </span>
        </div>
    }
}

fn buttons(props: &Props) -> Html {
    let Props { node, density, menu_open, on_act, on_menu, .. } = props;
    html! {
        <Buttons id={node.id} status={node.status} is_full={*density == Density::Full} {menu_open} on_act={on_act.clone()} on_menu={on_menu.clone()} />
    }
}

#[derive(Properties, PartialEq)]
struct ButtonsProps {
    id: NodeNumber,
    status: Status,
    is_full: bool,
    menu_open: bool,
    on_act: Callback<Action>,
    on_menu: Callback<NodeNumber>,
}

#[component]
fn Buttons(props: &ButtonsProps) -> Html {
    html! {
        <>
            if props.is_full {
                { life_button(props) }
                { pause_button(props) }
            }
            { more_button(props) }
        </>
    }
}

/// Whom it has voted for; a candidate votes for itself.
fn vote(node: &NodeView) -> Html {
    let shown = node
        .voted_for
        .filter(|_| node.role != Some(RoleView::Candidate) && node.status != Status::Paused);
    let unsettled = (!node.settled).then_some("memory");
    html! {
        <span class="card-vote" data-safety={unsettled} title={vote_title(node)}>{ shown.map(|vote| format!("vote n{vote}")) }</span>
    }
}

/// The role in words for a small card.
fn short_words(node: &NodeView) -> String {
    match (node.status, node.role, node.votes) {
        // Of many there is no room for more, and the badge is a raised hand.
        (Status::Running, _, Some((votes, needed))) if needed > 9 => format!("{votes}/{needed}"),
        (Status::Running, Some(RoleView::Candidate), Some((votes, needed))) => {
            format!("{votes}/{}", counted(needed as u64, "vote", "votes"))
        }
        (Status::Running, _, Some((votes, needed))) => format!("asks {votes}/{needed}"),
        (Status::Paused, ..) => "Paused".to_string(),
        _ => role_words(node),
    }
}

fn vote_title(node: &NodeView) -> String {
    match (node.voted_for, node.settled) {
        (Some(vote), true) => format!("Voted for n{vote} in term {}; that is on disk", node.term),
        (Some(vote), false) => format!("Votes for n{vote} in term {}; not on disk yet", node.term),
        (None, _) => format!("Has not voted in term {}", node.term),
    }
}

fn action_button(
    props: &ButtonsProps,
    verb: &str,
    icon: Html,
    action: Action,
    tone: &'static str,
) -> Html {
    let name = format!("{verb} n{}", props.id);
    let onclick = {
        let on_act = props.on_act.clone();
        Callback::from(move |_| on_act.emit(action.clone()))
    };
    html! {
        <button type="button" class={classes!("mini", tone)} aria-label={name.clone()} title={name} {onclick}>{ icon }</button>
    }
}

fn life_button(props: &ButtonsProps) -> Html {
    let id = NodeId(props.id);
    match props.status {
        Status::Down => {
            action_button(props, "Restart", icons::restart(), Action::Restart(id), "go")
        }
        _ => action_button(props, "Kill", icons::kill(), Action::Kill(id), "danger"),
    }
}

fn pause_button(props: &ButtonsProps) -> Html {
    let id = NodeId(props.id);
    match props.status {
        Status::Running => {
            action_button(props, "Pause", icons::pause(), Action::Pause(id), "plain")
        }
        Status::Paused => action_button(props, "Resume", icons::play(), Action::Resume(id), "go"),
        // An empty element keeps the places of the others.
        Status::Down => html! { <span class="mini empty" aria-hidden="true" /> },
    }
}

fn more_button(props: &ButtonsProps) -> Html {
    let name = format!("More n{}", props.id);
    let onclick = {
        let (on_menu, id) = (props.on_menu.clone(), props.id);
        Callback::from(move |_| on_menu.emit(id))
    };
    html! {
        <button type="button" class="mini more" id={format!("more-{}", props.id)} aria-label={name.clone()}
            title={name} aria-expanded={props.menu_open.to_string()} {onclick}>{ icons::more() }</button>
    }
}
