//! The browser's storage: the last several runs, each under an id of its own.
//!
//! IndexedDB, through the crate `idb`. Every call may fail, since storage can be full, blocked, private
//! or damaged; the page then says so and goes on. Nothing is read before it is written, so that a page that goes has
//! all on its way before it is gone; that two tabs never write under the same id is
//! [`crate::playground::formats::entry`]'s.

use std::rc::Rc;

use idb::builder::{DatabaseBuilder, ObjectStoreBuilder};
use idb::{Database, Error, KeyPath, Query, Transaction, TransactionMode};
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;

/// How many runs are kept; with more the oldest goes.
pub const MOST_RUNS: usize = 12;

/// The longest text that is kept, in bytes.
pub const MOST_KEPT: usize = 4_000_000;

const DATABASE: &str = "kvorum";
const STORE: &str = "runs";

/// A run as it is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredRun {
    pub id: String,
    /// The id of the first entry that this one goes on from, or its own.
    pub line: String,
    pub name: String,
    /// When, in milliseconds since 1970.
    pub saved: f64,
    /// How much was done in it, in words.
    pub about: String,
    /// Whether nothing was done in it: such a run is the first to go.
    pub is_idle: bool,
    /// The entry that goes when this one comes.
    pub replaces: Option<String>,
    /// [`Archive`](crate::playground::Archive)'s text.
    pub text: String,
}

/// What stands in the storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The key, of any kind.
    pub key: JsValue,
    /// `None` if another program has written the entry.
    pub kept: Option<StoredRun>,
}

/// Something is not kept, found or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

impl From<Error> for Failed {
    fn from(_: Error) -> Self {
        Self
    }
}

/// The open storage; clones share it.
#[derive(Clone)]
pub struct RunStore(Rc<Database>);

impl RunStore {
    /// Opens it, and makes it if there is none yet.
    ///
    /// # Errors
    ///
    /// The browser has no storage for this page, as in some private windows, or it is damaged.
    pub async fn open() -> Result<Self, Failed> {
        let store = ObjectStoreBuilder::new(STORE).key_path(Some(KeyPath::new_single("id")));
        let database = DatabaseBuilder::new(DATABASE).version(1).add_object_store(store);
        Ok(Self(Rc::new(database.build().await?)))
    }

    /// Keeps a run in place of what is kept under its id, and of what it replaces: both or nothing. All of it is on
    /// its way when this returns; wait for its end to know whether it succeeded.
    ///
    /// # Errors
    ///
    /// At once where the storage is closed or refuses the run; by the future where it is full or the write is aborted.
    pub fn keep(
        &self,
        kept: &StoredRun,
    ) -> Result<impl Future<Output = Result<(), Failed>> + use<>, Failed> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(STORE)?;
        // The end of the transaction tells whether they have succeeded.
        store.put(&write(kept), None)?;
        if let Some(old) = &kept.replaces {
            store.delete(Query::Key(JsValue::from_str(old)))?;
        }
        Ok(end(transaction.commit()?))
    }

    /// Forgets the idle runs and the oldest beyond the most, when `new` has come.
    ///
    /// # Errors
    ///
    /// The storage can be neither read nor written. Some runs may be gone already.
    pub async fn tidy(&self, new: &str) -> Result<(), Failed> {
        let all = self.list().await?.into_iter().filter_map(|stored| stored.kept).collect();
        for old in too_many(all, new) {
            self.delete(&JsValue::from_str(&old)).await?;
        }
        Ok(())
    }

    /// All that is stored, the newest first.
    ///
    /// # Errors
    ///
    /// The storage can't be read.
    pub async fn list(&self) -> Result<Vec<Stored>, Failed> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(STORE)?;
        let (keys, values) = (store.get_all_keys(None, None)?, store.get_all(None, None)?);
        let (keys, values) = (keys.await?, values.await?);
        let stored = |(key, value)| Stored { key, kept: read(&value) };
        let mut all: Vec<Stored> = keys.into_iter().zip(values).map(stored).collect();
        let saved = |stored: &Stored| stored.kept.as_ref().map_or(f64::MIN, |kept| kept.saved);
        all.sort_by(|one, other| saved(other).total_cmp(&saved(one)));
        Ok(all)
    }

    /// One run; that of a line if there is none with the id, as when another tab has opened it since.
    ///
    /// # Errors
    ///
    /// The storage can't be read.
    pub async fn find(&self, id: &str, line: &str) -> Result<Option<StoredRun>, Failed> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        let value = transaction.object_store(STORE)?.get(Query::Key(JsValue::from_str(id)))?;
        if let Some(value) = value.await? {
            return Ok(read(&value));
        }
        let mut all = self.list().await?.into_iter().filter_map(|stored| stored.kept);
        Ok(all.find(|kept| kept.line == line))
    }

    /// Forgets what has this key.
    ///
    /// # Errors
    ///
    /// The storage can't be written.
    pub async fn delete(&self, key: &JsValue) -> Result<(), Failed> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        transaction.object_store(STORE)?.delete(Query::Key(key.clone()))?;
        end(transaction.commit()?).await
    }
}

/// Listens to the end of a transaction from now on, and not only when it is waited for.
fn end(transaction: Transaction) -> impl Future<Output = Result<(), Failed>> {
    let end = transaction.into_future();
    async move { if end.await?.is_committed() { Ok(()) } else { Err(Failed) } }
}

/// The ids of those that go when `new` has come: the idle ones, and the oldest beyond the most.
fn too_many(mut all: Vec<StoredRun>, new: &str) -> Vec<String> {
    all.retain(|kept| kept.id != new);
    all.sort_by(|one, other| other.saved.total_cmp(&one.saved));
    let (idle, others): (Vec<StoredRun>, Vec<StoredRun>) =
        all.into_iter().partition(|kept| kept.is_idle);
    let old = others.into_iter().skip(MOST_RUNS - 1);
    idle.into_iter().chain(old).map(|kept| kept.id).collect()
}

/// A run as a text, for what keeps only those.
pub fn to_text(kept: &StoredRun) -> Option<String> {
    JSON::stringify(&write(kept)).ok().map(String::from)
}

/// Reads what [`to_text`] has written.
pub fn from_text(text: &str) -> Option<StoredRun> {
    read(&JSON::parse(text).ok()?)
}

/// A key in words: `7`, `"x"`.
pub fn key_words(key: &JsValue) -> String {
    let words = JSON::stringify(key).ok().and_then(|words| words.as_string());
    words.unwrap_or_default()
}

/// The fields are written and read by hand: `serde-wasm-bindgen` refuses a whole entry for one field of another kind,
/// and adds 2 KB (brotli) to the program.
fn write(kept: &StoredRun) -> JsValue {
    let object = Object::new();
    let text = |text: &str| JsValue::from_str(text);
    let fields = [
        ("id", text(&kept.id)),
        ("line", text(&kept.line)),
        ("name", text(&kept.name)),
        ("saved", JsValue::from_f64(kept.saved)),
        ("about", text(&kept.about)),
        ("idle", JsValue::from_bool(kept.is_idle)),
        ("text", text(&kept.text)),
    ];
    let replaces = kept.replaces.iter().map(|old| ("replaces", text(old)));
    for (name, value) in fields.into_iter().chain(replaces) {
        // A plain object takes every field.
        let _ = Reflect::set(&object, &text(name), &value);
    }
    object.into()
}

/// An entry without an id or without a text can't be opened. Any other field that is missing or of another kind is
/// empty.
fn read(value: &JsValue) -> Option<StoredRun> {
    let get = |name: &str| Reflect::get(value, &JsValue::from_str(name)).unwrap_or_default();
    let text = |name: &str| get(name).as_string();
    let id = text("id")?;
    Some(StoredRun {
        line: text("line").unwrap_or_else(|| id.clone()),
        id,
        name: text("name").unwrap_or_default(),
        saved: get("saved").as_f64().unwrap_or_default(),
        about: text("about").unwrap_or_default(),
        is_idle: get("idle").as_bool().unwrap_or_default(),
        replaces: text("replaces"),
        text: text("text")?,
    })
}
