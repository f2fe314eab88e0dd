//! The notices over the page, and the progress of a long job and of a script.
//!
//! When a notice is closed or a job is stopped, the element that had the focus before gets it again.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, MouseEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::use_mut_ref;

use crate::playground::view::{JobProgress, ScriptProgress};
use crate::playground::{Input, Time};
use crate::ui::browser::page;
use crate::ui::state::notice::{Notice, Offer};
use crate::ui::state::playback::go_to;
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
    let on_start = obey.reform(|_: MouseEvent| from_the_start as fn(&Session));
    let on_last_action = obey.reform(|_: MouseEvent| at_the_last_action as fn(&Session));
    let offer = |offer: &Offer| {
        let (words, title, onclick) = match offer {
            Offer::OpenByTime if !props.session.look().can_open_by_time() => {
                return html! { <span key="none" hidden=true /> };
            }
            Offer::OpenByTime => (
                "Open it all the same",
                "Repeat the same actions at the same times, even if this version plays them differently",
                &on_by_time,
            ),
            Offer::Save => ("Save as file", "", &on_save),
            Offer::FromTheStart => ("From the start", "Play it from its beginning", &on_start),
            Offer::AtTheLastAction => {
                ("Last action", "Just before the last thing that was done in it", &on_last_action)
            }
        };
        html! { <button key={words} type="button" class="button" onclick={onclick.clone()} {title}>{ words }</button> }
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
                        <div class="notice-offers">{ for notice.offers.iter().map(offer) }</div>
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

fn from_the_start(session: &Session) {
    session.forget_notice();
    go_to(session, Input::Seek(Time::ZERO));
    go_to(session, Input::Play);
}

fn at_the_last_action(session: &Session) {
    session.forget_notice();
    let at = session.look().last_action_at();
    at.into_iter().for_each(|at| go_to(session, Input::Seek(at)));
}
