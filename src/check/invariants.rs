//! The five properties of the paper's Figure 3, checked after every event.
//!
//! The sixth, linearizability, has a judge of its own beside this file.
//!
//! Every log is mirrored as a chain of fingerprints, so that two logs are equal up to an index if and
//! only if their chains are equal there. A look at a server costs little when its log has not changed:
//! then only the length and the last entry are compared. [`Invariants::audit`] compares everything.

use std::collections::BTreeMap;
use std::fmt;

use crate::cluster::RequestId;
use crate::digest::{Digest, Digester};
use crate::raft::{Entry, Index, NodeId, Payload, Term, count};

/// What a judge sees of a server.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    pub node: NodeId,
    /// Which of its lives this is: memory does not outlast a life.
    pub incarnation: u32,
    pub is_leader: bool,
    pub current_term: Term,
    pub log: &'a [Entry],
    pub commit_index: Option<Index>,
    pub last_applied: Option<Index>,
    pub store_digest: Digest,
}

/// A property that every run must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// At most one leader can be elected in a given term (section 5.2).
    ElectionSafety,
    /// A leader never overwrites or deletes entries in its log (section 5.3).
    LeaderAppendOnly,
    /// Two logs with an entry of the same index and term are identical up to there (section 5.3).
    LogMatching,
    /// A committed entry is in the logs of the leaders of all higher terms (section 5.4).
    LeaderCompleteness,
    /// No two servers apply different entries at the same index (section 5.4.3).
    StateMachineSafety,
    /// The clients' history is one that a single store could have given.
    Linearizability,
}

impl Property {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::ElectionSafety,
        Self::LeaderAppendOnly,
        Self::LogMatching,
        Self::LeaderCompleteness,
        Self::StateMachineSafety,
        Self::Linearizability,
    ];

    /// Its name in the script language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ElectionSafety => "election-safety",
            Self::LeaderAppendOnly => "leader-append-only",
            Self::LogMatching => "log-matching",
            Self::LeaderCompleteness => "leader-completeness",
            Self::StateMachineSafety => "state-machine-safety",
            Self::Linearizability => "linearizability",
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A broken property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    pub property: Property,
    pub evidence: Evidence,
}

/// What contradicts the property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Both led this term.
    TwoLeaders { term: Term, first: NodeId, second: NodeId },
    /// The leader's log differs from what it was, from this index on.
    Overwritten { leader: NodeId, term: Term, index: Index },
    /// This server's entry, or one before it, differs from another's of the same index and term.
    Mismatch { node: NodeId, index: Index, term: Term },
    /// The leader lacks what was committed at this index.
    Missing { leader: NodeId, term: Term, index: Index },
    /// This server commits or applies something else than another did.
    Different { node: NodeId, index: Index },
    /// Having applied the same, this server's store differs from another's.
    Diverged { node: NodeId, index: Index },
    /// It commits or applies what it does not have.
    Beyond { node: NodeId, index: Index },
    /// With the answer to this request the clients' history has no order any more.
    NoOrder { request: RequestId },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.property)?;
        match self.evidence {
            Evidence::TwoLeaders { term, first, second } => {
                write!(f, "{first} and {second} have both led term {term}")
            }
            Evidence::Overwritten { leader, term, index } => {
                write!(f, "{leader}, leading term {term}, has changed its own log at entry {index}")
            }
            Evidence::Mismatch { node, index, term } => write!(
                f,
                "{node} has an entry {index} of term {term}, but not the log before it that another \
                 server with that entry has"
            ),
            Evidence::Missing { leader, term, index } => {
                write!(f, "{leader} leads term {term} without the committed entry {index}")
            }
            Evidence::Different { node, index } => {
                write!(f, "{node} has another entry {index} committed than a server before it")
            }
            Evidence::Diverged { node, index } => write!(
                f,
                "{node} has applied the same entries up to {index} as another, but its store differs"
            ),
            Evidence::NoOrder { request } => write!(
                f,
                "no order of the clients' operations explains the answer to request {}",
                request.0
            ),
            Evidence::Beyond { node, index } => {
                write!(f, "{node} counts entry {index} as committed and does not have it")
            }
        }
    }
}

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    mirrors: BTreeMap<NodeId, Mirror>,
    leaders: BTreeMap<Term, NodeId>,
    /// By index and term, the chain up to there.
    entries: Vec<Vec<(Term, Digest)>>,
    committed: Vec<Committed>,
    /// By index, the store after it was applied.
    stores: Vec<Option<Digest>>,
}

#[derive(Clone, Copy, Debug)]
struct Committed {
    chain: Digest,
    /// The term of the server that first knew it to be committed: at least the term in which it was.
    term: Term,
}

/// A server as it was last seen.
#[derive(Clone, Debug, Default)]
struct Mirror {
    incarnation: u32,
    led: Option<Term>,
    chain: Vec<(Term, Digest)>,
    commit_index: Option<Index>,
    last_applied: Option<Index>,
}

impl Invariants {
    /// Looks at a server after something happened to it.
    pub fn observe(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let mirror = self.mirrors.entry(seen.node).or_default();
        if mirror.incarnation != seen.incarnation {
            mirror.incarnation = seen.incarnation;
            (mirror.commit_index, mirror.last_applied, mirror.led) = (None, None, None);
        }
        let same = mirror.chain.len() == seen.log.len()
            && seen.log.last().is_none_or(|last| {
                let before =
                    mirror.chain.len().checked_sub(2).map_or(ROOT, |at| mirror.chain[at].1);
                mirror.chain.last() == Some(&(last.term, extend(before, last)))
            });
        if !same {
            let common = common_prefix(&mirror.chain, seen.log);
            self.compare_log(seen, common)?;
        }
        self.check_leader(seen)?;
        self.check_commit(seen)?;
        self.check_applied(seen)
    }

    /// Looks at all of a server's log, not only at its end.
    pub fn audit(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let mirror = self.mirrors.entry(seen.node).or_default();
        let mut common = 0;
        let mut chain = ROOT;
        for (entry, mirrored) in seen.log.iter().zip(&mirror.chain) {
            chain = extend(chain, entry);
            if *mirrored != (entry.term, chain) {
                break;
            }
            common += 1;
        }
        if common < seen.log.len().max(mirror.chain.len()) {
            self.compare_log(seen, common)?;
        }
        self.observe(seen)
    }

    /// The log is known to be as it was for its first `common` entries; takes the rest in.
    fn compare_log(&mut self, seen: &Observation<'_>, common: usize) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        let shortened = mirror.chain.len() > common;
        mirror.chain.truncate(common);
        let mut chain = mirror.chain.last().map_or(ROOT, |(_, chain)| *chain);
        let mut mismatch = None;
        for (at, entry) in seen.log.iter().enumerate().skip(common) {
            chain = extend(chain, entry);
            mirror.chain.push((entry.term, chain));
            if self.entries.len() <= at {
                self.entries.resize_with(at + 1, Vec::new);
            }
            let known = &mut self.entries[at];
            match known.iter().find(|(term, _)| *term == entry.term) {
                Some((_, other)) if *other != chain => {
                    mismatch = mismatch.or(Some((index_at(at), entry.term)));
                }
                Some(_) => {}
                None => known.push((entry.term, chain)),
            }
        }
        if shortened && seen.is_leader && mirror.led == Some(seen.current_term) {
            let (leader, term, index) = (seen.node, seen.current_term, index_at(common));
            let evidence = Evidence::Overwritten { leader, term, index };
            return Err(Violation { property: Property::LeaderAppendOnly, evidence });
        }
        match mismatch {
            Some((index, term)) => Err(Violation {
                property: Property::LogMatching,
                evidence: Evidence::Mismatch { node: seen.node, index, term },
            }),
            None => Ok(()),
        }
    }

    fn check_leader(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        let term = seen.current_term;
        if !seen.is_leader {
            mirror.led = None;
            return Ok(());
        }
        if mirror.led == Some(term) {
            return Ok(());
        }
        mirror.led = Some(term);
        let first = *self.leaders.entry(term).or_insert(seen.node);
        if first != seen.node {
            let evidence = Evidence::TwoLeaders { term, first, second: seen.node };
            return Err(Violation { property: Property::ElectionSafety, evidence });
        }
        let owed = self.committed.iter().rposition(|committed| committed.term < term);
        self.check_completeness(seen.node, term, owed)
    }

    /// Whether the leader of `term` has all that is committed up to the place `owed`.
    fn check_completeness(
        &self,
        leader: NodeId,
        term: Term,
        owed: Option<usize>,
    ) -> Result<(), Violation> {
        let (Some(owed), Some(mirror)) = (owed, self.mirrors.get(&leader)) else {
            return Ok(());
        };
        let has = |at: usize| {
            mirror.chain.get(at).is_some_and(|(_, chain)| *chain == self.committed[at].chain)
        };
        if has(owed) {
            return Ok(());
        }
        let missing = (0..=owed).find(|at| !has(*at)).unwrap_or(owed);
        let evidence = Evidence::Missing { leader, term, index: index_at(missing) };
        Err(Violation { property: Property::LeaderCompleteness, evidence })
    }

    fn check_commit(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        if seen.commit_index == mirror.commit_index {
            return Ok(());
        }
        let (from, to) = (place(mirror.commit_index), place(seen.commit_index));
        mirror.commit_index = seen.commit_index;
        let unsafe_commit =
            |evidence| Violation { property: Property::StateMachineSafety, evidence };
        let mut new = false;
        for at in from..to {
            let index = index_at(at);
            let Some((_, chain)) = mirror.chain.get(at) else {
                return Err(unsafe_commit(Evidence::Beyond { node: seen.node, index }));
            };
            match self.committed.get(at) {
                Some(known) if known.chain != *chain => {
                    return Err(unsafe_commit(Evidence::Different { node: seen.node, index }));
                }
                Some(_) => {}
                None => {
                    self.committed.push(Committed { chain: *chain, term: seen.current_term });
                    new = true;
                }
            }
        }
        if !new {
            return Ok(());
        }
        // A leader of a higher term may be there already.
        for (node, mirror) in &self.mirrors {
            if let Some(term) = mirror.led.filter(|term| *term > seen.current_term) {
                self.check_completeness(*node, term, to.checked_sub(1))?;
            }
        }
        Ok(())
    }

    fn check_applied(&mut self, seen: &Observation<'_>) -> Result<(), Violation> {
        let Some(mirror) = self.mirrors.get_mut(&seen.node) else {
            return Ok(());
        };
        if seen.last_applied == mirror.last_applied {
            return Ok(());
        }
        mirror.last_applied = seen.last_applied;
        let Some(index) = seen.last_applied else {
            return Ok(());
        };
        let property = Property::StateMachineSafety;
        if seen.last_applied > seen.commit_index {
            let evidence = Evidence::Beyond { node: seen.node, index };
            return Err(Violation { property, evidence });
        }
        let at = place(seen.last_applied);
        if self.stores.len() < at {
            self.stores.resize(at, None);
        }
        let Some(slot) = self.stores.get_mut(at - 1) else {
            return Ok(());
        };
        if *slot.get_or_insert(seen.store_digest) != seen.store_digest {
            let evidence = Evidence::Diverged { node: seen.node, index };
            return Err(Violation { property, evidence });
        }
        Ok(())
    }
}

const ROOT: Digest = Digest(0);

/// The chain that is `chain` followed by `entry`.
fn extend(chain: Digest, entry: &Entry) -> Digest {
    let head = entry.term.0.to_le_bytes();
    match &entry.payload {
        Payload::Noop => chain.then(&head).then(&[0]),
        Payload::Command(data) => chain.then(&head).then(data.as_bytes()),
        Payload::Config(config) => {
            let mut digester = Digester::new(chain.then(&head).0);
            for voter in config.voters() {
                digester.number(voter.0.into());
            }
            digester.finish()
        }
    }
}

/// How many entries the log shares with the chain, judged from the end by their terms: a changed entry
/// shows in the terms from there on, or else in the chain at the end.
fn common_prefix(chain: &[(Term, Digest)], log: &[Entry]) -> usize {
    let mut common = chain.len().min(log.len());
    while common > 0 {
        let before = if common > 1 { chain[common - 2].1 } else { ROOT };
        let entry = &log[common - 1];
        if chain[common - 1] == (entry.term, extend(before, entry)) {
            break;
        }
        common -= 1;
    }
    common
}

fn index_at(place: usize) -> Index {
    Index::after(Index::new(place as u64))
}

/// How many entries there are up to the index.
fn place(index: Option<Index>) -> usize {
    usize::try_from(count(index)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
