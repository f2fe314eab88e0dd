//! The sentence that is shown alone below the stage: which of all that happens, and for how long.
//!
//! Each sentence stays long enough to be read. Of those that come meanwhile the most important one follows; headlines (a
//! new leader, a broken property) wait for their turn, of very many the latest.

use std::collections::VecDeque;

use crate::playground::view::{Sentence, Topic};

/// The least time that a sentence is shown, in milliseconds of real time.
pub const HOLD_MS: f64 = 2_500.0;

/// The most headlines that wait; the oldest are left out first, since a viewer could no longer connect them with what
/// the stage shows.
const MOST_HEADLINES: usize = 3;

/// How important a sentence is; the least important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A step of the protocol.
    Step,
    /// Something from outside, or for a client.
    Event,
    Headline,
}

impl Rank {
    /// The rank of a sentence; `None` for one that is only a detail.
    fn of(sentence: &Sentence) -> Option<Self> {
        if sentence.headline {
            return Some(Self::Headline);
        }
        let rank = match sentence.topic {
            Topic::Fault | Topic::Membership | Topic::Client => Self::Event,
            Topic::Election | Topic::Replication | Topic::Commit => Self::Step,
        };
        (!sentence.detail).then_some(rank)
    }
}

/// The sentence that is shown, and those that wait for it.
#[derive(Debug, Default)]
pub struct Caption {
    text: String,
    since_ms: f64,
    headlines: VecDeque<String>,
    /// The most important of the others that came since the shown one, the latest of equals.
    next: Option<(Rank, String)>,
    /// The first sentence that was not heard yet.
    wants: u64,
}

impl Caption {
    /// The number of the first sentence that it wants to hear.
    pub fn wants(&self) -> u64 {
        self.wants
    }

    /// Hears what is new at `now_ms`, and changes the text if that was shown long enough. While time stands still (the
    /// viewer steps), there is nothing to be missed: the latest sentence is shown at once.
    pub fn hear(&mut self, new: impl Iterator<Item = Sentence>, now_ms: f64, is_still: bool) {
        for sentence in new {
            if sentence.id < self.wants {
                continue;
            }
            self.wants = sentence.id + 1;
            if let Some(rank) = Rank::of(&sentence) {
                self.add(rank, sentence.text);
            }
        }
        let is_over = self.text.is_empty() || now_ms - self.since_ms >= HOLD_MS;
        if (is_over || (is_still && self.headlines.is_empty()))
            && let Some(text) = self.take()
        {
            (self.text, self.since_ms) = (text, now_ms);
        }
    }

    fn add(&mut self, rank: Rank, text: String) {
        if rank == Rank::Headline {
            // What came before a headline explains it no longer.
            self.next = None;
            self.headlines.push_back(text);
            if self.headlines.len() > MOST_HEADLINES {
                self.headlines.pop_front();
            }
        } else if self.next.as_ref().is_none_or(|(best, _)| rank >= *best) {
            self.next = Some((rank, text));
        }
    }

    fn take(&mut self) -> Option<String> {
        self.headlines.pop_front().or_else(|| self.next.take().map(|(_, text)| text))
    }

    /// Shows this text at once.
    pub fn say(&mut self, text: String, now_ms: f64) {
        (self.text, self.since_ms, self.next) = (text, now_ms, None);
        self.headlines.clear();
    }

    /// How long the shown sentence still stays although another one waits, in milliseconds; `None` if none waits.
    pub fn remaining_ms(&self, now_ms: f64) -> Option<f64> {
        let waits = !self.headlines.is_empty() || self.next.is_some();
        waits.then(|| (self.since_ms + HOLD_MS - now_ms).max(0.0))
    }

    /// Another instant is shown: `last` is the last sentence before it, and `wants` the first after it.
    pub fn jump(&mut self, last: Option<Sentence>, wants: u64, now_ms: f64) {
        let text = last.map_or(String::new(), |sentence| sentence.text);
        *self = Self { text, since_ms: now_ms, wants, ..Self::default() };
    }

    /// Empty before anything has happened.
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{Caption, HOLD_MS};
    use crate::playground::Time;
    use crate::playground::view::{Sentence, Topic};

    fn sentence(id: u64, text: &str, topic: Topic) -> Sentence {
        let (headline, detail) = (text.contains("leader"), id >= 100);
        Sentence { id, at: Time::ZERO, text: text.to_string(), topic, detail, headline }
    }

    fn heard(caption: &mut Caption, at: f64, new: &[Sentence]) -> String {
        caption.hear(new.iter().cloned(), at, false);
        caption.text().to_string()
    }

    #[test]
    fn a_sentence_is_held_and_the_most_important_of_those_that_came_follows() {
        let mut caption = Caption::default();
        let stood = sentence(0, "n4 stands for election.", Topic::Election);
        assert_eq!(heard(&mut caption, 0.0, &[stood]), "n4 stands for election.");
        let came = [
            sentence(1, "n1 votes.", Topic::Election),
            sentence(2, "n3 is killed.", Topic::Fault),
            sentence(3, "n2 votes.", Topic::Election),
            sentence(100, "a detail", Topic::Fault),
        ];
        assert_eq!(heard(&mut caption, HOLD_MS - 1.0, &came), "n4 stands for election.");
        assert_eq!(caption.remaining_ms(HOLD_MS - 1.0), Some(1.0));
        assert_eq!(heard(&mut caption, HOLD_MS, &[]), "n3 is killed.");
        assert_eq!(caption.remaining_ms(HOLD_MS), None);
    }

    #[test]
    fn a_new_leader_is_never_missed() {
        let mut caption = Caption::default();
        heard(&mut caption, 0.0, &[sentence(0, "n1 votes.", Topic::Election)]);
        let leader = sentence(1, "n4 becomes leader.", Topic::Election);
        heard(&mut caption, 10.0, &[leader]);
        for id in 2..60 {
            heard(&mut caption, 20.0, &[sentence(id, "n2 is killed.", Topic::Fault)]);
        }
        assert_eq!(heard(&mut caption, HOLD_MS, &[]), "n4 becomes leader.");
        assert_eq!(heard(&mut caption, 2.0 * HOLD_MS, &[]), "n2 is killed.");
    }

    #[test]
    fn leaders_that_follow_each_other_quickly_are_all_told_up_to_a_bound() {
        let mut caption = Caption::default();
        let leaders: Vec<Sentence> =
            (0..9).map(|id| sentence(id, &format!("leader {id}"), Topic::Election)).collect();
        let told: Vec<String> = (0..4)
            .map(|turn| {
                let new = if turn == 0 { &leaders[..] } else { &[] };
                heard(&mut caption, f64::from(turn) * HOLD_MS, new)
            })
            .collect();
        assert_eq!(told, ["leader 6", "leader 7", "leader 8", "leader 8"]);
    }

    #[test]
    fn while_time_stands_still_each_step_is_told_at_once() {
        let mut caption = Caption::default();
        for id in 0..3 {
            let text = format!("step {id}");
            caption.hear(
                std::iter::once(sentence(id, &text, Topic::Election)),
                f64::from(id as u32),
                true,
            );
            assert_eq!(caption.text(), text);
        }
    }

    #[test]
    fn after_a_jump_the_sentence_before_that_instant_is_shown() {
        let mut caption = Caption::default();
        heard(&mut caption, 0.0, &[sentence(5, "n4 becomes leader.", Topic::Election)]);
        let last = sentence(7, "`set x 1` is committed.", Topic::Commit);
        caption.jump(Some(last), 9, 1.0);
        assert_eq!((caption.text(), caption.wants()), ("`set x 1` is committed.", 9));
        assert_eq!(
            heard(&mut caption, 9_000.0, &[sentence(8, "n1 votes.", Topic::Election)]),
            "`set x 1` is committed."
        );
        caption.jump(None, 0, 2.0);
        assert_eq!(caption.text(), "");
    }
}
