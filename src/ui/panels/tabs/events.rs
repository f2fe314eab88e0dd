//! The event log: one plain sentence for each event, the newest first. A click on its time goes to that instant.
//!
//! Tab stops at the list once. Inside of it the arrow keys move from time to time.
//!
//! The page holds only the newest events. While time passes it holds only as many as can be seen, unless the user
//! scrolls or has the focus in the list. The app updates the list a few times a second, so that a fast run costs no
//! more than a slow one.

use std::collections::BTreeMap;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, InputEvent, KeyboardEvent};
use yew::TargetCast;
use yew::prelude::{Callback, Html, Properties, UseStateHandle, UseStateSetter, component, html};
use yew::{use_mut_ref, use_node_ref, use_state, use_state_eq};

use crate::playground::Input;
use crate::playground::view::{Sentence, Topic};
use crate::ui::browser::page;
use crate::ui::format::sentences::found;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::marked_text::text_with_marks;
use crate::ui::widgets::size::use_size;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    /// Grows when there are new sentences to show.
    pub feed: u64,
}

const SHOWN: usize = 160;

/// The least height of a row, in pixels.
const ROW: usize = 24;

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
    let search = use_state_eq(String::new);
    let wanted = |sentence: &Sentence| {
        (*details || !sentence.detail)
            && !left_out.contains(&sentence.topic)
            && (search.is_empty() || !found(&sentence.text, &search).is_empty())
    };
    let list = use_node_ref();
    let (height, is_read) = (use_state_eq(|| (0, 0)), use_state_eq(|| false));
    use_size(&list, height.setter());
    let on_read = {
        let (list, is_read) = (list.clone(), is_read.setter());
        Callback::from(move |()| {
            is_read.set(list.cast::<Element>().is_some_and(|list| reads(&list)))
        })
    };
    let playground = props.session.look();
    let is_glanced_at = playground.is_playing() && !*is_read && search.is_empty();
    // No height is negative.
    let seen = usize::try_from(height.1).unwrap_or_default() / ROW + 2;
    let shown = if is_glanced_at { seen.min(SHOWN) } else { SHOWN };
    let newest: Vec<Sentence> = playground.sentences(0).rev().filter(wanted).take(shown).collect();
    let slots = use_mut_ref(Slots::default);
    let slots = slots.borrow_mut().of(&newest);
    let result = result_words(&search, newest.len());
    html! {
        <div class="events">
            { search_field(search.setter(), result) }
            { filter(&left_out, &details) }
            // The list is not a live region: the announcer says what matters.
            <div class="event-list" ref={list} role="log" aria-live="off" aria-label="Events, newest first" tabindex="0" onkeydown={walk}
                onscroll={on_read.reform(|_| ())} onfocusin={on_read.reform(|_| ())} onfocusout={on_read.reform(|_| ())}
                title="Arrow keys walk along the events, Enter goes to one">
                if newest.is_empty() {
                    <p class="quiet">{ if search.is_empty() { "Nothing has happened yet." } else { "No event says that." } }</p>
                } else {
                    <ol role="list">{ for newest.iter().zip(slots).map(|(sentence, slot)| row(&props.session, (slot, sentence), &search)) }</ol>
                }
            </div>
        </div>
    }
}

fn search_field(search: UseStateSetter<String>, result: Option<String>) -> Html {
    let on_search = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            search.set(input.value().trim().to_ascii_lowercase());
        }
    });
    html! {
        <div class="event-search">
            <input type="search" id="event-search" aria-label="Search the events" placeholder="Search, as in: n3 votes" oninput={on_search}
                autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="search" />
            <span class="quiet" role="status">{ result }</span>
        </div>
    }
}

/// Which topics are shown, and whether details are.
fn filter(left_out: &UseStateHandle<Vec<Topic>>, details: &UseStateHandle<bool>) -> Html {
    let on_details = {
        let details = details.clone();
        Callback::from(move |_: yew::Event| details.set(!*details))
    };
    html! {
        <details class="event-filter">
            <summary>{ filter_words(left_out, **details) }</summary>
            <fieldset class="choices">
                <legend class="hidden">{ "Show" }</legend>
                { for TOPICS.iter().map(|topic| topic_choice(topic, left_out)) }
                <label class="choice"><input type="checkbox" checked={**details} onchange={on_details} /><span>{ "Details" }</span></label>
            </fieldset>
        </details>
    }
}

fn topic_choice(
    (topic, id, label): &(Topic, &'static str, &'static str),
    left_out: &UseStateHandle<Vec<Topic>>,
) -> Html {
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
}

/// The elements that hold the sentences. A new sentence gets the element of one that is no longer shown, since that
/// costs less than a new element.
#[derive(Default)]
struct Slots {
    /// By the numbers of the sentences.
    taken: BTreeMap<u64, usize>,
    free: Vec<usize>,
}

impl Slots {
    /// The slots of the sentences that are shown, the newest first.
    fn of(&mut self, shown: &[Sentence]) -> Vec<usize> {
        let Self { taken, free } = self;
        taken.retain(|id, slot| {
            let stays = shown.binary_search_by(|sentence| id.cmp(&sentence.id)).is_ok();
            if !stays {
                free.push(*slot);
            }
            stays
        });
        let mut slot = |sentence: &Sentence| {
            // Where none is free, all from the first on are taken.
            let next = taken.len();
            *taken.entry(sentence.id).or_insert_with(|| free.pop().unwrap_or(next))
        };
        shown.iter().map(&mut slot).collect()
    }
}

/// Whether the user has scrolled the list or has the focus in it.
fn reads(list: &Element) -> bool {
    list.scroll_top() > 0 || list.matches(":focus-within").unwrap_or(false)
}

fn filter_words(left_out: &[Topic], details: bool) -> String {
    let topics = match left_out.len() {
        0 => "All topics".to_string(),
        count => format!("{} of {} topics", TOPICS.len() - count, TOPICS.len()),
    };
    format!("{topics}, {}", if details { "with details" } else { "without details" })
}

/// How many were found; nothing where nothing is sought.
fn result_words(search: &str, count: usize) -> Option<String> {
    let most = if count == SHOWN { "at least " } else { "" };
    (!search.is_empty()).then(|| format!("{most}{count} found"))
}

fn row(session: &Session, (slot, sentence): (usize, &Sentence), search: &str) -> Html {
    let topic = TOPICS.iter().find(|(topic, ..)| *topic == sentence.topic).map(|(_, id, _)| *id);
    let at = sentence.at;
    let onclick = {
        let session = session.clone();
        Callback::from(move |_| {
            // The rows are others afterwards; the list stays, and keeps the focus.
            page::focus(".event-list");
            go_to(&session, Input::Seek(at));
        })
    };
    let name = format!("Go to {at}");
    let marks = if search.is_empty() { Vec::new() } else { found(&sentence.text, search) };
    html! {
        <li key={slot} class="event" data-topic={topic} data-detail={sentence.detail.then_some("true")}>
            <button type="button" class="event-at" tabindex="-1" aria-label={name.clone()} title={name} {onclick}>{ at.to_string() }</button>
            <span class="event-text">{ text_with_marks(&sentence.text, &marks) }</span>
        </li>
    }
}

/// Up and down along the times.
fn walk(event: KeyboardEvent) {
    let target = event.target_dyn_into::<Element>();
    let row = target.as_ref().and_then(|target| target.closest("li").ok().flatten());
    let list = target.as_ref().and_then(|target| target.closest(".event-list").ok().flatten());
    let first = || list.as_ref()?.query_selector("li").ok().flatten();
    let last = || list.as_ref()?.query_selector("li:last-child").ok().flatten();
    let next = match (event.key().as_str(), &row) {
        ("ArrowDown", Some(row)) => row.next_element_sibling(),
        ("ArrowUp", Some(row)) => row.previous_element_sibling(),
        ("ArrowDown", None) | ("Home", _) => first(),
        ("End", _) => last(),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let time = next.and_then(|row| row.query_selector("button").ok().flatten());
    if let Some(time) = time.and_then(|time| time.dyn_into::<HtmlElement>().ok()) {
        // A row that has just gone keeps the focus where it is.
        let _ = time.focus();
    }
}
