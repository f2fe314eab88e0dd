//! The lines between the cards, which of them are cut, slow or lossy, and the sides of a partition.
//!
//! Lines are SVG under the cards. What is wrong with a way is drawn on its own half of the line, each
//! with its own mark.

use std::collections::BTreeSet;
use std::rc::Rc;

use yew::prelude::{Html, Properties, component, html};

use crate::playground::Duration;
use crate::playground::view::{LinkView, NodeNumber};
use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path;
use crate::ui::geometry::message_path::Point;
use crate::ui::stage::partition_drawing;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub layout: Rc<Layout>,
    pub cuts: Vec<(NodeNumber, NodeNumber)>,
    /// The ways that are not as the others.
    pub links: Vec<LinkView>,
    /// The longest latency of the others.
    pub latency: Duration,
    pub sides: Vec<Vec<NodeNumber>>,
    /// Whether the sides are only those of a line that is being drawn: it stands for the wall then.
    pub is_preview: bool,
    pub down: Vec<NodeNumber>,
    /// The links to draw.
    pub lines: Vec<(NodeNumber, NodeNumber)>,
    /// The link whose card is open.
    pub opened: Option<(NodeNumber, NodeNumber)>,
}

#[component]
pub fn Links(props: &Props) -> Html {
    let layout = &props.layout;
    let cuts: BTreeSet<(NodeNumber, NodeNumber)> = props.cuts.iter().copied().collect();
    let own = |a, b| props.links.iter().find(|link| (link.from, link.to) == (a, b));
    let hidden = props.opened.filter(|link| !props.lines.contains(link));
    let lines = props.lines.iter().copied().chain(hidden).filter_map(|(a, b)| {
        let is_opened = props.opened == Some((a, b));
        let (from, to) = message_path::link(layout, a, b)?;
        let state = match (cuts.contains(&(a, b)), cuts.contains(&(b, a))) {
            (true, true) => "cut",
            (true, false) | (false, true) => "half",
            (false, false) if props.down.contains(&a) || props.down.contains(&b) => "down",
            (false, false) => "whole",
        };
        let cut_mark = match (cuts.contains(&(a, b)), cuts.contains(&(b, a))) {
            (true, true) => Some(cross(((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0))),
            (true, false) => Some(barrier(from, to)),
            (false, true) => Some(barrier(to, from)),
            (false, false) => None,
        };
        let marks = |link: Option<&LinkView>, start, end| {
            link.map(|link| peculiarities(link, props.latency, start, end))
        };
        Some(html! {
            <g key={format!("{a}-{b}")} class="link" data-state={state} data-opened={is_opened.then_some("true")}>
                <line x1={px(from.0)} y1={px(from.1)} x2={px(to.0)} y2={px(to.1)} />
                { marks(own(a, b), from, to) }
                { marks(own(b, a), to, from) }
                { cut_mark }
            </g>
        })
    });
    html! {
        <svg class="links" aria-hidden="true" width={layout.width.to_string()} height={layout.height.to_string()}>
            { partition_drawing::draw(layout, &props.sides, !props.is_preview) }
            <g>{ for lines }</g>
        </svg>
    }
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// The first half of a line, dashed for a slow way and dotted for a lossy one, with a clock or a leak.
fn peculiarities(link: &LinkView, latency: Duration, start: Point, end: Point) -> Html {
    let at = |part: f64| (start.0 + (end.0 - start.0) * part, start.1 + (end.1 - start.1) * part);
    let middle = at(0.5);
    let (is_slow, is_lossy) = (link.latency.1 > latency, link.loss > 0);
    let state = match (is_slow, is_lossy) {
        (_, true) => "lossy",
        (true, false) => "slow",
        (false, false) => "other",
    };
    let mark = |part: f64, d: &'static str| {
        let (x, y) = at(part);
        html! {
            <g transform={format!("translate({x:.1} {y:.1})")}>
                <circle class="link-gap" r="9" /><path class="link-sign" {d} />
            </g>
        }
    };
    html! {
        <g class="link-way" data-state={state}>
            <line x1={px(start.0)} y1={px(start.1)} x2={px(middle.0)} y2={px(middle.1)} />
            if is_slow {
                // A clock.
                { mark(0.22, "M0 -6.5a6.5 6.5 0 1 1 -0.01 0M0 -3.5V0L2.5 2") }
            }
            if is_lossy {
                // A drop.
                { mark(0.38, "M0 -6.5C3 -2.5 4.5 -0.5 4.5 2A4.5 4.5 0 0 1 -4.5 2C-4.5 -0.5 -3 -2.5 0 -6.5Z") }
            }
        </g>
    }
}

fn cross((x, y): Point) -> Html {
    let d = format!("M{:.1} {:.1}l10 10m0 -10l-10 10", x - 5.0, y - 5.0);
    html! {
        <>
            <circle class="link-gap" cx={px(x)} cy={px(y)} r="9" />
            <path class="link-mark" {d} />
        </>
    }
}

/// A bar across the way that is cut, in its half, with the part up to it in red.
fn barrier(start: Point, end: Point) -> Html {
    let at = (start.0 + (end.0 - start.0) * 0.4, start.1 + (end.1 - start.1) * 0.4);
    let length = message_path::far(start, end).max(1.0);
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
