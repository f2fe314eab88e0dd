//! The run that all parts of the page share: the playground, the demonstration that plays on it, the notice that it
//! gave last, and the callbacks that run when it changes.
//!
//! A handle rather than a Yew state: a state held by a long-lived closure would keep every past view
//! alive. It deliberately holds no view; [`crate::ui::app::App`] makes those.

mod lesson;

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use yew::Callback;

use crate::course::Player;
use crate::playground::view::{Motion, View};
use crate::playground::{Action, Input, Playground, Problem, RealTime, RunId, Time};
use crate::ui::format::sentences::sentence;
use crate::ui::state::notice::{Notice, Offer};

/// A handle to the playground; clones share it.
#[derive(Clone)]
pub struct Session(Rc<Shared>);

struct Shared {
    playground: RefCell<Playground>,
    listeners: Listeners,
    notice: RefCell<Option<Notice>>,
    lesson: RefCell<Option<Player>>,
}

/// The callbacks that run when something happens to the run. None is borrowed while it runs, so that it may use the
/// session.
#[derive(Default)]
struct Listeners {
    changed: RefCell<Callback<()>>,
    leaving: RefCell<Callback<()>>,
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
            listeners: Listeners::default(),
            notice: RefCell::default(),
            lesson: RefCell::default(),
        }))
    }

    /// Sets the callback that runs when the user has changed something.
    pub fn on_change(&self, changed: Callback<()>) {
        *self.0.listeners.changed.borrow_mut() = changed;
    }

    /// Sets the callback that runs before another run may take the place of the one that is shown.
    pub fn on_leave(&self, leaving: Callback<()>) {
        *self.0.listeners.leaving.borrow_mut() = leaving;
    }

    /// Tells that another run may take the place of the one that is shown.
    pub fn leave(&self) {
        let leaving = self.0.listeners.leaving.borrow().clone();
        leaving.emit(());
    }

    /// The ids of the run that is shown and of the run that is being opened.
    pub fn standing(&self) -> (RunId, Option<RunId>) {
        (self.look().run_id(), self.look().opening_id())
    }

    /// Shows the user a notice.
    pub fn tell(&self, notice: Notice) {
        *self.0.notice.borrow_mut() = Some(notice);
        self.tell_change();
    }

    /// The last notice, until the user has read it.
    pub fn notice(&self) -> Option<Notice> {
        self.0.notice.borrow().clone()
    }

    /// The user has read the notice.
    pub fn forget_notice(&self) {
        *self.0.notice.borrow_mut() = None;
        self.tell_change();
    }

    fn tell_change(&self) {
        let changed = self.0.listeners.changed.borrow().clone();
        changed.emit(());
    }

    /// Does what the user asks. A problem is a sentence for the user.
    ///
    /// # Errors
    ///
    /// The sentence that says why it was refused. Then nothing has changed.
    pub fn apply(&self, input: Input) -> Result<(), String> {
        let result = self.apply_quietly(input);
        self.tell_change();
        result
    }

    /// The same for one action.
    ///
    /// # Errors
    ///
    /// As [`Session::apply`].
    pub fn act(&self, action: Action) -> Result<(), String> {
        self.apply(Input::Act(action))
    }

    /// Does it without a call of the callback for changes: the frame loop sees that something has changed.
    ///
    /// # Errors
    ///
    /// As [`Session::apply`].
    pub fn apply_quietly(&self, input: Input) -> Result<(), String> {
        let may_leave = matches!(input, Input::Open(_) | Input::OpenByTime);
        if may_leave || matches!(input, Input::Restart { .. } | Input::Console(_)) {
            self.leave();
        }
        let result = self.0.playground.borrow_mut().apply(input);
        result.map_err(|problem| sentence(&problem.to_string()))
    }

    /// Lets real time pass. A long job may fail meanwhile: then the user gets a notice.
    pub fn pass(&self, real: RealTime) {
        let result = self.0.playground.borrow_mut().apply(Input::Advance(real));
        if let Err(problem) = result {
            let notice = Notice::problem(sentence(&problem.to_string()));
            self.tell(match problem {
                Problem::Diverged => notice.offering(Offer::OpenByTime),
                _ => notice,
            });
        }
    }

    /// The demonstration that is on, if one is, and the playground that it plays on.
    fn with_playground<T>(
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

    pub fn revision(&self) -> u64 {
        self.look().revision()
    }

    /// The instant that is shown.
    pub fn now(&self) -> Time {
        self.look().now()
    }
}
