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

/// How many votes there are, of how many that are needed, in that set of voters which lacks most.
pub(super) fn tally(
    config: &Config,
    rules: Rules,
    mut agrees: impl FnMut(NodeId) -> bool,
) -> (usize, usize) {
    let count = |half: &[NodeId]| {
        let votes = half.iter().filter(|voter| agrees(**voter)).count();
        (votes, needed(half, rules))
    };
    let lacks = |(votes, needed): &(usize, usize)| needed.saturating_sub(*votes);
    config.halves().map(count).max_by_key(lacks).unwrap_or((0, 1))
}

/// Whether the servers for which `agrees` holds are a majority of the configuration, or of both its
/// halves while it is joint (paper, section 6). No configuration without servers has one.
pub(super) fn is_majority(
    config: &Config,
    rules: Rules,
    agrees: impl FnMut(NodeId) -> bool,
) -> bool {
    let (votes, needed) = tally(config, rules, agrees);
    !config.voters().is_empty() && votes >= needed
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
    // As many as most clusters have: to clear room for more would cost more than to sort.
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
        assert_eq!(tally(&joint, rules, |id| id.0 <= 2), (0, 2), "of the half that lacks most");
        let reached = |indexes: [u64; 5]| {
            reached_by_majority(&joint, rules, |id| Index::new(indexes[id.0 as usize - 1]))
        };
        assert_eq!(reached([9, 9, 2, 3, 1]).map(Index::get), Some(2));
        assert_eq!(reached([9, 9, 0, 5, 0]), None);
    }
}
