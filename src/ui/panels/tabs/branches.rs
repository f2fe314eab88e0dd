//! The branches of the run: the tree in which they left each other, and two of them compared.

use web_sys::HtmlInputElement;
use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{TargetCast, use_state};

use crate::playground::view::{BranchView, ComparisonView, Parting, PartingStep};
use crate::playground::{Duration, Input, Time};
use crate::ui::format::clock::clock_text;
use crate::ui::state::session::Session;
use crate::ui::widgets::difference_table::difference;
use crate::ui::widgets::marked_text::text_with_marks;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub branches: Vec<BranchView>,
    pub comparison: Option<ComparisonView>,
    /// The instant that is shown.
    pub now: Time,
    /// Grows when the branches may have gone further.
    pub feed: u64,
}

#[component]
pub fn Branches(props: &Props) -> Html {
    let problem = use_state(|| None::<String>);
    let apply = {
        let (session, problem) = (props.session.clone(), problem.setter());
        Callback::from(move |input| problem.set(session.apply(input).err()))
    };
    let is_alone = props.branches.len() == 1;
    html! {
        <div class="branches">
            if is_alone {
                <p class="quiet">{ "Go back in time and do something else there, or undo: then another branch begins, and this one is kept." }</p>
            }
            { tree(props, &props.session.look().ends(), None, &apply) }
            <p class="problem" role="alert">{ (*problem).clone() }</p>
            if let Some(comparison) = &props.comparison {
                { compared(props, comparison, &apply) }
            }
        </div>
    }
}

/// The branches that left this one, each with those that left it.
fn tree(props: &Props, ends: &[Time], from: Option<usize>, apply: &Callback<Input>) -> Html {
    let leaves = |(_, branch): &(usize, &BranchView)| branch.left.map(|(from, _)| from) == from;
    let own: Vec<(usize, &BranchView)> = props.branches.iter().enumerate().filter(leaves).collect();
    if own.is_empty() {
        return html! { <span hidden=true /> };
    }
    html! {
        <ul role="list" class="branch-tree" aria-label={if from.is_none() { "Branches" } else { "Branches that left it" }}>
            { for own.into_iter().map(|(place, branch)| branch_row(props, ends, (place, branch), apply)) }
        </ul>
    }
}

fn branch_row(
    props: &Props,
    ends: &[Time],
    (place, branch): (usize, &BranchView),
    apply: &Callback<Input>,
) -> Html {
    let name = &branch.name;
    let on_name = apply.reform(move |event: yew::Event| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        Input::Rename(place, input.map(|input| input.value()).unwrap_or_default())
    });
    let left = branch
        .left
        .map_or("from the beginning".to_string(), |(_, at)| format!("from {}", clock_text(at)));
    let actions = if branch.actions == 1 { "action" } else { "actions" };
    let end = ends.get(place).copied().unwrap_or_default();
    let about = format!("{left} to {}, {} {actions}", clock_text(end), branch.actions);
    let is_compared = props.comparison.as_ref().is_some_and(|comparison| comparison.with == place);
    html! {
        <li key={place}>
            <div class="branch-row" data-current={branch.current.then_some("true")}>
                <input type="text" maxlength="40" aria-label={format!("Name of branch {name}")} value={name.clone()} onchange={on_name} />
                if branch.current {
                    <span class="branch-here">{ "shown" }</span>
                } else {
                    <button type="button" class="button" onclick={apply.reform(move |_| Input::Branch(place))} aria-label={format!("Show branch {name}")}>{ "Show" }</button>
                    <button type="button" class="button" aria-pressed={is_compared.to_string()} aria-label={format!("Compare with branch {name}")}
                        onclick={apply.reform(move |_| Input::Compare((!is_compared).then_some(place)))}>{ "Compare" }</button>
                }
                <small>{ about }</small>
            </div>
            { tree(props, ends, Some(place), apply) }
        </li>
    }
}

fn compared(props: &Props, comparison: &ComparisonView, apply: &Callback<Input>) -> Html {
    let name = |place: Option<usize>| {
        place.and_then(|place| props.branches.get(place)).map_or("", |branch| branch.name.as_str())
    };
    let ours = name(props.branches.iter().position(|branch| branch.current));
    let theirs = name(Some(comparison.with));
    let at = clock_text(comparison.at);
    let title = if comparison.at < props.now {
        format!("Nodes now in {ours}, and at the end of {theirs} ({at})")
    } else {
        format!("Nodes at {at}")
    };
    html! {
        <section class="comparison" aria-label={format!("Branch {ours} and branch {theirs}")}>
            <h3>{ format!("{ours} and {theirs}") }</h3>
            { parting(comparison.parting.as_ref(), ours, theirs, apply) }
            <h3>{ title }</h3>
            {
                match &comparison.nodes {
                    None => html! { <p role="status">{ format!("{theirs} is played up to there…") }</p> },
                    Some(nodes) if nodes.is_empty() => html! { <p>{ "All nodes are the same in both." }</p> },
                    Some(nodes) => html! { <>{ for nodes.iter().map(|node| difference(node, ours, theirs)) }</> },
                }
            }
        </section>
    }
}

fn parting(parting: Option<&Parting>, ours: &str, theirs: &str, apply: &Callback<Input>) -> Html {
    let step = |name: &str, step: &Option<PartingStep>| {
        let words = step.as_ref().map_or("was not played any further".to_string(), |step| {
            let text = step.text.as_deref().unwrap_or("nothing comes of it");
            format!("{}: {text}", clock_text(step.at))
        });
        html! { <div key={name.to_string()}><dt>{ name }</dt><dd>{ text_with_marks(&words, &[]) }</dd></div> }
    };
    match parting {
        None => html! { <p role="status">{ "Looking for the first step that differs…" }</p> },
        Some(Parting::Nowhere) => {
            html! { <p>{ "As far as both were played they are the same." }</p> }
        }
        Some(found @ Parting::At { ours: mine, theirs: other }) => {
            let just_before = found.at().unwrap_or_default() - Duration::from_micros(1);
            html! {
                <>
                    <p>{ "The first step that differs:" }</p>
                    <dl class="parting">{ step(ours, mine) }{ step(theirs, other) }</dl>
                    <button type="button" class="button" onclick={apply.reform(move |_| Input::Seek(just_before))}>{ "Go to just before" }</button>
                </>
            }
        }
    }
}
