//! The space-time diagram: time to the right, one line per node, one arrow per message.
//!
//! The diagram is on a canvas, since it moves with the clock. A table says the same for users who can't see the canvas.
//! The diagram ends at the instant that is shown.

use web_sys::Document;
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::counts::counted;
use crate::playground::history::message_trace::{Fate, LineState, MessageTrace, Spacetime};
use crate::playground::view::{MessageEnd, Shape, Status};
use crate::playground::{Duration, Input, Time};
use crate::ui::browser::page;
use crate::ui::canvas::axis;
use crate::ui::canvas::axis::{Axis, Pen};
use crate::ui::canvas::palette::Palette;
use crate::ui::canvas::picture::Picture;
use crate::ui::canvas::shapes;
use crate::ui::canvas::shapes::Look;
use crate::ui::format::clock::clock_text;
use crate::ui::format::durations::span;
use crate::ui::geometry::message_path::Point;
use crate::ui::state::handles::Handles;
use crate::ui::state::highlight::Highlight;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::state::view_choices::ViewChoices;
use crate::ui::widgets::time_buttons::{moment, zoom_buttons};

/// How many messages the table has.
const ROWS: usize = 30;

const LEFT: f64 = 64.0;
const RIGHT: f64 = 22.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 26.0;

/// From how near a message is meant, in pixels.
const NEAR: f64 = 8.0;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub handles: Handles,
    /// Grows when there is something new.
    pub feed: u64,
}

#[component]
pub fn Diagram(props: &Props) -> Html {
    let handles = &props.handles;
    let session = &handles.session;
    let diagram = session.look().spacetime();
    let on_move = {
        let handles = handles.clone();
        Callback::from(move |event: yew::MouseEvent| {
            handles.pointer.point(pointed(&handles, &event));
        })
    };
    let on_click = {
        let handles = handles.clone();
        Callback::from(move |event: yew::MouseEvent| {
            if let Some(at) = chart(&handles, &event).map(|(chart, _, (x, _))| chart.axis.time(x)) {
                go_to(&handles.session, Input::Seek(at));
            }
        })
    };
    let on_zoom = {
        let choices = handles.choices.clone();
        Callback::from(move |closer| zoom(&choices, closer))
    };
    html! {
        <div class="spacetime">
            <div class="spacetime-tools">
                { zoom_buttons(&on_zoom) }
            </div>
            <canvas id="spacetime-canvas" class="spacetime-canvas" role="img" aria-label={summary(&diagram)}
                onmousemove={on_move} onclick={on_click} />
            <details class="diagram-table">
                <summary>{ "The latest messages as a table" }</summary>
                { table(session, &diagram) }
            </details>
        </div>
    }
}

/// Shows less time or more.
fn zoom(choices: &ViewChoices, closer: bool) {
    let next = axis::zoomed(choices.get().spacetime, closer);
    if let Some(next) = next {
        choices.change(|choices| choices.spacetime = next);
    }
}

fn summary(diagram: &Spacetime) -> String {
    let count = |is_meant: fn(Fate) -> bool| {
        diagram.traces.iter().filter(|trace| is_meant(trace.fate)).count()
    };
    let arrived = count(|fate| fate == Fate::Arrived);
    let in_flight = count(|fate| matches!(fate, Fate::InFlight { .. }));
    format!(
        "Space-time diagram up to {}: {} arrived, {} lost, {} on the way",
        clock_text(diagram.now),
        counted(arrived as u64, "message", "messages"),
        diagram.traces.len() - arrived - in_flight,
        in_flight
    )
}

fn table(session: &Session, diagram: &Spacetime) -> Html {
    let row = |trace: &MessageTrace| {
        html! {
            <tr key={trace.id.to_string()} data-message={trace.id.to_string()}>
                <td>{ moment(session, trace.sent_at) }</td>
                <td>{ trace.from.to_string() }</td><td>{ trace.to.to_string() }</td>
                <td>{ kind(trace.shape) }</td><td>{ fate_words(trace) }</td>
            </tr>
        }
    };
    html! {
        <table aria-label="The latest messages">
            <thead><tr>{ for ["Sent", "From", "To", "Message", "What became of it"].map(|name| html! { <th key={name} scope="col">{ name }</th> }) }</tr></thead>
            <tbody>{ for diagram.traces.iter().rev().take(ROWS).map(row) }</tbody>
        </table>
    }
}

fn kind(shape: Shape) -> &'static str {
    shapes::KINDS.iter().find(|(of, _)| *of == shape).map_or("", |(_, words)| *words)
}

fn fate_words(trace: &MessageTrace) -> String {
    let took = span(trace.ends_at.since(trace.sent_at));
    match trace.fate {
        Fate::InFlight { .. } => "on its way".to_string(),
        Fate::Arrived => format!("arrived after {took}"),
        Fate::Lost => format!("lost after {took}"),
        Fate::Cut => format!("lost after {took}: the link is cut"),
        Fate::Dropped => format!("dropped by hand after {took}"),
        Fate::Unreachable => format!("nobody was there after {took}"),
    }
}

/// Where things are in the diagram.
struct Chart {
    axis: Axis,
    height: f64,
    /// From top to bottom; `None` for the clients.
    lanes: Vec<Option<u32>>,
}

impl Chart {
    fn new(diagram: &Spacetime, span: Duration, (width, height): (f64, f64)) -> Self {
        let nodes = diagram.lines.iter().map(|(node, _)| *node);
        let mut nodes: Vec<u32> = nodes.chain(diagram.turns.iter().map(|turn| turn.node)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let lanes = std::iter::once(None).chain(nodes.into_iter().map(Some)).collect();
        let axis = Axis { span, now: diagram.now, left: LEFT, right: width - RIGHT };
        Self { axis, height, lanes }
    }

    fn y(&self, place: MessageEnd) -> Option<f64> {
        let wanted = match place {
            MessageEnd::Node(node) => Some(node),
            MessageEnd::You | MessageEnd::Named(_) | MessageEnd::Client(_) => None,
        };
        let lane = self.lanes.iter().position(|lane| *lane == wanted)?;
        let room = self.height - TOP - BOTTOM;
        let part = lane as f64 / (self.lanes.len() - 1).max(1) as f64;
        Some(TOP + room * part)
    }

    /// A message's line: from where it was sent to where it is, ended or vanished.
    fn line(&self, trace: &MessageTrace) -> Option<[f64; 4]> {
        let (from, to) = (self.y(trace.from)?, self.y(trace.to)?);
        let is_whole = matches!(
            trace.fate,
            Fate::Arrived | Fate::Unreachable | Fate::InFlight { lost: false, .. }
        );
        let (sent, ends) = (self.axis.x(trace.sent_at), self.axis.x(trace.ends_at));
        let end = if is_whole { to } else { from.midpoint(to) };
        let now = self.axis.x(self.axis.now);
        if ends <= now || ends - sent < 0.5 {
            return Some([sent, from, ends, end]);
        }
        let part = (now - sent) / (ends - sent);
        Some([sent, from, now, from + (end - from) * part])
    }
}

/// The diagram under the pointer, how it lies, and where on it the pointer is.
fn chart(handles: &Handles, event: &yew::MouseEvent) -> Option<(Chart, Spacetime, Point)> {
    let (size, at) = page::spot(event)?;
    let diagram = handles.session.look().spacetime();
    let chart = Chart::new(&diagram, handles.choices.get().spacetime, size);
    Some((chart, diagram, at))
}

/// What the pointer is at: a message, or else a time.
fn pointed(handles: &Handles, event: &yew::MouseEvent) -> Option<Highlight> {
    let (chart, diagram, (x, y)) = chart(handles, event)?;
    let near = diagram.traces.iter().filter_map(|trace| {
        let distance = distance(chart.line(trace)?, x, y);
        (distance < NEAR).then_some((distance, trace.id))
    });
    let nearest = near.min_by(|one, other| one.0.total_cmp(&other.0));
    let message = nearest.map(|(_, id)| Highlight::Message(id));
    let name = || {
        let mut lanes = chart.lanes.iter().flatten();
        let is_near = |node: &&u32| {
            chart.y(MessageEnd::Node(**node)).is_some_and(|lane| (lane - y).abs() < NEAR)
        };
        lanes.find(is_near).map(|node| Highlight::Node(*node))
    };
    let node = if x < LEFT { name() } else { None };
    node.or(message).or(Some(Highlight::Instant(chart.axis.time(x))))
}

/// Of a point from a line.
fn distance([x1, y1, x2, y2]: [f64; 4], x: f64, y: f64) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let part = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy).max(1e-9);
    let part = part.clamp(0.0, 1.0);
    (x - x1 - dx * part).hypot(y - y1 - dy * part)
}

/// Draws it, where it is shown.
pub struct SpaceTimeRenderer {
    picture: Picture<Drawn>,
}

/// What the picture hangs on.
#[derive(PartialEq)]
struct Drawn {
    revision: u64,
    now: Time,
    width: Duration,
    pointed: Option<Highlight>,
}

impl Default for SpaceTimeRenderer {
    fn default() -> Self {
        Self { picture: Picture::new("spacetime-canvas") }
    }
}

impl SpaceTimeRenderer {
    pub fn draw(&mut self, document: &Document, palette: &Palette, handles: &Handles) {
        let session = &handles.session;
        let wanted = |_| Drawn {
            revision: session.revision(),
            now: session.now(),
            width: handles.choices.get().spacetime,
            pointed: handles.pointer.highlight(),
        };
        let Some((ctx, ratio)) = self.picture.begin(document, palette, wanted) else { return };
        let diagram = session.look().spacetime();
        let chart = Chart::new(&diagram, handles.choices.get().spacetime, self.picture.size());
        let (pointed, axis) = (handles.pointer.highlight(), chart.axis);
        let heights = (TOP - 12.0, chart.height - BOTTOM + 6.0);
        let pen = Pen { ctx, ratio, palette, axis, heights };
        let weaver = Weaver { pen, chart: &chart, pointed };
        weaver.pen.begin();
        weaver.pen.marks();
        weaver.lines(&diagram);
        // The names at the left stay free of what came from before.
        weaver.pen.within(|| {
            let shown = |trace: &&MessageTrace| trace.ends_at >= axis.from();
            diagram.traces.iter().filter(shown).for_each(|trace| weaver.trace(trace));
        });
        weaver.pen.instants(pointed.and_then(Highlight::instant));
    }
}

struct Weaver<'a> {
    pen: Pen<'a>,
    chart: &'a Chart,
    pointed: Option<Highlight>,
}

impl Weaver<'_> {
    fn lines(&self, diagram: &Spacetime) {
        for lane in &self.chart.lanes {
            let Some(node) = lane else {
                self.name("clients", MessageEnd::You, &self.pen.palette.client);
                self.pen.stroke(
                    [LEFT, TOP, self.pen.axis.x(diagram.now), TOP],
                    &self.pen.palette.client,
                    1.0,
                    1.0,
                );
                continue;
            };
            let is_lit = self.pointed == Some(Highlight::Node(*node));
            let ink = if is_lit { &self.pen.palette.leader } else { &self.pen.palette.ink };
            self.name(&format!("n{node}"), MessageEnd::Node(*node), ink);
            let mut state =
                diagram.lines.iter().find(|(of, _)| of == node).map(|(_, state)| *state);
            let mut from = diagram.since;
            for turn in diagram.turns.iter().filter(|turn| turn.node == *node) {
                self.stretch(*node, state, from, turn.at);
                self.commit(*node, state, turn.state, turn.at);
                (state, from) = (turn.state, turn.at);
            }
            self.stretch(*node, state, from, diagram.now);
        }
    }

    fn name(&self, name: &str, place: MessageEnd, color: &str) {
        if let Some(y) = self.chart.y(place) {
            self.pen.ctx.set_font(&self.pen.palette.fonts.name);
            self.pen.ctx.set_text_align("right");
            self.pen.ctx.set_fill_style_str(color);
            let _ = self.pen.ctx.fill_text(name, LEFT - 10.0, y);
        }
    }

    /// A part of a server's line: thick while it leads, wavy-dashed while it stands, dotted while paused,
    /// and not there while it is down.
    fn stretch(&self, node: u32, state: Option<LineState>, from: Time, to: Time) {
        let (Some(state), Some(y)) = (state, self.chart.y(MessageEnd::Node(node))) else { return };
        let (left, right) = (self.pen.axis.x(from).max(LEFT), self.pen.axis.x(to));
        if right < LEFT {
            return;
        }
        let line = [left, y, right, y];
        match state.status {
            Status::Down => {
                self.pen.dashes(&[2.0, 7.0]);
                self.pen.stroke(line, &self.pen.palette.fault, 1.5, 0.8);
            }
            Status::Paused => {
                self.pen.dashes(&[3.0, 5.0]);
                self.pen.stroke(line, &self.pen.palette.faint, 3.0, 1.0);
            }
            Status::Running => {
                let color = self.pen.palette.term(state.term);
                if state.leads {
                    self.pen.stroke(line, &self.pen.palette.leader, 10.0, 0.45);
                }
                self.pen.dashes(if state.stands { &[6.0, 3.0] } else { &[] });
                self.pen.stroke(
                    line,
                    color,
                    if state.leads || state.stands { 5.0 } else { 2.5 },
                    1.0,
                );
            }
        }
        self.pen.dashes(&[]);
    }

    /// A dot under the line where more is committed.
    fn commit(&self, node: u32, before: Option<LineState>, after: Option<LineState>, at: Time) {
        let index = |state: Option<LineState>| state.map_or(0, |state| state.commit_index);
        let (Some(y), true) = (self.chart.y(MessageEnd::Node(node)), index(after) > index(before))
        else {
            return;
        };
        if self.pen.axis.x(at) < LEFT {
            return;
        }
        self.pen.ctx.set_fill_style_str(&self.pen.palette.commit);
        self.pen.ctx.begin_path();
        let _ = self.pen.ctx.arc(self.pen.axis.x(at), y + 8.0, 3.0, 0.0, std::f64::consts::TAU);
        self.pen.ctx.fill();
    }

    fn trace(&self, trace: &MessageTrace) {
        let (ctx, palette) = (&self.pen.ctx, self.pen.palette);
        let Some(line) = self.chart.line(trace) else { return };
        let [x1, y1, x2, y2] = line;
        let is_lit = self.pointed == Some(Highlight::Message(trace.id));
        let is_calm = matches!(trace.shape, Shape::Heartbeat | Shape::AppendOk);
        let is_lost = !matches!(trace.fate, Fate::Arrived | Fate::InFlight { .. });
        let color = match trace.term {
            _ if is_lost => &palette.fault,
            0 => &palette.client,
            term => palette.term(term),
        };
        let alpha = if is_lit || !is_calm || is_lost { 1.0 } else { 0.55 };
        if is_lost {
            self.pen.dashes(&[4.0, 3.0]);
        }
        self.pen.stroke(line, color, if is_lit { 4.0 } else { 1.5 }, alpha);
        self.pen.dashes(&[]);
        if is_lost {
            let (near, far) = (4.0, 4.0);
            self.pen.stroke([x2 - near, y2 - far, x2 + near, y2 + far], color, 2.0, 1.0);
            self.pen.stroke([x2 - near, y2 + far, x2 + near, y2 - far], color, 2.0, 1.0);
        } else if trace.fate == Fate::Arrived && x2 > LEFT {
            let angle = (y2 - y1).atan2(x2 - x1);
            for side in [-0.45, 0.45] {
                let (sin, cos) = (angle + side).sin_cos();
                self.pen.stroke([x2, y2, x2 - 7.0 * cos, y2 - 7.0 * sin], color, 1.5, alpha);
            }
        }
        let (x, y) = (x1 + (x2 - x1) * 0.4, y1 + (y2 - y1) * 0.4);
        let is_roomy = x2 - x1 > 16.0 || is_lit;
        if x > LEFT && is_roomy {
            let scale = self.pen.ratio * if is_calm && !is_lit { 0.4 } else { 0.6 };
            let _ =
                ctx.set_transform(scale, 0.0, 0.0, scale, x * self.pen.ratio, y * self.pen.ratio);
            shapes::draw(ctx, trace.shape, &Look { palette, term: trace.term, label: "" });
            let _ = ctx.set_transform(self.pen.ratio, 0.0, 0.0, self.pen.ratio, 0.0, 0.0);
        }
    }
}
