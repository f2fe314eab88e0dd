//! Sharing the run: its link, the link as a QR code for a class to scan, and the run as a file.

use qrcodegen::{QrCode, QrCodeEcc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::{Callback, Html, NodeRef, Properties, component, html};
use yew::{TargetCast, UseStateSetter, use_effect_with, use_node_ref, use_state};

use crate::counts::counted;
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::runs::files;
use crate::ui::state::session::Session;
use crate::ui::widgets::dialog::use_dialog;

/// A longer link is cut by too many of the programs that it goes through.
const LONGEST_LINK: usize = 16_000;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub is_open: bool,
    pub session: Session,
    /// What the run is called.
    pub name: String,
    pub on_close: Callback<()>,
}

#[component]
pub fn Share(props: &Props) -> Html {
    let dialog = use_dialog(props.is_open);
    let field = use_node_ref();
    let (link, said, shows_code) =
        (use_state(String::new), use_state(String::new), use_state(|| false));
    {
        let (session, link, said) = (props.session.clone(), link.setter(), said.setter());
        let shows_code = shows_code.setter();
        use_effect_with(props.is_open, move |is_open| {
            if *is_open {
                let fragment = session.look().bookmark().to_fragment();
                link.set(format!("{}#{fragment}", page::address()));
                said.set(String::new());
                shows_code.set(false);
            }
        });
    }
    let is_short = link.len() <= LONGEST_LINK;
    let copy = {
        let (field, link, said) = (field.clone(), (*link).clone(), said.setter());
        Callback::from(move |_| copy(link.clone(), field.clone(), said.clone()))
    };
    let save = {
        let (session, name, said) = (props.session.clone(), props.name.clone(), said.setter());
        Callback::from(move |_| {
            files::save(&session, &name);
            said.set(
                "Saved with all its branches. Open it by a button, or drop it on the page."
                    .to_string(),
            );
        })
    };
    let toggle = {
        let shows_code = shows_code.clone();
        Callback::from(move |()| shows_code.set(!*shows_code))
    };
    let modified = props.session.look().recording().modified();
    let (now, events) = (props.session.now(), props.session.look().instant().events);
    html! {
        <dialog class="dialog share" ref={dialog} onclose={props.on_close.reform(|_: yew::Event| ())} aria-labelledby="share-title">
            <div class="dialog-head">
                <h2 id="share-title">{ "Share this run" }</h2>
                <button type="button" class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
            </div>
            <p>{ format!("All that was done in this branch, and this instant: {} of cluster time, after {}. Whoever opens it sees exactly this.", clock_text(now), counted(events, "event", "events")) }</p>
            if !modified.is_empty() {
                <p class="modified"><b>{ "Modified: " }</b>{ format!("{modified}. This is not Raft as it is, and whoever opens it sees that.") }</p>
            }
            <p class="quiet">{ "Digest of the cluster " }<code>{ props.session.look().digest().to_string() }</code></p>
            if is_short {
                <label class="field"><span>{ "Link" }</span>
                    <textarea ref={field} id="link" rows="3" readonly=true spellcheck="false" value={(*link).clone()} onfocus={select_all()} />
                </label>
                <p class="quiet">{ counted(link.len() as u64, "character", "characters") }</p>
            } else {
                <p class="problem">{ format!("The link of this run would have {}, which many programs cut. Save it as a file instead.", counted(link.len() as u64, "character", "characters")) }</p>
            }
            <div class="row">
                if is_short {
                    <button type="button" class="button primary" onclick={copy}>{ "Copy link" }</button>
                    <button type="button" class="button" onclick={toggle.reform(|_| ())}>{ "Show QR code" }</button>
                }
                <button type="button" class="button" onclick={save}>{ "Save as file" }</button>
                <OpenFile session={props.session.clone()} on_chosen={props.on_close.clone()} />
            </div>
            <p role="status" class="share-said">{ (*said).clone() }</p>
            if *shows_code { <Code link={(*link).clone()} on_close={toggle.clone()} /> }
        </dialog>
    }
}

fn select_all() -> Callback<yew::FocusEvent> {
    Callback::from(|event: yew::FocusEvent| {
        if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
            field.select();
        }
    })
}

/// Copies the link. Over plain `http` a page has no clipboard, so an older way is tried too.
fn copy(link: String, field: NodeRef, said: UseStateSetter<String>) {
    spawn_local(async move {
        let is_copied = match clipboard() {
            Some(clipboard) => JsFuture::from(clipboard.write_text(&link)).await.is_ok(),
            None => false,
        };
        let is_copied = is_copied || copy_selected(&field);
        said.set(if is_copied {
            "The link is copied.".to_string()
        } else {
            "This browser does not let the page copy: the link is selected, copy it with Ctrl+C."
                .to_string()
        });
    });
}

/// Missing where the page is no secure context, whatever its type says.
fn clipboard() -> Option<web_sys::Clipboard> {
    let clipboard = web_sys::window()?.navigator().clipboard();
    clipboard.is_truthy().then_some(clipboard)
}

fn copy_selected(field: &NodeRef) -> bool {
    let Some(field) = field.cast::<HtmlTextAreaElement>() else { return false };
    // If the field can't have the focus, nothing is copied, and the user is told so.
    let _ = field.focus();
    field.select();
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.and_then(|document| document.dyn_into::<web_sys::HtmlDocument>().ok());
    document.is_some_and(|document| document.exec_command("copy").unwrap_or(false))
}

#[derive(Properties, PartialEq)]
pub struct OpenProps {
    pub session: Session,
    pub on_chosen: Callback<()>,
}

/// The button that opens a file.
#[component]
pub fn OpenFile(props: &OpenProps) -> Html {
    let onchange = {
        let (session, on_chosen) = (props.session.clone(), props.on_chosen.clone());
        Callback::from(move |event: yew::Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                files::open(session.clone(), file);
                on_chosen.emit(());
            }
            // So that the same file can be chosen again.
            input.set_value("");
        })
    };
    html! {
        <label class="button file-button">{ "Open a file…" }
            <input type="file" class="hidden" accept=".kvorum,.txt,text/plain" {onchange} />
        </label>
    }
}

#[derive(Properties, PartialEq)]
struct CodeProps {
    link: String,
    on_close: Callback<()>,
}

/// The link as a QR code over the whole screen.
#[component]
fn Code(props: &CodeProps) -> Html {
    let dialog = use_dialog(true);
    let onclick = props.on_close.reform(|_| ());
    let code = QrCode::encode_text(&props.link, QrCodeEcc::Low).ok();
    html! {
        <dialog class="code" ref={dialog} onclose={props.on_close.reform(|_: yew::Event| ())} aria-label="QR code of the link">
            <button type="button" class="button" {onclick}>{ "Close" }</button>
            if let Some(code) = code {
                { squares(&code) }
            } else {
                <p>{ "This link is too long for a QR code: copy it, or save the run as a file." }</p>
            }
        </dialog>
    }
}

/// The QR code is dark on light in every theme and has a quiet border: otherwise scanners can't read it.
fn squares(code: &QrCode) -> Html {
    const BORDER: i32 = 4;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + BORDER, y + BORDER));
        }
    }
    let side = size + 2 * BORDER;
    html! {
        <svg viewBox={format!("0 0 {side} {side}")} role="img" aria-label="QR code of the link" shape-rendering="crispEdges">
            <rect width={side.to_string()} height={side.to_string()} fill="#fff" /><path d={path} fill="#000" />
        </svg>
    }
}
