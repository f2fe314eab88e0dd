//! The shapes of messages: every kind has its own, so that colour is never the only difference.
//!
//! Drawn on a canvas around its origin, about 20 pixels wide; the legend draws the same.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use web_sys::CanvasRenderingContext2d;

use crate::playground::view::Shape;
use crate::ui::canvas::palette::Palette;

/// What a shape depends on beside its kind.
pub struct Look<'a> {
    pub palette: &'a Palette,
    pub term: u64,
    pub label: &'a str,
}

/// All kinds with what they are called, for the legend.
pub const KINDS: [(Shape, &str); 12] = [
    (Shape::Heartbeat, "Heartbeat: the leader is alive"),
    (Shape::Append, "New entries, with their numbers"),
    (Shape::AppendOk, "The log agrees"),
    (Shape::AppendRefused, "The log does not agree"),
    (Shape::Snapshot, "A part of a snapshot, up to that entry"),
    (Shape::Handover, "The leader hands over: stand now"),
    (Shape::VoteRequest, "Asks for a vote"),
    (Shape::VoteGranted, "A vote for the candidate"),
    (Shape::VoteRefused, "No vote"),
    (Shape::Request, "A client's request"),
    (Shape::Answer, "The answer to a client"),
    (Shape::Redirect, "Ask another node"),
];

/// How far a shape with this label reaches from its origin, across and down.
pub fn half_size(label: &str) -> (f64, f64) {
    ((half_block(label) + 5.0).max(16.0), 16.0)
}

/// Draws a message's shape at the origin.
pub fn draw(ctx: &CanvasRenderingContext2d, shape: Shape, look: &Look<'_>) {
    let palette = look.palette;
    let term = palette.term(look.term);
    ctx.set_line_width(2.0);
    ctx.set_line_cap("round");
    ctx.set_line_join("round");
    match shape {
        Shape::Heartbeat => heartbeat(ctx, palette, term),
        Shape::Append => block(ctx, look, term),
        Shape::AppendOk => {
            disc(ctx, &palette.granted, &palette.surface, 8.0);
            check(ctx, &palette.surface, 1.0);
        }
        Shape::AppendRefused => {
            disc(ctx, &palette.refused, &palette.surface, 8.0);
            cross(ctx, &palette.surface, 3.0);
        }
        Shape::Snapshot => stack(ctx, look, term),
        Shape::Handover => {
            diamond(ctx, &palette.leader, &palette.surface);
            turn(ctx, &palette.on_term);
        }
        Shape::VoteRequest => {
            diamond(ctx, &palette.surface, term);
            text(ctx, palette, "?", term);
        }
        Shape::VoteGranted => {
            diamond(ctx, term, &palette.surface);
            check(ctx, &palette.on_term, 0.85);
        }
        Shape::VoteRefused => {
            diamond(ctx, &palette.surface, &palette.refused);
            cross(ctx, &palette.refused, 2.8);
        }
        Shape::Request => {
            sheet(ctx, &palette.client, &palette.surface);
            flap(ctx, &palette.on_client);
        }
        Shape::Answer => {
            bubble(ctx, &palette.surface, &palette.client);
            dots(ctx, &palette.client);
        }
        Shape::Redirect => {
            bubble(ctx, &palette.client, &palette.surface);
            turn(ctx, &palette.on_client);
        }
    }
}

/// A burst where a message was lost; `age` goes from 0 to 1.
pub fn burst(ctx: &CanvasRenderingContext2d, palette: &Palette, age: f64) {
    ctx.set_global_alpha(1.0 - age);
    ctx.set_stroke_style_str(&palette.fault);
    ctx.set_line_width(2.0);
    ctx.begin_path();
    for ray in 0..8 {
        let (sin, cos) = (f64::from(ray) * TAU / 8.0).sin_cos();
        let (near, far) = (6.0 + 8.0 * age, 9.0 + 11.0 * age);
        ctx.move_to(cos * near, sin * near);
        ctx.line_to(cos * far, sin * far);
    }
    ctx.stroke();
    cross(ctx, &palette.fault, 4.0);
    ctx.set_global_alpha(1.0);
}

fn heartbeat(ctx: &CanvasRenderingContext2d, palette: &Palette, term: &str) {
    disc(ctx, &palette.surface, term, 6.5);
    disc(ctx, term, term, 2.0);
}

fn disc(ctx: &CanvasRenderingContext2d, fill: &str, stroke: &str, radius: f64) {
    ctx.begin_path();
    // The canvas only refuses negative radii.
    let _ = ctx.arc(0.0, 0.0, radius, 0.0, TAU);
    paint(ctx, fill, stroke);
}

fn paint(ctx: &CanvasRenderingContext2d, fill: &str, stroke: &str) {
    ctx.set_fill_style_str(fill);
    ctx.set_stroke_style_str(stroke);
    ctx.fill();
    ctx.stroke();
}

fn rounded(ctx: &CanvasRenderingContext2d, half_width: f64, half_height: f64, radius: f64) {
    let (left, top, right, bottom) = (-half_width, -half_height, half_width, half_height);
    ctx.begin_path();
    let _ = ctx.arc(left + radius, top + radius, radius, PI, PI + FRAC_PI_2);
    let _ = ctx.arc(right - radius, top + radius, radius, -FRAC_PI_2, 0.0);
    let _ = ctx.arc(right - radius, bottom - radius, radius, 0.0, FRAC_PI_2);
    let _ = ctx.arc(left + radius, bottom - radius, radius, FRAC_PI_2, PI);
    ctx.close_path();
}

/// Half of what a block is wide that has room for its label.
fn half_block(label: &str) -> f64 {
    let letters = u32::try_from(label.len()).unwrap_or(8).min(12);
    (5.0 + 3.4 * f64::from(letters)).max(9.0)
}

fn block(ctx: &CanvasRenderingContext2d, look: &Look<'_>, term: &str) {
    let half = half_block(look.label);
    rounded(ctx, half + 3.0, 11.0, 5.0);
    paint(ctx, &look.palette.surface, term);
    rounded(ctx, half, 8.0, 3.0);
    ctx.set_fill_style_str(term);
    ctx.fill();
    text(ctx, look.palette, look.label, &look.palette.on_term);
}

/// Sheets on top of each other, the label on the first.
fn stack(ctx: &CanvasRenderingContext2d, look: &Look<'_>, term: &str) {
    for (shift, fill) in [(-5.0, term), (-2.5, &look.palette.surface), (0.0, term)] {
        ctx.translate(0.0, shift).unwrap_or_default();
        rounded(ctx, 12.0, 8.0, 3.0);
        paint(ctx, fill, &look.palette.surface);
        ctx.translate(0.0, -shift).unwrap_or_default();
    }
    text(ctx, look.palette, look.label, &look.palette.on_term);
}

fn text(ctx: &CanvasRenderingContext2d, palette: &Palette, label: &str, color: &str) {
    ctx.set_fill_style_str(color);
    ctx.set_font(&palette.fonts.label);
    ctx.set_text_align("center");
    ctx.set_text_baseline("middle");
    let _ = ctx.fill_text(label, 0.0, 0.5);
}

fn check(ctx: &CanvasRenderingContext2d, color: &str, scale: f64) {
    ctx.set_stroke_style_str(color);
    ctx.begin_path();
    ctx.move_to(-3.6 * scale, 0.3 * scale);
    ctx.line_to(-scale, 2.9 * scale);
    ctx.line_to(3.6 * scale, -2.6 * scale);
    ctx.stroke();
}

fn cross(ctx: &CanvasRenderingContext2d, color: &str, half: f64) {
    ctx.set_stroke_style_str(color);
    ctx.begin_path();
    ctx.move_to(-half, -half);
    ctx.line_to(half, half);
    ctx.move_to(half, -half);
    ctx.line_to(-half, half);
    ctx.stroke();
}

fn diamond(ctx: &CanvasRenderingContext2d, fill: &str, stroke: &str) {
    ctx.begin_path();
    ctx.move_to(0.0, -11.0);
    ctx.line_to(11.0, 0.0);
    ctx.line_to(0.0, 11.0);
    ctx.line_to(-11.0, 0.0);
    ctx.close_path();
    paint(ctx, fill, stroke);
}

fn sheet(ctx: &CanvasRenderingContext2d, fill: &str, stroke: &str) {
    rounded(ctx, 11.0, 7.5, 2.0);
    paint(ctx, fill, stroke);
}

fn flap(ctx: &CanvasRenderingContext2d, color: &str) {
    ctx.set_stroke_style_str(color);
    ctx.set_line_width(1.6);
    ctx.begin_path();
    ctx.move_to(-8.0, -4.5);
    ctx.line_to(0.0, 1.5);
    ctx.line_to(8.0, -4.5);
    ctx.stroke();
}

/// A speech bubble.
fn bubble(ctx: &CanvasRenderingContext2d, fill: &str, stroke: &str) {
    ctx.begin_path();
    ctx.move_to(-7.0, -8.0);
    ctx.line_to(7.0, -8.0);
    ctx.quadratic_curve_to(11.0, -8.0, 11.0, -4.0);
    ctx.line_to(11.0, 1.0);
    ctx.quadratic_curve_to(11.0, 5.0, 7.0, 5.0);
    ctx.line_to(0.0, 5.0);
    ctx.line_to(-6.0, 10.0);
    ctx.line_to(-5.0, 5.0);
    ctx.line_to(-7.0, 5.0);
    ctx.quadratic_curve_to(-11.0, 5.0, -11.0, 1.0);
    ctx.line_to(-11.0, -4.0);
    ctx.quadratic_curve_to(-11.0, -8.0, -7.0, -8.0);
    ctx.close_path();
    paint(ctx, fill, stroke);
}

fn dots(ctx: &CanvasRenderingContext2d, color: &str) {
    ctx.set_fill_style_str(color);
    for x in [-5.0, 0.0, 5.0] {
        ctx.begin_path();
        let _ = ctx.arc(x, -1.5, 1.5, 0.0, TAU);
        ctx.fill();
    }
}

/// An arrow that turns away.
fn turn(ctx: &CanvasRenderingContext2d, color: &str) {
    ctx.set_stroke_style_str(color);
    ctx.set_line_width(1.8);
    ctx.begin_path();
    ctx.move_to(-5.0, 2.0);
    ctx.line_to(-5.0, -2.0);
    ctx.line_to(5.0, -2.0);
    ctx.move_to(2.0, -5.0);
    ctx.line_to(5.0, -2.0);
    ctx.line_to(2.0, 1.0);
    ctx.stroke();
}
