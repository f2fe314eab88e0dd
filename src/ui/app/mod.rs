//! The root of the page: owns the session and the states of the page, and renders when there is something new.
//!
//! Every component below gets plain data that compares cheaply, so that a rendering touches only what differs. The
//! page's own state is in parts, each with its own messages: `state/page` has those that need no browser, `app/state`
//! the others. This file passes each message to its part and does what concerns several parts.

pub mod announcer;
mod background;
mod callbacks;
mod caption;
mod keyboard;
mod middle;
mod obey;
pub mod painter;
mod parts;
pub mod projector;
pub mod state;

use gloo_timers::callback::Timeout;
use yew::prelude::{Component, Context, Html, Properties};

use crate::playground::view::Remark;
use crate::playground::{Input, Playground, Speed};
use crate::ui::app::background::Background;
use crate::ui::app::callbacks::Callbacks;
use crate::ui::app::state::appearance::{Appearance, AppearanceMessage};
use crate::ui::app::state::focus::FocusKeeper;
use crate::ui::app::state::kept_run::KeptRun;
use crate::ui::app::state::narrator::Narrator;
use crate::ui::app::state::snapshot::Snapshot;
use crate::ui::browser::page;
use crate::ui::browser::page::Beginning;
use crate::ui::course::guide::Guide;
use crate::ui::runs::autosave::Autosave;
use crate::ui::search::worker_pool::WorkerPool;
use crate::ui::state::ask::Ask;
use crate::ui::state::handles::Handles;
use crate::ui::state::keys::Shortcut;
use crate::ui::state::page::middle::{Middle, MiddleMessage, Note, Opened, ViewMode};
use crate::ui::state::page::panels::{PanelMessage, Panels};
use crate::ui::state::page::timeline::{Timeline, TimelineMessage};
use crate::ui::state::screen::Mode;
use crate::ui::state::session::Session;

/// What the page can be told.
pub enum Message {
    /// Something may have changed: render.
    Refresh,
    /// It is time to show new sentences.
    Feed,
    /// The user has changed something.
    Changed,
    /// Another cluster has begun.
    Begun,
    Key(Shortcut),
    Guide(Ask),
    /// Opens the famous run of the rule at this place of the table.
    Famous(usize),
    Panels(PanelMessage),
    Middle(MiddleMessage),
    Timeline(TimelineMessage),
    Appearance(AppearanceMessage),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Properties)]
pub struct Props {
    /// Whether runs are kept in the browser, and links opened from the address.
    #[prop_or_default]
    pub keeps: bool,
}

/// The page.
pub struct App {
    handles: Handles,
    callbacks: Callbacks,
    snapshot: Snapshot,
    panels: Panels,
    middle: Middle,
    timeline: Timeline,
    appearance: Appearance,
    narrator: Narrator,
    focus: FocusKeeper,
    guide: Guide,
    kept_run: KeptRun,
    pool: WorkerPool,
    /// Shows the next sentence below the stage in time.
    next_caption: Option<Timeout>,
    /// The number of the playground's remark that was told last.
    remark: u64,
    _background: Background,
}

impl Component for App {
    type Message = Message;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let beginning = Beginning::here();
        let session = begin(beginning);
        session.on_change(ctx.link().callback(|()| Message::Changed));
        let handles = Handles::new(session.clone());
        let (keeps, appearance) = (ctx.props().keeps, Appearance::here());
        let kept_run = KeptRun::start(&session, keeps, appearance.is_embedded());
        let offers_tour = kept_run.is_listed() && !Beginning::is_asked_for();
        let mut app = Self {
            callbacks: Callbacks::new(ctx, &session),
            snapshot: Snapshot::default(),
            panels: Panels::default(),
            middle: Middle::default(),
            timeline: Timeline::default(),
            narrator: Narrator::default(),
            focus: FocusKeeper::start(),
            guide: Guide::new(session.clone(), offers_tour, beginning.speed.is_some()),
            pool: WorkerPool::new(session.clone()),
            next_caption: None,
            remark: 0,
            _background: Background::start(ctx, &handles, kept_run.autosave(), appearance.styles()),
            appearance,
            kept_run,
            handles,
        };
        app.take_snapshot();
        app.pool.on_found(app.callbacks.stage.clone());
        app.guide.begin_what_the_address_names();
        app
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        let is_feed = matches!(message, Message::Feed);
        // A change takes the note away, and comes after the message that has made it.
        let may_remark = matches!(message, Message::Changed | Message::Refresh);
        match message {
            Message::Refresh => {}
            Message::Feed => self.feed(ctx),
            Message::Changed => {
                // The note lies over the stage. It goes with the next change.
                self.middle.update(MiddleMessage::Note(Note::default()));
                self.kept_run.save_soon();
                self.feed(ctx);
            }
            Message::Begun => self.begun(),
            Message::Key(shortcut) => self.obey(ctx, shortcut),
            Message::Guide(ask) => {
                if ask == Ask::Tour {
                    // Its acts are done with what there is to watch.
                    self.appearance.update(AppearanceMessage::Mode(Mode::Watch));
                }
                if self.guide.obey(ask) {
                    self.begun();
                }
            }
            Message::Famous(place) => self.begin_famous(place),
            Message::Panels(message) => self.update_panels(message),
            Message::Middle(message) => self.update_middle(message),
            Message::Timeline(message) => {
                let (shown, end) = (self.handles.frame.span(), self.handles.session.look().end());
                self.timeline.update(message, shown, end);
            }
            Message::Appearance(message) => self.appearance.update(message),
        }
        if !is_feed {
            self.kept_run.autosave().into_iter().for_each(Autosave::greet_linked_run);
            self.take_snapshot();
            if may_remark {
                self.tell_remark();
            }
        }
        true
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        self.page()
    }
}

impl App {
    /// A tab that is asked for is shown, whatever the mode was.
    fn update_panels(&mut self, message: PanelMessage) {
        if message.shows_a_tab() && self.appearance.screen().mode != Mode::Study {
            self.appearance.update(AppearanceMessage::Mode(Mode::Study));
        }
        self.panels.update(message);
    }

    fn update_middle(&mut self, message: MiddleMessage) {
        if matches!(message, MiddleMessage::View(_)) {
            self.handles.pointer.point(None);
        }
        let opens = |opened: &Opened| opened.wants_a_pause();
        let wants_a_pause =
            matches!(&message, MiddleMessage::Open(opened) if opened.as_ref().is_some_and(opens));
        let change = self.middle.update(message);
        self.focus.stage_changed(change);
        if wants_a_pause && self.handles.session.look().is_playing() {
            // Without the message `Changed`, since the user expects the pause. The playground never refuses a pause.
            let _ = self.handles.session.apply_quietly(Input::Pause);
            let note = "Paused, so that it can be read.".to_string();
            self.middle.update(MiddleMessage::Note(note.into()));
        }
    }

    /// Another cluster has begun.
    fn begun(&mut self) {
        self.panels.deselect();
        self.middle.forget_opened();
        self.narrator.reset();
    }

    /// Tells what is new.
    fn feed(&mut self, ctx: &Context<Self>) {
        self.snapshot.feed += 1;
        let playground = self.handles.session.look();
        self.narrator.listen(&playground, &self.snapshot.view, page::now());
        drop(playground);
        self.tell_caption(ctx);
    }

    /// Shows the next sentence below the stage when the one that is shown was there long enough.
    fn tell_caption(&mut self, ctx: &Context<Self>) {
        let now = page::now();
        self.narrator.write_caption(&self.handles.session.look(), now);
        let link = ctx.link().clone();
        self.next_caption = self.narrator.next_caption_in(now).map(|after| {
            // At most a few seconds.
            Timeout::new(after as u32 + 1, move || link.send_message(Message::Feed))
        });
    }

    /// Says what the playground remarks of what the user has just done: over the stage, or below it where a sentence
    /// stands there.
    fn tell_remark(&mut self) {
        let remark = self.handles.session.look().remark().cloned();
        let number = remark.as_ref().map_or(0, |remark| remark.number);
        if std::mem::replace(&mut self.remark, number) == number {
            return;
        }
        let Some(Remark { text, kept_in, .. }) = remark else { return };
        if kept_in.is_none() && self.appearance.screen().has_caption() {
            self.narrator.say_in_caption(text, page::now());
        } else {
            self.middle.update(MiddleMessage::Note(Note { text, compare: kept_in }));
        }
    }

    /// Looks at the playground anew.
    fn take_snapshot(&mut self) {
        let is_other_seen = self.middle.view_mode() == ViewMode::SplitView;
        self.snapshot.take(&self.handles.session.look(), is_other_seen);
        self.guide.look();
        let clock = self.snapshot.view.clock;
        let span = self.timeline.span(clock.now, clock.end);
        self.handles.frame.change(|rendered| rendered.span = span);
        let change = {
            let playground = self.handles.session.look();
            let is_in_flight = |id| playground.message(id).is_some();
            self.middle.close_what_is_gone(|node| self.snapshot.has(node), is_in_flight)
        };
        self.focus.stage_changed(change);
    }
}

fn begin(beginning: Beginning) -> Session {
    let mut playground = Playground::new(beginning.nodes, beginning.seed);
    let speed = Input::Speed(beginning.speed.unwrap_or(Speed::AUTOMATIC));
    let pause = beginning.paused.then_some(Input::Pause);
    for input in [speed].into_iter().chain(pause) {
        // The playground never refuses a speed or a pause.
        let _ = playground.apply(input);
    }
    Session::new(playground)
}
