//! What leaves the page and comes back: a run as a text to keep ([`archive`]), a run in a link ([`link`]), and which
//! entry of the browser's storage belongs to which run ([`entry`]).

pub(crate) mod archive;
pub mod entry;
pub(crate) mod link;

pub use archive::{Archive, ArchivedBranch, MOST_BYTES};
pub use link::{BadLink, Bookmark, MARK};
