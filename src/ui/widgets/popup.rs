//! Popups on the stage: their place beside a thing, and their keys.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::TargetCast;
use yew::prelude::Callback;

use crate::playground::view::NodeNumber;
use crate::ui::browser::page;
use crate::ui::geometry::layout::{Layout, Rect};
use crate::ui::geometry::message_path::Point;

/// Places a popup below a thing if there is room, else above it. Returns its style, and the point of its edge that
/// faces the thing.
pub fn beside(layout: &Layout, thing: &Rect, (width, height): (f64, f64)) -> (String, Point) {
    let left = (thing.x - width / 2.0).clamp(4.0, (layout.width - width - 4.0).max(4.0));
    let x = thing.x.clamp(left, left + width);
    let below = thing.top() + thing.height + 6.0;
    if below + height <= layout.height {
        let style = format!("left:{left}px;top:{below}px;width:{width}px;--edge:{below}px");
        return (style, (x, below));
    }
    let bottom = (layout.height - thing.top() + 6.0).min(layout.height - height).max(4.0);
    let style = format!("left:{left}px;bottom:{bottom}px;width:{width}px;--edge:{bottom}px");
    (style, (x, layout.height - bottom))
}

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
