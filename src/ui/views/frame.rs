//! What stands in the middle: the stage, or another view of the same instant.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlSelectElement};
use yew::TargetCast;
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::ui::browser::page;
use crate::ui::state::handles::Handles;
use crate::ui::state::highlight::Highlight;
use crate::ui::state::page::middle::{Note, ViewMode};
use crate::ui::widgets::note::note;

/// The views with a button each, and the others, which a list names: the name of each, and what it shows.
const NAMED: [(ViewMode, &str, &str); 3] = [
    (ViewMode::Stage, "Stage", "The cluster (v)"),
    (ViewMode::Matrix, "Logs", "All logs, index by index (w)"),
    (ViewMode::Spacetime, "Space-time", "All messages of the last moments (d)"),
];
const OTHERS: [(ViewMode, &str, &str); 5] = [
    (ViewMode::SplitView, "Side by side", "Two branches at the same instant (y)"),
    (
        ViewMode::Clients,
        "Clients",
        "What clients asked, and in which order it could have happened (o)",
    ),
    (ViewMode::Charts, "Charts", "Throughput, latency and elections over time (Shift+c)"),
    (
        ViewMode::Difference,
        "Difference",
        "What differs between two instants or two nodes (Shift+d)",
    ),
    (
        ViewMode::Rules,
        "Rules",
        "The rules and their switches, and the search for a run that breaks without them (x)",
    ),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view_mode: ViewMode,
    pub on_view_mode: Callback<ViewMode>,
}

/// The choice of a view, above the middle.
#[component]
pub fn ViewModes(props: &Props) -> Html {
    let radio = |(of, label, title): &(ViewMode, &'static str, &'static str)| {
        let of = *of;
        html! {
            <label key={*label} class="view-mode" title={*title}>
                <input type="radio" name="view-mode" checked={of == props.view_mode} onchange={props.on_view_mode.reform(move |_: Event| of)} />
                <span>{ *label }</span>
            </label>
        }
    };
    html! {
        <nav class="view-modes" aria-label="Views">
            <fieldset><legend class="hidden">{ "View" }</legend>{ for NAMED.iter().map(radio) }{ others(props) }</fieldset>
        </nav>
    }
}

/// The list of the other views. It names the one that is shown.
fn others(props: &Props) -> Html {
    let shown = OTHERS.iter().find(|(of, ..)| *of == props.view_mode);
    let on_view_mode = props.on_view_mode.clone();
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
        let chosen = OTHERS.iter().find(|(_, name, _)| Some(*name) == chosen.as_deref());
        if let Some((of, ..)) = chosen {
            on_view_mode.emit(*of);
            // A list that has the focus takes the keys of the page.
            page::focus_soon(".stage");
        }
    });
    let option = |(of, name, title): &(ViewMode, &'static str, &'static str)| {
        html! { <option key={*name} value={*name} selected={*of == props.view_mode} title={*title}>{ *name }</option> }
    };
    html! {
        <select class="other-views" aria-label="More views" data-chosen={shown.map(|_| "true")} title={shown.map(|(.., title)| *title)} {onchange}>
            <option key="none" value="" selected={shown.is_none()} hidden={true}>{ "More views" }</option>
            { for OTHERS.iter().map(option) }
        </select>
    }
}

/// A view in the place of the stage, with the note about what was done.
pub fn view(view_mode: ViewMode, handles: &Handles, body: Html, said: &Note) -> Html {
    let pointer = &handles.pointer;
    let on_point = {
        let pointer = pointer.clone();
        Callback::from(move |event: Event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(found) = target.as_ref().and_then(Highlight::of) {
                pointer.point(Some(found));
            }
        })
    };
    let on_leave = {
        let pointer = pointer.clone();
        Callback::from(move |_: yew::MouseEvent| pointer.point(None))
    };
    let mut all = NAMED.iter().chain(&OTHERS);
    let name = all.find(|(of, ..)| *of == view_mode).map_or("", |(_, name, _)| *name);
    html! {
        <main class="stage view" aria-label={name} tabindex="-1" onmouseover={on_point.reform(Event::from)}
            onfocusin={on_point.reform(Event::from)} onmouseleave={on_leave}>
            <h2 class="hidden">{ name }</h2>
            { body }
            { note(&handles.session, said, false) }
        </main>
    }
}
