//! Which parts of the page are shown, and how large: all of them, those for a projector, or those that the author of
//! another page has asked for.
//!
//! Two attributes of the page tell the styles. Nothing here knows what a panel shows.

use web_sys::UrlSearchParams;

use crate::ui::browser::page;

/// The parameters that the address can have, for the dialog that explains them.
pub const QUERY: [(&str, &str); 6] = [
    ("?seed=42", "The same run again, with the same number of nodes"),
    ("&nodes=7", "So many nodes, 1 to 51"),
    ("&speed=50", "Microseconds of the cluster's time in each millisecond"),
    ("&paused", "Stands still at the beginning"),
    ("&projector", "Large, and only what matters"),
    (
        "&embed",
        "For a frame in another page; with =stage,timeline, request, events, controls only what is named",
    ),
];

/// The parts that an author can ask for.
const PARTS: [&str; 5] = ["stage", "timeline", "request", "events", "controls"];

/// How the page is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
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
            projector: get("projector").filter(is_on).is_some(),
            spotlight: false,
            embed: get("embed").filter(is_on).map(|wanted| parts(&wanted)),
        }
    }

    /// As the address of this page says.
    pub fn here() -> Self {
        Self::from_query(&page::query())
    }
}

/// The known parts of the list; the stage and the timeline if there are none.
fn parts(wanted: &str) -> String {
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    let known: Vec<&str> = PARTS.into_iter().filter(|part| wanted.contains(part)).collect();
    if known.is_empty() { "stage timeline".to_string() } else { known.join(" ") }
}
