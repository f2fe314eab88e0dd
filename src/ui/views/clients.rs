//! The clients' operations as bars on the axis of time, key by key. A line through the bars shows an order that they
//! could have had. Where there is no such order, the operations that contradict each other are marked.
//!
//! The bars are on a canvas, since they move with the clock. Words say what is wrong, and a table has the rest for
//! users who can't see the canvas.

use web_sys::Document;
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::use_state_eq;

use crate::counts::counted;
use crate::playground::history::operation_history::{
    Bar, KeyHistory, OperationStatus, Operations, Version,
};
use crate::playground::{Duration, Input, Time};
use crate::ui::browser::page;
use crate::ui::canvas::axis::{Axis, Pen, SPANS, zoomed};
use crate::ui::canvas::palette::Palette;
use crate::ui::canvas::picture::Picture;
use crate::ui::format::clock::clock_text;
use crate::ui::format::durations::span;
use crate::ui::state::handles::Handles;
use crate::ui::state::highlight::Highlight;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::marked_text::text_with_marks;
use crate::ui::widgets::time_buttons::{moment, zoom_buttons};

/// How many operations the table has.
const ROWS: usize = 40;

const LEFT: f64 = 10.0;
const RIGHT: f64 = 22.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 26.0;

/// The name of a key above its bars, a row of bars, and the room below the last.
const TITLE: f64 = 26.0;
const ROW: f64 = 28.0;
const GAP: f64 = 12.0;
/// A bar in its row.
const THICK: f64 = 20.0;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub handles: Handles,
    /// Grows when there is something new.
    pub feed: u64,
}

#[component]
pub fn Clients(props: &Props) -> Html {
    let handles = &props.handles;
    let session = &handles.session;
    let operations = handles.operations.get();
    let pointed = use_state_eq(|| None::<u64>);
    let on_move = {
        let (handles, pointed) = (handles.clone(), pointed.setter());
        Callback::from(move |event: yew::MouseEvent| {
            let Some((bar, at)) = under(&handles, &event) else { return };
            pointed.set(bar.as_ref().map(|bar| bar.id));
            handles
                .pointer
                .point(Some(bar.map_or(Highlight::Instant(at), |bar| Highlight::Request(bar.id))));
        })
    };
    let on_click = {
        let handles = handles.clone();
        Callback::from(move |event: yew::MouseEvent| {
            if let Some((bar, at)) = under(&handles, &event) {
                go_to(&handles.session, Input::Seek(bar.map_or(at, |bar| bar.began)));
            }
        })
    };
    let on_zoom = {
        let handles = handles.clone();
        Callback::from(move |closer| zoom(&handles, closer))
    };
    let height = height(&operations);
    html! {
        <div class="clients">
            <div class="clients-head">
                { judgement(session, &operations) }
                { zoom_buttons(&on_zoom) }
            </div>
            <div class="clients-scroll" tabindex="0" role="group" aria-label="Operations as bars, scrolls up and down">
                <canvas id="clients-canvas" role="img" aria-label={summary(session, &operations)} style={format!("height:{height}px")}
                    onmousemove={on_move} onclick={on_click} />
            </div>
            <p class="clients-words">{ text_with_marks(&words(&operations, *pointed), &[]) }</p>
            <p class="clients-legend">
                <span data-mark="write">{ "write" }</span><span data-mark="read">{ "read" }</span>
                <span data-mark="weak"><span class="long">{ "a read that promises less: not in the order" }</span><span class="short">{ "weaker read" }</span></span>
                <span data-mark="effect"><span class="long">{ "an instant at which it could have taken effect" }</span><span class="short">{ "effect" }</span></span>
            </p>
            <details class="diagram-table">
                <summary>{ "The latest operations as a table" }</summary>
                { table(session, &operations) }
            </details>
        </div>
    }
}

/// Shows less time or more.
fn zoom(handles: &Handles, closer: bool) {
    let shown = shown_span(handles, &handles.operations.get());
    if let Some(next) = zoomed(shown, closer) {
        handles.choices.change(|choices| choices.operations = Some(next));
    }
}

/// How much time is shown: as much as was chosen, or all that is known.
fn shown_span(handles: &Handles, operations: &Operations) -> Duration {
    let first = operations.keys.iter().flat_map(|of| &of.bars).map(|bar| bar.began).min();
    // Time goes on, also where no client does anything.
    let now = handles.session.now();
    let known = now.since(first.unwrap_or(now));
    let all = SPANS.iter().copied().find(|span| *span >= known).unwrap_or(SPANS[SPANS.len() - 1]);
    handles.choices.get().operations.unwrap_or(all.max(Duration::from_millis(200)))
}

fn height(operations: &Operations) -> f64 {
    let rows = |history: &KeyHistory| TITLE + history.rows as f64 * ROW + GAP;
    TOP + BOTTOM + operations.keys.iter().map(rows).sum::<f64>()
}

/// Whether there is an order, in words; and of what has none, what contradicts what.
fn judgement(session: &Session, operations: &Operations) -> Html {
    let broken = operations.keys.iter().filter_map(|history| match &history.standing {
        OperationStatus::Contradictory { bars, .. } => Some((history, bars)),
        OperationStatus::Ordered(_) | OperationStatus::Undecided => None,
    });
    let broken: Vec<_> = broken.collect();
    let undecided = operations.keys.iter().filter(|of| of.standing == OperationStatus::Undecided);
    let undecided: Vec<String> = undecided.map(|of| format!("`{}`", of.key)).collect();
    let (text, because) = if operations.keys.is_empty() {
        let nothing =
            "No client has asked for anything yet: write or read a key (k), or let clients do it.";
        (nothing.to_string(), "")
    } else if !broken.is_empty() {
        let because = ": no store that does one thing at a time could have given these answers.";
        ("Not linearizable".to_string(), because)
    } else if undecided.is_empty() {
        let because = ": a store that does one thing at a time could have given all these answers, in the order of the line.";
        ("Linearizable".to_string(), because)
    } else {
        let undecided = undecided.join(", ");
        let text = format!(
            "Too many operations of {undecided} have no answer: there are too many orders to look at."
        );
        (text, "")
    };
    html! {
        <div class="clients-judgement" data-broken={(!broken.is_empty()).then_some("")}>
            <p role="status">{ text_with_marks(&text, &[]) }<span class="long">{ because }</span></p>
            { for broken.into_iter().map(|(history, bars)| contradiction(session, history, bars)) }
        </div>
    }
}

fn contradiction(session: &Session, history: &KeyHistory, bars: &[usize]) -> Html {
    let item = |place: &usize| {
        let bar = &history.bars[*place];
        html! {
            <li key={bar.id.to_string()} data-request={bar.id.to_string()}>
                { moment(session, bar.began) }{ " " }{ text_with_marks(&told(bar), &[]) }
            </li>
        }
    };
    let few = match bars.len() {
        1 => "this alone can't be".to_string(),
        count => format!("these {count} have no order, whatever the others did"),
    };
    let title = format!("Of `{}`, {few}:", history.key);
    html! {
        <>
            <p>{ text_with_marks(&title, &[]) }</p>
            <ul role="list" aria-label={format!("What contradicts itself of {}", history.key)}>{ for bars.iter().map(item) }</ul>
        </>
    }
}

/// One operation in a sentence.
fn told(bar: &Bar) -> String {
    let Bar { client, operation, began, ended, answer, .. } = bar;
    match (ended, answer) {
        (Some(ended), Some(answer)) => {
            let took = span(ended.since(*began));
            format!("{client}: `{operation}`, answered {took} later: {answer}.")
        }
        _ => format!("{client}: `{operation}`, not answered yet."),
    }
}

/// What is pointed at, or how to.
fn words(operations: &Operations, pointed: Option<u64>) -> String {
    let found = operations.keys.iter().find_map(|history| {
        let place = history.bars.iter().position(|bar| Some(bar.id) == pointed)?;
        Some((history, place))
    });
    let Some((history, place)) = found else {
        return "Point at a bar to read it; a click goes to where it began.".to_string();
    };
    let bar = &history.bars[place];
    format!("At {}, {} {}", clock_text(bar.began), told(bar), place_words(history, place))
}

/// Which place an operation has in the order of its key.
fn place_words(history: &KeyHistory, place: usize) -> String {
    let bar = &history.bars[place];
    let order = match &history.standing {
        OperationStatus::Contradictory { bars, .. } if bars.contains(&place) => {
            return "It contradicts others.".to_string();
        }
        OperationStatus::Undecided => return "No order was looked for.".to_string(),
        OperationStatus::Ordered(order) | OperationStatus::Contradictory { others: order, .. } => {
            order
        }
    };
    match order.iter().position(|of| *of == place) {
        Some(at) => format!("Number {} in the order.", at + 1),
        None if !bar.is_judged => {
            "It is a weaker read, which has no place in the order.".to_string()
        }
        None if (bar.ended.is_none() || bar.is_unknown) && bar.is_write => {
            "It need not have happened.".to_string()
        }
        None if bar.ended.is_none() || bar.is_unknown => {
            "It has read nothing that an order would have to explain.".to_string()
        }
        None => "It took effect before the time that is shown.".to_string(),
    }
}

fn summary(session: &Session, operations: &Operations) -> String {
    let count: usize = operations.keys.iter().map(|history| history.bars.len()).sum();
    format!(
        "{} of clients on {} up to {}, as bars with a line through them in an order that they could have had",
        counted(count as u64, "operation", "operations"),
        counted(operations.keys.len() as u64, "key", "keys"),
        clock_text(session.now())
    )
}

fn table(session: &Session, operations: &Operations) -> Html {
    let all = operations.keys.iter().flat_map(|history| {
        (0..history.bars.len()).map(move |place| (history.bars[place].began, history, place))
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(began, history, place)| (*began, history.bars[*place].id));
    let row = |(began, history, place): &(Time, &KeyHistory, usize)| {
        let (bar, began) = (&history.bars[*place], *began);
        let took = bar.ended.map_or("…".to_string(), |ended| span(ended.since(began)));
        html! {
            <tr key={bar.id.to_string()} data-request={bar.id.to_string()}>
                <td>{ moment(session, began) }</td>
                <td>{ bar.client.to_string() }</td><td><code>{ &bar.operation }</code></td><td>{ took }</td>
                <td>{ bar.answer.as_deref().unwrap_or("on its way") }</td><td>{ place_words(history, *place) }</td>
            </tr>
        }
    };
    let names = ["Asked", "By", "Operation", "Took", "Answer", "Its place"];
    html! {
        <table aria-label="The latest operations">
            <thead><tr>{ for names.map(|name| html! { <th key={name} scope="col">{ name }</th> }) }</tr></thead>
            <tbody>{ for all.iter().rev().take(ROWS).map(row) }</tbody>
        </table>
    }
}

/// Where the bars lie.
struct Chart {
    axis: Axis,
    height: f64,
}

impl Chart {
    fn new(handles: &Handles, operations: &Operations, (width, height): (f64, f64)) -> Self {
        let span = shown_span(handles, operations);
        let axis = Axis { span, now: handles.session.now(), left: LEFT, right: width - RIGHT };
        Self { axis, height }
    }

    /// From where to where a bar goes, and its middle from top to bottom, below a key's upper edge.
    fn bar(&self, top: f64, bar: &Bar) -> (f64, f64, f64) {
        let left = self.axis.x(bar.began);
        let right = self.axis.x(bar.ended.unwrap_or(self.axis.now)).max(left + 4.0);
        (left, right, top + TITLE + (bar.row as f64 + 0.5) * ROW)
    }

    /// Each key with its upper edge.
    fn keys<'a>(&self, operations: &'a Operations) -> impl Iterator<Item = (f64, &'a KeyHistory)> {
        let mut top = TOP;
        operations.keys.iter().map(move |history| {
            let here = top;
            top += TITLE + history.rows as f64 * ROW + GAP;
            (here, history)
        })
    }
}

/// The bar under the pointer, if there is one, and the instant.
fn under(handles: &Handles, event: &yew::MouseEvent) -> Option<(Option<Bar>, Time)> {
    let (size, (x, y)) = page::spot(event)?;
    let operations = handles.operations.get();
    let chart = Chart::new(handles, &operations, size);
    let is_there = |top: f64, bar: &Bar| {
        let (left, right, middle) = chart.bar(top, bar);
        (left - 3.0..=right + 3.0).contains(&x) && (y - middle).abs() <= ROW / 2.0
    };
    let found = chart
        .keys(&operations)
        .find_map(|(top, history)| history.bars.iter().find(|bar| is_there(top, bar)).cloned());
    Some((found, chart.axis.time(x)))
}

/// Draws the bars, where they are shown.
pub struct Ruler {
    picture: Picture<Drawn>,
}

/// What the picture hangs on.
#[derive(PartialEq)]
struct Drawn {
    version: Version,
    now: Time,
    span: Duration,
    pointed: Option<Highlight>,
}

impl Default for Ruler {
    fn default() -> Self {
        Self { picture: Picture::new("clients-canvas") }
    }
}

impl Ruler {
    pub fn draw(&mut self, document: &Document, palette: &Palette, handles: &Handles) {
        let wanted = |_| Drawn {
            version: handles.session.look().operations_version(),
            now: handles.session.now(),
            span: shown_span(handles, &handles.operations.get()),
            pointed: handles.pointer.highlight(),
        };
        let Some((ctx, ratio)) = self.picture.begin(document, palette, wanted) else { return };
        let operations = handles.operations.get();
        let chart = Chart::new(handles, &operations, self.picture.size());
        let heights = (TOP - 12.0, chart.height - BOTTOM + 4.0);
        let pen = Pen { ctx, ratio, palette, axis: chart.axis, heights };
        let pointed = handles.pointer.highlight();
        let drawing = Drawing { pen, chart: &chart, pointed };
        drawing.pen.begin();
        drawing.pen.marks();
        drawing.pen.instants(pointed.and_then(Highlight::instant));
        drawing.pen.within(|| {
            chart.keys(&operations).for_each(|(top, history)| drawing.key(top, history));
        });
    }
}

struct Drawing<'a> {
    pen: Pen<'a>,
    chart: &'a Chart,
    pointed: Option<Highlight>,
}

impl Drawing<'_> {
    fn key(&self, top: f64, history: &KeyHistory) {
        let (ctx, palette) = (&self.pen.ctx, self.pen.palette);
        let (contrary, order) = match &history.standing {
            OperationStatus::Ordered(order) => (&Vec::new(), order),
            OperationStatus::Contradictory { bars, others } => (bars, others),
            OperationStatus::Undecided => (&Vec::new(), &Vec::new()),
        };
        ctx.set_text_align("left");
        ctx.set_text_baseline("middle");
        ctx.set_font(&palette.fonts.name);
        let is_broken = !contrary.is_empty();
        ctx.set_fill_style_str(if is_broken { &palette.fault } else { &palette.ink });
        let mark = if is_broken { " ✕ no order" } else { "" };
        let title = format!("{}{mark}", shortened(&history.key));
        let _ = ctx.fill_text(&title, LEFT + 2.0, top + TITLE / 2.0);
        for (place, bar) in history.bars.iter().enumerate() {
            self.bar(top, bar, contrary.contains(&place));
        }
        self.order(top, order.iter().map(|place| &history.bars[*place]));
        self.labels(top, history, contrary);
    }

    fn bar(&self, top: f64, bar: &Bar, is_contrary: bool) {
        let (ctx, palette) = (&self.pen.ctx, self.pen.palette);
        let (left, right, middle) = self.chart.bar(top, bar);
        let (width, upper) = (right - left, middle - THICK / 2.0);
        let color = if is_contrary { &palette.fault } else { &palette.client };
        ctx.begin_path();
        // A path that is too long for it draws nothing.
        let _ = ctx.round_rect_with_f64(left, upper, width, THICK, 5.0);
        ctx.set_fill_style_str(if bar.is_write { color } else { &palette.surface });
        ctx.set_global_alpha(if bar.ended.is_none() { 0.6 } else { 1.0 });
        ctx.fill();
        let is_lit = self.pointed == Some(Highlight::Request(bar.id));
        if !bar.is_judged || bar.is_unknown {
            self.pen.dashes(&[4.0, 3.0]);
        }
        ctx.set_stroke_style_str(if is_lit { &palette.ink } else { color });
        ctx.set_line_width(if is_lit || is_contrary { 3.0 } else { 1.5 });
        ctx.stroke();
        ctx.set_global_alpha(1.0);
        self.pen.dashes(&[]);
        if is_contrary {
            let (x, near) = (right + 9.0, 4.0);
            self.pen.stroke([x - near, middle - near, x + near, middle + near], color, 2.5, 1.0);
            self.pen.stroke([x - near, middle + near, x + near, middle - near], color, 2.5, 1.0);
        }
    }

    /// What each did: on its bar, or behind it where there is room.
    fn labels(&self, top: f64, history: &KeyHistory, contrary: &[usize]) {
        let (ctx, palette) = (&self.pen.ctx, self.pen.palette);
        ctx.set_font(&palette.fonts.axis);
        for (place, bar) in history.bars.iter().enumerate() {
            let (left, right, middle) = self.chart.bar(top, bar);
            let text = format!("{}: {}", bar.client, shortened(&bar.label));
            let wide = ctx.measure_text(&text).map_or(f64::MAX, |measured| measured.width()) + 10.0;
            let behind =
                history.bars.iter().filter(|other| other.row == bar.row && other.began > bar.began);
            let free_to = behind
                .map(|other| self.chart.axis.x(other.began))
                .fold(self.chart.axis.right, f64::min);
            let dot = bar.effect.map(|effect| self.chart.axis.x(effect));
            let inside = room_beside(dot, (left.max(LEFT) + 5.0, right - 5.0), wide - 10.0);
            let (x, color, paper) = if let Some(x) = inside {
                let (color, paper) = match (bar.is_write, contrary.contains(&place)) {
                    (false, _) => (&palette.ink, &palette.surface),
                    (true, false) => (&palette.on_client, &palette.client),
                    (true, true) => (&palette.on_client, &palette.fault),
                };
                (x, color, paper)
            } else if wide + 16.0 <= free_to - right {
                (right + 16.0, &palette.ink, &palette.surface)
            } else {
                continue;
            };
            // The line of the order does not go through the words.
            ctx.set_stroke_style_str(paper);
            ctx.set_line_width(5.0);
            let _ = ctx.stroke_text(&text, x, middle);
            ctx.set_fill_style_str(color);
            let _ = ctx.fill_text(&text, x, middle);
        }
    }

    /// The line through the bars, with a dot where each could have taken effect.
    fn order<'a>(&self, top: f64, order: impl Iterator<Item = &'a Bar>) {
        let (ctx, palette) = (&self.pen.ctx, self.pen.palette);
        let point =
            |bar: &'a Bar| Some((self.chart.axis.x(bar.effect?), self.chart.bar(top, bar).2));
        let points: Vec<(f64, f64)> = order.filter_map(point).collect();
        for (width, color) in [(4.0, &palette.surface), (2.0, &palette.commit)] {
            ctx.set_stroke_style_str(color);
            ctx.set_line_width(width);
            ctx.begin_path();
            for (place, (x, y)) in points.iter().enumerate() {
                if place == 0 { ctx.move_to(*x, *y) } else { ctx.line_to(*x, *y) }
            }
            ctx.stroke();
        }
        for (x, y) in points {
            for (radius, color) in [(5.5, &palette.surface), (4.0, &palette.commit)] {
                ctx.set_fill_style_str(color);
                ctx.begin_path();
                let _ = ctx.arc(x, y, radius, 0.0, std::f64::consts::TAU);
                ctx.fill();
            }
        }
    }
}

/// Where words of this width stand between two edges, so that the dot covers none of their letters.
fn room_beside(dot: Option<f64>, (left, right): (f64, f64), wide: f64) -> Option<f64> {
    const DOT: f64 = 8.0;
    let is_free = |x: &f64| {
        *x + wide <= right && dot.is_none_or(|dot| *x + wide < dot - DOT || dot + DOT <= *x)
    };
    [left, dot.map_or(left, |dot| dot + DOT)].into_iter().filter(|x| *x >= left).find(is_free)
}

/// As much of a text as a diagram has room for.
fn shortened(text: &str) -> String {
    const MOST: usize = 28;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
