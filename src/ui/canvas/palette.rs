//! The colours and the type of the styles, for what is drawn on a canvas.
//!
//! Only the style sheets name colours and typefaces. For each colour there is a hidden element with it as its text
//! colour, and the browser says which colour that is in the current theme.

use wasm_bindgen::JsCast;
use web_sys::{CssStyleDeclaration, Document, Element, HtmlElement};

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
    pub fonts: Fonts,
}

/// Type as the canvas takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fonts {
    /// On a message.
    pub label: String,
    /// At the marks of the timeline.
    pub ticks: String,
    /// On a term of the timeline.
    pub term: String,
    /// At the marks of a diagram.
    pub axis: String,
    /// In front of a line of a diagram.
    pub name: String,
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
            fonts: self.fonts(),
        }
    }

    fn fonts(&self) -> Fonts {
        let style = self.others.first().and_then(style);
        let family = |name: &str| {
            let family = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            // If the styles do not name a colour, the browser chooses one.
            family.filter(|family| !family.is_empty()).unwrap_or_else(|| "sans-serif".to_string())
        };
        let (sans, mono) = (family("--sans"), family("--mono"));
        Fonts {
            label: format!("700 11px {mono}"),
            ticks: format!("11px {mono}"),
            term: format!("600 11px {sans}"),
            axis: format!("12px {mono}"),
            name: format!("600 13px {sans}"),
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
    style(probe).and_then(|style| style.get_property_value("color").ok()).unwrap_or_default()
}

fn style(probe: &HtmlElement) -> Option<CssStyleDeclaration> {
    web_sys::window()?.get_computed_style(probe).ok().flatten()
}
