//! What of the page is shown, and how large: all of it, what a class sees through a projector, or what
//! the author of another page asked for.
//!
//! The styles do it, by two attributes of the page; nothing here knows what a panel shows.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent, UrlSearchParams};
use yew::prelude::{Html, html};

use super::page;
use crate::playground::view::JourneyView;

/// What can stand in the address, for the dialog that explains it.
pub const QUERY: [(&str, &str); 6] = [
    ("?seed=42", "The same run again, with the same number of nodes"),
    ("&nodes=7", "So many nodes, 1 to 51"),
    ("&speed=50", "Microseconds of the cluster's time in each millisecond"),
    ("&paused", "Stands still at the beginning"),
    ("&projector", "Large, and only what matters"),
    (
        "&embed",
        "For a frame in another page; with =stage,timeline, request, events, controls only what is named",
    ),
];

/// The parts that an author can ask for.
const PARTS: [&str; 5] = ["stage", "timeline", "request", "events", "controls"];

/// How the page is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    pub projector: bool,
    pub spotlight: bool,
    /// The parts that a frame in another page shows, with spaces between them.
    pub embed: Option<String>,
}

impl Screen {
    /// From a query such as `?projector` or `?embed=stage,request`. What makes no sense is as if it was
    /// not there.
    pub fn from_query(query: &str) -> Self {
        let params = UrlSearchParams::new_with_str(query).ok();
        let get = |name: &str| params.as_ref().and_then(|params| params.get(name));
        let is_on = |value: &String| value != "0" && value != "false";
        Self {
            projector: get("projector").filter(is_on).is_some(),
            spotlight: false,
            embed: get("embed").filter(is_on).map(|wanted| parts(&wanted)),
        }
    }

    /// As the address of this page says.
    pub fn here() -> Self {
        Self::from_query(&page::query())
    }
}

/// Those that there are; without any, the stage and the timeline.
fn parts(wanted: &str) -> String {
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    let known: Vec<&str> = PARTS.into_iter().filter(|part| wanted.contains(part)).collect();
    if known.is_empty() { "stage timeline".to_string() } else { known.join(" ") }
}

/// What a class reads below the stage: the last thing that happened, and the request of the moment.
pub fn caption(screen: &Screen, words: &str, journey: Option<&JourneyView>) -> Html {
    if !screen.projector {
        return html! { <div hidden=true /> };
    }
    html! {
        <section class="caption" aria-label="What has just happened">
            <p>{ if words.is_empty() { "Nothing has happened yet." } else { words } }</p>
            if let Some(journey) = journey {
                <super::journey::Journey journey={journey.clone()} />
            }
        </section>
    }
}

/// The whole page, for whoever sees a part of it in a frame.
pub fn way_out(screen: &Screen) -> Html {
    if screen.embed.is_none() {
        return html! { <span hidden=true /> };
    }
    let query = UrlSearchParams::new_with_str(&page::query()).ok();
    let query = query.map(|query| {
        query.delete("embed");
        String::from(query.to_string())
    });
    let link = page::link().unwrap_or_default();
    let href = format!("{}?{}{link}", page::address(), query.unwrap_or_default());
    // The line at the top with the page's name is not shown here.
    html! {
        <header class="way-out">
            <h1 class="hidden">{ "Kvorum" }</h1>
            <a {href} target="_blank" rel="noopener">{ "Open in Kvorum" }</a>
        </header>
    }
}

/// Darkens all but what is around the pointer.
pub fn spotlight(screen: &Screen) -> Html {
    html! { <div class="spotlight" aria-hidden="true" hidden={!screen.spotlight} /> }
}

/// Lets the spotlight follow the pointer, for as long as the listener is kept.
pub fn follow_pointer() -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let home = document.clone();
    Some(EventListener::new(&document, "pointermove", move |event| {
        let light = home.query_selector(".spotlight:not([hidden])").ok().flatten();
        let light = light.and_then(|light| light.dyn_into::<HtmlElement>().ok());
        if let Some((light, event)) = light.zip(event.dyn_ref::<MouseEvent>()) {
            for (name, place) in [("--x", event.client_x()), ("--y", event.client_y())] {
                // The browser takes every length.
                let _ = light.style().set_property(name, &format!("{place}px"));
            }
        }
    }))
}
