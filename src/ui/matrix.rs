//! The log matrix: servers as rows, indexes as columns, the newest at the right.
//!
//! An entry looks as on a card. The scroller runs from right to left, so that it stays at the newest
//! without anybody scrolling it; one entry at a time is in the order of Tab, and the arrows move on.

use std::collections::BTreeMap;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{TargetCast, use_state_eq};

use super::card::{safety_key, safety_words};
use super::page;
use super::palette::hue;
use crate::playground::view::{EntryView, FollowerView, NodeNumber, NodeView, RoleView};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub nodes: Vec<Rc<NodeView>>,
}

#[component]
pub fn Matrix(props: &Props) -> Html {
    let pointed = use_state_eq(|| None::<(NodeNumber, u64)>);
    let leader = props.nodes.iter().find(|node| node.role == Some(RoleView::Leader));
    let follower = |id| leader.and_then(|leader| leader.followers.iter().find(|of| of.id == id));
    let first = props.nodes.iter().filter_map(|node| node.log.first()).map(|entry| entry.index);
    let last = props.nodes.iter().map(|node| node.log_len).max().unwrap_or_default();
    let (first, beyond) = (first.min().unwrap_or(1), last.max(1) + 1);
    let on_point = {
        let pointed = pointed.setter();
        Callback::from(move |target: Option<Element>| {
            if let Some(place) = target.as_ref().and_then(place) {
                pointed.set(Some(place));
            }
        })
    };
    let words = pointed.and_then(|(node, index)| {
        let node = props.nodes.iter().find(|of| of.id == node)?;
        let entry = node.log.iter().find(|entry| entry.index == index)?;
        Some(format!("n{}, {}", node.id, words(entry)))
    });
    let columns = (first..=beyond).map(|index| {
        html! { <th key={index.to_string()} scope="col" data-entry={index.to_string()}>{ index }</th> }
    });
    html! {
        <div class="matrix">
            <div class="matrix-scroll" tabindex="0" role="group" aria-label="Logs, scrolls sideways">
                <table aria-label="Logs of all nodes" onkeydown={Callback::from(walk)}
                    onmouseover={on_point.reform(|event: yew::MouseEvent| event.target_dyn_into())}
                    onfocusin={on_point.reform(|event: yew::FocusEvent| event.target_dyn_into())}>
                    <thead><tr><th scope="col">{ "Node" }</th>{ for columns }</tr></thead>
                    <tbody>{ for props.nodes.iter().map(|node| row(node, follower(node.id), first, beyond)) }</tbody>
                </table>
            </div>
            <p class="matrix-words">
                { words.unwrap_or("Point at an entry, or go to it by Tab and the arrows, to read it.".to_string()) }
            </p>
            <p class="matrix-legend">
                <span data-mark="commit">{ "committed up to here" }</span>
                <span data-mark="match">{ "match_index: the leader knows it is there" }</span>
                <span data-mark="next">{ "next_index: the leader sends this next" }</span>
            </p>
        </div>
    }
}

fn row(node: &NodeView, follower: Option<&FollowerView>, first: u64, beyond: u64) -> Html {
    let entries: BTreeMap<u64, &EntryView> =
        node.log.iter().map(|entry| (entry.index, entry)).collect();
    let newest = node.log.last().map(|entry| entry.index);
    let cells = (first..=beyond).map(|index| {
        let entry = entries.get(&index).copied();
        let is_compacted = entry.is_none() && index <= node.snapshot;
        let marks = [
            (node.commit_index == index, "commit", "commit_index"),
            (follower.is_some_and(|of| of.match_index == index), "match", "match_index"),
            (follower.is_some_and(|of| of.next_index == index), "next", "next_index"),
        ];
        let marks = marks.into_iter().filter(|(is_here, ..)| *is_here);
        html! {
            <td key={index.to_string()} data-compacted={is_compacted.then_some("")}>
                if let Some(entry) = entry {
                    <button type="button" class="block" data-hue={hue(entry.term)} data-safety={safety_key(entry.safety)}
                        data-node={node.id.to_string()} data-entry={index.to_string()} aria-label={words(entry)}
                        tabindex={if newest == Some(index) { "0" } else { "-1" }}>{ entry.term }</button>
                } else if is_compacted {
                    <span class="hidden">{ "compacted" }</span>
                }
                { for marks.map(|(_, mark, name)| html! { <i key={mark} data-mark={mark} title={name}><span class="hidden">{ name }</span></i> }) }
            </td>
        }
    });
    let about = match follower {
        _ if node.role == Some(RoleView::Leader) => "leader".to_string(),
        Some(of) => format!("match {}, next {}", of.match_index, of.next_index),
        None => node.status.to_string(),
    };
    html! {
        <tr key={node.id} data-node={node.id.to_string()}>
            <th scope="row">{ format!("n{}", node.id) }<small>{ about }</small></th>
            // A list of its own: keys count for nothing in a list where others have none.
            { cells.collect::<Html>() }
        </tr>
    }
}

fn words(entry: &EntryView) -> String {
    let EntryView { index, term, what, safety } = entry;
    format!("Entry {index}, term {term}: {what} ({})", safety_words(*safety))
}

/// Which entry an element shows.
fn place(element: &Element) -> Option<(NodeNumber, u64)> {
    let node = element.get_attribute("data-node")?.parse().ok()?;
    Some((node, element.get_attribute("data-entry")?.parse().ok()?))
}

/// The arrows move from entry to entry.
fn walk(event: KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some((node, index)) = target.as_ref().and_then(place) else { return };
    let (node, index) = match event.key().as_str() {
        "ArrowLeft" => (node, index.saturating_sub(1)),
        "ArrowRight" => (node, index + 1),
        "ArrowUp" => (node.saturating_sub(1), index),
        "ArrowDown" => (node + 1, index),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    page::focus(&format!(".matrix button[data-node=\"{node}\"][data-entry=\"{index}\"]"));
}
