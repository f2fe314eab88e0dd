//! What the parts of the page call when a person asks for something.
//!
//! Each is made once, with the page: a callback equals only itself, and a part whose own are the same as before,
//! like all else it was given, is not rendered again.

use yew::prelude::{Callback, Context};

use crate::playground::Landmark;
use crate::playground::view::NodeNumber;
use crate::ui::app::{App, Message};
use crate::ui::runs::files;
use crate::ui::state::ask::Ask;
use crate::ui::state::keys::Shortcut;
use crate::ui::state::opened::{Dialog, Opened, Sheet, Tab};
use crate::ui::state::session::Session;
use crate::ui::state::view_mode::ViewMode;

/// One for each thing that can be asked for.
pub(super) struct Callbacks {
    pub(super) ask: Callback<Ask>,
    pub(super) begun: Callback<()>,
    pub(super) close: Callback<()>,
    pub(super) close_commands: Callback<()>,
    pub(super) famous: Callback<usize>,
    pub(super) help: Callback<()>,
    pub(super) inspect: Callback<NodeNumber>,
    pub(super) key: Callback<Shortcut>,
    pub(super) landmark: Callback<Landmark>,
    pub(super) messages: Callback<()>,
    pub(super) new: Callback<()>,
    pub(super) note: Callback<String>,
    pub(super) open: Callback<Option<Opened>>,
    pub(super) runs: Callback<()>,
    pub(super) save: Callback<()>,
    pub(super) share: Callback<()>,
    pub(super) sheet: Callback<Sheet>,
    pub(super) view_mode: Callback<ViewMode>,
    pub(super) stage: Callback<()>,
    pub(super) tab: Callback<Tab>,
    pub(super) theme: Callback<()>,
    pub(super) zoom: Callback<bool>,
}

impl Callbacks {
    /// Those that send the page a message, and the one that saves the run as a file.
    pub(super) fn new(ctx: &Context<App>, session: &Session) -> Self {
        let link = ctx.link();
        let save = {
            let session = session.clone();
            Callback::from(move |()| files::save(&session, &session.look().title()))
        };
        let dialog = |dialog| link.callback(move |()| Message::Dialog(dialog));
        Self {
            ask: link.callback(Message::Guide),
            begun: link.callback(|()| Message::Begun),
            close: dialog(None),
            close_commands: link.callback(|()| Message::Closed(Dialog::Commands)),
            famous: link.callback(Message::Famous),
            help: dialog(Some(Dialog::Help)),
            inspect: link.callback(Message::Inspect),
            key: link.callback(Message::Key),
            landmark: link.callback(Message::Landmark),
            messages: link.callback(|()| Message::Open(Some(Opened::Messages))),
            new: dialog(Some(Dialog::New)),
            note: link.callback(Message::Note),
            open: link.callback(Message::Open),
            runs: dialog(Some(Dialog::Runs)),
            save,
            share: dialog(Some(Dialog::Share)),
            sheet: link.callback(Message::Sheet),
            view_mode: link.callback(Message::ViewMode),
            stage: link.callback(|()| Message::ViewMode(ViewMode::Stage)),
            tab: link.callback(Message::Tab),
            theme: link.callback(|()| Message::NextTheme),
            zoom: link.callback(Message::Zoom),
        }
    }
}
