//! The work that goes on as long as the page is there: cluster time passes, frames are drawn, and the page listens to
//! keys, files and the pointer.

use gloo_events::EventListener;
use yew::prelude::Context;

use crate::ui::app::painter::Painter;
use crate::ui::app::{App, Message, keyboard, projector};
use crate::ui::browser::frame::FrameLoop;
use crate::ui::browser::style_changes::StyleChanges;
use crate::ui::runs::autosave::Autosave;
use crate::ui::runs::files;
use crate::ui::state::frame_scheduler::{Due, FrameScheduler};
use crate::ui::state::handles::Handles;
use crate::ui::state::pump::Pump;

/// The handles of that work, which ends when they are dropped.
pub(super) struct Background {
    _listeners: Vec<EventListener>,
    _pump: Pump,
    _frames: FrameLoop,
}

impl Background {
    pub(super) fn start(
        ctx: &Context<App>,
        handles: &Handles,
        autosave: Option<&Autosave>,
        styles: StyleChanges,
    ) -> Self {
        let mut listeners = files::listen(&handles.session, autosave.cloned());
        listeners.extend(projector::follow_pointer());
        listeners.extend(keyboard::listen(ctx));
        Self {
            _listeners: listeners,
            _pump: Pump::start(handles.session.clone()),
            _frames: start_frames(ctx, handles, styles),
        }
    }
}

/// Starts the frame loop: each frame draws what moves, and asks for a rendering if the playground has changed.
fn start_frames(ctx: &Context<App>, handles: &Handles, styles: StyleChanges) -> FrameLoop {
    let (link, session) = (ctx.link().clone(), handles.session.clone());
    let mut painter = Painter::new(handles.clone(), styles);
    let mut scheduler = FrameScheduler::default();
    FrameLoop::start(move |now| {
        let is_playing = session.look().is_playing();
        let due = scheduler.frame(now, session.revision(), is_playing);
        match due {
            Due::Feed => link.send_message(Message::Feed),
            Due::Refresh => link.send_message(Message::Refresh),
            Due::History => {}
        }
        if let Some(painter) = &mut painter {
            painter.frame(now, due == Due::History);
        }
    })
}
