//! Who belongs to the cluster, and as what (paper, section 6; thesis, chapter 4).
//!
//! A configuration has voters. While the cluster goes over from one set of voters to another, the
//! configuration is *joint*: it has the outgoing voters too, and every decision needs a majority of both
//! sets. Learners get the log and are not counted.

use std::fmt;
use std::sync::Arc;

use super::message::NodeId;
use crate::digest::Digester;

/// A configuration of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config(Arc<Lists>);

/// Sorted and without doubles, each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lists {
    voters: Vec<NodeId>,
    outgoing: Vec<NodeId>,
    learners: Vec<NodeId>,
}

impl Config {
    /// A configuration of these voters.
    pub fn new(voters: impl IntoIterator<Item = NodeId>) -> Self {
        Self::of(Lists { voters: sorted(voters), ..Lists::default() })
    }

    /// A configuration of voters, outgoing voters and learners, as a disk or a snapshot gives it back.
    pub fn with_all(
        voters: impl IntoIterator<Item = NodeId>,
        outgoing: impl IntoIterator<Item = NodeId>,
        learners: impl IntoIterator<Item = NodeId>,
    ) -> Self {
        Self::of(Lists {
            voters: sorted(voters),
            outgoing: sorted(outgoing),
            learners: sorted(learners),
        })
    }

    fn of(mut lists: Lists) -> Self {
        let Lists { voters, outgoing, learners } = &mut lists;
        learners.retain(|id| !voters.contains(id) && !outgoing.contains(id));
        Self(Arc::new(lists))
    }

    /// The voters; in a joint configuration those of the new set.
    pub fn voters(&self) -> &[NodeId] {
        &self.0.voters
    }

    /// The voters of the old set, who still vote as long as the configuration is joint.
    pub fn outgoing(&self) -> &[NodeId] {
        &self.0.outgoing
    }

    /// The members that get the log and are not counted (thesis, section 4.2.1).
    pub fn learners(&self) -> &[NodeId] {
        &self.0.learners
    }

    /// Whether decisions need a majority of two sets of voters.
    pub fn is_joint(&self) -> bool {
        !self.0.outgoing.is_empty()
    }

    /// The sets of voters that each must agree: one, or two while it is joint.
    pub fn halves(&self) -> impl Iterator<Item = &[NodeId]> {
        let outgoing = Some(self.outgoing()).filter(|outgoing| !outgoing.is_empty());
        std::iter::once(self.voters()).chain(outgoing)
    }

    /// All who vote, each once.
    pub fn all_voters(&self) -> impl Iterator<Item = NodeId> {
        let leaving = self.outgoing().iter().filter(|id| !self.voters().contains(id));
        self.voters().iter().chain(leaving).copied()
    }

    /// All who belong to it, each once: voters, then those who leave, then learners.
    pub fn members(&self) -> impl Iterator<Item = NodeId> {
        self.all_voters().chain(self.learners().iter().copied())
    }

    /// Whether the server votes.
    pub fn is_voter(&self, id: NodeId) -> bool {
        has(self.voters(), id) || has(self.outgoing(), id)
    }

    /// Whether the server only learns.
    pub fn is_learner(&self, id: NodeId) -> bool {
        has(self.learners(), id)
    }

    /// Whether the server belongs to it in any way.
    pub fn contains(&self, id: NodeId) -> bool {
        self.is_voter(id) || self.is_learner(id)
    }

    /// With these as learners, as far as they do not belong to it yet.
    pub fn with_learners(&self, ids: impl IntoIterator<Item = NodeId>) -> Self {
        let mut lists = Lists::clone(&self.0);
        lists.learners = sorted(lists.learners.iter().copied().chain(ids));
        Self::of(lists)
    }

    /// With one voter more, who may have been a learner.
    pub fn with_voter(&self, id: NodeId) -> Self {
        let mut lists = Lists::clone(&self.0);
        lists.voters = sorted(lists.voters.iter().copied().chain([id]));
        Self::of(lists)
    }

    /// Without this server.
    pub fn without(&self, id: NodeId) -> Self {
        let mut lists = Lists::clone(&self.0);
        lists.voters.retain(|voter| *voter != id);
        lists.learners.retain(|learner| *learner != id);
        Self::of(lists)
    }

    /// With this server as a learner and no longer as a voter.
    pub fn demoted(&self, id: NodeId) -> Self {
        self.without(id).with_learners([id])
    }

    /// The joint configuration on the way from this one to `voters` (the paper's C-old,new).
    pub fn joint_with(&self, voters: impl IntoIterator<Item = NodeId>) -> Self {
        let mut lists = Lists::clone(&self.0);
        lists.outgoing = std::mem::replace(&mut lists.voters, sorted(voters));
        Self::of(lists)
    }

    /// The configuration that follows a joint one (the paper's C-new).
    pub fn after_joint(&self) -> Self {
        let mut lists = Lists::clone(&self.0);
        lists.outgoing.clear();
        Self::of(lists)
    }

    /// Adds the configuration to a digest.
    pub fn digest_into(&self, digester: &mut Digester) {
        for list in [self.voters(), self.outgoing(), self.learners()] {
            digester.number(list.len() as u64);
            for id in list {
                digester.number(id.0.into());
            }
        }
    }
}

fn has(list: &[NodeId], id: NodeId) -> bool {
    list.binary_search(&id).is_ok()
}

fn sorted(ids: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
    let mut ids: Vec<NodeId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// `n1 n2 n3`, with `and n4 n5` for the outgoing half and `learning n6`.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, self.voters())?;
        if self.is_joint() {
            write!(f, ", together with ")?;
            write_list(f, self.outgoing())?;
        }
        if !self.learners().is_empty() {
            write!(f, ", learning ")?;
            write_list(f, self.learners())?;
        }
        Ok(())
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, ids: &[NodeId]) -> fmt::Result {
    for (at, id) in ids.iter().enumerate() {
        let space = if at == 0 { "" } else { " " };
        write!(f, "{space}{id}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u32]) -> Vec<NodeId> {
        numbers.iter().copied().map(NodeId).collect()
    }

    #[test]
    fn a_joint_configuration_has_two_halves_and_counts_everybody_once() {
        let old = Config::new(ids(&[1, 2, 3])).with_learners(ids(&[4]));
        let joint = old.joint_with(ids(&[3, 4, 5]));
        assert!(joint.is_joint() && joint.is_voter(NodeId(4)) && !joint.is_learner(NodeId(4)));
        assert_eq!(joint.halves().map(<[_]>::len).collect::<Vec<_>>(), [3, 3]);
        assert_eq!(joint.members().collect::<Vec<_>>(), ids(&[3, 4, 5, 1, 2]));
        assert_eq!(joint.after_joint(), Config::new(ids(&[3, 4, 5])));
        assert_eq!(joint.to_string(), "n3 n4 n5, together with n1 n2 n3");
    }

    #[test]
    fn learners_become_voters_and_members_leave() {
        let config = Config::new(ids(&[2, 1, 1])).with_learners(ids(&[3, 1]));
        assert_eq!((config.voters(), config.learners()), (&ids(&[1, 2])[..], &ids(&[3])[..]));
        let promoted = config.with_voter(NodeId(3));
        assert_eq!((promoted.voters().len(), promoted.learners().len()), (3, 0));
        assert!(!config.without(NodeId(3)).contains(NodeId(3)));
        assert_eq!(config.without(NodeId(1)).voters(), ids(&[2]));
        let demoted = config.demoted(NodeId(1));
        assert_eq!((demoted.voters(), demoted.learners()), (&ids(&[2])[..], &ids(&[1, 3])[..]));
    }
}
