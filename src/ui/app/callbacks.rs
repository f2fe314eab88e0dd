//! The callbacks that run when the user asks for something.
//!
//! Each callback is made once, together with the page. A callback equals only itself, and a component is rendered again
//! only if one of its properties has changed.

use yew::prelude::{Callback, Context};

use crate::playground::view::NodeNumber;
use crate::ui::app::state::appearance::AppearanceMessage;
use crate::ui::app::{App, Message};
use crate::ui::runs::files;
use crate::ui::stage::data::StageCallbacks;
use crate::ui::state::ask::Ask;
use crate::ui::state::keys::Shortcut;
use crate::ui::state::page::middle::{MiddleMessage, Opened, ViewMode};
use crate::ui::state::page::panels::{Dialog, PanelMessage, Sheet, Tab};
use crate::ui::state::page::timeline::TimelineMessage;
use crate::ui::state::screen::Mode;
use crate::ui::state::session::Session;

/// One callback for each thing that the user can ask for.
pub(super) struct Callbacks {
    pub(super) ask: Callback<Ask>,
    pub(super) begun: Callback<()>,
    pub(super) close: Callback<()>,
    pub(super) close_commands: Callback<()>,
    pub(super) famous: Callback<usize>,
    pub(super) help: Callback<()>,
    pub(super) inspect: Callback<NodeNumber>,
    pub(super) key: Callback<Shortcut>,
    pub(super) messages: Callback<()>,
    pub(super) mode: Callback<Mode>,
    pub(super) new: Callback<()>,
    pub(super) on_stage: StageCallbacks,
    pub(super) runs: Callback<()>,
    pub(super) save: Callback<()>,
    pub(super) share: Callback<()>,
    pub(super) sheet: Callback<Sheet>,
    pub(super) view_mode: Callback<ViewMode>,
    pub(super) stage: Callback<()>,
    pub(super) tab: Callback<Tab>,
    pub(super) theme: Callback<()>,
    pub(super) timeline: Callback<TimelineMessage>,
}

impl Callbacks {
    /// Makes the callbacks. All of them send the page a message, except the one that saves the run as a file.
    pub(super) fn new(ctx: &Context<App>, session: &Session) -> Self {
        let link = ctx.link();
        let save = {
            let session = session.clone();
            Callback::from(move |()| files::save(&session, &session.look().title()))
        };
        let dialog =
            |dialog| link.callback(move |()| Message::Panels(PanelMessage::OpenDialog(dialog)));
        let view = |view_mode| Message::Middle(MiddleMessage::View(view_mode));
        let open = |opened| Message::Middle(MiddleMessage::Open(opened));
        let inspect = link.callback(|node| Message::Panels(PanelMessage::Inspect(node)));
        Self {
            ask: link.callback(Message::Guide),
            begun: link.callback(|()| Message::Begun),
            close: link.callback(|()| Message::Panels(PanelMessage::CloseDialog)),
            close_commands: link
                .callback(|()| Message::Panels(PanelMessage::DialogClosed(Dialog::Commands))),
            famous: link.callback(Message::Famous),
            help: dialog(Dialog::Help),
            inspect: inspect.clone(),
            key: link.callback(Message::Key),
            messages: link.callback(move |()| open(Some(Opened::Messages))),
            mode: link.callback(|mode| Message::Appearance(AppearanceMessage::Mode(mode))),
            new: dialog(Dialog::New),
            on_stage: StageCallbacks {
                on_inspect: inspect,
                on_open: link.callback(open),
                on_request: link.callback(|()| Message::Key(Shortcut::Key)),
                on_note: link
                    .callback(|note: String| Message::Middle(MiddleMessage::Note(note.into()))),
            },
            runs: dialog(Dialog::Runs),
            save,
            share: dialog(Dialog::Share),
            sheet: link.callback(|sheet| Message::Panels(PanelMessage::ToggleSheet(sheet))),
            view_mode: link.callback(view),
            stage: link.callback(move |()| view(ViewMode::Stage)),
            tab: link.callback(|tab| Message::Panels(PanelMessage::SelectTab(tab))),
            theme: link.callback(|()| Message::Appearance(AppearanceMessage::NextTheme)),
            timeline: link.callback(Message::Timeline),
        }
    }
}
