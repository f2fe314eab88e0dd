//! Events, inspector, verdicts, console and branches: five panels of which one is open.

pub mod branches;
pub mod console;
pub mod events;
pub mod inspector;
pub mod machine;
pub mod reason;
pub mod verdicts;

use std::rc::Rc;

use web_sys::KeyboardEvent;
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::playground::Time;
use crate::playground::view::{BranchView, ComparisonView, Explanation, NodeNumber, NodeView};
use crate::ui::browser::page;
use crate::ui::panels::tabs::branches::Branches;
use crate::ui::panels::tabs::console::Console;
use crate::ui::panels::tabs::events::Events;
use crate::ui::panels::tabs::inspector::Inspector;
use crate::ui::panels::tabs::verdicts::Verdicts;
use crate::ui::state::highlight::Pointer;
use crate::ui::state::page::middle::ViewMode;
use crate::ui::state::page::panels::Tab;
use crate::ui::state::session::Session;

const TABS: [(Tab, &str, &str); 5] = [
    (Tab::Events, "events", "Events"),
    (Tab::Inspector, "inspector", "Inspector"),
    (Tab::Verdicts, "verdicts", "Verdicts"),
    (Tab::Console, "console", "Console"),
    (Tab::Branches, "branches", "Branches"),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub pointer: Pointer,
    pub tab: Tab,
    pub on_tab: Callback<Tab>,
    pub nodes: Vec<Rc<NodeView>>,
    pub selected: Option<NodeNumber>,
    pub on_select: Callback<NodeNumber>,
    pub on_view_mode: Callback<ViewMode>,
    /// Grows when there are new sentences to show.
    pub feed: u64,
    /// Grows when the console may have new lines.
    pub lines: u64,
    pub is_open: bool,
    /// What was asked last, with its answer.
    pub reason: Option<Rc<Explanation>>,
    /// After how many events the instant is that is shown, for an answer.
    pub events: u64,
    pub branches: Vec<BranchView>,
    pub comparison: Option<ComparisonView>,
    /// The instant that is shown; it matters to a comparison only.
    pub now: Time,
}

#[component]
pub fn Tabs(props: &Props) -> Html {
    let onkeydown = {
        let (on_tab, tab) = (props.on_tab.clone(), props.tab);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(next) = neighbour(tab, &event.key()) {
                event.prevent_default();
                event.stop_propagation();
                on_tab.emit(next);
                page::focus(&format!("#tab-{}", name(next)));
            }
        })
    };
    let button = |(tab, id, label): &(Tab, &'static str, &'static str)| {
        let (tab, is_open) = (*tab, *tab == props.tab);
        html! {
            <button key={*id} type="button" role="tab" class="tab" id={format!("tab-{id}")} aria-selected={is_open.to_string()}
                aria-controls={is_open.then(|| format!("panel-{id}"))} tabindex={if is_open { "0" } else { "-1" }}
                onclick={props.on_tab.reform(move |_| tab)}>{ *label }</button>
        }
    };
    let body = match props.tab {
        Tab::Events => html! { <Events session={props.session.clone()} feed={props.feed} /> },
        Tab::Inspector => html! {
            <Inspector session={props.session.clone()} pointer={props.pointer.clone()} nodes={props.nodes.clone()} selected={props.selected} on_select={props.on_select.clone()} reason={props.reason.clone()} events={props.events} />
        },
        Tab::Verdicts => {
            html! { <Verdicts session={props.session.clone()} pointer={props.pointer.clone()} feed={props.feed} reason={props.reason.clone()} on_view_mode={props.on_view_mode.clone()} /> }
        }
        Tab::Console => html! { <Console session={props.session.clone()} lines={props.lines} /> },
        Tab::Branches => html! {
            <Branches session={props.session.clone()} branches={props.branches.clone()} comparison={props.comparison.clone()} now={props.now} feed={props.feed} />
        },
    };
    let id = name(props.tab);
    html! {
        <section class="panel tabs" id="sheet-log" aria-label="Events, inspector, verdicts, console and branches" data-open={props.is_open.to_string()}>
            <div class="tab-list" role="tablist" aria-label="Panels" {onkeydown}>{ for TABS.iter().map(button) }</div>
            <div key={id} class="tab-panel" role="tabpanel" id={format!("panel-{id}")} aria-label={format!("{id} panel")}>{ body }</div>
        </section>
    }
}

fn name(tab: Tab) -> &'static str {
    TABS.iter().find(|(of, ..)| *of == tab).map_or("events", |(_, id, _)| id)
}

fn neighbour(tab: Tab, key: &str) -> Option<Tab> {
    let position = TABS.iter().position(|(of, ..)| *of == tab)?;
    let next = match key {
        "ArrowRight" => (position + 1) % TABS.len(),
        "ArrowLeft" => (position + TABS.len() - 1) % TABS.len(),
        "Home" => 0,
        "End" => TABS.len() - 1,
        _ => return None,
    };
    TABS.get(next).map(|(tab, ..)| *tab)
}
