//! A slider over a list of round values, or between two of them.
//!
//! The value shown is the cluster's, not the slider's: what the console sets is seen here too, even
//! where it lies between two stops.

use web_sys::{HtmlInputElement, InputEvent};
use yew::TargetCast;
use yew::prelude::{AttrValue, Callback, Html, Properties, component, html};

use crate::ui::geometry::scale::nearest;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The accessible name.
    pub name: AttrValue,
    pub stops: &'static [u64],
    pub value: u64,
    /// What a screen reader says for the value.
    pub words: AttrValue,
    pub on_change: Callback<u64>,
    #[prop_or_default]
    pub id: Option<AttrValue>,
}

#[component]
pub fn Slider(props: &Props) -> Html {
    let last = props.stops.len().saturating_sub(1);
    let position = nearest(props.stops, props.value);
    let oninput = {
        let (stops, on_change) = (props.stops, props.on_change.clone());
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            let position = input.and_then(|input| input.value().parse::<usize>().ok());
            if let Some(value) = position.and_then(|position| stops.get(position)) {
                on_change.emit(*value);
            }
        })
    };
    // The part before the thumb, for the styles.
    let filled = (position * 100).checked_div(last).unwrap_or(0);
    html! {
        <input type="range" class="slider" id={props.id.clone()} aria-label={props.name.clone()} min="0" max={last.to_string()}
            step="1" value={position.to_string()} aria-valuetext={props.words.clone()}
            style={format!("--filled:{filled}%")} {oninput} />
    }
}
