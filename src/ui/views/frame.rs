//! What stands in the middle: the stage, or another view of the same instant.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event};
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::ui::state::highlight::Highlight;
use crate::ui::state::session::Session;
use crate::ui::state::view_mode::Sight;

const SIGHTS: [(Sight, &str, &str); 8] = [
    (Sight::Stage, "Stage", "The cluster (v)"),
    (Sight::Beside, "Side by side", "Two stories at the same instant (y)"),
    (Sight::Matrix, "Logs", "All logs, index by index (w)"),
    (Sight::Spacetime, "Space-time", "All messages of the last moments (d)"),
    (
        Sight::Clients,
        "Clients",
        "What clients asked, and in which order it could have happened (o)",
    ),
    (Sight::Charts, "Charts", "Throughput, latency and elections over time (Shift+c)"),
    (Sight::Difference, "Difference", "What differs between two instants or two nodes (Shift+d)"),
    (
        Sight::Rules,
        "Rules",
        "The rules and their switches, and the search for a run that breaks without them (x)",
    ),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub sight: Sight,
    pub on_sight: Callback<Sight>,
}

/// The choice of one, for the top of the middle.
#[component]
pub fn Sights(props: &Props) -> Html {
    let radio = |(of, label, title): &(Sight, &'static str, &'static str)| {
        let of = *of;
        html! {
            <label key={*label} class="sight" title={*title}>
                <input type="radio" name="sight" checked={of == props.sight} onchange={props.on_sight.reform(move |_: Event| of)} />
                <span>{ *label }</span>
            </label>
        }
    };
    html! {
        <nav class="sights" aria-label="Views">
            <fieldset><legend class="hidden">{ "View" }</legend>{ for SIGHTS.iter().map(radio) }</fieldset>
        </nav>
    }
}

/// A view in the stage's place, with what there is to say of what was done.
pub fn view(sight: Sight, session: &Session, body: Html, note: &str) -> Html {
    let on_point = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(found) = target.as_ref().and_then(Highlight::of) {
                session.point(Some(found));
            }
        })
    };
    let on_leave = {
        let session = session.clone();
        Callback::from(move |_: yew::MouseEvent| session.point(None))
    };
    let name = SIGHTS.iter().find(|(of, ..)| *of == sight).map_or("", |(_, name, _)| *name);
    html! {
        <main class="stage view" aria-label={name} tabindex="-1" onmouseover={on_point.reform(Event::from)}
            onfocusin={on_point.reform(Event::from)} onmouseleave={on_leave}>
            <h2 class="hidden">{ name }</h2>
            { body }
            <p class="stage-note" role="status">{ note }</p>
        </main>
    }
}
