//! The machine under a node: its disk, its clock and its processor, to be changed.

use web_sys::HtmlSelectElement;
use yew::TargetCast;
use yew::prelude::{Callback, Html, html};

use crate::playground::view::NodeView;
use crate::playground::{Action, ClockChange, DiskState, NodeId, Rate};
use crate::ui::format::durations::millis;
use crate::ui::state::notice::Notice;
use crate::ui::state::session::Session;
use crate::ui::widgets::settings::{single, span};

/// Milliseconds.
const FSYNCS: [u64; 12] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];
/// Milliseconds.
const TAKES: [u64; 9] = [0, 1, 2, 5, 10, 20, 50, 100, 200];
/// Per cent of the true rate.
const RATES: [u64; 15] = [50, 70, 80, 90, 95, 98, 99, 100, 101, 102, 105, 110, 120, 150, 200];

/// How slow and how wrong it is, to be changed.
pub fn sliders(session: &Session, node: &NodeView) -> Html {
    let (id, name) = (NodeId(node.id), format!("n{}", node.id));
    let on_fsync = act(session, move |fsync| Some(Action::Disk { node: id, fsync }));
    let on_cpu = act(session, move |takes| Some(Action::Cpu { node: id, takes }));
    let on_rate = act(session, move |percent: u64| {
        let rate = Some(Rate::from_millionths(u32::try_from(percent * 10_000).ok()?)?);
        Some(Action::Clock { node: id, change: ClockChange { rate, ..ClockChange::default() } })
    });
    let rate = u64::from(node.clock_rate / 10_000);
    html! {
        <section class="group" aria-label={format!("Machine of {name}")}>
            { disk_choice(session, node) }
            { span(format!("Disk of {name}: fsync"), &FSYNCS, node.fsync, &millis(node.fsync), &on_fsync) }
            { single(format!("Clock of {name}: rate"), &RATES, rate, &format!("{rate} %"), on_rate) }
            { span(format!("Processor of {name}: takes"), &TAKES, node.cpu, &millis(node.cpu), &on_cpu) }
        </section>
    }
}

/// Does what a slider asks for. The user is told what is refused.
fn act<T: 'static>(session: &Session, make: impl Fn(T) -> Option<Action> + 'static) -> Callback<T> {
    let session = session.clone();
    Callback::from(move |value| {
        if let Some(Err(problem)) = make(value).map(|action| session.act(action)) {
            session.tell(Notice::problem(problem));
        }
    })
}

/// How its disk treats writes, to be changed.
fn disk_choice(session: &Session, node: &NodeView) -> Html {
    let id = NodeId(node.id);
    let onchange = {
        let session = session.clone();
        Callback::from(move |event: yew::Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let chosen = DiskState::ALL.into_iter().find(|state| state.name() == select.value());
            let action = chosen.map(|state| Action::SetDisk { node: id, state });
            if let Some(Err(problem)) = action.map(|action| session.act(action)) {
                session.tell(Notice::problem(problem));
            }
        })
    };
    let option = |state: DiskState| {
        let words = match state {
            DiskState::Good => "ok",
            DiskState::Full => "full: refused, the node stops",
            DiskState::Failing => "failing: an error, the node stops",
            DiskState::Lying => "lies: a crash loses them",
        };
        html! { <option key={state.name()} value={state.name()} selected={node.disk == state}>{ words }</option> }
    };
    html! {
        <div class="field">
            <label for="disk-state">{ format!("Disk of {id}: writes") }</label>
            <select id="disk-state" {onchange}>{ for DiskState::ALL.into_iter().map(option) }</select>
        </div>
    }
}
