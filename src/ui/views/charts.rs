//! Charts over cluster time: throughput, commit latency, and who stood for election and who led.
//!
//! The charts lie above each other and above the strip of history. All have the same span of time, and go to the end of
//! the branch. A veil covers what is after the instant that is shown; the frame loop moves it. Each series is one path,
//! which is drawn again only when there is something new. The heading of a chart has the numbers of the interval that
//! is pointed at or shown, and a table has all numbers.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::TargetCast;
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{use_state, use_state_eq};

use crate::counts::counted;
use crate::playground::history::charts::{Charts, Interval, Reign};
use crate::playground::view::{MarkKind, Timeline};
use crate::playground::{Duration, Input, Time};
use crate::ui::browser::page;
use crate::ui::canvas::palette::{TERM_HUES, hue};
use crate::ui::format::clock::{clock_text, seconds};
use crate::ui::format::decimals::{decimal, percent};
use crate::ui::format::durations::span as took;
use crate::ui::geometry::scale::{ChartStep, Decades, HEIGHT, most};
use crate::ui::state::highlight::{Highlight, Pointer};
use crate::ui::state::page::span::Span;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::time_buttons::moment;

/// How many units a chart is wide; it is stretched to the room that there is.
const WIDTH: u64 = 2_000;

/// Where the bands of the leaders begin, below the bars of the candidacies, and where they end, above
/// what old leaders still believe.
const BANDS: (u64, u64) = (34, 84);

/// More intervals than this the table leaves out.
const ROWS: usize = 30;

/// Marks that fall on one of so many columns are drawn once.
const COLUMNS: u64 = 120;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub pointer: Pointer,
    /// What of the branch is shown.
    pub span: Span,
    /// Grows when there is something new.
    pub feed: u64,
}

#[component]
pub fn Diagrams(props: &Props) -> Html {
    let Props { session, span, .. } = props;
    let pointed = use_state_eq(|| None::<Time>);
    let is_table_open = use_state(|| false);
    let charts = session.look().charts();
    let frame = Frame { span: *span, charts: &charts };
    let at = pointed.unwrap_or_else(|| session.now());
    let is_told = |interval: &&Interval| pointed.is_some() || charts.rate(interval, 0).is_some();
    let before = || charts.interval(at - charts.width);
    // An interval that has just begun has no meaningful numbers yet.
    let interval = charts.interval(at).filter(is_told).or_else(before).copied();
    let on_move = {
        let (pointer, pointed, span) = (props.pointer.clone(), pointed.setter(), *span);
        let (width, end) = (charts.width, session.look().end());
        Callback::from(move |event: yew::MouseEvent| {
            let at = time(span, &event).filter(|at| *at <= end);
            pointer.point(at.map(Highlight::Instant));
            pointed.set(at.map(|at| at.round_down(width)));
        })
    };
    let on_leave = {
        let pointed = pointed.setter();
        Callback::from(move |_: yew::MouseEvent| pointed.set(None))
    };
    let on_click = {
        let (session, span) = (session.clone(), *span);
        Callback::from(move |event: yew::MouseEvent| {
            if let Some(at) = time(span, &event) {
                go_to(&session, Input::Seek(at));
            }
        })
    };
    let on_toggle = {
        let is_open = is_table_open.setter();
        Callback::from(move |event: yew::Event| {
            let details = event.target_dyn_into::<Element>();
            is_open.set(details.is_some_and(|details| details.has_attribute("open")));
        })
    };
    let playground = session.look();
    html! {
        <div class="charts">
            <p class="charts-when">{ when(interval.as_ref(), pointed.is_some()) }</p>
            <div class="charts-plots">
                { frame.throughput(interval.as_ref()) }
                { frame.latency(interval.as_ref()) }
                { frame.elections(interval.as_ref(), at) }
                { frame.marks(playground.timeline()) }
                <p class="charts-axis" aria-hidden="true">{ for (0..=4).map(|part| axis(*span, part)) }</p>
                <div class="charts-over" onmousemove={on_move} onmouseleave={on_leave} onclick={on_click}>
                    <div id="charts-now" />
                    { frame.pointed(interval.as_ref().filter(|_| pointed.is_some())) }
                </div>
            </div>
            <details class="diagram-table" ontoggle={on_toggle}>
                <summary>{ "The intervals as a table" }</summary>
                if *is_table_open { { table(session, &charts) } }
            </details>
        </div>
    }
}

/// The time at which a pointer is.
fn time(span: Span, event: &yew::MouseEvent) -> Option<Time> {
    let ((width, _), (x, _)) = page::spot(event)?;
    let part = x / width.max(1.0);
    let since = part.clamp(0.0, 1.0) * span.width.as_micros() as f64;
    Some(span.from + Duration::from_micros(since as u64))
}

fn when(interval: Option<&Interval>, is_pointed: bool) -> Html {
    let Some(Interval { from, to, .. }) = interval else {
        return html! { <>{ "Nothing was played at this instant yet." }</> };
    };
    let what = if is_pointed { "Pointed at" } else { "Shown" };
    let hint = if is_pointed { "A click goes there." } else { "Point at an interval to read it." };
    html! { <>{ what }{ " " }<b>{ format!("{} to {}", clock_text(*from), clock_text(*to)) }</b><span class="charts-hint">{ hint }</span></> }
}

fn axis(span: Span, part: u64) -> Html {
    html! { <span key={part} style={format!("left:{}%", part * 25)}>{ seconds(span.from + span.width / 4 * part) }</span> }
}

/// What a chart needs to be drawn: the time, and what there was.
struct Frame<'a> {
    span: Span,
    charts: &'a Charts,
}

/// Where an instant is in a span that is `whole` units wide; before and after it, at its edges.
fn along(span: Span, at: Time, whole: u64) -> u64 {
    at.since(span.from).min(span.width).as_micros() * whole / span.width.as_micros().max(1)
}

/// A line of a legend: how it is drawn, what it means, what it is in the interval.
type Series<'a> = (&'static str, &'a str, String);

impl Frame<'_> {
    fn x(&self, at: Time) -> u64 {
        along(self.span, at, WIDTH)
    }

    fn is_seen(&self, from: Time, to: Time) -> bool {
        to >= self.span.from && from <= self.span.to()
    }

    fn seen(&self) -> impl Iterator<Item = &Interval> {
        self.charts.intervals.iter().filter(|interval| self.is_seen(interval.from, interval.to))
    }

    fn steps(&self, value: impl Fn(&Interval) -> Option<u64>) -> Vec<ChartStep> {
        self.seen().map(|interval| (interval.from, interval.to, value(interval))).collect()
    }

    /// A line that goes level through each interval.
    fn line(&self, steps: &[ChartStep], y: impl Fn(u64) -> u64) -> String {
        let (mut path, mut before) = (String::new(), None);
        for (from, to, value) in steps {
            let Some(value) = value else {
                before = None;
                continue;
            };
            let y = y(*value);
            match before {
                None => path += &format!("M{} {y}", self.x(*from)),
                Some(before) if before == y => {}
                Some(_) => path += &format!("V{y}"),
            }
            path += &format!("H{}", self.x(*to));
            before = Some(y);
        }
        path
    }

    /// Bars that are filled.
    fn bars(&self, steps: &[ChartStep], most: u64, height: u64) -> String {
        let mut path = String::new();
        for (from, to, value) in steps {
            if let Some(value) = value.filter(|value| *value > 0) {
                let y = height - value * height / most;
                path += &format!("M{} {height}V{y}H{}V{height}Z", self.x(*from), self.x(*to));
            }
        }
        path
    }

    fn throughput(&self, interval: Option<&Interval>) -> Html {
        let rate = |count: fn(&Interval) -> u64| {
            move |interval: &Interval| self.charts.rate(interval, count(interval))
        };
        let (answers, commits) =
            (rate(|interval| interval.answers), rate(|interval| interval.commits));
        let told = |rate: Option<u64>| {
            rate.map_or("too short to say".to_string(), |rate| format!("{}/s", decimal(rate)))
        };
        let now = |value: &dyn Fn(&Interval) -> Option<u64>| told(interval.and_then(value));
        let legend =
            [("solid", "answered", now(&answers)), ("dashed", "committed entries", now(&commits))];
        let (answers, commits) = (self.steps(answers), self.steps(commits));
        let most = most([&answers, &commits], 1_000);
        let area = self.bars(&answers, most, HEIGHT);
        let y = |rate| HEIGHT - rate * HEIGHT / most;
        let lines = html! {
            <>
                <path class="chart-area" d={area} />
                <path class="chart-line" data-line="dashed" d={self.line(&commits, y)} />
                <path class="chart-line" data-line="solid" d={self.line(&answers, y)} />
            </>
        };
        let ticks = [format!("{}/s", decimal(most)), decimal(most / 2), "0".to_string()];
        let about = format!("up to {} answered requests and committed entries", ticks[0]);
        plot(("throughput", "Throughput"), &about, &legend, &ticks, lines, nothing())
    }

    fn latency(&self, interval: Option<&Interval>) -> Html {
        let latency = interval.and_then(|interval| interval.latency);
        let told = |span: Option<Duration>| span.map_or("no commit".to_string(), took);
        let legend = [
            ("solid", "median", told(latency.map(|latency| latency.median))),
            ("dashed", "worst", told(latency.map(|latency| latency.worst))),
        ];
        let median = self.steps(|interval| Some(interval.latency?.median.as_micros()));
        let worst = self.steps(|interval| Some(interval.latency?.worst.as_micros()));
        let decades = Decades::of([&median, &worst]);
        let y = |micros| decades.y(micros);
        let lines = html! {
            <>
                <path class="chart-line" data-line="dashed" d={self.line(&worst, y)} />
                <path class="chart-line" data-line="solid" d={self.line(&median, y)} />
            </>
        };
        let ticks = decades.ticks();
        let about = format!(
            "from {} to {} between a leader's append and its commit, in decades",
            ticks[ticks.len() - 1],
            ticks[0]
        );
        plot(("latency", "Commit latency"), &about, &legend, &ticks, lines, nothing())
    }

    fn elections(&self, interval: Option<&Interval>, at: Time) -> Html {
        let candidacies = self.steps(|interval| Some(interval.candidacies));
        let most = most([&candidacies, &[]], 1).max(2);
        let (line, leader) = match self.charts.reign(at) {
            Some(reign) => ("band", format!("n{} leads in term {}", reign.node, reign.term)),
            None => ("nobody", "nobody leads".to_string()),
        };
        let stood = interval.map_or(0, |interval| interval.candidacies);
        let mut legend = vec![
            ("bar", "stood for election", stood.to_string()),
            (line, leader.as_str(), String::new()),
        ];
        let leaders = counted(self.reigns().count() as u64, "leader", "leaders");
        let about = format!("{leaders} in this span");
        let (top, bottom) = BANDS;
        let end = self.charts.intervals.last().map_or(Time::ZERO, |last| last.to);
        let nobody = self.band(self.span.from, end, BANDS);
        let level = |y: u64, from, to| format!("M{} {y}H{}", self.x(from), self.x(to));
        let crowns: String = self.reigns().map(|(reign, to)| level(top, reign.from, to)).collect();
        let old = self.reigns().map(|(reign, to)| (to, reign.to.unwrap_or(end)));
        let old: String = old
            .filter(|(to, believed_to)| to < believed_to)
            .map(|(to, believed_to)| level(bottom + 8, to, believed_to))
            .collect();
        if !old.is_empty() {
            legend.push(("old", "an old leader still believes that it leads", String::new()));
        }
        let band = |number: u64| {
            let of = |reign: &Reign| (reign.term.max(1) - 1) % TERM_HUES == number;
            let own = self.reigns().filter(|(reign, _)| of(reign));
            let path: String = own.map(|(reign, to)| self.band(reign.from, to, BANDS)).collect();
            html! { <path key={number} class="chart-band" data-hue={number.to_string()} d={path} /> }
        };
        let lines = html! {
            <>
                <path class="chart-nobody" d={nobody} />
                <path class="chart-bars" d={self.bars(&candidacies, most, top - 4)} />
                { for (0..TERM_HUES).map(band) }
                <path class="chart-crowns" d={crowns} />
                <path class="chart-old" d={old} />
            </>
        };
        let ticks = [most.to_string()];
        plot(("elections", "Elections"), &about, &legend, &ticks, lines, self.names())
    }

    /// Those that are seen, and until when nobody led a later term.
    fn reigns(&self) -> impl Iterator<Item = (&Reign, Time)> {
        let end = self.charts.intervals.last().map_or(Time::ZERO, |last| last.to);
        let next = |place: usize| self.charts.reigns.get(place + 1).map(|next| next.from);
        let reigns = self.charts.reigns.iter().enumerate();
        reigns
            .map(move |(place, reign)| {
                let to = reign.to.unwrap_or(end).min(next(place).unwrap_or(end));
                (reign, to)
            })
            .filter(|(reign, to)| self.is_seen(reign.from, reign.to.unwrap_or(*to)))
    }

    fn band(&self, from: Time, to: Time, (top, bottom): (u64, u64)) -> String {
        let (left, right) = (self.x(from), self.x(to));
        if left >= right {
            return String::new();
        }
        format!("M{left} {top}H{right}V{bottom}H{left}Z")
    }

    fn names(&self) -> Html {
        html! { <div class="chart-names" aria-hidden="true">{ for self.reigns().filter_map(|(reign, to)| self.name(reign, to)) }</div> }
    }

    /// What stands on the band of a leader, where there is room.
    fn name(&self, reign: &Reign, to: Time) -> Option<Html> {
        let (left, right) = (self.x(reign.from), self.x(to));
        let share = right.saturating_sub(left) * 100 / WIDTH;
        let words = match share {
            0..4 => return None,
            4..14 => format!("n{}", reign.node),
            _ => format!("n{} · term {}", reign.node, reign.term),
        };
        let style = format!("left:{};width:{share}%", percent(left, WIDTH));
        Some(
            html! { <span key={reign.term.to_string()} data-node={reign.node.to_string()} data-hue={hue(reign.term)} {style}>{ words }</span> },
        )
    }

    /// Faults, their repairs and violations, below each other's time.
    fn marks(&self, timeline: &Timeline) -> Html {
        let mut shown: Vec<(u64, char, &'static str)> = Vec::new();
        let first = timeline.marks().partition_point(|mark| mark.at < self.span.from);
        let beyond = timeline.marks().partition_point(|mark| mark.at <= self.span.to());
        for mark in timeline.marks().range(first..beyond) {
            let (sign, name) = match mark.kind {
                MarkKind::Fault => ('×', "fault"),
                MarkKind::Repair => ('+', "repair"),
                MarkKind::Violation => ('!', "violation"),
                MarkKind::Elected | MarkKind::Commit | MarkKind::Answer => continue,
            };
            let next = (self.x(mark.at) * COLUMNS / WIDTH, sign, name);
            if !shown.iter().rev().take(3).any(|before| *before == next) {
                shown.push(next);
            }
        }
        let count = |name| shown.iter().filter(|(_, _, of)| *of == name).count();
        let about = format!(
            "Faults at {}, repairs at {}, violations at {}",
            counted(count("fault") as u64, "place", "places"),
            count("repair"),
            count("violation")
        );
        let mark = |(column, sign, name): &(u64, char, &'static str)| {
            let style = format!("left:{}", percent(*column, COLUMNS));
            html! { <i key={format!("{column}{name}")} data-mark={*name} {style}>{ *sign }</i> }
        };
        html! {
            <div class="charts-marks" role="img" aria-label={about}><span>{ "Faults" }</span><div>{ for shown.iter().map(mark) }</div></div>
        }
    }

    /// The interval that is pointed at.
    fn pointed(&self, interval: Option<&Interval>) -> Html {
        let Some(interval) = interval else { return nothing() };
        let (left, right) = (self.x(interval.from), self.x(interval.to));
        let style = format!("left:{};width:{}", percent(left, WIDTH), percent(right - left, WIDTH));
        html! { <div class="charts-pointed" {style} /> }
    }
}

fn nothing() -> Html {
    html! { <div hidden=true /> }
}

/// A chart with its name, what it is about for those who can't see it, its legend, its scale and what lies
/// over its lines.
fn plot(
    (kind, name): (&'static str, &'static str),
    about: &str,
    legend: &[Series],
    ticks: &[String],
    lines: Html,
    over: Html,
) -> Html {
    // None where there is but one tick.
    let grid =
        (0..ticks.len()).map(|place| place as u64 * HEIGHT / (ticks.len() as u64 - 1).max(1));
    let grid: String =
        grid.filter(|_| ticks.len() > 1).map(|y| format!("M0 {y}H{WIDTH}")).collect();
    let told: Vec<String> = legend
        .iter()
        .map(|(_, name, value)| format!("{name} {value}").trim().to_string())
        .collect();
    let series = |(line, name, value): &Series| {
        html! {
            <li key={*line}><i data-line={*line} aria-hidden="true" />{ *name }if !value.is_empty() { <b>{ value }</b> }</li>
        }
    };
    html! {
        <section class="chart" data-chart={kind}>
            <header><h3>{ name }</h3><ul role="list">{ for legend.iter().map(series) }</ul></header>
            <ol class="chart-ticks" aria-hidden="true">{ for ticks.iter().enumerate().map(|(place, tick)| html! { <li key={place}>{ tick }</li> }) }</ol>
            <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" role="img" aria-label={format!("{name}: {about}. In the interval that is told: {}", told.join(", "))}>
                <path class="chart-grid" d={grid} />
                { lines }
            </svg>
            { over }
        </section>
    }
}

/// The latest intervals in which something happened.
fn table(session: &Session, charts: &Charts) -> Html {
    let now = session.now();
    let is_busy = |interval: &&Interval| {
        interval.answers + interval.commits + interval.candidacies > 0 && interval.from <= now
    };
    let row = |interval: &Interval| {
        let at = interval.from;
        let rate = |count| charts.rate(interval, count).map_or(String::new(), decimal);
        let latency = interval.latency;
        let leader = charts.reign(interval.to - Duration::from_micros(1));
        html! {
            <tr key={at.as_micros().to_string()}>
                <td>{ moment(session, at) }</td>
                <td>{ rate(interval.answers) }</td><td>{ rate(interval.commits) }</td>
                <td>{ latency.map(|latency| took(latency.median)) }</td><td>{ latency.map(|latency| took(latency.worst)) }</td>
                <td>{ interval.candidacies }</td><td>{ leader.map(|reign| format!("n{}", reign.node)) }</td>
            </tr>
        }
    };
    let heads = ["From", "Answered/s", "Committed/s", "Median", "Worst", "Candidacies", "Leader"];
    html! {
        <table aria-label="The latest intervals">
            <thead><tr>{ for heads.map(|name| html! { <th key={name} scope="col">{ name }</th> }) }</tr></thead>
            <tbody>{ for charts.intervals.iter().rev().filter(is_busy).take(ROWS).map(row) }</tbody>
        </table>
    }
}

/// Moves the veil over what comes after the instant that is shown.
#[derive(Default)]
pub struct Veil {
    element: Option<HtmlElement>,
    /// In thousandths of the width.
    shown: Option<u64>,
}

impl Veil {
    pub fn draw(&mut self, document: &Document, span: Span, now: Time) {
        if self.element.as_ref().is_none_or(|element| !element.is_connected()) {
            let found = document.get_element_by_id("charts-now");
            *self = Self { element: found.and_then(|found| found.dyn_into().ok()), shown: None };
        }
        let Some(element) = &self.element else { return };
        let place = along(span, now, 1_000);
        if self.shown != Some(place) {
            // The browser takes every length.
            let _ = element.style().set_property("left", &percent(place, 1_000));
            self.shown = Some(place);
        }
    }
}
