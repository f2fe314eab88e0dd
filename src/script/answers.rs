//! How clients were answered last. What a script expects of an answer is about the client that asked last.

use std::collections::BTreeMap;

use crate::cluster::{Action, Answer, YOU};
use crate::store::ClientId;

/// The last answer of each client, and who asked last.
#[derive(Clone, Debug)]
pub struct Answers {
    asker: ClientId,
    last: BTreeMap<ClientId, Answer>,
}

impl Default for Answers {
    fn default() -> Self {
        Self { asker: YOU, last: BTreeMap::new() }
    }
}

impl Answers {
    /// Something was done: where it is a request, its client is the one that asked last.
    pub fn did(&mut self, action: &Action) {
        self.asker = action.asker().unwrap_or(self.asker);
    }

    /// A client's request has ended.
    pub fn ended(&mut self, client: ClientId, answer: &Answer) {
        if client.is_by_hand() {
            self.last.insert(client, answer.clone());
        }
    }

    /// The last answer to the client that asked last.
    pub fn of_last_asker(&self) -> Option<&Answer> {
        self.last.get(&self.asker)
    }
}
