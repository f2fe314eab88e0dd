//! Popups on the stage: their place beside a thing, and their keys.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::TargetCast;
use yew::prelude::Callback;

use crate::playground::view::NodeNumber;
use crate::ui::browser::page;
use crate::ui::geometry::layout::{Layout, Rect};
use crate::ui::geometry::message_path::Point;

/// The least height of a popup that scrolls.
const LEAST: f64 = 120.0;

/// Places a popup below a thing if there is room, else above or beside it: it does not cover what it is about. Where it
/// fits nowhere, it scrolls on the side with the most room; only where all sides have next to none it covers the thing.
/// Returns its style, and the point of its edge that faces the thing.
pub fn beside(layout: &Layout, thing: &Rect, (width, height): (f64, f64)) -> (String, Point) {
    let left = (thing.x - width / 2.0).clamp(4.0, (layout.width - width - 4.0).max(4.0));
    let x = thing.x.clamp(left, left + width);
    let end = thing.top() + thing.height;
    let (above, below) = (thing.top() - 2.0 * GAP, layout.height - end - 2.0 * GAP);
    let from_top =
        |left: f64, top: f64| format!("left:{left}px;top:{top}px;width:{width}px;--edge:{top}px");
    if height <= below {
        return (from_top(left, end + GAP), (x, end + GAP));
    }
    let to_the_right = thing.left() + thing.width + GAP;
    let to_the_left = thing.left() - GAP - width;
    let side = (to_the_right + width <= layout.width - 4.0).then_some((to_the_right, to_the_right));
    let side = side.or((to_the_left >= 4.0).then_some((to_the_left, to_the_left + width)));
    if height > above
        && let Some((left, edge)) = side
    {
        let top = (layout.height - height - 4.0).clamp(4.0, thing.top().max(4.0));
        return (from_top(left, top), (edge, thing.y.max(top)));
    }
    if below > above && below >= LEAST {
        return (from_top(left, end + GAP), (x, end + GAP));
    }
    let bottom = layout.height - thing.top() + GAP;
    let bottom = if above >= LEAST { bottom } else { bottom.min(layout.height - height).max(4.0) };
    let style = format!("left:{left}px;bottom:{bottom}px;width:{width}px;--edge:{bottom}px");
    (style, (x, layout.height - bottom))
}

/// The space between a popup and the thing.
const GAP: f64 = 6.0;

/// The keys of a popup. Escape closes it, and then the focus goes back to where it was, or to the menu button of this
/// node. Arrow keys move from button to button.
pub fn keys(on_close: &Callback<()>, of: Option<NodeNumber>) -> Callback<KeyboardEvent> {
    let on_close = on_close.clone();
    Callback::from(move |event: KeyboardEvent| {
        // A slider and a field have arrows of their own.
        let in_field = event.target_dyn_into::<HtmlInputElement>().is_some();
        match event.key().as_str() {
            "Escape" => {
                on_close.emit(());
                if let Some(node) = of {
                    page::focus(&format!("#more-{node}"));
                }
            }
            "ArrowDown" if !in_field => page::focus_next(PLACE, true),
            "ArrowUp" if !in_field => page::focus_next(PLACE, false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    })
}

/// Where it is, as a selector.
pub const PLACE: &str = ".menu";
