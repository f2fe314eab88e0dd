//! The tour for new users: four acts that the user does, each answered with what came of it.
//!
//! An act is done when the cluster shows it, however the user did it: by a button, a card, a key or the console.

use crate::playground::view::{AnswerKind, NodeNumber, Status, View};

/// An act of the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    pub title: &'static str,
    /// What the user is asked to do.
    pub ask: &'static str,
    /// What is there to understand once it is done.
    pub answer: &'static str,
}

/// The acts, in their order.
pub const ACTS: [Act; 4] = [
    Act {
        title: "Watch an election",
        ask: "Nobody leads yet. Let time pass, and see who asks the others for their votes.",
        answer: "More than half voted for the same node, so it leads. No two nodes can both have that in one term.",
    },
    Act {
        title: "Write",
        ask: "You are a client. Choose “Write color = green”, or click “You” and set a key of your own.",
        answer: "Your write is committed: a majority has it on disk, and only then the leader answered you.",
    },
    Act {
        title: "Kill the leader",
        ask: "Choose “Kill the leader”, or the cross on its card, and see what the others do.",
        answer: "Another node leads in a new term, and it has your write: no node without it could win.",
    },
    Act {
        title: "Partition and heal",
        ask: "Drag a line between the cards to cut the network, look at both sides, and then heal it (h).",
        answer: "Only a side with a majority can commit. Once healed, the others take over its log.",
    },
];

/// How far a user is on the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tour {
    act: usize,
    is_done: bool,
    /// The leader when the act began, or the first one after that.
    leader: Option<NodeNumber>,
    /// The latest request when the act began.
    request: u64,
    /// Whether a node that led was seen to be down.
    is_killed: bool,
    /// Whether the network was seen to be cut.
    is_cut: bool,
}

impl Tour {
    /// Begins the first act.
    pub fn begin(view: &View) -> Self {
        Self::at(0, view)
    }

    fn at(act: usize, view: &View) -> Self {
        let mut tour = Self {
            act,
            is_done: false,
            leader: view.summary.leader,
            request: view.request_traces.first().map_or(0, |request| request.id),
            is_killed: false,
            is_cut: false,
        };
        tour.look(view);
        tour
    }

    /// The act, and its number from 1.
    pub fn act(&self) -> (&'static Act, usize) {
        (&ACTS[self.act], self.act + 1)
    }

    /// Whether the user has done what the act asks for.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Whether this is the last act.
    pub fn is_last(&self) -> bool {
        self.act + 1 == ACTS.len()
    }

    /// Goes on to the next act; `None` after the last.
    pub fn next(&self, view: &View) -> Option<Self> {
        (!self.is_last()).then(|| Self::at(self.act + 1, view))
    }

    /// Goes back to the act before; the first begins again.
    pub fn back(&self, view: &View) -> Self {
        Self::at(self.act.saturating_sub(1), view)
    }

    /// Looks whether the act is done by now. What was done stays done.
    pub fn look(&mut self, view: &View) {
        let leader = view.summary.leader;
        self.leader = self.leader.or(leader);
        self.is_done |= match self.act {
            0 => leader.is_some(),
            1 => view.request_traces.iter().any(|request| {
                let answer = request.answer.as_ref();
                request.id > self.request
                    && answer.is_some_and(|answer| answer.kind == AnswerKind::Success)
            }),
            2 => {
                let is_down =
                    |id| view.nodes.iter().any(|node| node.id == id && node.status == Status::Down);
                self.is_killed |= self.leader.is_some_and(is_down);
                self.is_killed && leader.is_some() && leader != self.leader
            }
            _ => {
                self.is_cut |= !view.cuts.is_empty();
                self.is_cut && view.cuts.is_empty() && leader.is_some()
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTS, Tour};
    use crate::playground::view::Speed;
    use crate::playground::{Input, Playground, RealTime};

    /// Plays 20 seconds of cluster time and looks after each tenth.
    fn plays(playground: &mut Playground, tour: &mut Tour) -> bool {
        playground.apply(Input::Play).unwrap();
        for _ in 0..2_000 {
            playground.apply(Input::Advance(RealTime::from_millis(10))).unwrap();
            tour.look(&playground.view());
        }
        tour.is_done()
    }

    fn types(playground: &mut Playground, line: &str) {
        playground.apply(Input::Console(line.to_string())).unwrap();
    }

    #[test]
    fn each_act_is_done_by_what_it_asks_for_and_by_nothing_else() {
        let mut playground = Playground::new(5, 42);
        playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
        let mut tour = Tour::begin(&playground.view());
        assert!(!tour.is_done(), "nobody leads at the beginning");
        // The third is about the leader, whoever that is.
        let doings: [&[&str]; 4] =
            [&[], &["set color green"], &[], &["partition n1 n2 | n3 n4 n5", "heal"]];
        for (number, lines) in (1..).zip(doings) {
            assert_eq!(tour.act().1, number);
            if number > 1 {
                assert!(!plays(&mut playground, &mut tour), "act {number} is done by nothing");
            }
            if number == 3 {
                let leader = playground.view().summary.leader.unwrap();
                types(&mut playground, &format!("kill n{leader}"));
            } else {
                for line in lines {
                    types(&mut playground, line);
                    plays(&mut playground, &mut tour);
                }
            }
            assert!(plays(&mut playground, &mut tour), "act {number}");
            assert_eq!(tour.next(&playground.view()).is_none(), number == ACTS.len());
            tour = tour.next(&playground.view()).unwrap_or(tour);
        }
    }

    #[test]
    fn a_write_before_the_act_and_a_failed_one_are_not_taken_for_it() {
        let mut playground = Playground::new(3, 1);
        playground.apply(Input::Speed(Speed::new(1_000))).unwrap();
        let mut tour = Tour::begin(&playground.view());
        types(&mut playground, "set color green");
        assert!(plays(&mut playground, &mut tour));
        let mut tour = tour.next(&playground.view()).unwrap();
        assert!(!plays(&mut playground, &mut tour), "that was before");
        types(&mut playground, "get nothing");
        assert!(!plays(&mut playground, &mut tour), "there is no such key");
        types(&mut playground, "set color blue");
        assert!(plays(&mut playground, &mut tour));
    }
}
