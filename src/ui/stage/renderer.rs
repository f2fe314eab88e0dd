//! Draws what moves on one stage: messages on a canvas, election timers by direct updates. (Measured: 500
//! moving circles cost a tenth on a canvas of what they cost through the diff.)
//!
//! Two stages can stand side by side, so each renderer knows its own canvas and rings. Nothing else writes what it
//! writes: Yew renders the element of a ring, and never its offset.

use std::collections::BTreeMap;

use wasm_bindgen::JsValue;
use web_sys::{CanvasRenderingContext2d, CanvasWindingRule, Document, Element};

use crate::playground::view::{MessageView, Motion, NodeNumber};
use crate::ui::canvas::palette::Palette;
use crate::ui::canvas::shapes;
use crate::ui::canvas::shapes::Look;
use crate::ui::canvas::sprite_cache::SpriteCache;
use crate::ui::canvas::surface::{Surface, place};
use crate::ui::geometry::layout::{Density, Layout};
use crate::ui::geometry::message_path;
use crate::ui::geometry::message_path::{MessagePath, Point};
use crate::ui::geometry::partition_outline;
use crate::ui::state::frame_context::Mark;
use crate::ui::state::highlight::Highlight;

/// The circumference of the rings that cards draw.
pub const RING_LENGTH: f64 = 100.0;

/// What stands before a node's number in the name of its ring, on the stage that is only looked at.
pub const OTHER: &str = "other-";

/// Draws what moves on one stage. It keeps its state from one frame to the next.
pub struct StageRenderer {
    /// The name of its canvas.
    canvas: &'static str,
    /// What stands before the numbers of its rings.
    rings_of: &'static str,
    surface: Surface,
    sprites: SpriteCache,
    rings: BTreeMap<NodeNumber, TimerRing>,
    /// Lost messages that were in flight in the frame before, and where.
    doomed: BTreeMap<u64, (f64, f64)>,
    bursts: Vec<Burst>,
    progress: CardBar,
}

/// What a frame is drawn with.
pub struct Brush<'a> {
    pub document: &'a Document,
    pub palette: &'a Palette,
    pub now_ms: f64,
    /// The user has asked for less motion.
    pub is_still: bool,
}

/// What the user does on a stage.
#[derive(Clone, Copy, Default)]
pub struct Interaction {
    /// The message whose card is open.
    pub mark: Option<Mark>,
    /// The line that is being drawn.
    pub line: Option<(Point, Point)>,
    /// What is pointed at.
    pub lit: Option<Highlight>,
}

struct TimerRing {
    element: Element,
    /// In hundredths of its circumference; so small a change can't be seen.
    shown: Option<i32>,
}

/// The bar on the card of an opened message.
#[derive(Default)]
struct CardBar {
    element: Option<Element>,
    /// In percent.
    shown: Option<u32>,
}

/// Where a message was lost.
struct Burst {
    x: f64,
    y: f64,
    since: f64,
}

const BURST_MS: f64 = 450.0;

impl StageRenderer {
    /// For the stage with this canvas and these rings.
    pub fn new(canvas: &'static str, rings_of: &'static str) -> Self {
        Self {
            canvas,
            rings_of,
            surface: Surface::default(),
            sprites: SpriteCache::default(),
            rings: BTreeMap::new(),
            doomed: BTreeMap::new(),
            bursts: Vec::new(),
            progress: CardBar::default(),
        }
    }

    /// The colours are others from now on.
    pub fn forget_colours(&mut self) {
        self.sprites.forget();
    }

    /// Draws the messages, the line that the user draws, and the mark of an open message.
    pub fn draw_messages(
        &mut self,
        brush: &Brush<'_>,
        motion: &Motion,
        layout: &Layout,
        interaction: Interaction,
    ) {
        let Some((ctx, ratio)) = self.surface.begin(brush.document, self.canvas) else {
            return;
        };
        let scale = scale(layout);
        self.sprites.resize(scale * ratio);
        self.sprites.next_frame();
        let mut doomed = BTreeMap::new();
        let shown = |message| message_path::shown_progress(message, brush.is_still);
        let messages = motion.messages.iter();
        let drawn: Vec<Drawn<'_>> = messages
            .filter_map(|message| {
                Some((message, MessagePath::of(message, layout)?, shown(message)))
            })
            .collect();
        ctx.save();
        if !layout.in_rows {
            spare_names(&ctx, layout, ratio);
        }
        draw_tails(&ctx, brush.palette, &drawn, ratio);
        // What is drawn otherwise among the sprites leaves the canvas as they want it.
        place(&ctx, 0.0, 0.0, 1.0);
        for (message, way, progress) in drawn {
            if message.lost {
                // It ends half way, wherever it was seen last.
                doomed.insert(message.id, way.point(0.5));
            }
            let (x, y) = way.point(progress);
            if let Some(mark) = interaction.mark.filter(|mark| mark.message == message.id) {
                draw_mark(&ctx, brush.palette, mark, (x, y), ratio);
                place(&ctx, 0.0, 0.0, 1.0);
                self.progress.show(brush.document, message.progress);
            }
            ctx.set_global_alpha(alpha(message, progress));
            if interaction.lit == Some(Highlight::Message(message.id)) {
                place(&ctx, x * ratio, y * ratio, scale * 1.6 * ratio);
                let look =
                    Look { palette: brush.palette, term: message.term, label: &message.label };
                shapes::draw(&ctx, message.shape, &look);
                place(&ctx, 0.0, 0.0, 1.0);
            } else {
                let at = (x * ratio, y * ratio);
                self.sprites.put(&ctx, brush.document, brush.palette, message, at);
            }
        }
        ctx.restore();
        ctx.set_global_alpha(1.0);
        if let Some((from, to)) = interaction.line {
            draw_line(&ctx, brush.palette, layout, (from, to), ratio);
        }
        for (id, (x, y)) in std::mem::replace(&mut self.doomed, doomed) {
            if !self.doomed.contains_key(&id) {
                self.bursts.push(Burst { x, y, since: brush.now_ms });
            }
        }
        self.bursts.retain(|burst| brush.now_ms - burst.since < BURST_MS);
        for burst in &self.bursts {
            place(&ctx, burst.x * ratio, burst.y * ratio, scale * ratio);
            let age = ((brush.now_ms - burst.since) / BURST_MS).clamp(0.0, 1.0);
            shapes::burst(&ctx, brush.palette, if brush.is_still { 0.0 } else { age });
        }
    }

    /// Turns the rings of the election timers.
    pub fn turn_rings(&mut self, document: &Document, motion: &Motion) {
        for (node, ring) in &mut self.rings {
            if !motion.timers.iter().any(|(timed, _)| timed == node) {
                ring.show(0.0);
            }
        }
        for (node, left) in &motion.timers {
            let known = self.rings.get(node).is_some_and(|ring| ring.element.is_connected());
            if !known {
                let selector = format!("[data-ring=\"{}{node}\"]", self.rings_of);
                let found = document.query_selector(&selector).ok().flatten();
                let Some(element) = found else { continue };
                self.rings.insert(*node, TimerRing { element, shown: None });
            }
            if let Some(ring) = self.rings.get_mut(node) {
                ring.show(*left);
            }
        }
    }
}

impl TimerRing {
    fn show(&mut self, left: f32) {
        let offset = (RING_LENGTH * f64::from(1.0 - left.clamp(0.0, 1.0)) * 4.0).round();
        // At most 400: it fits.
        let quantised = offset as i32;
        if self.shown != Some(quantised) {
            let _ = self.element.set_attribute("stroke-dashoffset", &(offset / 4.0).to_string());
            self.shown = Some(quantised);
        }
    }
}

impl CardBar {
    fn show(&mut self, document: &Document, progress: f32) {
        if self.element.as_ref().is_none_or(|element| !element.is_connected()) {
            *self = Self { element: document.get_element_by_id("message-progress"), shown: None };
        }
        // From 0 to 100: it fits.
        let percent = (progress * 100.0).round() as u32;
        if self.shown != Some(percent)
            && let Some(element) = &self.element
        {
            let _ = element.set_attribute("value", &percent.to_string());
            self.shown = Some(percent);
        }
    }
}

/// A message that will be lost fades as it comes to the middle.
fn alpha(message: &MessageView, progress: f64) -> f64 {
    if message.lost { (1.0 - (progress - 0.3).max(0.0) * 3.0).clamp(0.25, 1.0) } else { 1.0 }
}

/// A message, its path, and the part of the path that is behind it.
type Drawn<'a> = (&'a MessageView, MessagePath, f64);

/// Keeps messages, which are drawn above the cards, off the names on them.
fn spare_names(ctx: &CanvasRenderingContext2d, layout: &Layout, ratio: f64) {
    let _ = ctx.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    ctx.begin_path();
    ctx.rect(0.0, 0.0, layout.width, layout.height);
    for name in layout.nodes.values().map(|card| layout.name_on(card)) {
        ctx.rect(name.left(), name.top(), name.width, name.height);
    }
    ctx.clip_with_canvas_winding_rule(CanvasWindingRule::Evenodd);
}

/// The tails of all messages, each colour in one stroke.
fn draw_tails(ctx: &CanvasRenderingContext2d, palette: &Palette, drawn: &[Drawn<'_>], ratio: f64) {
    let mut alike = BTreeMap::<(&str, u8), Vec<(Point, Point)>>::new();
    for (message, way, progress) in drawn {
        let color = if message.term == 0 { &palette.client } else { palette.term(message.term) };
        // From 0 to 100: it fits.
        let percent = (alpha(message, *progress) * 100.0).round() as u8;
        let tail = (way.point(progress - 0.14), way.point(*progress));
        alike.entry((color, percent)).or_default().push(tail);
    }
    let _ = ctx.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    ctx.set_line_width(2.5);
    for ((color, percent), tails) in alike {
        ctx.set_global_alpha(f64::from(percent) * 0.004);
        ctx.set_stroke_style_str(color);
        ctx.begin_path();
        for (from, to) in tails {
            ctx.move_to(from.0, from.1);
            ctx.line_to(to.0, to.1);
        }
        ctx.stroke();
    }
}

/// A ring around the message whose card is open, and a line from it to the card.
fn draw_mark(
    ctx: &CanvasRenderingContext2d,
    palette: &Palette,
    mark: Mark,
    (x, y): Point,
    ratio: f64,
) {
    let _ = ctx.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    ctx.set_stroke_style_str(&palette.ink);
    ctx.set_line_width(1.0);
    ctx.begin_path();
    ctx.move_to(mark.anchor.0, mark.anchor.1);
    ctx.line_to(x, y);
    ctx.stroke();
    ctx.set_line_width(2.5);
    ctx.set_fill_style_str(&palette.surface);
    ctx.begin_path();
    let _ = ctx.arc(x, y, 17.0, 0.0, std::f64::consts::TAU);
    ctx.fill();
    ctx.stroke();
}

/// The line that the user draws to partition the cluster: solid where it was drawn, dashed beyond.
fn draw_line(
    ctx: &CanvasRenderingContext2d,
    palette: &Palette,
    layout: &Layout,
    (from, to): (Point, Point),
    ratio: f64,
) {
    let _ = ctx.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    ctx.set_stroke_style_str(&palette.fault);
    let beyond = partition_outline::extended(layout, from, to);
    let dashes = js_sys::Array::of2(&JsValue::from(9.0), &JsValue::from(7.0));
    for (ends, width, dashes) in [(beyond, 2.5, dashes), ((from, to), 7.0, js_sys::Array::new())] {
        // An even number of lengths is never refused.
        let _ = ctx.set_line_dash(&dashes);
        ctx.set_line_width(width);
        ctx.begin_path();
        ctx.move_to(ends.0.0, ends.0.1);
        ctx.line_to(ends.1.0, ends.1.1);
        ctx.stroke();
    }
}

/// How large messages are. In rows they lie on the cards, so small cards must have small ones.
fn scale(layout: &Layout) -> f64 {
    let card = layout.nodes.values().next().map_or(0.0, |card| card.width);
    match layout.density {
        Density::Brief | Density::Compact if layout.in_rows => (card / 120.0).clamp(0.4, 0.72),
        Density::Brief | Density::Compact => 0.72,
        Density::Full | Density::Narrow => 0.92,
    }
}
