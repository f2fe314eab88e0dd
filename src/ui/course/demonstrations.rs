//! The menu of demonstrations, in the line at the top.

use web_sys::{KeyboardEvent, MouseEvent};
use yew::prelude::{Callback, Html, Properties, component, html, use_state_eq};

use crate::course::DEMONSTRATIONS;
use crate::ui::browser::page;
use crate::ui::state::ask::Ask;

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
        Callback::from(move |_: MouseEvent| set())
    };
    let on_key = {
        let (is_open, set) = (*open, set(false));
        Callback::from(move |event: KeyboardEvent| {
            if is_open && event.key() == "Escape" {
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
        <div class="demonstrations" onkeydown={on_key}>
            <button type="button" id="demonstrations" class="button" aria-label="Demonstrations" aria-expanded={open.to_string()} onclick={on_toggle}>
                { "Demonstrations ▾" }
            </button>
            if *open {
                <div class="demonstrations-back" onclick={Callback::from(move |_| close())} />
                <div class="menu demonstrations-menu" role="group" aria-label="What to show">
                    { for DEMONSTRATIONS.iter().enumerate().map(|(place, demonstration)| {
                        let on_chosen = on_ask.reform(move |_| Ask::Demonstration(place));
                        item(demonstration.name, demonstration.title(), demonstration.about(), on_chosen)
                    }) }
                    { item("tour", "Take the tour", "What is where on this page.", on_ask.reform(|_| Ask::Tour)) }
                </div>
            }
        </div>
    }
}

/// What it is about describes it and is no part of its name.
fn item(
    key: &'static str,
    title: &'static str,
    about: &'static str,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button {key} type="button" class="menu-item" aria-description={about} {onclick}>
            { title }<small aria-hidden="true">{ about }</small>
        </button>
    }
}
