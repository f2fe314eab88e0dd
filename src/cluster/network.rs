//! The network: messages in flight, and what can happen to them.
//!
//! Every message takes a latency drawn anew, so that later ones overtake earlier ones. A message that
//! will be lost, by chance or on a cut link, travels half of its way and vanishes there. Links between
//! clients and servers have the network's latency and loss but are never cut.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use slab::Slab;

use super::actions::action::Which;
use super::clients::client::{ClientAnswer, ClientRequest};
use crate::raft::{Envelope, MessageKind, NodeId};
use crate::rng::{Chance, Rng};
use crate::store::ClientId;
use crate::time::{Duration, Time};

/// Where a message comes from or goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    Node(NodeId),
    Client(ClientId),
}

/// What a message carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Between servers.
    Raft(Envelope),
    /// From a client to a server.
    Request(ClientRequest),
    /// From a server to a client.
    Answer(ClientAnswer),
}

/// The number of a message; no two messages of a run have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId(pub u64);

/// A message in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    pub id: MessageId,
    pub from: Endpoint,
    pub to: Endpoint,
    pub body: Body,
    pub sent_at: Time,
    /// When it would be there.
    pub arrives_at: Time,
    /// Why it will vanish half way, if it will.
    pub lost: Option<Loss>,
    /// When the message vanishes or arrives.
    pub due: Time,
}

/// Why a message is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The network lost it.
    Chance,
    /// The link is cut.
    Cut,
    /// Somebody dropped it.
    Dropped,
    /// Nobody was there to receive it.
    Unreachable,
}

/// The properties of a link, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub latency_min: Duration,
    pub latency_max: Duration,
    pub loss: Chance,
    pub duplicate: Chance,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            latency_min: Duration::from_millis(10),
            latency_max: Duration::from_millis(20),
            loss: Chance::NEVER,
            duplicate: Chance::NEVER,
        }
    }
}

/// A change of a link's properties; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkChange {
    pub latency: Option<(Duration, Duration)>,
    pub loss: Option<Chance>,
    pub duplicate: Option<Chance>,
}

/// All the properties of a link.
impl From<Link> for LinkChange {
    fn from(link: Link) -> Self {
        Self {
            latency: Some((link.latency_min, link.latency_max)),
            loss: Some(link.loss),
            duplicate: Some(link.duplicate),
        }
    }
}

impl LinkChange {
    fn apply_to(self, link: &mut Link) {
        if let Some((min, max)) = self.latency {
            (link.latency_min, link.latency_max) = (min, max);
        }
        link.loss = self.loss.unwrap_or(link.loss);
        link.duplicate = self.duplicate.unwrap_or(link.duplicate);
    }
}

/// As the script language writes it, with a space before each part.
impl fmt::Display for LinkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.latency {
            Some((min, max)) if min == max => write!(f, " latency {min}")?,
            Some((min, max)) => write!(f, " latency {min}..{max}")?,
            None => {}
        }
        if let Some(loss) = self.loss {
            write!(f, " loss {loss}")?;
        }
        match self.duplicate {
            Some(duplicate) => write!(f, " duplicate {duplicate}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chance => "the network lost it",
            Self::Cut => "the link is cut",
            Self::Dropped => "it was dropped by hand",
            Self::Unreachable => "nobody was there",
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Client(client) => client.fmt(f),
        }
    }
}

impl Body {
    /// The kind of a message between servers.
    pub fn raft_kind(&self) -> Option<MessageKind> {
        match self {
            Self::Raft(envelope) => Some(envelope.message.kind()),
            Self::Request(_) | Self::Answer(_) => None,
        }
    }
}

/// A place in the network's memory; only together with the message's id does it name a message.
pub(super) type Slot = usize;

/// The time at which something will happen to a message, and the message.
pub(super) struct Departure {
    pub(super) at: Time,
    pub(super) slot: Slot,
    pub(super) id: MessageId,
}

/// The network of a cluster.
#[derive(Clone, Debug)]
pub struct Network {
    default: Link,
    links: BTreeMap<(NodeId, NodeId), Link>,
    cuts: BTreeSet<(NodeId, NodeId)>,
    flights: Slab<Flight>,
    sent: u64,
    rng: Rng,
}

impl Network {
    pub(super) fn new(rng: Rng) -> Self {
        Self {
            default: Link::default(),
            links: BTreeMap::new(),
            cuts: BTreeSet::new(),
            flights: Slab::new(),
            sent: 0,
            rng,
        }
    }

    /// The properties of links that have none of their own.
    pub fn default_link(&self) -> &Link {
        &self.default
    }

    /// The properties of the way from one server to another.
    pub fn link(&self, from: NodeId, to: NodeId) -> &Link {
        self.links.get(&(from, to)).unwrap_or(&self.default)
    }

    /// Whether the way from one server to another is cut.
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        !self.cuts.is_empty() && self.cuts.contains(&(from, to))
    }

    /// All cut ways.
    pub fn cuts(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        self.cuts.iter().copied()
    }

    /// The ways whose properties are not those of the others, with these.
    pub fn own_links(&self) -> impl Iterator<Item = ((NodeId, NodeId), &Link)> {
        let own = self.links.iter().filter(|(_, link)| **link != self.default);
        own.map(|(way, link)| (*way, link))
    }

    /// All messages in flight, in no particular order.
    pub fn flights(&self) -> impl Iterator<Item = &Flight> {
        self.flights.iter().map(|(_, flight)| flight)
    }

    /// How many messages were sent so far; the last one has this number.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// The message in this place, if it is still this one.
    pub(super) fn flight(&self, slot: Slot, id: MessageId) -> Option<&Flight> {
        self.flights.get(slot).filter(|flight| flight.id == id)
    }

    pub(super) fn rng(&self) -> &Rng {
        &self.rng
    }

    pub(super) fn change_all(&mut self, change: LinkChange) {
        change.apply_to(&mut self.default);
        for link in self.links.values_mut() {
            change.apply_to(link);
        }
    }

    pub(super) fn change_link(&mut self, from: NodeId, to: NodeId, change: LinkChange) {
        change.apply_to(self.links.entry((from, to)).or_insert(self.default));
    }

    pub(super) fn cut(&mut self, from: NodeId, to: NodeId) {
        self.cuts.insert((from, to));
    }

    pub(super) fn mend(&mut self, from: NodeId, to: NodeId) {
        self.cuts.remove(&(from, to));
    }

    pub(super) fn heal(&mut self) {
        self.cuts.clear();
    }

    /// Sends a message. Tells when something will happen to it, and to its duplicate if it has one.
    pub(super) fn send(
        &mut self,
        now: Time,
        from: Endpoint,
        to: Endpoint,
        body: Body,
    ) -> (Departure, Option<Departure>) {
        let (link, cut) = self.way(from, to);
        let twice = self.rng.happens(link.duplicate).then(|| body.clone());
        let mut post = |body| self.post(now, (from, to), body, (link, cut));
        let first = post(body);
        (first, twice.map(post))
    }

    /// The properties of the way between two ends, and whether it is cut.
    fn way(&self, from: Endpoint, to: Endpoint) -> (Link, bool) {
        match (from, to) {
            (Endpoint::Node(from), Endpoint::Node(to)) => {
                (*self.link(from, to), self.is_cut(from, to))
            }
            _ => (self.default, false),
        }
    }

    fn post(
        &mut self,
        now: Time,
        (from, to): (Endpoint, Endpoint),
        body: Body,
        (link, cut): (Link, bool),
    ) -> Departure {
        let lost = match self.rng.happens(link.loss) {
            _ if cut => Some(Loss::Cut),
            true => Some(Loss::Chance),
            false => None,
        };
        let (min, max) = (link.latency_min.as_micros(), link.latency_max.as_micros());
        let latency = Duration::from_micros(self.rng.range(min..=max));
        let due = now + if lost.is_some() { latency / 2 } else { latency };
        self.sent += 1;
        let id = MessageId(self.sent);
        let arrives_at = now + latency;
        let flight = Flight { id, from, to, body, sent_at: now, arrives_at, lost, due };
        Departure { at: due, slot: self.flights.insert(flight), id }
    }

    /// Whether this is the time at which something happens to this message, and it is still in flight.
    pub(super) fn is_due(&self, at: Time, slot: Slot, id: MessageId) -> bool {
        self.flight(slot, id).is_some_and(|flight| flight.due == at)
    }

    /// Takes a message out at the end of its flight. One that comes to a link that was cut meanwhile
    /// is lost too.
    pub(super) fn take(&mut self, slot: Slot, id: MessageId) -> Option<Flight> {
        self.flight(slot, id)?;
        let mut flight = self.flights.remove(slot);
        if let (Endpoint::Node(from), Endpoint::Node(to)) = (flight.from, flight.to)
            && self.is_cut(from, to)
        {
            flight.lost = flight.lost.or(Some(Loss::Cut));
        }
        Some(flight)
    }

    /// Where a message is.
    pub(super) fn find(&self, which: Which) -> Option<Slot> {
        let is_meant = |flight: &Flight| match which {
            Which::Numbered(id) => flight.id == id,
            Which::Oldest { kind, from, to } => {
                flight.body.raft_kind() == Some(kind)
                    && flight.from == Endpoint::Node(from)
                    && flight.to == Endpoint::Node(to)
            }
        };
        let meant = self.flights.iter().filter(|(_, flight)| is_meant(flight));
        meant.min_by_key(|(_, flight)| flight.id).map(|(slot, _)| slot)
    }

    /// Takes a message out by hand.
    pub(super) fn drop_by_hand(&mut self, slot: Slot) -> Flight {
        Flight { lost: Some(Loss::Dropped), ..self.flights.remove(slot) }
    }

    /// Lets what is to happen to a message happen so much later.
    pub(super) fn delay(&mut self, slot: Slot, by: Duration) -> Departure {
        let flight = &mut self.flights[slot];
        (flight.due, flight.arrives_at) = (flight.due + by, flight.arrives_at + by);
        Departure { at: flight.due, slot, id: flight.id }
    }

    /// Lets a message arrive now, whatever else would have happened to it.
    pub(super) fn hurry(&mut self, now: Time, slot: Slot) -> Departure {
        let flight = &mut self.flights[slot];
        (flight.due, flight.arrives_at, flight.lost) = (now, now, None);
        Departure { at: now, slot, id: flight.id }
    }

    /// Sends a copy of a message on its way.
    pub(super) fn copy(&mut self, now: Time, slot: Slot) -> Departure {
        let Flight { from, to, body, .. } = self.flights[slot].clone();
        let way = self.way(from, to);
        self.post(now, (from, to), body, way)
    }
}
