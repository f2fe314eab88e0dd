//! Messages as stamps: each look is drawn once, and then only put wherever a message is.
//!
//! To draw a shape takes some thirty calls of the canvas, and many of them name a colour as text; to put a stamp takes
//! one. Hundreds of messages can be in flight, and they have a few looks.

use std::collections::BTreeMap;

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement};

use super::palette::{Palette, TERM_HUES};
use super::shapes::{self, Look};
use super::way::Point;
use crate::playground::view::{MessageView, Shape};

/// The stamps of one set of colours in one size.
#[derive(Default)]
pub struct Stamps {
    scale: f64,
    /// By shape and colour, and by what is written on it.
    kept: BTreeMap<(Shape, u64), BTreeMap<String, HtmlCanvasElement>>,
}

/// So many labels of one look are kept: entries have ever new numbers.
const MOST_LABELS: usize = 64;

impl Stamps {
    /// Forgets all: the colours are others.
    pub fn forget(&mut self) {
        self.kept.clear();
    }

    /// Forgets those of another size, in device pixels per pixel of a shape.
    pub fn resize(&mut self, scale: f64) {
        if self.scale.to_bits() != scale.to_bits() {
            self.scale = scale;
            self.forget();
        }
    }

    /// Puts a message's shape on a canvas whose pixels are the device's, with its middle there.
    pub fn put(
        &mut self,
        ctx: &CanvasRenderingContext2d,
        document: &Document,
        palette: &Palette,
        message: &MessageView,
        (x, y): Point,
    ) {
        let hue = message.term.checked_sub(1).map_or(0, |term| term % TERM_HUES + 1);
        let alike = self.kept.entry((message.shape, hue)).or_default();
        if !alike.contains_key(&message.label) {
            if alike.len() >= MOST_LABELS {
                alike.clear();
            }
            let Some(stamp) = cut(document, palette, message, self.scale) else { return };
            alike.insert(message.label.clone(), stamp);
        }
        if let Some(stamp) = alike.get(&message.label) {
            let (width, height) = (f64::from(stamp.width()), f64::from(stamp.height()));
            // On whole pixels, or it would be smeared over two. Only an empty canvas is refused.
            let (left, top) = ((x - width / 2.0).round(), (y - height / 2.0).round());
            let _ = ctx.draw_image_with_html_canvas_element(stamp, left, top);
        }
    }
}

/// Draws a message's shape on a canvas of its own.
fn cut(
    document: &Document,
    palette: &Palette,
    message: &MessageView,
    scale: f64,
) -> Option<HtmlCanvasElement> {
    let stamp: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
    let half = shapes::half_size(&message.label);
    // Some dozens of pixels: it fits.
    stamp.set_width((half.0 * 2.0 * scale).ceil() as u32);
    stamp.set_height((half.1 * 2.0 * scale).ceil() as u32);
    let ctx = stamp.get_context("2d").ok().flatten()?;
    let ctx: CanvasRenderingContext2d = ctx.dyn_into().ok()?;
    let (x, y) = (f64::from(stamp.width()) / 2.0, f64::from(stamp.height()) / 2.0);
    ctx.set_transform(scale, 0.0, 0.0, scale, x, y).ok()?;
    shapes::draw(&ctx, message.shape, &Look { palette, term: message.term, label: &message.label });
    Some(stamp)
}
