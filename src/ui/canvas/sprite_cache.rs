//! Messages as sprites: each look is drawn once, and then copied to each message that has it.
//!
//! Drawing a shape needs some thirty calls of the canvas, many of which name a colour as text. Copying a sprite needs
//! one. Hundreds of messages can be in flight, and they have only a few looks.

use std::collections::BTreeMap;

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement};

use crate::playground::view::{MessageView, Shape};
use crate::ui::canvas::palette::{Palette, TERM_HUES};
use crate::ui::canvas::shapes;
use crate::ui::canvas::shapes::Look;
use crate::ui::canvas::surface::place;
use crate::ui::geometry::message_path::Point;

/// The sprites of one set of colours in one size.
#[derive(Default)]
pub struct SpriteCache {
    scale: f64,
    /// By shape, colour and size, and by what is written on it.
    kept: BTreeMap<(Shape, u64, Size), BTreeMap<String, Stamp>>,
    /// How many frames were drawn so far.
    frame: u64,
}

/// In device pixels.
type Size = (u32, u32);

/// A sprite that was not used for so many frames is drawn anew for another label. Entries always have new numbers, and
/// a new canvas costs more than drawing on an old one.
const IDLE_FRAMES: u64 = 8;

/// A small canvas of its own.
struct Stamp {
    canvas: HtmlCanvasElement,
    ctx: CanvasRenderingContext2d,
    /// The frame in which it was put somewhere last.
    put_at: u64,
}

impl SpriteCache {
    /// Another frame is drawn.
    pub fn next_frame(&mut self) {
        self.frame += 1;
    }

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
        let half = shapes::half_size(&message.label);
        // Some dozens of pixels: it fits.
        let side = |half: f64| (half * 2.0 * self.scale).ceil() as u32;
        let size = (side(half.0), side(half.1));
        let middle = (f64::from(size.0) / 2.0, f64::from(size.1) / 2.0);
        let alike = self.kept.entry((message.shape, hue, size)).or_default();
        if !alike.contains_key(&message.label) {
            let idle = take_idle(alike, self.frame);
            let Some(stamp) = idle.or_else(|| Stamp::blank(document, size)) else { return };
            stamp.cut(palette, message, self.scale, middle);
            alike.insert(message.label.clone(), stamp);
        }
        if let Some(stamp) = alike.get_mut(&message.label) {
            stamp.put_at = self.frame;
            // On whole pixels, or it would be smeared over two. Only an empty canvas is refused.
            let (left, top) = ((x - middle.0).round(), (y - middle.1).round());
            let _ = ctx.draw_image_with_html_canvas_element(&stamp.canvas, left, top);
        }
    }
}

/// Takes out one that has been idle.
fn take_idle(alike: &mut BTreeMap<String, Stamp>, frame: u64) -> Option<Stamp> {
    let is_idle = |(_, stamp): &(&String, &Stamp)| stamp.put_at + IDLE_FRAMES < frame;
    let label = alike.iter().find(is_idle)?.0.clone();
    alike.remove(&label)
}

impl Stamp {
    fn blank(document: &Document, size: Size) -> Option<Self> {
        let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width(size.0);
        canvas.set_height(size.1);
        let ctx = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
        Some(Self { canvas, ctx, put_at: 0 })
    }

    /// Draws a message's shape in place of what is there.
    fn cut(&self, palette: &Palette, message: &MessageView, scale: f64, (x, y): Point) {
        place(&self.ctx, 0.0, 0.0, 1.0);
        self.ctx.clear_rect(0.0, 0.0, x * 2.0, y * 2.0);
        place(&self.ctx, x, y, scale);
        let look = Look { palette, term: message.term, label: &message.label };
        shapes::draw(&self.ctx, message.shape, &look);
    }
}
