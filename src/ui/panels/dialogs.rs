//! The two dialogs: keys and legend, and a new cluster.

use web_sys::{HtmlCanvasElement, HtmlInputElement, InputEvent, SubmitEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{TargetCast, UseStateHandle, use_effect_with, use_node_ref, use_state, use_state_eq};

use crate::playground::Input;
use crate::ui::browser::page;
use crate::ui::canvas::sample::draw_sample;
use crate::ui::canvas::shapes::KINDS;
use crate::ui::state::ask::Ask;
use crate::ui::state::keys::{KEYS, NODE_KEYS};
use crate::ui::state::session::Session;
use crate::ui::widgets::dialog::use_dialog;

#[derive(Properties, PartialEq)]
pub struct HelpProps {
    pub is_open: bool,
    pub on_close: Callback<()>,
    pub on_ask: Callback<Ask>,
}

#[component]
pub fn Help(props: &HelpProps) -> Html {
    let dialog = use_dialog(props.is_open);
    let on_close = props.on_close.reform(|_: yew::Event| ());
    let on_tour = {
        let (on_close, on_ask) = (props.on_close.clone(), props.on_ask.clone());
        Callback::from(move |_| {
            on_close.emit(());
            on_ask.emit(Ask::Tour);
        })
    };
    let key = |(_, keys, shortcut, what): &(
        &[&str],
        &'static str,
        crate::ui::state::keys::Shortcut,
        &'static str,
    )| {
        html! { <div key={format!("{shortcut:?}")}><dt><kbd>{ *keys }</kbd></dt><dd>{ *what }</dd></div> }
    };
    html! {
        <dialog class="dialog" ref={dialog} onclose={on_close} aria-labelledby="help-title">
            <div class="dialog-head">
                <h2 id="help-title">{ "Keys and legend" }</h2>
                <button type="button" class="button help-tour" onclick={on_tour}>{ "Take the tour" }</button>
                <button type="button" class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
            </div>
            <div class="legend-columns">
                <section class="legend-keys"><h3>{ "Keys" }</h3><dl class="keys">{ for KEYS.iter().map(key) }</dl>
                    <p class="quiet">{ "In a demonstration and in the tour: Enter or PgDn for the next step, PgUp back, Esc to leave." }</p></section>
                <section>
                    <h3>{ "Keys of a card" }</h3>{ pairs("keys", &NODE_KEYS) }
                    <h3>{ "Messages" }</h3><Shapes is_open={props.is_open} />
                </section>
                <section>
                    <h3>{ "Entries of a log" }</h3>{ blocks() }
                    <h3>{ "Timeline" }</h3>{ marks() }
                    <h3>{ "In the address" }</h3>{ pairs("keys", &crate::ui::state::screen::QUERY) }
                </section>
            </div>
        </dialog>
    }
}

/// What is typed, and what it does.
fn pairs(class: &'static str, rows: &[(&'static str, &'static str)]) -> Html {
    let row = |(typed, words): &(&'static str, &'static str)| html! { <div key={*typed}><dt><kbd>{ *typed }</kbd></dt><dd>{ *words }</dd></div> };
    html! { <dl {class}>{ for rows.iter().map(row) }</dl> }
}

fn blocks() -> Html {
    let row = |(safety, words): (&'static str, &'static str)| {
        html! { <div key={safety}><dt><span class="block" data-hue="3" data-safety={safety}>{ "8" }</span></dt><dd>{ words }</dd></div> }
    };
    let rows = [
        ("committed", "Full: committed. It can't be lost any more."),
        ("disk", "Hollow: on this node's disk, not known to be committed."),
        ("memory", "Dashed: in memory only. A crash would lose it."),
    ];
    html! {
        <>
            <dl class="legend">{ for rows.into_iter().map(row) }</dl>
            <p class="quiet">{ "The colour is the term of the entry. The line below marks what is committed." }</p>
        </>
    }
}

fn marks() -> Html {
    let rows = [
        ("▲", "A leader was elected"),
        ("●", "An entry was committed"),
        ("◆", "You were answered"),
        ("✕", "A fault"),
        ("+", "The end of a fault"),
    ];
    let row = |(mark, words): (&'static str, &'static str)| html! { <div key={mark}><dt>{ mark }</dt><dd>{ words }</dd></div> };
    html! { <dl class="legend">{ for rows.into_iter().map(row) }</dl> }
}

#[derive(Properties, PartialEq)]
struct ShapesProps {
    is_open: bool,
}

/// The shapes of messages, drawn by the same code as on the stage.
#[component]
fn Shapes(props: &ShapesProps) -> Html {
    let list = use_node_ref();
    use_effect_with((props.is_open, list.clone()), |(is_open, list)| {
        let list = list.cast::<web_sys::Element>().filter(|_| *is_open);
        let Some(canvases) = list.and_then(|list| list.query_selector_all("canvas").ok()) else {
            return;
        };
        for (number, (shape, _)) in (0..).zip(KINDS) {
            let canvas = canvases.item(number);
            if let Some(canvas) = canvas
                .and_then(|node| wasm_bindgen::JsCast::dyn_into::<HtmlCanvasElement>(node).ok())
            {
                draw_sample(&canvas, shape);
            }
        }
    });
    let row = |(_, words): &(_, &'static str)| {
        html! { <div key={*words}><dt><canvas width="64" height="56" aria-hidden="true" /></dt><dd>{ *words }</dd></div> }
    };
    html! { <dl class="legend" ref={list}>{ for KINDS.iter().map(row) }</dl> }
}

#[derive(Properties, PartialEq)]
pub struct NewProps {
    pub is_open: bool,
    pub session: Session,
    pub on_close: Callback<()>,
    /// After a new cluster has begun.
    pub on_begun: Callback<()>,
}

#[component]
pub fn NewCluster(props: &NewProps) -> Html {
    let dialog = use_dialog(props.is_open);
    // The texts as they were typed, also those that were refused.
    let (nodes, seed) = (use_state_eq(String::new), use_state_eq(String::new));
    let problem = use_state(|| None::<String>);
    {
        let (session, nodes, seed) = (props.session.clone(), nodes.setter(), seed.setter());
        let problem = problem.setter();
        use_effect_with(props.is_open, move |is_open| {
            if *is_open {
                nodes.set(session.view().nodes.len().to_string());
                seed.set(page::draw_seed().to_string());
                problem.set(None);
            }
        });
    }
    let onsubmit = {
        let (props_session, on_close, on_begun) =
            (props.session.clone(), props.on_close.clone(), props.on_begun.clone());
        let (nodes, seed, problem) = (nodes.clone(), seed.clone(), problem.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let result = read(&nodes, &seed)
                .and_then(|(nodes, seed)| props_session.apply(Input::Restart { nodes, seed }));
            if result.is_ok() {
                on_begun.emit(());
                on_close.emit(());
            }
            problem.set(result.err());
        })
    };
    let preset = |count: &'static str| {
        let (is_chosen, nodes) = (nodes.trim() == count, nodes.setter());
        let onclick = Callback::from(move |_| nodes.set(count.to_string()));
        html! {
            <button key={count} type="button" class="button" {onclick} aria-label={format!("{count} nodes")} aria-pressed={is_chosen.to_string()}>{ count }</button>
        }
    };
    html! {
        <dialog class="dialog small" ref={dialog} onclose={props.on_close.reform(|_: yew::Event| ())} aria-labelledby="new-title">
            <form {onsubmit} novalidate=true>
                <div class="dialog-head"><h2 id="new-title">{ "New cluster" }</h2></div>
                <p class="quiet">{ "The one on the stage ends. The same number of nodes and the same seed give the same run again." }</p>
                <div class="field">
                    <label for="new-nodes">{ format!("Nodes, 1 to {}", page::MOST_NODES) }</label>
                    <div class="row">
                        { for ["3", "5", "7"].iter().map(|count| preset(count)) }
                        <input id="new-nodes" type="text" inputmode="numeric" value={(*nodes).clone()} oninput={typed(&nodes)} autocomplete="off" />
                    </div>
                </div>
                <div class="field">
                    <label for="new-seed">{ "Seed" }</label>
                    <input id="new-seed" type="text" inputmode="numeric" value={(*seed).clone()} oninput={typed(&seed)} autocomplete="off" />
                </div>
                <p class="problem" role="alert">{ (*problem).clone() }</p>
                <div class="row dialog-foot">
                    <button type="button" class="button" onclick={props.on_close.reform(|_| ())}>{ "Cancel" }</button>
                    <button type="submit" class="button primary">{ "Begin" }</button>
                </div>
            </form>
        </dialog>
    }
}

/// Keeps what is typed in a field.
fn typed(text: &UseStateHandle<String>) -> Callback<InputEvent> {
    let text = text.setter();
    Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            text.set(input.value());
        }
    })
}

fn read(nodes: &str, seed: &str) -> Result<(u32, u64), String> {
    let nodes = nodes.trim().parse().ok().filter(|nodes| (1..=page::MOST_NODES).contains(nodes));
    let nodes = nodes.ok_or_else(|| {
        format!("The number of nodes must be between 1 and {}.", page::MOST_NODES)
    })?;
    let seed = seed.trim().parse();
    let seed = seed.map_err(|_| format!("The seed must be a whole number up to {}.", u64::MAX))?;
    Ok((nodes, seed))
}
