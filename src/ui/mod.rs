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
//! - [`commands`] has everything by typing, [`keys`] by a key; [`screen`] says what of the page is shown, [`sight`] and
//!   [`opened`] what is open; [`projector`] adds what a class sees, [`style_changes`] hears of another theme.
//! - [`verdicts`] says what the judges say, [`reason`] what led to something.
//! - [`guide`] plays demonstrations and gives the tour; [`demonstrations`] is their menu.
//! - [`laboratory`] has the rules and their switches; [`hunt`] searches in the background for a run that
//!   breaks without them, by the program itself in a [`worker`].
//! - [`counts`], [`clock`], [`durations`], [`decimals`] write numbers and times, [`words`] and [`sentences`] the rest; those
//!   and the geometry ([`way`], [`wall`], [`ring`], [`scale`]) build natively.
//! - [`keeper`] saves the run on the [`shelf`] as it goes; [`runs`], [`share`] and [`files`] open and share.
//!
//! Nothing here decides anything about the cluster, and only this folder knows a browser.

#[cfg(target_arch = "wasm32")]
pub mod announcer;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod ask;
#[cfg(target_arch = "wasm32")]
pub mod axis;
#[cfg(target_arch = "wasm32")]
pub mod beside;
#[cfg(target_arch = "wasm32")]
pub mod cadence;
#[cfg(target_arch = "wasm32")]
pub mod card;
#[cfg(target_arch = "wasm32")]
pub mod chaos;
#[cfg(target_arch = "wasm32")]
pub mod charts;
#[cfg(target_arch = "wasm32")]
pub mod clients;
pub mod clock;
#[cfg(target_arch = "wasm32")]
pub mod commands;
#[cfg(target_arch = "wasm32")]
pub mod console;
#[cfg(target_arch = "wasm32")]
pub mod controls;
pub mod counts;
pub mod decimals;
#[cfg(target_arch = "wasm32")]
pub mod demonstrations;
#[cfg(target_arch = "wasm32")]
pub mod dialog;
#[cfg(target_arch = "wasm32")]
pub mod dialogs;
#[cfg(target_arch = "wasm32")]
pub mod difference;
#[cfg(target_arch = "wasm32")]
pub mod difference_table;
#[cfg(target_arch = "wasm32")]
pub mod download;
pub mod durations;
#[cfg(target_arch = "wasm32")]
pub mod events;
#[cfg(target_arch = "wasm32")]
pub mod files;
#[cfg(target_arch = "wasm32")]
pub mod frame;
#[cfg(target_arch = "wasm32")]
pub mod gestures;
#[cfg(target_arch = "wasm32")]
pub mod guide;
#[cfg(target_arch = "wasm32")]
pub mod header;
#[cfg(target_arch = "wasm32")]
pub mod highlight;
#[cfg(target_arch = "wasm32")]
pub mod hunt;
#[cfg(target_arch = "wasm32")]
pub mod icons;
#[cfg(target_arch = "wasm32")]
pub mod inspector;
#[cfg(target_arch = "wasm32")]
pub mod journey;
#[cfg(target_arch = "wasm32")]
pub mod keeper;
#[cfg(target_arch = "wasm32")]
pub mod keys;
#[cfg(target_arch = "wasm32")]
pub mod laboratory;
#[cfg(target_arch = "wasm32")]
pub mod lesson;
#[cfg(target_arch = "wasm32")]
pub mod link_card;
#[cfg(target_arch = "wasm32")]
pub mod links;
#[cfg(target_arch = "wasm32")]
pub mod machine;
#[cfg(target_arch = "wasm32")]
pub mod marked_text;
#[cfg(target_arch = "wasm32")]
pub mod matrix;
#[cfg(target_arch = "wasm32")]
pub mod menu;
#[cfg(target_arch = "wasm32")]
pub mod message_card;
#[cfg(target_arch = "wasm32")]
pub mod notice;
#[cfg(target_arch = "wasm32")]
pub mod notices;
#[cfg(target_arch = "wasm32")]
pub mod opened;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod painter;
#[cfg(target_arch = "wasm32")]
pub mod palette;
#[cfg(target_arch = "wasm32")]
pub mod partition;
#[cfg(target_arch = "wasm32")]
pub mod partition_drawing;
#[cfg(target_arch = "wasm32")]
pub mod picture;
#[cfg(target_arch = "wasm32")]
pub mod playback;
#[cfg(target_arch = "wasm32")]
pub mod popup;
#[cfg(target_arch = "wasm32")]
pub mod projector;
#[cfg(target_arch = "wasm32")]
pub mod pump;
#[cfg(target_arch = "wasm32")]
pub mod reason;
#[cfg(target_arch = "wasm32")]
pub mod request;
pub mod ring;
#[cfg(target_arch = "wasm32")]
pub mod runs;
#[cfg(target_arch = "wasm32")]
pub mod sample;
pub mod scale;
#[cfg(target_arch = "wasm32")]
pub mod screen;
#[cfg(target_arch = "wasm32")]
pub mod scrubber;
pub mod sentences;
#[cfg(target_arch = "wasm32")]
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod settings;
#[cfg(target_arch = "wasm32")]
pub mod shapes;
#[cfg(target_arch = "wasm32")]
pub mod share;
#[cfg(target_arch = "wasm32")]
pub mod sheets;
#[cfg(target_arch = "wasm32")]
pub mod shelf;
#[cfg(target_arch = "wasm32")]
pub mod sight;
#[cfg(target_arch = "wasm32")]
pub mod size;
#[cfg(target_arch = "wasm32")]
pub mod slider;
#[cfg(target_arch = "wasm32")]
pub mod spacetime;
#[cfg(target_arch = "wasm32")]
pub mod span;
#[cfg(target_arch = "wasm32")]
pub mod stage;
#[cfg(target_arch = "wasm32")]
pub mod stagehand;
#[cfg(target_arch = "wasm32")]
pub mod stamps;
#[cfg(target_arch = "wasm32")]
pub mod stories;
#[cfg(target_arch = "wasm32")]
pub mod style_changes;
#[cfg(target_arch = "wasm32")]
pub mod surface;
#[cfg(target_arch = "wasm32")]
pub mod tabs;
#[cfg(target_arch = "wasm32")]
pub mod time_buttons;
#[cfg(target_arch = "wasm32")]
pub mod timeline;
#[cfg(target_arch = "wasm32")]
pub mod transport;
#[cfg(target_arch = "wasm32")]
pub mod verdicts;
#[cfg(target_arch = "wasm32")]
pub mod views;
pub mod wall;
pub mod way;
pub mod words;
#[cfg(target_arch = "wasm32")]
pub mod worker;

#[cfg(target_arch = "wasm32")]
use web_sys::Element;

/// Mounts the page into the document; in a worker, which has none, it waits to be told what to search.
#[cfg(target_arch = "wasm32")]
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
