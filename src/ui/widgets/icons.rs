//! The few pictures of the page, as SVG in the colour of the text around them.
//!
//! All are decoration: what they mean always stands beside them in words.

use yew::prelude::{Html, html};

/// The logo: five nodes, one of them the leader.
pub fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <circle class="logo-leader" cx="16" cy="5.5" r="4.2" />
            <circle class="logo-node" cx="26.5" cy="13" r="3.4" />
            <circle class="logo-node" cx="22.5" cy="25.5" r="3.4" />
            <circle class="logo-open" cx="9.5" cy="25.5" r="2.6" />
            <circle class="logo-open" cx="5.5" cy="13" r="2.6" />
        </svg>
    }
}

fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    }
}

pub fn play() -> Html {
    icon("M4 2.5v11l9.5-5.5z")
}

pub fn pause() -> Html {
    icon("M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z")
}

pub fn step() -> Html {
    icon("M2.5 2.5v11l7.5-5.5zM11 2.5h2.5v11h-2.5z")
}

pub fn step_back() -> Html {
    icon("M13.5 2.5v11L6 8zM2.5 2.5H5v11H2.5z")
}

pub fn end() -> Html {
    icon("M1.5 2.5v11L7 8zM7 2.5v11L12.5 8zM12.5 2.5h2v11h-2z")
}

pub fn next_mark() -> Html {
    icon("M2 2.5v11L8 8zM10.5 4.5 14 8l-3.5 3.5L7.6 8z")
}

pub fn previous_mark() -> Html {
    icon("M14 2.5v11L8 8zM5.5 4.5 2 8l3.5 3.5L8.4 8z")
}

pub fn closer() -> Html {
    icon(
        "M6.5 1a5.5 5.5 0 0 1 4.4 8.8l4 4-1.3 1.3-4-4A5.5 5.5 0 1 1 6.5 1zm0 1.8a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4zM5.8 4.2h1.5v1.6h1.5v1.5H7.3v1.5H5.8V7.3H4.2V5.8h1.6z",
    )
}

pub fn wider() -> Html {
    icon(
        "M6.5 1a5.5 5.5 0 0 1 4.4 8.8l4 4-1.3 1.3-4-4A5.5 5.5 0 1 1 6.5 1zm0 1.8a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4zM4.2 5.8h4.6v1.5H4.2z",
    )
}

pub fn share() -> Html {
    icon("M8 1l4 4-1.2 1.2-2-1.9V10H7.2V4.3l-2 1.9L4 5zM2 8h2v5h8V8h2v7H2z")
}

pub fn runs() -> Html {
    icon("M1.5 2.5h13v3h-13zM2.5 6.5h11v7h-11zM6 8v1.6h4V8z")
}

pub fn undo() -> Html {
    icon("M6.5 2.5v3H9a4.5 4.5 0 0 1 0 9H5v-2h4a2.5 2.5 0 0 0 0-5H6.5v3L2 6.5z")
}

pub fn kill() -> Html {
    icon("M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4z")
}

pub fn restart() -> Html {
    icon(
        "M8 2.5a5.5 5.5 0 0 1 4.4 2.2V2H14v5.5H8.5V6h2.9A3.9 3.9 0 1 0 11.9 9h1.7A5.5 5.5 0 1 1 8 2.5z",
    )
}

pub fn more() -> Html {
    icon("M2 6.6h2.8v2.8H2zM6.6 6.6h2.8v2.8H6.6zM11.2 6.6H14v2.8h-2.8z")
}

pub fn person() -> Html {
    icon("M8 1.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM2 14.5c0-3.6 2.6-5.8 6-5.8s6 2.2 6 5.8z")
}

pub fn people() -> Html {
    icon(
        "M5.5 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM11.3 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM.8 13.5c0-3 \
         2-4.8 4.7-4.8s4.7 1.8 4.7 4.8zM11.4 13.5H15.4c0-2.6-1.6-4.2-4-4.2-.5 0-1 .1-1.4.2.9 1 1.4 2.3 1.4 4z",
    )
}

pub fn sun() -> Html {
    icon(
        "M8 4.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8zM7.3.8h1.4v2.4H7.3zM7.3 12.8h1.4v2.4H7.3zM.8 7.3h2.4v1.4H.8zM12.8 7.3h2.4v1.4h-2.4z",
    )
}

pub fn moon() -> Html {
    icon("M6.2 1.6A6.6 6.6 0 1 0 14.4 9.8 5.6 5.6 0 0 1 6.2 1.6z")
}

pub fn half() -> Html {
    icon("M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 3.2v9.6a4.8 4.8 0 0 1 0-9.6z")
}

/// Where a command is typed.
pub fn prompt() -> Html {
    icon("M2.6 3.2 7.4 8l-4.8 4.8-1.4-1.4L4.6 8 1.2 4.6zM8 11h6.5v2H8z")
}

/// A screen on its stand.
pub fn projector() -> Html {
    icon("M1 2h14v8.5H9v1.8l3 1.7H4l3-1.7v-1.8H1zm1.8 1.8v4.9h10.4V3.8z")
}
