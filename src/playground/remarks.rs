//! What is said of what the user has just done: what a step was, what an undo took back, and where
//! the future of an act in the past is kept.

use super::view::Remark;
use super::{Playground, Problem};
use crate::cluster::{Body, Flight, Upcoming};
use crate::raft::Message;

/// The most sentences of one step that are told.
const SENTENCES: usize = 3;

impl Playground {
    /// The last remark, until the next.
    pub fn remark(&self) -> Option<&Remark> {
        self.remark.as_ref()
    }

    fn say(&mut self, text: String, kept_in: Option<usize>) {
        let number = self.remark.as_ref().map_or(0, |remark| remark.number) + 1;
        self.remark = Some(Remark { number, text, kept_in });
    }

    /// Handles exactly one event, and says what it was: in the sentences of the event log, or, where
    /// an event changes nothing that is told, by what came.
    ///
    /// # Errors
    /// The failure of a script that goes on then.
    pub(super) fn step_and_say(&mut self) -> Result<(), Problem> {
        let came = self.shown.run.playback.run.cluster_mut().upcoming();
        let came = came.map(|(_, upcoming)| what_comes(&upcoming));
        let known = self.sentences(0).next_back().map_or(0, |last| last.id + 1);
        let events = self.run().cluster().events();
        self.step()?;
        if self.run().cluster().events() == events {
            return Ok(());
        }
        let told: Vec<String> =
            self.sentences(known).take(SENTENCES).map(|sentence| sentence.text).collect();
        let text = if told.is_empty() { came } else { Some(told.join(" ")) };
        if let Some(text) = text {
            self.say(text, None);
        }
        Ok(())
    }

    /// Says that the action at this place of branch `from` is taken back.
    pub(super) fn say_undone(&mut self, action: usize, from: usize) {
        let branch = &self.shown.run.branches[from];
        let undone = branch.history.recording.actions.get(action);
        let what = undone.map_or(String::new(), |timed| format!("`{}` is ", timed.action));
        let text = format!("{what}taken back. Branch {} keeps it.", branch.name);
        self.say(text, Some(from));
    }

    /// Says that an action begins another branch, since it was done in the past of branch `from`.
    pub(super) fn say_branched(&mut self, from: usize) {
        let name = &self.shown.run.branches[from].name;
        let text = format!("This begins another branch. Branch {name} keeps what came after.");
        self.say(text, Some(from));
    }
}

fn what_comes(upcoming: &Upcoming<'_>) -> String {
    match upcoming {
        Upcoming::Timer(node) => format!("The timer of {node} runs out."),
        Upcoming::Mail(flight) => match flight.lost {
            None => format!("{} from {} arrives at {}.", mail(flight), flight.from, flight.to),
            Some(_) => format!("{} from {} to {} is lost.", mail(flight), flight.from, flight.to),
        },
        Upcoming::Fsync(node) => format!("The disk of {node} has done a write."),
        Upcoming::Inbox { node, mail: Some(flight) } => {
            format!("{node} turns to what waited: {} from {}.", mail(flight), flight.from)
        }
        Upcoming::Inbox { node, mail: None } => format!("{node} turns to what waited."),
        Upcoming::ClientTimer(_) => "A client has waited long enough.".to_string(),
        Upcoming::Turn(client) => format!("{client} takes its turn."),
        Upcoming::Chaos => "A fault comes at random, or one ends.".to_string(),
    }
}

fn mail(flight: &Flight) -> &'static str {
    match &flight.body {
        Body::Raft(envelope) => match &envelope.message {
            Message::AppendEntries { entries, .. } if entries.is_empty() => "A heartbeat",
            Message::AppendEntries { .. } => "An AppendEntries",
            Message::AppendEntriesResponse { .. } => "An answer to AppendEntries",
            Message::PreVote { .. } => "A PreVote",
            Message::PreVoteResponse { .. } => "An answer to PreVote",
            Message::RequestVote { .. } => "A RequestVote",
            Message::RequestVoteResponse { .. } => "An answer to RequestVote",
            Message::InstallSnapshot { .. } => "A part of a snapshot",
            Message::InstallSnapshotResponse { .. } => "An answer to a part of a snapshot",
            Message::TimeoutNow => "A TimeoutNow",
        },
        Body::Request(_) => "A request",
        Body::Answer(_) => "An answer",
    }
}

#[cfg(test)]
mod tests;
