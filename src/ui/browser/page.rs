//! What the page asks of the browser beside drawing: time, address, memory, focus.
//!
//! Every answer may be missing (no storage in a private window, no window in a worker); then there is
//! a plain default and nothing fails.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Element, HtmlElement, HtmlInputElement, MouseEvent, Node, UrlSearchParams,
    VisibilityState,
};

use crate::playground::{MARK, Speed};

/// How the page was asked to begin, by the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    pub nodes: u32,
    pub seed: u64,
    pub speed: Option<Speed>,
    pub paused: bool,
}

impl Beginning {
    /// Whether the address asks for something of its own: such a page is no place for an offer.
    pub fn is_asked_for() -> bool {
        let params = UrlSearchParams::new_with_str(&query()).ok();
        let has = |name| params.as_ref().is_some_and(|params| params.has(name));
        link().is_some() || ["seed", "paused", "embed", "lesson"].into_iter().any(has)
    }

    /// From a query such as `?seed=42&nodes=7&speed=50&paused`; `chance` gives the seed where there
    /// is none. What makes no sense is as if it was not there.
    pub fn from_query(query: &str, chance: impl FnOnce() -> u64) -> Self {
        let params = UrlSearchParams::new_with_str(query).ok();
        let get = |name: &str| params.as_ref().and_then(|params| params.get(name));
        let number = |name: &str| get(name).and_then(|text| text.trim().parse::<u64>().ok());
        let nodes = number("nodes").and_then(|nodes| u32::try_from(nodes).ok());
        let speed = number("speed").and_then(|speed| u32::try_from(speed).ok());
        Self {
            nodes: nodes.filter(|nodes| (1..=MOST_NODES).contains(nodes)).unwrap_or(5),
            seed: number("seed").unwrap_or_else(chance),
            speed: speed.map(Speed::new),
            paused: get("paused").is_some_and(|value| value != "0" && value != "false"),
        }
    }

    /// As the address of this page says.
    pub fn here() -> Self {
        Self::from_query(&query(), draw_seed)
    }
}

/// The most nodes that the page founds a cluster with.
pub const MOST_NODES: u32 = 51;

/// A new seed: short enough to say aloud.
pub fn draw_seed() -> u64 {
    getrandom::u32().map_or(1, |seed| u64::from(seed % 1_000_000))
}

/// A name that nobody else has drawn.
pub fn draw_id() -> String {
    format!("{:016x}", getrandom::u64().unwrap_or_else(|_| now().to_bits()))
}

/// The link to a run in the address of this page, if there is one.
pub fn link() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    hash.contains(MARK).then_some(hash)
}

/// The query of the address, with its `?`.
pub fn query() -> String {
    let location = web_sys::window().map(|window| window.location());
    location.and_then(|location| location.search().ok()).unwrap_or_default()
}

/// The value of a parameter of this page's address.
pub fn parameter(name: &str) -> Option<String> {
    UrlSearchParams::new_with_str(&query()).ok()?.get(name)
}

/// Whether a query has this parameter.
pub fn has_parameter(query: &str, name: &str) -> bool {
    UrlSearchParams::new_with_str(query).is_ok_and(|params| params.has(name))
}

/// The address of this page without its query and its fragment.
pub fn address() -> String {
    let location = web_sys::window().map(|window| window.location());
    let part = |get: fn(&web_sys::Location) -> Result<String, JsValue>| {
        location.as_ref().and_then(|location| get(location).ok()).unwrap_or_default()
    };
    part(web_sys::Location::origin) + &part(web_sys::Location::pathname)
}

/// What this tab has remembered, also over a reload.
pub fn recall(name: &str) -> Option<String> {
    web_sys::window()?.session_storage().ok()??.get_item(name).ok()?
}

/// Remembers something in this tab, where that is possible.
pub fn remember(name: &str, value: &str) {
    let storage = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
    if let Some(storage) = storage {
        // A full or forbidden storage only means that it is forgotten.
        let _ = storage.set_item(name, value);
    }
}

/// Forgets it again.
pub fn forget(name: &str) {
    let storage = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
    if let Some(storage) = storage {
        // A storage that can't be reached has nothing to forget.
        let _ = storage.remove_item(name);
    }
}

/// What the browser keeps for this page; `None` where it keeps nothing, as when the user blocks it. (`gloo-storage` panics
/// then.)
fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// What this browser was told to keep under a name.
pub fn kept(name: &str) -> Option<String> {
    local_storage()?.get_item(name).ok()?
}

/// Keeps something in this browser, where that is possible.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = local_storage() {
        // A full or forbidden storage only means that it is forgotten.
        let _ = storage.set_item(name, value);
    }
}

/// Whether this is the first visit, as far as the browser remembers; the next call says no. Where the browser remembers
/// nothing, no visit is the first, so that nobody is asked twice.
pub fn is_first_visit() -> bool {
    const MEMORY: &str = "kvorum-visited";
    let Some(storage) = local_storage() else { return false };
    let is_first = storage.get_item(MEMORY).is_ok_and(|visited| visited.is_none());
    is_first && storage.set_item(MEMORY, "yes").is_ok()
}

/// Milliseconds since the page began.
pub fn now() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0.0, |performance| performance.now())
}

/// How many cores the machine has, as far as the browser tells.
pub fn cores() -> u32 {
    let navigator = web_sys::window().map(|window| window.navigator());
    // A small whole number.
    navigator.map_or(1, |navigator| navigator.hardware_concurrency().max(1.0) as u32)
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.visibility_state() == VisibilityState::Hidden)
}

/// Whether the user has asked for less motion.
pub fn wants_less_motion() -> bool {
    media_matches("(prefers-reduced-motion: reduce)")
}

fn media_matches(query: &str) -> bool {
    let list = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

/// Which colours the page has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    const MEMORY: &str = "kvorum-theme";

    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one chosen last time.
    pub fn recall() -> Self {
        match kept(Self::MEMORY).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// Remembers it where that is possible, and shows it.
    pub fn choose(self) {
        keep(Self::MEMORY, self.name());
        self.show();
    }

    /// Shows it.
    pub fn show(self) {
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(root) = document.and_then(|document| document.document_element()) {
            let _ = root.set_attribute("data-theme", self.name());
        }
    }
}

/// The width of the window in CSS pixels.
pub fn width() -> f64 {
    let width = web_sys::window().and_then(|window| window.inner_width().ok());
    width.and_then(|width| width.as_f64()).unwrap_or_default()
}

/// Where a pointer is, from the corner of an element that has no border, in the units of its layout: on a
/// projector all of it is drawn larger.
pub fn place(element: &Element, event: &MouseEvent) -> (f64, f64) {
    let frame = element.get_bounding_client_rect();
    let zoom = frame.width() / f64::from(element.client_width()).max(1.0);
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    ((x - frame.left()) / zoom, (y - frame.top()) / zoom)
}

/// How large the element under a pointer is that listens to it, and where on it the pointer is, both as in
/// [`place`].
pub fn spot(event: &MouseEvent) -> Option<((f64, f64), (f64, f64))> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let size = (f64::from(element.client_width()), f64::from(element.client_height()));
    Some((size, place(&element, event)))
}

/// Moves the keyboard's focus to the first element that a selector finds. What stands in a field is then
/// replaced by what is typed, as after a Tab.
pub fn focus(selector: &str) {
    if let Some(element) = find(selector).and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        // An element that can't have the focus keeps it where it is.
        let _ = element.focus();
        if let Some(field) = element.dyn_ref::<HtmlInputElement>() {
            field.select();
        }
    }
}

/// The element that has the focus, if an element of the page does.
pub fn focused() -> Option<HtmlElement> {
    let focused = web_sys::window()?.document()?.active_element()?;
    focused.dyn_into().ok().filter(|focused: &HtmlElement| focused.tag_name() != "BODY")
}

/// Gives the focus back to an element, or to the stage if that element is gone or can't have the focus.
pub fn give_back(had_it: Option<HtmlElement>) {
    let is_back = had_it.is_some_and(|element| {
        // An element that can't have the focus leaves it where it is.
        let _ = element.focus();
        focused().as_ref() == Some(&element)
    });
    if !is_back {
        focus(".stage");
    }
}

/// Moves the focus to the first button of the modal dialog that is open, if one is: nothing outside of it can have
/// the focus. Returns whether there is such a dialog.
pub fn focus_in_dialog() -> bool {
    let is_open = has("dialog:modal");
    if is_open {
        focus("dialog:modal:not(:has(dialog:modal)) button:enabled");
    }
    is_open
}

/// Moves the focus after the next rendering, when the element is there.
pub fn focus_soon(selector: impl Into<String>) {
    let selector = selector.into();
    gloo_timers::callback::Timeout::new(0, move || focus(&selector)).forget();
}

/// Scrolls to the beginning of what a selector finds.
pub fn show(selector: &str) {
    find(selector).into_iter().for_each(|element| element.scroll_into_view_with_bool(true));
}

/// Scrolls to the end of what a selector finds, where that is not seen as it is rendered next.
pub fn show_soon(selector: &'static str) {
    let show = move || {
        find(selector).into_iter().for_each(|element| element.scroll_into_view_with_bool(false));
    };
    gloo_timers::callback::Timeout::new(0, show).forget();
}

/// Whether there is such an element.
pub fn has(selector: &str) -> bool {
    find(selector).is_some()
}

/// Moves the focus to the next button inside of what a selector finds, or to the one before.
pub fn focus_next(within: &str, forward: bool) {
    let document = web_sys::window().and_then(|window| window.document());
    let Some(document) = document else { return };
    let Ok(buttons) = document.query_selector_all(&format!("{within} button:enabled")) else {
        return;
    };
    let active = document.active_element();
    let buttons = (0..buttons.length()).filter_map(|at| buttons.item(at)?.dyn_into().ok());
    let buttons: Vec<HtmlElement> = buttons.collect();
    let here = buttons.iter().position(|button| active.as_ref() == Some(button.as_ref()));
    let next = match (here, forward) {
        (Some(here), true) => here + 1,
        (Some(here), false) => here + buttons.len() - 1,
        (None, _) => 0,
    };
    if let Some(button) = next.checked_rem(buttons.len()).and_then(|next| buttons.get(next)) {
        // An element that can't have the focus keeps it where it is.
        let _ = button.focus();
    }
}

/// The text node of an element that has nothing else in it. Writing to it costs less than replacing it.
pub fn text_of(document: &Document, id: &str) -> Option<Node> {
    let element = document.get_element_by_id(id)?;
    element.set_text_content(Some(" "));
    element.first_child()
}

pub fn find(selector: &str) -> Option<Element> {
    web_sys::window()?.document()?.query_selector(selector).ok().flatten()
}
