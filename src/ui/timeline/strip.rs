//! The strip of history: terms as bars, elections and faults above, commits below, and now.
//!
//! On a canvas, since a long run has thousands of marks; those that fall on one pixel are drawn once.
//! Its scale grows in steps, so that it stands still most of the time while now moves on.

use web_sys::{CanvasRenderingContext2d, Document};

use crate::playground::view::{MarkKind, Timeline};
use crate::playground::{Duration, Time};
use crate::ui::canvas::palette::Palette;
use crate::ui::canvas::picture::Picture;
use crate::ui::format::clock::seconds;
use crate::ui::state::page::span::Span;

/// The strip and what it shows.
pub struct Strip {
    picture: Picture<Drawn>,
}

impl Default for Strip {
    fn default() -> Self {
        Self { picture: Picture::new("timeline-canvas") }
    }
}

/// The instants that the strip marks beside what happened.
#[derive(Clone, Copy, Debug)]
pub struct Instants {
    /// The one that is shown.
    pub now: Time,
    /// How far the branch was played.
    pub end: Time,
    /// Where this branch and the one that it is compared with part.
    pub parting: Option<Time>,
}

/// What the picture hangs on: the pixel of now, the extent, how much there was to draw.
#[derive(PartialEq)]
struct Drawn {
    now: i64,
    end: i64,
    span: Span,
    terms: usize,
    marks: usize,
    parting: Option<Time>,
}

const BAR_TOP: f64 = 30.0;
const BAR_HEIGHT: f64 = 18.0;

impl Strip {
    /// Draws it if anything about it has changed.
    pub fn draw(
        &mut self,
        document: &Document,
        palette: &Palette,
        timeline: &Timeline,
        span: Span,
        Instants { now, end, parting }: Instants,
    ) {
        let end = end.max(now);
        let scale = |size: (f64, f64)| size.0 / to_f64(span.width).max(1.0);
        let wanted = |size| Drawn {
            // Twice a pixel; at most some thousands.
            now: (to_f64(now.since(Time::ZERO)) * scale(size) * 2.0) as i64,
            end: (to_f64(end.since(Time::ZERO)) * scale(size) * 2.0) as i64,
            span,
            terms: timeline.terms.len(),
            marks: timeline.marks().len(),
            parting,
        };
        let Some((ctx, ratio)) = self.picture.begin(document, palette, wanted) else { return };
        let size = self.picture.size();
        let scale = scale(size);
        let _ = ctx.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        let sheet = Sheet { ctx, palette, scale, span, now, end, width: size.0 };
        sheet.draw_axis();
        sheet.draw_terms(timeline);
        sheet.draw_marks(timeline);
        sheet.draw_future();
        if let Some(parting) = parting {
            sheet.draw_parting(parting);
        }
        sheet.draw_now();
    }
}

/// In microseconds.
fn to_f64(span: Duration) -> f64 {
    // Exact up to 285 years.
    span.as_micros() as f64
}

struct Sheet<'a> {
    ctx: CanvasRenderingContext2d,
    palette: &'a Palette,
    scale: f64,
    span: Span,
    now: Time,
    end: Time,
    width: f64,
}

impl Sheet<'_> {
    fn x(&self, at: Time) -> f64 {
        (to_f64(at.since(self.span.from)) * self.scale).min(self.width)
    }

    fn draw_axis(&self) {
        let ctx = &self.ctx;
        ctx.set_global_alpha(0.22);
        ctx.set_fill_style_str(&self.palette.faint);
        ctx.fill_rect(0.0, BAR_TOP, self.width, BAR_HEIGHT);
        ctx.set_global_alpha(1.0);
        ctx.set_fill_style_str(&self.palette.faint);
        ctx.set_font(&self.palette.fonts.ticks);
        ctx.set_text_baseline("top");
        for part in 0..=4_u32 {
            let x = self.width * f64::from(part) / 4.0;
            ctx.set_text_align(match part {
                0 => "left",
                4 => "right",
                _ => "center",
            });
            let at = self.span.from + self.span.width / 4 * u64::from(part);
            let _ = ctx.fill_text(&seconds(at), x, 2.0);
        }
    }

    fn draw_terms(&self, timeline: &Timeline) {
        let ctx = &self.ctx;
        ctx.set_text_align("left");
        ctx.set_text_baseline("middle");
        ctx.set_font(&self.palette.fonts.term);
        for (number, term) in timeline.terms.iter().enumerate() {
            let end = timeline.terms.get(number + 1).map_or(self.end, |next| next.from);
            if end < self.span.from || term.from > self.span.to() {
                continue;
            }
            let (left, right) = (self.x(term.from), self.x(end));
            let width = (right - left - 1.0).max(1.0);
            ctx.set_fill_style_str(self.palette.term(term.term));
            ctx.fill_rect(left, BAR_TOP, width, BAR_HEIGHT);
            let label =
                if width > 58.0 { format!("term {}", term.term) } else { term.term.to_string() };
            if width > 16.0 {
                ctx.set_fill_style_str(&self.palette.on_term);
                let _ = ctx.fill_text(&label, left + 6.0, BAR_TOP + BAR_HEIGHT / 2.0 + 0.5);
            }
        }
    }

    fn draw_marks(&self, timeline: &Timeline) {
        let first = timeline.marks().partition_point(|mark| mark.at < self.span.from);
        let beyond = timeline.marks().partition_point(|mark| mark.at <= self.span.to());
        let marks = || timeline.marks().range(first..beyond);
        let commits = marks().filter(|mark| mark.kind == MarkKind::Commit);
        self.dots(commits.map(|mark| self.x(mark.at)));
        for mark in marks() {
            let x = self.x(mark.at);
            match mark.kind {
                MarkKind::Commit => {}
                MarkKind::Answer => self.diamond(x),
                MarkKind::Elected => self.triangle(x),
                MarkKind::Fault => self.cross(x, &self.palette.fault),
                MarkKind::Repair => self.plus(x),
                MarkKind::Violation => {
                    self.ctx.set_fill_style_str(&self.palette.fault);
                    self.ctx.fill_rect(x - 1.5, 14.0, 3.0, BAR_TOP + BAR_HEIGHT - 8.0);
                    self.cross(x, &self.palette.fault);
                }
            }
        }
    }

    /// Commits come in crowds: a dot every four pixels is enough, and all are filled at once.
    fn dots(&self, places: impl Iterator<Item = f64>) {
        let (ctx, middle, mut last) = (&self.ctx, BAR_TOP + BAR_HEIGHT + 7.0, -10.0);
        ctx.set_fill_style_str(&self.palette.commit);
        ctx.begin_path();
        for x in places {
            if x - last >= 4.0 {
                last = x;
                let x = x.max(2.5);
                ctx.move_to(x + 2.5, middle);
                let _ = ctx.arc(x, middle, 2.5, 0.0, std::f64::consts::TAU);
            }
        }
        ctx.fill();
    }

    /// An answer to the visitor, in the line of the commits.
    fn diamond(&self, x: f64) {
        let (ctx, middle) = (&self.ctx, BAR_TOP + BAR_HEIGHT + 7.0);
        ctx.set_fill_style_str(&self.palette.client);
        ctx.begin_path();
        ctx.move_to(x, middle - 5.0);
        ctx.line_to(x + 5.0, middle);
        ctx.line_to(x, middle + 5.0);
        ctx.line_to(x - 5.0, middle);
        ctx.close_path();
        ctx.fill();
    }

    fn triangle(&self, x: f64) {
        let ctx = &self.ctx;
        ctx.set_fill_style_str(&self.palette.ink);
        ctx.begin_path();
        ctx.move_to(x - 5.0, BAR_TOP - 3.0);
        ctx.line_to(x + 5.0, BAR_TOP - 3.0);
        ctx.line_to(x, BAR_TOP - 11.0);
        ctx.close_path();
        ctx.fill();
    }

    fn stroke_mark(&self, color: &str, lines: [(f64, f64, f64, f64); 2]) {
        let ctx = &self.ctx;
        ctx.set_stroke_style_str(color);
        ctx.set_line_width(2.0);
        ctx.begin_path();
        for (from_x, from_y, to_x, to_y) in lines {
            ctx.move_to(from_x, from_y);
            ctx.line_to(to_x, to_y);
        }
        ctx.stroke();
    }

    fn cross(&self, x: f64, color: &str) {
        let (top, bottom) = (BAR_TOP - 11.0, BAR_TOP - 4.0);
        let lines = [(x - 3.5, top, x + 3.5, bottom), (x + 3.5, top, x - 3.5, bottom)];
        self.stroke_mark(color, lines);
    }

    fn plus(&self, x: f64) {
        let middle = BAR_TOP - 7.5;
        let lines = [(x - 4.0, middle, x + 4.0, middle), (x, middle - 4.0, x, middle + 4.0)];
        self.stroke_mark(&self.palette.commit, lines);
    }

    /// What comes after the instant that is shown is paler.
    fn draw_future(&self) {
        let (left, right) = (self.x(self.now), self.x(self.end));
        if right - left < 1.0 {
            return;
        }
        let (top, height) = (BAR_TOP - 13.0, BAR_HEIGHT + 24.0);
        self.ctx.set_global_alpha(0.62);
        self.ctx.set_fill_style_str(&self.palette.surface);
        self.ctx.fill_rect(left, top, right - left + 3.0, height);
        self.ctx.set_global_alpha(1.0);
    }

    /// Where two branches part: a road that forks.
    fn draw_parting(&self, at: Time) {
        if at < self.span.from || at > self.span.to() {
            return;
        }
        let (x, middle, foot) = (self.x(at), BAR_TOP - 6.0, BAR_TOP + BAR_HEIGHT + 12.0);
        let lines = [(x, foot, x, middle), (x, middle, x - 6.0, middle - 9.0)];
        self.stroke_mark(&self.palette.client, lines);
        let lines = [(x, foot, x, middle), (x, middle, x + 6.0, middle - 9.0)];
        self.stroke_mark(&self.palette.client, lines);
    }

    fn draw_now(&self) {
        let x = self.x(self.now).clamp(1.0, (self.width - 1.0).max(1.0));
        self.ctx.set_fill_style_str(&self.palette.ink);
        self.ctx.fill_rect(x - 1.0, BAR_TOP - 14.0, 2.0, BAR_HEIGHT + 26.0);
        self.ctx.begin_path();
        let _ = self.ctx.arc(x, BAR_TOP + BAR_HEIGHT + 13.0, 4.0, 0.0, std::f64::consts::TAU);
        self.ctx.fill();
    }
}
