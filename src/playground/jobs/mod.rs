//! What takes long: it is done piece by piece while real time advances, and there is one such thing at a time.

pub(crate) mod awaiting;
pub(crate) mod bisect;
pub(crate) mod causality;
pub(crate) mod comparison;
pub(crate) mod opening;
pub(crate) mod seek;

use bisect::Bisection;
use causality::Inquiry;
use opening::Opening;
use seek::Seek;

/// How much work one piece of a way is, in events.
pub(crate) const STEPS: u32 = 4_000;

/// Something that takes long.
#[derive(Debug)]
pub(crate) enum Job {
    /// Another run is played up to where it was left.
    Opening(Box<Opening>),
    /// Another instant of the run that is shown is played up to.
    Seeking(Box<Seek>),
    /// What led to something is looked for.
    Asking(Inquiry),
    /// The last instant from which something could be avoided is looked for.
    Avoiding(Box<Bisection>),
}
