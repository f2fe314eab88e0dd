//! A canvas as large as its element, and where on it is drawn.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement};

/// A canvas as large as its element, in device pixels.
#[derive(Default)]
pub struct Surface {
    canvas: Option<HtmlCanvasElement>,
    ctx: Option<CanvasRenderingContext2d>,
    size: (f64, f64, f64),
}

impl Surface {
    /// Finds the canvas, fits it to its element and clears it. Gives the device's pixels per pixel.
    pub fn begin(
        &mut self,
        document: &Document,
        id: &str,
    ) -> Option<(CanvasRenderingContext2d, f64)> {
        if self.canvas.as_ref().is_none_or(|canvas| !canvas.is_connected()) {
            let canvas: HtmlCanvasElement = document.get_element_by_id(id)?.dyn_into().ok()?;
            let ctx = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
            (self.canvas, self.ctx, self.size) = (Some(canvas), Some(ctx), (0.0, 0.0, 0.0));
        }
        let (canvas, ctx) = (self.canvas.as_ref()?, self.ctx.as_ref()?);
        let ratio =
            web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 3.0);
        let size = (f64::from(canvas.client_width()), f64::from(canvas.client_height()), ratio);
        if self.size != size {
            // A side in device pixels: positive and far below what fits.
            canvas.set_width((size.0 * ratio).round() as u32);
            canvas.set_height((size.1 * ratio).round() as u32);
            self.size = size;
        }
        let _ = ctx.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        ctx.clear_rect(0.0, 0.0, size.0 * ratio, size.1 * ratio);
        Some((ctx.clone(), ratio))
    }

    /// The size of the canvas with this name as it is now; `None` where it is not on the page.
    pub fn measure(&self, document: &Document, id: &str) -> Option<(f64, f64)> {
        let known = self.canvas.as_deref().filter(|canvas| canvas.is_connected());
        let element = known.cloned().or_else(|| document.get_element_by_id(id)?.dyn_into().ok())?;
        Some((f64::from(element.client_width()), f64::from(element.client_height())))
    }

    /// Whether what was drawn on it is still on the page.
    pub fn is_kept(&self) -> bool {
        self.canvas.as_ref().is_some_and(|canvas| canvas.is_connected())
    }

    /// Its size in pixels of the page.
    pub fn size(&self) -> (f64, f64) {
        (self.size.0, self.size.1)
    }
}

/// What is drawn next has its middle there.
pub fn place(ctx: &CanvasRenderingContext2d, x: f64, y: f64, scale: f64) {
    // Only a canvas without a context refuses this.
    let _ = ctx.set_transform(scale, 0.0, 0.0, scale, x, y);
}
