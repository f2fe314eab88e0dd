//! Time to the right: what the diagrams that move with the clock have in common.

use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

use crate::playground::{Duration, Time};
use crate::ui::canvas::palette::Palette;
use crate::ui::format::clock::clock_text;

/// The spans of time that can be shown.
pub const SPANS: [Duration; 13] = [
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(50),
    Duration::from_secs(100),
    Duration::from_secs(200),
];

/// The span that comes next, closer or wider, if there is one.
pub fn zoomed(span: Duration, closer: bool) -> Option<Duration> {
    let mut spans = SPANS.iter().copied();
    if closer { spans.rfind(|other| *other < span) } else { spans.find(|other| *other > span) }
}

/// How wide a time is below its mark, in pixels.
const TIME: f64 = 56.0;

/// How time lies on a canvas: what is shown at the right is now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// How much time is shown, and the instant that is shown.
    pub span: Duration,
    pub now: Time,
    /// From where to where, in pixels.
    pub left: f64,
    pub right: f64,
}

impl Axis {
    /// The first instant that is shown.
    pub fn from(&self) -> Time {
        self.now - self.span
    }

    /// Where an instant is; one that comes before all that is shown is left of it.
    pub fn x(&self, at: Time) -> f64 {
        let since = at.as_micros() as f64 - self.from().as_micros() as f64;
        self.left + since / self.span.as_micros() as f64 * (self.right - self.left)
    }

    /// The instant there; none is after now.
    pub fn time(&self, x: f64) -> Time {
        let part = ((x - self.left) / (self.right - self.left)).clamp(0.0, 1.0);
        let since = Duration::from_micros((part * self.span.as_micros() as f64) as u64);
        (self.from() + since).min(self.now)
    }
}

/// Draws along an axis.
pub struct Pen<'a> {
    pub ctx: CanvasRenderingContext2d,
    /// The device's pixels per pixel.
    pub ratio: f64,
    pub palette: &'a Palette,
    pub axis: Axis,
    /// From where to where the lines of instants go, in pixels.
    pub heights: (f64, f64),
}

impl Pen<'_> {
    /// What is drawn next is measured in pixels of the page.
    pub fn begin(&self) {
        let _ = self.ctx.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
    }

    /// Instants at regular distances, with their times below.
    pub fn marks(&self) {
        let (ctx, axis, (top, bottom)) = (&self.ctx, self.axis, self.heights);
        ctx.set_font(&self.palette.fonts.axis);
        ctx.set_text_baseline("middle");
        ctx.set_text_align("center");
        ctx.set_fill_style_str(&self.palette.faint);
        let step = axis.span / 5;
        let mut at = axis.from().round_down(step);
        while at + step <= axis.now {
            at += step;
            let x = axis.x(at);
            ctx.set_global_alpha(0.2);
            ctx.fill_rect(x, top, 1.0, bottom - top);
            ctx.set_global_alpha(1.0);
            let _ = ctx.fill_text(&clock_text(at), x.max(TIME / 2.0), bottom + 11.0);
        }
    }

    /// The instant that is shown, and the one that is pointed at.
    pub fn instants(&self, pointed: Option<Time>) {
        let (ctx, axis, (top, bottom)) = (&self.ctx, self.axis, self.heights);
        let now = axis.x(axis.now);
        self.stroke([now, top - 4.0, now, bottom], &self.palette.ink, 2.0, 1.0);
        let Some(at) = pointed else { return };
        let x = axis.x(at);
        self.dashes(&[3.0, 3.0]);
        self.stroke([x, top - 4.0, x, bottom], &self.palette.faint, 1.0, 1.0);
        self.dashes(&[]);
        ctx.set_text_align("center");
        ctx.set_font(&self.palette.fonts.axis);
        ctx.set_fill_style_str(&self.palette.ink);
        let _ = ctx.fill_text(&clock_text(at), x, top - 10.0);
    }

    /// Draws what does not reach beyond the left of the axis.
    pub fn within(&self, draw: impl FnOnce()) {
        self.ctx.save();
        self.ctx.begin_path();
        self.ctx.rect(self.axis.left, 0.0, self.axis.right, self.heights.1 + 40.0);
        self.ctx.clip();
        draw();
        self.ctx.restore();
    }

    /// Lines are dashed from here on; with no lengths they are whole.
    pub fn dashes(&self, lengths: &[f64]) {
        let lengths: js_sys::Array = lengths.iter().copied().map(JsValue::from).collect();
        // Only what is no list of numbers is refused.
        let _ = self.ctx.set_line_dash(&lengths);
    }

    /// A straight line.
    pub fn stroke(&self, [x1, y1, x2, y2]: [f64; 4], color: &str, width: f64, alpha: f64) {
        let ctx = &self.ctx;
        ctx.set_global_alpha(alpha);
        ctx.set_stroke_style_str(color);
        ctx.set_line_width(width);
        ctx.begin_path();
        ctx.move_to(x1, y1);
        ctx.line_to(x2, y2);
        ctx.stroke();
        ctx.set_global_alpha(1.0);
    }
}
