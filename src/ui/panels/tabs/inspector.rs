//! Everything there is to know about one node.

use std::rc::Rc;

use yew::prelude::{Callback, Html, Properties, component, html};

use crate::counts::counted;
use crate::playground::view::{
    EntryView, Explanation, FollowerView, NodeNumber, NodeView, ProgressStateView,
};
use crate::playground::{Question, Time};
use crate::ui::canvas::palette::hue;
use crate::ui::format::durations::span;
use crate::ui::format::words::{role_words, safety_key, safety_words};
use crate::ui::panels::tabs::machine;
use crate::ui::panels::tabs::reason::{Reason, node_of, why};
use crate::ui::state::highlight::Pointer;
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub pointer: Pointer,
    pub nodes: Vec<Rc<NodeView>>,
    pub selected: Option<NodeNumber>,
    pub on_select: Callback<NodeNumber>,
    /// What was asked last, with its answer.
    pub reason: Option<Rc<Explanation>>,
    /// After how many events the instant is that is shown.
    pub events: u64,
}

#[component]
pub fn Inspector(props: &Props) -> Html {
    let chosen =
        props.selected.and_then(|selected| props.nodes.iter().find(|node| node.id == selected));
    let Some(node) = chosen.or_else(|| props.nodes.first()) else {
        return html! { <p class="quiet">{ "There is no node." }</p> };
    };
    let choice = |other: &Rc<NodeView>| {
        let id = other.id;
        html! {
            <label key={id} class="choice">
                <input type="radio" name="inspected" checked={id == node.id} onchange={props.on_select.reform(move |_: yew::Event| id)} />
                <span>{ format!("n{id}") }</span>
            </label>
        }
    };
    html! {
        <div class="inspector">
            <fieldset class="choices"><legend class="hidden">{ "Node to inspect" }</legend>{ for props.nodes.iter().map(choice) }</fieldset>
            <h3>{ format!("n{}", node.id) }</h3>
            { reason(props, node.id) }
            { facts(&props.session, node) }
            { machine::sliders(&props.session, node) }
            { followers(node) }
            { log(&props.session, node) }
            { store(&props.session, node) }
        </div>
    }
}

/// The answer to what was asked of this node last.
fn reason(props: &Props, node: NodeNumber) -> Html {
    match props.reason.as_ref().filter(|reason| node_of(&reason.question) == Some(node)) {
        Some(reason) => html! {
            <Reason session={props.session.clone()} pointer={props.pointer.clone()} explanation={Rc::clone(reason)} events={props.events} />
        },
        None => html! { <div hidden=true /> },
    }
}

/// A fact of which one can ask why it is so.
fn reasoned(session: &Session, question: Question, (name, value, note): Fact, what: &str) -> Html {
    html! {
        <div key={name}><dt>{ name }</dt><dd>{ value }{ why(session, question, what) }<small>{ note }</small></dd></div>
    }
}

type Fact = (&'static str, String, &'static str);

fn fact(name: &'static str, value: String, note: &'static str) -> Html {
    html! { <div key={name}><dt>{ name }</dt><dd>{ value }<small>{ note }</small></dd></div> }
}

fn facts(session: &Session, node: &NodeView) -> Html {
    let id = node.id;
    let nobody = || "nobody".to_string();
    let named = |id: Option<NodeNumber>| id.map_or_else(nobody, |id| format!("n{id}"));
    let unsettled = if node.settled { "" } else { "not on disk yet" };
    let ask = |question, fact, what: String| reasoned(session, question, fact, &what);
    let (role, term) = (role_words(node), node.term.to_string());
    let (vote, commit) = (named(node.voted_for), or_none(node.commit_index));
    let mut facts = vec![
        ask(Question::Role(id), ("Role", role.clone(), ""), format!("{role} on n{id}")),
        ask(
            Question::Term(id),
            ("current_term", term, unsettled),
            format!("term {} on n{id}", node.term),
        ),
        ask(
            Question::Vote(id),
            ("voted_for", vote.clone(), unsettled),
            format!("vote for {vote} on n{id}"),
        ),
        fact("Leader it knows", named(node.leader), ""),
        fact("Log", counted(node.log_len, "entry", "entries"), ""),
        ask(
            Question::Commit(id),
            ("commit_index", commit.clone(), ""),
            format!("commit index {commit} on n{id}"),
        ),
        fact("last_applied", or_none(node.last_applied), ""),
        fact("Store", counted(node.store_len as u64, "key", "keys"), ""),
        fact(
            "Digest",
            node.digest.as_ref().map_or_else(|| "off".to_string(), |digest| format!("#{digest}")),
            "",
        ),
    ];
    facts.extend(rare_facts(node));
    if let Some((votes, needed)) = node.votes {
        facts.insert(1, fact("Votes", format!("{votes} of {needed} needed"), ""));
    }
    if node.waiting > 0 {
        facts.push(fact(
            "Waiting messages",
            node.waiting.to_string(),
            "it will read them when it goes on",
        ));
    }
    html! { <dl class="facts">{ for facts }</dl> }
}

/// What is not always there to tell.
fn rare_facts(node: &NodeView) -> Vec<Html> {
    let mut facts = Vec::new();
    if let Some(blocked) = &node.blocked {
        facts.push(fact("Waits", blocked.to_string(), ""));
    }
    if !node.config.is_empty() {
        facts.push(fact("Configuration", node.config.clone(), ""));
    }
    if node.snapshot > 0 {
        facts.push(fact("Snapshot up to entry", node.snapshot.to_string(), ""));
    }
    if let Some((last, bytes)) = node.incoming {
        facts.push(fact(
            "Receives a snapshot",
            format!("up to {last}: {}", counted(bytes, "byte", "bytes")),
            "",
        ));
    }
    if let Some(end) = node.lease_end {
        facts.push(fact("Lease until", span(end.since(Time::ZERO)), ""));
    }
    if let Some(to) = node.transfer {
        facts.push(fact("Hands over to", format!("n{to}"), "and takes no commands meanwhile"));
    }
    if node.sessions > 0 {
        facts.push(fact("Client sessions", node.sessions.to_string(), ""));
    }
    if !node.clock.is_empty() {
        facts.push(fact("Clock", node.clock.clone(), ""));
    }
    facts
}

fn or_none(index: u64) -> String {
    if index == 0 { "none".to_string() } else { index.to_string() }
}

fn followers(node: &NodeView) -> Html {
    if node.followers.is_empty() {
        return html! { <div hidden=true /> };
    }
    let row = |follower: &FollowerView| {
        let pace = match follower.pace {
            ProgressStateView::Probing => "probing".to_string(),
            ProgressStateView::Streaming => "streaming".to_string(),
            ProgressStateView::Snapshot { bytes } => {
                format!("snapshot, {}", counted(bytes, "byte", "bytes"))
            }
        };
        html! { <tr key={follower.id}><th scope="row">{ format!("n{}", follower.id) }</th><td>{ or_none(follower.match_index) }</td><td>{ follower.next_index }<small>{ pace }</small></td></tr> }
    };
    html! {
        <table>
            <caption>{ "What it knows of the others" }</caption>
            <thead><tr><th scope="col">{ "Node" }</th><th scope="col">{ "match_index" }</th><th scope="col">{ "next_index" }</th></tr></thead>
            <tbody>{ for node.followers.iter().map(row) }</tbody>
        </table>
    }
}

fn log(session: &Session, node: &NodeView) -> Html {
    let id = node.id;
    let row = |entry: &EntryView| {
        html! {
            <tr key={entry.index.to_string()}>
                <th scope="row"><span class="block" data-hue={hue(entry.term)} data-safety={safety_key(entry.safety)}>{ entry.index }</span></th>
                <td>{ entry.term }</td>
                <td><code>{ entry.what.to_string() }</code><small>{ safety_words(entry.safety) }</small>{ why(session, Question::Entry(id, entry.index), &format!("entry {} on n{id}", entry.index)) }</td>
            </tr>
        }
    };
    let left_out = node.log_len.saturating_sub(node.log.len() as u64);
    html! {
        <table>
            <caption>{ if left_out > 0 { format!("Log: the last {} of {} entries", node.log.len(), node.log_len) } else { "Log".to_string() } }</caption>
            <thead><tr><th scope="col">{ "Entry" }</th><th scope="col">{ "Term" }</th><th scope="col">{ "What it does" }</th></tr></thead>
            <tbody>
                // A list of its own: keys count for nothing in a list where others have none.
                { node.log.iter().rev().map(row).collect::<Html>() }
                if node.log.is_empty() {
                    <tr key="none"><td colspan="3">{ "no entries yet" }</td></tr>
                }
            </tbody>
        </table>
    }
}

fn store(session: &Session, node: &NodeView) -> Html {
    let id = node.id;
    let row = |(key, value): &(String, String)| {
        html! { <tr key={key.clone()}><th scope="row"><code>{ key }</code></th><td><code>{ value }</code>{ why(session, Question::Key(id, key.clone()), &format!("key {key} on n{id}")) }</td></tr> }
    };
    let left_out = node.store_len.saturating_sub(node.store.len());
    html! {
        <table>
            <caption>{ if left_out > 0 { format!("Store: the first {} of {} keys", node.store.len(), node.store_len) } else { "Store".to_string() } }</caption>
            <thead><tr><th scope="col">{ "Key" }</th><th scope="col">{ "Value" }</th></tr></thead>
            <tbody>
                { node.store.iter().map(row).collect::<Html>() }
                if node.store.is_empty() {
                    <tr key="none"><td colspan="2">{ "nothing" }</td></tr>
                }
            </tbody>
        </table>
    }
}
