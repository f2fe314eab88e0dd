//! The event log as of an instant.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::check::Violation;
use crate::cluster::{Fact, Topic};
use crate::playground::view::{Broken, Sentence};
use crate::time::Time;

/// The number of facts that are kept.
const FACTS: usize = 500;

/// The latest facts as of an instant. They are formatted only when they are displayed.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    latest: VecDeque<Rc<LogItem>>,
    /// The number of items in all.
    count: u64,
    violation: Option<(Time, Violation)>,
    /// The number of broken properties that were reported.
    broken: usize,
}

/// An item of the event log.
#[derive(Debug)]
enum LogItem {
    Fact(Fact),
    Violation(Time, Violation),
}

impl EventLog {
    /// Adds a fact.
    pub(crate) fn note(&mut self, fact: Fact) {
        self.keep(Rc::new(LogItem::Fact(fact)));
    }

    /// Adds a broken property.
    pub(crate) fn violated(&mut self, at: Time, violation: &Violation) {
        let told = Rc::new(LogItem::Violation(at, *violation));
        self.violation = Some((at, *violation));
        self.broken += 1;
        self.keep(told);
    }

    /// The number of broken properties that were reported.
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

    /// Whether everything that is kept happened after `earlier`.
    pub(crate) fn has_left_behind(&self, earlier: &Self) -> bool {
        self.count >= earlier.count + FACTS as u64
    }

    /// Drops everything that [`has_left_behind`](Self::has_left_behind) compares.
    pub(crate) fn forget(&mut self) {
        self.latest = VecDeque::new();
    }

    /// The property that broke last, and how many are broken if there are several.
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

    /// The numbers of the items that are kept.
    pub(crate) fn numbers(&self) -> std::ops::Range<u64> {
        self.count - self.latest.len() as u64..self.count
    }

    /// The sentence of item `number`, with the id `number + base`.
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
                at: *at,
                text: what.to_string(),
                topic: what.topic(),
                detail: what.is_detail(),
                headline: what.is_headline(),
            },
            Self::Violation(at, violation) => Sentence {
                id,
                at: *at,
                text: format!("A property is broken. {violation}."),
                topic: Topic::Fault,
                detail: false,
                headline: true,
            },
        }
    }
}
