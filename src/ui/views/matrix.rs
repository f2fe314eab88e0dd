//! The log matrix: servers as rows, indexes as columns, the newest at the right.
//!
//! An entry looks as on a card. The scroller runs from right to left, so that it stays at the newest entry by itself.
//! Tab stops at one entry, and the arrow keys move from there.
//!
//! With many servers only some rows are rendered: those that are seen, a few above and below, and the one that is
//! pointed at. Fifty logs have thousands of entries, and a browser needs long to lay them out. A row is rendered again
//! only if its content has changed.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{TargetCast, use_node_ref, use_state_eq};

use crate::playground::view::{EntryView, NodeNumber, NodeView, RoleView};
use crate::ui::browser::page;
use crate::ui::canvas::palette::hue;
use crate::ui::format::words::{safety_key, safety_words};
use crate::ui::widgets::size::use_size;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub nodes: Vec<Rc<NodeView>>,
}

/// The height of a row in pixels, as the styles have it.
const ROW: f64 = 52.0;

/// So many rows are rendered beside those that are seen: the arrows move on to them before they are seen.
const BESIDE: usize = 3;

/// Up to so many rows all are rendered.
const FEW: usize = 12;

#[component]
pub fn Matrix(props: &Props) -> Html {
    let scroller = use_node_ref();
    let size = use_state_eq(|| (0_i32, 0_i32));
    use_size(&scroller, size.setter());
    let top = use_state_eq(|| 0_usize);
    let on_scroll = {
        let top = top.setter();
        Callback::from(move |event: Event| {
            if let Some(scroller) = event.target_dyn_into::<Element>() {
                // The position is counted in whole rows, so that the view is rendered only when another row comes into
                // sight.
                top.set((f64::from(scroller.scroll_top()).max(0.0) / ROW) as usize);
            }
        })
    };
    let pointed = use_state_eq(|| None::<(NodeNumber, u64)>);
    let indexes = indexes(&props.nodes);
    let on_point = {
        let pointed = pointed.setter();
        Callback::from(move |target: Option<Element>| {
            if let Some(place) = target.as_ref().and_then(place) {
                pointed.set(Some(place));
            }
        })
    };
    let words = (*pointed).and_then(|pointed| pointed_words(&props.nodes, pointed));
    let height = f64::from(size.1).max(0.0);
    let seen = seen(props.nodes.len(), *top, (height / ROW) as usize + 1);
    let row_of = |id| props.nodes.iter().position(|node| node.id == id);
    let pointed_row = pointed.and_then(|(node, _)| row_of(node));
    // The neighbours too, so that the next arrow finds its row before the scroller has told where it is.
    let is_near = |row: usize| pointed_row.is_some_and(|at| at.abs_diff(row) <= 1);
    let is_shown = |row: usize| seen.contains(&row) || is_near(row);
    let shown: Vec<bool> = (0..props.nodes.len()).map(is_shown).collect();
    let columns = indexes.clone().map(|index| {
        html! { <th key={index.to_string()} scope="col" data-entry={index.to_string()}>{ index }</th> }
    });
    html! {
        <div class="matrix">
            <div class="matrix-scroll" ref={scroller} onscroll={on_scroll} tabindex="0" role="group" aria-label="Logs, scrolls sideways">
                <table aria-label="Logs of all nodes" aria-rowcount={(props.nodes.len() + 1).to_string()} onkeydown={Callback::from(walk)}
                    onmouseover={on_point.reform(|event: yew::MouseEvent| event.target_dyn_into())}
                    onfocusin={on_point.reform(|event: yew::FocusEvent| event.target_dyn_into())}>
                    <thead><tr><th scope="col">{ "Node" }</th>{ for columns }</tr></thead>
                    <tbody>{ rows(&props.nodes, &shown, &indexes) }</tbody>
                </table>
            </div>
            <p class="matrix-words">
                { words.unwrap_or("Point at an entry, or go to it by Tab and the arrows, to read it.".to_string()) }
            </p>
            { legend() }
        </div>
    }
}

/// The indexes of the columns: from the first entry of any log to the one after the last.
fn indexes(nodes: &[Rc<NodeView>]) -> RangeInclusive<u64> {
    let first = nodes.iter().filter_map(|node| node.log.first()).map(|entry| entry.index);
    let last = nodes.iter().map(|node| node.log_len).max().unwrap_or_default();
    first.min().unwrap_or(1)..=last.max(1) + 1
}

/// The entry that is pointed at, in words.
fn pointed_words(nodes: &[Rc<NodeView>], (node, index): (NodeNumber, u64)) -> Option<String> {
    let node = nodes.iter().find(|of| of.id == node)?;
    let entry = node.log.iter().find(|entry| entry.index == index)?;
    Some(format!("n{}, {}", node.id, words(entry)))
}

/// The rows that are shown, and gaps as high as those that are not.
fn rows(nodes: &[Rc<NodeView>], shown: &[bool], indexes: &RangeInclusive<u64>) -> Html {
    let leader = nodes.iter().find(|node| node.role == Some(RoleView::Leader));
    let follower = |id| leader.and_then(|leader| leader.followers.iter().find(|of| of.id == id));
    let (first, beyond) = (*indexes.start(), *indexes.end());
    let row = |part| match part {
        Part::Row(place) => {
            let node = &nodes[place];
            let follower = follower(node.id).map(|of| (of.match_index, of.next_index));
            html! { <Row key={node.id} node={Rc::clone(node)} {follower} {first} {beyond} number={place + 2} /> }
        }
        Part::Gap(before, rows) => {
            let height = format!("height:{}px", ROW * rows as f64);
            html! { <tr key={format!("gap-{before}")} class="matrix-gap" aria-hidden="true"><td style={height} /></tr> }
        }
    };
    parts(shown).map(row).collect()
}

fn legend() -> Html {
    html! {
        <p class="matrix-legend">
            <span data-mark="commit">{ "committed up to here" }</span>
            <span data-mark="match">{ "match_index: the leader knows it is there" }</span>
            <span data-mark="next">{ "next_index: the leader sends this next" }</span>
        </p>
    }
}

/// Which rows are rendered because they are seen, or nearly.
fn seen(all: usize, top: usize, fit: usize) -> Range<usize> {
    if all <= FEW {
        return 0..all;
    }
    top.saturating_sub(BESIDE)..(top + fit + BESIDE).min(all)
}

/// What stands in the table: the row at this place, or after so many rows the room of some that are left out.
enum Part {
    Row(usize),
    Gap(usize, usize),
}

fn parts(shown: &[bool]) -> impl Iterator<Item = Part> {
    let alike = shown.chunk_by(|one, other| !one && !other).scan(0, |before, alike| {
        let place = *before;
        *before += alike.len();
        Some((place, alike))
    });
    alike.map(|(place, alike)| match alike {
        [true] => Part::Row(place),
        hidden => Part::Gap(place, hidden.len()),
    })
}

#[derive(Properties)]
struct RowProps {
    node: Rc<NodeView>,
    /// What the leader has of it: `match_index` and `next_index`.
    follower: Option<(u64, u64)>,
    first: u64,
    beyond: u64,
    /// Which row of the whole table it is, from 1.
    number: usize,
}

/// What a row shows of its node.
impl PartialEq for RowProps {
    fn eq(&self, other: &Self) -> bool {
        let shown =
            |node: &NodeView| (node.id, node.role, node.status, node.commit_index, node.snapshot);
        let place = |props: &Self| (props.follower, props.first, props.beyond, props.number);
        let is_same = place(self) == place(other) && shown(&self.node) == shown(&other.node);
        is_same && (Rc::ptr_eq(&self.node, &other.node) || self.node.log == other.node.log)
    }
}

#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { node, follower, first, beyond, number } = props;
    let entries: BTreeMap<u64, &EntryView> =
        node.log.iter().map(|entry| (entry.index, entry)).collect();
    let newest = node.log.last().map(|entry| entry.index);
    let cells = (*first..=*beyond).map(|index| {
        let entry = entries.get(&index).copied();
        let is_compacted = entry.is_none() && index <= node.snapshot;
        let marks = [
            (node.commit_index == index, "commit", "commit_index"),
            (follower.is_some_and(|(matches, _)| matches == index), "match", "match_index"),
            (follower.is_some_and(|(_, next)| next == index), "next", "next_index"),
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
        Some((matches, next)) => format!("match {matches}, next {next}"),
        None => node.status.to_string(),
    };
    html! {
        <tr data-node={node.id.to_string()} aria-rowindex={number.to_string()}>
            <th scope="row">{ format!("n{}", node.id) }<small>{ about }</small></th>
            // The entries are in a list of their own, since Yew ignores keys in a list where some elements have none.
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
