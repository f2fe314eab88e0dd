//! Majorities, and majorities of two sets of voters at once: pure arithmetic over a configuration.

use super::config::Config;
use super::message::NodeId;
use super::rules::{Rule, Rules};

/// How many of these voters make a majority.
pub fn majority(voters: &[NodeId]) -> usize {
    voters.len() / 2 + 1
}

/// How many of these voters decide while `majority-quorum` is in force, or not: then half of them do.
fn needed(voters: &[NodeId], rules: Rules) -> usize {
    if rules.on(Rule::MajorityQuorum) { majority(voters) } else { (voters.len() / 2).max(1) }
}

/// How many voters of one set agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    pub agree: usize,
    /// How many must, for the set to agree.
    pub needed: usize,
    /// How many voters the set has.
    pub of: usize,
}

impl Half {
    /// How many more must agree.
    pub const fn lacks(self) -> usize {
        self.needed.saturating_sub(self.agree)
    }
}

/// How many voters agree, in each set of voters that must: in one, or in two while the configuration is joint
/// (paper, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The voters; of a joint configuration the new ones.
    pub new: Half,
    /// The old voters of a joint configuration.
    pub old: Option<Half>,
}

impl Agreement {
    /// Counts the voters for which `agrees` holds.
    pub(super) fn count(
        config: &Config,
        rules: Rules,
        mut agrees: impl FnMut(NodeId) -> bool,
    ) -> Self {
        let mut count = |voters: &[NodeId]| Half {
            agree: voters.iter().filter(|voter| agrees(**voter)).count(),
            needed: needed(voters, rules),
            of: voters.len(),
        };
        let new = count(config.voters());
        let old = config.is_joint().then(|| count(config.outgoing()));
        Self { new, old }
    }

    /// Whether enough voters agree in every set.
    pub fn decides(self) -> bool {
        self.half_that_lacks_most().lacks() == 0
    }

    /// The set of voters that is furthest from agreeing.
    pub fn half_that_lacks_most(self) -> Half {
        self.old.filter(|old| old.lacks() >= self.new.lacks()).unwrap_or(self.new)
    }
}

/// Whether the servers for which `agrees` holds are a majority of the configuration, or of both its
/// halves while it is joint (paper, section 6). No configuration without servers has one.
pub(super) fn is_majority(
    config: &Config,
    rules: Rules,
    agrees: impl FnMut(NodeId) -> bool,
) -> bool {
    !config.voters().is_empty() && Agreement::count(config, rules, agrees).decides()
}

/// The highest point that a majority has reached, where `reached` tells how far each server is (paper,
/// section 5.3: "a majority of matchIndex"), and both majorities where the configuration is joint.
pub(super) fn reached_by_majority<T: Copy + Ord>(
    config: &Config,
    rules: Rules,
    mut reached: impl FnMut(NodeId) -> Option<T>,
) -> Option<T> {
    config.halves().map(|half| reached_by_half(half, rules, &mut reached)).min().flatten()
}

fn reached_by_half<T: Copy + Ord>(
    voters: &[NodeId],
    rules: Rules,
    reached: &mut impl FnMut(NodeId) -> Option<T>,
) -> Option<T> {
    // Room for as many servers as most clusters have. Clearing more room would cost more than sorting.
    const INLINE: usize = 8;
    if voters.is_empty() {
        return None;
    }
    let mut inline = [None; INLINE];
    let mut heap;
    let points: &mut [Option<T>] = if voters.len() <= INLINE {
        &mut inline[..voters.len()]
    } else {
        heap = vec![None; voters.len()];
        &mut heap
    };
    for (slot, voter) in points.iter_mut().zip(voters) {
        *slot = reached(*voter);
    }
    points.sort_unstable();
    points[voters.len() - needed(voters, rules)]
}

#[cfg(test)]
mod tests {
    use super::super::message::Index;
    use super::*;

    fn config(size: u32) -> Config {
        Config::new((1..=size).map(NodeId))
    }

    #[test]
    fn a_majority_is_more_than_half() {
        for (size, expected) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)] {
            assert_eq!(majority(config(size).voters()), expected, "of {size}");
            assert!(is_majority(&config(size), Rules::default(), |id| id.0 as usize <= expected));
            assert!(!is_majority(&config(size), Rules::default(), |id| (id.0 as usize) < expected));
        }
        assert!(!is_majority(&Config::default(), Rules::default(), |_| true));
    }

    #[test]
    fn the_majority_index_is_on_that_many_servers() {
        let reached = |indexes: &[u64]| {
            let config = config(u32::try_from(indexes.len()).unwrap());
            reached_by_majority(&config, Rules::default(), |id| {
                Index::new(indexes[id.0 as usize - 1])
            })
            .map(Index::get)
        };
        assert_eq!(reached(&[5]), Some(5));
        assert_eq!(reached(&[5, 3]), Some(3));
        assert_eq!(reached(&[5, 3, 4]), Some(4));
        assert_eq!(reached(&[5, 0, 0]), None);
        assert_eq!(reached(&[9, 9, 2, 1]), Some(2));
        assert_eq!(reached(&[9, 8, 7, 1, 1]), Some(7));
        assert_eq!(
            reached_by_majority(&Config::default(), Rules::default(), |_| Some(Index::FIRST)),
            None
        );
    }

    #[test]
    fn two_majorities_of_one_server_difference_intersect() {
        for size in 1..=9 {
            let (old, new) = (config(size), config(size + 1));
            assert!(majority(old.voters()) + majority(new.voters()) > new.voters().len());
        }
    }
    #[test]
    fn a_joint_configuration_needs_both_majorities() {
        let rules = Rules::default();
        let joint = config(3).joint_with((3..=5).map(NodeId));
        let agree = |ids: &[u32]| is_majority(&joint, rules, |id| ids.contains(&id.0));
        assert!(!agree(&[1, 2]) && !agree(&[4, 5]), "one half is not enough");
        assert!(agree(&[1, 2, 4, 5]) && agree(&[2, 3, 4]), "who is in both counts in both");
        let agreement = Agreement::count(&joint, rules, |id| id.0 <= 2);
        assert_eq!(agreement.old, Some(Half { agree: 2, needed: 2, of: 3 }));
        assert_eq!(agreement.half_that_lacks_most(), Half { agree: 0, needed: 2, of: 3 });
        let reached = |indexes: [u64; 5]| {
            reached_by_majority(&joint, rules, |id| Index::new(indexes[id.0 as usize - 1]))
        };
        assert_eq!(reached([9, 9, 2, 3, 1]).map(Index::get), Some(2));
        assert_eq!(reached([9, 9, 0, 5, 0]), None);
    }

    /// The number of sets of five servers.
    const SETS: u32 = 1 << 5;

    fn has(set: u32, id: NodeId) -> bool {
        set & (1 << id.0) != 0
    }

    fn members(set: u32) -> impl Iterator<Item = NodeId> {
        (0..5).map(NodeId).filter(move |id| has(set, *id))
    }

    /// Every configuration of five servers or less, and the joint ones, with its halves as sets.
    fn every_config() -> impl Iterator<Item = (Config, Vec<u32>)> {
        let all = (1..SETS).flat_map(|voters| (0..SETS).map(move |outgoing| (voters, outgoing)));
        all.map(|(voters, outgoing)| {
            let halves = [voters, outgoing].into_iter().filter(|half| *half != 0);
            (Config::with_all(members(voters), members(outgoing), []), halves.collect())
        })
    }

    #[test]
    fn a_decision_is_that_of_more_than_half_of_every_half() {
        let rules = Rules::default();
        for (config, halves) in every_config() {
            for set in 0..SETS {
                let more = |half: &u32| (set & half).count_ones() * 2 > half.count_ones();
                let decides = is_majority(&config, rules, |id| has(set, id));
                assert_eq!(decides, halves.iter().all(more), "{set:05b} of {halves:?}");
                let agreement = Agreement::count(&config, rules, |id| has(set, id));
                if !config.voters().is_empty() {
                    assert_eq!(decides, agreement.decides(), "{set:05b} of {halves:?}");
                }
                let votes = agreement.half_that_lacks_most().agree;
                let counts = |half: &u32| (set & half).count_ones() as usize == votes;
                assert!(halves.iter().any(counts), "{votes} of {set:05b} in {halves:?}");
            }
        }
    }

    /// All of Raft's safety rests on this.
    #[test]
    fn whoever_decides_shares_a_server_of_every_half_with_whoever_else_does() {
        let rules = Rules::default();
        for (config, halves) in every_config() {
            let decides = |set: &u32| is_majority(&config, rules, |id| has(*set, id));
            let deciding: Vec<u32> = (0..SETS).filter(decides).collect();
            for half in halves {
                let alone = Config::new(members(half));
                for one in &deciding {
                    assert!(is_majority(&alone, rules, |id| has(*one, id)), "{one:05b} {half:05b}");
                    let shares = |other: &u32| one & other & half != 0;
                    assert!(deciding.iter().all(shares), "{one:05b} in {half:05b}");
                }
            }
        }
    }

    #[test]
    fn a_majority_has_reached_what_so_many_have_and_not_one_more() {
        let mut halved = Rules::default();
        halved.set(Rule::MajorityQuorum, false);
        let more = [9, 10].map(|size| (config(size), Vec::new()));
        for (config, _) in every_config().chain(more) {
            let servers: Vec<NodeId> = config.all_voters().collect();
            // Each server has nothing, 1 or 2.
            for mut reached in 0..3_u64.pow(servers.len() as u32) {
                let mut points = [0; 11];
                for server in &servers {
                    points[server.0 as usize] = reached % 3;
                    reached /= 3;
                }
                let reached = |id: NodeId| Index::new(points[id.0 as usize]);
                for rules in [Rules::default(), halved] {
                    let has = |point: &Index| {
                        is_majority(&config, rules, |id| reached(id) >= Some(*point))
                    };
                    let most = [2, 1].into_iter().filter_map(Index::new).find(has);
                    let found = reached_by_majority(&config, rules, reached);
                    assert_eq!(found, most, "{points:?} in {config}");
                }
            }
        }
    }
}
