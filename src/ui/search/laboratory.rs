//! The laboratory: every rule of the protocol with its switch, and the search for a run that breaks without
//! those that are off.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::{Callback, Html, Properties, UseStateHandle, UseStateSetter, component, html};
use yew::{TargetCast, use_effect_with, use_force_update, use_state};

use crate::counts::{counted, grouped};
use crate::course::Famous;
use crate::playground::RealTime;
use crate::playground::projection::rules::{RuleView, properties};
use crate::playground::search::coordinator::{Stage, Status};
use crate::playground::search::shard::{FaultKind, Find, MOST_NODES, Size, search};
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::search::worker_pool::WorkerPool;
use crate::ui::state::session::Session;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub pool: WorkerPool,
    /// Grows when there is something new.
    pub feed: u64,
    /// Runs when the user wants to see what was found.
    pub on_show: Callback<()>,
    /// Runs when the user opens the famous run of the rule at this place of the table.
    pub on_famous: Callback<usize>,
}

/// What is asked of a search, beside the rules.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    /// The property that is to break; `None` for what falls without the rules that are off.
    property: Option<String>,
    most_nodes: u32,
    faults: Vec<FaultKind>,
    /// The first seed, as it was typed.
    first: String,
    runs: u64,
}

impl Default for Question {
    fn default() -> Self {
        let faults = FaultKind::first();
        Self { property: None, most_nodes: 5, faults, first: "0".to_string(), runs: 20_000 }
    }
}

/// The choice of any property.
const ANY: &str = "any";

#[component]
pub fn Laboratory(props: &Props) -> Html {
    let problem = use_state(|| None::<String>);
    let rules = props.session.look().rules();
    let broken = use_state(|| None::<&'static str>);
    let update = use_force_update();
    use_effect_with(props.pool.clone(), move |pool| {
        pool.on_change(Callback::from(move |()| update.force_update()));
        let pool = pool.clone();
        move || pool.on_change(Callback::noop())
    });
    let status = props.pool.status();
    let on_break = {
        let (pool, broken) = (props.pool.clone(), broken.clone());
        Callback::from(move |rule: RuleView| {
            let is_searched = *broken == Some(rule.name) && pool.status().is_busy();
            broken.set(Some(rule.name));
            if is_searched {
                return pool.stop();
            }
            let question = Question::default();
            let search = search(&[rule], Some(rule.falls), question.most_nodes, question.faults);
            let first = pool.first_seed(&search, 0);
            pool.begin_and_show(&search, first..first.saturating_add(question.runs));
        })
    };
    let breaks = Breaks { rule: *broken, status: status.clone(), on_break };
    let on_switch = {
        let (session, problem) = (props.session.clone(), problem.setter());
        Callback::from(move |(rule, on): (RuleView, bool)| {
            problem.set(session.act(rule.switch(on)).err());
        })
    };
    html! {
        <div class="laboratory" role="group" aria-label="Laboratory" tabindex="-1">
            <Finder pool={props.pool.clone()} {status} switched={Rc::new(switched(&rules))} on_show={props.on_show.clone()} />
            <section class="rules" aria-labelledby="rules-title">
                <h3 id="rules-title">{ "The rules of the protocol" }</h3>
                <p class="quiet">{ "A switch changes all nodes at once, from this instant on. A run with a rule switched is marked as modified, for good." }</p>
                <p class="problem" role="alert">{ (*problem).clone() }</p>
                <ul role="list">{ for rules.into_iter().enumerate().map(|(place, rule)| row(rule, &on_switch, props.on_famous.reform(move |_| place), &breaks)) }</ul>
            </section>
        </div>
    }
}

/// The search that a rule's own button has begun.
struct Breaks {
    /// The rule's name.
    rule: Option<&'static str>,
    status: Status,
    /// Begins the search for a run that breaks without this rule, or stops it.
    on_break: Callback<RuleView>,
}

/// How far the search for a run without one rule is, beside that rule.
fn short_words(status: &Status) -> String {
    let runs = || counted(status.runs, "run", "runs");
    match &status.stage {
        Stage::None => String::new(),
        Stage::Searching => format!("Searching, {} so far…", runs()),
        Stage::Shrinking(seed, _) => format!("Seed {seed} breaks. Making the run small…"),
        Stage::Found(find) => format!("Broken: {}. It plays on the stage.", find.property),
        Stage::Over => format!("Nothing was found in {}.", runs()),
        Stage::Stopped(_) => format!("Stopped after {}.", runs()),
        Stage::Failed(why) => format!("The search could not go on: {why}."),
    }
}

fn switched(rules: &[RuleView]) -> Vec<RuleView> {
    rules.iter().copied().filter(RuleView::is_switched).collect()
}

fn row(
    rule: RuleView,
    on_switch: &Callback<(RuleView, bool)>,
    on_famous: Callback<yew::MouseEvent>,
    breaks: &Breaks,
) -> Html {
    let is_asked = breaks.rule == Some(rule.name);
    let is_searched = is_asked && breaks.status.is_busy();
    let said = if is_asked { short_words(&breaks.status) } else { String::new() };
    let famous = Famous::of(rule.rule());
    let onchange = on_switch.reform(move |event: yew::Event| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        (rule, input.is_some_and(|input| input.checked()))
    });
    let without = if rule.on_by_default { "without it falls" } else { "with it falls" };
    html! {
        <li key={rule.name} class="rule" data-switched={rule.is_switched().to_string()}>
            <label>
                <input type="checkbox" role="switch" aria-label={rule.name} checked={rule.on} {onchange} />
                <b>{ rule.title }</b>
                <span class="rule-state">{ if rule.on { "on" } else { "off" } }</span>
            </label>
            <p>{ rule.guards }</p>
            <p class="quiet"><code>{ rule.name }</code>{ ", " }{ rule.section }{ "; " }{ without }{ " " }<i>{ rule.falls }</i></p>
            <div class="row">
                <button type="button" class="button" onclick={on_famous} title={famous.description()}
                    aria-label={format!("Famous run of {}: {}", rule.name, famous.title())}>{ "Famous run" }</button>
                <span class="quiet">{ famous.title() }</span>
                <button type="button" class="button" onclick={breaks.on_break.reform(move |_: yew::MouseEvent| rule)}
                    aria-label={format!("{} {}", if is_searched { "Stop: the search without" } else { "Break it:" }, rule.name)}
                    title="Searches for a run that breaks without it, and plays that on the stage">{ if is_searched { "Stop" } else { "Break it" } }</button>
                <span class="quiet" role="status">{ said }</span>
            </div>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct FinderProps {
    pool: WorkerPool,
    status: Status,
    /// The rules that are not as Raft wants them.
    switched: Rc<Vec<RuleView>>,
    on_show: Callback<()>,
}

/// The search.
#[component]
fn Finder(props: &FinderProps) -> Html {
    let question = use_state(Question::default);
    let problem = use_state(|| None::<&'static str>);
    let status = &props.status;
    let ask = |change: fn(&mut Question, &str)| {
        let question = question.clone();
        Callback::from(move |event: yew::Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            let input = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
            let mut next = (*question).clone();
            change(&mut next, &select.or(input).unwrap_or_default());
            question.set(next);
        })
    };
    let on_find = on_find(props, &question, problem.setter());
    html! {
        <section class="finder" aria-labelledby="finder-title">
            <h3 id="finder-title">{ "Find me a schedule" }</h3>
            <p>{ aim(&question, &props.switched) }</p>
            <div class="finder-question">
                { property_choice(&question, &ask(|question, value| {
                    question.property = (!value.is_empty()).then(|| value.to_string());
                })) }
                { number_choice("Nodes at most", &(3..=MOST_NODES).map(u64::from).collect::<Vec<_>>(), u64::from(question.most_nodes),
                    &ask(|question, value| question.most_nodes = value.parse().unwrap_or(5))) }
                { number_choice("Runs at most", &[100, 1_000, 20_000, 200_000, 1_000_000], question.runs,
                    &ask(|question, value| question.runs = value.parse().unwrap_or(20_000))) }
                <label class="field"><span>{ "From seed" }</span>
                    <input type="text" inputmode="numeric" maxlength="12" value={question.first.clone()}
                        onchange={ask(|question, value| question.first = value.to_string())} />
                </label>
            </div>
            <p class="problem" role="alert">{ problem.unwrap_or_default() }</p>
            { faults(&question, &ask(|question, value| toggle(&mut question.faults, value))) }
            <div class="row">
                <button type="button" class="button primary" onclick={on_find}>{ if status.is_busy() { "Stop" } else { "Find" } }</button>
                { progress(status) }
            </div>
            { outcome(status, props.on_show.reform({
                let pool = props.pool.clone();
                move |_: yew::MouseEvent| pool.watch()
            })) }
        </section>
    }
}

/// Begins the search, or stops the one that runs.
fn on_find(
    props: &FinderProps,
    question: &UseStateHandle<Question>,
    problem: UseStateSetter<Option<&'static str>>,
) -> Callback<yew::MouseEvent> {
    let (pool, question) = (props.pool.clone(), question.clone());
    let switched = Rc::clone(&props.switched);
    Callback::from(move |_| {
        if pool.status().is_busy() {
            return pool.stop();
        }
        let mut asked = (*question).clone();
        let Ok(first) = asked.first.trim().parse::<u64>() else {
            problem.set(Some("A seed is a whole number, such as 0."));
            return;
        };
        problem.set(None);
        let property = wanted(&asked, &switched);
        let search = search(&switched, property, asked.most_nodes, asked.faults.clone());
        let first = pool.first_seed(&search, first);
        asked.first = first.to_string();
        pool.begin(&search, first..first.saturating_add(asked.runs));
        page::show_soon(".finder-outcome");
        question.set(asked);
    })
}

/// The property that is searched for; `None` for any.
fn wanted<'a>(question: &'a Question, switched: &[RuleView]) -> Option<&'a str> {
    match question.property.as_deref() {
        Some(ANY) => None,
        Some(property) => Some(property),
        // What the only rule that is off guards; with several, whatever falls first.
        None => match switched {
            [rule] => Some(rule.falls),
            _ => None,
        },
    }
}

/// What is searched, in a sentence.
fn aim(question: &Question, switched: &[RuleView]) -> String {
    let rules: Vec<&str> = switched.iter().map(|rule| rule.name).collect();
    let world = match (rules.as_slice(), switched.first()) {
        ([], _) => "With all rules of Raft in force".to_string(),
        ([rule], Some(view)) if !view.on_by_default => format!("With {rule}"),
        _ => format!("Without {}", rules.join(", ")),
    };
    let what = wanted(question, switched).map_or("any property".to_string(), str::to_string);
    format!(
        "{world}: random clusters under random faults, until a run breaks {what}. It is then made as small as it can be, and plays here."
    )
}

fn property_choice(question: &Question, onchange: &Callback<yew::Event>) -> Html {
    let option = |name: &'static str| {
        html! { <option key={name} value={name} selected={question.property.as_deref() == Some(name)}>{ name }</option> }
    };
    html! {
        <label class="field"><span>{ "Property to break" }</span>
            <select {onchange}>
                <option key="falls" value="" selected={question.property.is_none()}>{ "what falls" }</option>
                { for [ANY].into_iter().chain(properties()).map(option) }
            </select>
        </label>
    }
}

fn number_choice(
    name: &'static str,
    choices: &[u64],
    chosen: u64,
    onchange: &Callback<yew::Event>,
) -> Html {
    let option = |number: &u64| {
        html! { <option key={*number} value={number.to_string()} selected={chosen == *number}>{ grouped(*number) }</option> }
    };
    html! {
        <label class="field"><span>{ name }</span><select {onchange}>{ for choices.iter().map(option) }</select></label>
    }
}

fn faults(question: &Question, onchange: &Callback<yew::Event>) -> Html {
    let all = FaultKind::ALL.len();
    let words = match question.faults.len() {
        count if count == all => "Faults: all kinds".to_string(),
        count => format!("Faults: {count} of {all} kinds"),
    };
    let choice = |kind: FaultKind| {
        let checked = question.faults.contains(&kind);
        html! {
            <label key={kind.name()}>
                <input type="checkbox" value={kind.name()} {checked} onchange={onchange.clone()} />
                <b>{ kind.name() }</b>{ " " }<span class="quiet">{ kind.about() }</span>
            </label>
        }
    };
    html! {
        <details class="finder-faults">
            <summary>{ words }</summary>
            <p class="quiet">{ later_words() }</p>
            <div role="group" aria-label="Kinds of faults">{ for FaultKind::ALL.into_iter().map(choice) }</div>
        </details>
    }
}

/// Why some kinds are not ticked at first.
fn later_words() -> String {
    let [first, second, third] = FaultKind::LATER.map(FaultKind::name);
    format!(
        "Three kinds are newer and not ticked at first: {first}, {second} and {third}. Without them, each seed gives the same run as before they were added."
    )
}

fn toggle(faults: &mut Vec<FaultKind>, name: &str) {
    let Some(kind) = FaultKind::named(name) else { return };
    let before = faults.len();
    faults.retain(|other| *other != kind);
    if faults.len() == before {
        faults.push(kind);
    }
}

/// The progress of the search. Screen readers are not told of it, since it changes all the time.
fn progress(status: &Status) -> Html {
    if status.runs == 0 && !status.is_busy() {
        return html! { <span class="finder-progress" /> };
    }
    let a_second = u128::from(status.runs * 1_000).checked_div(status.searched.as_millis());
    let a_second = a_second.and_then(|runs| u64::try_from(runs).ok()).unwrap_or_default();
    let told = |number: u64, one: &str, many: &str| {
        html! { <><b>{ grouped(number) }</b>{ " " }{ if number == 1 { one } else { many } }{ ", " }</> }
    };
    html! {
        <span class="finder-progress" data-busy={status.is_busy().to_string()}>
            { told(status.runs, "run", "runs") }{ told(status.events, "event", "events") }
            { told(a_second, "run a second", "runs a second") }
            { counted(status.workers, "worker", "workers") }{ ", " }{ seconds(status.searched) }
        </span>
    }
}

/// `12.3 s`.
fn seconds(took: RealTime) -> String {
    format!("{}.{} s", grouped(took.as_secs()), took.subsec_millis() / 100)
}

/// The result of the search.
fn outcome(status: &Status, on_watch: Callback<yew::MouseEvent>) -> Html {
    let words = match &status.stage {
        Stage::None => String::new(),
        Stage::Searching => "Searching…".to_string(),
        Stage::Shrinking(seed, None) => format!("Seed {seed} breaks it. Making it small…"),
        Stage::Shrinking(seed, Some(size)) => {
            format!("Seed {seed} breaks it. Making it small: {}…", size_words(size))
        }
        Stage::Found(find) => found_words(find, status),
        Stage::Over => format!(
            "Nothing was found in {}. That is no proof that there is nothing: other seeds, more runs or other faults may find it.",
            counted(status.runs, "run", "runs")
        ),
        Stage::Stopped(None) => {
            format!("Stopped after {}; nothing was found.", counted(status.runs, "run", "runs"))
        }
        Stage::Stopped(Some(seed)) => format!(
            "Stopped while the run of seed {seed}, which breaks it, was made small. Find from seed {seed} begins there again."
        ),
        Stage::Failed(why) => format!("The search could not go on: {why}."),
    };
    let find = match &status.stage {
        Stage::Found(find) => Some(find),
        _ => None,
    };
    html! {
        <div class="finder-outcome">
            <p role="status">{ words }</p>
            if let Some(find) = find {
                <div class="row">
                    <button type="button" class="button" onclick={on_watch}>{ "Watch it" }</button>
                    <a href={format!("#{}", find.link)}>{ "Link to where it breaks" }</a>
                </div>
            }
        </div>
    }
}

fn found_words(find: &Find, status: &Status) -> String {
    let Find { seed, property, at, before, after, .. } = find;
    format!(
        "Seed {seed} breaks {property}, {} after the beginning. Found in {} with {}; in {} made as small as it gets: {}. Find again looks further.",
        clock_text(*at),
        seconds(status.searched),
        size_words(before),
        seconds(status.shrunk),
        size_words(after)
    )
}

fn size_words(Size { nodes, actions, events }: &Size) -> String {
    let nodes = counted(u64::from(*nodes), "node", "nodes");
    let actions = counted(*actions as u64, "action", "actions");
    format!("{nodes}, {actions}, {}", counted(*events, "event", "events"))
}
