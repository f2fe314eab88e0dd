//! What a monkey does, one step at a time: drawn from a seed and from what the page offers, and written as a line of
//! JSON that does the same again wherever it can still be done.

use kvorum::rng::Rng;
use serde::{Deserialize, Serialize};

use super::lines;
use super::sight::{Control, Look};

/// A step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// The pointer on a control, so far along its width, in hundredths.
    Click {
        role: String,
        name: String,
        nth: u32,
        part: u32,
    },
    /// Another text in a field.
    Fill {
        name: String,
        nth: u32,
        text: String,
    },
    /// An option of a list.
    Choose {
        name: String,
        nth: u32,
        option: String,
    },
    /// A key, as WebDriver writes it.
    Press(Press),
    /// A line in the console.
    Line(String),
    /// The pointer from one place of the window to another, in hundredths of its size.
    Drag {
        from: (u32, u32),
        to: (u32, u32),
    },
    /// Another fragment in the address of the page that is open.
    Link(String),
    /// The page anew, with this behind its address.
    Go(String),
    Reload,
    /// Something to the runs that are kept.
    Storage(String),
    /// The browser lets the page keep so many bytes.
    Quota(u64),
    /// The same address in another tab, for so many milliseconds.
    OtherTab(u64),
    Resize(u32, u32),
    Scheme {
        dark: bool,
        still: bool,
    },
    /// Nothing for so many milliseconds.
    Wait(u64),
}

/// A key that is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Press {
    Key(char),
    Control(char),
    Tab,
    BackTab,
    Escape,
    Enter,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Delete,
}

const NAMED: [Press; 13] = [
    Press::Tab,
    Press::BackTab,
    Press::Escape,
    Press::Enter,
    Press::Up,
    Press::Down,
    Press::Left,
    Press::Right,
    Press::Home,
    Press::End,
    Press::PageUp,
    Press::PageDown,
    Press::Delete,
];

/// A phone upright and on its side, a narrow window, a laptop, a projector.
const SIZES: [(u32, u32); 6] =
    [(320, 568), (390, 844), (844, 390), (800, 600), (1440, 900), (1920, 1080)];

const STORAGE: [&str; 7] =
    ["clear", "add nonsense", "delete one", "cut one", "alter one", "take one", "forget the tab"];

const QUERIES: [&str; 8] = [
    "?seed=42&paused",
    "?seed=7&nodes=3&speed=1000",
    "?seed=3&nodes=9&speed=2000",
    "?seed=1&nodes=1&speed=1000000",
    "?seed=5&nodes=7&paused&projector",
    "?seed=42&paused&embed",
    "?seed=9&speed=4294967295",
    "?nodes=99&seed=x&speed=-1&paused",
];

/// Draws steps. What is seldom done is done more often.
pub(crate) struct Drawer {
    rng: Rng,
    /// How often a control of each kind was used.
    used: std::collections::BTreeMap<String, u32>,
    /// What follows a step that needs more.
    next: Vec<Step>,
    links: Vec<String>,
}

impl Drawer {
    pub(crate) fn new(seed: u64) -> Self {
        let links = lines::links();
        Self { rng: Rng::new(seed, 1), used: Default::default(), next: Vec::new(), links }
    }

    /// The next step on a page that looks like this, and whether the one after it waits until it is on the screen.
    pub(crate) fn draw(&mut self, look: &Look) -> (Step, bool) {
        let waits = self.below(100) >= 20;
        if let Some(step) = self.next.pop() {
            return (step, waits);
        }
        let step = match self.below(1_000) {
            0..400 => self.control(look),
            400..620 => Step::Press(self.key()),
            620..720 => Step::Line(lines::line(&mut self.rng)),
            720..780 => self.seek(),
            780..810 => Step::Drag { from: self.point(), to: self.point() },
            810..930 => self.story(),
            930..945 => Step::Link(self.link()),
            945..950 => Step::Go(self.address()),
            950..955 => Step::Reload,
            955..968 => self.storage(),
            968..970 => Step::OtherTab(300 + self.below(1_500)),
            970..980 => {
                let (width, height) = self.one(&SIZES);
                Step::Resize(width, height)
            }
            980..985 => Step::Scheme { dark: self.below(2) == 0, still: self.below(2) == 0 },
            _ => Step::Wait(self.below(600)),
        };
        (step, waits)
    }

    /// Something with one of the controls.
    fn control(&mut self, look: &Look) -> Step {
        let Some(control) = self.pick(look) else { return Step::Wait(50) };
        let Control { role, name, nth, options } = control;
        if let Some(option) = options.and_then(|options| self.rng.pick(&options).cloned()) {
            return Step::Choose { name, nth, option };
        }
        if role == "field" && self.below(4) > 0 {
            return Step::Fill { name, nth, text: lines::words(&mut self.rng) };
        }
        let part = if role == "slider" { self.below(101) as u32 } else { 50 };
        Step::Click { role, name, nth, part }
    }

    /// A control: of a kind that was used least in half of the cases, of any kind else.
    fn pick(&mut self, look: &Look) -> Option<Control> {
        let mut kinds: Vec<String> = look.usable.iter().map(Control::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if self.below(2) == 0 {
            let times = |kind: &String| self.used.get(kind).copied().unwrap_or(0);
            let least = kinds.iter().map(times).min().unwrap_or(0);
            kinds.retain(|kind| self.used.get(kind).copied().unwrap_or(0) == least);
        }
        let kind = self.rng.pick(&kinds)?.clone();
        *self.used.entry(kind.clone()).or_default() += 1;
        let mut of_kind: Vec<&Control> =
            look.usable.iter().filter(|control| control.kind() == kind).collect();
        of_kind.sort_by_key(|control| (control.name.clone(), control.nth));
        self.rng.pick(&of_kind).map(|control| (*control).clone())
    }

    fn key(&mut self) -> Press {
        if self.below(3) == 0 {
            return self.one(&NAMED);
        }
        if self.below(20) == 0 {
            return Press::Control(self.one(&['z', 'k']));
        }
        Press::Key(self.one(&lines::keys()))
    }

    fn seek(&mut self) -> Step {
        let part = self.below(101) as u32;
        if self.below(2) == 0 {
            // Another before the first has come.
            let again = self.below(101) as u32;
            self.next.push(timeline(again));
        }
        timeline(part)
    }

    /// Several steps that one after the other lead somewhere: the first now, the others next.
    fn story(&mut self) -> Step {
        let letter = self.one(&["A", "B", "C", "D"]);
        let click = |name: &str| Step::Click {
            role: "button".to_owned(),
            name: name.to_owned(),
            nth: 0,
            part: 50,
        };
        let key = |key: char| Step::Press(Press::Key(key));
        let part = self.below(100) as u32;
        let act = Step::Line(lines::act(&mut self.rng));
        let compare = click(&format!("Compare with branch {letter}"));
        let soon = Step::Wait(self.below(600));
        let again = Step::Line(lines::act(&mut self.rng));
        let mut steps = match self.below(8) {
            // On otherwise in the past, and compared.
            0 | 1 => vec![timeline(part), act, key('b'), compare],
            // The same from the beginning on, where little has happened.
            2 | 3 => vec![
                click("Play"),
                soon,
                click("Pause"),
                act,
                timeline(0),
                again,
                key('b'),
                compare,
            ],
            // Beside each other.
            4 => vec![timeline(part), act, key('b'), compare, key('y')],
            // A run is opened, and something else is done meanwhile.
            5 => vec![
                Step::Link(self.link()),
                timeline(part),
                timeline(100 - part),
                timeline(part / 2),
            ],
            6 => vec![Step::Link(self.link()), act, key('u'), timeline(part)],
            // A run that was kept.
            _ => vec![key('r'), click(&self.kept()), timeline(part)],
        };
        steps.reverse();
        let first = steps.pop();
        self.next = steps;
        first.unwrap_or(Step::Wait(0))
    }

    /// What the button of a kept run is called that nobody has named.
    fn kept(&mut self) -> String {
        let (nodes, seed) = self.one(&[(5, 42), (3, 7), (9, 3), (1, 1), (7, 5)]);
        format!("Open {nodes} {}, seed {seed}", if nodes == 1 { "node" } else { "nodes" })
    }

    /// A link: good, cut, altered or nonsense.
    fn link(&mut self) -> String {
        let links = std::mem::take(&mut self.links);
        let link = self.rng.pick(&links).cloned().unwrap_or_default();
        self.links = links;
        match self.below(6) {
            0 => link[..link.len() - self.below(link.len() as u64 / 2) as usize].to_owned(),
            1 => {
                let at = self.below(link.len() as u64) as usize;
                format!("{}x{}", &link[..at], &link[(at + 1).min(link.len())..])
            }
            2 => format!("run={}", lines::words(&mut self.rng)),
            _ => link,
        }
    }

    fn address(&mut self) -> String {
        let query = self.one(&QUERIES);
        if self.below(4) == 0 { format!("{query}#{}", self.link()) } else { query.to_owned() }
    }

    fn storage(&mut self) -> Step {
        match self.below(10) {
            0 => Step::Quota(20_000),
            1 => Step::Quota(0),
            _ => Step::Storage(self.one(&STORAGE).to_owned()),
        }
    }

    fn point(&mut self) -> (u32, u32) {
        (self.below(101) as u32, self.below(101) as u32)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.rng.range(0..=end.max(1) - 1)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        let last = of.len() as u64 - 1;
        of[self.rng.range(0..=last) as usize]
    }
}

/// A click on the slider over the timeline.
pub(crate) fn timeline(part: u32) -> Step {
    Step::Click { role: "slider".to_owned(), name: "Timeline".to_owned(), nth: 0, part }
}
