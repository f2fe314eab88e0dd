//! One shape alone, on a canvas of its own.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::playground::view::Shape;
use crate::ui::canvas::palette::Probes;
use crate::ui::canvas::shapes;
use crate::ui::canvas::shapes::Look;
use crate::ui::canvas::surface::place;

/// Draws one shape alone, for the legend.
pub fn draw_sample(canvas: &HtmlCanvasElement, shape: Shape) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let Some(palette) = Probes::new(&document).map(|probes| probes.read()) else {
        return;
    };
    let context = canvas.get_context("2d").ok().flatten();
    let Some(ctx) =
        context.map(JsValue::from).and_then(|ctx| ctx.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let _ = ctx.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
    ctx.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    place(&ctx, f64::from(canvas.width()) / 2.0, f64::from(canvas.height()) / 2.0, 2.0);
    shapes::draw(&ctx, shape, &Look { palette: &palette, term: 4, label: "8" });
}
