//! Listens to the keys that are obeyed wherever the focus is.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};
use yew::prelude::Context;

use crate::ui::app::{App, Message};
use crate::ui::browser::page;
use crate::ui::course::guide;
use crate::ui::state::keys::{Focus, shortcut};
use crate::ui::state::page::middle::MiddleMessage;

/// Sends the page what a key asks for, for as long as the listeners are kept.
pub(super) fn listen(ctx: &Context<App>) -> Vec<EventListener> {
    listen_down(ctx).into_iter().chain(listen_up()).collect()
}

/// A browser presses a button when the space bar goes up. Where the space bar plays or pauses, it must not.
fn listen_up() -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let options = EventListenerOptions::enable_prevent_default();
    Some(EventListener::new_with_options(&document, "keyup", options, |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>().filter(|event| event.key() == " ")
        else {
            return;
        };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if !is_dialog_open() && shortcut(" ", focus_of(target.as_ref()), false).is_some() {
            event.prevent_default();
        }
    }))
}

fn listen_down(ctx: &Context<App>) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let link = ctx.link().clone();
    let options = EventListenerOptions::enable_prevent_default();
    Some(EventListener::new_with_options(&document, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        if event.default_prevented() || event.is_composing() || is_dialog_open() {
            return;
        }
        let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(shortcut) = shortcut(&event.key(), focus_of(target.as_ref()), modified) {
            event.prevent_default();
            link.send_message(Message::Key(shortcut));
        } else if let Some(ask) = guide::key(&event.key(), focus_of(target.as_ref()))
            .filter(|_| !modified && page::has(".guide:not([hidden])"))
        {
            event.prevent_default();
            link.send_message(Message::Guide(ask));
        } else if event.key() == "Escape" && !modified {
            // Escape closes what is open on the stage, wherever the focus is.
            link.send_message(Message::Middle(MiddleMessage::Open(None)));
        }
    }))
}

fn is_dialog_open() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| {
        document.query_selector("dialog[open]").is_ok_and(|found| found.is_some())
    })
}

fn focus_of(target: Option<&Element>) -> Focus {
    let Some(target) = target else {
        return Focus::Elsewhere;
    };
    let kind = target.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::type_);
    let is_in_menu = kind.as_deref().is_none_or(|kind| kind == "checkbox")
        && !matches!(target.tag_name().as_str(), "TEXTAREA" | "SELECT")
        && matches!(target.closest(".menu"), Ok(Some(_)));
    match (target.tag_name().as_str(), kind.as_deref()) {
        _ if is_in_menu => Focus::Choice,
        ("INPUT", Some("range" | "radio")) => Focus::Adjustable,
        ("INPUT", Some("checkbox")) => Focus::Choice,
        ("BUTTON" | "SUMMARY" | "A", _) => Focus::Pressable,
        ("INPUT" | "TEXTAREA" | "SELECT", _) => Focus::Text,
        _ => Focus::Elsewhere,
    }
}
