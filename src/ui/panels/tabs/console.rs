//! The console: everything that can be clicked can be typed here.
//!
//! The core understands and answers; this has only the line's history and its completion, and takes a script that is
//! pasted.

use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, HtmlInputElement, InputEvent, KeyboardEvent, SubmitEvent};
use yew::TargetCast;
use yew::prelude::{Callback, Html, Properties, UseStateHandle, component, html};
use yew::{use_effect_with, use_node_ref, use_state};

use crate::playground::Input;
use crate::playground::view::{ConsoleKind, ConsoleLine};
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    /// Grows when there may be new lines.
    pub lines: u64,
}

/// The line that is being typed, and those before it.
#[derive(Clone, Default)]
struct Line {
    text: String,
    history: Vec<String>,
    /// How far back in the history it is.
    back: usize,
    hints: Vec<String>,
}

#[component]
pub fn Console(props: &Props) -> Html {
    let line = use_state(|| Line { history: typed_before(&props.session), ..Line::default() });
    let output = use_node_ref();
    let newest = props.session.look().console(0).next_back().map_or(0, |line| line.id + 1);
    use_effect_with((newest, output.clone()), |(_, output)| {
        if let Some(output) = output.cast::<Element>() {
            output.set_scroll_top(output.scroll_height());
        }
    });
    let oninput = {
        let line = line.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                line.set(Line {
                    text: input.value(),
                    back: 0,
                    hints: Vec::new(),
                    ..(*line).clone()
                });
            }
        })
    };
    let onsubmit = {
        let (line, session) = (line.clone(), props.session.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            submit(&session, &line);
        })
    };
    let onkeydown = {
        let (line, session) = (line.clone(), props.session.clone());
        Callback::from(move |event: KeyboardEvent| on_key(&session, &line, &event))
    };
    let onpaste = {
        let (line, session) = (line.clone(), props.session.clone());
        Callback::from(move |event: yew::Event| {
            if let Some(script) = pasted_script(&event) {
                event.prevent_default();
                run(&session, &line, &script, line.text.clone());
            }
        })
    };
    let playground = props.session.look();
    html! {
        <div class="console">
            <div class="console-output" role="log" aria-label="Console output" tabindex="0" ref={output}>
                if newest == 0 {
                    <p class="quiet">{ "Type " }<code>{ "help" }</code>{ " to see what there is to say." }</p>
                } else {
                    <ol role="list">{ for playground.console(0).map(row) }</ol>
                }
            </div>
            <p class="console-hints" role="status">{ line.hints.join("   ") }</p>
            <form class="console-form" {onsubmit}>
                <span aria-hidden="true">{ "›" }</span>
                <input type="text" id="console" aria-label="Console" value={line.text.clone()} {oninput} {onkeydown} {onpaste}
                    placeholder="set color blue" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send" />
            </form>
        </div>
    }
}

fn row(line: &ConsoleLine) -> Html {
    let kind = match line.kind {
        ConsoleKind::Input => "input",
        ConsoleKind::Output => "output",
        ConsoleKind::Error => "error",
    };
    html! { <li key={line.id.to_string()} data-kind={kind}>{ &line.text }</li> }
}

/// The history outlives a change of tabs: it is what the console shows.
fn typed_before(session: &Session) -> Vec<String> {
    let playground = session.look();
    let typed = playground.console(0).filter(|line| line.kind == ConsoleKind::Input);
    typed.map(|line| line.text.trim_start_matches(['>', ' ', '›']).to_string()).collect()
}

fn submit(session: &Session, line: &UseStateHandle<Line>) {
    let text = line.text.trim().to_string();
    if text.is_empty() {
        return;
    }
    run(session, line, &text, String::new());
}

/// Runs a line or a script, and leaves `rest` in the field.
fn run(session: &Session, line: &UseStateHandle<Line>, text: &str, rest: String) {
    // A mistake is answered in the console itself.
    let _ = session.apply(Input::Console(text.to_string()));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let history = line.history.iter().cloned().chain(lines.map(str::to_string)).collect();
    line.set(Line { text: rest, history, ..Line::default() });
}

/// What is pasted, if it has several lines: a field of one line would join them.
fn pasted_script(event: &yew::Event) -> Option<String> {
    let carried = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?;
    carried.get_data("text/plain").ok().filter(|text| text.trim().contains('\n'))
}

fn on_key(session: &Session, line: &UseStateHandle<Line>, event: &KeyboardEvent) {
    let back = match event.key().as_str() {
        "ArrowUp" => (line.back + 1).min(line.history.len()),
        "ArrowDown" => line.back.saturating_sub(1),
        "Escape" => {
            line.set(Line { hints: Vec::new(), ..(**line).clone() });
            return;
        }
        // Without a word to complete, Tab goes on to the next control as everywhere.
        "Tab" if !event.shift_key() && !line.text.is_empty() => {
            let (text, hints) = complete(&line.text, session.look().completions(&line.text));
            if text != line.text || !hints.is_empty() {
                event.prevent_default();
                line.set(Line { text, hints, ..(**line).clone() });
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    let text = line.history.iter().rev().nth(back.wrapping_sub(1)).cloned().unwrap_or_default();
    line.set(Line { text, back, hints: Vec::new(), ..(**line).clone() });
}

/// The line with its last word completed as far as all candidates agree, and what is left to choose.
pub fn complete(line: &str, candidates: Vec<String>) -> (String, Vec<String>) {
    let word = line.rfind(char::is_whitespace).map_or(line, |space| &line[space + 1..]);
    let head = &line[..line.len() - word.len()];
    match candidates.as_slice() {
        [] => (line.to_string(), Vec::new()),
        [only] => (format!("{head}{only} "), Vec::new()),
        [first, ..] => {
            let agreed =
                candidates.iter().fold(first.as_str(), |agreed, other| common(agreed, other));
            let word = if agreed.len() > word.len() { agreed } else { word };
            (format!("{head}{word}"), candidates)
        }
    }
}

fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let end = a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    &a[..end.unwrap_or(a.len().min(b.len()))]
}
