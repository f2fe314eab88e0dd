//! The root of the page: owns the session, the pump and the frame loop, and renders when there is
//! something new.
//!
//! Every component below gets plain data that compares cheaply, so that a rendering touches only what
//! differs. What is here is the page's own: which tab is open, which node is inspected, the theme.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};
use yew::prelude::{Component, Context, Html, Properties, html};

use super::announcer::Announcer;
use super::controls::{Controls, numbers};
use super::dialogs::{Dialog, Help, NewCluster};
use super::files;
use super::frame::FrameLoop;
use super::header::Header;
use super::keeper::Keeper;
use super::keys::{Focus, Shortcut, shortcut};
use super::notices::Notices;
use super::page::{self, Beginning, Theme};
use super::painter::{Painter, clock_text};
use super::pump::Pump;
use super::request::Request;
use super::runs::Runs;
use super::session::Session;
use super::share::Share;
use super::stage::Stage;
use super::tabs::{Tab, Tabs};
use super::timeline::Span;
use super::transport::{Transport, change_speed, go_to};
use super::views::{self, Sight};
use crate::playground::view::{MarkKind, NodeNumber, NodeView, Timeline, View};
use crate::playground::{Action, Input, Landmark, Playground};

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
    NextTheme,
    Key(Shortcut),
    /// Another cluster has begun.
    Begun,
    Landmark(Landmark),
    /// Closer to now on the timeline, or wider.
    Zoom(bool),
    Sight(Sight),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Properties)]
pub struct Props {
    /// Whether runs are kept in the browser, and links opened from the address.
    #[prop_or_default]
    pub keeps: bool,
}

/// The panels that are sheets on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Controls,
    Request,
    Log,
}

/// The page.
pub struct App {
    session: Session,
    /// What was seen last; its nodes are in `nodes`.
    view: View,
    nodes: Vec<Rc<NodeView>>,
    tab: Tab,
    sight: Sight,
    selected: Option<NodeNumber>,
    sheet: Option<Sheet>,
    dialog: Option<Dialog>,
    theme: Theme,
    feed: u64,
    announcer: Announcer,
    /// How often the playground had jumped when the announcer listened last.
    jumps: u64,
    spoken: String,
    history: String,
    landmark: Landmark,
    /// How much of the timeline is shown, in microseconds; `None` for all.
    zoom: Option<u64>,
    keeper: Option<Keeper>,
    _listeners: Vec<EventListener>,
    _pump: Pump,
    _frames: FrameLoop,
    _keys: Option<EventListener>,
}

/// How often the event log shows what is new.
const FEED_MS: f64 = 150.0;

impl Component for App {
    type Message = Message;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let session = begin(Beginning::here());
        session.on_change(ctx.link().callback(|()| Message::Changed));
        let keeper = ctx.props().keeps.then(|| Keeper::start(session.clone()));
        let mut app = Self {
            landmark: Landmark::Election,
            zoom: None,
            _listeners: files::listen(&session, keeper.clone()),
            keeper,
            view: View::default(),
            nodes: Vec::new(),
            tab: Tab::default(),
            sight: Sight::default(),
            selected: None,
            sheet: None,
            dialog: None,
            theme: Theme::recall(),
            feed: 0,
            announcer: Announcer::default(),
            jumps: 0,
            spoken: String::new(),
            history: String::new(),
            _pump: Pump::start(session.clone()),
            _frames: start_frames(ctx, session.clone()),
            _keys: listen_to_keys(ctx),
            session,
        };
        app.take_view();
        app
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Refresh => {}
            Message::Feed | Message::Changed => {
                self.feed += 1;
                self.announce();
            }
            Message::Inspect(node) => {
                self.selected = Some(node);
                self.tab = Tab::Inspector;
                self.sheet = self.sheet.map(|_| Sheet::Log).or(Some(Sheet::Log));
            }
            Message::Tab(tab) => self.tab = tab,
            Message::Sight(sight) => {
                self.session.point(None);
                self.sight = sight;
            }
            Message::Sheet(sheet) => {
                self.sheet = if self.sheet == Some(sheet) { None } else { Some(sheet) }
            }
            Message::Dialog(dialog) => self.dialog = dialog,
            Message::NextTheme => {
                self.theme = self.theme.next();
                self.theme.choose();
            }
            Message::Key(shortcut) => self.obey(ctx, shortcut),
            Message::Begun => {
                self.selected = None;
                self.announcer.reset();
            }
            Message::Landmark(landmark) => self.landmark = landmark,
            Message::Zoom(closer) => {
                let end = self.session.look().end();
                self.zoom = self.session.scene().span.zoomed(closer, end);
            }
        }
        self.take_view();
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (view, nodes) = (&self.view, self.nodes.clone());
        let link = ctx.link();
        let ids = numbers(&nodes);
        let leader = view.summary.leader;
        let on_inspect = link.callback(Message::Inspect);
        html! {
            <div class="page" data-sheet={self.sheet.map(|_| "open")}>
                <Header summary={view.summary.clone()} theme={self.theme} past={view.clock.past.then_some(view.clock.end)}
                    on_new={link.callback(|()| Message::Dialog(Some(Dialog::New)))}
                    on_share={link.callback(|()| Message::Dialog(Some(Dialog::Share)))}
                    on_runs={self.keeper.is_some().then(|| link.callback(|()| Message::Dialog(Some(Dialog::Runs))))}
                    on_theme={link.callback(|()| Message::NextTheme)}
                    on_help={link.callback(|()| Message::Dialog(Some(Dialog::Help)))} />
                <Controls session={self.session.clone()} network={view.network} nodes={ids.clone()} {leader}
                    is_cut={!view.cuts.is_empty()} is_open={self.sheet == Some(Sheet::Controls)}
                    on_new={link.callback(|()| Message::Dialog(Some(Dialog::New)))} />
                { views::choice(self.sight, &link.callback(Message::Sight)) }
                if self.sight == Sight::Stage {
                    <Stage session={self.session.clone()} nodes={nodes.clone()} cuts={view.cuts.clone()} sides={view.sides.clone()}
                        agreed={view.agreed.clone()} {leader} workload={view.network.workload_clients}
                        selected={self.selected.filter(|_| self.tab == Tab::Inspector)} on_inspect={on_inspect.clone()} />
                } else {
                    { views::other(self.sight, &self.session, nodes.clone(), self.feed) }
                }
                <div class="side">
                    <Request session={self.session.clone()} nodes={ids} journeys={view.journeys.clone()}
                        is_open={self.sheet == Some(Sheet::Request)} />
                    <Tabs session={self.session.clone()} tab={self.tab} on_tab={link.callback(Message::Tab)}
                        nodes={if self.tab == Tab::Inspector { nodes } else { Vec::new() }} selected={self.selected}
                        on_select={on_inspect} feed={self.feed} lines={self.feed} is_open={self.sheet == Some(Sheet::Log)}
                        branches={view.branches.clone()} comparison={view.comparison.clone()} now={if view.comparison.is_some() { view.clock.now } else { 0 }} />
                </div>
                { self.sheet_buttons(ctx) }
                <Transport session={self.session.clone()} clock={view.clock} branches={view.branches.clone()}
                    history={self.history.clone()} span={self.session.scene().span} landmark={self.landmark}
                    on_landmark={link.callback(Message::Landmark)} on_zoom={link.callback(Message::Zoom)} />
                <Notices session={self.session.clone()} notice={self.session.notice()} progress={view.progress} />
                <p class="hidden" role="status" aria-live="polite">{ &self.spoken }</p>
                <Help is_open={self.dialog == Some(Dialog::Help)} on_close={link.callback(|()| Message::Dialog(None))} />
                <Share is_open={self.dialog == Some(Dialog::Share)} session={self.session.clone()} name={self.run_name()}
                    on_close={link.callback(|()| Message::Dialog(None))} />
                { self.runs(ctx) }
                <NewCluster is_open={self.dialog == Some(Dialog::New)} session={self.session.clone()}
                    on_close={link.callback(|()| Message::Dialog(None))} on_begun={link.callback(|()| Message::Begun)} />
            </div>
        }
    }
}

impl App {
    fn obey(&mut self, ctx: &Context<Self>, shortcut: Shortcut) {
        let apply = |input| go_to(&self.session, input);
        let (playing, speed) = (self.session.look().is_playing(), self.session.look().speed());
        match shortcut {
            Shortcut::PlayOrPause => apply(if playing { Input::Pause } else { Input::Play }),
            Shortcut::Step => apply(Input::Step),
            Shortcut::StepBack => apply(Input::StepBack),
            Shortcut::Undo => apply(Input::Undo),
            Shortcut::End => apply(Input::SeekEnd),
            Shortcut::Faster => change_speed(&self.session, speed, true),
            Shortcut::Slower => change_speed(&self.session, speed, false),
            Shortcut::AddNode => {
                let next = self.session.look().next_node();
                apply(Input::Act(Action::Add(next)));
            }
            Shortcut::Heal => apply(Input::Act(Action::Heal)),
            Shortcut::Key => {
                self.sheet = Some(Sheet::Request);
                focus_soon("#key");
            }
            Shortcut::Console => {
                (self.tab, self.sheet) = (Tab::Console, Some(Sheet::Log));
                focus_soon("#console");
            }
            Shortcut::Events => (self.tab, self.sheet) = (Tab::Events, Some(Sheet::Log)),
            Shortcut::Inspector => (self.tab, self.sheet) = (Tab::Inspector, Some(Sheet::Log)),
            Shortcut::Next => apply(Input::Next(self.landmark)),
            Shortcut::Previous => apply(Input::Previous(self.landmark)),
            Shortcut::Closer => ctx.link().send_message(Message::Zoom(true)),
            Shortcut::Wider => ctx.link().send_message(Message::Zoom(false)),
            Shortcut::Share => self.dialog = Some(Dialog::Share),
            Shortcut::Runs => self.dialog = self.keeper.as_ref().map(|_| Dialog::Runs),
            Shortcut::Stories => (self.tab, self.sheet) = (Tab::Stories, Some(Sheet::Log)),
            Shortcut::Theme => ctx.link().send_message(Message::NextTheme),
            Shortcut::View(sight) => ctx.link().send_message(Message::Sight(sight)),
            Shortcut::Help => self.dialog = Some(Dialog::Help),
        }
    }
}

impl App {
    /// What the run is called, also where nothing is kept.
    fn run_name(&self) -> String {
        let kept = self.keeper.as_ref().map(|keeper| keeper.current().1);
        kept.filter(|name| !name.is_empty()).unwrap_or_else(|| self.session.look().title())
    }

    fn runs(&self, ctx: &Context<Self>) -> Html {
        match &self.keeper {
            None => html! { <span hidden=true /> },
            Some(keeper) => html! {
                <Runs is_open={self.dialog == Some(Dialog::Runs)} session={self.session.clone()} keeper={keeper.clone()}
                    on_close={ctx.link().callback(|()| Message::Dialog(None))} />
            },
        }
    }
}

impl App {
    /// On a phone: the buttons that open the panels as sheets.
    fn sheet_buttons(&self, ctx: &Context<Self>) -> Html {
        let button = |(sheet, id, label): (Sheet, &'static str, &'static str)| {
            let is_open = self.sheet == Some(sheet);
            html! {
                <button key={id} type="button" class="button" aria-expanded={is_open.to_string()} aria-controls={format!("sheet-{id}")}
                    onclick={ctx.link().callback(move |_| Message::Sheet(sheet))}>{ label }</button>
            }
        };
        let sheets = [
            (Sheet::Controls, "controls", "Controls"),
            (Sheet::Request, "request", "Request"),
            (Sheet::Log, "log", "Events"),
        ];
        html! { <nav class="sheet-buttons" aria-label="Panels">{ for sheets.into_iter().map(button) }</nav> }
    }
}

impl App {
    /// Looks at the playground anew. A node that has not changed keeps its handle, so that its card
    /// compares by address.
    fn take_view(&mut self) {
        let mut view = self.session.view();
        self.history = history(&view, self.session.look().timeline());
        let span = Span::new(view.clock.now, view.clock.end, self.zoom);
        self.session.set_scene(|scene| scene.span = span);
        let known = std::mem::take(&mut self.nodes);
        let keep = |node: NodeView| {
            let same = known.iter().find(|known| known.id == node.id && known.as_ref() == &node);
            same.map_or_else(|| Rc::new(node.clone()), Rc::clone)
        };
        self.nodes = std::mem::take(&mut view.nodes).into_iter().map(keep).collect();
        self.view = view;
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
            self.announcer.listen(new, &self.view.summary, &self.view.journeys);
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
fn start_frames(ctx: &Context<App>, session: Session) -> FrameLoop {
    let link = ctx.link().clone();
    let mut painter = Painter::new(session.clone());
    let (mut rendered, mut fed, mut fed_at) = (u64::MAX, u64::MAX, 0.0);
    FrameLoop::start(move |now| {
        let revision = session.revision();
        if fed != revision && now - fed_at >= FEED_MS {
            (fed, fed_at, rendered) = (revision, now, revision);
            link.send_message(Message::Feed);
        } else if rendered != revision {
            rendered = revision;
            link.send_message(Message::Refresh);
        }
        if let Some(painter) = &mut painter {
            painter.frame(now);
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
        ("INPUT", Some("range" | "checkbox" | "radio")) | ("BUTTON" | "SUMMARY" | "A", _) => {
            Focus::Pressable
        }
        ("INPUT" | "TEXTAREA" | "SELECT", _) => Focus::Text,
        _ => Focus::Elsewhere,
    }
}

/// After the next rendering, when what is to have the focus is there.
fn focus_soon(selector: &'static str) {
    gloo_timers::callback::Timeout::new(0, move || page::focus(selector)).forget();
}

/// The strip of history in words.
fn history(view: &View, timeline: &Timeline) -> String {
    let count = |kind| timeline.marks.iter().filter(|mark| mark.kind == kind).count();
    format!(
        "{} of cluster time, {} terms, {} elections, {} commits, {} faults.",
        clock_text(view.clock.now / 100_000 * 100),
        timeline.terms.len(),
        count(MarkKind::Elected),
        count(MarkKind::Commit),
        count(MarkKind::Fault)
    )
}
