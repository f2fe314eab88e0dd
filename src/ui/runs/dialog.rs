//! The runs that are kept in this browser: open one again, name this one, delete.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, MouseEvent};
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{TargetCast, use_effect_with, use_state};

use crate::playground::formats::entry::Entry;
use crate::ui::runs::autosave::Autosave;
use crate::ui::runs::run_store::{MOST_RUNS, Stored, StoredRun, key_words};
use crate::ui::runs::share::OpenFile;
use crate::ui::state::session::Session;
use crate::ui::widgets::dialog::use_dialog;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub is_open: bool,
    pub session: Session,
    pub autosave: Autosave,
    pub on_close: Callback<()>,
}

#[component]
pub fn Runs(props: &Props) -> Html {
    let dialog = use_dialog(props.is_open);
    // `None` while it is looked up, or where nothing can be kept.
    let runs = use_state(|| None::<Vec<Stored>>);
    let reload = {
        let (autosave, runs) = (props.autosave.clone(), runs.setter());
        Callback::from(move |()| {
            let (autosave, runs) = (autosave.clone(), runs.clone());
            spawn_local(async move { runs.set(autosave.list().await) });
        })
    };
    {
        let reload = reload.clone();
        use_effect_with(props.is_open, move |is_open| {
            if *is_open {
                reload.emit(());
            }
        });
    }
    let current = props.autosave.current();
    let is_current = |kept: &StoredRun| {
        let is_it =
            |entry: &Entry| entry.id == kept.id || entry.replaces.as_ref() == Some(&kept.id);
        current.as_ref().is_some_and(is_it)
    };
    let on_name = {
        let (autosave, reload) = (props.autosave.clone(), reload.clone());
        Callback::from(move |event: yew::Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                autosave.rename(&input.value());
                reload.emit(());
            }
        })
    };
    let is_earlier = |kept: &StoredRun| !is_current(kept) && !kept.is_idle;
    let earlier: Vec<&Stored> = runs
        .iter()
        .flatten()
        .filter(|stored| stored.kept.as_ref().is_none_or(is_earlier))
        .collect();
    let name = current.as_ref().map_or(String::new(), |entry| entry.name.clone());
    html! {
        <dialog class="dialog runs" ref={dialog} onclose={props.on_close.reform(|_: yew::Event| ())} aria-labelledby="runs-title">
            <div class="dialog-head">
                <h2 id="runs-title">{ "Runs kept in this browser" }</h2>
                <button type="button" class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
            </div>
            <label class="field"><span>{ "Name of this run" }</span>
                <input type="text" maxlength="60" value={name} onchange={on_name} />
            </label>
            <h3>{ "Earlier runs" }</h3>
            if earlier.is_empty() {
                <p class="quiet">{ if runs.is_some() { "There is none yet. What you do is saved as you go." } else { "This browser keeps nothing here." } }</p>
            } else {
                <ul role="list" class="run-list">{ for earlier.into_iter().enumerate().map(|numbered| row(props, numbered, &reload)) }</ul>
            }
            <p class="quiet">{ format!("The last {MOST_RUNS} are kept, in this browser only. A file can be kept anywhere.") }</p>
            <div class="row"><OpenFile session={props.session.clone()} on_chosen={props.on_close.clone()} /></div>
        </dialog>
    }
}

fn row(props: &Props, (place, stored): (usize, &Stored), reload: &Callback<()>) -> Html {
    let words = key_words(&stored.key);
    // Two keys may have the same words.
    let key = format!("{place}: {words}");
    let delete = {
        let (autosave, key, reload) = (props.autosave.clone(), stored.key.clone(), reload.clone());
        Callback::from(move |_: MouseEvent| {
            let (autosave, key, reload) = (autosave.clone(), key.clone(), reload.clone());
            spawn_local(async move {
                autosave.delete(&key).await;
                reload.emit(());
            });
        })
    };
    let delete = |name: &str| {
        html! { <button type="button" class="button" onclick={delete} aria-label={format!("Delete {name}")}>{ "Delete" }</button> }
    };
    let Some(kept) = &stored.kept else {
        let why = "This can't be read: it was changed, or kept by another version.";
        return html! {
            <li {key}><div><b>{ format!("Entry {words}") }</b><small>{ why }</small></div>{ delete(&format!("entry {words}")) }</li>
        };
    };
    let open = {
        let (autosave, on_close) = (props.autosave.clone(), props.on_close.clone());
        let (id, line) = (kept.id.clone(), kept.line.clone());
        Callback::from(move |_: MouseEvent| {
            let (autosave, id, line) = (autosave.clone(), id.clone(), line.clone());
            spawn_local(async move {
                autosave.reopen(&id, &line).await;
            });
            on_close.emit(());
        })
    };
    html! {
        <li {key}>
            <div><b>{ &kept.name }</b><small>{ format!("{}: {}", when(kept.saved), kept.about) }</small></div>
            <button type="button" class="button" onclick={open} aria-label={format!("Open {}", kept.name)}>{ "Open" }</button>
            { delete(&kept.name) }
        </li>
    }
}

/// The day and the hour, as people here write them.
fn when(millis: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(millis));
    date.to_locale_string("default", &JsValue::UNDEFINED).into()
}
