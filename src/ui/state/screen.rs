//! Which parts of the page are shown, and how large: those of a mode, those for a projector, or those that the author of
//! another page has asked for.
//!
//! Attributes of the page tell the styles. Nothing here knows what a panel shows.

use web_sys::UrlSearchParams;

use crate::ui::browser::page;

/// The parameters that the address can have, for the dialog that explains them.
pub const QUERY: [(&str, &str); 8] = [
    ("?seed=42", "The same run again, with the same number of nodes"),
    ("&nodes=7", "So many nodes, 1 to 51"),
    ("&speed=50", "Microseconds of the cluster's time in each millisecond"),
    ("&paused", "Stands still at the beginning"),
    ("&mode=study", "How much of the page is shown: watch, play or study"),
    ("?lesson=split-vote&step=3", "A demonstration, at one of its steps"),
    ("&projector", "Large, and only what matters"),
    (
        "&embed",
        "For a frame in another page; with =stage,timeline, request, events, controls only what is named",
    ),
];

/// The parts that an author can ask for.
const PARTS: [&str; 5] = ["stage", "timeline", "request", "events", "controls"];

/// How much of the page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The stage, the timeline and one sentence.
    #[default]
    Watch,
    /// Requests and faults, too.
    Play,
    /// All panels and views.
    Study,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Watch, Self::Play, Self::Study];
    const MEMORY: &str = "kvorum-mode";

    /// As in the address: `watch`, `play`, `study`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Play => "play",
            Self::Study => "study",
        }
    }

    /// What it is called on the page, and what it shows.
    pub fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::Watch => ("Watch", "The stage, the timeline and one sentence (q)"),
            Self::Play => ("Play", "Requests and faults, too (q)"),
            Self::Study => ("Study", "All panels and views (q)"),
        }
    }

    /// The mode after this one; the first after the last.
    pub fn next(self) -> Self {
        match self {
            Self::Watch => Self::Play,
            Self::Play => Self::Study,
            Self::Study => Self::Watch,
        }
    }

    /// The mode of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The one chosen last in this browser.
    fn recall() -> Option<Self> {
        page::kept(Self::MEMORY).as_deref().and_then(Self::named)
    }

    /// Remembers it in this browser, where that is possible.
    pub fn keep(self) {
        page::keep(Self::MEMORY, self.name());
    }
}

/// How the page is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    pub mode: Mode,
    pub projector: bool,
    pub spotlight: bool,
    /// The parts that a frame in another page shows, with spaces between them.
    pub embed: Option<String>,
}

impl Screen {
    /// Reads a query such as `?projector` or `?embed=stage,request`. Values that make no sense are ignored.
    pub fn from_query(query: &str) -> Self {
        let params = UrlSearchParams::new_with_str(query).ok();
        let get = |name: &str| params.as_ref().and_then(|params| params.get(name));
        let is_on = |value: &String| value != "0" && value != "false";
        Self {
            mode: get("mode").as_deref().and_then(Mode::named).unwrap_or_default(),
            projector: get("projector").filter(is_on).is_some(),
            spotlight: false,
            embed: get("embed").filter(is_on).map(|wanted| parts(&wanted)),
        }
    }

    /// As the address of this page says, or else as it was left last in this browser.
    pub fn here() -> Self {
        let query = page::query();
        let is_asked_for = page::has_parameter(&query, "mode");
        let kept = Mode::recall().filter(|_| !is_asked_for);
        let screen = Self::from_query(&query);
        Self { mode: kept.unwrap_or(screen.mode), ..screen }
    }

    /// The mode as the styles know it. A projector shows what there is to watch; a frame in another page shows what was
    /// asked for.
    pub fn mode_of_styles(&self) -> Option<&'static str> {
        match (&self.embed, self.projector) {
            (Some(_), _) => None,
            (None, true) => Some(Mode::Watch.name()),
            (None, false) => Some(self.mode.name()),
        }
    }

    /// Whether cards are read from far, as where there is nothing but the stage to look at.
    pub fn shows_large_cards(&self) -> bool {
        self.embed.is_none() && (self.projector || self.mode == Mode::Watch)
    }

    /// Whether the form for requests stands beside the stage. Otherwise it opens on the stage.
    pub fn has_request_panel(&self) -> bool {
        match &self.embed {
            Some(parts) => parts.contains("request"),
            None => !self.projector && self.mode != Mode::Watch,
        }
    }

    /// Whether events, verdicts and the other tabs are shown when they are asked for.
    pub fn has_tabs(&self) -> bool {
        match &self.embed {
            Some(parts) => parts.contains("events"),
            None => !self.projector,
        }
    }

    /// Whether one sentence below the stage says what happens.
    pub fn has_caption(&self) -> bool {
        self.embed.is_none() && (self.projector || self.mode != Mode::Study)
    }
}

/// The known parts of the list; the stage and the timeline if there are none.
fn parts(wanted: &str) -> String {
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    let known: Vec<&str> = PARTS.into_iter().filter(|part| wanted.contains(part)).collect();
    if known.is_empty() { "stage timeline".to_string() } else { known.join(" ") }
}
