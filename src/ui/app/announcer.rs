//! Tells screen readers what matters, in a polite live region.
//!
//! It says few things, and not too fast: who leads, faults and repairs, members that join and leave, answers to
//! the visitor, a broken property. The event log has everything else.

use crate::playground::view::{RequestTraceView, Sentence, Summary, Topic};

/// Collects what is to be said and says it a little at a time.
#[derive(Default)]
pub struct Announcer {
    next_sentence: u64,
    leader: Option<u32>,
    answered: u64,
    waiting: Vec<String>,
    spoken_at: f64,
    spoken: String,
}

impl Announcer {
    /// The least time between two announcements.
    pub const PAUSE_MS: f64 = 1_500.0;
    /// The most sentences in one announcement. The oldest of the others are dropped.
    const MOST: usize = 3;

    /// Listens to what is new.
    pub fn listen(
        &mut self,
        sentences: impl Iterator<Item = Sentence>,
        summary: &Summary,
        request_traces: &[RequestTraceView],
    ) {
        let first = self.next_sentence;
        for sentence in sentences.filter(|sentence| sentence.id >= first) {
            self.next_sentence = sentence.id + 1;
            if !sentence.detail && matches!(sentence.topic, Topic::Fault | Topic::Membership) {
                self.waiting.push(sentence.text);
            }
        }
        if self.leader != summary.leader {
            self.leader = summary.leader;
            self.waiting.push(match summary.leader {
                Some(leader) => format!("n{leader} leads term {}.", summary.term),
                None => "There is no leader.".to_string(),
            });
        }
        let known = self.answered;
        for request_trace in
            request_traces.iter().rev().filter(|request_trace| request_trace.id > known)
        {
            if let Some(answer) = &request_trace.answer {
                self.answered = self.answered.max(request_trace.id);
                self.waiting.push(format!("{}: {}.", request_trace.line(), answer.text));
            }
        }
        let too_many = self.waiting.len().saturating_sub(Self::MOST);
        self.waiting.drain(..too_many);
    }

    /// Another instant is shown. The sentences of the events on the way there are not announced.
    pub fn skip(&mut self, sentences: impl Iterator<Item = Sentence>, where_it_is: String) {
        self.next_sentence =
            sentences.last().map_or(self.next_sentence, |sentence| sentence.id + 1);
        self.waiting = vec![where_it_is];
    }

    /// Begins anew with another cluster.
    pub fn reset(&mut self) {
        *self = Self { spoken_at: self.spoken_at, ..Self::default() };
    }

    /// The next sentence number that it wants to hear.
    pub fn wants(&self) -> u64 {
        self.next_sentence
    }

    /// What the live region says now.
    pub fn speak(&mut self, now_ms: f64) -> String {
        if !self.waiting.is_empty() && now_ms - self.spoken_at >= Self::PAUSE_MS {
            self.spoken = self.waiting.drain(..).collect::<Vec<_>>().join(" ");
            self.spoken_at = now_ms;
        }
        self.spoken.clone()
    }
}
