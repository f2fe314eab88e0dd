//! What a person is told though they asked for nothing just now, and how far something is that takes a
//! while.

use yew::prelude::{Callback, Html, Properties, component, html};

use super::session::{Notice, Session};
use crate::playground::Input;
use crate::playground::view::Progress;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub notice: Option<Notice>,
    pub progress: Option<Progress>,
}

#[component]
pub fn Notices(props: &Props) -> Html {
    let on_read = {
        let session = props.session.clone();
        Callback::from(move |_| session.forget_notice())
    };
    let on_give_up = {
        let session = props.session.clone();
        Callback::from(move |_| {
            // To give up can't be refused.
            let _ = session.apply(Input::GiveUp);
        })
    };
    let on_by_time = {
        let session = props.session.clone();
        Callback::from(move |_| {
            session.forget_notice();
            // It begins; nothing can be wrong with it yet.
            let _ = session.apply(Input::OpenByTime);
        })
    };
    let can_open = props.session.look().can_open_by_time();
    let progress = props.progress.map(|progress| match progress {
        Progress::Travelling(percent) => ("Playing up to that instant", percent),
        Progress::Opening(percent) => ("Opening the run", percent),
        Progress::Explaining(percent) => ("Looking for what led to it", percent),
        Progress::Avoiding(percent) => ("Trying from where it could be avoided", percent),
    });
    html! {
        <div class="notices">
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
                        if can_open {
                            <button type="button" class="button" onclick={on_by_time} title="Do the same at the same times, whatever comes of it in this version">{ "Open it all the same" }</button>
                        }
                        <button type="button" class="button" onclick={on_read} aria-label="OK: close this message">{ "OK" }</button>
                    </div>
                }
            </div>
        </div>
    }
}
