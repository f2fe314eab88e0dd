//! The slider over the strip of history, and the strip in words.
//!
//! A rendering makes the slider. Its value, its maximum and its spoken text change with every event, so only the
//! painter writes them.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlInputElement, InputEvent, KeyboardEvent, Node};
use yew::TargetCast;
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::counts::counted;
use crate::playground::view::MarkKind;
use crate::playground::{Duration, Input, Playground, Time};
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::state::page::span::Span;
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    /// What of the history the strip shows.
    pub span: Span,
}

#[component]
pub fn Scrubber(props: &Props) -> Html {
    let oninput = {
        let session = props.session.clone();
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            let micros = input.and_then(|input| input.value().parse::<f64>().ok());
            // Between two instants of the strip, which are no fractions. Any instant can be shown.
            micros.into_iter().for_each(|micros| {
                let _ = session.apply(Input::Seek(Time::from_micros(micros.max(0.0) as u64)));
            });
        })
    };
    let onkeydown = {
        let (session, stride) = (props.session.clone(), props.span.width / 20);
        Callback::from(move |event: KeyboardEvent| {
            let now = session.now();
            let input = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => Input::StepBack,
                "ArrowRight" | "ArrowUp" => Input::Step,
                "PageDown" => Input::Seek(now - stride),
                "PageUp" => Input::Seek(now + stride),
                "Home" => Input::Seek(Time::ZERO),
                "End" => Input::SeekEnd,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let _ = session.apply(input);
        })
    };
    html! {
        <>
            <input type="range" id="scrubber" class="scrubber" aria-label="Timeline" aria-describedby="timeline-words" step="any" {oninput} {onkeydown} />
            <canvas id="timeline-canvas" aria-hidden="true" />
            <p class="hidden" id="timeline-words" />
        </>
    }
}

/// Moves the handle of the slider. It keeps what it has written last.
#[derive(Default)]
pub struct Handle {
    input: Option<HtmlInputElement>,
    words: Option<Node>,
    shown: Option<Shown>,
    told: Option<TextKey>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    /// That of the playground: the handle waits for something to happen, or the browser would lay it out in every
    /// frame.
    revision: u64,
    span: Span,
}

/// How exact the words are.
const TENTH: Duration = Duration::from_millis(100);

/// What the words hang on, but for what comes with more marks.
#[derive(PartialEq, Eq)]
struct TextKey {
    /// Rounded down to tenths of a second.
    now: Time,
    terms: usize,
    marks: usize,
    parting: Option<Time>,
}

impl Handle {
    /// Moves it to the instant that is shown.
    pub fn follow(&mut self, document: &Document, playground: &Playground, span: Span) {
        if self.input.as_ref().is_none_or(|input| !input.is_connected()) {
            let input = document.get_element_by_id("scrubber");
            let input = input.and_then(|input| input.dyn_into().ok());
            let words = page::text_of(document, "timeline-words");
            *self = Self { input, words, ..Self::default() };
        }
        let (now, end) = (playground.now(), playground.end());
        let shown = Some(Shown { revision: playground.revision(), span });
        if let Some(input) = self.input.as_ref().filter(|_| self.shown != shown) {
            if self.shown.is_none_or(|before| before.span.from != span.from) {
                input.set_min(&span.from.as_micros().to_string());
            }
            self.shown = shown;
            show(input, now, end, span);
        }
        let timeline = playground.timeline();
        let told = Some(TextKey {
            now: now.round_down(TENTH),
            terms: timeline.terms.len(),
            marks: timeline.marks().len(),
            parting: playground.parting(),
        });
        if let Some(words) = self.words.as_ref().filter(|_| self.told != told) {
            self.told = told;
            words.set_node_value(Some(&in_words(playground)));
        }
    }
}

fn show(input: &HtmlInputElement, now: Time, end: Time, Span { from, width }: Span) {
    let last = end.max(now).clamp(from + Duration::from_micros(1), from + width);
    input.set_max(&last.as_micros().to_string());
    input.set_value(&now.as_micros().to_string());
    let read = format!("{} of {}", clock_text(now), clock_text(end));
    let share = last.since(from).as_micros() as f64 / width.as_micros().max(1) as f64 * 100.0;
    // Both names and values are well formed.
    let _ = input.set_attribute("aria-valuetext", &read);
    let _ = input.style().set_property("width", &format!("{share:.2}%"));
}

/// The strip of history in words.
fn in_words(playground: &Playground) -> String {
    let timeline = playground.timeline();
    let count = |kind| timeline.count(kind) as u64;
    let parting = playground.parting().map_or(String::new(), |at| {
        format!(" The two branches that are compared part at {}.", clock_text(at))
    });
    format!(
        "{} of cluster time, {}, {}, {}, {}.{parting}",
        clock_text(playground.now().round_down(TENTH)),
        counted(timeline.terms.len() as u64, "term", "terms"),
        counted(count(MarkKind::Elected), "election", "elections"),
        counted(count(MarkKind::Commit), "commit", "commits"),
        counted(count(MarkKind::Fault), "fault", "faults")
    )
}
