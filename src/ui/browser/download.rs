//! A text, offered as a file.

use gloo_file::{Blob, ObjectUrl};
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

/// Lets the browser save a text under this name.
pub fn download(name: &str, text: &str) {
    let blob = Blob::new_with_options(text, Some("text/plain"));
    let url = ObjectUrl::from(blob);
    let document = web_sys::window().and_then(|window| window.document());
    let link = document.and_then(|document| document.create_element("a").ok());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else {
        return;
    };
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser reads it after this turn.
    gloo_timers::callback::Timeout::new(10_000, move || drop(url)).forget();
}
