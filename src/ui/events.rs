//! The event log: every event in one plain sentence, the newest first.
//!
//! Only the newest few are in the page. It shows what the app tells it to, a few times a second, so
//! that a fast run costs no more than a slow one.

use yew::prelude::{Callback, Html, Properties, component, html};
use yew::use_state;

use super::session::Session;
use crate::playground::view::{Sentence, Topic};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    /// Grows when there are new sentences to show.
    pub feed: u64,
}

const SHOWN: usize = 160;

const TOPICS: [(Topic, &str, &str); 6] = [
    (Topic::Election, "election", "Elections"),
    (Topic::Replication, "replication", "Replication"),
    (Topic::Commit, "commit", "Commits"),
    (Topic::Membership, "membership", "Members"),
    (Topic::Fault, "fault", "Faults"),
    (Topic::Client, "client", "Clients"),
];

#[component]
pub fn Events(props: &Props) -> Html {
    let details = use_state(|| false);
    let left_out = use_state(Vec::<Topic>::new);
    let wanted =
        |sentence: &Sentence| (*details || !sentence.detail) && !left_out.contains(&sentence.topic);
    let playground = props.session.look();
    let newest: Vec<Sentence> = playground.sentences(0).rev().filter(wanted).take(SHOWN).collect();
    let on_details = {
        let details = details.clone();
        Callback::from(move |_: yew::Event| details.set(!*details))
    };
    let chips = TOPICS.iter().map(|(topic, id, label)| {
        let (topic, is_shown) = (*topic, !left_out.contains(topic));
        let left_out = left_out.clone();
        let onchange = Callback::from(move |_: yew::Event| {
            let mut next = (*left_out).clone();
            match next.iter().position(|other| *other == topic) {
                Some(position) => drop(next.remove(position)),
                None => next.push(topic),
            }
            left_out.set(next);
        });
        html! {
            <label key={*id} class="choice" data-topic={*id}>
                <input type="checkbox" checked={is_shown} {onchange} /><span>{ *label }</span>
            </label>
        }
    });
    html! {
        <div class="events">
            <details class="event-filter">
                <summary>{ filter_words(&left_out, *details) }</summary>
                <fieldset class="choices">
                    <legend class="hidden">{ "Show" }</legend>
                    { for chips }
                    <label class="choice"><input type="checkbox" checked={*details} onchange={on_details} /><span>{ "Details" }</span></label>
                </fieldset>
            </details>
            // Not live: the announcer speaks what matters, this is for reading.
            <div class="event-list" role="log" aria-live="off" aria-label="Events, newest first" tabindex="0">
                if newest.is_empty() {
                    <p class="quiet">{ "Nothing has happened yet." }</p>
                } else {
                    <ol>{ for newest.iter().map(row) }</ol>
                }
            </div>
        </div>
    }
}

fn filter_words(left_out: &[Topic], details: bool) -> String {
    let topics = match left_out.len() {
        0 => "All topics".to_string(),
        count => format!("{} of {} topics", TOPICS.len() - count, TOPICS.len()),
    };
    format!("{topics}, {}", if details { "with details" } else { "without details" })
}

fn row(sentence: &Sentence) -> Html {
    let topic = TOPICS.iter().find(|(topic, ..)| *topic == sentence.topic).map(|(_, id, _)| *id);
    html! {
        <li key={sentence.id.to_string()} class="event" data-topic={topic} data-detail={sentence.detail.then_some("true")}>
            <span class="event-at">{ time(sentence.at) }</span>
            <span class="event-text">{ for pieces(&sentence.text).into_iter().map(piece) }</span>
        </li>
    }
}

/// `2.784s`.
fn time(micros: u64) -> String {
    let millis = micros / 1_000;
    format!("{}.{:03}s", millis / 1_000, millis % 1_000)
}

/// A sentence in pieces: names of nodes and code stand out.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Plain(&'a str),
    Node(&'a str),
    Code(&'a str),
}

/// Cuts a sentence into pieces.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            pieces.push(Piece::Code(part));
        } else {
            name_nodes(part, &mut pieces);
        }
    }
    pieces
}

fn name_nodes<'a>(text: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let mut plain = 0;
    let mut word_starts = true;
    for (at, letter) in text.char_indices() {
        if letter == 'n' && word_starts {
            let digits = text[at + 1..].chars().take_while(char::is_ascii_digit).count();
            let end = at + 1 + digits;
            let ends_there = !text[end..].starts_with(char::is_alphanumeric);
            if digits > 0 && ends_there {
                pieces.push(Piece::Plain(&text[plain..at]));
                pieces.push(Piece::Node(&text[at..end]));
                plain = end;
            }
        }
        word_starts = !letter.is_alphanumeric();
    }
    pieces.push(Piece::Plain(&text[plain..]));
}

/// Draws a piece.
pub fn piece(piece: Piece<'_>) -> Html {
    match piece {
        Piece::Plain(text) => html! { <>{ text.to_string() }</> },
        Piece::Node(name) => html! { <b>{ name.to_string() }</b> },
        Piece::Code(code) => html! { <code>{ code.to_string() }</code> },
    }
}
