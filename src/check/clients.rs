//! Promises to clients: a request is executed once, and an answered write stays.

use std::collections::BTreeMap;

use super::latest::Latest;
use super::property::{Evidence, Property, Violation};
use crate::cluster::RequestId;
use crate::raft::{Index, NodeId};
use crate::store::{Seq, SessionId};

/// The number of requests stored per session. A client waits for one before it sends the next, so a
/// duplicate is never far behind.
const REQUESTS: usize = 128;

/// The number of answered writes that are stored.
const WRITES: usize = 1_024;

/// A request: session and sequence number.
type Request = (SessionId, Seq);

/// The requests executed and answered so far.
#[derive(Clone, Debug, Default)]
pub struct Clients {
    /// The index at which each request was executed first.
    executed: BTreeMap<SessionId, Latest<Seq, Index, REQUESTS>>,
    /// Answered writes, by their index in the log.
    answered: Latest<Index, Request, WRITES>,
}

impl Clients {
    /// A state machine has applied an entry. `request` is the request in it, if any; its last
    /// element is `true` if the request was executed and not suppressed as a duplicate.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::AcknowledgedWrites`] where another entry stands in the place of a write that was
    /// answered, and [`Property::ExactlyOnce`] where a request is executed at a second place.
    pub fn applied(
        &mut self,
        node: NodeId,
        index: Index,
        request: Option<(SessionId, Seq, bool)>,
    ) -> Result<(), Violation> {
        if let Some(stood) = self.answered.get(index)
            && request.map(|(session, seq, _)| (session, seq)) != Some(*stood)
        {
            let (client, seq) = (stood.0.client, stood.1);
            let evidence = Evidence::LostWrite { node, client, seq, index };
            return Err(Violation { property: Property::AcknowledgedWrites, evidence });
        }
        let Some((session, seq, true)) = request else { return Ok(()) };
        let first = self.executed.entry(session).or_default().get_or_insert(seq, index);
        if first != index {
            let client = session.client;
            let evidence = Evidence::Twice { client, seq, first, second: index };
            return Err(Violation { property: Property::ExactlyOnce, evidence });
        }
        Ok(())
    }

    /// A client was told the result of its write.
    ///
    /// # Errors
    ///
    /// Breaks [`Property::AcknowledgedWrites`] where no server has executed the write.
    pub fn answered(&mut self, id: RequestId, (session, seq): Request) -> Result<(), Violation> {
        let place = self.executed.get(&session).and_then(|places| places.get(seq));
        let Some(index) = place else {
            let evidence = Evidence::NeverExecuted { request: id };
            return Err(Violation { property: Property::AcknowledgedWrites, evidence });
        };
        self.answered.insert(*index, (session, seq));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ClientId;

    const SESSION: SessionId = SessionId { client: ClientId(1), opened: 0 };

    fn index(number: u64) -> Index {
        Index::new(number).unwrap()
    }

    fn applies(clients: &mut Clients, node: u32, at: u64, seq: u64, now: bool) -> Option<Property> {
        let request = Some((SESSION, Seq(seq), now));
        let result = clients.applied(NodeId(node), index(at), request);
        result.err().map(|violation| violation.property)
    }

    #[test]
    fn a_request_executed_at_two_indexes_is_rejected() {
        let mut clients = Clients::default();
        assert_eq!(applies(&mut clients, 1, 3, 1, true), None);
        assert_eq!(applies(&mut clients, 2, 3, 1, true), None, "by another server, there too");
        assert_eq!(applies(&mut clients, 1, 5, 1, false), None, "a duplicate was suppressed");
        assert_eq!(applies(&mut clients, 1, 6, 1, true), Some(Property::ExactlyOnce));
    }

    #[test]
    fn an_answered_write_that_is_replaced_is_rejected() {
        let lost = Some(Property::AcknowledgedWrites);
        let mut clients = Clients::default();
        let early = clients.answered(RequestId(1), (SESSION, Seq(1)));
        assert_eq!(early.err().map(|violation| violation.property), lost, "executed nowhere");
        assert_eq!(applies(&mut clients, 1, 3, 1, true), None);
        assert_eq!(clients.answered(RequestId(1), (SESSION, Seq(1))), Ok(()));
        assert_eq!(applies(&mut clients, 2, 3, 1, true), None);
        assert_eq!(applies(&mut clients, 3, 3, 2, true), lost);
        let noop = clients.applied(NodeId(3), index(3), None);
        assert_eq!(noop.err().map(|violation| violation.property), lost);
        assert_eq!(applies(&mut clients, 3, 4, 2, true), None);
    }

    #[test]
    fn a_duplicate_is_recognised_while_its_request_is_stored() {
        let remembered = REQUESTS as u64;
        let mut clients = Clients::default();
        for seq in 1..=remembered {
            assert_eq!(applies(&mut clients, 1, seq, seq, true), None);
        }
        let mut one_more = clients.clone();
        assert_eq!(applies(&mut clients, 1, 999, 1, true), Some(Property::ExactlyOnce));
        assert_eq!(applies(&mut one_more, 1, remembered + 1, remembered + 1, true), None);
        assert_eq!(applies(&mut one_more, 1, 999, 2, true), Some(Property::ExactlyOnce));
    }

    #[test]
    fn a_lost_write_is_recognised_while_its_answer_is_stored() {
        let remembered = WRITES as u64;
        let mut clients = Clients::default();
        let answer = |clients: &mut Clients, at| {
            assert_eq!(applies(clients, 1, at, at, true), None);
            assert_eq!(clients.answered(RequestId(at), (SESSION, Seq(at))), Ok(()));
        };
        (1..=remembered).for_each(|at| answer(&mut clients, at));
        let lost = |clients: &mut Clients, at| clients.applied(NodeId(2), index(at), None).is_err();
        assert!(lost(&mut clients, 1));
        answer(&mut clients, remembered + 1);
        assert!(!lost(&mut clients, 1) && lost(&mut clients, 2), "the oldest is forgotten");
    }
}
