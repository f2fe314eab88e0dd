//! The form that sends a request, and the ways of the latest ones.
//!
//! What is wrong with a field is said beside it, in the words of the store's own limits; nothing is
//! sent then.

use web_sys::{HtmlInputElement, HtmlSelectElement, InputEvent, SubmitEvent};
use yew::TargetCast;
use yew::prelude::{AttrValue, Callback, Html, Properties, UseStateHandle, component, html};
use yew::use_state;

use crate::playground::view::{NodeNumber, RequestTraceView};
use crate::playground::{
    Action, ClientId, Command, Consistency, Key, LimitError, NodeId, Operation, Value,
};
use crate::ui::format::sentences::sentence;
use crate::ui::state::session::Session;
use crate::ui::widgets::request_trace::RequestTrace;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub nodes: Vec<NodeNumber>,
    pub request_traces: Vec<RequestTraceView>,
    pub is_open: bool,
}

/// What stands in the form.
#[derive(Clone, PartialEq, Eq)]
struct Draft {
    key: String,
    value: String,
    expected: String,
    client: ClientId,
    via: Option<NodeNumber>,
    consistency: Consistency,
    /// Whether "Expected" is shown.
    comparing: bool,
    problem: Option<(Field, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Key,
    Value,
    Expected,
    Form,
}

#[derive(Clone, Copy)]
enum Verb {
    Set,
    Get,
    Delete,
    Cas,
}

const SHOWN: usize = 2;

#[component]
pub fn Request(props: &Props) -> Html {
    let draft = use_state(|| Draft {
        key: "color".to_string(),
        value: "green".to_string(),
        expected: String::new(),
        client: ClientId::YOU,
        via: None,
        consistency: Consistency::default(),
        comparing: false,
        problem: None,
    });
    let on_submit = {
        let send = send(props, &draft, Verb::Set);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send.emit(());
        })
    };
    let on_compare = if draft.comparing {
        send(props, &draft, Verb::Cas)
    } else {
        let draft = draft.clone();
        Callback::from(move |()| draft.set(Draft { comparing: true, ..(*draft).clone() }))
    };
    let problem =
        |field| draft.problem.as_ref().filter(|(of, _)| *of == field).map(|(_, text)| text.clone());
    let key = change(&draft, |draft, text| draft.key = text);
    let value = change(&draft, |draft, text| draft.value = text);
    let expected = change(&draft, |draft, text| draft.expected = text);
    html! {
        <section class="panel request" id="sheet-request" aria-label="Request" data-open={props.is_open.to_string()}>
            <h2>{ "Request" }</h2>
            <form onsubmit={on_submit} novalidate=true>
                { field("key", "Key", &draft.key, key, problem(Field::Key)) }
                { field("value", "Value", &draft.value, value, problem(Field::Value)) }
                if draft.comparing {
                    { field("expected", "Expected", &draft.expected, expected, problem(Field::Expected)) }
                }
                <div class="request-choices">
                    { client_choice(&draft) }
                    { node_choice(props, &draft) }
                    { read_choice(&draft) }
                </div>
                <div class="row request-verbs">
                    <button type="submit" class="button primary">{ "Set" }</button>
                    <button type="button" class="button" onclick={send(props, &draft, Verb::Get).reform(|_| ())}>{ "Get" }</button>
                    <button type="button" class="button" onclick={send(props, &draft, Verb::Delete).reform(|_| ())}>{ "Delete" }</button>
                    <button type="button" class="button" onclick={on_compare.reform(|_| ())} aria-expanded={draft.comparing.to_string()}
                        aria-label={if draft.comparing { "Compare and set" } else { "Compare and set…" }}
                        title="Sets the value only if the key has the expected one">
                        <span>{ "Compare" }<span class="verb-rest">{ " and set" }</span>{ if draft.comparing { "" } else { "…" } }</span>
                    </button>
                </div>
                <p class="problem" role="alert">{ problem(Field::Form) }</p>
            </form>
            <div class="journeys">
                { for props.request_traces.iter().take(SHOWN).map(|request_trace| html! { <RequestTrace key={request_trace.id} request_trace={request_trace.clone()} /> }) }
                if props.request_traces.is_empty() {
                    <p class="quiet">{ "Set a key, and watch its way through the cluster." }</p>
                }
            </div>
        </section>
    }
}

fn change(draft: &UseStateHandle<Draft>, put: fn(&mut Draft, String)) -> Callback<InputEvent> {
    let draft = draft.clone();
    Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            let mut next = (*draft).clone();
            put(&mut next, input.value());
            next.problem = None;
            draft.set(next);
        }
    })
}

fn field(
    id: &'static str,
    label: &'static str,
    value: &str,
    oninput: Callback<InputEvent>,
    problem: Option<String>,
) -> Html {
    let error = format!("{id}-problem");
    html! {
        <div class="field" data-field={id}>
            <label for={id}>{ label }</label>
            <input type="text" {id} value={value.to_string()} {oninput} autocomplete="off" autocapitalize="off" spellcheck="false"
                aria-invalid={problem.is_some().to_string()} aria-describedby={error.clone()} />
            <p class="problem" id={error} role="alert">{ problem }</p>
        </div>
    }
}

/// So many named clients are offered; the console knows more.
const NAMED: u32 = 5;

fn client_choice(draft: &UseStateHandle<Draft>) -> Html {
    let all = || std::iter::once(ClientId::YOU).chain((1..=NAMED).filter_map(ClientId::named));
    let onchange = {
        let draft = draft.clone();
        Callback::from(move |event: yew::Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                let chosen = all().find(|client| client.to_string() == select.value());
                let client = chosen.unwrap_or(ClientId::YOU);
                draft.set(Draft { client, ..(*draft).clone() });
            }
        })
    };
    let option = |client: ClientId| {
        let name = client.to_string();
        html! { <option key={name.clone()} value={name.clone()} selected={draft.client == client}>{ name }</option> }
    };
    html! {
        <div class="field" data-field="client">
            <label for="client">{ "As" }</label>
            <select id="client" {onchange} title="Whose request it is: each client has a session of its own">
                { for all().map(option) }
            </select>
        </div>
    }
}

fn node_choice(props: &Props, draft: &UseStateHandle<Draft>) -> Html {
    let onchange = {
        let draft = draft.clone();
        Callback::from(move |event: yew::Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                draft.set(Draft { via: select.value().parse().ok(), ..(*draft).clone() });
            }
        })
    };
    let option = |node: &NodeNumber| {
        html! { <option key={*node} value={node.to_string()} selected={draft.via == Some(*node)}>{ format!("n{node}") }</option> }
    };
    html! {
        <div class="field" data-field="node">
            <label for="node">{ "Node" }</label>
            <select id="node" {onchange} title="The node that is asked first: one that does not lead names the leader">
                <option key="any" value="" selected={draft.via.is_none()}>{ "any node" }</option>
                { for props.nodes.iter().map(option) }
            </select>
        </div>
    }
}

fn read_choice(draft: &UseStateHandle<Draft>) -> Html {
    let onchange = {
        let draft = draft.clone();
        Callback::from(move |event: yew::Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                let named = Consistency::ALL.into_iter().find(|mode| mode.name() == select.value());
                let consistency = named.unwrap_or_default();
                draft.set(Draft { consistency, ..(*draft).clone() });
            }
        })
    };
    let chosen = draft.consistency;
    let option = |mode: Consistency| {
        html! { <option key={mode.name()} value={mode.name()} selected={mode == chosen}>{ mode.name() }</option> }
    };
    html! {
        <div class="field" data-field="read">
            <label for="read">{ "Reads" }</label>
            <select id="read" {onchange} title="How strong a Get is">
                { for Consistency::ALL.into_iter().map(option) }
            </select>
        </div>
    }
}

fn send(props: &Props, draft: &UseStateHandle<Draft>, verb: Verb) -> Callback<()> {
    let (session, draft) = (props.session.clone(), draft.clone());
    Callback::from(move |()| {
        let problem = match operation(&draft, verb) {
            Ok(operation) => {
                let via = draft.via.map(NodeId);
                let sent = session.act(Action::Request { client: draft.client, operation, via });
                sent.err().map(|problem| (Field::Form, problem))
            }
            Err((field, limit)) => {
                let id = AttrValue::from(match field {
                    Field::Value => "#value",
                    Field::Expected => "#expected",
                    Field::Key | Field::Form => "#key",
                });
                crate::ui::browser::page::focus(&id);
                Some((field, sentence(&limit.to_string())))
            }
        };
        draft.set(Draft { problem, ..(*draft).clone() });
    })
}

fn operation(draft: &Draft, verb: Verb) -> Result<Operation, (Field, LimitError)> {
    let key = Key::new(draft.key.as_str()).map_err(|error| (Field::Key, error))?;
    let value = || Value::new(draft.value.as_str()).map_err(|error| (Field::Value, error));
    Ok(match verb {
        Verb::Set => Operation::Write(Command::Set { key, value: value()? }),
        Verb::Delete => Operation::Write(Command::Delete { key }),
        Verb::Get => Operation::Read { key, consistency: draft.consistency },
        Verb::Cas => {
            let old =
                Value::new(draft.expected.as_str()).map_err(|error| (Field::Expected, error))?;
            Operation::Write(Command::Cas { key, old, new: value()? })
        }
    })
}
