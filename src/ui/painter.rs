//! Draws what moves in every frame: messages on a canvas, election timers and the clock by direct
//! updates. (Measured: 500 moving circles cost a tenth on a canvas of what they cost through the diff.)
//!
//! Each thing it writes has no other owner: Yew renders the ring's element, never its offset.

use std::collections::BTreeMap;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Document, Element, HtmlCanvasElement};

use super::charts::Veil;
use super::highlight::{Highlight, Marker};
use super::page;
use super::palette::{Palette, Probes};
use super::ring::{Density, Layout};
use super::session::{Mark, Session};
use super::shapes::{self, Look};
use super::spacetime::Loom;
use super::stamps::Stamps;
use super::timeline;
use super::wall;
use super::way::{self, Point, Way};
use crate::playground::view::{MessageView, Motion, NodeNumber};

/// The circumference of the rings that cards draw.
pub const RING_LENGTH: f64 = 100.0;

/// Keeps what it needs from frame to frame.
pub struct Painter {
    session: Session,
    document: Document,
    probes: Option<Probes>,
    palette: Palette,
    frames: u32,
    /// The person asked for less motion.
    is_still: bool,
    rings: BTreeMap<NodeNumber, Ring>,
    /// Lost messages that were in flight in the frame before, and where.
    doomed: BTreeMap<u64, (f64, f64)>,
    bursts: Vec<Burst>,
    progress: Progress,
    clock: Option<Element>,
    shown_clock: u64,
    stage: Surface,
    stamps: Stamps,
    strip: timeline::Strip,
    loom: Loom,
    veil: Veil,
    marker: Marker,
}

struct Ring {
    element: Element,
    /// In hundredths of its circumference; so small a change can't be seen.
    shown: Option<i32>,
}

/// The bar on the card of an opened message.
#[derive(Default)]
struct Progress {
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

/// A canvas as large as its element, in device pixels.
#[derive(Default)]
pub struct Surface {
    canvas: Option<HtmlCanvasElement>,
    ctx: Option<CanvasRenderingContext2d>,
    size: (f64, f64, f64),
}

impl Painter {
    pub fn new(session: Session) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let probes = Probes::new(&document);
        Some(Self {
            session,
            document,
            probes,
            palette: Palette::default(),
            frames: 0,
            is_still: false,
            rings: BTreeMap::new(),
            doomed: BTreeMap::new(),
            bursts: Vec::new(),
            progress: Progress::default(),
            clock: None,
            shown_clock: u64::MAX,
            stage: Surface::default(),
            stamps: Stamps::default(),
            strip: timeline::Strip::default(),
            loom: Loom::default(),
            veil: Veil::default(),
            marker: Marker::default(),
        })
    }

    /// Draws one frame.
    pub fn frame(&mut self, now_ms: f64) {
        // The theme may change at any time, also by the system: look twice a second.
        if self.frames.is_multiple_of(30)
            && let Some(probes) = &self.probes
        {
            let palette = probes.read();
            if self.palette != palette {
                self.palette = palette;
                self.stamps.forget();
            }
            self.is_still = page::wants_less_motion();
        }
        self.frames = self.frames.wrapping_add(1);
        let motion = self.session.motion();
        let layout = self.session.scene().layout.clone();
        // The canvases ask for their sizes: before anything is written, so that the browser has them.
        self.draw_messages(&motion, &layout, now_ms);
        self.loom.draw(&self.document, &self.palette, &self.session);
        let now = self.session.now();
        let span = self.session.scene().span;
        {
            let playground = self.session.look();
            let instants = (now, playground.end());
            self.strip.draw(&self.document, &self.palette, playground.timeline(), span, instants);
        }
        self.turn_rings(&motion);
        self.veil.draw(&self.document, span, now);
        self.marker.mark(&self.document, &self.session);
        self.set_clock(now);
    }

    fn draw_messages(&mut self, motion: &Motion, layout: &Layout, now_ms: f64) {
        let Some((ctx, ratio)) = self.stage.begin(&self.document, "stage-canvas") else {
            return;
        };
        let scale = scale(layout);
        self.stamps.resize(scale * ratio);
        let mut doomed = BTreeMap::new();
        let (mark, line) = {
            let scene = self.session.scene();
            (scene.mark, scene.line)
        };
        let shown = |message| way::shown_progress(message, self.is_still);
        let messages = motion.messages.iter();
        let drawn: Vec<Drawn<'_>> = messages
            .filter_map(|message| Some((message, Way::of(message, layout)?, shown(message))))
            .collect();
        draw_tails(&ctx, &self.palette, &drawn, ratio);
        let lit = self.session.highlight();
        for (message, way, progress) in drawn {
            if message.lost {
                // It ends half way, wherever it was seen last.
                doomed.insert(message.id, way.point(0.5));
            }
            let (x, y) = way.point(progress);
            if let Some(mark) = mark.filter(|mark| mark.message == message.id) {
                draw_mark(&ctx, &self.palette, mark, (x, y), ratio);
                self.progress.show(&self.document, message.progress);
            }
            ctx.set_global_alpha(alpha(message, progress));
            if lit == Some(Highlight::Message(message.id)) {
                place(&ctx, x * ratio, y * ratio, scale * 1.6 * ratio);
                let look =
                    Look { palette: &self.palette, term: message.term, label: &message.label };
                shapes::draw(&ctx, message.shape, &look);
            } else {
                place(&ctx, 0.0, 0.0, 1.0);
                let at = (x * ratio, y * ratio);
                self.stamps.put(&ctx, &self.document, &self.palette, message, at);
            }
        }
        ctx.set_global_alpha(1.0);
        if let Some((from, to)) = line {
            draw_line(&ctx, &self.palette, layout, (from, to), ratio);
        }
        for (id, (x, y)) in std::mem::replace(&mut self.doomed, doomed) {
            if !self.doomed.contains_key(&id) {
                self.bursts.push(Burst { x, y, since: now_ms });
            }
        }
        self.bursts.retain(|burst| now_ms - burst.since < BURST_MS);
        for burst in &self.bursts {
            place(&ctx, burst.x * ratio, burst.y * ratio, scale * ratio);
            let age = ((now_ms - burst.since) / BURST_MS).clamp(0.0, 1.0);
            shapes::burst(&ctx, &self.palette, if self.is_still { 0.0 } else { age });
        }
    }

    fn turn_rings(&mut self, motion: &Motion) {
        for (node, ring) in &mut self.rings {
            if !motion.timers.iter().any(|(timed, _)| timed == node) {
                ring.show(0.0);
            }
        }
        for (node, left) in &motion.timers {
            let known = self.rings.get(node).is_some_and(|ring| ring.element.is_connected());
            if !known {
                let selector = format!("[data-ring=\"{node}\"]");
                let found = self.document.query_selector(&selector).ok().flatten();
                let Some(element) = found else { continue };
                self.rings.insert(*node, Ring { element, shown: None });
            }
            if let Some(ring) = self.rings.get_mut(node) {
                ring.show(*left);
            }
        }
    }

    fn set_clock(&mut self, now: u64) {
        let millis = now / 1_000;
        if self.clock.as_ref().is_none_or(|clock| !clock.is_connected()) {
            self.clock = self.document.get_element_by_id("clock");
            self.shown_clock = u64::MAX;
        }
        if self.shown_clock != millis
            && let Some(clock) = &self.clock
        {
            clock.set_text_content(Some(&clock_text(millis)));
            self.shown_clock = millis;
        }
    }
}

/// `2.784 s`, `1:02.784`, `1:00:02.784`.
pub fn clock_text(millis: u64) -> String {
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{rest:03} s"),
        (0, _) => format!("{minutes}:{:02}.{rest:03}", seconds % 60),
        _ => format!("{hours}:{:02}:{:02}.{rest:03}", minutes % 60, seconds % 60),
    }
}

impl Ring {
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

impl Progress {
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

/// How large messages are. In rows they lie on the cards, so small cards must have small ones.
fn scale(layout: &Layout) -> f64 {
    let card = layout.nodes.values().next().map_or(0.0, |card| card.width);
    match layout.density {
        Density::Compact if layout.in_rows => (card / 120.0).clamp(0.4, 0.72),
        Density::Compact => 0.72,
        Density::Full | Density::Narrow => 0.92,
    }
}

fn place(ctx: &CanvasRenderingContext2d, x: f64, y: f64, scale: f64) {
    // Only a canvas without a context refuses this.
    let _ = ctx.set_transform(scale, 0.0, 0.0, scale, x, y);
}

/// A message that will be lost fades as it comes to the middle.
fn alpha(message: &MessageView, progress: f64) -> f64 {
    if message.lost { (1.0 - (progress - 0.3).max(0.0) * 3.0).clamp(0.25, 1.0) } else { 1.0 }
}

/// A message, its way, and how much of that is shown to be behind it.
type Drawn<'a> = (&'a MessageView, Way, f64);

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

/// A ring around the message whose card is open, and a thread from it to the card.
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

/// The line that a person draws to part the cluster: firm where they drew it, dashed beyond.
fn draw_line(
    ctx: &CanvasRenderingContext2d,
    palette: &Palette,
    layout: &Layout,
    (from, to): (Point, Point),
    ratio: f64,
) {
    let _ = ctx.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    ctx.set_stroke_style_str(&palette.fault);
    let beyond = wall::extended(layout, from, to);
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

/// Draws one shape alone, for the legend.
pub fn draw_sample(canvas: &HtmlCanvasElement, shape: crate::playground::view::Shape) {
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
