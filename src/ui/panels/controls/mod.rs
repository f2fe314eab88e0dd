//! The left panel: the cluster's size, its network, its timing, its background clients.
//!
//! Every change is an action like any other. What the cluster refuses is said beside the control that
//! asked for it.

pub mod chaos;
pub mod partition;

use yew::prelude::{Callback, Html, Properties, UseStateSetter, component, html};
use yew::use_state;

use crate::counts::counted;
use crate::playground::view::{NetworkView, NodeNumber};
use crate::playground::{Action, Chance, Consistency, Duration, LinkChange, Timing, Workload};
use crate::ui::panels::controls::chaos::Chaos;
use crate::ui::panels::controls::partition::Partition;
use crate::ui::state::session::Session;
use crate::ui::widgets::settings::{CHANCES, LATENCIES, chance, percent, range, single, span};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub network: NetworkView,
    pub nodes: Vec<NodeNumber>,
    pub leader: Option<NodeNumber>,
    pub sides: Vec<Vec<NodeNumber>>,
    pub is_cut: bool,
    /// Whether anything in the world is broken or slow.
    pub is_broken: bool,
    pub on_messages: Callback<()>,
    pub is_open: bool,
    pub on_new: Callback<()>,
}

/// Milliseconds.
const TIMEOUTS: [u64; 15] =
    [50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1_000, 1_500, 2_000, 3_000];
/// Milliseconds.
const HEARTBEATS: [u64; 12] = [5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500];
const CLIENTS: [u64; 9] = [0, 1, 2, 3, 5, 8, 10, 15, 20];

#[component]
pub fn Controls(props: &Props) -> Html {
    let on_add = {
        let session = props.session.clone();
        move || {
            let next = session.look().next_node();
            session.act(Action::Add(next))
        }
    };
    let add_problem = use_state(|| None::<String>);
    let onclick = {
        let add_problem = add_problem.setter();
        Callback::from(move |_| add_problem.set(on_add().err()))
    };
    html! {
        <aside class="panel controls" id="sheet-controls" aria-label="Controls" data-open={props.is_open.to_string()}>
            <section class="group">
                <h2>{ "Cluster" }</h2>
                <div class="row">
                    <button type="button" class="button" {onclick}>{ "Add node" }</button>
                    <button type="button" class="button" onclick={props.on_new.reform(|_| ())}
                        aria-label="New cluster, from the controls">{ "New…" }</button>
                </div>
                <p class="problem" role="alert">{ (*add_problem).clone() }</p>
            </section>
            <Network session={props.session.clone()} network={props.network} />
            <Partition session={props.session.clone()} nodes={props.nodes.clone()} leader={props.leader} sides={props.sides.clone()}
                is_cut={props.is_cut} />
            <Chaos session={props.session.clone()} level={props.network.chaos} is_broken={props.is_broken}
                on_messages={props.on_messages.clone()} />
            <Pace session={props.session.clone()} network={props.network} />
            <Clients session={props.session.clone()} network={props.network} />
        </aside>
    }
}

#[derive(Properties, PartialEq)]
struct PartProps {
    session: Session,
    network: NetworkView,
}

#[component]
fn Network(props: &PartProps) -> Html {
    let problem = use_state(|| None::<String>);
    let network = &props.network;
    let (shortest, longest) = network.latency;
    let latency = |latency| LinkChange { latency: Some(latency), ..LinkChange::default() };
    let least = act(&props.session, problem.setter(), move |least: Duration| {
        Action::Network(latency((least, least.max(longest))))
    });
    let most = act(&props.session, problem.setter(), move |most: Duration| {
        Action::Network(latency((most.min(shortest), most)))
    });
    let loss = act(&props.session, problem.setter(), |percent| {
        Action::Network(LinkChange { loss: chance(percent), ..LinkChange::default() })
    });
    let duplicate = act(&props.session, problem.setter(), |percent| {
        Action::Network(LinkChange { duplicate: chance(percent), ..LinkChange::default() })
    });
    html! {
        <section class="group">
            <h2>{ "Network" }</h2>
            { range("Latency", network.latency, &LATENCIES, &least, &most) }
            { single("Loss", &CHANCES, percent(network.loss), &format!("{} %", percent(network.loss)), loss) }
            { single("Duplicates", &CHANCES, percent(network.duplicate), &format!("{} %", percent(network.duplicate)), duplicate) }
            <p class="problem" role="alert">{ (*problem).clone() }</p>
        </section>
    }
}

#[component]
fn Pace(props: &PartProps) -> Html {
    let problem = use_state(|| None::<String>);
    let network = &props.network;
    let (shortest, longest) = network.election_timeout;
    let election = |timeouts| Timing { election: Some(timeouts), ..Timing::default() };
    let least = act(&props.session, problem.setter(), move |least: Duration| {
        Action::Timing(election((least, least.max(longest))))
    });
    let most = act(&props.session, problem.setter(), move |most: Duration| {
        Action::Timing(election((most.min(shortest), most)))
    });
    let heartbeat = act(&props.session, problem.setter(), |heartbeat| {
        Action::Timing(Timing { heartbeat: Some(heartbeat), ..Timing::default() })
    });
    let beat = format!("{} ms", network.heartbeat.as_millis());
    html! {
        <section class="group">
            <h2>{ "Timing" }</h2>
            { range("Election timeout", network.election_timeout, &TIMEOUTS, &least, &most) }
            { span("Heartbeat", &HEARTBEATS, network.heartbeat, &beat, &heartbeat) }
            <p class="problem" role="alert">{ (*problem).clone() }</p>
        </section>
    }
}

#[component]
fn Clients(props: &PartProps) -> Html {
    let problem = use_state(|| None::<String>);
    let on_change =
        act(&props.session, problem.setter(), |clients| Action::Clients(workload(clients)));
    let clients = props.network.workload_clients;
    let words = match clients {
        0 => "off".to_string(),
        clients => counted(clients.into(), "client", "clients"),
    };
    html! {
        <section class="group">
            <h2>{ "Clients" }</h2>
            { single("Workload", &CLIENTS, u64::from(clients), &words, on_change) }
            <p class="problem" role="alert">{ (*problem).clone() }</p>
        </section>
    }
}

/// Clients that read and write a few keys, each a few times a second.
fn workload(clients: u64) -> Option<Workload> {
    let clients = u32::try_from(clients).ok().filter(|clients| *clients > 0)?;
    let writes = chance(50).unwrap_or(Chance::NEVER);
    let (every, reads) = (Duration::from_millis(100), Consistency::Linearizable);
    Some(Workload { clients, keys: 5, writes, every, reads })
}

fn act<T: 'static>(
    session: &Session,
    problem: UseStateSetter<Option<String>>,
    make: impl Fn(T) -> Action + 'static,
) -> Callback<T> {
    let session = session.clone();
    Callback::from(move |value| problem.set(session.act(make(value)).err()))
}
