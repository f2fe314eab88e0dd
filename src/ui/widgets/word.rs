//! A word with its explanation: one line that opens where the word stands.
//!
//! The line is a popover of the browser, so that it lies over everything, and Escape and a click elsewhere close it.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MouseEvent};
use yew::TargetCast;
use yew::prelude::{Callback, Html, html};

use crate::ui::browser::page;
use crate::ui::format::glossary::{Entry, GLOSSARY, entry_of, words_in};
use crate::ui::widgets::marked_text::text_with_marks;

/// The word, which opens its line. A word that the glossary does not have stands as it is.
pub fn word(text: &str, of: &str) -> Html {
    entry_of(of).map_or_else(|| html! { { text.to_string() } }, |entry| button(text, entry))
}

fn button(text: &str, entry: &'static Entry) -> Html {
    let onclick = Callback::from(|event: MouseEvent| {
        let target = event.target_dyn_into::<Element>();
        let line = target.as_ref().and_then(|target| target.get_attribute("popovertarget"));
        if let (Some(target), Some(line)) = (target, line) {
            place(&target, &line);
        }
    });
    html! {
        <button type="button" class="word" popovertarget={id(entry)} {onclick}>{ text.to_string() }</button>
    }
}

fn id(entry: &Entry) -> String {
    format!("word-{}", entry.word.replace(' ', "-"))
}

/// Puts the line below the word, inside of the window.
fn place(word: &Element, line: &str) {
    const WIDTH: f64 = 320.0;
    let Some(line) =
        page::find(&format!("#{line}")).and_then(|line| line.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let (at, width) = (word.get_bounding_client_rect(), page::width());
    let left = at.left().min(width - WIDTH - 8.0).max(8.0);
    for (name, value) in [("left", left), ("top", at.bottom() + 6.0)] {
        // The browser accepts every length.
        let _ = line.style().set_property(name, &format!("{value}px"));
    }
}

/// A sentence whose words can be asked about.
pub fn text_with_words(text: &str) -> Html {
    let (mut shown, mut done) = (Vec::new(), 0);
    for (range, entry) in words_in(text) {
        // Between two marks stands code, whose words are no words.
        if range.start < done || text[..range.start].matches('`').count() % 2 == 1 {
            continue;
        }
        shown.push(text_with_marks(&text[done..range.start], &[]));
        shown.push(button(&text[range.clone()], entry));
        done = range.end;
    }
    shown.push(text_with_marks(&text[done..], &[]));
    shown.into_iter().collect()
}

/// All lines, closed. They stand once on the page.
pub fn lines() -> Html {
    let line = |entry: &Entry| {
        html! { <p key={entry.word} id={id(entry)} class="word-line" popover="auto"><b>{ entry.word }</b>{ ": " }{ entry.line }</p> }
    };
    html! { <div class="word-lines">{ for GLOSSARY.iter().map(line) }</div> }
}
