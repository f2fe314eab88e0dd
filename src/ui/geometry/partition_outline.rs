//! The outline of a partition on the stage: which cards lie on which side of a line, the ground under
//! each side, and the wall between two sides.
//!
//! Where the sides lie in each other's way no straight wall parts them; then each side but the largest
//! stands within a wall of its own, its cards joined by corridors. What the others say to each other
//! crosses those.

use crate::playground::view::NodeNumber;
use crate::ui::geometry::layout::{Layout, Rect};
use crate::ui::geometry::message_path::{Point, closest, far};

/// The two sides of a line: the nodes whose cards have their middle on its left, and the others. One
/// of them is empty where the line separates nobody.
pub fn divide(layout: &Layout, from: Point, to: Point) -> [Vec<NodeNumber>; 2] {
    let is_left = |card: &Rect| turn(from, to, (card.x, card.y)) < 0.0;
    let (left, right): (Vec<_>, Vec<_>) = layout.nodes.iter().partition(|(_, card)| is_left(card));
    [left, right].map(|side| side.into_iter().map(|(node, _)| *node).collect())
}

/// A line through two points, as long as the stage is wide and high together in both directions.
pub fn extended(layout: &Layout, from: Point, to: Point) -> (Point, Point) {
    let length = far(from, to).max(1.0);
    let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let reach = layout.width + layout.height;
    let beyond = |sign: f64| (from.0 + dx * reach * sign, from.1 + dy * reach * sign);
    (beyond(-1.0), beyond(1.0))
}

/// The wall between two sides: as far from the cards of both as can be. `None` if no straight line
/// parts them.
pub fn between(layout: &Layout, a: &[NodeNumber], b: &[NodeNumber]) -> Option<(Point, Point)> {
    let (near, beyond) = (hull(layout, a), hull(layout, b));
    let (p, q) = gap(&near, &beyond)?;
    let middle = ((p.0 + q.0) / 2.0, (p.1 + q.1) / 2.0);
    // Across the shortest way from one side to the other.
    let ahead = (middle.0 - (q.1 - p.1), middle.1 + (q.0 - p.0));
    let signs = |shape: &[Point]| {
        let turns: Vec<f64> = shape.iter().map(|corner| turn(middle, ahead, *corner)).collect();
        (turns.iter().all(|turn| *turn > 0.0), turns.iter().all(|turn| *turn < 0.0))
    };
    let parted =
        matches!((signs(&near), signs(&beyond)), ((true, _), (_, true)) | ((_, true), (true, _)));
    parted.then(|| extended(layout, middle, ahead))
}

/// The two points at which two shapes come nearest to each other.
fn gap(a: &[Point], b: &[Point]) -> Option<(Point, Point)> {
    let edges = |shape: &[Point]| -> Vec<(Point, Point)> {
        shape.iter().copied().zip(shape.iter().copied().cycle().skip(1)).collect()
    };
    let from_a = edges(b)
        .into_iter()
        .flat_map(|(from, to)| a.iter().map(move |corner| (*corner, closest(from, to, *corner))));
    let from_b = edges(a)
        .into_iter()
        .flat_map(|(from, to)| b.iter().map(move |corner| (closest(from, to, *corner), *corner)));
    let both = from_a.chain(from_b);
    both.min_by(|one, other| far(one.0, one.1).total_cmp(&far(other.0, other.1)))
}

/// The cards between which ways lead that join all of a side, as short as can be (Prim's spanning tree).
pub fn corridors(layout: &Layout, side: &[NodeNumber]) -> Vec<(Rect, Rect)> {
    let cards = side.iter().filter_map(|node| layout.node(*node));
    let mut lonely: Vec<Rect> = cards.copied().collect();
    let mut joined: Vec<Rect> = lonely.pop().into_iter().collect();
    let mut ways = Vec::new();
    let length = |(_, from, to): &(usize, Rect, Rect)| far((from.x, from.y), (to.x, to.y));
    while !lonely.is_empty() {
        let all = lonely.iter().enumerate();
        let all = all.flat_map(|(at, to)| joined.iter().map(move |from| (at, *from, *to)));
        let shortest = all.min_by(|one, other| length(one).total_cmp(&length(other)));
        let Some((at, from, to)) = shortest else { break };
        joined.push(lonely.swap_remove(at));
        ways.push((from, to));
    }
    ways
}

/// Cards of a side that are so near to each other stand in one hall: there is no room for walls between them.
const HALL: f64 = 48.0;

/// What lies within the wall of a side, in closed shapes that touch: its cards and the corridors between them.
pub fn enclosure(layout: &Layout, side: &[NodeNumber]) -> Vec<Vec<Point>> {
    let cards = side.iter().filter_map(|node| layout.node(*node));
    let cards = cards.map(|card| corners(card, 0.0).to_vec());
    let ways = corridors(layout, side).into_iter().map(|(from, to)| {
        if apart(&from, &to) > HALL {
            return vec![(from.x, from.y), (to.x, to.y)];
        }
        around_all([from, to].iter().flat_map(|card| corners(card, 0.0)).collect())
    });
    cards.chain(ways).collect()
}

/// The ground under the side with this number, and whether it lies under no other side's card.
pub fn ground(layout: &Layout, sides: &[Vec<NodeNumber>], number: usize) -> (Vec<Point>, bool) {
    let shape = sides.get(number).map(|side| hull(layout, side)).unwrap_or_default();
    let others = sides.iter().enumerate().filter(|(other, _)| *other != number);
    let mut strangers = others.flat_map(|(_, side)| side).filter_map(|node| layout.node(*node));
    let is_clear =
        !strangers.any(|card| corners(card, -4.0).iter().any(|corner| inside(&shape, *corner)));
    (shape, is_clear)
}

/// How far two cards are from each other.
fn apart(a: &Rect, b: &Rect) -> f64 {
    let gap = |middles: f64, sides: f64| (middles.abs() - sides / 2.0).max(0.0);
    gap(a.x - b.x, a.width + b.width).hypot(gap(a.y - b.y, a.height + b.height))
}

fn corners(card: &Rect, pad: f64) -> [Point; 4] {
    let (left, top) = (card.left() - pad, card.top() - pad);
    let (right, bottom) = (card.left() + card.width + pad, card.top() + card.height + pad);
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// The convex hull of a side's cards.
fn hull(layout: &Layout, side: &[NodeNumber]) -> Vec<Point> {
    let cards = side.iter().filter_map(|node| layout.node(*node));
    around_all(cards.flat_map(|card| corners(card, 4.0)).collect())
}

/// The convex hull of some points (Andrew's monotone chain), turning right as the corners of a card do.
fn around_all(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut outline: Vec<Point> = Vec::new();
    let backwards: Vec<Point> = points.iter().rev().copied().collect();
    for half in [points, backwards] {
        let start = outline.len();
        for point in half {
            while outline.len() >= start + 2 && last_turn(&outline, point) <= 0.0 {
                outline.pop();
            }
            outline.push(point);
        }
        outline.pop();
    }
    outline
}

fn last_turn(outline: &[Point], point: Point) -> f64 {
    let [.., a, b] = outline else { return 1.0 };
    turn(*a, *b, point)
}

/// Positive where a way from one point over another turns right towards a third: the stage's second
/// coordinate grows downwards.
fn turn(a: Point, b: Point, point: Point) -> f64 {
    (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0)
}

fn inside(shape: &[Point], point: Point) -> bool {
    let next = shape.iter().cycle().skip(1);
    shape.iter().zip(next).all(|(a, b)| turn(*a, *b, point) >= 0.0)
}
