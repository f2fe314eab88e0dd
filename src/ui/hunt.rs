//! The search in the background: as many workers as the machine has cores, and what they have told.
//!
//! The workers share the seeds. The first that finds something ends the others, and goes on making it
//! small; then the run is opened, and plays until it breaks. What is searched and how is in
//! [`crate::playground::quest`].

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::page;
use super::session::{Notice, Session};
use super::worker::READY;
use crate::playground::Input;
use crate::playground::quest::{Find, Quest, Search, Size, Told};

/// More workers than this are of no use to a page that is to stay smooth.
const MOST_WORKERS: u32 = 16;

/// A search; clones share it.
#[derive(Clone)]
pub struct Hunt(Rc<Shared>);

struct Shared {
    session: Session,
    workers: RefCell<Vec<Hand>>,
    status: RefCell<Status>,
    /// What was searched last.
    search: RefCell<Option<Search>>,
    changed: RefCell<Callback<()>>,
    /// When it began, in milliseconds of the page.
    began: RefCell<f64>,
}

/// A worker, and what listens to it.
struct Hand {
    worker: Worker,
    _closures: [Closure<dyn FnMut(MessageEvent)>; 2],
}

/// How far a search is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    pub stage: Stage,
    pub workers: usize,
    pub runs: u64,
    pub events: u64,
    /// How long it has taken, in milliseconds.
    pub took: f64,
    /// How many workers have come to their end.
    over: usize,
}

/// What a search does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// Nothing was searched yet.
    #[default]
    None,
    Searching,
    /// This seed breaks it; the run is being made small.
    Shrinking(u64, Option<Size>),
    Found(Box<Find>),
    /// No seed is left, and nothing was found.
    Over,
    /// A person has ended it.
    Stopped,
    Failed(String),
}

impl Status {
    /// Whether workers are at work.
    pub fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Searching | Stage::Shrinking(..))
    }
}

impl PartialEq for Hunt {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Hunt {
    pub fn new(session: Session) -> Self {
        Self(Rc::new(Shared {
            session,
            workers: RefCell::default(),
            status: RefCell::default(),
            search: RefCell::default(),
            changed: RefCell::default(),
            began: RefCell::default(),
        }))
    }

    /// Who is told when there is something new.
    pub fn on_change(&self, changed: Callback<()>) {
        *self.0.changed.borrow_mut() = changed;
    }

    pub fn status(&self) -> Status {
        self.0.status.borrow().clone()
    }

    /// The seed that this same search has found last, if it has found one.
    pub fn found_by(&self, search: &Search) -> Option<u64> {
        match &self.0.status.borrow().stage {
            Stage::Found(find) if self.0.search.borrow().as_ref() == Some(search) => {
                Some(find.seed)
            }
            _ => None,
        }
    }

    /// Begins to search these seeds, with all cores.
    pub fn begin(&self, search: &Search, seeds: std::ops::Range<u64>) {
        self.dismiss();
        *self.0.search.borrow_mut() = Some(search.clone());
        let workers = page::cores().min(MOST_WORKERS);
        *self.0.began.borrow_mut() = page::now();
        let status = Status { stage: Stage::Searching, ..Status::default() };
        *self.0.status.borrow_mut() = Status { workers: workers as usize, ..status };
        for place in 0..u64::from(workers) {
            let (first, end) = (seeds.start + place, seeds.end);
            let quest = Quest { search: search.clone(), first, stride: u64::from(workers), end };
            match self.hire(place, &quest) {
                Some(hand) => self.0.workers.borrow_mut().push(hand),
                None => return self.fail("this browser has no workers"),
            }
        }
        self.ring();
    }

    /// Ends it.
    pub fn stop(&self) {
        self.dismiss();
        self.change(|status| status.stage = Stage::Stopped);
    }

    /// A worker that is told what to search as soon as it listens.
    fn hire(&self, place: u64, quest: &Quest) -> Option<Hand> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address()?, &options).ok()?;
        let (hunt, told, line) = (self.clone(), worker.clone(), quest.to_string());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().as_string().as_deref() {
                // A text can always be copied to a worker.
                Some(READY) => drop(told.post_message(&JsValue::from_str(&line))),
                Some(text) => hunt.hear(place, text),
                None => {}
            }
        });
        let hunt = self.clone();
        let on_error = Closure::<dyn FnMut(MessageEvent)>::new(move |_: MessageEvent| {
            hunt.fail("a worker stopped with an error");
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Hand { worker, _closures: [on_message, on_error] })
    }

    fn hear(&self, place: u64, text: &str) {
        match Told::parse(text) {
            Some(Told::Ran { runs, events }) => self.change(|status| {
                status.runs += runs;
                status.events += events;
            }),
            Some(Told::Found { seed }) => {
                self.keep_only(place);
                self.change(|status| status.stage = Stage::Shrinking(seed, None));
            }
            Some(Told::Smaller(size)) => self.change(|status| {
                if let Stage::Shrinking(_, reached) = &mut status.stage {
                    *reached = Some(size);
                }
            }),
            Some(Told::Small(find)) => self.found(*find),
            Some(Told::Over) => {
                self.change(|status| status.over += 1);
                let status = self.status();
                if status.over >= status.workers {
                    self.dismiss();
                    self.change(|status| status.stage = Stage::Over);
                }
            }
            None => self.fail(text.strip_prefix("failed ").unwrap_or(text)),
        }
    }

    /// Opens what was found: it plays from its beginning until it breaks.
    fn found(&self, find: Find) {
        let archive = find.archive();
        self.dismiss();
        self.change(|status| status.stage = Stage::Found(Box::new(find)));
        if let Some(archive) = archive {
            // How it ends is told when it does.
            let _ = self.0.session.apply(Input::Open(Box::new(archive)));
        }
    }

    fn fail(&self, why: &str) {
        self.dismiss();
        self.change(|status| status.stage = Stage::Failed(why.to_string()));
        self.0.session.tell(Notice::problem(format!("The search could not go on: {why}.")));
    }

    fn change(&self, change: impl FnOnce(&mut Status)) {
        {
            let mut status = self.0.status.borrow_mut();
            if status.is_busy() {
                status.took = page::now() - *self.0.began.borrow();
            }
            change(&mut status);
        }
        self.ring();
    }

    fn ring(&self) {
        // Not held while it rings: whoever listens may come back here.
        let changed = self.0.changed.borrow().clone();
        changed.emit(());
    }

    fn keep_only(&self, place: u64) {
        let hands = self.0.workers.borrow();
        let others = (0_u64..).zip(hands.iter()).filter(|(of, _)| *of != place);
        for (_, hand) in others {
            // What it has said already may still be on its way.
            hand.worker.set_onmessage(None);
            hand.worker.terminate();
        }
    }

    /// Ends all workers. What listens to them may be what is running: it is kept until later.
    fn dismiss(&self) {
        let hands = self.0.workers.take();
        for hand in &hands {
            hand.worker.set_onmessage(None);
            hand.worker.set_onerror(None);
            hand.worker.terminate();
        }
        if !hands.is_empty() {
            gloo_timers::callback::Timeout::new(0, move || drop(hands)).forget();
        }
    }
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
