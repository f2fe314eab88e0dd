//! The keys of the page, and what each does.
//!
//! The keys are a plain table, so that the dialog that lists them and the listener that obeys them can't differ.

use crate::playground::view::{NodeNumber, NodeView, RoleView, Status};
use crate::playground::{Action, NodeId};
use crate::ui::state::page::middle::ViewMode;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    PlayOrPause,
    Step,
    StepBack,
    End,
    Undo,
    Next,
    Previous,
    Closer,
    Wider,
    Share,
    Runs,
    Branches,
    Faster,
    Slower,
    AutomaticSpeed,
    AddNode,
    Heal,
    Messages,
    Key,
    Console,
    Events,
    Inspector,
    Verdicts,
    Theme,
    /// The card of a node, which then has keys of its own.
    Node(NodeNumber),
    Leader,
    RestartLeader,
    ReviveAll,
    Search,
    Commands,
    /// To the next mode of the page.
    Mode,
    Projector,
    Spotlight,
    Help,
    View(ViewMode),
    Pin,
    /// The famous run of the rule at this place of the table; it has no key.
    Famous(usize),
    /// The demonstration at this place of the course; it has no key.
    Demonstration(usize),
}

/// Where the focus was when a key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// In a field that takes text: letters belong to it.
    Text,
    /// On a choice that only the space bar changes, or in an open menu.
    Choice,
    /// On something that Enter presses.
    Pressable,
    /// On a control that arrow keys change, such as a slider.
    Adjustable,
    /// Anywhere else.
    Elsewhere,
}

/// The keys in the order of the dialog: the keys, how they are written, what they do.
pub const KEYS: [(&[&str], &str, Shortcut, &str); 43] = [
    (&[" "], "Space", Shortcut::PlayOrPause, "Play or pause"),
    (&[".", "ArrowRight"], ". or →", Shortcut::Step, "Step: exactly one event, then pause"),
    (&[",", "ArrowLeft"], ", or ←", Shortcut::StepBack, "Step back: one event, then pause"),
    (&["n"], "n", Shortcut::End, "Now: to the end of the branch"),
    (&["u"], "u or Ctrl+Z", Shortcut::Undo, "Undo: take back the last thing you did"),
    (&["]"], "]", Shortcut::Next, "To the next election, commit, fault, ... as chosen"),
    (&["["], "[", Shortcut::Previous, "To the one before"),
    (&["z"], "z", Shortcut::Closer, "Zoom into the timeline"),
    (&["Z"], "Shift+z", Shortcut::Wider, "Zoom out of it"),
    (&["+", "="], "+", Shortcut::Faster, "Faster"),
    (&["-", "_"], "-", Shortcut::Slower, "Slower"),
    (&["0"], "0", Shortcut::AutomaticSpeed, "Automatic speed: slow while something is on its way"),
    (&["a"], "a", Shortcut::AddNode, "Add a node"),
    (&["h"], "h", Shortcut::Heal, "Heal: mend all links"),
    (&["m"], "m", Shortcut::Messages, "Messages in flight: read one, drop, delay or deliver it"),
    (&["k"], "k", Shortcut::Key, "Go to the key of a request"),
    (&["/", "c"], "/ or c", Shortcut::Console, "Go to the console"),
    (&["e"], "e", Shortcut::Events, "Show the events"),
    (&["i"], "i", Shortcut::Inspector, "Show the inspector"),
    (&["j"], "j", Shortcut::Verdicts, "Show what the judges say of each property"),
    (&["b"], "b", Shortcut::Branches, "Show the branches of this run"),
    (&["s"], "s", Shortcut::Share, "Share this run"),
    (&["r"], "r", Shortcut::Runs, "Runs kept in this browser"),
    (&["v"], "v", Shortcut::View(ViewMode::Stage), "Show the cluster"),
    (&["y"], "y", Shortcut::View(ViewMode::SplitView), "Show two branches side by side"),
    (&["w"], "w", Shortcut::View(ViewMode::Matrix), "Show all logs, index by index"),
    (&["d"], "d", Shortcut::View(ViewMode::Spacetime), "Show the space-time diagram"),
    (
        &["o"],
        "o",
        Shortcut::View(ViewMode::Clients),
        "Show the clients' operations, and an order that they could have had",
    ),
    (&["C"], "Shift+c", Shortcut::View(ViewMode::Charts), "Show the charts"),
    (&["D"], "Shift+d", Shortcut::View(ViewMode::Difference), "Show what differs"),
    (
        &["x"],
        "x",
        Shortcut::View(ViewMode::Rules),
        "Show the rules, and find a run that breaks without one",
    ),
    (&["P"], "Shift+p", Shortcut::Pin, "Pin this instant, to compare others with it"),
    (
        &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        "1 to 9",
        Shortcut::Node(0),
        "To the card of n1 to n9, which has keys of its own",
    ),
    (&["g"], "g", Shortcut::Leader, "To the card of the leader"),
    (&["R"], "Shift+r", Shortcut::RestartLeader, "The leader ends and starts again"),
    (&["B"], "Shift+b", Shortcut::ReviveAll, "All that are down or paused go on"),
    (&["f"], "f", Shortcut::Search, "Find in the events"),
    (&[":"], ": or Ctrl+K", Shortcut::Commands, "All commands, by typing"),
    (&["q"], "q", Shortcut::Mode, "More or less of the page: watch, play, study"),
    (&["p"], "p", Shortcut::Projector, "For a projector: large, and only what matters"),
    (&["l"], "l", Shortcut::Spotlight, "A spotlight around the pointer"),
    (&["t"], "t", Shortcut::Theme, "Light, dark or as the system has it"),
    (&["?"], "?", Shortcut::Help, "These keys and what the shapes mean"),
];

/// What a key does, if anything. `modified` means that Ctrl, Alt or Meta is held: those keys are the
/// browser's.
pub fn shortcut(key: &str, focus: Focus, modified: bool) -> Option<Shortcut> {
    let is_palette = modified && matches!(key, "k" | "K");
    if focus == Focus::Text && !is_palette {
        return None;
    }
    if modified {
        // All others are the browser's.
        return match key {
            "z" | "Z" => Some(Shortcut::Undo),
            "k" | "K" => Some(Shortcut::Commands),
            _ => None,
        };
    }
    let is_taken = match focus {
        Focus::Choice => key == " ",
        Focus::Adjustable => matches!(key, "ArrowRight" | "ArrowLeft" | "-" | "+"),
        Focus::Text | Focus::Pressable | Focus::Elsewhere => false,
    };
    if is_taken {
        return None;
    }
    let row = KEYS.iter().find(|(keys, ..)| keys.contains(&key))?;
    Some(match row.2 {
        Shortcut::Node(_) => Shortcut::Node(key.parse().ok()?),
        shortcut => shortcut,
    })
}

/// What a key does to the node whose card has the focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKey {
    Act(Action),
    Inspect,
    Menu,
    /// To the next card, or the one before.
    Next,
    Previous,
    /// The key makes no sense for this node now. It does nothing else either.
    Nothing,
}

/// The keys of a card, as the dialog lists them.
pub const NODE_KEYS: [(&str, &str); 9] = [
    ("k", "Kill it, or restart it"),
    ("p", "Pause it, or let it go on"),
    ("t", "Its election timer runs out now"),
    ("l", "The leader hands over to it"),
    ("s", "It takes a snapshot"),
    ("x", "It is removed from the cluster"),
    ("m", "Its menu, with all actions"),
    ("Enter", "Inspect it"),
    ("↑ or ↓", "To the card before, or the next"),
];

/// What a key does on the card of this node, if anything.
pub fn node_key(key: &str, node: &NodeView) -> Option<NodeKey> {
    let (id, is_up) = (NodeId(node.id), node.status == Status::Running);
    let follows = is_up && node.role != Some(RoleView::Leader);
    Some(match key {
        "k" if node.status == Status::Down => NodeKey::Act(Action::Restart(id)),
        "k" => NodeKey::Act(Action::Kill(id)),
        "p" if node.status == Status::Paused => NodeKey::Act(Action::Resume(id)),
        "p" if is_up => NodeKey::Act(Action::Pause(id)),
        "t" if follows => NodeKey::Act(Action::Timeout(id)),
        "l" if follows => NodeKey::Act(Action::Transfer(id)),
        "s" if node.status != Status::Down => NodeKey::Act(Action::Snapshot(id)),
        "x" => NodeKey::Act(Action::Remove(id)),
        "m" => NodeKey::Menu,
        "Enter" => NodeKey::Inspect,
        "ArrowDown" => NodeKey::Next,
        "ArrowUp" => NodeKey::Previous,
        "p" | "t" | "l" | "s" => NodeKey::Nothing,
        _ => return None,
    })
}
