//! The command palette: everything the page can do, found by typing, and any line of the script language.
//!
//! The palette is a dialog with a field and a list, in which one row is always chosen. The app and the console do what
//! the row says.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{
    HtmlDialogElement, HtmlElement, HtmlInputElement, InputEvent, KeyboardEvent, SubmitEvent,
};
use yew::TargetCast;
use yew::prelude::{Callback, Html, NodeRef, Properties, component, html};
use yew::{use_effect_with, use_force_update, use_mut_ref, use_node_ref};

use crate::counts::counted;
use crate::course::{DEMONSTRATIONS, FAMOUS};
use crate::playground::view::{DiskState, NodeView, RoleView, Status};
use crate::playground::{Input, Landmark};
use crate::ui::format::sentences::sentence;
use crate::ui::state::keys::{KEYS, Shortcut};
use crate::ui::state::session::Session;
use crate::ui::widgets::dialog::use_dialog;

#[derive(Clone, Properties, PartialEq)]
pub struct Props {
    pub is_open: bool,
    pub session: Session,
    pub nodes: Vec<Rc<NodeView>>,
    pub on_key: Callback<Shortcut>,
    pub on_close: Callback<()>,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What is read, and what is typed to find it.
    pub words: String,
    /// What stands beside it: its key, or the line that does the same.
    pub hint: String,
    pub does: Does,
}

/// What a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    Key(Shortcut),
    Go(Landmark, bool),
    /// A line of the script language.
    Line(String),
    /// Goes on with the line in the field.
    Complete(String),
}

/// What of a long list is shown.
const MOST: usize = 60;

/// What the field says, and the row that is chosen.
#[derive(Clone, Default)]
struct Draft {
    text: String,
    row: usize,
    problem: Option<String>,
}

/// The draft. It is not a Yew state, since a fast typist is ahead of the rendering.
type Kept = Rc<RefCell<Draft>>;

/// Puts another draft in its place, and renders it.
type Set = Callback<Draft>;

#[component]
pub fn Commands(props: &Props) -> Html {
    let (dialog, field) = (use_dialog(props.is_open), use_node_ref());
    let (draft, render) = (use_mut_ref(Draft::default), use_force_update());
    let set: Set = {
        let draft = Rc::clone(&draft);
        Callback::from(move |new: Draft| {
            draft.replace(new);
            render.force_update();
        })
    };
    use_effect_with(props.is_open, {
        let set = set.clone();
        move |_| set.emit(Draft::default())
    });
    let Draft { text, row, problem } = draft.borrow().clone();
    let rows = if props.is_open { rows(props, &text) } else { Vec::new() };
    let problem = problem.or_else(|| mistake(props, &text).filter(|_| rows.is_empty()));
    let chosen = row.min(rows.len().saturating_sub(1));
    use_effect_with((chosen, text.clone()), |(chosen, _)| show_row(*chosen));
    let choose = choose(props, (&draft, &set), (&dialog, &field));
    let oninput = {
        let set = set.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                set.emit(Draft { text: input.value(), ..Draft::default() });
            }
        })
    };
    let onkeydown = walk(props, &draft, &set);
    let onsubmit = submit(props, &draft, &choose);
    let list = rows.iter().enumerate();
    let list = list.map(|(number, command)| option(number, command, number == chosen, &choose));
    html! {
        <dialog class="dialog commands" ref={dialog} onclose={closed(&props.on_close)} aria-label="Commands">
            <form {onsubmit}>
                <input type="text" role="combobox" ref={field} aria-label="Command" aria-controls="command-list" aria-expanded="true" aria-autocomplete="list"
                    aria-activedescendant={(!rows.is_empty()).then(|| format!("command-{chosen}"))} aria-describedby="command-problem"
                    value={text} {oninput} {onkeydown} placeholder="What to do, or: set color blue"
                    autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" />
                <p class="problem" id="command-problem" role="alert">{ problem }</p>
                <ul id="command-list" class="command-list" role="listbox" aria-label="Commands">{ for list }</ul>
                <p class="hidden" role="status">{ counted(rows.len() as u64, "command", "commands") }</p>
            </form>
        </dialog>
    }
}

fn option(number: usize, command: &Command, is_chosen: bool, choose: &Callback<Command>) -> Html {
    let onclick = {
        let (choose, command) = (choose.clone(), command.clone());
        Callback::from(move |_| choose.emit(command.clone()))
    };
    html! {
        <li key={number} id={format!("command-{number}")} class="command" role="option" aria-selected={is_chosen.to_string()} {onclick}>
            <span>{ &command.words }</span>
            <kbd>{ &command.hint }</kbd>
        </li>
    }
}

/// Does what a row does, and closes the dialog; or says why it can't be done.
fn choose(
    props: &Props,
    (draft, set): (&Kept, &Set),
    (dialog, field): (&NodeRef, &NodeRef),
) -> Callback<Command> {
    let (session, draft, set) = (props.session.clone(), Rc::clone(draft), set.clone());
    let (dialog, field) = (dialog.clone(), field.clone());
    let (on_key, on_close) = (props.on_key.clone(), props.on_close.clone());
    Callback::from(move |command: Command| {
        let done = match command.does {
            Does::Complete(text) => {
                set.emit(Draft { text, ..Draft::default() });
                if let Some(field) = field.cast::<HtmlInputElement>() {
                    let _ = field.focus();
                }
                return;
            }
            Does::Key(shortcut) => {
                // The dialog closes at once, so that what the row opens remembers the element that had the focus
                // before.
                if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                    dialog.close();
                }
                on_close.emit(());
                on_key.emit(shortcut);
                return;
            }
            Does::Go(landmark, true) => session.apply(Input::Next(landmark)),
            Does::Go(landmark, false) => session.apply(Input::Previous(landmark)),
            Does::Line(line) => session.apply(Input::Console(line)),
        };
        match done {
            Ok(()) => on_close.emit(()),
            Err(problem) => {
                let draft = draft.borrow().clone();
                set.emit(Draft { problem: Some(problem), ..draft });
            }
        }
    })
}

/// Up and down along the rows.
fn walk(props: &Props, draft: &Kept, set: &Set) -> Callback<KeyboardEvent> {
    let (props, draft, set) = (props.clone(), Rc::clone(draft), set.clone());
    Callback::from(move |event: KeyboardEvent| {
        let draft = draft.borrow().clone();
        let last = rows(&props, &draft.text).len().saturating_sub(1);
        let row = match event.key().as_str() {
            "ArrowDown" if draft.row < last => draft.row + 1,
            "ArrowDown" => 0,
            "ArrowUp" => draft.row.min(last).checked_sub(1).unwrap_or(last),
            _ => return,
        };
        event.prevent_default();
        set.emit(Draft { row, ..draft });
    })
}

/// Enter takes the row that is chosen.
fn submit(props: &Props, draft: &Kept, choose: &Callback<Command>) -> Callback<SubmitEvent> {
    let (props, draft, choose) = (props.clone(), Rc::clone(draft), choose.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let Draft { text, row, .. } = draft.borrow().clone();
        let mut rows = rows(&props, &text);
        let row = row.min(rows.len().saturating_sub(1));
        if !rows.is_empty() {
            choose.emit(rows.swap_remove(row));
        }
    })
}

/// The event comes late: the dialog may be open again by then.
fn closed(on_close: &Callback<()>) -> Callback<yew::Event> {
    let on_close = on_close.clone();
    Callback::from(move |event: yew::Event| {
        if event.target_dyn_into::<HtmlDialogElement>().is_some_and(|dialog| !dialog.open()) {
            on_close.emit(());
        }
    })
}

/// The row that is chosen is always seen.
fn show_row(row: usize) {
    let document = web_sys::window().and_then(|window| window.document());
    let row = document.and_then(|document| document.get_element_by_id(&format!("command-{row}")));
    let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    if let Some(list) = row.parent_element() {
        let (top, bottom) = (row.offset_top(), row.offset_top() + row.offset_height());
        let least = bottom - list.client_height();
        list.set_scroll_top(list.scroll_top().max(least).min(top));
    }
}

/// The rows for what stands in the field: the line as it stands, if it can be read; then commands of the page that
/// have all its words, and the ways to go on with the line.
fn rows(props: &Props, text: &str) -> Vec<Command> {
    let mut rows = Vec::new();
    if !text.trim().is_empty() && mistake(props, text).is_none() {
        rows.push(line(text));
    }
    rows.extend(fitting(commands(&props.nodes), text));
    if !text.trim().is_empty() {
        rows.extend(longer(text, props.session.look().completions(text)));
    }
    rows.truncate(MOST);
    rows
}

/// What is wrong with what stands in the field as a line, if it can't be read.
fn mistake(props: &Props, text: &str) -> Option<String> {
    let mistake = props.session.look().mistake_in(text);
    mistake.map(|mistake| sentence(&mistake.to_string()))
}

/// Those that have every word that was typed.
pub fn fitting(commands: Vec<Command>, text: &str) -> Vec<Command> {
    let text = text.to_lowercase();
    let fits = |command: &Command| {
        let words = format!("{} {}", command.words, command.hint).to_lowercase();
        text.split_whitespace().all(|word| words.contains(word))
    };
    commands.into_iter().filter(fits).collect()
}

/// The line as it stands.
fn line(text: &str) -> Command {
    let line = text.trim().to_string();
    Command { words: line.clone(), hint: "run".to_string(), does: Does::Line(line) }
}

/// The line with what could be its last word.
pub fn longer(text: &str, completions: Vec<String>) -> Vec<Command> {
    let begun = text.rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let head = &text[..begun];
    let go_on = completions.into_iter().map(|word| {
        let longer = format!("{head}{word}");
        let does = Does::Complete(format!("{longer} "));
        Command { words: format!("{longer} …"), hint: "line".to_string(), does }
    });
    go_on.collect()
}

/// Everything that the page can do at this moment, beside lines.
pub fn commands(nodes: &[Rc<NodeView>]) -> Vec<Command> {
    let mut all = Vec::new();
    for (_, keys, shortcut, what) in KEYS {
        if !matches!(shortcut, Shortcut::Commands | Shortcut::Node(_)) {
            let (words, hint) = (what.to_string(), keys.to_string());
            all.push(Command { words, hint, does: Does::Key(shortcut) });
        }
    }
    for landmark in Landmark::ALL {
        for (word, forth) in [("next", true), ("previous", false)] {
            let hint = if forth { "]" } else { "[" }.to_string();
            let words = format!("To the {word} {landmark}");
            all.push(Command { words, hint, does: Does::Go(landmark, forth) });
        }
    }
    all.extend(of_network(nodes));
    all.extend(nodes.iter().flat_map(|node| of_node(node, nodes)));
    for (place, demonstration) in DEMONSTRATIONS.iter().enumerate() {
        let words = format!("Demonstration: {}", demonstration.title());
        let does = Does::Key(Shortcut::Demonstration(place));
        all.push(Command { words, hint: "demonstration".to_string(), does });
    }
    for (place, famous) in FAMOUS.iter().enumerate() {
        let words = format!("Famous run: {}", famous.title());
        let does = Does::Key(Shortcut::Famous(place));
        all.push(Command { words, hint: famous.rule.to_string(), does });
    }
    all
}

/// The ways to split the network.
fn of_network(nodes: &[Rc<NodeView>]) -> Vec<Command> {
    let (few, many) = nodes.split_at(nodes.len() / 2);
    if few.is_empty() {
        return Vec::new();
    }
    let split =
        |words: String, line: String| Command { words, hint: line.clone(), does: Does::Line(line) };
    let names = |side: &[Rc<NodeView>]| {
        side.iter().map(|node| format!("n{}", node.id)).collect::<Vec<_>>().join(" ")
    };
    let (few, many) = (names(few), names(many));
    let mut all =
        vec![split(format!("Partition: {few} from {many}"), format!("partition {few} | {many}"))];
    if leads(nodes) {
        all.push(split("Isolate the leader".to_string(), "partition leader".to_string()));
    }
    let isolate = |node: &Rc<NodeView>| {
        let id = node.id;
        split(format!("Isolate n{id} from all others"), format!("partition n{id}"))
    };
    all.extend(nodes.iter().map(isolate));
    all
}

/// Whether a node leads.
fn leads(nodes: &[Rc<NodeView>]) -> bool {
    let is_leader =
        |node: &Rc<NodeView>| node.status == Status::Running && node.role == Some(RoleView::Leader);
    nodes.iter().any(is_leader)
}

/// What can be done to a node; `nodes` are all.
fn of_node(node: &NodeView, nodes: &[Rc<NodeView>]) -> Vec<Command> {
    let id = node.id;
    let line = |words: &str, line: &str| {
        let line = format!("{line} n{id}");
        Command { words: format!("{words} n{id}"), hint: line.clone(), does: Does::Line(line) }
    };
    let mut all = vec![Command {
        words: format!("Go to n{id}"),
        hint: id.to_string(),
        does: Does::Key(Shortcut::Node(id)),
    }];
    all.push(match node.status {
        Status::Down => line("Restart", "restart"),
        _ => line("Kill", "kill"),
    });
    match node.status {
        Status::Running => all.push(line("Pause", "pause")),
        Status::Paused => all.push(line("Resume", "resume")),
        Status::Down => {}
    }
    if node.status == Status::Running && node.role != Some(RoleView::Leader) && !node.is_learner {
        all.push(line("Time out", "timeout"));
        if leads(nodes) {
            all.push(line("Hand over to", "transfer"));
        }
    }
    if node.status != Status::Down {
        all.push(line("Take snapshot of", "snapshot"));
    }
    all.push(line("Wipe the disk of", "wipe"));
    all.push(match node.is_learner {
        true => line("Give a vote to", "add"),
        false => line("Demote", "demote"),
    });
    if nodes.len() > 1 {
        all.push(line("Remove", "remove"));
    }
    all.extend(of_disk(node));
    all
}

/// The other states that its disk can have.
fn of_disk(node: &NodeView) -> impl Iterator<Item = Command> {
    let (id, now) = (node.id, node.disk);
    DiskState::ALL.into_iter().filter(move |state| *state != now).map(move |state| {
        let words = match state {
            DiskState::Good => "Mend the disk of",
            DiskState::Full => "Fill the disk of",
            DiskState::Failing => "Break the disk of",
            DiskState::Lying => "Let the disk lie of",
        };
        let line = format!("disk n{id} {state}");
        Command { words: format!("{words} n{id}"), hint: line.clone(), does: Does::Line(line) }
    })
}
