//! The keys of the page, and what each does.
//!
//! A plain table, so that the dialog that lists them and the listener that obeys them can't differ.

use super::views::Sight;

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
    Stories,
    Faster,
    Slower,
    AddNode,
    Heal,
    Key,
    Console,
    Events,
    Inspector,
    Theme,
    Help,
    View(Sight),
}

/// Where the focus was when a key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// In a field that takes text: letters belong to it.
    Text,
    /// On something that the space bar presses.
    Pressable,
    /// Anywhere else.
    Elsewhere,
}

/// The keys in the order of the dialog: the keys, how they are written, what they do.
pub const KEYS: [(&[&str], &str, Shortcut, &str); 25] = [
    (&[" "], "Space", Shortcut::PlayOrPause, "Play or pause"),
    (&[".", "ArrowRight"], ". or →", Shortcut::Step, "Step: exactly one event, then pause"),
    (&[",", "ArrowLeft"], ", or ←", Shortcut::StepBack, "Step back: one event, then pause"),
    (&["n"], "n", Shortcut::End, "Now: to the end of the story"),
    (&["u"], "u or Ctrl+Z", Shortcut::Undo, "Undo: take back the last thing you did"),
    (&["]"], "]", Shortcut::Next, "To the next election, commit, fault, ... as chosen"),
    (&["["], "[", Shortcut::Previous, "To the one before"),
    (&["z"], "z", Shortcut::Closer, "Zoom into the timeline"),
    (&["Z"], "Shift+z", Shortcut::Wider, "Zoom out of it"),
    (&["+", "="], "+", Shortcut::Faster, "Faster"),
    (&["-", "_"], "-", Shortcut::Slower, "Slower"),
    (&["a"], "a", Shortcut::AddNode, "Add a node"),
    (&["h"], "h", Shortcut::Heal, "Heal: mend all links"),
    (&["k"], "k", Shortcut::Key, "Go to the key of a request"),
    (&["/", "c"], "/ or c", Shortcut::Console, "Go to the console"),
    (&["e"], "e", Shortcut::Events, "Show the events"),
    (&["i"], "i", Shortcut::Inspector, "Show the inspector"),
    (&["b"], "b", Shortcut::Stories, "Show the stories, branch by branch"),
    (&["s"], "s", Shortcut::Share, "Share this run"),
    (&["r"], "r", Shortcut::Runs, "Runs kept in this browser"),
    (&["1"], "1", Shortcut::View(Sight::Stage), "Show the cluster"),
    (&["2"], "2", Shortcut::View(Sight::Matrix), "Show all logs, index by index"),
    (&["3"], "3", Shortcut::View(Sight::Spacetime), "Show the space-time diagram"),
    (&["t"], "t", Shortcut::Theme, "Light, dark or as the system has it"),
    (&["?"], "?", Shortcut::Help, "These keys and what the shapes mean"),
];

/// What a key does, if anything. `modified` means that Ctrl, Alt or Meta is held: those keys are the
/// browser's.
pub fn shortcut(key: &str, focus: Focus, modified: bool) -> Option<Shortcut> {
    if focus == Focus::Text {
        return None;
    }
    if modified {
        // All others are the browser's.
        return key.eq_ignore_ascii_case("z").then_some(Shortcut::Undo);
    }
    if focus == Focus::Pressable && matches!(key, " " | "ArrowRight" | "ArrowLeft" | "-" | "+") {
        return None;
    }
    let row = KEYS.iter().find(|(keys, ..)| keys.contains(&key))?;
    Some(row.2)
}
