//! The paths between the places of the stage: where a message is on its path, and what is under the pointer.
//!
//! What is drawn and what is hit are worked out here, by the same functions, so that they can't
//! differ. Plain geometry in CSS pixels; it deliberately knows neither canvas nor DOM.

use crate::playground::view::{MessageEnd, MessageView, NodeNumber};
use crate::ui::geometry::layout::{Layout, Rect};

/// A point of the stage.
pub type Point = (f64, f64);

/// The line that a message takes, from edge to edge, a little to the right like traffic on a road.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessagePath {
    from: Point,
    to: Point,
}

impl MessagePath {
    const LANE: f64 = 5.0;

    /// The way of a message; `None` where one of its ends is not on the stage.
    pub fn of(message: &MessageView, layout: &Layout) -> Option<Self> {
        let (from, to) = (locate(message.from, layout)?, locate(message.to, layout)?);
        let (start, end) =
            (from.edge_towards(to.x, to.y, 6.0), to.edge_towards(from.x, from.y, 6.0));
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        let length = dx.hypot(dy).max(1.0);
        let (right, down) = (-dy / length * Self::LANE, dx / length * Self::LANE);
        Some(Self { from: (start.0 + right, start.1 + down), to: (end.0 + right, end.1 + down) })
    }

    /// The point at which this much of it is behind one, 0 to 1.
    pub fn point(&self, progress: f64) -> Point {
        along(self.from, self.to, progress)
    }
}

fn locate(place: MessageEnd, layout: &Layout) -> Option<Rect> {
    match place {
        MessageEnd::Node(node) => layout.node(node).copied(),
        MessageEnd::You => Some(layout.you),
        MessageEnd::Named(_) | MessageEnd::Client(_) => Some(layout.clients),
    }
}

/// The part of its path that a message has behind it. For users who want less motion each message stands in the middle.
pub fn shown_progress(message: &MessageView, is_still: bool) -> f64 {
    if is_still { 0.5 } else { f64::from(message.progress) }
}

/// Where a message is drawn.
pub fn position(message: &MessageView, layout: &Layout, is_still: bool) -> Option<Point> {
    Some(MessagePath::of(message, layout)?.point(shown_progress(message, is_still)))
}

/// The message that is drawn nearest to a point, if it is within `reach` of it.
pub fn message_at(
    messages: &[MessageView],
    layout: &Layout,
    is_still: bool,
    at: Point,
    reach: f64,
) -> Option<u64> {
    let distance =
        |message: &MessageView| Some((message.id, far(position(message, layout, is_still)?, at)));
    // Of two messages at the same place the later one is drawn on top.
    nearest(messages.iter().rev().filter_map(distance), reach)
}

/// The ends of a link's line, from card to card.
pub fn link(layout: &Layout, a: NodeNumber, b: NodeNumber) -> Option<(Point, Point)> {
    let (from, to) = (layout.node(a)?, layout.node(b)?);
    Some((from.edge_towards(to.x, to.y, 0.0), to.edge_towards(from.x, from.y, 0.0)))
}

/// Of these links the one whose line is nearest to a point, if it is within `reach` of it.
pub fn link_at(
    links: impl Iterator<Item = (NodeNumber, NodeNumber)>,
    layout: &Layout,
    at: Point,
    reach: f64,
) -> Option<(NodeNumber, NodeNumber)> {
    let distance = |(a, b)| {
        let (from, to) = link(layout, a, b)?;
        Some(((a, b), far(closest(from, to, at), at)))
    };
    nearest(links.filter_map(distance), reach)
}

/// All pairs of nodes, the lower number first.
pub fn pairs(layout: &Layout) -> impl Iterator<Item = (NodeNumber, NodeNumber)> + '_ {
    let nodes = || layout.nodes.keys().copied();
    nodes().flat_map(move |a| nodes().filter(move |b| a < *b).map(move |b| (a, b)))
}

/// The point of a line that is nearest to another.
pub fn closest(from: Point, to: Point, at: Point) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let part = ((at.0 - from.0) * dx + (at.1 - from.1) * dy) / length.max(f64::MIN_POSITIVE);
    along(from, to, part)
}

fn along(from: Point, to: Point, part: f64) -> Point {
    let part = part.clamp(0.0, 1.0);
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}

/// How far two points are from each other.
pub fn far(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn nearest<T>(things: impl Iterator<Item = (T, f64)>, reach: f64) -> Option<T> {
    let near = things.filter(|(_, distance)| *distance <= reach);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(thing, _)| thing)
}
