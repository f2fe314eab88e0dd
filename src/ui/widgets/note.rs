//! The note over the stage or a view: what was done there, and the branch to compare with.

use yew::prelude::{Callback, Html, html};

use crate::playground::Input;
use crate::ui::state::page::middle::Note;
use crate::ui::state::playback::go_to;
use crate::ui::state::session::Session;
use crate::ui::widgets::marked_text::text_with_marks;

/// The note, unless something else is said in its place.
pub fn note(session: &Session, note: &Note, is_hidden: bool) -> Html {
    let compare = note.compare.map(|branch| {
        let session = session.clone();
        let onclick = Callback::from(move |_: web_sys::MouseEvent| {
            go_to(&session, Input::Compare(Some(branch)));
        });
        html! { <button type="button" class="button" {onclick}>{ "Compare" }</button> }
    });
    html! {
        <div class="stage-note" hidden={is_hidden || note.text.is_empty()}>
            <p role="status">{ text_with_marks(&note.text, &[]) }</p>{ compare }
        </div>
    }
}
