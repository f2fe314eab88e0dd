//! The search in the background, with as many workers as the machine has cores.
//!
//! The workers share the seeds. The first that finds something ends the others, and goes on making it small; then the
//! run is opened, and plays until it breaks. What is searched and how is in [`crate::playground::search::shard`], what
//! follows from what a worker says in [`crate::playground::search::coordinator`].

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::playground::search::coordinator::{Coordinator, News, Stage, Status, WorkerId};
use crate::playground::search::shard::{Search, Shard};
use crate::playground::{Archive, Input, RealTime, RunId, Time};
use crate::ui::browser::page;
use crate::ui::search::worker::READY;
use crate::ui::state::notice::Notice;
use crate::ui::state::session::Session;

/// More workers than this are of no use to a page that is to stay smooth.
const MOST_WORKERS: u32 = 16;

/// A search; clones share it.
#[derive(Clone)]
pub struct WorkerPool(Rc<Shared>);

struct Shared {
    session: Session,
    coordinator: RefCell<Coordinator>,
    hands: RefCell<Vec<Hand>>,
    changed: RefCell<Callback<()>>,
    /// Runs when a run was found that is to be seen at once.
    found: RefCell<Callback<()>>,
    shows: Cell<bool>,
    /// The run that was found last, once it is open.
    opened: Cell<Option<RunId>>,
}

/// A worker, and what listens to it.
struct Hand {
    worker_id: WorkerId,
    worker: Worker,
    _closures: [Closure<dyn FnMut(MessageEvent)>; 2],
}

impl PartialEq for WorkerPool {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl WorkerPool {
    pub fn new(session: Session) -> Self {
        Self(Rc::new(Shared {
            session,
            coordinator: RefCell::default(),
            hands: RefCell::default(),
            changed: RefCell::default(),
            found: RefCell::default(),
            shows: Cell::default(),
            opened: Cell::default(),
        }))
    }

    /// Sets the callback that runs when there is something new.
    pub fn on_change(&self, changed: Callback<()>) {
        *self.0.changed.borrow_mut() = changed;
    }

    /// Sets the callback that runs when a run was found that is to be seen at once.
    pub fn on_found(&self, found: Callback<()>) {
        *self.0.found.borrow_mut() = found;
    }

    pub fn status(&self) -> Status {
        self.0.coordinator.borrow().status().clone()
    }

    /// The seed to begin with where this one is asked for: the same question again looks further.
    pub fn first_seed(&self, search: &Search, asked: u64) -> u64 {
        self.0.coordinator.borrow().first_seed(search, asked)
    }

    /// Begins to search these seeds, and shows what is found as soon as it is.
    pub fn begin_and_show(&self, search: &Search, seeds: Range<u64>) {
        self.begin(search, seeds);
        self.0.shows.set(true);
    }

    /// Begins to search these seeds, with all cores.
    pub fn begin(&self, search: &Search, seeds: Range<u64>) {
        self.0.shows.set(false);
        let workers = u64::from(page::cores().min(MOST_WORKERS));
        let shares = self.0.coordinator.borrow_mut().begin(search, seeds, workers, now());
        self.end_the_idle();
        for (worker_id, shard) in shares {
            match self.hire(worker_id, &shard) {
                Some(hand) => self.0.hands.borrow_mut().push(hand),
                None => return self.fail(worker_id, "this browser has no workers"),
            }
        }
        self.ring();
    }

    /// Ends the search.
    pub fn stop(&self) {
        self.0.coordinator.borrow_mut().stop(now());
        self.end_the_idle();
        self.ring();
    }

    /// Plays what was found from its beginning.
    pub fn watch(&self) {
        let Stage::Found(find) = self.status().stage else { return };
        if self.0.opened.get() == Some(self.0.session.look().run_id()) {
            // Any instant can be shown, and goes on.
            let _ = self.0.session.apply(Input::Seek(Time::ZERO));
            let _ = self.0.session.apply(Input::Play);
        } else if let Some(archive) = find.archive() {
            // Another run has been opened since.
            self.open(Box::new(archive));
        }
    }

    fn open(&self, archive: Box<Archive>) {
        // How it ends is told when it does.
        let _ = self.0.session.apply(Input::Open(archive));
        self.0.opened.set(self.0.session.look().opening_id());
    }

    /// A worker that is told what to search as soon as it listens.
    fn hire(&self, worker_id: WorkerId, shard: &Shard) -> Option<Hand> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address()?, &options).ok()?;
        let (pool, told, line) = (self.clone(), worker.clone(), shard.to_string());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().as_string().as_deref() {
                // A text can always be copied to a worker.
                Some(READY) => drop(told.post_message(&JsValue::from_str(&line))),
                Some(text) => pool.hear(worker_id, text),
                None => {}
            }
        });
        let pool = self.clone();
        let on_error = Closure::<dyn FnMut(MessageEvent)>::new(move |_: MessageEvent| {
            pool.fail(worker_id, "a worker stopped with an error");
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Hand { worker_id, worker, _closures: [on_message, on_error] })
    }

    fn hear(&self, worker_id: WorkerId, text: &str) {
        let news = self.0.coordinator.borrow_mut().hear(worker_id, text, now());
        self.take_in(news);
    }

    fn fail(&self, worker_id: WorkerId, why: &str) {
        let news = self.0.coordinator.borrow_mut().fail(worker_id, why);
        self.take_in(news);
    }

    fn take_in(&self, news: News) {
        self.end_the_idle();
        self.ring();
        match news {
            News::Progress => {}
            News::Opens(archive) => {
                self.open(archive);
                if self.0.shows.take() {
                    let found = self.0.found.borrow().clone();
                    found.emit(());
                }
            }
            News::Fails(why) => {
                self.0.session.tell(Notice::problem(format!("The search could not go on: {why}.")));
            }
        }
    }

    fn ring(&self) {
        // The callback is not borrowed while it runs, so that it may use the pool.
        let changed = self.0.changed.borrow().clone();
        changed.emit(());
    }

    /// Ends the workers that are no longer needed. A listener of such a worker may be running now, so the listeners are
    /// dropped later.
    fn end_the_idle(&self) {
        let coordinator = self.0.coordinator.borrow();
        let is_idle = |hand: &mut Hand| !coordinator.is_at_work(hand.worker_id);
        let idle: Vec<Hand> = self.0.hands.borrow_mut().extract_if(.., is_idle).collect();
        for hand in &idle {
            hand.worker.set_onmessage(None);
            hand.worker.set_onerror(None);
            hand.worker.terminate();
        }
        if !idle.is_empty() {
            gloo_timers::callback::Timeout::new(0, move || drop(idle)).forget();
        }
    }
}

/// Whole milliseconds since the page began: the rest says nothing of a search.
fn now() -> RealTime {
    RealTime::from_millis(page::now() as u64)
}

/// The worker's script, told where the program is.
fn address() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let href = |id: &str| -> Option<String> {
        let link: Element = document.get_element_by_id(id)?;
        link.get_attribute("href").map(|href| js_sys::encode_uri_component(&href).into())
    };
    Some(format!("searcher.js?glue={}&program={}", href("kvorum-js")?, href("kvorum-wasm")?))
}
