//! The page: Yew components over the plain data of [`crate::playground::view`].
//!
//! - [`app`] owns the playground (through a [`session::Session`]), renders when its revision has grown,
//!   and keeps what only the page knows: the open tab, the selected node, the theme.
//! - [`pump`] lets time pass; [`frame`], [`painter`], [`shapes`] and [`timeline`] draw what moves in
//!   every frame, outside of Yew; of [`scrubber`] only the slider's place.
//! - [`stage`], [`ring`], [`links`], [`card`] are the middle; [`gestures`] takes what hands do on it,
//!   [`way`] and [`wall`] know what lies where, and [`popup`], [`menu`], [`message_card`], [`link_card`]
//!   are what opens there. [`controls`], [`request`], [`tabs`] the
//!   sides; [`header`], [`transport`], [`dialogs`] the rest.
//!
//! - [`beside`] has two stages, of two stories; [`stagehand`] draws what moves on one.
//! - [`picture`] is a canvas that is drawn on only where it is to show something else.
//! - [`views`] puts [`matrix`], [`spacetime`], [`clients`], [`charts`] or [`difference`] in the stage's place;
//!   [`axis`] is the time of those that move with the clock; [`highlight`] marks in all what is pointed at in one.
//! - [`commands`] has everything by typing, [`keys`] by a key; [`screen`] says what of the page is shown.
//! - [`verdicts`] says what the judges say, [`reason`] what led to something.
//! - [`guide`] plays demonstrations and gives the tour; [`demonstrations`] is their menu.
//! - [`laboratory`] has the rules and their switches; [`hunt`] searches in the background for a run that
//!   breaks without them, by the program itself in a [`worker`].
//! - [`counts`] says numbers in words. [`keeper`] saves the run on the [`shelf`] as it goes; [`runs`], [`share`] and [`files`] open and share.
//!
//! Nothing here decides anything about the cluster, and only this folder knows a browser.

pub mod announcer;
pub mod app;
pub mod axis;
pub mod beside;
pub mod cadence;
pub mod card;
pub mod chaos;
pub mod charts;
pub mod clients;
pub mod commands;
pub mod console;
pub mod controls;
pub mod counts;
pub mod demonstrations;
pub mod dialogs;
pub mod difference;
pub mod events;
pub mod files;
pub mod frame;
pub mod gestures;
pub mod guide;
pub mod header;
pub mod highlight;
pub mod hunt;
pub mod icons;
pub mod inspector;
pub mod journey;
pub mod keeper;
pub mod keys;
pub mod laboratory;
pub mod link_card;
pub mod links;
pub mod machine;
pub mod matrix;
pub mod menu;
pub mod message_card;
pub mod notices;
pub mod page;
pub mod painter;
pub mod palette;
pub mod partition;
pub mod picture;
pub mod popup;
pub mod pump;
pub mod reason;
pub mod request;
pub mod ring;
pub mod runs;
pub mod scale;
pub mod screen;
pub mod scrubber;
pub mod session;
pub mod shapes;
pub mod share;
pub mod sheets;
pub mod shelf;
pub mod slider;
pub mod spacetime;
pub mod stage;
pub mod stagehand;
pub mod stamps;
pub mod stories;
pub mod tabs;
pub mod timeline;
pub mod transport;
pub mod verdicts;
pub mod views;
pub mod wall;
pub mod way;
pub mod worker;

use web_sys::Element;

/// Mounts the page into the document; in a worker, which has none, it waits to be told what to search.
pub fn start() {
    // The person is told by assets/boot.js, which also sees what a panic hook can't.
    console_error_panic_hook::set_once();
    if web_sys::window().is_none() {
        return worker::serve();
    }
    page::Theme::recall().show();
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let root = document.get_element_by_id("app").or_else(|| document.body().map(Element::from));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root_and_props(root, app::Props { keeps: true }).render();
    }
}
