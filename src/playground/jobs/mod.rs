//! Long-running jobs. They are done in pieces while real time advances, and there is at most one at
//! a time.

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

/// The work of one piece of a job, in events.
pub(crate) const STEPS: u32 = 4_000;

/// A long-running job.
#[derive(Debug)]
pub(crate) enum Job {
    /// Plays another run up to where it was left.
    Opening(Box<Opening>),
    /// Plays up to another instant of the run that is shown.
    Seeking(Box<Seek>),
    /// Finds the causes of something.
    Asking(Inquiry),
    /// Finds the last instant from which a break could be avoided.
    Avoiding(Box<Bisection>),
}
