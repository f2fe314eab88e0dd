//! The line at the top: what the cluster is at this moment, and the page's own buttons.

use yew::prelude::{AttrValue, Callback, Html, Properties, component, html};

use crate::playground::Time;
use crate::playground::view::{Broken, Modified, NodeNumber, Summary};
use crate::ui::browser::page::Theme;
use crate::ui::format::clock::clock_text;
use crate::ui::state::keys::Shortcut;
use crate::ui::widgets::icons;
use crate::ui::widgets::word::word;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub summary: Summary,
    /// How many nodes are on each side of a partition.
    pub sides: Vec<usize>,
    /// How often faults come at random, in parts per million.
    pub chaos: u32,
    /// The end of the branch, if the instant that is shown is before it.
    pub past: Option<Time>,
    pub theme: Theme,
    /// What stands before the buttons.
    pub children: Html,
    pub on_new: Callback<()>,
    pub on_share: Callback<()>,
    /// Where runs are kept.
    pub on_runs: Option<Callback<()>>,
    pub on_theme: Callback<()>,
    pub on_help: Callback<()>,
    /// Runs when a button asks for the same as a key.
    pub on_key: Callback<Shortcut>,
    pub projector: bool,
    /// Whether the page shows the verdicts when they are asked for.
    pub has_verdicts: bool,
}

#[component]
pub fn Header(props: &Props) -> Html {
    let Summary { leader, rivals, term, quorum, members, running, modified, violation } =
        &props.summary;
    html! {
        <header class="top">
            { icons::logo() }
            <h1>{ "Kvorum" }</h1>
            <ul role="list" class="chips" aria-label="The cluster now">
                { leader_chip(*leader, rivals) }
                <li class="chip chip-term">{ word("Term", "term") }{ " " }<b>{ term }</b></li>
                { quorum_chip(*quorum, *running, *members) }
                { modified_chip(modified) }
                { fault_chips(&props.sides, props.chaos) }
                { verdict_chip(violation.as_ref(), props.has_verdicts.then(|| props.on_key.reform(|_| Shortcut::Verdicts))) }
                { past_chip(props.past) }
            </ul>
            <div class="top-buttons">
                { props.children.clone() }
                <button type="button" class="button new-button" onclick={props.on_new.reform(|_| ())}>
                    <span>{ "New" }<span class="long">{ " cluster" }</span>{ "…" }</span>
                </button>
                <button type="button" class="button" onclick={props.on_share.reform(|_| ())} title="A link, a QR code or a file (s)" aria-label="Share…">
                    <span class="short">{ icons::share() }</span><span class="long">{ "Share…" }</span>
                </button>
                if let Some(on_runs) = &props.on_runs {
                    <button type="button" class="button runs-button" onclick={on_runs.reform(|_| ())} title="The runs that are kept in this browser (r)" aria-label="Runs…">
                        <span class="short">{ icons::runs() }</span><span class="long">{ "Runs…" }</span>
                    </button>
                }
                <button type="button" class="button square commands-button" aria-label="Commands…" title="All commands, by typing (: or Ctrl+K)"
                    onclick={props.on_key.reform(|_| Shortcut::Commands)}>{ icons::prompt() }</button>
                <button type="button" class="button square projector-button" aria-label="Projector" title="Large, for a projector (p)"
                    aria-pressed={props.projector.to_string()} onclick={props.on_key.reform(|_| Shortcut::Projector)}>{ icons::projector() }</button>
                { theme_button(props.theme, props.on_theme.reform(|_| ())) }
                <button type="button" class="button square" aria-label="Help" title="Keys and legend (?)"
                    onclick={props.on_help.reform(|_| ())}>{ "?" }</button>
            </div>
        </header>
    }
}

fn quorum_chip(quorum: usize, running: usize, members: usize) -> Html {
    let title = format!("Members that run: {running} of {members}; a majority: {quorum}");
    if running < quorum {
        return html! {
            <li class="chip" data-tone="fault" {title}>{ "No quorum: " }<b>{ running }</b>{ format!(" of {members}") }<span class="long">{ " run" }</span></li>
        };
    }
    html! {
        <li class="chip" {title}><span class="chip-word">{ word("Quorum", "quorum") }{ " " }</span><b>{ quorum }</b>{ format!(" of {members}") }</li>
    }
}

fn leader_chip(leader: Option<NodeNumber>, rivals: &[NodeNumber]) -> Html {
    match leader {
        Some(leader) if !rivals.is_empty() => {
            let mut leaders = [&[leader], rivals].concat();
            leaders.sort_unstable();
            let names: Vec<String> = leaders.iter().map(|node| format!("n{node}")).collect();
            html! {
                <li class="chip" data-tone="fault" title="They lead the same term">{ "Leaders " }<b>{ names.join(", ") }</b></li>
            }
        }
        Some(leader) => html! {
            <li class="chip" data-tone="leader">{ "Leader " }<b>{ format!("n{leader}") }</b></li>
        },
        None => html! { <li class="chip" data-tone="waiting">{ "No leader" }</li> },
    }
}

/// Says that rules of Raft are switched off in this run.
fn modified_chip(modified: &Modified) -> Html {
    let (title, words) = match modified {
        Modified::No => return html! { <li hidden=true /> },
        Modified::Rules(rules) => (
            format!("What is not as Raft wants it: {rules}"),
            html! {
                <>
                    <span class="long">{ "Modified: " }</span>
                    <span class="modified-brief" aria-hidden="true">{ "Modified" }</span>
                    <span class="modified-rules">{ rules }</span>
                </>
            },
        ),
        Modified::Before => (
            "Earlier in this run, rules were switched, or a disk was wiped or lied".to_string(),
            html! { <span>{ "Modified" }<span class="long">{ " before" }</span></span> },
        ),
    };
    html! { <li class="chip" data-tone="fault" data-modified="true" {title}>{ words }</li> }
}

/// What is wrong with the world as a whole.
fn fault_chips(sides: &[usize], chaos: u32) -> Html {
    let counts: Vec<String> = sides.iter().map(usize::to_string).collect();
    html! {
        <>
            <li class="chip" data-tone="fault" hidden={counts.is_empty()} title="How many nodes are on each side of the partition">
                <span class="long">{ "Partition " }</span><span class="short">{ "Split " }</span><b>{ counts.join(" | ") }</b>
            </li>
            <li class="chip" data-tone="fault" hidden={chaos == 0} title="Faults come at random">
                { "Chaos " }<b>{ format!("{} %", chaos / 10_000) }</b>
            </li>
        </>
    }
}

fn past_chip(end: Option<Time>) -> Html {
    match end {
        None => html! { <li hidden=true /> },
        Some(end) => html! {
            <li class="chip" data-tone="past" title="What you do now begins another branch; this one is kept">
                { "The past" }<span class="long">{ ": it goes on to " }<b>{ clock_text(end) }</b></span>
            </li>
        },
    }
}

/// The broken property in few words, so that the header stays one line. The whole sentence is announced, and is in the
/// event log. `on_open` shows the verdicts, where the page has them.
fn verdict_chip(violation: Option<&Broken>, on_open: Option<Callback<yew::MouseEvent>>) -> Html {
    match violation {
        None => html! {
            <li class="chip" data-tone="good" title="All properties, from the five of the Raft paper to linearizability and liveness, judged after every event">
                { "✓ " }<span class="long">{ "all properties hold" }</span><span class="short">{ "holds" }</span>
            </li>
        },
        Some(Broken { what, sentence }) => {
            let words = html! { <>{ "✕ " }<span class="broken-what">{ what.clone() }{ " " }</span>{ "broken" }</> };
            let title = sentence.clone();
            html! {
                <li class="chip-broken">
                    <span class="hidden" role="alert">{ sentence.clone() }</span>
                    if let Some(on_open) = on_open {
                        <button type="button" class="chip" data-tone="fault" {title} onclick={on_open} aria-label={format!("{what} broken: verdicts")}>{ words }</button>
                    } else {
                        <span class="chip" data-tone="fault" {title}>{ words }</span>
                    }
                </li>
            }
        }
    }
}

fn theme_button(theme: Theme, onclick: Callback<yew::MouseEvent>) -> Html {
    let (icon, name) = match theme {
        Theme::Auto => (icons::half(), "Colours: as the system"),
        Theme::Light => (icons::sun(), "Colours: light"),
        Theme::Dark => (icons::moon(), "Colours: dark"),
    };
    let name = AttrValue::from(name);
    html! {
        <button type="button" class="button square theme-button" aria-label={name.clone()} title={name} {onclick}>{ icon }</button>
    }
}
