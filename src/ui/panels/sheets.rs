//! The panels that are sheets on a phone, and the buttons that open them there.

use yew::prelude::{Callback, Html, Properties, component, html};

use crate::ui::state::page::panels::Sheet;

const SHEETS: [(Sheet, &str, &str); 3] = [
    (Sheet::Controls, "controls", "Controls"),
    (Sheet::Request, "request", "Request"),
    (Sheet::Log, "log", "Events"),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The one that is open.
    pub open: Option<Sheet>,
    pub on_sheet: Callback<Sheet>,
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
    html! { <nav class="sheet-buttons" aria-label="Panels">{ for SHEETS.into_iter().map(button) }</nav> }
}
