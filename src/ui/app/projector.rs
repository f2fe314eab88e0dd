//! The parts of the page that are shown only for a projector, or only in a frame of another page.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent, UrlSearchParams};
use yew::prelude::{Html, html};

use crate::ui::browser::page;
use crate::ui::state::screen::Screen;

/// A link to the whole page, shown where a frame has only a part of it.
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
    html! {
        <nav class="way-out" aria-label="The whole page">
            <a {href} target="_blank" rel="noopener">{ "Open in Kvorum" }</a>
        </nav>
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
                // The browser accepts every length.
                let _ = light.style().set_property(name, &format!("{place}px"));
            }
        }
    }))
}
