//! Waiting for something while time passes: an answer, or what a script waits for.

use crate::check::Run;
use crate::cluster::{Answer, RequestId, RequestTrace};
use crate::script::Wait;
use crate::time::Time;

/// Something that is awaited, and since when.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) what: What,
    pub(crate) since: Time,
}

#[derive(Debug)]
pub(crate) enum What {
    Answer(RequestId),
    Wait(Wait),
}

impl Awaited {
    /// Whether it has arrived, after an event that ended the requests `finished`. `last` is the
    /// last answer to the client that asked last.
    pub(crate) fn has_come(
        &self,
        run: &mut Run,
        finished: &[RequestTrace],
        last: Option<&Answer>,
    ) -> bool {
        match &self.what {
            What::Answer(id) => finished.iter().any(|request_trace| request_trace.id == *id),
            What::Wait(wait) => wait.has_come(run, last),
        }
    }

    /// What is missing, in words; `None` if nothing is.
    pub(crate) fn what_is_missing(&self, run: &mut Run, last: Option<&Answer>) -> Option<String> {
        Some(match &self.what {
            What::Answer(_) => "an answer".to_string(),
            What::Wait(Wait::Until(expect)) => expect.check(run, last).err()?.to_string(),
            What::Wait(wait) => wait.to_string(),
        })
    }
}
