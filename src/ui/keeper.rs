//! Nothing is lost: saves the run in the browser as it goes, and brings it back after a reload.
//!
//! A tab remembers which run it keeps. Where the browser keeps nothing, or what it kept is damaged, the
//! person is told once and the page goes on without.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;

use super::counts::count;
use super::page;
use super::session::{Notice, Session};
use super::shelf::{Kept, Outcome, Shelf};
use crate::playground::view::Progress;
use crate::playground::{Archive, Input, MOST_BYTES, Recording, RunId};

/// How often the run is saved while it changes, in milliseconds.
const EVERY_MS: u32 = 1_000;

/// What a tab remembers: the run that it keeps, and the link that it opened last.
const RUN: &str = "kvorum-run";
const LINK: &str = "kvorum-link";

/// Saves for as long as it is kept; clones share it.
#[derive(Clone)]
pub struct Keeper(Rc<Inner>);

struct Inner {
    session: Session,
    shelf: RefCell<Option<Shelf>>,
    run: RefCell<Saved>,
    /// In a frame of another page: opens what the address names, and keeps nothing.
    is_guest: bool,
    /// This tab, or this life of it.
    tab: String,
    /// Whether it is writing, or has not yet looked for what was kept before.
    is_busy: Cell<bool>,
    /// Whether the person knows that it can't.
    is_told: Cell<bool>,
    timers: RefCell<Option<(Interval, EventListener)>>,
}

/// The run that is being kept.
#[derive(Clone, Default)]
struct Saved {
    id: String,
    name: String,
    /// Which of the page's runs it is.
    number: RunId,
    /// What was saved last: revision and time.
    state: Option<(u64, u64)>,
}

impl PartialEq for Keeper {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Keeper {
    /// Opens the run that the address names, or the one that this tab kept before it was reloaded, and
    /// saves from then on.
    pub fn start(session: Session, is_guest: bool) -> Self {
        let keeper = Self(Rc::new(Inner {
            session,
            shelf: RefCell::default(),
            run: RefCell::default(),
            is_guest,
            tab: page::draw_id(),
            is_busy: Cell::new(true),
            is_told: Cell::new(false),
            timers: RefCell::default(),
        }));
        let is_new = |link: &String| is_guest || page::recall(LINK).as_ref() != Some(link);
        let link = page::link().filter(is_new);
        // Another query asks for another cluster.
        let kept = page::recall(RUN).filter(|_| link.is_none() && !is_guest);
        let kept = kept.and_then(|kept| Some(kept.strip_suffix(&page::query())?.to_string()));
        // Nothing moves while it is looked for.
        let waits = kept.is_some() && keeper.0.session.look().is_playing();
        if waits {
            let _ = keeper.0.session.apply_quietly(Input::Pause);
        }
        if let Some(link) = &link {
            keeper.open_link(link);
        }
        let starting = keeper.clone();
        spawn_local(async move {
            if !starting.begin(kept).await && waits {
                let _ = starting.0.session.apply_quietly(Input::Play);
            }
            starting.0.is_busy.set(false);
        });
        keeper.listen();
        keeper
    }

    /// Opens the storage, and the run that was kept in it. Whether one is being opened.
    async fn begin(&self, kept: Option<String>) -> bool {
        if self.0.is_guest {
            return false;
        }
        let shelf = match Shelf::open().await {
            Ok(shelf) => shelf,
            Err(_) => {
                self.tell_once("This browser keeps nothing here: the run is lost when the page is closed. Share it, or save it as a file.");
                return false;
            }
        };
        *self.0.shelf.borrow_mut() = Some(shelf);
        match kept {
            Some(id) => self.reopen(&id).await,
            None => false,
        }
    }

    fn listen(&self) {
        let (ticking, hiding) = (Rc::downgrade(&self.0), Rc::downgrade(&self.0));
        let save = |keeper: &std::rc::Weak<Inner>| {
            if let Some(inner) = keeper.upgrade() {
                Keeper(inner).save();
            }
        };
        let interval = Interval::new(EVERY_MS, move || save(&ticking));
        if let Some(window) = web_sys::window() {
            let listener = EventListener::new(&window, "pagehide", move |_| save(&hiding));
            *self.0.timers.borrow_mut() = Some((interval, listener));
        }
    }

    /// Saves the run if it has changed.
    fn save(&self) {
        let (Some(shelf), false) = (self.0.shelf.borrow().clone(), self.0.is_busy.get()) else {
            return;
        };
        let Some(kept) = self.next() else { return };
        self.0.is_busy.set(true);
        let keeper = self.clone();
        spawn_local(async move {
            let result = shelf.keep(&kept).await;
            keeper.0.is_busy.set(false);
            match result {
                Ok(Outcome::Kept) => {
                    page::remember(RUN, &format!("{}{}", kept.id, page::query()));
                    keeper.0.is_told.set(false);
                }
                // From now on under a name of its own.
                Ok(Outcome::Taken) => *keeper.0.run.borrow_mut() = Saved::default(),
                Err(_) => keeper.tell_once("The browser's storage is full or blocked: this run is not saved any more. Delete earlier runs, or save it as a file."),
            }
        });
    }

    /// What is to be saved now, if anything.
    fn next(&self) -> Option<Kept> {
        let playground = self.0.session.look();
        if matches!(playground.progress(), Some(Progress::Opening(_))) {
            return None;
        }
        let mut run = self.0.run.borrow_mut();
        if run.id.is_empty() || run.number != playground.run_id() {
            let id = page::draw_id();
            *run = Saved { id, name: playground.title(), number: playground.run_id(), state: None };
        }
        let state = (playground.revision(), playground.now());
        if run.state.replace(state) == Some(state) {
            return None;
        }
        let archive = playground.archive();
        let text = archive.to_string();
        if text.len() > MOST_BYTES {
            drop(run);
            self.tell_once("This run has become too long to be kept here. Save it as a file.");
            return None;
        }
        let count: usize = archive.stories.iter().map(|story| story.recording.actions.len()).sum();
        let is_idle = count == 0 && archive.stories.len() == 1;
        let about = about(&archive, playground.now());
        let (id, name, tab) = (run.id.clone(), run.name.clone(), self.0.tab.clone());
        Some(Kept { id, name, saved: js_sys::Date::now(), about, is_idle, tab, text })
    }

    fn tell_once(&self, words: &str) {
        if !self.0.is_told.replace(true) {
            self.0.session.tell(Notice::problem(words));
        }
    }

    /// Opens a run that is kept here, and goes on keeping it. Whether it is being opened.
    pub async fn reopen(&self, id: &str) -> bool {
        let Some(shelf) = self.0.shelf.borrow().clone() else { return false };
        let kept = match shelf.get(id).await {
            Ok(Some(kept)) => kept,
            Ok(None) => return false,
            Err(_) => {
                self.0.session.tell(Notice::problem("The run that was kept here can't be read."));
                return false;
            }
        };
        let archive = match Archive::parse(&kept.text) {
            Ok(archive) => archive,
            Err(why) => {
                let words = format!("The run that was kept here can't be opened: {why}.");
                self.0.session.tell(Notice::problem(words));
                return false;
            }
        };
        // What another tab had under this id it keeps under another from now on.
        let own = Kept { tab: self.0.tab.clone(), ..kept };
        let _ = shelf.overwrite(&own).await;
        let opened = self.0.session.apply(Input::Open(Box::new(archive)));
        let opening = self.0.session.look().opening_id();
        let Some(number) = opening.filter(|_| opened.is_ok()) else { return false };
        *self.0.run.borrow_mut() = Saved { id: own.id, name: own.name, number, state: None };
        true
    }

    /// Opens the run that a link holds.
    pub fn open_link(&self, link: &str) {
        match crate::playground::Bookmark::parse(link) {
            Ok(bookmark) => {
                page::remember(LINK, link);
                // It begins; how it ends is told when it does.
                let _ = self.0.session.apply(Input::Open(Box::new(bookmark.into())));
            }
            Err(why) => {
                self.0.session.tell(Notice::problem(super::session::sentence(&why.to_string())))
            }
        }
    }

    /// All that is kept, the newest first; `None` where nothing can be kept.
    pub async fn list(&self) -> Option<Vec<Kept>> {
        let shelf = self.0.shelf.borrow().clone()?;
        shelf.list().await.ok()
    }

    /// Forgets a run.
    pub async fn delete(&self, id: &str) {
        let shelf = self.0.shelf.borrow().clone();
        if let Some(shelf) = shelf
            && shelf.delete(id).await.is_err()
        {
            self.0.session.tell(Notice::problem("The run can't be deleted."));
        }
    }

    /// Names the run that is being kept.
    pub fn rename(&self, name: &str) {
        let name: String = name.trim().chars().take(60).collect();
        if !name.is_empty() {
            let mut run = self.0.run.borrow_mut();
            (run.name, run.state) = (name, None);
        }
    }

    /// The id and the name of the run that is being kept.
    pub fn current(&self) -> (String, String) {
        let run = self.0.run.borrow();
        (run.id.clone(), run.name.clone())
    }
}

fn about(archive: &Archive, now: u64) -> String {
    let recording = archive.stories.get(archive.current).map(|story| &story.recording);
    let actions = recording.map_or(0, |recording| recording.actions.len());
    let modified = recording.map(Recording::modified).filter(|modified| !modified.is_empty());
    let modified = modified.map_or(String::new(), |modified| format!(", modified: {modified}"));
    let actions = count(actions as u64, "action", "actions");
    let stories = count(archive.stories.len() as u64, "story", "stories");
    let time = super::painter::clock_text(now / 1_000);
    format!("{time} of cluster time, {actions}, {stories}{modified}")
}
