//! Draws what moves in every frame: what moves on a stage, which the stagehand does, the timeline, the
//! diagrams and the clock.
//!
//! Each thing it writes has no other owner: Yew renders the clock's element, never its text, and the slider over
//! the timeline, never where it stands.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement, Node};

use super::charts::Veil;
use super::clients::Ruler;
use super::highlight::Marker;
use super::page;
use super::palette::{Palette, Probes};
use super::scrubber::Handle;
use super::session::Session;
use super::shapes::{self, Look};
use super::spacetime::Loom;
use super::stagehand::{Brush, Hands, OTHER, Stagehand};
use super::timeline::{self, Instants};

/// Keeps what it needs from frame to frame.
pub struct Painter {
    session: Session,
    document: Document,
    probes: Option<Probes>,
    palette: Palette,
    frames: u32,
    /// The person asked for less motion.
    is_still: bool,
    /// The text of the clock.
    clock: Option<Node>,
    shown_clock: u64,
    stage: Stagehand,
    /// That of the story that is compared with.
    other: Stagehand,
    strip: timeline::Strip,
    handle: Handle,
    loom: Loom,
    ruler: Ruler,
    veil: Veil,
    marker: Marker,
}

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
            clock: None,
            shown_clock: u64::MAX,
            stage: Stagehand::new("stage-canvas", ""),
            other: Stagehand::new("other-canvas", OTHER),
            strip: timeline::Strip::default(),
            handle: Handle::default(),
            loom: Loom::default(),
            ruler: Ruler::default(),
            veil: Veil::default(),
            marker: Marker::default(),
        })
    }

    /// Draws one frame, with the strip of history or without.
    pub fn frame(&mut self, now_ms: f64, with_history: bool) {
        // The theme may change at any time, also by the system: look twice a second.
        if self.frames.is_multiple_of(30)
            && let Some(probes) = &self.probes
        {
            let palette = probes.read();
            if self.palette != palette {
                self.palette = palette;
                self.stage.forget_colours();
                self.other.forget_colours();
            }
            self.is_still = page::wants_less_motion();
        }
        self.frames = self.frames.wrapping_add(1);
        let motion = self.session.motion();
        let (layout, other, hands) = {
            let scene = self.session.scene();
            let lit = self.session.highlight();
            let hands = Hands { mark: scene.mark, line: scene.line, lit };
            (scene.layout.clone(), scene.other.clone(), hands)
        };
        let other = other.and_then(|layout| Some((layout, self.session.look().other_motion()?)));
        // The canvases ask for their sizes: before anything is written, so that the browser has them.
        let brush = Brush {
            document: &self.document,
            palette: &self.palette,
            now_ms,
            is_still: self.is_still,
        };
        self.stage.draw_messages(&brush, &motion, &layout, hands);
        if let Some((layout, motion)) = &other {
            let hands = Hands { lit: hands.lit, ..Hands::default() };
            self.other.draw_messages(&brush, motion, layout, hands);
        }
        self.loom.draw(&self.document, &self.palette, &self.session);
        self.ruler.draw(&self.document, &self.palette, &self.session);
        let now = self.session.now();
        let span = self.session.scene().span;
        if with_history {
            let playground = self.session.look();
            let instants = Instants { now, end: playground.end(), parting: playground.parting() };
            self.strip.draw(&self.document, &self.palette, playground.timeline(), span, instants);
            self.handle.follow(&self.document, &playground, span);
        }
        self.stage.turn_rings(&self.document, &motion);
        if let Some((_, motion)) = &other {
            self.other.turn_rings(&self.document, motion);
        }
        self.veil.draw(&self.document, span, now);
        self.marker.mark(&self.document, &self.session);
        self.set_clock(now);
    }

    fn set_clock(&mut self, now: u64) {
        let millis = now / 1_000;
        if self.clock.as_ref().is_none_or(|clock| !clock.is_connected()) {
            self.clock = page::text_of(&self.document, "clock");
            self.shown_clock = u64::MAX;
        }
        if self.shown_clock != millis
            && let Some(clock) = &self.clock
        {
            clock.set_node_value(Some(&clock_text(millis)));
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
