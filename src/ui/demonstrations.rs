//! The menu of demonstrations, in the line at the top.

use web_sys::KeyboardEvent;
use yew::prelude::{Callback, Html, Properties, component, html, use_state_eq};

use super::guide::Ask;
use super::page;
use crate::lesson::{DEMONSTRATIONS, Demonstration};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_ask: Callback<Ask>,
}

#[component]
pub fn Demonstrations(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let set = |wanted: bool| {
        let open = open.setter();
        move || open.set(wanted)
    };
    let on_toggle = {
        let set = set(!*open);
        Callback::from(move |_: yew::MouseEvent| set())
    };
    let on_key = {
        let set = set(false);
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                set();
                page::focus("#demonstrations");
            }
        })
    };
    let on_ask = {
        let (set, on_ask) = (set(false), props.on_ask.clone());
        Callback::from(move |ask| {
            set();
            on_ask.emit(ask);
        })
    };
    let close = set(false);
    html! {
        <div class="demonstrations">
            <button type="button" id="demonstrations" class="button" aria-label="Demonstrations" aria-expanded={open.to_string()} onclick={on_toggle}>
                { "Demonstrations ▾" }
            </button>
            if *open {
                <div class="demonstrations-back" onclick={Callback::from(move |_| close())} />
                <div class="menu demonstrations-menu" role="group" aria-label="What to show" onkeydown={on_key}>
                    { for DEMONSTRATIONS.iter().enumerate().map(|(place, demonstration)| item(place, demonstration, &on_ask)) }
                    <button type="button" class="menu-item" aria-label="Take the tour" onclick={on_ask.reform(|_| Ask::Tour)}>
                        { "Take the tour" }<small>{ "What is where on this page." }</small>
                    </button>
                </div>
            }
        </div>
    }
}

fn item(place: usize, demonstration: &Demonstration, on_ask: &Callback<Ask>) -> Html {
    let title = demonstration.title();
    html! {
        <button key={demonstration.name} type="button" class="menu-item" aria-label={title} onclick={on_ask.reform(move |_| Ask::Demonstration(place))}>
            { title }<small>{ demonstration.about() }</small>
        </button>
    }
}
