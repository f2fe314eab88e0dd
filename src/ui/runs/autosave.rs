//! Nothing is lost: saves the run in the browser as it goes, and brings it back after a reload.
//!
//! A tab remembers which run it keeps. What was done is saved soon after it, before another run takes its place, and
//! when the page goes: then without waiting for anything, and for safety's sake also into the tab's own memory, which
//! needs no turn of the program, and whose run is put among the others at the next start. Where the browser keeps
//! nothing, or what it kept is damaged, the user is told once and the page goes on without saving.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use crate::counts::counted;
use crate::playground::formats::entry::{Entry, Keeping};
use crate::playground::{Archive, Bookmark, Input, Recording, RunId, Time};
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::format::sentences::sentence;
use crate::ui::runs::run_store;
use crate::ui::runs::run_store::{Failed, MOST_KEPT, RunStore, Stored, StoredRun};
use crate::ui::state::notice::{Notice, Offer};
use crate::ui::state::session::Session;

/// How often the run is saved while it changes, in milliseconds.
const EVERY_MS: u32 = 1_000;

/// How soon it is saved after something was done: several things done at once are saved together.
const SOON_MS: u32 = 100;

/// What a tab remembers: the run that it keeps, the link that it opened last, and what it may not have kept any more
/// when it went.
const RUN: &str = "kvorum-run";
const LINK: &str = "kvorum-link";
const LAST: &str = "kvorum-last";

/// The longest text of a run that a tab remembers, in bytes: browsers give a tab some megabytes.
const MOST_LAST: usize = 1_000_000;

/// Saves for as long as it is kept; clones share it.
#[derive(Clone)]
pub struct Autosave(Rc<Inner>);

struct Inner {
    session: Session,
    store: RefCell<Option<RunStore>>,
    keeping: RefCell<Keeping>,
    /// The link that is being opened, and the run that it will be.
    link: RefCell<Option<(RunId, String)>>,
    /// The run of a link that is to be greeted once it is open.
    linked: Cell<Option<RunId>>,
    /// In a frame of another page: opens what the address names, and keeps nothing.
    is_guest: bool,
    /// Whether it still looks for the run of this tab. The run that is shown until then is not saved.
    is_looking: Cell<bool>,
    /// Whether it is writing.
    is_busy: Cell<bool>,
    /// When the tab remembered its run for safety's sake, as [`StoredRun::saved`].
    last: Cell<f64>,
    /// Whether the user was told that nothing can be saved.
    is_told: Cell<bool>,
    soon: RefCell<Option<Timeout>>,
    timers: RefCell<Option<(Interval, [EventListener; 3])>>,
}

impl PartialEq for Autosave {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Autosave {
    /// Opens the run that the address names, or the one that this tab kept before it was reloaded, and
    /// saves from then on.
    pub fn start(session: Session, is_guest: bool) -> Self {
        let is_new = |link: &String| is_guest || page::recall(LINK).as_ref() != Some(link);
        let link = page::link().filter(is_new);
        let kept = remembered().filter(|_| link.is_none() && !is_guest);
        let autosave = Self(Rc::new(Inner {
            session,
            store: RefCell::default(),
            keeping: RefCell::default(),
            link: RefCell::default(),
            linked: Cell::default(),
            is_guest,
            is_looking: Cell::new(kept.is_some()),
            is_busy: Cell::new(false),
            last: Cell::new(0.0),
            is_told: Cell::new(false),
            soon: RefCell::default(),
            timers: RefCell::default(),
        }));
        // Nothing moves while it is looked for.
        let waits = kept.is_some() && autosave.0.session.look().is_playing();
        if waits {
            let _ = autosave.0.session.apply_quietly(Input::Pause);
        }
        if let Some(link) = &link {
            autosave.open_link(link);
        }
        let starting = autosave.clone();
        spawn_local(async move {
            if !starting.begin(kept).await && waits {
                let _ = starting.0.session.apply_quietly(Input::Play);
            }
            starting.0.is_looking.set(false);
        });
        autosave.listen();
        autosave
    }

    /// Opens the storage, and the run that was kept in it. Whether one is being opened.
    async fn begin(&self, kept: Option<(String, String)>) -> bool {
        if self.0.is_guest {
            return false;
        }
        let Ok(store) = RunStore::open().await else {
            let last = last().filter(|last| kept.is_some_and(|(id, _)| id == last.id));
            if let Some(last) = last {
                return self.open_kept(last);
            }
            self.tell_once(Notice::problem("This browser keeps nothing here: the run is lost when the page is closed. Share it, or save it as a file."));
            return false;
        };
        put_back(&store).await;
        *self.0.store.borrow_mut() = Some(store);
        match kept {
            Some((id, line)) => self.reopen(&id, &line).await,
            None => false,
        }
    }

    fn listen(&self) {
        let weak = Rc::downgrade(&self.0);
        let with = |weak: &Weak<Inner>, does: fn(&Self)| {
            if let Some(inner) = weak.upgrade() {
                does(&Autosave(inner));
            }
        };
        let (ticking, leaving, going) = (weak.clone(), weak.clone(), weak.clone());
        let (coming, hiding) = (weak.clone(), weak);
        let interval = Interval::new(EVERY_MS, move || with(&ticking, Self::save_in_turn));
        self.0.session.on_leave(Callback::from(move |()| with(&leaving, Self::save)));
        let window = web_sys::window();
        let document = window.as_ref().and_then(|window| window.document());
        if let (Some(window), Some(document)) = (window, document) {
            let listeners = [
                EventListener::new(&window, "pagehide", move |_| with(&going, Self::save_last)),
                // As it was left, when one comes back to it: this tab may have kept another run meanwhile.
                EventListener::new(&window, "pageshow", move |_| {
                    with(&coming, Self::remember_shown)
                }),
                // The browser may end a hidden page without another event.
                EventListener::new(&document, "visibilitychange", move |_| {
                    if page::is_hidden() {
                        with(&hiding, Self::save_last);
                    }
                }),
            ];
            *self.0.timers.borrow_mut() = Some((interval, listeners));
        }
    }

    /// Something was done: saves it soon.
    pub fn save_soon(&self) {
        let mut soon = self.0.soon.borrow_mut();
        if soon.is_none() {
            let autosave = Rc::downgrade(&self.0);
            *soon = Some(Timeout::new(SOON_MS, move || {
                if let Some(inner) = autosave.upgrade() {
                    // The timer has fired and is no longer needed.
                    inner.soon.borrow_mut().take().map(Timeout::forget);
                    Autosave(inner).save_in_turn();
                }
            }));
        }
    }

    /// Saves the run if it has changed and nothing is being written: else it is saved the next time.
    fn save_in_turn(&self) {
        if !self.0.is_busy.get() {
            self.save();
        }
    }

    /// Saves the run if it has changed.
    fn save(&self) {
        let store = self.0.store.borrow().clone();
        if let Some((store, kept)) = store.and_then(|store| Some((store, self.next()?))) {
            self.write(&store, kept);
        }
    }

    /// The same when this may be the last that the page does.
    fn save_last(&self) {
        let Some(kept) = self.next() else { return };
        let is_short = kept.text.len() <= MOST_LAST;
        match run_store::to_text(&kept).filter(|_| is_short) {
            Some(text) => page::remember(LAST, &text),
            None => page::forget(LAST),
        }
        self.0.last.set(kept.saved);
        self.remember(&kept);
        let store = self.0.store.borrow().clone();
        if let Some(store) = store {
            self.write(&store, kept);
        }
    }

    /// What a reload of this tab is to bring back.
    fn remember(&self, kept: &StoredRun) {
        remember_run(&kept.id, &kept.line);
        let run = self.0.session.look().run_id();
        if let Some((_, link)) = self.0.link.borrow_mut().take_if(|(of, _)| *of == run) {
            page::remember(LINK, &link);
        }
    }

    fn remember_shown(&self) {
        if let Some(entry) = self.current().filter(|_| !self.0.is_guest) {
            remember_run(&entry.id, &entry.line);
        }
    }

    fn write(&self, store: &RunStore, kept: StoredRun) {
        self.remember(&kept);
        // It is on its way from here on.
        let written = store.keep(&kept);
        self.0.is_busy.set(true);
        let (autosave, store) = (self.clone(), store.clone());
        spawn_local(async move {
            let result = match written {
                Ok(end) => end.await,
                Err(failed) => Err(failed),
            };
            autosave.0.is_busy.set(false);
            autosave.is_written(&store, &kept, result).await;
        });
    }

    async fn is_written(&self, store: &RunStore, kept: &StoredRun, result: Result<(), Failed>) {
        if result.is_err() {
            self.0.keeping.borrow_mut().is_lost(&kept.id);
            self.tell_once(Notice::problem("The browser's storage is full or blocked: this run is not saved any more. Delete earlier runs, or save it as a file.").offering(Offer::Save));
            return;
        }
        self.0.is_told.set(false);
        if kept.saved >= self.0.last.get() {
            page::forget(LAST);
        }
        if self.0.keeping.borrow_mut().is_kept(&kept.id) {
            // If tidying fails, it is done again when the next run is saved.
            let _ = store.tidy(&kept.id).await;
        }
    }

    /// What is to be saved now, if anything.
    fn next(&self) -> Option<StoredRun> {
        if self.0.is_guest || self.0.is_looking.get() {
            return None;
        }
        let playground = self.0.session.look();
        let mut keeping = self.0.keeping.borrow_mut();
        let fresh = || Entry::new(page::draw_id(), playground.title());
        let entry = keeping.entry(playground.run_id(), fresh);
        if !entry.take_up((playground.revision(), playground.now())) {
            return None;
        }
        let archive = playground.archive();
        let count: usize =
            archive.branches.iter().map(|branch| branch.recording.actions.len()).sum();
        let is_idle = count == 0 && archive.branches.len() == 1;
        if is_idle && playground.opening_id().is_some() {
            // What stands while a run is opened with the page.
            entry.is_lost();
            return None;
        }
        let text = archive.to_string();
        if text.len() > MOST_KEPT {
            let notice = "This run has become too long to be kept here: what you do from now on is lost when the page is closed. Save it as a file, which opens again.";
            self.tell_later(Notice::problem(notice).offering(Offer::Save));
            return None;
        }
        let Entry { id, line, name, replaces, .. } = entry.clone();
        let about = about(&archive, playground.now());
        Some(StoredRun {
            id,
            line,
            name,
            saved: js_sys::Date::now(),
            about,
            is_idle,
            replaces,
            text,
        })
    }

    fn tell_once(&self, notice: Notice) {
        if !self.0.is_told.replace(true) {
            self.0.session.tell(notice);
        }
    }

    /// The same where the playground is being looked at.
    fn tell_later(&self, notice: Notice) {
        let autosave = self.clone();
        spawn_local(async move { autosave.tell_once(notice) });
    }

    /// Opens a run that is kept here, and goes on keeping it. Whether it is being opened.
    pub async fn reopen(&self, id: &str, line: &str) -> bool {
        let Some(store) = self.0.store.borrow().clone() else { return false };
        let standing = self.0.session.standing();
        let found = store.find(id, line).await;
        if self.0.session.standing() != standing {
            // Something else was opened or begun meanwhile.
            return false;
        }
        match found {
            Ok(Some(kept)) => self.open_kept(kept),
            Ok(None) => false,
            Err(Failed) => {
                self.0.session.tell(Notice::problem("The run that was kept here can't be read."));
                false
            }
        }
    }

    fn open_kept(&self, kept: StoredRun) -> bool {
        let archive = match Archive::parse(&kept.text) {
            Ok(archive) => archive,
            Err(why) => {
                let words = format!("The run that was kept here can't be opened: {why}.");
                self.0.session.tell(Notice::problem(words));
                return false;
            }
        };
        // How it ends is told when it does.
        let is_begun = self.0.session.apply(Input::Open(Box::new(archive))).is_ok();
        if let Some(run) = self.0.session.look().opening_id().filter(|_| is_begun) {
            let entry = Entry::of_kept(page::draw_id(), kept.name, &kept.id, &kept.line);
            self.0.keeping.borrow_mut().expect(run, entry);
        }
        is_begun
    }

    /// Opens the run that a link holds.
    pub fn open_link(&self, link: &str) {
        match Bookmark::parse(link) {
            Ok(bookmark) => {
                // It begins; how it ends is told when it does.
                let _ = self.0.session.apply(Input::Open(Box::new(bookmark.into())));
                let run = self.0.session.look().opening_id();
                self.0.linked.set(run);
                *self.0.link.borrow_mut() = run.map(|run| (run, link.to_string()));
            }
            Err(why) => self.0.session.tell(Notice::problem(sentence(&why.to_string()))),
        }
    }

    /// Once the run of a link is open, says where it stands, and offers other instants to begin at.
    pub fn greet_linked_run(&self) {
        let (run, now, last) = {
            let playground = self.0.session.look();
            (playground.run_id(), playground.now(), playground.last_action_at())
        };
        if self.0.is_guest || now == Time::ZERO || self.0.linked.get() != Some(run) {
            return;
        }
        self.0.linked.set(None);
        let words =
            format!("A shared run, at the instant where it was shared: {}.", clock_text(now));
        let notice = Notice::news(words).offering(Offer::FromTheStart);
        self.0.session.tell(match last {
            Some(_) => notice.offering(Offer::AtTheLastAction),
            None => notice,
        });
    }

    /// All that is stored, the newest first; `None` where nothing can be kept.
    pub async fn list(&self) -> Option<Vec<Stored>> {
        let store = self.0.store.borrow().clone()?;
        store.list().await.ok()
    }

    /// Forgets what is stored under a key.
    pub async fn delete(&self, key: &JsValue) {
        let store = self.0.store.borrow().clone();
        if let Some(store) = store
            && store.delete(key).await.is_err()
        {
            self.0.session.tell(Notice::problem("The run can't be deleted."));
        }
    }

    /// Names the run that is being kept.
    pub fn rename(&self, name: &str) {
        let name: String = name.trim().chars().take(60).collect();
        if !name.is_empty() {
            let playground = self.0.session.look();
            let mut keeping = self.0.keeping.borrow_mut();
            let fresh = || Entry::new(page::draw_id(), playground.title());
            keeping.entry(playground.run_id(), fresh).rename(name);
        }
    }

    /// The entry of the run that is shown, if it has one by now.
    pub fn current(&self) -> Option<Entry> {
        let run = self.0.session.look().run_id();
        self.0.keeping.borrow_mut().known(run).cloned()
    }
}

fn remember_run(id: &str, line: &str) {
    page::remember(RUN, &format!("{id} {line} {}", page::query()));
}

/// The id and the line of the run that this tab kept. Another query asks for another cluster.
fn remembered() -> Option<(String, String)> {
    let run = page::recall(RUN)?;
    let mut words = run.splitn(3, ' ').map(str::to_string);
    let (id, line, query) = (words.next()?, words.next()?, words.next()?);
    (query == page::query()).then_some((id, line))
}

/// What this tab may not have kept any more when it went.
fn last() -> Option<StoredRun> {
    run_store::from_text(&page::recall(LAST)?)
}

/// Keeps that, unless it is there, or another tab has it by now.
async fn put_back(store: &RunStore) {
    let Some(last) = last() else { return };
    let Ok(known) = store.find(&last.id, &last.line).await else { return };
    let is_newer = known.is_none_or(|known| known.saved < last.saved);
    let is_lost = is_newer
        && match store.keep(&last) {
            Ok(end) => end.await.is_err(),
            Err(Failed) => true,
        };
    if !is_lost {
        page::forget(LAST);
    }
}

fn about(archive: &Archive, now: Time) -> String {
    let recording = archive.branches.get(archive.current).map(|branch| &branch.recording);
    let actions = recording.map_or(0, |recording| recording.actions.len());
    let modified = recording.map(Recording::modified).filter(|modified| !modified.is_empty());
    let modified = modified.map_or(String::new(), |modified| format!(", modified: {modified}"));
    let actions = counted(actions as u64, "action", "actions");
    let branches = counted(archive.branches.len() as u64, "branch", "branches");
    let time = clock_text(now);
    format!("{time} of cluster time, {actions}, {branches}{modified}")
}
