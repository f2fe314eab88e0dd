//! External formats: a run as text (`archive`), a branch in a link (`link`), and the entries of
//! the browser's storage ([`entry`]).

pub(crate) mod archive;
pub mod entry;
pub(crate) mod link;

pub use archive::{Archive, ArchivedBranch, MOST_BYTES};
pub use link::{BadLink, Bookmark, MARK};
