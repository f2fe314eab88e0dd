//! The notices over the page, and the progress of a long job and of a script.
//!
//! When a notice is closed or a job is stopped, the element that had the focus before gets it again.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, MouseEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::use_mut_ref;

use crate::playground::Input;
use crate::playground::view::{JobProgress, ScriptProgress};
use crate::ui::browser::page;
use crate::ui::state::notice::{Notice, Offer};
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub notice: Option<Notice>,
    pub progress: Option<JobProgress>,
    pub script: Option<ScriptProgress>,
    /// Saves the run as a file.
    pub on_save: Callback<()>,
}

#[component]
pub fn Notices(props: &Props) -> Html {
    // The element that had the focus before a notice got it.
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
            <button type="button" class="button" onclick={on_by_time.clone()} title="Repeat the same actions at the same times, even if this version plays them differently">{ "Open it all the same" }</button>
        },
        Some(Offer::Save) => html! {
            <button type="button" class="button" onclick={on_save.clone()}>{ "Save as file" }</button>
        },
        Some(Offer::OpenByTime) | None => html! { <span hidden=true /> },
    };
    let progress = props.progress.map(job).or_else(|| props.script.map(script));
    html! {
        <div class="notices" onfocusin={on_focus}>
            if let Some((words, percent)) = progress {
                <div class="notice progress">
                    <span>{ &words }</span>
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

/// What a job does, and its progress in percent.
fn job(progress: JobProgress) -> (String, u64) {
    let (words, percent) = match progress {
        JobProgress::Travelling(percent) => ("Playing up to that instant", percent),
        JobProgress::Opening(percent) => ("Opening the run", percent),
        JobProgress::Explaining(percent) => ("Looking for what led to it", percent),
        JobProgress::Avoiding(percent) => ("Trying from where it could be avoided", percent),
    };
    (words.to_string(), percent)
}

/// The same of a script.
fn script(ScriptProgress { line, lines }: ScriptProgress) -> (String, u64) {
    let percent = line.saturating_sub(1) * 100 / lines.max(1);
    (format!("Running the script, line {line} of {lines}"), percent as u64)
}

fn is_here(element: &HtmlElement) -> bool {
    element.closest(".notices").is_ok_and(|found: Option<Element>| found.is_some())
}

fn give_up(session: &Session) {
    // The playground never refuses to give up.
    let _ = session.apply(Input::GiveUp);
}

fn open_by_time(session: &Session) {
    session.forget_notice();
    // The opening only begins here. How it ends is told later.
    let _ = session.apply(Input::OpenByTime);
}
