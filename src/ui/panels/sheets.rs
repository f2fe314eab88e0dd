//! The panels that are sheets on a phone, and the buttons that open them there and lead to the other modes.

use yew::prelude::{Callback, Html, Properties, component, html};

use crate::ui::state::page::panels::Sheet;
use crate::ui::state::screen::Mode;

const CONTROLS: (Sheet, &str, &str) = (Sheet::Controls, "controls", "Controls");
const REQUEST: (Sheet, &str, &str) = (Sheet::Request, "request", "Request");
const LOG: (Sheet, &str, &str) = (Sheet::Log, "log", "Events");

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The one that is open.
    pub open: Option<Sheet>,
    pub on_sheet: Callback<Sheet>,
    pub mode: Mode,
    pub on_mode: Callback<Mode>,
}

#[component]
pub fn SheetButtons(props: &Props) -> Html {
    let button = |(sheet, id, label): (Sheet, &'static str, &'static str)| {
        let is_open = props.open == Some(sheet);
        html! {
            <button key={id} type="button" class="button" aria-expanded={is_open.to_string()} aria-controls={format!("sheet-{id}")}
                onclick={props.on_sheet.reform(move |_| sheet)}>{ label }</button>
        }
    };
    let to = |mode: Mode, label: &'static str| {
        let onclick = props.on_mode.reform(move |_: web_sys::MouseEvent| mode);
        html! { <button key={label} type="button" class="button" title={mode.about().1} {onclick}>{ label }</button> }
    };
    let log = if props.mode == Mode::Study { button(LOG) } else { to(Mode::Study, "Explain") };
    html! {
        <nav class="sheet-buttons" aria-label="Panels">
            { button(CONTROLS) }{ button(REQUEST) }{ log }{ to(Mode::Watch, "Watch") }
        </nav>
    }
}
