//! A partition drawn: the ground under each side, and the wall between two sides or around each.

use yew::prelude::{Html, html};

use crate::playground::view::NodeNumber;
use crate::ui::format::words::side_letter;
use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path::{Point, far};
use crate::ui::geometry::partition_outline;
use crate::ui::geometry::partition_outline::{between, enclosure};

/// The tinted ground under each side, and if it stands the wall between two.
pub fn draw(layout: &Layout, sides: &[Vec<NodeNumber>], stands: bool) -> Html {
    let straight = match sides {
        [a, b] => between(layout, a, b),
        _ => None,
    };
    let grounds = || (0..sides.len()).map(|number| ground(layout, sides, number)).collect();
    let (grounds, wall): (Vec<Html>, Html) = match straight.filter(|_| stands) {
        Some(line) => (grounds(), bricks(line)),
        // The floors within the walls are the grounds.
        None if stands && sides.len() > 1 => (Vec::new(), enclosures(layout, sides)),
        None => (grounds(), html! { <g /> }),
    };
    html! {
        <>
            <g class="hulls">{ for grounds }</g>
            <g class="wall">{ wall }</g>
        </>
    }
}

/// A wall around each side but the largest.
fn enclosures(layout: &Layout, sides: &[Vec<NodeNumber>]) -> Html {
    let largest = (0..sides.len()).rev().max_by_key(|number| sides[*number].len());
    let others = sides.iter().enumerate().filter(|(number, _)| Some(*number) != largest);
    let around = |(number, side): (usize, &Vec<NodeNumber>)| {
        let d: String = enclosure(layout, side).iter().map(|shape| outline(shape)).collect();
        let letter = side_letter(number).to_string();
        html! {
            <g key={number} class="enclosure" data-side={letter}>
                <path class="mortar" d={d.clone()} /><path class="bricks" d={d.clone()} /><path class="floor" {d} />
            </g>
        }
    };
    html! { <>{ for others.map(around) }</> }
}

/// A closed line through these points.
fn outline(points: &[Point]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    format!("M{}Z", points.join("L"))
}

/// A ground that would lie under another side's card is left out.
fn ground(layout: &Layout, sides: &[Vec<NodeNumber>], number: usize) -> Html {
    let (shape, clear) = partition_outline::ground(layout, sides, number);
    let points: Vec<String> = shape.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    html! {
        <polygon key={number} class="hull" data-side={side_letter(number).to_string()} data-clear={clear.to_string()}
            points={points.join(" ")} />
    }
}

/// Two courses of bricks along a line, each shifted by half a brick.
fn bricks((from, to): (Point, Point)) -> Html {
    let length = far(from, to).max(1.0);
    let across = (-(to.1 - from.1) / length, (to.0 - from.0) / length);
    let course = |name: &'static str, shift: f64| {
        let (dx, dy) = (across.0 * shift, across.1 * shift);
        let d = format!("M{:.1} {:.1}L{:.1} {:.1}", from.0 + dx, from.1 + dy, to.0 + dx, to.1 + dy);
        html! { <path class={name} {d} /> }
    };
    html! {
        <>{ course("mortar", 0.0) }{ course("bricks", -4.0) }{ course("bricks shifted", 4.0) }</>
    }
}
