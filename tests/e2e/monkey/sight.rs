//! What a monkey sees of the page: what `inside.js` tells.

use serde::Deserialize;

/// The page at one moment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Look {
    /// What went wrong since the look before.
    pub(crate) errors: Vec<String>,
    /// What the page says when its program has stopped.
    pub(crate) stopped: Option<String>,
    /// Tasks of more than 50 ms since the look before, in milliseconds.
    pub(crate) long: Vec<u32>,
    /// Megabytes of the page's scripts, and of its program.
    pub(crate) heap: f64,
    pub(crate) wasm: f64,
    pub(crate) elements: u32,
    /// What has the keyboard's focus.
    pub(crate) focus: String,
    /// Nothing of the page has it.
    pub(crate) lost: bool,
    /// What had it when the first of what is open was opened, if that could have it again.
    pub(crate) opener: Option<String>,
    /// What had it last outside of what is open.
    pub(crate) left: Option<String>,
    /// What is open over the page.
    pub(crate) popups: Vec<String>,
    /// The focus is in one of them.
    pub(crate) within: bool,
    pub(crate) clock: String,
    /// Time passes, as its button says.
    pub(crate) plays: bool,
    /// What takes a while, and how far it is.
    pub(crate) working: Option<String>,
    /// All that is told as an alert.
    pub(crate) said: Vec<String>,
    /// What the guide says.
    pub(crate) guided: Option<String>,
    /// All that can be used.
    pub(crate) usable: Vec<Control>,
}

/// Something that can be used: what it is, what it is called, and which of those called so.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Control {
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) nth: u32,
    /// Of a list.
    pub(crate) options: Option<Vec<String>>,
}

impl Control {
    /// What it has in common with others that do the same to something else.
    pub(crate) fn kind(&self) -> String {
        let plain: String =
            self.name.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        format!("{} {}", self.role, plain.replace("00", "0"))
    }
}

/// What a monkey found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    pub(crate) words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An error of the page.
    Error,
    /// The program has stopped.
    Stopped,
    /// A script is not answered.
    Silent,
    /// Nothing has the keyboard's focus, or something that should not.
    Focus,
    /// Time does not pass and nobody says why, or something stays open.
    Stands,
}

impl Finding {
    pub(crate) fn new(kind: Kind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }

    /// Whether it is the same fault, as far as words go.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let begin = |finding: &Self| {
            let plain = finding.words.chars().filter(|letter| !letter.is_ascii_digit());
            plain.take(60).collect::<String>()
        };
        self.kind == other.kind && begin(self) == begin(other)
    }
}
