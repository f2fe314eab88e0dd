//! The browser's storage: the last several runs, each under a name of its own.
//!
//! IndexedDB, through the crate `idb`. Every call may fail, since storage can be full, blocked, private
//! or damaged; the page then says so and goes on.

use std::rc::Rc;

use idb::builder::{DatabaseBuilder, ObjectStoreBuilder};
use idb::{Database, Error, KeyPath, Query, TransactionMode};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// How many runs are kept; with more the oldest goes.
pub const MOST_RUNS: usize = 12;

const DATABASE: &str = "kvorum";
const STORE: &str = "runs";

/// A run as it is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub id: String,
    pub name: String,
    /// When, in milliseconds since 1970.
    pub saved: f64,
    /// How much was done in it, in words.
    pub about: String,
    /// Whether nothing was done in it: such a run is the first to go.
    pub is_idle: bool,
    /// The tab that keeps it.
    pub tab: String,
    /// [`Archive`](crate::playground::Archive)'s text.
    pub text: String,
}

/// What became of a run that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Kept,
    /// Another tab keeps a run under this name by now.
    Taken,
}

/// The open storage; clones share it.
#[derive(Clone)]
pub struct Shelf(Rc<Database>);

impl Shelf {
    /// Opens it, and makes it if there is none yet.
    pub async fn open() -> Result<Self, Error> {
        let store = ObjectStoreBuilder::new(STORE).key_path(Some(KeyPath::new_single("id")));
        let database = DatabaseBuilder::new(DATABASE).version(1).add_object_store(store);
        Ok(Self(Rc::new(database.build().await?)))
    }

    /// Keeps a run in place of what is kept under its id, unless another tab has that.
    pub async fn keep(&self, kept: &Kept) -> Result<Outcome, Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(STORE)?;
        let key = JsValue::from_str(&kept.id);
        let before = store.get(Query::Key(key))?.await?.map(|value| read(&value));
        if before.as_ref().is_some_and(|before| before.tab != kept.tab) {
            return Ok(Outcome::Taken);
        }
        store.put(&write(kept), None)?.await?;
        if before.is_none() {
            let all = store.get_all(None, None)?.await?.iter().map(read).collect();
            for old in too_many(all, &kept.id) {
                store.delete(Query::Key(JsValue::from_str(&old)))?.await?;
            }
        }
        transaction.commit()?.await?;
        Ok(Outcome::Kept)
    }

    /// Keeps a run whoever had it before.
    pub async fn overwrite(&self, kept: &Kept) -> Result<(), Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        transaction.object_store(STORE)?.put(&write(kept), None)?.await?;
        transaction.commit()?.await?;
        Ok(())
    }

    /// All runs, the newest first.
    pub async fn list(&self) -> Result<Vec<Kept>, Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        let all = transaction.object_store(STORE)?.get_all(None, None)?.await?;
        let mut all: Vec<Kept> = all.iter().map(read).collect();
        all.sort_by(|one, other| other.saved.total_cmp(&one.saved));
        Ok(all)
    }

    /// One run.
    pub async fn get(&self, id: &str) -> Result<Option<Kept>, Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(STORE)?;
        let value = store.get(Query::Key(JsValue::from_str(id)))?.await?;
        Ok(value.map(|value| read(&value)))
    }

    /// Forgets a run.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        transaction.object_store(STORE)?.delete(Query::Key(JsValue::from_str(id)))?.await?;
        transaction.commit()?.await?;
        Ok(())
    }
}

/// The ids of those that go when `new` has come: the idle ones, and the oldest beyond the most.
fn too_many(mut all: Vec<Kept>, new: &str) -> Vec<String> {
    all.retain(|kept| kept.id != new);
    all.sort_by(|one, other| other.saved.total_cmp(&one.saved));
    let (idle, others): (Vec<Kept>, Vec<Kept>) = all.into_iter().partition(|kept| kept.is_idle);
    let old = others.into_iter().skip(MOST_RUNS - 1);
    idle.into_iter().chain(old).map(|kept| kept.id).collect()
}

fn write(kept: &Kept) -> JsValue {
    let object = Object::new();
    let text = |text: &str| JsValue::from_str(text);
    let fields = [
        ("id", text(&kept.id)),
        ("name", text(&kept.name)),
        ("saved", JsValue::from_f64(kept.saved)),
        ("about", text(&kept.about)),
        ("idle", JsValue::from_bool(kept.is_idle)),
        ("tab", text(&kept.tab)),
        ("text", text(&kept.text)),
    ];
    for (name, value) in fields {
        // A plain object takes every field.
        let _ = Reflect::set(&object, &text(name), &value);
    }
    object.into()
}

/// What is missing or of another kind is empty: it was written by nobody here.
fn read(value: &JsValue) -> Kept {
    let get = |name: &str| Reflect::get(value, &JsValue::from_str(name)).unwrap_or_default();
    let text = |name: &str| get(name).as_string().unwrap_or_default();
    Kept {
        id: text("id"),
        name: text("name"),
        saved: get("saved").as_f64().unwrap_or_default(),
        about: text("about"),
        is_idle: get("idle").as_bool().unwrap_or_default(),
        tab: text("tab"),
        text: text("text"),
    }
}
