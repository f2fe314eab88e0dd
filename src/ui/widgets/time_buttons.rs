//! Buttons that go to an instant, and that show more or less time.

use yew::prelude::{Callback, Html, html};

use crate::playground::{Input, Time};
use crate::ui::format::clock::clock_text;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;

/// A time that leads to its instant.
pub fn moment(session: &Session, at: Time) -> Html {
    let session = session.clone();
    let onclick = Callback::from(move |_: yew::MouseEvent| go_to(&session, Input::Seek(at)));
    html! { <button type="button" class="moment" title="Go to this instant" {onclick}>{ clock_text(at) }</button> }
}

/// The buttons that show less time or more: `on_zoom` is told `true` for less.
pub fn zoom_buttons(on_zoom: &Callback<bool>) -> Html {
    let button = |(name, sign, closer): (&'static str, &str, bool)| {
        let onclick = on_zoom.reform(move |_: yew::MouseEvent| closer);
        html! { <button key={name} type="button" class="button" aria-label={name} title={name} {onclick}>{ sign }</button> }
    };
    [("Show less time", "+", true), ("Show more time", "−", false)]
        .map(button)
        .into_iter()
        .collect()
}
