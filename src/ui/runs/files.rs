//! Files: the run saved as one, and one opened, by button or by drop.

use gloo_events::{EventListener, EventListenerOptions};
use gloo_file::Blob;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::DragEvent;

use crate::playground::{Archive, Bookmark, Input, MARK, MOST_BYTES};
use crate::ui::browser::download::download;
use crate::ui::format::sentences::sentence;
use crate::ui::runs::autosave::Autosave;
use crate::ui::state::notice::Notice;
use crate::ui::state::session::Session;

/// Offers the whole run as a file.
pub fn save(session: &Session, name: &str) {
    let text = session.look().archive().to_string();
    download(&file_name(name), &text);
}

/// `5 nodes, seed 42` as a file's name.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    format!("kvorum-{}.kvorum", words.join("-"))
}

/// Opens a file: a run that was saved, or a text with a link in it; or runs it, if it is a script.
pub fn open(session: Session, file: web_sys::File) {
    if file.size() > MOST_BYTES as f64 {
        session.tell(Notice::problem("This file is longer than any run."));
        return;
    }
    let blob = Blob::from(web_sys::Blob::from(file));
    let standing = session.standing();
    spawn_local(async move {
        match gloo_file::futures::read_as_text(&blob).await {
            // Something else was opened or begun meanwhile.
            Ok(_) if session.standing() != standing => {}
            Ok(text) => open_text(&session, &text),
            Err(_) => session.tell(Notice::problem("This file can't be read.")),
        }
    });
}

fn open_text(session: &Session, text: &str) {
    let archive = if Archive::is_meant(text) {
        Archive::parse(text).map_err(|why| why.to_string())
    } else if text.contains(MARK) && session.look().mistake_in(text).is_some() {
        let bookmark = Bookmark::parse(text.trim());
        bookmark.map(Archive::from).map_err(|why| why.to_string())
    } else {
        return run_script(session, text);
    };
    match archive {
        // How it ends is told when it does.
        Ok(archive) => drop(session.apply(Input::Open(Box::new(archive)))),
        Err(why) => session.tell(Notice::problem(sentence(&why))),
    }
}

/// Runs a script in the console, which tells what came of each line.
fn run_script(session: &Session, text: &str) {
    if let Err(why) = session.apply(Input::Console(text.to_string())) {
        session.tell(Notice::problem(why));
    }
}

/// Listens for files that are dropped on the page, and for links that are put into its address.
pub fn listen(session: &Session, autosave: Option<Autosave>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let options = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(&window, "dragover", options, |event| {
        if event.dyn_ref::<DragEvent>().is_some_and(has_files) {
            event.prevent_default();
        }
    });
    let dropping = session.clone();
    let drop = EventListener::new_with_options(&window, "drop", options, move |event| {
        let Some(event) = event.dyn_ref::<DragEvent>().filter(|event| has_files(event)) else {
            return;
        };
        event.prevent_default();
        let files = event.data_transfer().and_then(|transfer| transfer.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            open(dropping.clone(), file);
        }
    });
    let linked = EventListener::new(&window, "hashchange", move |_| {
        if let (Some(autosave), Some(link)) = (&autosave, crate::ui::browser::page::link()) {
            autosave.open_link(&link);
        }
    });
    vec![over, drop, linked]
}

fn has_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|transfer| transfer.types());
    types.is_some_and(|types| types.includes(&wasm_bindgen::JsValue::from_str("Files"), 0))
}
