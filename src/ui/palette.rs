//! The colours of the styles, for what is drawn on a canvas.
//!
//! The style sheets stay the only place where a colour is named: one hidden probe per colour has it as
//! its text colour, and the browser says what that is in the theme of the moment.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};

/// How many colours terms take turns with.
pub const TERM_HUES: u64 = 8;

/// The colour of a term, as the styles count them; term 0 has none.
pub fn hue(term: u64) -> String {
    if term == 0 { "none".to_string() } else { ((term - 1) % TERM_HUES).to_string() }
}

/// Colours as the canvas takes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette {
    terms: Vec<String>,
    pub no_term: String,
    pub on_term: String,
    pub granted: String,
    pub refused: String,
    pub client: String,
    pub on_client: String,
    pub surface: String,
    pub ink: String,
    pub faint: String,
    pub fault: String,
    pub commit: String,
    pub leader: String,
}

const NAMES: [&str; 12] = [
    "--term-none",
    "--on-term",
    "--message-granted",
    "--message-refused",
    "--message-client",
    "--on-client",
    "--surface",
    "--ink",
    "--ink-faint",
    "--fault",
    "--commit",
    "--role-leader",
];

impl Palette {
    /// The colour of a term.
    pub fn term(&self, term: u64) -> &str {
        if term == 0 {
            return &self.no_term;
        }
        let hue = usize::try_from((term - 1) % TERM_HUES).unwrap_or(0);
        self.terms.get(hue).unwrap_or(&self.no_term)
    }
}

/// Reads colours from the page.
pub struct Probes {
    terms: Vec<HtmlElement>,
    others: Vec<HtmlElement>,
}

impl Probes {
    /// Puts the probes into the document.
    pub fn new(document: &Document) -> Option<Self> {
        let home = document.create_element("div").ok()?;
        home.set_attribute("hidden", "").ok()?;
        home.set_attribute("aria-hidden", "true").ok()?;
        // Where the system has few colours the tokens name them; text would have only one.
        home.set_attribute("style", "forced-color-adjust:none").ok()?;
        document.body()?.append_child(&home).ok()?;
        let probe = |name: &str| probe(document, &home, name);
        let terms = (0..TERM_HUES).filter_map(|hue| probe(&format!("--term-{hue}"))).collect();
        let others = NAMES.iter().filter_map(|name| probe(name)).collect();
        Some(Self { terms, others })
    }

    /// The colours of the moment.
    pub fn read(&self) -> Palette {
        let mut others = self.others.iter().map(color);
        let mut next = || others.next().unwrap_or_default();
        Palette {
            terms: self.terms.iter().map(color).collect(),
            no_term: next(),
            on_term: next(),
            granted: next(),
            refused: next(),
            client: next(),
            on_client: next(),
            surface: next(),
            ink: next(),
            faint: next(),
            fault: next(),
            commit: next(),
            leader: next(),
        }
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        if let Some(home) = self.others.first().and_then(|probe| probe.parent_element()) {
            home.remove();
        }
    }
}

fn probe(document: &Document, home: &Element, name: &str) -> Option<HtmlElement> {
    let element = document.create_element("i").ok()?.dyn_into::<HtmlElement>().ok()?;
    element.style().set_property("color", &format!("var({name})")).ok()?;
    home.append_child(&element).ok()?;
    Some(element)
}

fn color(probe: &HtmlElement) -> String {
    let style =
        web_sys::window().and_then(|window| window.get_computed_style(probe).ok().flatten());
    style.and_then(|style| style.get_property_value("color").ok()).unwrap_or_default()
}
