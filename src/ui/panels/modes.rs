//! How much of the page is shown: the choice of a mode, and the drawers that lead from the stage to more.

use yew::prelude::{Callback, Html, Properties, component, html};

use crate::ui::state::screen::Mode;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub mode: Mode,
    pub on_mode: Callback<Mode>,
}

/// The choice of a mode, at the top.
#[component]
pub fn ModeChoice(props: &Props) -> Html {
    let radio = |mode: Mode| {
        let (name, title) = mode.about();
        html! {
            <label key={name} class="mode" {title}>
                <input type="radio" name="mode" checked={mode == props.mode} onchange={props.on_mode.reform(move |_: web_sys::Event| mode)} />
                <span>{ name }</span>
            </label>
        }
    };
    html! {
        <fieldset class="modes"><legend class="hidden">{ "How much is shown" }</legend>{ for Mode::ALL.into_iter().map(radio) }</fieldset>
    }
}

/// The drawers at the sides of the stage. On a phone they stand in a row below it.
#[component]
pub fn Drawers(props: &Props) -> Html {
    let drawer = |mode: Mode, label: &'static str, title: &'static str| {
        let onclick = props.on_mode.reform(move |_: web_sys::MouseEvent| mode);
        // The words have a part of their own: WebKit writes no button from top to bottom.
        html! { <button key={label} type="button" class="drawer" data-to={mode.name()} {title} {onclick}><span>{ label }</span></button> }
    };
    html! {
        <nav class="drawers" aria-label="More of the page">
            { drawer(Mode::Play, "Break things", "Requests, faults and the network (q)") }
            { drawer(Mode::Study, "Explain", "Every event, entry and verdict, and other views of them (q)") }
        </nav>
    }
}
