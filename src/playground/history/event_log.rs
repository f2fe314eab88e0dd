//! What has happened so far, for the event log.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::check::Violation;
use crate::cluster::{Fact, Topic};
use crate::playground::view::{Broken, Sentence, micros};
use crate::time::Time;

/// How many facts are kept to be told.
const FACTS: usize = 500;

/// The latest that has happened, as of an instant. Facts become sentences when somebody reads them.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    latest: VecDeque<Rc<LogItem>>,
    /// How many there were in all.
    count: u64,
    violation: Option<(Time, Violation)>,
    /// How many properties were told to be broken.
    broken: usize,
}

/// Something to be told.
#[derive(Debug)]
enum LogItem {
    Fact(Fact),
    Violation(Time, Violation),
}

impl EventLog {
    /// Takes a fact in.
    pub(crate) fn note(&mut self, fact: Fact) {
        self.keep(Rc::new(LogItem::Fact(fact)));
    }

    /// A property broke.
    pub(crate) fn violated(&mut self, at: Time, violation: &Violation) {
        let told = Rc::new(LogItem::Violation(at, *violation));
        self.violation = Some((at, *violation));
        self.broken += 1;
        self.keep(told);
    }

    /// How many properties were told to be broken.
    pub(crate) fn broken(&self) -> usize {
        self.broken
    }

    fn keep(&mut self, told: Rc<LogItem>) {
        if self.latest.len() == FACTS {
            self.latest.pop_front();
        }
        self.latest.push_back(told);
        self.count += 1;
    }

    /// Whether all that is kept has happened since an earlier time.
    pub(crate) fn has_left_behind(&self, earlier: &Self) -> bool {
        self.count >= earlier.count + FACTS as u64
    }

    /// Forgets all that could be left behind.
    pub(crate) fn forget(&mut self) {
        self.latest = VecDeque::new();
    }

    /// What broke last, and how many did if it is not alone.
    pub(crate) fn violation(&self) -> Option<Broken> {
        let (at, violation) = self.violation.as_ref()?;
        let mut sentence = LogItem::Violation(*at, *violation).sentence(0).text;
        let mut what = violation.property.to_string();
        if self.broken > 1 {
            sentence += &format!(" {} properties are broken in all.", self.broken);
            what = format!("{} properties", self.broken);
        }
        Some(Broken { what, sentence })
    }

    /// The numbers of what is kept.
    pub(crate) fn numbers(&self) -> std::ops::Range<u64> {
        self.count - self.latest.len() as u64..self.count
    }

    /// The sentence of this number, numbered `base` higher.
    pub(crate) fn sentence(&self, number: u64, base: u64) -> Option<Sentence> {
        let at = usize::try_from(number.checked_sub(self.numbers().start)?).ok()?;
        self.latest.get(at).map(|told| told.sentence(number + base))
    }
}

impl LogItem {
    fn sentence(&self, id: u64) -> Sentence {
        match self {
            Self::Fact(Fact { at, what }) => Sentence {
                id,
                at: micros(*at),
                text: what.to_string(),
                topic: what.topic(),
                detail: what.is_detail(),
            },
            Self::Violation(at, violation) => Sentence {
                id,
                at: micros(*at),
                text: format!("A property is broken. {violation}."),
                topic: Topic::Fault,
                detail: false,
            },
        }
    }
}
