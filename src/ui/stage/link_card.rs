//! The card of a link, whose two directions can be cut, slowed down, made lossy and mended, and the list of the links
//! of a node, for users who can't point at one.

use std::rc::Rc;

use yew::prelude::{Callback, Html, Properties, component, html, use_effect_with};

use crate::playground::view::{LinkView, NetworkView, NodeNumber};
use crate::playground::{Action, Chance, Duration, LinkChange, NodeId};
use crate::ui::browser::page;
use crate::ui::format::durations::latency_words;
use crate::ui::geometry::layout::{Layout, Rect};
use crate::ui::geometry::message_path;
use crate::ui::state::page::middle::Opened;
use crate::ui::widgets::popup::{PLACE, beside, keys};
use crate::ui::widgets::settings::{CHANCES, LATENCIES, chance, percent, single, span};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub layout: Rc<Layout>,
    /// Its two ways as they are, each with whether it is cut.
    pub ways: [(LinkView, bool); 2],
    /// What a link is like that has nothing of its own.
    pub network: NetworkView,
    pub on_act: Callback<Action>,
    pub on_close: Callback<()>,
}

const SIZE: (f64, f64) = (268.0, 330.0);

/// A way as it is: as the network's others unless it has properties of its own.
pub fn way_of(
    links: &[LinkView],
    network: &NetworkView,
    from: NodeNumber,
    to: NodeNumber,
) -> LinkView {
    let own = links.iter().find(|link| (link.from, link.to) == (from, to));
    let NetworkView { latency, loss, duplicate, .. } = *network;
    own.copied().unwrap_or(LinkView { from, to, latency, loss, duplicate })
}

#[component]
pub fn LinkCard(props: &Props) -> Html {
    let [(there, _), (back, _)] = props.ways;
    let (a, b) = (there.from, there.to);
    use_effect_with((a, b), |_| page::focus(&format!("{PLACE} button")));
    let ends = message_path::link(&props.layout, a, b).unwrap_or_default();
    let (x, y) = ((ends.0.0 + ends.1.0) / 2.0, (ends.0.1 + ends.1.1) / 2.0);
    let (style, _) = beside(&props.layout, &Rect::around(x, y, (28.0, 28.0)), SIZE);
    let is_cut = props.ways.iter().any(|(_, cut)| *cut);
    let all = |name: &'static str, actions: Vec<Action>| {
        let (disabled, on_act) = (actions.is_empty(), props.on_act.clone());
        let onclick =
            Callback::from(move |_| actions.iter().for_each(|act| on_act.emit(act.clone())));
        html! { <button type="button" class="button" {disabled} {onclick}>{ name }</button> }
    };
    let both = |make: fn(NodeId, NodeId) -> Action| {
        [there, back].map(|way| make(NodeId(way.from), NodeId(way.to))).to_vec()
    };
    html! {
        <section class="menu fault-card" role="dialog" aria-label={format!("Link n{a} and n{b}")} {style}
            onkeydown={keys(&props.on_close, Some(a))}>
            <h3>{ format!("n{a} ↔ n{b}") }<small>{ "each way by itself" }</small></h3>
            { for props.ways.iter().map(|(way, cut)| one_way(props, way, *cut)) }
            <div class="fault-buttons">
                if is_cut {
                    { all("Mend both ways", both(|from, to| Action::Mend { from, to })) }
                } else {
                    { all("Cut both ways", both(|from, to| Action::Cut { from, to })) }
                }
                { all("Back to normal", normal(props)) }
                <button type="button" class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
            </div>
        </section>
    }
}

/// What makes the link as the network's others are; nothing if it is.
fn normal(props: &Props) -> Vec<Action> {
    let NetworkView { latency, loss, duplicate, .. } = props.network;
    let change = LinkChange {
        latency: Some(latency),
        loss: Chance::from_ppm(loss),
        duplicate: Chance::from_ppm(duplicate),
    };
    let actions = props.ways.iter().flat_map(|(way, cut)| {
        let (from, to) = (NodeId(way.from), NodeId(way.to));
        let is_own = (way.latency, way.loss, way.duplicate) != (latency, loss, duplicate);
        let mend = cut.then_some(Action::Mend { from, to });
        [mend, is_own.then_some(Action::Link { from, to, change })]
    });
    actions.flatten().collect()
}

fn one_way(props: &Props, way: &LinkView, cut: bool) -> Html {
    let (from, to) = (NodeId(way.from), NodeId(way.to));
    let name = format!("{from} → {to}");
    let change = move |change| Action::Link { from, to, change };
    let on_latency = props.on_act.reform(move |latency: Duration| {
        change(LinkChange { latency: Some((latency, latency)), ..LinkChange::default() })
    });
    let on_loss = props.on_act.reform(move |percent| {
        change(LinkChange { loss: chance(percent), ..LinkChange::default() })
    });
    let on_cut = props
        .on_act
        .reform(move |_| if cut { Action::Mend { from, to } } else { Action::Cut { from, to } });
    let verb = if cut { "Mend" } else { "Cut" };
    let loss = percent(way.loss);
    html! {
        <fieldset key={name.clone()} class="one-way" data-cut={cut.to_string()}>
            <legend>{ &name }{ if cut { " is cut" } else { "" } }</legend>
            <button type="button" class="button" onclick={on_cut}>{ format!("{verb} {name}") }</button>
            { span(format!("Latency {name}"), &LATENCIES, way.latency.1, &latency_words(way.latency), &on_latency) }
            { single(format!("Loss {name}"), &CHANCES, loss, &format!("{loss} %"), on_loss) }
        </fieldset>
    }
}

#[derive(Properties, PartialEq)]
pub struct ListProps {
    pub layout: Rc<Layout>,
    pub node: NodeNumber,
    pub cuts: Vec<(NodeNumber, NodeNumber)>,
    pub links: Vec<LinkView>,
    pub on_open: Callback<Option<Opened>>,
}

/// The links of a node as a list.
#[component]
pub fn LinkList(props: &ListProps) -> Html {
    let ListProps { layout, node, cuts, links, on_open } = props;
    let node = *node;
    use_effect_with(node, |_| page::focus(&format!("{PLACE} button")));
    let Some(card) = layout.node(node) else {
        return html! { <div hidden=true /> };
    };
    let item = |other: NodeNumber| {
        let ways = [(node, other), (other, node)];
        let state = match ways.map(|way| cuts.contains(&way)) {
            [true, true] => "cut both ways",
            [true, false] => "cut there",
            [false, true] => "cut back",
            [false, false] if links.iter().any(|link| ways.contains(&(link.from, link.to))) => {
                "slow or lossy"
            }
            [false, false] => "whole",
        };
        let opened = Opened::Link(node.min(other), node.max(other));
        html! {
            <button key={other} type="button" class="menu-item" onclick={on_open.reform(move |_| Some(opened))}>
                { format!("Link to n{other}") }<small>{ state }</small>
            </button>
        }
    };
    let on_close = on_open.reform(|()| None);
    let others = layout.nodes.keys().copied().filter(|other| *other != node);
    let (style, _) = beside(layout, card, SIZE);
    html! {
        <>
            <div class="menu-back" onclick={on_close.reform(|_| ())} />
            <div class="menu link-list" role="group" aria-label={format!("Links of n{node}")} {style}
                onkeydown={keys(&on_close, Some(node))}>{ for others.map(item) }</div>
        </>
    }
}
