//! The root of the page: owns the session, the pump and the frame loop, and renders when there is
//! something new.
//!
//! Every component below gets plain data that compares cheaply, so that a rendering touches only what
//! differs. What is here is the page's own: which tab is open, which node is inspected, the theme.

pub mod announcer;
mod callbacks;
mod middle;
mod obey;
pub mod painter;
pub mod projector;

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::{Component, Context, Html, Properties, html};

use crate::playground::view::{NodeNumber, NodeView, View};
use crate::playground::{Input, Landmark, Playground};
use crate::ui::app::announcer::Announcer;
use crate::ui::app::callbacks::Callbacks;
use crate::ui::app::painter::Painter;
use crate::ui::browser::focus_guard::FocusGuard;
use crate::ui::browser::frame::FrameLoop;
use crate::ui::browser::page;
use crate::ui::browser::page::{Beginning, Theme};
use crate::ui::browser::style_changes::StyleChanges;
use crate::ui::course::demonstrations::Demonstrations;
use crate::ui::course::guide;
use crate::ui::course::guide::{Guide, GuideBar};
use crate::ui::format::clock::clock_text;
use crate::ui::panels::commands::Commands;
use crate::ui::panels::controls::Controls;
use crate::ui::panels::dialogs::{Help, NewCluster};
use crate::ui::panels::header::Header;
use crate::ui::panels::notices::Notices;
use crate::ui::panels::request::Request;
use crate::ui::panels::sheets::SheetButtons;
use crate::ui::panels::tabs::Tabs;
use crate::ui::runs::autosave::Autosave;
use crate::ui::runs::dialog::Runs;
use crate::ui::runs::files;
use crate::ui::runs::share::Share;
use crate::ui::search::worker_pool::WorkerPool;
use crate::ui::stage::split_view::Other;
use crate::ui::state::ask::Ask;
use crate::ui::state::frame_scheduler::{Due, FrameScheduler};
use crate::ui::state::keys::{Focus, Shortcut, shortcut};
use crate::ui::state::opened::{Dialog, Opened, Sheet, Tab};
use crate::ui::state::pump::Pump;
use crate::ui::state::screen::Screen;
use crate::ui::state::session::Session;
use crate::ui::state::span::Span;
use crate::ui::state::view_mode::ViewMode;
use crate::ui::timeline::transport::Transport;
use crate::ui::views::frame::ViewModes;

/// What the page can be told.
pub enum Message {
    /// Something may have changed: render.
    Refresh,
    /// It is time to show new sentences.
    Feed,
    /// A person changed something.
    Changed,
    Inspect(NodeNumber),
    Tab(Tab),
    Sheet(Sheet),
    Dialog(Option<Dialog>),
    /// This one is closed, maybe because it has opened another.
    Closed(Dialog),
    NextTheme,
    Key(Shortcut),
    Guide(Ask),
    /// Another cluster has begun.
    Begun,
    Landmark(Landmark),
    /// Opens something on the stage in place of what is open.
    Open(Option<Opened>),
    /// Something that the stage has to say.
    Note(String),
    /// Closer to now on the timeline, or wider.
    Zoom(bool),
    ViewMode(ViewMode),
    /// The famous run of the rule at this place of the table.
    Famous(usize),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Properties)]
pub struct Props {
    /// Whether runs are kept in the browser, and links opened from the address.
    #[prop_or_default]
    pub keeps: bool,
}

/// The page.
pub struct App {
    session: Session,
    callbacks: Callbacks,
    /// What was seen last; its nodes are in `nodes`.
    view: View,
    nodes: Vec<Rc<NodeView>>,
    tab: Tab,
    view_mode: ViewMode,
    selected: Option<NodeNumber>,
    sheet: Option<Sheet>,
    dialog: Option<Dialog>,
    theme: Theme,
    /// Tells the painter when that is another.
    styles: StyleChanges,
    feed: u64,
    announcer: Announcer,
    /// How often the playground had jumped when the announcer listened last.
    jumps: u64,
    spoken: String,
    landmark: Landmark,
    /// The story that stands beside the one that is shown.
    other: Option<Other>,
    /// How much of the timeline is shown, in microseconds; `None` for all.
    zoom: Option<u64>,
    opened: Option<Opened>,
    /// What had the focus before that was opened.
    came_from: Option<HtmlElement>,
    /// What the stage said last.
    note: String,
    /// Whether anything in the world is broken or slow.
    is_broken: bool,
    autosave: Option<Autosave>,
    pool: WorkerPool,
    screen: Screen,
    /// The last sentence that was told, for a projector.
    caption: String,
    _focus_guard: Option<FocusGuard>,
    _pointer: Option<EventListener>,
    guide: Guide,
    _listeners: Vec<EventListener>,
    _pump: Pump,
    _frames: FrameLoop,
    _keys: Option<EventListener>,
}

impl Component for App {
    type Message = Message;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let beginning = Beginning::here();
        let session = begin(beginning);
        session.on_change(ctx.link().callback(|()| Message::Changed));
        let screen = Screen::here();
        let is_guest = screen.embed.is_some();
        let autosave = ctx.props().keeps.then(|| Autosave::start(session.clone(), is_guest));
        let offers = ctx.props().keeps && !is_guest && !Beginning::is_asked_for();
        let styles = StyleChanges::listen();
        let mut app = Self {
            callbacks: Callbacks::new(ctx, &session),
            landmark: Landmark::Election,
            zoom: None,
            other: None,
            guide: Guide::new(session.clone(), offers, beginning.speed.is_some()),
            opened: None,
            came_from: None,
            note: String::new(),
            is_broken: false,
            _listeners: files::listen(&session, autosave.clone()),
            autosave,
            pool: WorkerPool::new(session.clone()),
            screen,
            caption: String::new(),
            _focus_guard: FocusGuard::watch(),
            _pointer: projector::follow_pointer(),
            view: View::default(),
            nodes: Vec::new(),
            tab: Tab::default(),
            view_mode: ViewMode::default(),
            selected: None,
            sheet: None,
            dialog: None,
            theme: Theme::recall(),
            feed: 0,
            announcer: Announcer::default(),
            jumps: 0,
            spoken: String::new(),
            _pump: Pump::start(session.clone()),
            _frames: start_frames(ctx, session.clone(), styles.clone()),
            styles,
            _keys: listen_to_keys(ctx),
            session,
        };
        app.take_view();
        app
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        let is_feed = matches!(message, Message::Feed);
        match message {
            Message::Refresh => {}
            Message::Feed | Message::Changed => {
                if matches!(message, Message::Changed) {
                    // What was said lies over the stage: until something else is done.
                    self.note = String::new();
                    self.autosave.iter().for_each(Autosave::save_soon);
                }
                self.feed += 1;
                self.announce();
                self.tell_caption();
            }
            Message::Inspect(node) => {
                self.selected = Some(node);
                self.tab = Tab::Inspector;
                self.sheet = self.sheet.map(|_| Sheet::Log).or(Some(Sheet::Log));
            }
            Message::Tab(tab) => self.tab = tab,
            Message::ViewMode(view_mode) => {
                self.session.point(None);
                (self.view_mode, self.note) = (view_mode, String::new());
            }
            Message::Famous(place) => self.begin_famous(place),
            Message::Sheet(sheet) => {
                self.sheet = if self.sheet == Some(sheet) { None } else { Some(sheet) }
            }
            Message::Dialog(dialog) => self.dialog = dialog,
            Message::Closed(dialog) => {
                self.dialog = self.dialog.filter(|open| *open != dialog);
            }
            Message::NextTheme => {
                self.theme = self.theme.next();
                self.theme.choose();
                self.styles.note();
            }
            Message::Key(shortcut) => self.obey(ctx, shortcut),
            Message::Begun => self.begun(),
            Message::Guide(ask) => {
                if self.guide.obey(ask) {
                    self.begun();
                }
            }
            Message::Landmark(landmark) => self.landmark = landmark,
            Message::Open(opened) => self.open(opened),
            Message::Note(note) => self.note = note,
            Message::Zoom(closer) => {
                let end = self.session.look().end();
                self.zoom = self.session.frame_context().span.zoomed(closer, end);
            }
        }
        if !is_feed {
            self.take_view();
        }
        true
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let (view, callbacks, nodes) = (&self.view, &self.callbacks, self.nodes.clone());
        let ids: Vec<NodeNumber> = nodes.iter().map(|node| node.id).collect();
        let leader = view.summary.leader;
        let (shown, reason) = (self.guide.shown(), self.session.look().explanation());
        let span = self.session.frame_context().span;
        html! {
            <div class="page" data-sheet={self.sheet.map(|_| "open")} data-projector={self.screen.projector.then_some("")} data-embed={self.screen.embed.clone()} data-guided={shown.as_ref().map(|_| "true")} data-tour={guide::place(shown.as_ref())}>
                <Header summary={view.summary.clone()} sides={view.sides.iter().map(Vec::len).collect::<Vec<_>>()} chaos={view.network.chaos} theme={self.theme} past={view.clock.past.then_some(view.clock.end)}
                    on_new={callbacks.new.clone()} on_share={callbacks.share.clone()} on_runs={self.keeps_runs().then(|| callbacks.runs.clone())}
                    on_key={callbacks.key.clone()} projector={self.screen.projector} on_theme={callbacks.theme.clone()} on_help={callbacks.help.clone()}>
                    <Demonstrations on_ask={callbacks.ask.clone()} />
                </Header>
                <Controls session={self.session.clone()} network={view.network} nodes={ids.clone()} {leader} sides={view.sides.clone()}
                    is_cut={!view.cuts.is_empty()} is_broken={self.is_broken} on_messages={callbacks.messages.clone()} is_open={self.sheet == Some(Sheet::Controls)}
                    on_new={callbacks.new.clone()} />
                <GuideBar shown={shown.clone()} on_ask={callbacks.ask.clone()} />
                <ViewModes view_mode={self.view_mode} on_view_mode={callbacks.view_mode.clone()} />
                { self.middle() }
                <div class="side">
                    <Request session={self.session.clone()} nodes={ids} request_traces={view.request_traces.clone()}
                        is_open={self.sheet == Some(Sheet::Request)} />
                    <Tabs session={self.session.clone()} tab={self.tab} on_tab={callbacks.tab.clone()}
                        nodes={if self.tab == Tab::Inspector { nodes } else { Vec::new() }} selected={self.selected}
                        on_select={callbacks.inspect.clone()} on_view_mode={callbacks.view_mode.clone()} reason={reason.clone()} events={reason.map_or(0, |_| view.clock.events)} feed={self.feed} lines={self.feed} is_open={self.sheet == Some(Sheet::Log)}
                        branches={view.branches.clone()} comparison={view.comparison.clone()} now={if view.comparison.is_some() { view.clock.now } else { 0 }} />
                </div>
                <SheetButtons open={self.sheet} on_sheet={callbacks.sheet.clone()} />
                { projector::caption(&self.screen, &self.caption, view.request_traces.first()) }
                { projector::way_out(&self.screen) }
                { projector::spotlight(&self.screen) }
                <Transport session={self.session.clone()} playing={view.clock.playing} speed={view.clock.speed} past={view.clock.past}
                    branches={view.branches.clone()} is_zoomed={span.hides_some(view.clock.end)} landmark={self.landmark}
                    on_landmark={callbacks.landmark.clone()} on_zoom={callbacks.zoom.clone()} />
                <Notices session={self.session.clone()} notice={self.session.notice()} progress={view.progress} on_save={callbacks.save.clone()} />
                <p class="hidden" role="status" aria-live="polite">{ &self.spoken }</p>
                <Help is_open={self.dialog == Some(Dialog::Help)} on_close={callbacks.close.clone()} on_ask={callbacks.ask.clone()} />
                <Share is_open={self.dialog == Some(Dialog::Share)} session={self.session.clone()} name={self.run_name()} on_close={callbacks.close.clone()} />
                { self.runs() }
                <Commands is_open={self.dialog == Some(Dialog::Commands)} session={self.session.clone()}
                    nodes={if self.dialog == Some(Dialog::Commands) { self.nodes.clone() } else { Vec::new() }}
                    on_key={callbacks.key.clone()} on_close={callbacks.close_commands.clone()} />
                <NewCluster is_open={self.dialog == Some(Dialog::New)} session={self.session.clone()} on_close={callbacks.close.clone()} on_begun={callbacks.begun.clone()} />
            </div>
        }
    }
}

impl App {
    /// Whether runs are kept in this browser, which a frame in another page does not.
    fn keeps_runs(&self) -> bool {
        self.autosave.is_some() && self.screen.embed.is_none()
    }

    fn begun(&mut self) {
        (self.selected, self.opened) = (None, None);
        self.announcer.reset();
    }

    /// What the run is called, also where nothing is kept.
    fn run_name(&self) -> String {
        let kept = self.autosave.as_ref().and_then(Autosave::current);
        kept.map_or_else(|| self.session.look().title(), |kept| kept.name)
    }

    fn runs(&self) -> Html {
        match &self.autosave {
            None => html! { <span hidden=true /> },
            Some(autosave) => html! {
                <Runs is_open={self.dialog == Some(Dialog::Runs)} session={self.session.clone()} autosave={autosave.clone()}
                    on_close={self.callbacks.close.clone()} />
            },
        }
    }
}

impl App {
    /// Looks at the playground anew.
    fn take_view(&mut self) {
        let mut view = self.session.view();
        let span = Span::new(view.clock.now, view.clock.end, self.zoom);
        self.session.set_frame_context(|frame_context| frame_context.span = span);
        self.nodes = middle::kept(&self.nodes, std::mem::take(&mut view.nodes));
        self.view = view;
        self.take_other();
        self.is_broken = self.session.look().is_broken();
        self.close_what_is_gone();
    }

    fn tell_caption(&mut self) {
        if self.screen.projector {
            let told = self.session.look().sentences(0).rev().find(|sentence| !sentence.detail);
            self.caption = told.map_or(String::new(), |sentence| sentence.text.replace('`', ""));
        }
    }

    /// Tells the announcer what is new and lets it speak.
    fn announce(&mut self) {
        let playground = self.session.look();
        let new = playground.sentences(self.announcer.wants());
        if playground.jumps() != self.jumps {
            self.jumps = playground.jumps();
            let place = format!(
                "At {} of {}.",
                clock_text(playground.now() / 1_000),
                clock_text(playground.end() / 1_000)
            );
            self.announcer.skip(new, place);
        } else {
            self.announcer.listen(new, &self.view.summary, &self.view.request_traces);
        }
        self.spoken = self.announcer.speak(page::now());
    }
}

fn begin(beginning: Beginning) -> Session {
    let mut playground = Playground::new(beginning.nodes, beginning.seed);
    let speed = beginning.speed.map(Input::Speed);
    let pause = beginning.paused.then_some(Input::Pause);
    for input in speed.into_iter().chain(pause) {
        // Neither can be refused.
        let _ = playground.apply(input);
    }
    Session::new(playground)
}

/// Draws what moves in every frame, and asks for a rendering where there is something new.
fn start_frames(ctx: &Context<App>, session: Session, styles: StyleChanges) -> FrameLoop {
    let link = ctx.link().clone();
    let mut painter = Painter::new(session.clone(), styles);
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

fn listen_to_keys(ctx: &Context<App>) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let link = ctx.link().clone();
    let options = EventListenerOptions::enable_prevent_default();
    Some(EventListener::new_with_options(&document, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        if event.default_prevented() || event.is_composing() || is_dialog_open() {
            return;
        }
        let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(shortcut) = shortcut(&event.key(), focus_of(target.as_ref()), modified) {
            event.prevent_default();
            link.send_message(Message::Key(shortcut));
        } else if let Some(ask) = guide::key(&event.key(), focus_of(target.as_ref()))
            .filter(|_| !modified && page::has(".guide:not([hidden])"))
        {
            event.prevent_default();
            link.send_message(Message::Guide(ask));
        } else if event.key() == "Escape" && !modified {
            // Whatever has the focus: what is open on the stage closes.
            link.send_message(Message::Open(None));
        }
    }))
}

fn is_dialog_open() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| {
        document.query_selector("dialog[open]").is_ok_and(|found| found.is_some())
    })
}

fn focus_of(target: Option<&Element>) -> Focus {
    let Some(target) = target else {
        return Focus::Elsewhere;
    };
    let kind = target.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::type_);
    match (target.tag_name().as_str(), kind.as_deref()) {
        ("INPUT", Some("range" | "radio")) => Focus::Adjustable,
        ("INPUT", Some("checkbox")) | ("BUTTON" | "SUMMARY" | "A", _) => Focus::Pressable,
        ("INPUT" | "TEXTAREA" | "SELECT", _) => Focus::Text,
        _ => Focus::Elsewhere,
    }
}
