//! The one thing that all parts of the page share: the playground, and a bell for when a person
//! changed it.
//!
//! A handle rather than a Yew state: a state held by a long-lived closure would keep every past view
//! alive. It deliberately holds no view; [`crate::ui::app::App`] makes those.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use yew::Callback;

use crate::course::Player;
use crate::playground::history::operation_history::{Operations, Version};
use crate::playground::view::{Motion, NodeNumber, View};
use crate::playground::{Action, Input, Playground, Problem, RunId};
use crate::ui::format::sentences::sentence;
use crate::ui::geometry::layout::Layout;
use crate::ui::geometry::message_path::Point;
use crate::ui::state::highlight::Highlight;
use crate::ui::state::notice::{Notice, Offer};
use crate::ui::state::span::Span;

/// A handle to the playground; clones share it.
#[derive(Clone)]
pub struct Session(Rc<Shared>);

struct Shared {
    playground: RefCell<Playground>,
    changed: RefCell<Callback<()>>,
    leaving: RefCell<Callback<()>>,
    frame_context: RefCell<FrameContext>,
    frame_context_version: Cell<u64>,
    notice: RefCell<Option<Notice>>,
    highlight: Cell<Option<Highlight>>,
    lesson: RefCell<Option<Player>>,
    /// What was found of the clients' operations last, and of which version.
    operations: RefCell<Option<(Version, Rc<Operations>)>>,
}

/// What the frame loop needs of the last rendering.
#[derive(Clone)]
pub struct FrameContext {
    pub layout: Rc<Layout>,
    /// That of the stage beside it, while there is one.
    pub other: Option<Rc<Layout>>,
    /// What of the history the strip shows.
    pub span: Span,
    /// The message whose card is open.
    pub mark: Option<Mark>,
    /// The line that is being drawn across the stage.
    pub line: Option<(Point, Point)>,
    /// How much time the space-time diagram shows, in microseconds.
    pub spacetime: u64,
    /// How much time the clients' operations are shown of, in microseconds; `None` for all.
    pub operations: Option<u64>,
    /// Which states the view of differences compares.
    pub compared: Compared,
}

impl Default for FrameContext {
    fn default() -> Self {
        Self {
            layout: Rc::default(),
            other: None,
            span: Span::default(),
            mark: None,
            line: None,
            spacetime: 200_000,
            operations: None,
            compared: Compared::default(),
        }
    }
}

/// Which servers are compared, and with what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// `None` for all.
    pub who: Option<NodeNumber>,
    /// `None` for the instant that is pinned.
    pub with: Option<NodeNumber>,
}

/// A message that is marked, and the point of its card that a line leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub message: u64,
    pub anchor: Point,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Session {
    pub fn new(playground: Playground) -> Self {
        Self(Rc::new(Shared {
            playground: RefCell::new(playground),
            changed: RefCell::default(),
            leaving: RefCell::default(),
            frame_context: RefCell::default(),
            frame_context_version: Cell::new(0),
            notice: RefCell::default(),
            highlight: Cell::default(),
            lesson: RefCell::default(),
            operations: RefCell::default(),
        }))
    }

    /// Who is told when a person has changed something.
    pub fn on_change(&self, changed: Callback<()>) {
        *self.0.changed.borrow_mut() = changed;
    }

    /// Who is told before another run may take the place of the one that is shown.
    pub fn on_leave(&self, leaving: Callback<()>) {
        *self.0.leaving.borrow_mut() = leaving;
    }

    /// Another run may take the place of the one that is shown.
    pub fn leave(&self) {
        // Not held while it rings: whoever listens may come back here.
        let leaving = self.0.leaving.borrow().clone();
        leaving.emit(());
    }

    /// The run that is shown, and the one that is being opened.
    pub fn standing(&self) -> (RunId, Option<RunId>) {
        (self.look().run_id(), self.look().opening_id())
    }

    /// Tells a person something.
    pub fn tell(&self, notice: Notice) {
        *self.0.notice.borrow_mut() = Some(notice);
        self.ring();
    }

    /// What they were told last, until they have read it.
    pub fn notice(&self) -> Option<Notice> {
        self.0.notice.borrow().clone()
    }

    /// They have read it.
    pub fn forget_notice(&self) {
        *self.0.notice.borrow_mut() = None;
        self.ring();
    }

    /// What a person points at.
    pub fn highlight(&self) -> Option<Highlight> {
        self.0.highlight.get()
    }

    /// They point at something else, or at nothing.
    pub fn point(&self, highlight: Option<Highlight>) {
        self.0.highlight.set(highlight);
    }

    fn ring(&self) {
        // Not held while it rings: whoever listens may come back here.
        let changed = self.0.changed.borrow().clone();
        changed.emit(());
    }

    /// Does what a person asks; a problem is a sentence for them.
    pub fn apply(&self, input: Input) -> Result<(), String> {
        let result = self.apply_quietly(input);
        self.ring();
        result
    }

    /// The same for one action.
    pub fn act(&self, action: Action) -> Result<(), String> {
        self.apply(Input::Act(action))
    }

    /// Does it without ringing: the frame loop will see that something has changed.
    pub fn apply_quietly(&self, input: Input) -> Result<(), String> {
        let may_leave = matches!(input, Input::Open(_) | Input::OpenByTime);
        if may_leave || matches!(input, Input::Restart { .. } | Input::Console(_)) {
            self.leave();
        }
        let result = self.0.playground.borrow_mut().apply(input);
        result.map_err(|problem| sentence(&problem.to_string()))
    }

    /// Lets real time pass, in microseconds. What took long may end otherwise than was hoped: that is told.
    pub fn pass(&self, micros: u64) {
        let result = self.0.playground.borrow_mut().apply(Input::Advance(micros));
        if let Err(problem) = result {
            let notice = Notice::problem(sentence(&problem.to_string()));
            self.tell(match problem {
                Problem::Diverged => notice.offering(Offer::OpenByTime),
                _ => notice,
            });
        }
    }

    /// The demonstration that is on, if one is, and the playground that it plays on.
    pub fn with_playground<T>(
        &self,
        change: impl FnOnce(&mut Option<Player>, &mut Playground) -> T,
    ) -> T {
        change(&mut self.0.lesson.borrow_mut(), &mut self.0.playground.borrow_mut())
    }

    /// A look at the playground.
    pub fn look(&self) -> Ref<'_, Playground> {
        self.0.playground.borrow()
    }

    pub fn view(&self) -> View {
        self.look().view()
    }

    pub fn motion(&self) -> Motion {
        self.look().motion()
    }

    /// The clients' operations. Their orders are looked for once, and not in every frame.
    pub fn operations(&self) -> Rc<Operations> {
        let version = self.look().operations_version();
        let mut known = self.0.operations.borrow_mut();
        match &*known {
            Some((of, operations)) if *of == version => Rc::clone(operations),
            _ => {
                let operations = Rc::new(self.look().operations());
                *known = Some((version, Rc::clone(&operations)));
                operations
            }
        }
    }

    pub fn revision(&self) -> u64 {
        self.look().revision()
    }

    /// Cluster time in microseconds.
    pub fn now(&self) -> u64 {
        self.look().now()
    }

    pub fn frame_context(&self) -> Ref<'_, FrameContext> {
        self.0.frame_context.borrow()
    }

    /// Grows whenever the frame context was changed.
    pub fn frame_context_version(&self) -> u64 {
        self.0.frame_context_version.get()
    }

    /// Tells the frame loop what was rendered.
    pub fn set_frame_context(&self, change: impl FnOnce(&mut FrameContext)) {
        change(&mut self.0.frame_context.borrow_mut());
        self.0.frame_context_version.set(self.0.frame_context_version.get() + 1);
    }
}
