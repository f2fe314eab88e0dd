//! Which nodes stand on which side of a partition, and the buttons that split and mend.

use std::collections::BTreeSet;

use yew::prelude::{Callback, Html, Properties, component, html};
use yew::{use_effect_with, use_state, use_state_eq};

use crate::playground::view::NodeNumber;
use crate::playground::{Action, NodeId};
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub nodes: Vec<NodeNumber>,
    pub leader: Option<NodeNumber>,
    /// Those of the partition that is in force.
    pub sides: Vec<Vec<NodeNumber>>,
    pub is_cut: bool,
}

#[component]
pub fn Partition(props: &Props) -> Html {
    // None until somebody chooses: then the first side that is in force, or the smaller half.
    let chosen = use_state_eq(|| None::<BTreeSet<NodeNumber>>);
    {
        let chosen = chosen.setter();
        use_effect_with(props.sides.clone(), move |_| chosen.set(None));
    }
    let problem = use_state(|| None::<String>);
    let first = || match props.sides.first() {
        Some(side) => side.iter().copied().collect(),
        None => props.nodes.iter().take(props.nodes.len() / 2).copied().collect(),
    };
    let side: BTreeSet<NodeNumber> = (*chosen).clone().unwrap_or_else(first);
    let split = {
        let (session, problem) = (props.session.clone(), problem.setter());
        move |side: &BTreeSet<NodeNumber>, nodes: &[NodeNumber]| {
            problem.set(session.act(Action::Partition(groups(side, nodes))).err());
        }
    };
    let on_split = {
        let (split, side, nodes) = (split.clone(), side.clone(), props.nodes.clone());
        Callback::from(move |_| split(&side, &nodes))
    };
    let on_isolate = {
        let (leader, nodes) = (props.leader, props.nodes.clone());
        Callback::from(move |_| split(&leader.into_iter().collect(), &nodes))
    };
    let on_heal = {
        let (session, problem) = (props.session.clone(), problem.setter());
        Callback::from(move |_| problem.set(session.act(Action::Heal).err()))
    };
    let choices = props.nodes.iter().map(|node| {
        let (node, is_in) = (*node, side.contains(node));
        let (chosen, side) = (chosen.setter(), side.clone());
        let onchange = Callback::from(move |_: yew::Event| {
            let mut side = side.clone();
            if !side.remove(&node) {
                side.insert(node);
            }
            chosen.set(Some(side));
        });
        html! {
            <label key={node} class="choice">
                <input type="checkbox" checked={is_in} {onchange} aria-label={format!("n{node} on side A")} />
                <span>{ format!("n{node}") }</span>
            </label>
        }
    });
    html! {
        <section class="group">
            <h2>{ "Partition" }</h2>
            <fieldset class="choices">
                <legend>{ "Side A; the others are side B" }</legend>
                { for choices }
            </fieldset>
            <div class="row">
                <button type="button" class="button" onclick={on_split}>{ "Partition" }</button>
                <button type="button" class="button" onclick={on_heal} disabled={!props.is_cut}>{ "Heal" }</button>
                <button type="button" class="button" onclick={on_isolate} disabled={props.leader.is_none()}
                    title="Cuts the leader off from all others">{ "Isolate leader" }</button>
            </div>
            <p class="problem" role="alert">{ (*problem).clone() }</p>
        </section>
    }
}

/// Side A and the others. Where one is empty there is one group, which the cluster refuses.
fn groups(side: &BTreeSet<NodeNumber>, nodes: &[NodeNumber]) -> Vec<Vec<NodeId>> {
    let (a, b): (Vec<NodeNumber>, Vec<NodeNumber>) =
        nodes.iter().partition(|node| side.contains(node));
    let named = |group: Vec<NodeNumber>| group.into_iter().map(NodeId).collect::<Vec<_>>();
    [named(a), named(b)].into_iter().filter(|group| !group.is_empty()).collect()
}
