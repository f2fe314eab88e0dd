//! Waiting for something while time passes: an answer, or what a script waits for.

use crate::check::Run;
use crate::cluster::{Answer, RequestId, RequestTrace};
use crate::script::{Condition, InVain, Wait};
use crate::time::{Duration, Time};

/// Something that is awaited, since when, and for how long.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) what: What,
    pub(crate) since: Time,
    /// How long it is awaited, if it was said.
    pub(crate) at_most: Option<Duration>,
}

#[derive(Debug)]
pub(crate) enum What {
    Answer(RequestId),
    Met(Condition),
    /// Nothing happens: a span of time passes.
    End,
}

impl Awaited {
    /// Whether it has arrived, after an event that ended the requests `finished`. `last` is the
    /// last answer to the client that asked last. A span of time does not arrive: it ends.
    pub(crate) fn has_come(
        &self,
        run: &mut Run,
        finished: &[RequestTrace],
        last: Option<&Answer>,
    ) -> bool {
        match &self.what {
            What::Answer(id) => finished.iter().any(|request_trace| request_trace.id == *id),
            What::Met(condition) => condition.has_come(run, last),
            What::End => false,
        }
    }

    /// The instant at which a script stops waiting.
    pub(crate) fn ends(&self) -> Time {
        self.since + self.limit()
    }

    fn limit(&self) -> Duration {
        self.at_most.unwrap_or(Wait::LIMIT)
    }

    /// What is missing, in words; `None` if nothing is.
    pub(crate) fn what_is_missing(&self, run: &mut Run, last: Option<&Answer>) -> Option<String> {
        Some(match &self.what {
            What::Answer(_) => "an answer".to_string(),
            What::Met(Condition::Met(expect)) => expect.check(run, last).err()?.to_string(),
            What::Met(condition) => condition.to_string(),
            What::End => return None,
        })
    }

    /// Why the wait was in vain, at its end; `None` for a span of time, which was not.
    pub(crate) fn in_vain(&self, run: &mut Run, last: Option<&Answer>) -> Option<InVain> {
        let (what, instead) = match &self.what {
            What::Answer(_) => ("an answer".to_string(), None),
            What::Met(condition) => (condition.to_string(), condition.check(run, last).err()),
            What::End => return None,
        };
        Some(InVain { limit: self.limit(), what, instead })
    }
}
