//! Gives the keyboard's focus to the stage, or to the dialog that is open over it, when the element that has it
//! vanishes or is disabled, so that keys go on working. The browser would leave it nowhere, without an event in the
//! case of a removed element.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, FocusEvent, MutationObserver, MutationObserverInit};

use crate::ui::browser::page;

/// The element that had the focus last, until the user has left it for nothing.
type Last = Rc<RefCell<Option<Element>>>;

/// Watches for as long as it is kept.
pub struct FocusGuard {
    observer: MutationObserver,
    _mutated: Closure<dyn FnMut()>,
    _listeners: [EventListener; 2],
}

impl FocusGuard {
    /// Watches the whole document; `None` where there is none.
    pub fn watch() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let last = Last::default();
        let gained = EventListener::new(&document, "focusin", {
            let last = Rc::clone(&last);
            move |event| {
                *last.borrow_mut() = event.target().and_then(|target| target.dyn_into().ok());
            }
        });
        let lost = EventListener::new(&document, "focusout", {
            let last = Rc::clone(&last);
            move |event| {
                let goes_on = event.dyn_ref::<FocusEvent>().and_then(FocusEvent::related_target);
                if goes_on.is_none() {
                    // The element still has the focus while the event is dispatched.
                    let last = Rc::clone(&last);
                    spawn_local(async move { check(&last) });
                }
            }
        });
        let mutated = Closure::<dyn FnMut()>::new(move || check(&last));
        let observer = MutationObserver::new(mutated.as_ref().unchecked_ref()).ok()?;
        let what = MutationObserverInit::new();
        what.set_child_list(true);
        what.set_subtree(true);
        observer.observe_with_options(&document, &what).ok()?;
        Some(Self { observer, _mutated: mutated, _listeners: [gained, lost] })
    }
}

impl Drop for FocusGuard {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Moves the focus to the stage if nothing has it because the last element can't have it any more.
fn check(last: &Last) {
    if page::focused().is_some() {
        return;
    }
    let Some(element) = last.take() else { return };
    if !can_have_focus(&element) && !page::focus_in_dialog() {
        page::focus(".stage");
    }
}

fn can_have_focus(element: &Element) -> bool {
    let is_refused = element.matches(":disabled, [inert], [inert] *").unwrap_or(false);
    element.is_connected()
        && !is_refused
        && element.get_client_rects().length() > 0
        && is_visible(element)
}

/// Whether the styles show it: a sheet that is closed keeps its place and hides what is in it.
fn is_visible(element: &Element) -> bool {
    let style = web_sys::window().and_then(|it| it.get_computed_style(element).ok().flatten());
    style.is_none_or(|it| it.get_property_value("visibility").is_ok_and(|it| it == "visible"))
}
