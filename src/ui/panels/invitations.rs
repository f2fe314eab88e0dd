//! Three things to begin with, each a click away. Each goes once it was done, here or elsewhere on the page.

use yew::prelude::{Callback, Html, Properties, component, html, use_effect_with, use_state_eq};

use crate::playground::view::{NodeNumber, Status, View};
use crate::playground::{Action, Input, NodeId};
use crate::ui::state::notice::Notice;
use crate::ui::state::session::Session;

/// What was done already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub write: bool,
    pub kill: bool,
    pub line: bool,
}

impl Done {
    /// What can be seen to have been done.
    pub fn of(view: &View, nodes: impl Iterator<Item = Status>) -> Self {
        let mut nodes = nodes;
        Self {
            write: !view.request_traces.is_empty(),
            kill: nodes.any(|status| status == Status::Down),
            line: !view.sides.is_empty(),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            write: self.write || other.write,
            kill: self.kill || other.kill,
            line: self.line || other.line,
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub leader: Option<NodeNumber>,
    pub nodes: Vec<NodeNumber>,
    pub done: Done,
    /// Writes a note over the stage.
    pub on_note: Callback<String>,
}

#[component]
pub fn Invitations(props: &Props) -> Html {
    let done = use_state_eq(Done::default);
    let is_explained = use_state_eq(|| false);
    {
        let (known, done) = (*done, done.setter());
        use_effect_with(props.done, move |seen| done.set(known.and(*seen)));
    }
    let Done { write, kill, line } = done.and(props.done);
    let leader = props.leader;
    let is_alone = props.nodes.len() < 2;
    if write && kill && (line || is_alone) {
        return html! { <div hidden=true /> };
    }
    html! {
        <div class="invitations" role="group" aria-label="Try this">
            if !write {
                <button key="write" type="button" class="invitation" onclick={send(props, || Some(Input::Console("set color green".to_string())))}>{ "Write color = green" }</button>
            }
            if !kill {
                <button key="kill" type="button" class="invitation" disabled={leader.is_none()}
                    onclick={send(props, move || leader.map(|leader| Input::Act(Action::Kill(NodeId(leader)))))}>{ "Kill the leader" }</button>
            }
            if !line && !is_alone {
                { draw_a_line(props, &is_explained) }
            }
        </div>
    }
}

/// First says how a line is drawn; then, for whoever can't draw one, cuts off the leader.
fn draw_a_line(props: &Props, is_explained: &yew::UseStateHandle<bool>) -> Html {
    if let Some(leader) = props.leader.filter(|_| **is_explained) {
        let others = props.nodes.iter().copied().filter(|node| *node != leader).map(NodeId);
        let groups = vec![vec![NodeId(leader)], others.collect()];
        let onclick = send(props, move || Some(Input::Act(Action::Partition(groups.clone()))));
        return html! { <button key="cut" type="button" class="invitation" {onclick}>{ format!("Cut off n{leader}") }</button> };
    }
    let onclick = {
        let (is_explained, on_note) = (is_explained.setter(), props.on_note.clone());
        Callback::from(move |_: web_sys::MouseEvent| {
            is_explained.set(true);
            on_note.emit("Drag a line between the cards: the network is cut along it.".to_string());
        })
    };
    html! { <button key="draw" type="button" class="invitation" {onclick}>{ "Draw a line" }</button> }
}

/// Does it, and lets time pass, so that it is seen. Says why if it is refused.
fn send(
    props: &Props,
    input: impl Fn() -> Option<Input> + 'static,
) -> Callback<web_sys::MouseEvent> {
    let session = props.session.clone();
    Callback::from(move |_| {
        if let Some(input) = input()
            && let Err(problem) = session.apply(input).and_then(|()| session.apply(Input::Play))
        {
            session.tell(Notice::problem(problem));
        }
    })
}
