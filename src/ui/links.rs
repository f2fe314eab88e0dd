//! The lines between the cards, which of them are cut, and the sides of a partition.
//!
//! Lines are SVG under the cards. Up to nine nodes every link is a line; with more only those of the
//! leader and the cut ones are, since three hundred lines say nothing.

use std::collections::BTreeSet;
use std::rc::Rc;

use yew::prelude::{Html, Properties, component, html};

use super::ring::{Layout, Rect};
use crate::playground::view::NodeNumber;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub layout: Rc<Layout>,
    pub cuts: Vec<(NodeNumber, NodeNumber)>,
    pub sides: Vec<Vec<NodeNumber>>,
    pub down: Vec<NodeNumber>,
    pub leader: Option<NodeNumber>,
}

const MOST_LINES: usize = 9;

#[component]
pub fn Links(props: &Props) -> Html {
    let layout = &props.layout;
    let cuts: BTreeSet<(NodeNumber, NodeNumber)> = props.cuts.iter().copied().collect();
    let nodes: Vec<(NodeNumber, Rect)> =
        layout.nodes.iter().map(|(id, rect)| (*id, *rect)).collect();
    let mut lines = Vec::new();
    for (position, (a, from)) in nodes.iter().enumerate() {
        for (b, to) in nodes.iter().skip(position + 1) {
            let led = props.leader == Some(*a) || props.leader == Some(*b);
            if nodes.len() > MOST_LINES && !led {
                continue;
            }
            let link = Link { a: *a, b: *b, from, to };
            let down = props.down.contains(a) || props.down.contains(b);
            lines.push(line(&link, down, cuts.contains(&(*a, *b)), cuts.contains(&(*b, *a))));
        }
    }
    html! {
        <svg class="links" aria-hidden="true" width={layout.width.to_string()} height={layout.height.to_string()}>
            <g class="hulls">{ hulls(layout, &props.sides) }</g>
            <g>{ for lines }</g>
        </svg>
    }
}

struct Link<'a> {
    a: NodeNumber,
    b: NodeNumber,
    from: &'a Rect,
    to: &'a Rect,
}

fn line(link: &Link<'_>, down: bool, cut_there: bool, cut_back: bool) -> Html {
    let start = link.from.edge_towards(link.to.x, link.to.y, 0.0);
    let end = link.to.edge_towards(link.from.x, link.from.y, 0.0);
    let middle = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
    let key = format!("{}-{}", link.a, link.b);
    let state = match (cut_there, cut_back, down) {
        (true, true, _) => "cut",
        (true, false, _) | (false, true, _) => "half",
        (false, false, true) => "down",
        (false, false, false) => "whole",
    };
    let mark = match (cut_there, cut_back) {
        (true, true) => Some(cross(middle)),
        (true, false) => Some(barrier(start, end)),
        (false, true) => Some(barrier(end, start)),
        (false, false) => None,
    };
    html! {
        <g {key} class="link" data-state={state}>
            <line x1={px(start.0)} y1={px(start.1)} x2={px(end.0)} y2={px(end.1)} />
            { mark }
        </g>
    }
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

fn cross((x, y): (f64, f64)) -> Html {
    let d = format!("M{:.1} {:.1}l10 10m0 -10l-10 10", x - 5.0, y - 5.0);
    html! {
        <>
            <circle class="link-gap" cx={px(x)} cy={px(y)} r="9" />
            <path class="link-mark" {d} />
        </>
    }
}

/// A bar across the way that is cut, in its half, with the part up to it in red.
fn barrier(start: (f64, f64), end: (f64, f64)) -> Html {
    let at = (start.0 + (end.0 - start.0) * 0.4, start.1 + (end.1 - start.1) * 0.4);
    let length = (end.0 - start.0).hypot(end.1 - start.1).max(1.0);
    let across = (-(end.1 - start.1) / length * 8.0, (end.0 - start.0) / length * 8.0);
    let d = format!(
        "M{:.1} {:.1}L{:.1} {:.1}M{:.1} {:.1}L{:.1} {:.1}",
        start.0,
        start.1,
        at.0,
        at.1,
        at.0 - across.0,
        at.1 - across.1,
        at.0 + across.0,
        at.1 + across.1
    );
    html! { <path class="link-mark" {d} /> }
}

/// A tinted ground under each side, where the sides do not lie in each other's way.
fn hulls(layout: &Layout, sides: &[Vec<NodeNumber>]) -> Html {
    let shapes: Vec<Vec<(f64, f64)>> = sides.iter().map(|side| hull(layout, side)).collect();
    let clear = |number: usize| {
        let Some(shape) = shapes.get(number) else {
            return false;
        };
        let others = sides.iter().enumerate().filter(|(other, _)| *other != number);
        let mut strangers = others.flat_map(|(_, side)| side).filter_map(|node| layout.node(*node));
        !strangers.any(|card| corners(card, -4.0).iter().any(|corner| inside(shape, *corner)))
    };
    let draw = |(number, shape): (usize, &Vec<(f64, f64)>)| {
        let points: Vec<String> = shape.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        html! { <polygon key={number} class="hull" data-side={side_letter(number).to_string()} points={points.join(" ")} /> }
    };
    shapes.iter().enumerate().filter(|(number, _)| clear(*number)).map(draw).collect()
}

/// `A` for the first side.
pub fn side_letter(number: usize) -> char {
    u8::try_from(number).ok().and_then(|number| b'A'.checked_add(number)).map_or('?', char::from)
}

fn corners(card: &Rect, pad: f64) -> [(f64, f64); 4] {
    let (left, top) = (card.left() - pad, card.top() - pad);
    let (right, bottom) = (card.left() + card.width + pad, card.top() + card.height + pad);
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// The convex hull of a side's cards (Andrew's monotone chain).
fn hull(layout: &Layout, side: &[NodeNumber]) -> Vec<(f64, f64)> {
    let cards = side.iter().filter_map(|node| layout.node(*node));
    let mut points: Vec<(f64, f64)> = cards.flat_map(|card| corners(card, 4.0)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut outline: Vec<(f64, f64)> = Vec::new();
    let backwards: Vec<(f64, f64)> = points.iter().rev().copied().collect();
    for half in [points, backwards] {
        let start = outline.len();
        for point in half {
            while outline.len() >= start + 2 && turn(&outline, point) <= 0.0 {
                outline.pop();
            }
            outline.push(point);
        }
        outline.pop();
    }
    outline
}

/// Positive where the outline turns left towards a point.
fn turn(outline: &[(f64, f64)], point: (f64, f64)) -> f64 {
    let [.., a, b] = outline else { return 1.0 };
    (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0)
}

fn inside(shape: &[(f64, f64)], point: (f64, f64)) -> bool {
    let next = shape.iter().cycle().skip(1);
    shape
        .iter()
        .zip(next)
        .all(|(a, b)| (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0) >= 0.0)
}
