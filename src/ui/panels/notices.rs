//! What a person is told though they asked for nothing just now, and how far something is that takes a
//! while.
//!
//! Whoever has read it, or stopped what takes long, goes on from where they came from.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, MouseEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::use_mut_ref;

use crate::playground::Input;
use crate::playground::view::JobProgress;
use crate::ui::browser::page;
use crate::ui::state::notice::{Notice, Offer};
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub notice: Option<Notice>,
    pub progress: Option<JobProgress>,
    /// Saves the run as a file.
    pub on_save: Callback<()>,
}

#[component]
pub fn Notices(props: &Props) -> Html {
    // What had the focus before it came here.
    let came_from = use_mut_ref(|| None::<HtmlElement>);
    let on_focus = {
        let came_from = came_from.clone();
        Callback::from(move |event: FocusEvent| {
            let before = event.related_target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
            if !before.as_ref().is_some_and(is_here) {
                *came_from.borrow_mut() = before;
            }
        })
    };
    let obey = {
        let session = props.session.clone();
        Callback::from(move |does: fn(&Session)| {
            if page::has(".notices :focus") {
                page::give_back(came_from.borrow_mut().take());
            }
            does(&session);
        })
    };
    let on_read = obey.reform(|_: MouseEvent| Session::forget_notice as fn(&Session));
    let on_give_up = obey.reform(|_: MouseEvent| give_up as fn(&Session));
    let on_by_time = obey.reform(|_: MouseEvent| open_by_time as fn(&Session));
    let on_save = props.on_save.reform(|_: MouseEvent| ());
    let offer = |notice: &Notice| match notice.offer {
        Some(Offer::OpenByTime) if props.session.look().can_open_by_time() => html! {
            <button type="button" class="button" onclick={on_by_time.clone()} title="Do the same at the same times, whatever comes of it in this version">{ "Open it all the same" }</button>
        },
        Some(Offer::Save) => html! {
            <button type="button" class="button" onclick={on_save.clone()}>{ "Save as file" }</button>
        },
        Some(Offer::OpenByTime) | None => html! { <span hidden=true /> },
    };
    let progress = props.progress.map(|progress| match progress {
        JobProgress::Travelling(percent) => ("Playing up to that instant", percent),
        JobProgress::Opening(percent) => ("Opening the run", percent),
        JobProgress::Explaining(percent) => ("Looking for what led to it", percent),
        JobProgress::Avoiding(percent) => ("Trying from where it could be avoided", percent),
    });
    html! {
        <div class="notices" onfocusin={on_focus}>
            if let Some((words, percent)) = progress {
                <div class="notice progress">
                    <span>{ words }</span>
                    <progress max="100" value={percent.to_string()} aria-label={words} />
                    <button type="button" class="button" onclick={on_give_up}>{ "Stop" }</button>
                </div>
            }
            <div role="alert">
                if let Some(notice) = &props.notice {
                    <div class="notice" data-tone={if notice.is_problem { "fault" } else { "plain" }}>
                        <span>{ &notice.text }</span>
                        { offer(notice) }
                        <button type="button" class="button" onclick={on_read} aria-label="OK: close this message">{ "OK" }</button>
                    </div>
                }
            </div>
        </div>
    }
}

fn is_here(element: &HtmlElement) -> bool {
    element.closest(".notices").is_ok_and(|found: Option<Element>| found.is_some())
}

fn give_up(session: &Session) {
    // To give up can't be refused.
    let _ = session.apply(Input::GiveUp);
}

fn open_by_time(session: &Session) {
    session.forget_notice();
    // It begins; nothing can be wrong with it yet.
    let _ = session.apply(Input::OpenByTime);
}
